"""The nine traps of floors in trade models, one named test each."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from conftest import floored, make, one_stage

from orepact import pact, world
from orepact.errors import InputError, NoMatchError
from orepact.market import RESULTS, Wedges, accounts, calibrate, solve
from orepact.market.instruments import effects, wedges
from orepact.market.protection import effective_protection

ON = date(2027, 1, 1)
A, B, C, D = range(4)
SCENARIO = pact.read("us-mexico-2026")


def test_1_a_ban_does_not_leak_through_third_countries() -> None:
    """Arcs carry origins: what B ships is B's own, however cheap C's banned goods become there."""
    m = one_stage()
    w = Wedges.base(m)
    open_ = w.open.copy()
    open_[0, C, A] = 0.0
    base, out = solve(m), solve(m, replace(w, open=open_))
    assert out.state.x[0, C, A] == 0
    np.testing.assert_allclose(out.state.x[0].sum(1), out.state.y[0], rtol=1e-9)
    assert out.state.P[0, A] > base.state.P[0, A]
    assert out.state.p[0, C] < base.state.p[0, C]


def test_2_a_member_without_its_own_floor_backfills() -> None:
    """B is exempt from A's floor and has none itself: it serves A and buys outside for itself."""
    m = one_stage(sigma=8.0)
    base = solve(m)
    w = floored(m, [A], 1.5 * float(m.p0.max()))
    covered = w.covered.copy()
    covered[0, B, A] = False
    out = solve(m, replace(w, covered=covered, eligible=covered))
    assert out.state.x[0, B, A] > base.state.x[0, B, A]
    outside = [C, D]
    share0 = base.state.x[0, outside, B].sum() / base.state.Q[0, B]
    assert out.state.x[0, outside, B].sum() / out.state.Q[0, B] > share0
    gain = [float(accounts(o.market, o.wedges, o.state).welfare[B]) for o in (base, out)]
    assert gain[1] > gain[0]


def test_3_a_border_floor_is_not_a_guaranteed_price() -> None:
    """Once the bloc can feed itself its price stays below the floor, however high the floor is."""
    m = one_stage(eps=2.0, use0=0.5, sigma=10.0)
    F = 10.0 * float(m.p0.max())
    out = solve(m, floored(m, [A, B], F))
    assert np.all(out.state.p[0, [A, B]] < 0.5 * F)
    foreign = out.state.x[0, [C, D]][:, [A, B]].sum() / m.x0[0, [C, D]][:, [A, B]].sum()
    assert foreign < 0.01


def test_4_an_entry_top_up_is_refused_where_it_is_indeterminate() -> None:
    m = one_stage(sigma=400.0)
    top = np.arange(4)[None] == A
    with pytest.raises(InputError, match="no determinate price"):
        solve(m, floored(m, [A], 12.0, top_up=top))
    assert solve(m, floored(m, [A], 12.0)).status is RESULTS.converged


def test_5_prices_of_inactive_producers_are_not_reported() -> None:
    m = calibrate(world.load().chain("ndpr"))
    out = solve(m)
    idle = (m.supply.capacity.sum(-2) == 0) & (m.secondary.capacity.sum(-2) == 0)
    assert idle.any()
    assert np.isnan(out.price[idle]).all()
    assert np.isfinite(out.price[~idle]).all()


def test_6_a_floor_on_ore_alone_taxes_the_blocs_refiners() -> None:
    """Negative effective protection, thinner margins; a floor on refined alone shifts a stage."""
    m = make(R=4)
    base = solve(m)
    members = ("A", "B")
    ore = solve(m, floored(m, [A, B], 1.5 * float(m.p0[0].max()), k=0))
    erp = effective_protection(base, ore, members)
    assert np.all(erp[1, [A, B]] < 0)
    assert np.all(ore.state.m[1, [A, B]] < base.state.m[1, [A, B]])
    assert np.all(ore.state.y[1, [A, B]] < base.state.y[1, [A, B]])
    oxide = solve(m, floored(m, [A, B], 1.5 * float(m.p0[1].max()), k=1))
    outside = oxide.state.x[2, [C, D]][:, [A, B]].sum() - base.state.x[2, [C, D]][:, [A, B]].sum()
    assert outside > 0  # the next stage comes from abroad
    assert oxide.state.y[2, [A, B]].sum() < base.state.y[2, [A, B]].sum()


