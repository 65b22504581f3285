"""The brief: what it says, in every language, with the run's own figures, on few pages."""

import re
from functools import cache

import pytest

from orepact.market.instruments import is_simulated
from orepact.report import brief_basis, numbers, view
from orepact.report.blocks import Table
from orepact.report.brief import brief
from orepact.report.brief_blocks import Brief, Chart, Flow, Pen, Point
from orepact.report.brief_pdf import data, pdf
from orepact.report.language import LANGUAGES, language
from orepact.report.view import Shown
from orepact.study.metrics import WORLD
from orepact.study.together import total


def texts(b: Brief) -> list[str]:
    """Everything that a reader meets, block by block."""
    found = [b.title, b.under, b.scenario, b.foot]
    for part in b.parts:
        found.append(part.title)
        for x in part.blocks:
            match x:
                case Point():
                    found += [x.lead, x.text]
                case Chart():
                    found += [x.title, x.caption, *(r.label for r in x.rows)]
                case Flow():
                    found += [x.title, x.caption, *(t for p in x.panels for t in (p[0], p[2]))]
                case Table():
                    found += [x.caption, x.corner, *x.columns, x.grade]
                    for line in x.lines:
                        found += [line.head, *(t for c in line.cells for t in (c.text, c.spread))]
    return found


def pages(document: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", document))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("which", ["ranged", "central", "many"])
def test_every_language_is_printed_on_few_pages(which, code, request) -> None:
    made = pdf(brief(request.getfixturevalue(which), language(code)))
    assert made.startswith(b"%PDF")
    assert 1 <= pages(made) <= 8


def test_the_same_brief_has_the_same_bytes(central) -> None:
    assert pdf(brief(central, language("es"))) == pdf(brief(central, language("es")))


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_placeholder_is_left_and_no_sentence_is_english(ranged, central, many, code) -> None:
    english = set()
    for run in (ranged, central, many):
        found = texts(brief(run, language(code)))
        assert not [t for t in found if "{" in t or "}" in t]
        english |= {t for t in found if len(t.split()) > 3 and t in _said()}
    assert bool(english) == (code == "en")


@cache
def _said() -> set[str]:
    """Sentences as they read in English, where nothing is filled in."""
    from pathlib import Path

    import orepact
    from orepact.report.sayings import sayings

    held = sayings(Path(orepact.__file__).parent)
    return {
        text
        for text, where in held.items()
        if where.startswith(("report/brief", "report/flows")) and "{" not in text
    }


def test_the_medians_of_the_run_stand_in_the_answer(ranged) -> None:
    said = " ".join(texts(brief(ranged, language())))
    mr = ranged.minerals["ndpr"]
    price = view.relative(view.figure(mr, "oxide", "USA", "buyers' price"))
    assert price is not None
    assert f"{numbers.percent(price.mid)}{numbers.SPACE}% ({price.spread(numbers.percent)})" in said
    for code in ("USA", "MEX", "CHN", WORLD):
        both = total(ranged, [code]).range
        assert both is not None
        assert numbers.millions(both[1]).lstrip("+" + numbers.MINUS) in said


def test_one_mineral_alone_has_the_figures_of_its_own_draws(many) -> None:
    held = brief(many, language())
    (mr,) = many.minerals.values()
    gains = next(p for p in held.parts if p.title == "Who gains and who loses")
    (chart,) = [x for x in gains.blocks if isinstance(x, Chart)]
    by_label = {r.label: r for r in chart.rows}
    for code, label in (("CAN", "Canada"), ("CHN", "China"), (WORLD, "World")):
        own = view.change(view.figure(mr, "", code, "welfare"))
        assert own is not None
        row = by_label[label]
        assert (row.value, row.low, row.high) == pytest.approx(tuple(x / 1e6 for x in own))
    assert not [p for p in held.parts if p.title == "All minerals"]


def test_the_parts_come_in_the_order_of_a_readers_questions(ranged) -> None:
    titles = [p.title for p in brief(ranged, language()).parts]
    assert titles == [
        "The question", "The answer", "What buyers pay", "Who gains and who loses", "What moves",
        "Who bears it", "All minerals", "What drives the result", "What is assumed",
        "What it does not tell",
    ]  # fmt: skip


def test_scenario_limits_and_command_are_said(ranged) -> None:
    held = brief(ranged, language("es"), source="mine.yaml")
    said = " ".join(texts(held))
    assert held.scenario == language("es").say("Scenario: no authority has published these floors.")
    assert "No es un pronóstico" in said
    assert "orepact brief mine.yaml --on 2027-01-01 --lang es --minerals ndpr,gallium" in said
    assert "--draws 8 --seed 2026" in said


def test_without_draws_no_range_is_claimed(central) -> None:
    said = " ".join(texts(brief(central, language())))
    assert "there are no ranges" in said
    assert "--central" in said
    assert "5 to 95" not in said
    assert not re.search(r"\(\S+ to \S+\)", said)


def test_what_did_not_solve_is_said(ranged, with_mineral) -> None:
    said = " ".join(texts(brief(with_mineral(ranged, "ndpr", failed=3), language())))
    assert "3 of 8 draws did not solve" in said


def test_a_pact_that_binds_nowhere_says_so(central, with_mineral) -> None:
    still = central
    for id, mr in central.minerals.items():
        still = with_mineral(still, id, policy=mr.base)
    b = brief(still, language())
    assert "Nothing changes" in " ".join(texts(b))
    assert pages(pdf(b)) <= 8


def test_a_sign_that_is_not_settled_is_said() -> None:
    pen = Pen(language())
    assert pen.change(Shown(0.01, -0.02, 0.03)).endswith("sign not settled)")
    assert pen.change(Shown(0.2, 0.1, 0.3)) == "+20\xa0% (+10 to +30)"
    assert pen.change(Shown(0.2, 0.2, 0.2)) == "+20\xa0%"
    assert pen.inside("ndpr", "oxide") == "neodymium-praseodymium (oxide)"


def test_pictures_have_alternative_texts(ranged) -> None:
    blocks = [b for p in data(brief(ranged, language("fr")))["parts"] for b in p["blocks"]]
    charts = [b for b in blocks if b["kind"] == "chart"]
    flows = [p for b in blocks if b["kind"] == "flow" for p in b["panels"]]
    assert charts
    assert flows
    for x in (*charts, *flows):
        assert x["svg"].startswith("<svg")
        assert len(x["alt"]) > 30


def test_a_missing_printer_is_named(central, monkeypatch) -> None:
    import sys

    from orepact.errors import InputError

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=r"pip install 'orepact\[web\]'"):
        pdf(brief(central, language()))


def test_another_date_year_or_list_stands_in_the_command(central) -> None:
    said = brief_basis.command(central, language("fr"), "a.yaml")
    assert said == (
        "orepact brief a.yaml --on 2027-01-01 --lang fr --minerals manganese,magnesium --central"
    )


def test_only_instruments_on_the_runs_minerals_are_counted(central) -> None:
    ours = [
        i
        for i in central.pact.in_force(central.on)
        if is_simulated(i) and {m for m, _ in i.targets()} & {"manganese", "magnesium"}
    ]
    said = " ".join(texts(brief(central, language())))
    assert f"of the {len(ours)} instruments simulated here" in said
    assert "Price floors simulated: 2." in said
