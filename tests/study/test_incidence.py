"""Who bears the wedge: closed forms of the textbook, and parts that add up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from markets import everything, floored, limited, make, one_stage

from orepact import pact, world
from orepact.errors import AccountsError
from orepact.market import Market, Wedges, accounts, calibrate, demand, solve, sourcing, supply
from orepact.market.instruments import wedges
from orepact.study import incidence
from orepact.study.incidence import borders, margins, money, routes

HOME, WORLD = range(2)


def trade(eps: float, eta: float, home: float = 0.0, mu: float = 1e-3, cap: float = 1e6) -> Market:
    """One good at a price of 100; home buys 50 t, abroad makes them, linear curves.

    ``eps`` and ``eta`` are elasticities there; ``home`` is home's own slope of supply, t per USD.
    """
    one = np.ones((1, 2))
    abroad = eps * 50 / 100
    rise = np.array([[[1 / home if home else 1.0, 1 / abroad]]])
    start = np.array([[[100.0 if home else 1e6, 100 - 50 / abroad]]])
    weight = np.zeros((1, 2, 2))
    weight[0, WORLD, HOME] = 1.0
    weight[0, HOME, HOME] = 1.0 if home else 0.0
    x0 = np.zeros((1, 2, 2))
    x0[0, WORLD, HOME] = 50.0
    fall = eta * 50 / 100
    return Market.from_arrays(
        regions=["home", "abroad"],
        stages=["metal"],
        p0=100 * one,
        x0=x0,
        scale=50 * one,
        supply=supply.Linear(np.array([[[cap if home else 0.0, cap]]]), start, rise),
        demand=demand.Linear(
            np.array([[50 + fall * 100, 0.0]]), np.array([[fall, 0.0]]), 100 * one
        ),
        sourcing=sourcing.Logit(weight, 0 * weight, 0 * one, mu * one),
    )


def tariff(m: Market, t: float) -> Wedges:
    specific = np.zeros((1, 2, 2))
    specific[0, WORLD, HOME] = t
    return replace(Wedges.base(m), specific=specific)


def border(m: Market, t: float):
    base = solve(m)
    (found,) = borders(base, solve(m, tariff(m, t), start=base), ("home",))
    return found


@pytest.mark.parametrize(("eps", "eta"), [(1.0, 1.0), (0.3, 1.2), (4.0, 0.5)])
def test_buyers_bear_eps_over_eps_plus_eta(eps: float, eta: float) -> None:
    """The textbook: the side that answers the price less bears more of the tax."""
    found = border(trade(eps, eta), 1.0)
    assert found.wedge == pytest.approx(1.0, rel=1e-9)
    assert found.buyer == pytest.approx(eps / (eps + eta), rel=1e-6)
    assert found.supplier == pytest.approx(eta / (eps + eta), rel=1e-6)
    assert found.real == 0.0


def test_own_supply_counts_with_demand_where_goods_are_alike() -> None:
    """Of a good that is all but homogeneous: the elasticity of *import* demand decides."""
    m = trade(1.0, 0.5, home=0.2)
    slope, fall = 0.5, 0.25
    found = border(m, 2.0)
    # home's supply starts at 100 USD, so it adds its slope to that of demand
    assert found.buyer == pytest.approx(slope / (slope + fall + 0.2), abs=1e-3)


def test_fixed_supply_bears_all() -> None:
    found = border(trade(1.0, 0.5, cap=40.0), 1.0)  # at capacity, well above its cost
    assert found.buyer == pytest.approx(0.0, abs=1e-6)
    assert found.supplier == pytest.approx(1.0, abs=1e-6)


def test_supply_at_a_given_price_bears_nothing() -> None:
    found = border(trade(1e6, 0.5), 1.0)
    assert found.buyer == pytest.approx(1.0, abs=1e-5)


def test_a_tax_taken_off_is_shared_by_the_same_rule() -> None:
    m = trade(2.0, 1.0)
    before, after = tariff(m, 5.0), tariff(m, 4.0)
    base = solve(m, before)
    (found,) = borders(base, solve(m, after, start=base), ("home",))
    assert found.relief
    assert found.wedge == pytest.approx(-1.0, rel=1e-9)
    assert found.buyer == pytest.approx(2 / 3, rel=1e-6)


def test_a_wedge_too_small_to_divide_is_not_divided() -> None:
    found = border(trade(1.0, 1.0), 0.05)
    assert found.wedge == pytest.approx(0.05)
    assert np.isnan(found.buyer)


@given(some.integers(0, 30))
def test_shares_add_up_to_one_on_every_route(seed: int) -> None:
    m = make(seed)
    base, out = solve(m), solve(m, everything(m))
    r = routes(base, out)
    size = np.max(out.state.c)
    np.testing.assert_allclose(r.buyer + r.supplier + r.real, r.wedge, atol=1e-10 * size)
    np.testing.assert_allclose(sum(r.kept.values()), r.wedge, atol=1e-10 * size)
    for b in borders(base, out, ("A", "B")):
        if np.isfinite(b.buyer):
            assert b.buyer + b.supplier + b.real == pytest.approx(1.0, abs=1e-9)
            assert sum(b.kept.values()) == pytest.approx(1.0, abs=1e-9)
    divided = borders(base, out, tuple(m.regions))
    assert sum(np.isfinite(b.buyer) for b in divided) >= 2  # the two floors of A


@given(some.integers(0, 30), some.sampled_from(["logit", "ces"]))
def test_parts_of_welfare_add_up_region_by_region(seed: int, form: str) -> None:
    m = make(seed, form=form)
    base, out = solve(m), solve(m, everything(m))
    found = money(base, out)
    one, two = (accounts(o.market, o.wedges, o.state) for o in (base, out))
    size = np.sum(out.state.c * out.state.x)
    np.testing.assert_allclose(sum(found.values()), two.welfare - one.welfare, atol=1e-9 * size)
    matching = sum(v.sum() for (who, _), v in found.items() if who == "matching")
    real = one.real["matching"] - two.real["matching"]
    assert matching == pytest.approx(real, abs=1e-9 * size)
    assert abs(matching) > 1e-6 * size or form == "ces"
    levy = found["floor levy", ""].sum()
    assert levy == pytest.approx(np.sum(out.state.levy * out.state.x), abs=1e-9 * size)


def test_a_layer_of_landed_cost_that_is_not_known_is_refused() -> None:
    m = one_stage()
    base, out = solve(m), solve(m, floored(m, [0], 14.0))
    more = replace(out, state=out.state._replace(c=1.001 * out.state.c))
    with pytest.raises(AccountsError, match="more than incidence knows"):
        routes(base, more)


def test_parts_that_miss_the_change_are_refused(monkeypatch) -> None:
    m = one_stage()
    base, out = solve(m), solve(m, floored(m, [0], 14.0))
    whole = incidence._money
    monkeypatch.setattr(
        incidence, "_money", lambda o: {k: v for k, v in whole(o).items() if k[0] != "floor levy"}
    )
    with pytest.raises(AccountsError, match="miss its change"):
        money(base, out)


def test_who_keeps_the_wedge() -> None:
    m = one_stage()
    base = solve(m)
    levy = borders(base, solve(m, floored(m, [0], 14.0)), ("A",))[0]
    assert levy.kept["treasury"] == pytest.approx(1.0)
    raised = floored(m, [0], 14.0, top_up=np.ones((1, 4), bool), response=np.ones((1, 4)))
    kept = borders(base, solve(m, raised), ("A",))[0].kept
    assert kept["exporters"] == pytest.approx(1.0)
    for holder, who in (("importer", "importers"), ("exporter", "exporters")):
        quota = limited(m, 0, [1, 2, 3], [0], 0.6, holder)
        found = borders(base, solve(m, quota), ("A",))[0]
        assert found.kept[who] == pytest.approx(1.0)
        rents = money(base, solve(m, quota))["rents", ""]
        assert (rents[0] > 0) == (holder == "importer")


def test_nothing_changed_bears_nothing() -> None:
    m = one_stage()
    base = solve(m)
    assert borders(base, base, ("A", "B")) == ()
    assert all(np.all(v == 0) for v in money(base, base).values())


def test_a_floor_in_the_world_as_it_stands() -> None:
    m = calibrate(world.load().chain("zinc"))
    agreed = pact.read("us-mexico-2026")
    base = solve(m)
    out = solve(m, wedges(agreed, m, agreed.default_date()), start=base)
    found = {(b.stage, b.member): b for b in borders(base, out, ("USA", "MEX")) if not b.relief}
    usa = found["refined", "USA"]
    d = m.region("USA")
    paid = np.sum((out.state.levy * out.state.x)[1, :, d])
    assert float(usa.wedge * usa.tonnes) == pytest.approx(paid, rel=0.01)  # duties move a little
    assert 0 < usa.buyer < 1
    for row in margins(base, out, ("USA", "MEX")):
        k, r = m.stage(row.stage), m.region(row.member)
        assert row.realised == pytest.approx(out.state.m[k, r] / base.state.m[k, r] - 1)
