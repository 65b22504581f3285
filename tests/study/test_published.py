"""Comparisons with published results: what they compare, not that they agree."""

from __future__ import annotations

import pytest

from orepact import world
from orepact.errors import InputError
from orepact.study.published import (
    LEADERS,
    both,
    china_stop,
    eu_order,
    eu_risks,
    expected_by_mineral,
    leaders,
)
from orepact.study.screen import screen

HELD = world.screening()


@pytest.fixture(scope="module")
def us():
    return screen("USA", world.load(), LEADERS, draws=4)


def test_a_ban_of_every_form_costs_more_than_of_one_and_both_add_up(us):
    found = china_stop(world.load(), HELD, draws=4)
    assert {x.supplier for parts in found.values() for x in parts} == {"CHN"}
    gallium = found["gallium"]
    assert gallium[0].loss == gallium[1].loss
    one = max(x.shortfall.median for r in us.rows if r.mineral == "gallium" for x in r.losses)
    assert gallium[0].shortfall.median >= one
    total = both(found)
    assert total.median == pytest.approx(sum(x[0].loss.median for x in found.values()))
    assert 0 < total.low <= total.median <= total.high


def test_the_order_of_the_leaders(us):
    order = leaders(us)
    assert [m for m, *_ in order.rows] == list(LEADERS)
    assert sorted(place for _, _, place, _ in order.rows) == list(range(1, len(LEADERS) + 1))
    assert -1 <= order.rho <= 1
    best = next(iter(expected_by_mineral(us)))
    assert next(m for m, _, place, _ in order.rows if place == 1) == best


def test_a_screen_without_losses_cannot_be_compared():
    none = screen("USA", world.load(), ["gallium"], draws=0)
    with pytest.raises(InputError, match="no expected loss for samarium"):
        leaders(none)


def test_eu_bounds_hold_the_formula_at_every_reliance():
    found, left_out = eu_risks(HELD)
    by = {r.mineral: r for r in found}
    assert not set(by) & set(left_out)
    assert set(by) | set(left_out) == set(HELD.minerals["id"])
    # the study of 2023: China 94 % of gallium, scored 5.7 of 10: 0.94^2 x 5.7 is 5.0
    assert by["gallium"].world == pytest.approx(5.0, abs=0.1)
    # members of the Union apart and agreements at 0.8: zinc came out above 1 as one supplier
    assert by["zinc"].high < 1
    assert all(r.low <= r.high for r in found)
    assert eu_order(found) > 0
    assert by["niobium"].eu is None


def test_groups_published_as_one_are_left_out():
    _, left_out = eu_risks(HELD)
    assert {"samarium", "lutetium", "rhodium"} <= set(left_out)
