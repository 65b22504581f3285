"""A pact in words: every field has a name, every day its articles, no figure is rounded away."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact import pact, units
from orepact.pact import KINDS, trade
from orepact.pact.base import Strict
from orepact.pact.calendar import timeline
from orepact.pact.check import check
from orepact.report import clauses, terms, words
from orepact.report.articles import agreement, next_day, standing
from orepact.report.language import LANGUAGES, language
from orepact.report.milestones import Scale, line, shelved

pytest.importorskip("babel")
A = pact.read("us-mexico-2026")
EN, FR = language("en"), language("fr")
TODAY, LATER = date(2026, 11, 24), date(2027, 6, 1)
OXIDE = A.instrument("ndpr-oxide").model_dump(mode="json", by_alias=True, exclude_none=True)
ACTION = {
    "kind": "trade_action", "id": "ban", "mineral": "ndpr", "stage": "oxide",
    "action": "export_ban", "by": ["CHN"], "against": "members", "share": "50 %",
    "from": "2027-01-01", "until": "2028-01-01", "status": "scenario", "source": "scenario",
}  # fmt: skip


def records(model: type[Strict]) -> set[type[Strict]]:
    """A record and all records inside it."""
    found = {model}
    for field in model.model_fields.values():
        for part in parts(field.annotation):
            found |= records(part)
    return found


def parts(annotation: object) -> list[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return [] if annotation.__name__ == "Text" else [annotation]
    return [m for a in get_args(annotation) for m in parts(a)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_and_every_word_of_a_kind_has_its_name(kind):
    assert kind in words.GROUPS
    for model in records(KINDS[kind]):
        for name, field in model.model_fields.items():
            assert name in terms.FIELDS, f"{model.__name__}.{name}"
            if name in ("status", "kind"):
                continue
            for word in literals(field.annotation):
                assert word in terms.VALUES, f"{model.__name__}.{name}: {word}"


def literals(annotation: object) -> list[str]:
    found = []
    for a in get_args(annotation):
        found += [a] if isinstance(a, str) else literals(a)
    return found


def group(on: date, kind: str, held: pact.Pact = A, lang=EN):
    return next(g for g in agreement(held, on, lang).groups if g.kind == kind)


def test_agreed_scenario_and_neither_are_told_apart():
    held = pact.read("plurilateral-2026")
    assert standing(A, A.instrument("standards")) == "agreed"
    assert standing(A, A.instrument("ndpr-oxide")) == "scenario"
    assert standing(held, held.instrument("standards-based-markets")) == "open"
    said = agreement(A, TODAY, EN)
    assert (said.agreed, said.scenarios) == (10, 22)
    assert sum(len(g.articles) + sum(len(t.levels) for t in g.floors) for g in said.groups) == 32


def test_floors_of_the_same_terms_stand_in_one_table_with_every_digit():
    (terms,) = group(TODAY, "price_floor").floors
    by = {x.article.id: x for x in terms.levels}
    assert len(by) == 21
    assert by["silver-refined"].stated == "1,140,144.25\xa0USD/t\xa0Ag"
    assert by["cobalt-refined"].stated == "25\xa0USD/lb\xa0Co"
    assert by["cobalt-refined"].contained == "55,115.57\xa0USD/t\xa0Co"
    assert by["ndpr-oxide"].contained == "110,000\xa0USD/t\xa0NdPr oxide"
    words = dict(terms.clauses)
    assert words["Customs regimes"] == (
        "the floor applies: import for consumption and temporary import; "
        "the levy is suspended: free zone and transit; the levy is refunded: drawback"
    )
    assert words["Compared with"].endswith(
        "a route counts from 2\xa0% of the base year's imports on"
    )
    assert terms.simulated == "Simulated, but for: free zones."


def test_other_terms_are_another_table():
    basis = {**OXIDE["basis"], "incoterm": "CIF"}
    other = A.without("ndpr-oxide").with_instrument({**OXIDE, "basis": basis})
    first, second = group(TODAY, "price_floor", other).floors
    assert [x.article.id for x in second.levels] == ["ndpr-oxide"]
    assert len(first.levels) == 20
    assert dict(second.clauses)["Basis of the price"] == "cost, insurance and freight (CIF)"


def test_a_floor_that_rises_is_told_step_by_step():
    steps = [{"from": "2027-01-01", "value": "110 USD/kg"},
             {"from": "2028-07-01", "value": "120.5 USD/kg"}]  # fmt: skip
    other = A.without("ndpr-oxide").with_instrument({**OXIDE, "floor": steps})
    level = group(TODAY, "price_floor", other).floors[-1].levels[-1]
    assert "110\xa0USD/kg from January 1, 2027 to June 30, 2028" in level.stated
    assert level.contained.startswith("110,000")
    assert "; 120,500" in level.contained


@pytest.mark.parametrize(
    ("on", "state", "holds"),
    [
        (date(2026, 12, 31), "does not hold yet on this day", False),
        (date(2027, 1, 1), "holds on this day", True),
        (date(2027, 12, 31), "holds on this day", True),
        (date(2028, 1, 1), "holds no longer on this day", False),
    ],
)
def test_a_day_decides_what_holds(on, state, holds):
    (ban,) = group(on, "trade_action", A.with_instrument(ACTION)).articles
    assert (ban.state, ban.holds) == (state, holds)
    assert ban.days == "from January 1, 2027 to December 31, 2027"
    words = dict(ban.clauses)
    assert words["Applied by"] == "China"
    assert words["Against"] == "the parties"
    assert words["Part of the trade that is closed"] == "50\xa0%"


def test_a_suspended_instrument_says_so():
    (ban,) = group(
        LATER, "trade_action", A.with_instrument({**ACTION, "status": "suspended"})
    ).articles
    assert (ban.state, ban.holds) == ("is suspended", False)


def test_shares_and_steps_of_a_response():
    response = {
        "kind": "response", "id": "release", "topic": {"en": "Release"}, "status": "scenario",
        "source": "scenario", "shares": {"USA": "75 %", "MEX": "25 %"},
        "steps": [{"what": {"en": "Meet"}, "within": "5 days", "owners": ["USA", "MEX"]}],
    }  # fmt: skip
    said = group(TODAY, "response", A.with_instrument(response)).articles[-1]
    words = dict(said.clauses)
    assert words["Shares"] == "United States 75\xa0%, Mexico 25\xa0%"
    assert words["Steps"] == "(1) what: Meet; within: 5\xa0days; who: United States and Mexico"


def test_members_and_their_lists():
    late = A.with_member("CAN", date(2028, 1, 1))
    usa, mex, can = agreement(late, LATER, EN).members
    assert usa.holds
    assert not can.holds
    assert usa.list == "Final 2025 List of Critical Minerals of the United States"
    assert mex.status == "scenario"
    assert "Lithium" in mex.list
    assert can.list == ""
    assert can.source is None


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", pact.library())
def test_every_pact_reads_in_every_language(name, code):
    held, lang = pact.read(name), language(code)
    said = agreement(held, LATER, lang)
    assert len(said.sources) == len(held.sources)
    assert said.in_force == len(held.in_force(LATER))
    assert line(held, LATER, lang).rows


@pytest.mark.parametrize("code", ["es", "fr"])
def test_remarks_are_said_in_the_readers_language(code):
    oxide = {**OXIDE, "in": ["USA"], "regimes": {},
             "floor": [{"from": "2027-01-01", "value": "160 USD/kg"}]}  # fmt: skip
    faulty = A.without("ndpr-oxide", "graphite-anode").with_instrument(oxide)
    remarks, lang = check(faulty), language(code)
    assert {f.level for f in remarks} == {"error", "warning", "note"}
    for f in remarks:
        assert lang.note(f.what) != str(f.what)
        assert not f.mend or lang.note(f.mend) != str(f.mend)
        assert "{" not in lang.note(f.what) + lang.note(f.mend)


def test_where_a_pact_has_no_words_in_a_language_its_english_is_marked():
    spanish = agreement(A, TODAY, language("es"))
    assert (spanish.title.code, agreement(A, TODAY, EN).title.code) == ("es", "en")


@given(st.decimals("0.0001", 10**9, places=4))
def test_no_digit_of_a_quantity_is_lost(x):
    for code in LANGUAGES:
        lang = language(code)
        said = clauses.quantity(f"{x:f} USD/t", lang).removesuffix("\xa0USD/t")
        group, point = lang.digits(","), lang.digits(".")
        assert Decimal(said.replace(group, "").replace(point, ".")) == x


@pytest.mark.parametrize("text", ["2 %", "0.02 share", "2 pp"])
def test_shares_are_per_cent(text):
    assert clauses.quantity(text, EN) == "2\xa0%"
    assert units.share(text) == Decimal("0.02")


def test_amounts_in_words():
    assert clauses.quantity("10 million USD", language("es")) == "10\xa0millones de USD"
    assert clauses.quantity("60 days", FR) == "60\xa0jours"


class TestMilestones:
    def states(self, on: date) -> dict[str, str]:
        return {r.what.text: r.state for r in line(A, on, EN).rows}

    def test_states_follow_the_calendar(self):
        now = self.states(TODAY)
        assert now["Price floors (21)"] == "later"
        assert now["Comments on an agreement on trade in critical minerals"] == "expired"
        assert now["Annual review of the USMCA"] == "upcoming"
        assert self.states(LATER)["Price floors (21)"] == "holds"
        assert self.states(date(2027, 7, 2))["Annual review of the USMCA"] == "overdue"

    def test_places_are_in_the_order_of_days(self):
        scale = Scale([date(2026, 2, 4), date(2027, 7, 1)])
        assert scale.at(date(2026, 1, 1)) == 0
        assert scale.at(date(2028, 1, 1)) == 100
        assert scale.at(date(2027, 1, 1)) == 50
        assert [year for _, year in scale.ticks()] == ["2026", "2027"]

    def test_a_far_day_is_not_drawn_and_does_not_stretch_the_line(self):
        far, near = line(A, date(2150, 1, 1), EN), line(A, TODAY, EN)
        assert far.now is None
        assert near.now is not None
        assert far.ticks == near.ticks

    def test_events_of_a_kind_on_a_day_are_one_line(self):
        shelves = {s.id: s for s in shelved(timeline(A, TODAY), A, EN)}
        assert "Price floors (21)" in [e.what.text for e in shelves["upcoming"].events]
        assert [e.nature for e in shelves["overdue"].events] == ["due", "due"]

    def test_the_next_day(self):
        assert next_day(A, TODAY) == date(2026, 11, 27)
        assert next_day(A, date(2026, 12, 1)) == date(2027, 1, 1)


def test_a_named_reference_names_its_origin():
    reference = {"rule": "named", "origin": "CHN", "scope": "bloc"}
    other = A.without("ndpr-oxide").with_instrument({**OXIDE, "reference": reference})
    terms = group(TODAY, "price_floor", other).floors[-1]
    assert dict(terms.clauses)["Compared with"].startswith(
        "the price of goods from China, for the parties together"
    )
    assert isinstance(other.instrument("ndpr-oxide"), trade.PriceFloor)
