import pytest

from orepact.report import charts, numbers
from orepact.report.charts import Bar, chart, nice
from orepact.report.view import Shown


@pytest.mark.parametrize(
    ("low", "high"),
    [(-12.0, 87.0), (0.0, 0.0), (-0.1, 98.0), (3.0, 4.0), (-1e5, 2e-3), (-7.0, -5.0)],
)
def test_ticks_hold_zero_and_the_data(low, high):
    ticks = nice(low, high)
    step = ticks[1] - ticks[0]
    assert 0.0 in ticks
    assert ticks[0] <= low + 0.04 * step + 1e-9
    assert ticks[-1] >= high - 0.04 * step - 1e-9
    assert 2 <= len(ticks) <= 7


def test_bars_start_at_zero_and_whiskers_hold_the_headline():
    bars = [
        Bar("a", "member", Shown(50.0, 20.0, 80.0)),
        Bar("b", "rest", Shown(-25.0)),
        Bar("c", "rest", None),
    ]
    c = chart("Price", "change, %", " %", bars, numbers.signed, "balanced")
    up, down, none = c.rows
    assert up.start == c.zero
    assert up.start < up.low < up.start + up.width < up.high
    assert down.start + down.width == pytest.approx(c.zero)
    assert (down.low, down.high, down.spread) == (None, None, "")
    assert (none.start, none.text) == (None, "no production")
    per = up.width / 50.0
    assert down.width == pytest.approx(25.0 * per, abs=2e-3)


def test_ranking_adds_up_to_the_world(central):
    c = charts.welfare_ranking(central, list(central.minerals.values()))
    assert c.rows[-1].label == "World"
    change = sum(
        mr.figures["", "WLD", "welfare"].central - mr.figures["", "WLD", "welfare"].base
        for mr in central.minerals.values()
    )
    assert c.rows[-1].text == numbers.millions(change)
    lengths = [r.width if r.start >= c.zero else -r.width for r in c.rows]
    assert sum(lengths[:-1]) == pytest.approx(lengths[-1], abs=0.02)
    assert lengths[:-2] == sorted(lengths[:-2], reverse=True)
    assert {"United States", "Mexico"} <= {r.label for r in c.rows}


def test_every_chart_has_a_unit_on_its_axis(ranged):
    for mr in ranged.minerals.values():
        for stage in mr.chain.stages:
            for c in charts.stage_charts(ranged, mr, stage):
                assert c.axis.split(", ")[1] in ("%", "t a year", "kt a year")


def test_weak_data_are_hatched(ranged, central):
    for run in (ranged, central):
        for mr in run.minerals.values():
            for stage, grade in mr.chain.grade.items():
                for c in charts.stage_charts(run, mr, stage):
                    assert {r.weak for r in c.rows} == {grade != "balanced"}
