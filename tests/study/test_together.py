"""Sums over minerals: central values add up, ranges come from joint draws."""

import pytest

from orepact import pact, world
from orepact.errors import InputError
from orepact.study.metrics import Key
from orepact.study.simulate import Run, simulate
from orepact.study.together import total


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(pact.read("us-mexico-2026"), world.load(), ["zinc", "magnesium"], draws=8)


def test_central_values_add_up(run) -> None:
    keys = [Key("", r, "welfare") for r in ("USA", "MEX")]
    figures = [mr.figures[k] for mr in run.minerals.values() for k in keys]
    assert total(run, ["USA", "MEX"]).central == pytest.approx(
        sum(f.central - f.base for f in figures)
    )


def test_the_range_of_a_sum_lies_within_the_sum_of_the_extremes(run) -> None:
    found = total(run, ["USA"])
    drawn = [mr.totals["USA", "welfare"] for mr in run.minerals.values()]
    assert found.range is not None
    low, mid, high = found.range
    assert sum(d.min() for d in drawn) <= low < mid < high <= sum(d.max() for d in drawn)


def test_lines_of_welfare_add_up_in_every_draw(run) -> None:
    from orepact.market.accounts import LINES

    for mr in run.minerals.values():
        parts = sum(mr.totals["USA", line] for line in LINES)
        assert parts == pytest.approx(mr.totals["USA", "welfare"], rel=1e-6, abs=1.0)


def test_without_draws_there_is_no_range() -> None:
    run = simulate(pact.read("us-mexico-2026"), world.load(), ["zinc"], draws=0)
    assert total(run, ["USA"]).range is None


@pytest.mark.parametrize("asked", [(["XXX"], "welfare"), (["USA"], "happiness")])
def test_what_the_run_does_not_hold_is_named(run, asked) -> None:
    with pytest.raises(InputError, match="holds no"):
        total(run, *asked)
