"""Nine ways in which such a model goes wrong, one test each."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from markets import everything, floored, make, one_stage
from test_instruments import DAY, action, agreed, came_to, floor, market

from orepact import pact, world
from orepact.errors import InputError, NoMatchError
from orepact.market import Market, Wedges, accounts, calibrate, solve
from orepact.market.instruments import wedges
from orepact.market.protection import effective_protection
from orepact.study.metrics import Key, metrics

A, B, C, D = range(4)


def test_1_a_ban_does_not_leak_through_third_countries() -> None:
    """Routes belong to the origin that made the goods. D may sell its own output to A and live
    on C's, but every tonne that A buys was made where its route says, within capacity there."""
    m = one_stage(2, sigma=8.0)
    open_ = np.ones((1, 4, 4))
    open_[0, C, [A, B]] = 0.0
    base, out = solve(m), solve(m, replace(Wedges.base(m), open=open_))
    x, y = out.state.x[0], out.state.y[0]
    assert np.all(x[C, [A, B]] == 0)
    assert x[D, A] > base.state.x[0, D, A]
    assert x[C, D] > base.state.x[0, C, D]
    np.testing.assert_allclose(x.sum(1), y, rtol=1e-9)
    assert np.all(y <= m.supply.capacity[0, 0] * (1 + 1e-12))
    assert x[[A, B, D]][:, [A, B]].sum() <= m.supply.capacity[0, 0, [A, B, D]].sum()


def test_2_backfill() -> None:
    """B, a member whose goods enter A free, has no floor of its own: it ships its output to A and
    buys from outside itself. A joint floor stops that."""
    m = one_stage(5, sigma=10.0)
    base = solve(m)
    covered = np.zeros((1, 4, 4), bool)
    covered[0, [C, D], A] = True
    F = 1.4 * float(m.p0.max())
    alone = solve(
        m,
        replace(Wedges.base(m), floor=np.array([[F, 0, 0, 0]]), covered=covered, eligible=covered),
    )
    joint = solve(m, floored(m, [A, B], F))

    def change(out: object) -> np.ndarray:
        a0, a1 = (accounts(m, o.wedges, o.state).welfare for o in (base, out))
        return a1 - a0

    def shipped(out: object) -> tuple[float, float]:
        x = out.state.x[0]
        return float(x[B, A]), float(x[[C, D], B].sum())

    assert shipped(alone)[0] > shipped(base)[0]
    assert shipped(alone)[1] > shipped(base)[1]
    assert shipped(joint)[1] < shipped(base)[1]
    assert change(alone)[B] > 0 > change(alone)[A]


def test_3_a_border_floor_is_no_guaranteed_price() -> None:
    """With plants at home to spare, the price at home stays under a floor that keeps all out."""
    m = one_stage(0, sigma=20.0, use0=0.4, eps=2.0)
    F = 3.0 * float(m.p0.max())
    st = solve(m, floored(m, [A], F)).state
    assert float(st.levy[0, 1:, A].min()) > 0
    assert float(st.x[0, 1:, A].sum()) < 1e-3 * float(m.x0[0, 1:, A].sum())
    assert st.p[0, A] < F
    assert st.P[0, A] < F


def test_4_an_entry_top_up_on_a_homogeneous_good_is_refused() -> None:
    top = np.arange(4)[None] == A
    m = one_stage(sigma=250.0)
    with pytest.raises(InputError, match="no determinate price"):
        solve(m, floored(m, [A], 14.0, top_up=top))
    m = one_stage(sigma=150.0)
    assert solve(m, floored(m, [A], 14.0, top_up=top)).converged


def test_5_prices_of_idle_producers_are_not_reported() -> None:
    """B may sell nowhere; the refiner of C has no ore. Their prices would mean nothing."""
    m = make()
    m = replace(m, secondary=replace(m.secondary, capacity=0 * m.secondary.capacity))
    open_ = np.ones((3, 4, 4))
    open_[2, B] = 0.0
    open_[0, :, C] = 0.0
    base, out = solve(m), solve(m, replace(Wedges.base(m), open=open_))
    assert np.isnan(out.price[2, B])
    assert np.isnan(out.price[1, C])
    assert np.isfinite(out.price[2, A])
    table = metrics(base, out, ("A",), ("A", "B", "C"))
    assert np.isnan(table[Key("magnet", "B", "producer price")])
    assert np.isnan(table[Key("oxide", "C", "producer price")])
    assert np.isfinite(table[Key("magnet", "WLD", "producer price")])


