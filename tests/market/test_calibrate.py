"""Calibration on the real world: the base reproduces itself, parameters do what they say."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pytest
from test_instruments import action, agreed

from orepact import world
from orepact.errors import NotSolvedError, UnknownIdError, WorldError
from orepact.market import Market, Wedges, calibrate, solve
from orepact.market.calibrate import STEEPEST, THIN, levied
from orepact.market.instruments import wedges
from orepact.world import Chain

WORLD = world.load()
MINERALS = tuple(WORLD.chains)
GALLIUM = WORLD.chain("gallium")
DAY = date(2027, 6, 1)


@pytest.mark.parametrize("mineral", MINERALS)
def test_every_base_year_reproduces_itself(mineral: str) -> None:
    """From prices 3 % off, so that the equations and not the start find it."""
    m = calibrate(WORLD.chain(mineral))
    assert m.mineral == mineral
    g = np.random.default_rng(1)
    out = solve(replace(m, p0=m.p0 * g.uniform(0.97, 1.03, m.p0.shape)))
    busy = out.active & (m.x0.sum(-1) > 1e-6 * m.x0.sum(axis=(-2, -1), keepdims=True)[..., 0])
    # residuals are solved to 1e-11 of a node; a steepness of ten leaves 1e-9 of a price
    np.testing.assert_allclose(out.state.p[busy], m.p0[busy], rtol=2e-9)
    for k in range(len(m.stages)):
        np.testing.assert_allclose(out.state.x[k], m.x0[k], rtol=0, atol=1e-9 * m.x0[k].sum())


@pytest.mark.parametrize("mineral", MINERALS)
def test_the_base_is_the_chains(mineral: str) -> None:
    chain = WORLD.chain(mineral)
    m = calibrate(chain)
    st = solve(m).state
    at = [chain.regions.index(r) for r in m.regions]
    for k in range(len(m.stages)):
        world_output = chain.output[k].sum()
        np.testing.assert_allclose(st.y[k], chain.output[k, at], atol=1e-8 * world_output)
        np.testing.assert_allclose(st.D[k], chain.final_use[k, at], atol=1e-8 * world_output)


def test_draws_are_members_of_a_batch() -> None:
    """Each draw alone gives what it gives in the batch."""
    sigma, duty = np.array([2.0, 5.0]), np.array([0.1, 0.9])
    keys = {("primary", "sigma"): sigma, ("", "duty"): duty, ("", "seed"): np.array([1e-4, 1e-2])}
    policy = agreed(action("t", rate="20 %", mineral="gallium", stage="primary"))
    many = calibrate(GALLIUM, keys)
    batch = solve(many, wedges(policy, many, DAY))
    for i in range(2):
        m = calibrate(GALLIUM, {k: v[i] for k, v in keys.items()})
        one = solve(m, wedges(policy, m, DAY)).state
        np.testing.assert_allclose(batch.state.p[i], one.p, rtol=1e-9)
        np.testing.assert_allclose(batch.state.x[i], one.x, atol=1e-9 * one.x.max())


class TestParameters:
    def test_central_values_are_the_default(self) -> None:
        v = {k: r.central for k, r in GALLIUM.parameters.items()}
        np.testing.assert_array_equal(calibrate(GALLIUM, v).sourcing.mu,
                                      calibrate(GALLIUM).sourcing.mu)  # fmt: skip

    def test_spare_capacity_scales_with_its_share(self) -> None:
        """``cap = y0 / (1 - spare)`` where the table's capacity is at the central share."""
        key = ("primary", "spare")
        m0, m = calibrate(GALLIUM), calibrate(GALLIUM, {key: 0.5})
        s0 = GALLIUM.parameters[key].central
        y0 = solve(m0).state.y[0]
        slack0 = m0.supply.capacity[0, 0] - y0
        slack = m.supply.capacity[0, 0] - y0
        some = slack0 > 1e-9 * y0.max()
        assert np.any(some)
        np.testing.assert_allclose(slack[some] / slack0[some], 1.0 / (s0 / (1 - s0)), rtol=1e-9)

    def test_seed_opens_every_route_and_zero_keeps_them_closed(self) -> None:
        closed, some = calibrate(GALLIUM, {("", "seed"): 0.0}), calibrate(GALLIUM)
        assert not np.any(closed.opened)
        assert np.any(some.opened)
        assert np.all(closed.x0[some.opened] == 0)
        for axis in (-1, -2):  # totals of origins and destinations stand
            np.testing.assert_allclose(closed.x0.sum(axis), some.x0.sum(axis), rtol=1e-9)
        weight = np.asarray(some.sourcing.weight)
        assert weight[some.opened].max() < 0.002

    def test_base_duties_move_between_low_and_high(self) -> None:
        chain = WORLD.chain("ndpr")
        low, mid, high = (calibrate(chain, {("", "duty"): u}).duty for u in (0.0, 0.5, 1.0))
        assert np.all(low <= mid)
        assert np.all(mid <= high)
        at = [chain.regions.index(r) for r in calibrate(chain).regions]
        np.testing.assert_allclose(mid, chain.duty[1][:, at][:, :, at])

    def test_elasticity_of_substitution(self) -> None:
        m = calibrate(GALLIUM, {("primary", "sigma"): 7.0})
        np.testing.assert_allclose(m.sourcing.mu[0] * 7.0, m.sourcing.P0[0])

    def test_a_misspelt_parameter_is_refused(self) -> None:
        with pytest.raises(UnknownIdError, match="gallium has no parameter 'sgima'"):
            calibrate(GALLIUM, {("primary", "sgima"): 7.0})
        with pytest.raises(UnknownIdError, match="at stage 'primry'"):
            calibrate(GALLIUM, {("primry", "sigma"): 7.0})

    def test_a_missing_parameter_is_named(self) -> None:
        held = {k: v for k, v in GALLIUM.parameters.items() if k != ("primary", "eps")}
        chain = replace(GALLIUM, parameters=MappingProxyType(held))
        with pytest.raises(WorldError, match="'eps' is missing at stage primary"):
            calibrate(chain)

    def test_an_unknown_form(self) -> None:
        with pytest.raises(WorldError, match="Use 'logit', 'ces' or 'homogeneous'"):
            calibrate(GALLIUM, form="nested")