@pytest.mark.parametrize("mineral", list(world.load().chains))
def test_7_no_policy_returns_the_base_and_a_low_floor_changes_nothing(mineral: str) -> None:
    m = calibrate(world.load().chain(mineral))
    base = solve(m)
    np.testing.assert_allclose(base.state.p[base.active], m.p0[base.active], rtol=1e-9)
    np.testing.assert_allclose(base.state.x, m.x0, rtol=1e-9, atol=1e-9 * m.x0.max())
    members = [m.region(c) for c in ("USA", "MEX") if c in m.regions]
    low = floored(m, members, 0.5 * float(m.p0[-1].min()), k=len(m.stages) - 1)
    same = solve(m, low, start=base)
    assert np.all(same.state.levy == 0)
    np.testing.assert_allclose(same.state.x, base.state.x, rtol=1e-9, atol=1e-9 * m.x0.max())


def test_8_an_instrument_that_touches_nothing_is_an_error_and_a_slack_one_is_listed() -> None:
    m = calibrate(world.load().chain("gallium"))
    nothing = {
        "kind": "trade_action", "id": "tax-on-tajik-gallium", "mineral": "gallium",
        "stage": "primary", "action": "export_tax", "by": ["TJK"], "against": "all",
        "rate": "10 %", "from": "2027-01-01", "status": "scenario", "source": "price-assumption",
    }  # fmt: skip
    with pytest.raises(NoMatchError, match="tax-on-tajik-gallium"):
        wedges(SCENARIO.with_instrument(nothing), m, ON)
    low = SCENARIO.instrument("gallium-primary").model_dump(by_alias=True)
    low["floor"] = "100 USD/kg"
    low["from"] = "2027-01-01"
    slack = SCENARIO.without("gallium-primary").with_instrument(low)
    found = {e.id: e for e in effects(slack, solve(m, wedges(slack, m, ON)), ON)}
    assert found["gallium-primary"].state == "not binding"
    assert found["gallium-primary"].distance == pytest.approx(200_000, rel=0.1)  # 300 - 100 a kg
    before = date(2026, 6, 1)
    early = effects(SCENARIO, solve(m, wedges(SCENARIO, m, before)), before)
    assert {e.state for e in early if e.kind == "price_floor"} == {"not in force"}


def test_9_a_floor_under_a_total_ban_by_the_reference_origin_levies_nothing() -> None:
    """The collapsed home price of a banned exporter must not raise the levy on the others."""
    m = calibrate(world.load().chain("ndpr"))
    floor = SCENARIO.instrument("ndpr-magnet").model_dump(by_alias=True)
    floor["reference"] = {"rule": "named", "origin": "CHN", "minimum_share": "2 %"}
    ban = {
        "kind": "trade_action", "id": "magnet-ban", "mineral": "ndpr", "stage": "magnet",
        "action": "export_ban", "by": ["CHN"], "against": "all", "share": "100 %",
        "from": "2027-01-01", "status": "scenario", "source": "price-assumption",
    }  # fmt: skip
    named = SCENARIO.without("ndpr-magnet").with_instrument(floor)
    assert np.any(solve(m, wedges(named, m, ON)).state.levy[m.stage("magnet")] > 0)
    banned = named.with_instrument(ban)
    out = solve(m, wedges(banned, m, ON))
    assert np.all(out.state.levy[m.stage("magnet")] == 0)
    state = {e.id: e.state for e in effects(banned, out, ON)}
    assert state["ndpr-magnet"] == "no reference"
