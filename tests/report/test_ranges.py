"""Dots and ranges on their axis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import ResultError
from orepact.report.ranges import DECADES, Item, ranges
from orepact.study.screened import Span


def item(*q):
    return Item("x", "rest", Span(*q) if q else None, "text")


def test_a_linear_axis_holds_zero_and_all_ranges():
    c = ranges("USD billion", [item(1e9, 2e9, 4e9), item()], scale=1e-9)
    assert c.ticks == ((0.0, "0"), (25.0, "1"), (50.0, "2"), (75.0, "3"), (100.0, "4"))
    assert (c.rows[0].low, c.rows[0].mid, c.rows[0].high) == (25.0, 50.0, 100.0)
    assert c.rows[1].mid is None


def test_powers_of_ten():
    c = ranges("USD million", [item(1e6, 1e7, 1e8), item(0.0, 1e6, 1e6)], scale=1e-6, log=True)
    assert [t for _, t in c.ticks] == ["1", "10", "100"]
    assert (c.rows[0].low, c.rows[0].mid, c.rows[0].high) == (0.0, 50.0, 100.0)
    assert c.rows[1].low == 0.0


@given(st.lists(st.lists(st.floats(1e-3, 1e12), min_size=3, max_size=3), min_size=1, max_size=6))
def test_rows_stay_on_the_axis_and_in_order(values):
    for log in (False, True):
        c = ranges("x", [item(*sorted(v)) for v in values], log=log)
        assert len(c.ticks) <= DECADES + 1 or not log
        for r in c.rows:
            assert 0 <= r.low <= r.mid <= r.high <= 102.0  # ticks may end a 25th of a step short


@pytest.mark.parametrize("q", [(2.0, 1.0, 3.0), (0.0, float("nan"), 1.0), (0, 1, float("inf"))])
def test_what_is_no_range_is_refused(q):
    with pytest.raises(ResultError, match="not in order"):
        ranges("x", [item(*q)])