class TestMargins:
    def squeezed(self) -> tuple[Chain, Market]:
        """High-purity gallium sold barely above its input."""
        price = GALLIUM.price.copy()
        price[1] = 1.02 * price[0]
        chain = replace(GALLIUM, price=price)
        return chain, calibrate(chain)

    def test_a_thin_margin_is_lifted_and_listed(self) -> None:
        _, m = self.squeezed()
        makes = m.supply.capacity[1, 0] > 0
        x0 = m.supply.x0[1, 0][makes] / m.p0[1][makes]
        assert np.all(x0 >= THIN * (1 - 1e-12))
        assert np.any(m.credit[1] > 0)
        assert "high_purity in CHN" in m.notes["thin margins"]
        out = solve(m)  # and the base still stands
        np.testing.assert_allclose(out.state.x, m.x0, atol=1e-9 * m.x0.max())

    def test_no_plant_follows_its_price_more_than_tenfold(self) -> None:
        _, m = self.squeezed()
        implied = m.supply.eps[:, 0] * m.p0 / m.supply.x0[:, 0]
        makes = m.supply.capacity[:, 0] > 0
        assert np.max(implied[makes]) <= STEEPEST * (1 + 1e-9)

    def test_wide_margins_are_left_alone(self) -> None:
        m = calibrate(GALLIUM)
        assert not np.any(m.credit)
        assert "thin margins" not in m.notes


def test_ces_reproduces_the_same_base() -> None:
    m = calibrate(GALLIUM, form="ces")
    mix = m.sourcing.mixer(np.ones(m.x0.shape), np.ones(m.p0.shape))
    c0 = calibrate(GALLIUM).sourcing.c0
    found = mix(c0)
    logit = calibrate(GALLIUM).sourcing
    bought = m.x0.sum(-2) > 0
    np.testing.assert_allclose(found.P[bought], logit.P0[bought], rtol=1e-10)
    np.testing.assert_allclose(found.s, logit.weight, atol=1e-12)


BANS = [
    ("gallium", "primary", "high_purity"),
    ("ndpr", "oxide", "magnet"),
]


