"""Loss of a shortfall: closed forms, properties, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.study.loss import (
    at_stake,
    expected_loss,
    extra_cost,
    lowest_value_first,
    proportional,
    rationed,
    span,
    value_added_lost,
)

uses = st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(0.0, 1e9)), min_size=1, max_size=6).map(
    lambda v: (np.array([s for s, _ in v]) / sum(s for s, _ in v), np.array([x for _, x in v]))
)
share = st.floats(0.0, 1.0)


def test_extra_cost_is_the_trapezium_under_a_straight_demand_curve():
    # price 10 to 16, use 100 to 60: 60 * 6 still bought, 40 * 6 / 2 given up
    assert extra_cost(100.0, 6.0, 0.4) == pytest.approx(60 * 6 + 40 * 6 / 2)


def test_what_users_choose_to_give_up_stops_no_output():
    assert rationed(0.4, 0.0, 0.0) == 0.0
    assert rationed(0.4, 0.4, 0.0) == pytest.approx(0.4)
    assert rationed(0.4, 0.1, 1.0) == pytest.approx(0.4)
    with pytest.raises(InputError, match="More is lacking than the shortfall"):
        rationed(0.1, 0.2, 0.5)


@given(uses, share, share)
def test_loss_is_nonnegative_and_rises_with_the_shortfall(use, q1, q2):
    shares, stake = use
    low, high = sorted((q1, q2))
    for lost in (
        [proportional(np.array([q]), stake[None]).sum() for q in (low, high)],
        [lowest_value_first(np.array([q]), stake[None], shares).sum() for q in (low, high)],
    ):
        assert 0.0 <= lost[0] <= lost[1] * (1 + 1e-9) + 1e-6


@given(uses, share)
def test_rationing_by_value_never_costs_more_than_in_proportion(use, q):
    shares, stake = use
    one = lowest_value_first(np.array([q]), stake[None], shares).sum()
    other = proportional(np.array([q]), stake[None]).sum()
    assert one <= other * (1 + 1e-9) + 1e-6


@given(uses)
def test_everything_short_loses_everything(use):
    shares, stake = use
    lost = lowest_value_first(np.array([1.0]), stake[None], shares)
    assert lost[0] == pytest.approx(stake)


def test_value_added_of_a_two_industry_economy():
    # A = [[0, .2], [.5, 0]]: L = 1/.9 [[1, .2], [.5, 1]]; value added shares .5 and .8
    A = np.array([[0.0, 0.2], [0.5, 0.0]])
    L, v = np.linalg.inv(np.eye(2) - A), np.array([0.5, 0.8])
    # industry 0 loses 90: final demand of 81 would cost it; it takes 45 of industry 1 along
    got = value_added_lost(np.array([90.0]), L[:1, :1], v @ L[:, :1])
    assert got == pytest.approx(0.5 * 90 + 0.8 * 45)


def test_suppliers_that_lose_output_themselves_are_counted_once():
    A = np.array([[0.0, 0.0], [0.5, 0.0]])
    L, v = np.linalg.inv(np.eye(2) - A), np.array([0.5, 1.0])
    both = value_added_lost(np.array([100.0, 50.0]), L, v @ L)
    assert both == pytest.approx(value_added_lost(np.array([100.0]), L[:1, :1], v @ L[:, :1]))
    # a supplier that loses more than its customer's fall explains loses the rest besides
    more = value_added_lost(np.array([100.0, 80.0]), L, v @ L)
    assert more == pytest.approx(both + 30.0)
    # one that loses less is dragged along by its customer all the same
    assert value_added_lost(np.array([100.0, 10.0]), L, v @ L) == pytest.approx(both)


def test_at_stake_and_expectation():
    assert at_stake(0.5, 200.0, 1.0) == 0.0
    assert expected_loss(np.array([0.1]), np.array([50.0])) == pytest.approx([5.0])
    with pytest.raises(InputError, match="dependence must lie between 0 and 1"):
        at_stake(1.5, 200.0, 0.0)
    with pytest.raises(InputError, match="probability"):
        expected_loss(2.0, 50.0)


def test_refusals():
    with pytest.raises(InputError, match="Use shares"):
        lowest_value_first(np.array([0.1]), np.array([[1.0, 2.0]]), np.array([0.5, 0.4]))
    with pytest.raises(InputError, match="shortfall"):
        proportional(np.array([1.5]), np.array([[1.0]]))
    with pytest.raises(InputError, match="No draw solved"):
        span(np.array([np.nan]))


def test_span_leaves_unsolved_draws_out():
    got = span(np.array([np.nan, *np.arange(101.0)]))
    assert tuple(got) == pytest.approx((5.0, 50.0, 95.0))


def test_a_share_that_is_no_number_is_refused() -> None:
    for bad in (np.nan, np.array([0.1, np.nan])):
        with pytest.raises(InputError, match="it holds nan"):
            rationed(bad, 0.0, 0.5)
