"""A floor at the border of a small importer, by hand: demand 100 - p/2, supply 0.6 p - 10."""

from dataclasses import replace

import numpy as np
import pytest

from orepact.market import Market, Wedges, accounts, demand, solve, sourcing, supply

HOME, WORLD = range(2)


def market(world_price: float, mu: float) -> Market:
    """Home faces a world of nearly fixed price; one good, all but homogeneous."""
    K = 1
    cap = np.array([[[1e6, 1e6]]])
    # world supply: price + 1e-5 y: home imports move it by less than 0.001
    intercept = np.array([[[10 / 0.6, world_price]]])
    rise = np.array([[[1 / 0.6, 1e-5]]])
    none = np.zeros((K, 2))
    weight = np.zeros((K, 2, 2))
    weight[0, :, HOME] = 1.0
    weight[0, WORLD, WORLD] = 1.0
    one = np.ones((K, 2))
    x0 = np.zeros((K, 2, 2))
    x0[0, WORLD, HOME] = 1.0
    return Market.from_arrays(
        regions=["home", "world"],
        stages=["metal"],
        p0=np.array([[world_price, world_price]]),
        x0=x0,
        scale=100 * one,
        supply=supply.Linear(cap, intercept, rise),
        demand=demand.Linear(
            np.array([[100.0, 0.0]]), np.array([[0.5, 0.0]]), np.array([[world_price, 1.0]])
        ),
        sourcing=sourcing.Logit(weight, none[..., None] + 0 * weight, none, mu * one),
    )


def floor_of(m: Market, F: float) -> Wedges:
    covered = np.zeros((1, 2, 2), bool)
    covered[0, WORLD, HOME] = True
    return replace(
        Wedges.base(m), floor=np.array([[F, 0.0]]), covered=covered, eligible=covered.copy()
    )


def homogeneous(world_price: float, F: float) -> tuple[list[float], dict[str, float]]:
    """Follow mu toward 0; the result at the smallest, its distance of order mu."""
    out = base = None
    for mu in (4.0, 1.0, 0.25, 0.05, 0.01, 0.002):
        m = market(world_price, mu)
        base = solve(m, start=base)
        out = solve(m, floor_of(m, F), start=out or base)
    st = out.state
    a0, a1 = (accounts(o.market, o.wedges, o.state) for o in (base, out))
    d = {k: float(a1.lines[k][HOME] - a0.lines[k][HOME]) for k in a1.lines}
    return [float(v) for v in (st.levy[0, WORLD, HOME], st.D[0, HOME], st.y[0, HOME],
                               st.x[0, WORLD, HOME], st.P[0, HOME], st.p[0, HOME])], d  # fmt: skip


# at mu = 0.002 the mix costs at most mu ln 2 = 0.0014 USD/t less than the cheapest source;
# times the slopes 0.5 and 0.6 that is under 0.002 t, times 100 t under 0.2 USD
T_PRICE, T_TONNES, T_MONEY = 0.002, 0.005, 0.3


def test_floor_binds() -> None:
    (levy, use, made, imports, *_), d = homogeneous(60.0, 75.0)
    assert levy == pytest.approx(15.0, abs=T_PRICE)
    assert use == pytest.approx(62.5, abs=T_TONNES)
    assert made == pytest.approx(35.0, abs=T_TONNES)
    assert imports == pytest.approx(27.5, abs=T_TONNES)
    assert d["floor levy"] == pytest.approx(412.5, abs=T_MONEY)
    assert d["final users"] == pytest.approx(-993.75, abs=T_MONEY)
    assert d["miners and processors"] == pytest.approx(457.5, abs=T_MONEY)
    assert sum(d.values()) == pytest.approx(-123.75, abs=T_MONEY)


def test_floor_below_the_market_changes_nothing() -> None:
    m = market(80.0, 0.5)
    base, out = solve(m), solve(m, floor_of(m, 75.0))
    assert np.all(out.state.levy == 0)
    np.testing.assert_allclose(out.state.p, base.state.p, rtol=1e-9)


def test_floor_above_autarky_is_not_a_guaranteed_price() -> None:
    (_, _, _, imports, _, price), _ = homogeneous(60.0, 120.0)
    assert imports == pytest.approx(0.0, abs=T_TONNES)
    assert price == pytest.approx(100.0, abs=0.02)  # the autarky price, not the floor of 120