@pytest.mark.parametrize(("mineral", "stages"), [(b[0], b[1:]) for b in BANS])
def test_a_total_ban_by_the_dominant_producer(mineral: str, stages: tuple[str, ...]) -> None:
    """The path from none to all of China's exports to everybody."""
    m = calibrate(WORLD.chain(mineral))
    c, k = m.region("CHN"), m.stage(stages[-1])
    outside = np.arange(len(m.regions)) != c
    base = last = solve(m)
    use, dear, home, exports = [], [], [], []
    for share in np.linspace(0.0, 1.0, 11):
        open_ = np.ones(m.x0.shape)
        for s in stages:
            open_[m.stage(s), c, outside] = 1.0 - share
        last = solve(m, replace(Wedges.base(m), open=open_), start=last)
        st = last.state
        paid = base.state.Q[k, outside]
        use.append(float(st.D[k, outside].sum()))
        dear.append(
            float(np.sum(st.P[k, outside] * paid) / np.sum(base.state.P[k, outside] * paid))
        )
        home.append(float(st.p[k, c] / m.p0[k, c]))
        exports.append(float(st.x[k, c, outside].sum()))
    assert use[0] == pytest.approx(float(base.state.D[k, outside].sum()))
    assert np.all(np.diff(use) <= 1e-9 * use[0])
    assert np.all(np.diff(dear) >= -1e-9)
    assert np.all(np.diff(home) <= 1e-9)
    assert np.all(np.diff(exports) < 0)
    assert exports[-1] == 0.0
    assert use[-1] < 0.9 * use[0]
    assert 2.0 < dear[-1] < 1.5 * float(np.max(m.demand.backstop))
    assert 0.1 < home[-1] < 0.95
    made = last.state.y[k, outside].sum()
    assert made <= np.sum(m.supply.capacity[k, 0, outside]) * (1 + 1e-9)


def test_the_same_ban_as_an_instrument_of_a_pact() -> None:
    ban = action(
        "ban", "export_ban", share="100 %", by=["CHN"], against="all",
        mineral="gallium", stage=None, stages="all",
    )  # fmt: skip
    policy = agreed({k: v for k, v in ban.items() if v is not None})
    m = calibrate(GALLIUM)
    c = m.region("CHN")
    open_ = np.ones(m.x0.shape)
    open_[:, c] = 0.0
    open_[:, c, c] = 1.0
    by_hand = solve(m, replace(Wedges.base(m), open=open_)).state
    out = solve(m, wedges(policy, m, DAY))
    np.testing.assert_allclose(out.state.p, by_hand.p, rtol=1e-9)
    assert not np.any(out.state.x[:, c, np.arange(len(m.regions)) != c])


def test_stocks_cannot_be_bought_where_every_route_is_closed() -> None:
    m = calibrate(GALLIUM)
    assert np.any(m.build > 0)
    w = Wedges.base(m)
    with pytest.raises(NotSolvedError, match=r"no source is open\. First: primary in"):
        solve(m, replace(w, open=0 * w.open))


class TestOtherDuties:
    """The base year's market at other duties: the same market, and the same draw for both."""

    def test_only_the_duties_change(self) -> None:
        chain = WORLD.chain("gallium")
        market = calibrate(chain)
        other = levied(market, chain, chain.duty + 0.1)
        keep = [chain.region(r) for r in market.regions]
        np.testing.assert_allclose(other.duty, chain.duty[1][:, keep][:, :, keep] + 0.1)
        assert other.sourcing is market.sourcing
        assert other.x0 is market.x0

    def test_their_own_duties_leave_the_base_year(self) -> None:
        chain = WORLD.chain("gallium")
        u = {("", "duty"): np.array([0.1, 0.8])}
        market = calibrate(chain, u)
        same = levied(market, chain, chain.duty, u)
        np.testing.assert_array_equal(same.duty, market.duty)
        np.testing.assert_allclose(solve(same).state.x, solve(market).state.x)

    def test_one_draw_moves_the_duties_of_both(self) -> None:
        chain = WORLD.chain("gallium")
        u = {("", "duty"): np.array([0.0, 1.0])}
        low, high = levied(calibrate(chain, u), chain, chain.duty, u).duty
        assert np.all(high >= low)
        assert np.any(high > low)
