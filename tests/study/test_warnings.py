"""What a reader is told beside the numbers, and what is not said where nothing is wrong."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from orepact import pact, world
from orepact.market import Wedges, calibrate, solve
from orepact.market.instruments import wedges
from orepact.study.warnings import MUCH, warnings

EARTH = world.load()
PACT = pact.read("us-mexico-2026")
DAY = PACT.default_date()


@pytest.fixture(scope="module")
def ndpr():
    m = calibrate(EARTH.chain("ndpr"))
    return m, solve(m)


@pytest.fixture(scope="module")
def zinc():
    m = calibrate(EARTH.chain("zinc"))
    return m, solve(m)


def magnet_floor(value: str):
    held = PACT.instrument("ndpr-magnet").model_dump(by_alias=True)
    held["floor"] = [{"from": DAY, "value": value}]
    return PACT.without("ndpr-magnet").with_instrument(held)


class TestOpenedRoutes:
    def test_from_a_share_on(self, zinc) -> None:
        _, base = zinc
        assert warnings(PACT, DAY, base, base, MUCH) == ()
        (said,) = warnings(PACT, DAY, base, base, MUCH + 0.15)
        assert said.startswith("35% of the change in trade runs over routes that carried nothing")


class TestFloorsThatDoNotFit:
    def test_the_shipped_ones_fit(self, ndpr) -> None:
        _, base = ndpr
        assert warnings(PACT, DAY, base, base, 0.0) == ()

    def test_the_least_is_inputs_at_their_floors_plus_conversion(self, ndpr) -> None:
        """``F[magnet] >= a F[oxide] + p[magnet] - a p[oxide]``, base prices by tonnes."""
        m, base = ndpr
        k, j = m.stage("magnet"), m.stage("oxide")
        price = np.sum(m.p0 * m.x0.sum(-1), -1) / m.x0.sum((-2, -1))
        a = np.median(m.inputs[k, j][m.inputs[k, j] > 0])
        least = a * 110_000 + price[k] - a * price[j]
        low, high = (magnet_floor(f"{least + d:.2f} USD/t") for d in (-100, 100))
        (said,) = warnings(low, DAY, base, base, 0.0)
        assert said.startswith("The floors do not fit together: magnet at")
        assert f"{least:,.0f} USD/t" in said
        assert warnings(high, DAY, base, base, 0.0) == ()

    def test_one_floor_alone_has_nothing_to_fit(self, ndpr) -> None:
        _, base = ndpr
        low = magnet_floor("1 USD/kg")
        assert warnings(low.without("ndpr-oxide"), DAY, base, base, 0.0) == ()

    def test_only_on_days_when_they_hold(self, ndpr) -> None:
        _, base = ndpr
        low = magnet_floor("1 USD/kg")
        assert len(warnings(low, DAY, base, base, 0.0)) == 1
        assert warnings(low, date(2026, 6, 1), base, base, 0.0) == ()


class TestPricesOutOfReach:
    """States set by hand around the points of the curves."""

    def test_beyond_the_backstop_the_place_is_named(self, zinc) -> None:
        m, base = zinc
        k, r = m.stage("refined"), m.region("USA")
        P = base.state.P.copy()
        P[k, r] = 1.01 * m.demand.backstop[k, r] * m.demand.P0[k, r]
        out = replace(base, state=base.state._replace(P=P))
        assert warnings(PACT, DAY, base, out, 0.0) == (
            "Beyond the backstop, where users substitute: refined in United States.",
        )
        P[k, r] *= 0.98
        out = replace(base, state=base.state._replace(P=P))
        assert warnings(PACT, DAY, base, out, 0.0) == ()

    def test_below_avoidable_cost_the_place_is_named(self, zinc) -> None:
        m, base = zinc
        k, r = m.stage("refined"), m.region("MEX")
        least = float(np.max(m.supply.opening()[k, :, r]))
        for factor, said in ((0.99, 1), (1.01, 0)):
            margin = base.state.m.copy()
            margin[k, r] = factor * least
            out = replace(base, state=base.state._replace(m=margin))
            found = warnings(PACT, DAY, base, out, 0.0)
            assert len(found) == said
        assert "refined in Mexico" in warnings(PACT, DAY, base, _low(base, k, r), 0.0)[0]

    def test_many_places_are_counted(self, zinc) -> None:
        m, base = zinc
        out = replace(base, state=base.state._replace(m=0.0 * base.state.m))
        (said,) = warnings(PACT, DAY, base, out, 0.0)
        shut = np.sum(np.sum(m.supply.capacity, axis=-2) > 0)
        assert said.startswith("Below avoidable cost, where plants close: ")
        assert said.endswith(f" and {shut - 4} more.")
        assert "China" in said  # the largest come first


def _low(base, k, r):
    margin = base.state.m.copy()
    margin[k, r] = 0.0
    return replace(base, state=base.state._replace(m=margin))


def test_no_source_is_said_where_every_route_is_closed(zinc) -> None:
    """Japan may buy from nobody, itself included: its users go without."""
    m, base = zinc
    k, r = m.stage("refined"), m.region("JPN")
    w = Wedges.base(m)
    open_ = np.array(w.open, float) * np.ones(m.x0.shape)
    open_[k, :, r] = 0.0
    out = solve(m, replace(w, open=open_), start=base, must_solve=False)
    said = warnings(PACT, DAY, base, out, 0.0)
    assert "No source is open, so nothing is bought: refined in Japan." in said


def test_a_simulated_pact_warns_by_itself(ndpr) -> None:
    m, base = ndpr
    low = magnet_floor("1 USD/kg")
    out = solve(m, wedges(low, m, DAY), start=base)
    assert any("do not fit together" in s for s in warnings(low, DAY, base, out, 0.0))


def test_a_captive_seller_pulls_the_reference_down() -> None:
    """Silver: Chile takes the levy off its price; an average feeds this less, Korea hardly."""
    m = calibrate(EARTH.chain("silver"))
    base = solve(m)
    k, d = m.stage("refined"), m.region("USA")

    def under(**rule):
        floor = PACT.instrument("silver-refined").model_dump(by_alias=True)
        floor["reference"] = {**rule, "scope": "destination"}
        held = PACT.without("silver-refined").with_instrument(floor)
        out = solve(m, wedges(held, m, DAY), start=base)
        said = [s for s in warnings(held, DAY, base, out, 0.0) if "reference price" in s]
        return out.state.reference[k, d] / m.p0[k, d], said

    lowest, (said,) = under(rule="lowest_non_member")
    assert "refined in United States falls to 76% of the base year's: Chile sells" in said
    average, (said,) = under(rule="average_non_member")
    assert 0.9 > average > lowest + 0.05
    assert f"refined in United States falls to {average:.0%}" in said
    named, said = under(rule="named", origin="KOR")
    assert named > 0.95
    assert said == []


def test_a_floor_far_above_the_price_is_questioned(ndpr) -> None:
    """110000 USD/kg for 110 USD/kg passes every check of the text."""
    m, base = ndpr
    held = magnet_floor("110000 USD/kg")
    out = solve(m, wedges(held, m, DAY), start=base)
    said = [s for s in warnings(held, DAY, base, out, 0.0) if "times the base price" in s]
    assert len(said) == 1
    assert "The floor on magnet, 110,000,000 USD/t" in said[0]
    assert not any("times the base price" in s for s in warnings(PACT, DAY, base, base, 0.0))


def test_a_price_that_is_not_unique_comes_with_its_range(ndpr) -> None:
    m, base = ndpr
    interval = np.full((*m.p0.shape, 2), np.nan)
    interval[m.stage("oxide"), m.region("MYS")] = (50_000.0, 61_000.0)
    open_ended = replace(base, interval=interval)
    (said,) = warnings(PACT, DAY, base, open_ended, 0.0)
    assert "oxide in Malaysia" in said
    assert "from 50,000 to 61,000 USD/t" in said
