"""Solving: the base, batches, rescue, limits, and what is said when there is no answer."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from markets import everything, floored, limited, make, one_stage

from orepact import pact, world
from orepact.errors import InputError, NotSolvedError
from orepact.market import RESULTS, Market, Wedges, calibrate, demand, solve, sourcing, supply
from orepact.market.equations import evaluate, frame
from orepact.market.equilibrium import active_nodes
from orepact.market.instruments import wedges
from orepact.market.jacobian import jacobian
from orepact.market.potential import has_potential, minimise, potential
from orepact.market.rescue import _continue, _pinned

A = 0


def same(a: Any, b: Any) -> None:
    np.testing.assert_allclose(a.p, b.p, rtol=1e-9)
    np.testing.assert_allclose(a.x, b.x, rtol=1e-9, atol=1e-9 * np.max(b.x))
    np.testing.assert_allclose(a.rent, b.rent, rtol=1e-8, atol=1e-8)


def start_at(m: Market, factor: np.ndarray) -> Market:
    """The same market with Newton started elsewhere."""
    return replace(m, p0=m.p0 * factor)


@pytest.mark.parametrize("seed", range(4))
def test_the_base_is_found_from_elsewhere(seed: int) -> None:
    m = one_stage(seed)
    off = np.random.default_rng(seed).uniform(0.5, 2.0, m.p0.shape)
    st = solve(start_at(m, off)).state
    np.testing.assert_allclose(st.p, m.p0, rtol=1e-9)
    np.testing.assert_allclose(st.x, m.x0, rtol=1e-9)


def test_a_floor_below_the_market_changes_nothing() -> None:
    m = one_stage()
    out = solve(m, floored(m, [0, 1], 0.8 * float(m.p0.min())))
    assert np.all(out.state.levy == 0)
    np.testing.assert_allclose(out.state.p, m.p0, rtol=1e-9)


class TestBatch:
    def test_of_floors(self) -> None:
        m = make()
        e = everything(m)
        floors = np.stack([e.floor * f for f in (0.5, 1.0, 1.2)])
        many = solve(m, replace(e, floor=floors))
        for i, F in enumerate(floors):
            same(_member(many.state, i), solve(m, replace(e, floor=F)).state)

    def test_of_every_kind_of_wedge(self) -> None:
        m = make()
        e = everything(m)
        changed = {
            "duty": e.duty + 0.05,
            "open": np.where(e.covered, 0.4, 1.0),
            "response": e.response / 2,
            "contracted": e.contracted / 2,
            "strike": e.strike * 1.1,
            "limit": e.limit * 0.9,
            "release": e.release * 2,
            "specific": e.specific * 2,
            "eligible": e.eligible & (np.arange(4) == 2)[:, None],
            "covered": e.covered | e.eligible,
            "top_up": e.floor > 0,
            "counts_duty": ~e.counts_duty,
            "on_cif": ~e.on_cif,
            "weights": np.where(e.eligible, 0.5, 0.0),
        }
        for name, other in changed.items():
            pair = np.stack([getattr(e, name), other])
            many = solve(m, replace(e, **{name: pair}))
            for i in range(2):
                one = solve(m, replace(e, **{name: pair[i]})).state
                same(_member(many.state, i), one)

    def test_of_markets(self) -> None:
        ms = [one_stage(0, sigma=s) for s in (2.0, 5.0, 9.0)]
        mu = np.stack([m.sourcing.mu for m in ms])
        m = replace(ms[0], sourcing=replace(ms[0].sourcing, mu=mu))
        w = floored(m, [0], 14.0)
        many = solve(m, w)
        for i, one in enumerate(ms):
            same(_member(many.state, i), solve(one, floored(one, [0], 14.0)).state)

    def test_with_an_axis_of_length_one(self) -> None:
        m = one_stage()
        w = floored(m, [0], 14.0)
        duty = np.stack([m.duty, m.duty + 0.1])
        many = solve(m, replace(w, duty=duty, specific=w.specific[None]))
        for i in range(2):
            same(_member(many.state, i), solve(m, replace(w, duty=duty[i])).state)

    def test_a_member_that_fails_is_named_and_the_rest_stands(self) -> None:
        """Stocks are to be bought where the second member has no open source."""
        m = one_stage()
        open_ = np.ones((3, 1, 4, 4))
        open_[1, 0, :, 2] = 0.0
        purchase = np.zeros((1, 4))
        purchase[0, 2] = 0.5
        w = replace(Wedges.base(m), open=open_, purchase=purchase)
        with pytest.raises(NotSolvedError, match=r"member 1, metal in C \(1 of 3 members"):
            solve(m, w)
        out = solve(m, w, must_solve=False)
        assert out.status is RESULTS.no_supply
        assert out.converged.tolist() == [True, False, True]
        same(_member(out.state, 0), solve(m, replace(w, open=open_[0])).state)


def _member(st: Any, i: int) -> Any:
    return st._replace(p=st.p[i], x=st.x[i], rent=st.rent[i] if st.rent.ndim > 1 else st.rent)


class TestHardCases:
    def test_a_total_ban_by_the_dominant_producer_is_solved(self) -> None:
        out = solve(*gallium_ban(1.0))
        assert out.status is RESULTS.converged
        assert np.max(np.abs(out.state.excess / out.market.scale)) < 1e-9

    @pytest.mark.parametrize("seed", range(3))
    def test_each_rescue_finds_what_newton_finds(self, seed: int) -> None:
        """Continuation and pinned levies on a floored market, the potential on a plain one."""
        m = one_stage(seed)
        w = floored(m, [0, 1], 1.3 * float(m.p0.max()))
        active = active_nodes(m, w)
        expected = solve(m, w).state
        for found in (_continue(m, w, active, 1e-11), _pinned(m, w, active, 1e-11)):
            assert found is not None
            same(found[1], expected)
        free = replace(m, duty=0 * m.duty, p0=m.p0 * 3.0)
        f = frame(free, Wedges.base(free))
        p = minimise(f, free.p0, np.arange(free.p0.size))
        assert p is not None
        np.testing.assert_allclose(p, solve(free).state.p, rtol=1e-5)

    @pytest.mark.parametrize("seed", range(4))
    def test_a_captive_exporter_sets_the_reference(self, seed: int) -> None:
        """D sells to A alone and takes the levy off its price, which raises the levy. The levy
        found is due at itself, and none below it is."""
        m = one_stage(seed, sigma=8.0, eps=0.2, captive=True)
        w = floored(m, [A], 1.25 * float(m.p0[0, 1:].min()))
        found = solve(m, w).state
        levy = float(found.levy[0, 3, A])
        plain = float(w.floor[0, A] - m.p0[0, 1:].min())
        assert levy > 1.1 * plain  # well above the gap at base prices

        def due(given: float) -> float:
            fixed = replace(Wedges.base(m), specific=given * w.covered)
            return float(w.floor[0, A] - np.min(solve(m, fixed).state.p[0, 1:]))

        assert due(levy) == pytest.approx(levy, rel=1e-7)
        for part in (0.0, 0.3, 0.6, 0.9, 0.99):
            assert due(part * levy) > part * levy
        pinned = _pinned(m, w, active_nodes(m, w), 1e-11)
        assert pinned is not None
        same(pinned[1], found)

    @pytest.mark.parametrize(
        ("mineral", "stages"),
        [("gallium", ("primary", "high_purity")), ("ndpr", ("oxide", "magnet"))],
    )
    def test_a_ban_deepens_step_by_step_to_the_total_one(
        self, mineral: str, stages: tuple[str, ...]
    ) -> None:
        """Chinese exports to all destinations: tonnes as banned, a monotone path to the end."""
        m = calibrate(world.load().chain(mineral))
        plain = pact.read("us-mexico-2026")
        plain = plain.without(*(i.id for i in plain.instruments if i.kind == "price_floor"))
        c, us, last = m.region("CHN"), m.region("USA"), m.stage(stages[-1])
        others = [r for r in range(len(m.regions)) if r != c]
        use, dear, home = [], [], []
        for share in (0, 20, 40, 60, 80, 90, 98, 100):
            ban = {
                "kind": "trade_action", "id": "ban", "mineral": mineral, "stages": list(stages),
                "action": "export_ban", "by": ["CHN"], "against": "all", "share": f"{share} %",
                "from": "2027-01-01", "status": "scenario", "source": "price-assumption",
            }  # fmt: skip
            st = solve(m, wedges(plain.with_instrument(ban), m, date(2027, 1, 1))).state
            for s in map(m.stage, stages):
                left = (1 - share / 100) * m.x0[s, c, others].sum()
                assert st.x[s, c, others].sum() <= left * (1 + 1e-7) + 1e-9
            use.append(st.D[last, others].sum())
            dear.append(st.P[last, us])
            home.append(st.p[last, c])
        assert np.all(np.diff(use) < 0)
        assert np.all(np.diff(dear) > 0)
        assert np.all(np.diff(home) < 0)
        assert dear[-1] > 2.5 * dear[0]  # USGS OFR 2024-1057: above +150 % for gallium

    def test_rescue_inside_a_batch(self) -> None:
        m, full = gallium_ban(1.0)
        _, half = gallium_ban(0.5)
        many = solve(m, replace(full, open=np.stack([half.open, full.open])))
        np.testing.assert_allclose(many.state.p[1], solve(m, full).state.p, rtol=1e-6)
        np.testing.assert_allclose(many.state.p[0], solve(m, half).state.p, rtol=1e-9)

    def test_nothing_open_is_priced_beyond_the_backstop(self) -> None:
        m = one_stage()
        w = Wedges.base(m)
        open_ = w.open.copy()
        open_[0, :, 1] = 0.0
        st = solve(m, replace(w, open=open_)).state
        assert st.D[0, 1] == 0
        assert st.P[0, 1] >= m.demand.choke()[0, 1]
        assert np.all(st.x[0, :, 1] == 0)

    def test_no_source_and_no_backstop_is_no_equilibrium(self) -> None:
        m = one_stage()
        m = replace(m, demand=replace(m.demand, backstop=np.full((1, 4), np.inf)))
        open_ = np.ones((1, 4, 4))
        open_[0, :, 1] = 0.0
        with pytest.raises(NotSolvedError, match=r"no source is open\. First: metal in B"):
            solve(m, replace(Wedges.base(m), open=open_))

    def test_a_producer_without_an_outlet_has_no_price(self) -> None:
        m = one_stage()
        open_ = np.ones((1, 4, 4))
        open_[0, 2] = 0.0
        out = solve(m, replace(Wedges.base(m), open=open_))
        assert out.state.y[0, 2] < 1e-6 * m.scale[0, 2]
        assert np.isnan(out.price[0, 2])
        assert np.all(np.isfinite(out.price[0, [0, 1, 3]]))

    def test_a_refiner_without_ore_makes_nothing(self) -> None:
        m = make()
        m = replace(m, secondary=replace(m.secondary, capacity=0 * m.secondary.capacity))
        open_ = np.ones((3, 4, 4))
        open_[0, :, 2] = 0.0
        out = solve(m, replace(Wedges.base(m), open=open_))
        assert np.all(out.state.y[1:, 2] == 0)
        assert not out.active[1, 2]
        assert np.isnan(out.price[1, 2])

    def test_a_start_with_other_limits_is_only_a_start(self) -> None:
        m = one_stage()
        base = solve(m)
        w = limited(m, 0, [2], [0], 0.5, "importer")
        same(solve(m, w, start=base).state, solve(m, w).state)
        same(solve(m, start=solve(m, w)).state, base.state)


def gallium_ban(share: float) -> tuple[Market, Wedges]:
    """A ban by China on gallium of both stages, to every destination."""
    m = calibrate(world.load().chain("gallium"))
    c = m.region("CHN")
    open_ = np.ones(np.shape(m.x0))
    open_[:, c, :] = 1.0 - share
    open_[:, c, c] = 1.0
    return m, replace(Wedges.base(m), open=open_)


class TestLimits:
    @pytest.mark.parametrize("holder", ["importer", "exporter", "producers"])
    @pytest.mark.parametrize("share", [0.0, 0.3, 0.99, 1.01, 5.0])
    def test_complementarity(self, share: float, holder: str) -> None:
        m = one_stage()
        w = limited(m, 0, [1, 2], [0], share, holder)
        st = solve(m, w).state
        slack = float(w.limit[0] - np.sum(w.limit_mask[0] * st.x))
        rent = float(st.rent[0])
        size = float(np.sum(w.limit_mask[0] * m.x0))
        assert rent >= -1e-9
        assert slack >= -1e-8 * size
        assert abs(rent * slack) < 1e-7 * size
        assert (rent > 1e-6) == (share < 1)

    def test_two_limits_on_one_route(self) -> None:
        """The tighter binds; the other has no rent."""
        m = one_stage()
        a, b = limited(m, 0, [2], [0], 0.5, "importer"), limited(m, 0, [2], [0, 1], 0.9, "exporter")
        w = replace(
            a,
            limit=np.concatenate([a.limit, b.limit]),
            limit_mask=np.concatenate([a.limit_mask, b.limit_mask]),
            holder=("importer", "exporter"),
        )
        st = solve(m, w).state
        shipped = np.sum(w.limit_mask * st.x, axis=(1, 2, 3))
        assert np.all(shipped <= w.limit * (1 + 1e-9))
        assert np.all(np.abs(st.rent * (w.limit - shipped)) < 1e-7)


class TestIndeterminate:
    def test_a_top_up_on_a_nearly_homogeneous_good_is_refused(self) -> None:
        m = one_stage(sigma=201.0)
        with pytest.raises(InputError, match="no determinate"):
            solve(m, top_up(m, 14.0))
        assert solve(m, floored(m, [0], 14.0)).converged  # a period levy is not

    @pytest.mark.parametrize("cif", [False, True])
    def test_at_capacity_the_interval_is_reported(self, cif: bool) -> None:
        """C sells to A alone, its plants just full; whatever it charges, it lands at the floor."""
        basis = {"top_up": np.array([[True, False]]), "on_cif": np.full((1, 2), cif)}
        wide = captive(cif, 50.0)
        st = solve(wide, floored(wide, [0], 13.0, **basis)).state
        bought, low = float(st.x[0, 1, 0]), float(st.p[0, 1])  # what C can place at the floor
        m = captive(cif, bought)
        w = floored(m, [0], 13.0, **basis)
        out = solve(m, w)
        assert out.status is RESULTS.indeterminate
        assert "interval" in out.message
        assert out.interval[0, 1, 0] == pytest.approx(low, rel=1e-6)
        high = 13.0 - (2.0 if cif else 0.0)  # there the entry itself is worth 13
        assert out.interval[0, 1, 1] == pytest.approx(high, rel=1e-12)
        assert np.isnan(out.interval[0, 0]).all()
        for p in (low + 1e-4, high - 1e-4):  # each end solves the same equations
            pt = evaluate(frame(m, w), np.array([[out.state.p[0, 0], p]]), np.zeros(0))
            assert np.max(np.abs(pt.excess)) < 1e-8
        pt = evaluate(frame(m, w), np.array([[out.state.p[0, 0], high + 0.1]]), np.zeros(0))
        assert np.max(np.abs(pt.excess)) > 1e-3  # and nothing beyond

    def test_a_top_up_with_other_outlets_is_determinate(self) -> None:
        m = one_stage()
        out = solve(m, top_up(m, 14.0))
        assert out.status is RESULTS.converged
        assert out.interval is None


def top_up(m: Market, F: float) -> Wedges:
    return floored(m, [0], F, top_up=np.arange(m.p0.shape[1])[None] == 0)


def captive(cif: bool, capacity: float) -> Market:
    """A buys from itself and from C, which sells nowhere else; freight from C is 2."""
    one = np.ones((1, 2))
    freight = np.array([[[0.0, 0.0], [2.0, 0.0]]])
    p0 = 10.0 * one
    P0 = 11.0 * one
    return Market.from_arrays(
        regions=["A", "C"], stages=["metal"], p0=p0, freight=freight, cif=np.array([cif, False]),
        supply=supply.Linear(
            np.array([[[100.0, capacity]]]), np.array([[[5.0, 1.0]]]), 0.5 * one[:, None]
        ),
        demand=demand.Isoelastic(np.array([[20.0, 0.0]]), P0, 0.4 * one, 6.0 * one),
        sourcing=sourcing.Logit(
            np.array([[[0.5, 0.0], [0.5, 0.0]]]), p0[:, :, None] + freight, P0, P0 / 4.0
        ),
    )  # fmt: skip


class TestPotential:
    """With specific wedges only, excess supply is the gradient of a convex function."""

    def specific(self) -> tuple[Market, Wedges]:
        m = make(3)
        w = Wedges.base(m)
        return m, replace(
            w, duty=0 * m.duty, specific=0.4 * (1 - np.eye(4)) + 0 * m.duty, release=w.release + 0.2
        )

    def test_jacobian_in_prices_is_symmetric(self) -> None:
        m, w = self.specific()
        f = frame(m, w)
        assert has_potential(f)
        for seed in range(3):
            p = m.p0 * np.random.default_rng(seed).uniform(0.8, 1.25, m.p0.shape)
            pt = evaluate(f, p, np.zeros(0))
            J = jacobian(f, pt) * m.scale.ravel()[:, None] / p.ravel()
            np.testing.assert_allclose(J, J.T, atol=1e-12 * np.abs(J).max())
            assert np.min(np.linalg.eigvalsh((J + J.T) / 2)) > -1e-10 * np.abs(J).max()

    def test_excess_supply_is_its_gradient(self) -> None:
        m, w = self.specific()
        f = frame(m, w)
        p, h = m.p0 * 1.07, 1e-5
        excess = evaluate(f, p, np.zeros(0)).excess.ravel()
        for i in range(p.size):
            e = np.zeros(p.size)
            e[i] = h
            up, down = (
                potential(f, evaluate(f, p + s * e.reshape(p.shape), np.zeros(0))) for s in (1, -1)
            )
            assert (up - down) / (2 * h) == pytest.approx(excess[i], rel=1e-5, abs=1e-4)

    def test_ad_valorem_and_endogenous_wedges_have_none(self) -> None:
        m, w = self.specific()
        assert not has_potential(frame(m, replace(w, duty=w.duty + 0.1)))
        K, R = m.p0.shape
        covered = np.zeros((K, R, R), bool)
        covered[1, 2, 0] = True
        floor = np.zeros((K, R))
        floor[1, 0] = 99.0
        assert not has_potential(frame(m, replace(w, floor=floor, covered=covered)))


def test_status_sentences_are_what_the_user_reads() -> None:
    m = one_stage()
    assert solve(m).message == RESULTS.converged.value
    heavy = replace(Wedges.base(m), release=np.full((1, 4), 1e6))  # more than can ever be sold
    with pytest.raises(
        NotSolvedError, match=r"Worst: metal in [ABCD]: supply less shipments off by"
    ):
        solve(m, heavy)
