"""Products in words: what a rise comes from, what is left out, the bills behind it."""

from dataclasses import replace

import pytest

from orepact.report import products
from orepact.study.bills import Part, Product, shipped
from orepact.study.downstream import Cost, PartCost

HOW = ("orepact-assumption", "assumed", "by hand")
THING = Product("thing", "A thing", "thing", (800.0, 1000.0, 1500.0), *HOW)


def part(mineral: str, stage: str, change: float | None, state: str = "counted") -> PartCost:
    return PartCost(Part("thing", mineral, stage, (1, 2, 3), *HOW), state, 10.0, change)


def cost(*parts: PartCost, share: float = 0.1) -> Cost:
    total = sum(p.change or 0.0 for p in parts)
    return Cost(THING, "USA", parts, 10.0, total, share, None, None, None)


def test_what_a_rise_comes_from(ranged) -> None:
    c = cost(
        part("ndpr", "magnet", 70.0), part("copper", "refined", 30.0), part("tin", "refined", 0.0)
    )
    (group,) = products.groups(ranged, [c])
    assert group.name == "A thing"
    assert group.value.spread == "800 to 1,500"
    cells = group.lines[0].cells
    assert [x.text.replace("\u00a0", " ") for x in cells] == [
        "10.0", "+100", "+10 %", "NdPr 70 %, copper 30 %",
    ]  # fmt: skip
    (alone,) = products.groups(ranged, [cost(part("ndpr", "magnet", 70.0))])
    assert alone.lines[0].cells[3].text == "NdPr"


def test_nothing_touched_is_an_honest_zero(ranged) -> None:
    c = cost(part("tin", "refined", 0.0, "not named by the pact"), share=0.0)
    (group,) = products.groups(ranged, [c])
    assert [x.text.replace("\u00a0", " ") for x in group.lines[0].cells[1:]] == ["0", "0 %", ""]


def test_what_is_small_is_not_nothing() -> None:
    assert products._share(0.0001) == "under 0.1\u00a0%"
    assert products._share(0.0) == "0\u00a0%"
    assert products._share(-0.02) == "\u22122.0\u00a0%"


def test_left_out_parts_are_told(ranged) -> None:
    gone = part("tin", "refined", None, "not bought there")
    (group,) = products.groups(ranged, [cost(part("ndpr", "magnet", 70.0), gone)])
    assert group.lines[0].cells[3].spread == "without tin (not bought there)"
    assert products.groups(ranged, [cost(gone)]) == ()
    two = [cost(part("ndpr", "magnet", 70.0)), replace(cost(gone), member="MEX")]
    (group,) = products.groups(ranged, two)
    assert group.lines[1].cells[0].text == "tin (not bought there)"
    absent = part("cobalt", "refined", None, "not in this run")
    assert products.groups(ranged, [cost(part("ndpr", "magnet", 70.0), absent)]) == ()


def test_every_figure_has_a_row_with_its_source() -> None:
    made, parts = shipped()
    found = products.bills()
    assert len(found) == len(made) + len(parts)
    for row in found:
        assert row.note
        assert (row.source == "") == (row.known == "assumed")
        assert float(row.low.replace(",", "")) <= float(row.high.replace(",", ""))


def test_a_product_has_the_weakest_grade_of_what_it_holds(ranged) -> None:
    assert products.grade(ranged, [cost(part("gallium", "primary", 1.0))]) == "scenario"
    assert products.grade(ranged, [cost(part("tin", "refined", 1.0))]) == "mostly imputed"


@pytest.mark.parametrize("members", [("USA",), ("USA", "MEX")])
def test_lines_name_each_member_with_something_known(ranged, members) -> None:
    run = replace(ranged, members=members)
    told = products.lines(run, [cost(part("ndpr", "magnet", 70.0), share=0.07)])
    assert told == [
        "USD more for one made in the United States (of its value): thing +70.0 (+7.0\u00a0%)."
    ]
