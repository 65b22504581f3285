"""Every shipped chain through the engine: the base reproduces, shocks converge and balance."""

from dataclasses import replace

import numpy as np
import pytest

from orepact import world
from orepact.market import Wedges, calibrate, solve

WORLD = world.load()


@pytest.mark.parametrize("mineral", list(WORLD.chains))
def test_no_policy_is_the_base_year(mineral):
    market = calibrate(WORLD.chain(mineral))
    out = solve(market)
    assert out.status.name == "converged"
    assert np.abs(out.state.p / market.p0 - 1).max() < 1e-9


@pytest.mark.parametrize("mineral", list(WORLD.chains))
def test_a_tariff_and_a_full_ban_by_the_largest_maker_converge(mineral):
    market = calibrate(WORLD.chain(mineral))
    base = solve(market)
    none = Wedges.base(market)
    us = market.region("USA")
    duty = none.duty.copy()
    duty[:, :, us] += 0.25
    duty[:, us, us] = none.duty[:, us, us]
    taxed = solve(market, replace(none, duty=duty), start=base)
    assert taxed.status.name == "converged"
    last = len(market.stages) - 1
    assert taxed.state.P[last, us] >= base.state.P[last, us] * (1 - 1e-9)
    top = int(np.argmax(base.state.y[last]))  # a position among the market's own regions
    closed = none.open.copy()
    closed[last, top, :] = 0.0
    closed[last, top, top] = none.open[last, top, top]
    banned = solve(market, replace(none, open=closed), start=base)
    assert banned.status.name == "converged"
    others = np.arange(len(market.regions)) != top
    before, after = (o.state.D[last, others].sum() for o in (base, banned))
    assert after < before
    assert banned.state.p[last, top] <= base.state.p[last, top] * (1 + 1e-9)
