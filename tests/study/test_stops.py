"""A stop of exports in the full chain."""

from __future__ import annotations

import numpy as np
import pytest

from orepact import world
from orepact.errors import NoMatchError
from orepact.market import calibrate, solve
from orepact.study.draws import draw
from orepact.study.stops import export_stop, stops, suppliers


@pytest.fixture(scope="module")
def chain():
    return world.load().chain("gallium")


@pytest.fixture(scope="module")
def central(chain):
    return {(s.stage, s.supplier): s for s in stops(chain)}


@pytest.fixture(scope="module")
def sampled(chain):
    return {(s.stage, s.supplier): s for s in stops(chain, draw(chain, 16))}


def test_suppliers_are_the_large_ones_in_order(chain):
    found = suppliers(chain, "primary")
    assert next(iter(found)) == "CHN"
    assert all(v >= 0.05 for v in found.values())
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_nothing_leaves_and_home_trade_stays(chain):
    market = calibrate(chain)
    w = export_stop(market, "primary", "CHN")
    k, o = market.stage("primary"), market.region("CHN")
    x = solve(market, w).state.x
    assert x[k, o].sum() == pytest.approx(x[k, o, o])
    assert x[k, o, o] > 0


def test_prices_rise_and_use_falls_for_everybody_else(central):
    s = central["high_purity", "CHN"]
    k = s.stages.index("high_purity")
    others = np.array([r != "CHN" for r in s.regions])
    bought = s.Q0[k] > 0
    assert np.all(s.P[k, others & bought] > s.P0[k, others & bought])
    assert np.all(s.D[k, others] <= s.D0[k, others] + 1e-9)


def test_the_base_year_without_a_stop_is_itself(chain):
    market = calibrate(chain)
    used = solve(market).state.D
    assert used == pytest.approx(market.demand.D0)


def test_pooled_draws_lie_around_the_full_chain(central, sampled):
    assert set(central) == set(sampled)
    a, b = central["high_purity", "CHN"], sampled["high_purity", "CHN"]
    assert {"USA", "EUN", "JPN", "CHN"} <= set(b.regions)
    assert np.all(b.solved)
    k, i, j = 1, a.regions.index("USA"), b.regions.index("USA")
    rise = b.P[:, k, j] / b.P0[:, k, j] - 1
    full = a.P[k, i] / a.P0[k, i] - 1
    assert rise.min() < full < rise.max()


def test_draws_that_stall_are_led_there():
    # three of these draws do not solve at once from the base year
    tin = world.load().chain("tin")
    (one,) = stops(tin, draw(tin, 16), [("refined", "PER")])
    assert np.all(one.solved)


@pytest.mark.parametrize("pair", [("primary", "MEX"), ("high_purity", "BRA")])
def test_a_stop_that_touches_nothing_is_an_error(chain, pair):
    with pytest.raises(NoMatchError, match="touch nothing"):
        stops(chain, wanted=[pair])
    with pytest.raises(NoMatchError, match="touch nothing"):
        export_stop(calibrate(world.load().chain("ndpr")), "magnet", "COD")