def test_6_a_floor_on_one_stage_moves_the_trade_to_the_next() -> None:
    """NdPr of the real world: a floor on oxide alone costs US magnet output; a floor on magnets
    as well turns the sign. Effective protection of magnets says so beforehand."""
    m = calibrate(world.load().chain("ndpr"))
    held = pact.read("us-mexico-2026")
    day = held.default_date()
    base = solve(m)
    k, r = m.stage("magnet"), m.region("USA")
    oxide, both = (
        solve(m, wedges(p, m, day), start=base) for p in (held.without("ndpr-magnet"), held)
    )
    y0, y1, y2 = (float(o.state.y[k, r]) for o in (base, oxide, both))
    assert y1 < 0.8 * y0
    assert y2 > y1
    abroad = np.arange(len(m.regions)) != r
    imports = [float(o.state.x[k, abroad, r].sum()) for o in (base, oxide, both)]
    assert imports[1] > imports[0]
    assert imports[2] < imports[1]
    erp1, erp2 = (effective_protection(base, o, ("USA", "MEX"))[k, r] for o in (oxide, both))
    assert erp1 < 0
    assert erp2 > erp1


def test_6_effective_protection_by_hand_and_where_it_is_not_defined() -> None:
    m = make()
    base = solve(m)
    out = solve(m, floored(m, [A], 1.5 * float(m.p0[1].max()), k=1))
    erp = effective_protection(base, out, ("A",))
    o = {k: 1 + int(np.argmax(base.state.x[k, 1:, A])) for k in range(3)}
    paid = {
        k: float(
            m.duty[k, o[k], A] * (out.state.invoice[k, o[k], A] + m.cif[A] * m.freight[k, o[k], A])
            + out.state.levy[k, o[k], A]
        )
        for k in range(3)
    }
    c0 = {k: float(base.state.c[k, o[k], A]) for k in range(3)}
    up = paid[2] - 0.3 * paid[0] - 0.8 * paid[1]
    down = c0[2] - 0.3 * c0[0] - 0.8 * c0[1]
    assert erp[2, A] == pytest.approx(up / down, rel=1e-9)
    dear = replace(m, inputs=3 * m.inputs)  # inputs cost more than the product
    assert np.isnan(effective_protection(replace(base, market=dear), out, ("A",))[2, A])


@pytest.mark.parametrize("seed", range(3))
def test_7_without_a_change_of_policy_the_base_comes_back(seed: int) -> None:
    m = one_stage(seed)
    for w in (None, Wedges.base(m), floored(m, [A, B], 0.9 * float(m.p0.min()))):
        st = solve(replace(m, p0=1.3 * m.p0), w).state
        np.testing.assert_allclose(st.p, m.p0, rtol=1e-9)
        np.testing.assert_allclose(st.x, m.x0, rtol=1e-9)
        assert not np.any(st.levy)


def test_8_what_matches_nothing_is_an_error_and_what_is_slack_is_listed() -> None:
    with pytest.raises(NoMatchError):
        wedges(agreed(action("t", rate="10 %", against=["JPN"])), market(), DAY)
    slack = came_to(floor(floor=[{"from": date(2027, 1, 1), "value": "3 USD/t"}]))["floor"]
    assert slack.state == "not binding"
    assert slack.distance > 0
    assert "exceeds" in slack.unit
    assert came_to(floor(), on=date(2026, 5, 1))["floor"].state == "not in force"


def test_9_a_total_ban_by_the_reference_origin_leaves_no_levy() -> None:
    """C alone sets the reference and stops selling: its collapsed home price must not become a
    levy on the innocent."""
    m = one_stage(0)
    w = floored(m, [A], 14.0)
    only = w.eligible & (np.arange(4) == C)[:, None]
    open_ = w.open.copy()
    open_[0, C, [A, B, D]] = 0.0
    assert np.any(solve(m, replace(w, eligible=only)).state.levy > 0)
    st = solve(m, replace(w, eligible=only, open=open_)).state
    assert st.p[0, C] < m.p0[0, C]
    assert np.isinf(st.reference[0, A])
    assert not np.any(st.levy)
    st = solve(m, replace(w, open=open_)).state  # with others left, they set it
    assert st.reference[0, A] == pytest.approx(float(np.min(st.p[0, [B, D]])))


def test_9_nor_does_a_refiner_that_has_lost_its_ore() -> None:
    m = make()
    m = replace(m, secondary=replace(m.secondary, capacity=0 * m.secondary.capacity))
    w = floored(m, [A], 1.6 * float(m.p0[1].max()), k=1)
    cheap = 1 + int(np.argmin(m.p0[1, 1:]))
    open_ = w.open.copy()
    open_[0, :, cheap] = 0.0
    st = solve(m, replace(w, open=open_)).state
    others = [o for o in (B, C, D) if o != cheap]
    assert st.reference[1, A] == pytest.approx(float(np.min(st.invoice[1, others, A])))


def test_the_traps_hold_with_everything_switched_on() -> None:
    m: Market = make()
    out = solve(m, everything(m))
    assert out.converged
    assert np.all(out.state.y <= np.sum(m.supply.capacity, axis=-2) * (1 + 1e-12))
