"""A pact over minerals: central runs, ranges, refusals, what is said when nothing changes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from orepact import pact, world
from orepact.errors import InputError, NoMatchError, UnknownIdError
from orepact.market import solve
from orepact.study.draws import STRUCTURE
from orepact.study.metrics import WORLD, Key
from orepact.study.simulate import (
    ROUNDING,
    Run,
    _figure,
    _market,
    _opened,
    _quantiles,
    simulate,
)
from orepact.world import Chain, Structure
from orepact.world.duties import on

EARTH = world.load()
PACT = pact.read("us-mexico-2026")
DAY = PACT.default_date()


@pytest.fixture(scope="module")
def central() -> Run:
    return simulate(PACT, EARTH, draws=0)


@pytest.fixture(scope="module")
def sampled() -> Run:
    return simulate(PACT, EARTH, ["zinc", "ndpr", "gallium"], draws=16)


def test_all_minerals_solve(central: Run) -> None:
    assert set(central.minerals) == set(EARTH.chains)
    for m in central.minerals.values():
        assert m.policy.status.name == "converged"
        assert m.failed == 0
    assert central.members == ("USA", "MEX")
    assert central.regions == ("USA", "MEX", "CAN", "EUN", "JPN", "CHN")


def test_central_runs_have_no_ranges(central: Run) -> None:
    for m in central.minerals.values():
        for f in m.figures.values():
            assert f.after is None
            assert f.change is None


FLOORED = sorted({m for i in PACT.instruments if i.kind == "price_floor" for m, _ in i.targets()})


@pytest.mark.parametrize("mineral", FLOORED)
def test_what_a_floor_does(central: Run, mineral: str) -> None:
    """Levy revenue where it binds, dearer goods for buyers and no more from outside."""
    run = central.minerals[mineral]
    binding = [e for e in run.effects if e.kind == "price_floor" and e.state == "binding"]
    assert binding
    f = run.figures
    for i in (PACT.instrument(e.id) for e in binding):
        levy = sum(f[Key(i.stage, r, "floor levy")].central for r in central.members)
        assert levy > 0
        assert f[Key(i.stage, "USA", "floor levy")].base == 0
    world_levy = f[Key("", WORLD, "floor levy")].central
    assert world_levy == pytest.approx(sum(f[Key("", r, "floor levy")].central
                                           for r in central.members))  # fmt: skip


@pytest.mark.parametrize("mineral", list(EARTH.chains))
def test_a_distortion_costs_the_world_no_less_than_it_frees(central: Run, mineral: str) -> None:
    """The world gains nothing beyond what falling duties give back."""
    f = central.minerals[mineral].figures[Key("", WORLD, "welfare")]
    paid = abs(central.minerals[mineral].figures[Key("", WORLD, "floor levy")].central)
    assert f.central - f.base <= 0.05 * paid + 1e-9 * abs(f.base)  # the solver's rounding


def test_ranges_hold_the_central_value_of_the_world_price(sampled: Run) -> None:
    for m in sampled.minerals.values():
        assert m.failed == 0
        stage = m.chain.stages[-1]
        f = m.figures[Key(stage, "USA", "buyers' price")]
        low, mid, high = f.change
        assert low <= mid <= high
        assert low <= f.central - f.base <= high
        assert mid > 0


def test_change_is_taken_draw_by_draw(sampled: Run) -> None:
    """Output of the base is the same in every draw, so change and level have one range."""
    f = sampled.minerals["zinc"].figures[Key("refined", WORLD, "output")]
    assert f.change[2] - f.change[0] == pytest.approx(f.after[2] - f.after[0], rel=1e-6)
    for changed, after in zip(f.change, f.after, strict=True):
        assert after - changed == pytest.approx(f.base, rel=1e-9)


def test_drivers_are_parameters_of_the_chain(sampled: Run) -> None:
    for m in sampled.minerals.values():
        for f in m.figures.values():
            for key, rho in f.drivers:
                assert key in m.chain.parameters or key in (("", "duty"), STRUCTURE)
                assert 0.5 < abs(rho) <= 1.0  # 2 / sqrt(16)


def test_the_same_seed_gives_the_same_figures() -> None:
    a, b = (simulate(PACT, EARTH, ["gallium"], draws=8).minerals["gallium"] for _ in range(2))
    for key, f in a.figures.items():
        assert repr(f) == repr(b.figures[key])


@pytest.fixture(scope="module")
def antimony() -> tuple[Run, Run, Run]:
    """With alternatives, without, and central values only."""
    with_, without = (
        simulate(PACT, EARTH, ["antimony"], draws=32, alternatives=a) for a in (True, False)
    )
    return with_, without, simulate(PACT, EARTH, ["antimony"], draws=0)


class TestStructures:
    """Draws rest on other publishers' output figures too; central values never do."""

    def test_central_values_are_the_same_to_the_last_digit(self, antimony) -> None:
        with_, without, central = (r.minerals["antimony"].figures for r in antimony)
        for key, f in with_.items():
            for other in (without[key], central[key]):
                np.testing.assert_array_equal((f.base, f.central), (other.base, other.central))

    def test_each_has_its_draws(self, antimony) -> None:
        with_, without, central = (r.minerals["antimony"] for r in antimony)
        ((s, n),) = with_.structures
        assert (s.id, n) == ("usgs-2025", 8)
        assert without.structures == central.structures == ()
        assert with_.failed == 0

    def test_where_it_matters_it_is_named(self, antimony) -> None:
        with_, without, _ = (r.minerals["antimony"].figures for r in antimony)
        key = Key("metal", "MEX", "output")
        assert dict(with_[key].drivers)[STRUCTURE] > 0.5
        assert with_[key].change[0] < without[key].change[0]  # wider
        assert not any(STRUCTURE in dict(f.drivers) for f in without.values())

    def test_before_and_after_rest_on_the_same_publisher(self, antimony) -> None:
        """Chinese ore differs by half between the two, its change with the pact by little."""
        f = antimony[0].minerals["antimony"].figures[Key("mined", "CHN", "output")]
        assert f.after[2] - f.after[0] > 15_000
        assert f.change[2] - f.change[0] < 0.1 * f.base

    def test_the_same_seed_gives_the_same_figures(self, antimony) -> None:
        again = simulate(PACT, EARTH, ["antimony"], draws=32).minerals["antimony"].figures
        for key, f in antimony[0].minerals["antimony"].figures.items():
            assert repr(again[key]) == repr(f)

    def test_a_region_that_one_publisher_does_not_have_makes_nothing_there(self) -> None:
        """Canada's germanium counted with the United States' in half of the draws."""
        chain = EARTH.chain("germanium")
        other = Structure("x", "orepact-assumption", "w", 0.5, counted_with(chain, "CAN", "USA"))
        earth = replace(EARTH, structures=lambda m: (other,))
        run = simulate(PACT, earth, ["germanium"], draws=16).minerals["germanium"]
        assert run.structures == ((other, 8),)
        market = _market(None, "logit", 0.0, other.chain, None)
        assert "CAN" in run.base.market.regions
        assert "CAN" not in market.regions
        canada = run.figures[Key("refined", "CAN", "output")]
        assert canada.after[0] == 0
        assert canada.after[2] == pytest.approx(canada.base, rel=0.2)
        world = run.figures[Key("refined", WORLD, "output")]
        assert world.after[0] > 0.9 * world.base
        assert STRUCTURE in dict(canada.drivers)


def counted_with(chain: Chain, code: str, other: str) -> Chain:
    """The chain with one region's figures counted as another's."""
    r, to = chain.region(code), chain.region(other)
    changed = {}
    for name in ("output", "capacity", "secondary", "stock_draw", "final_use", "stock_build"):
        a = getattr(chain, name).copy()
        a[:, to] += a[:, r]
        a[:, r] = 0.0
        changed[name] = a
    trade = chain.trade.copy()
    for axis in (1, 2):
        t = np.moveaxis(trade, axis, 1)
        t[:, to] += t[:, r]
        t[:, r] = 0.0
    return replace(chain, trade=trade, **changed)


@pytest.fixture(scope="module")
def in_force() -> Run:
    return simulate(PACT, EARTH, ["ndpr"], draws=8, duties="in-force")


class TestDutiesInForce:
    """The pact measured against the duties of its date instead of the base year's."""

    def test_both_sides_start_from_them(self, in_force: Run) -> None:
        mr = in_force.minerals["ndpr"]
        market, held = mr.base.market, on(EARTH.duties, "ndpr", DAY).rates[1]
        chain = mr.chain
        k = market.stage("magnet")
        china, us = market.region("CHN"), market.region("USA")
        rate = held[chain.stage("magnet"), chain.region("CHN"), chain.region("USA")]
        assert rate == pytest.approx(0.021 + 0.25)  # general rate and Section 301 since 2026
        assert mr.base.wedges.duty[k, china, us] == pytest.approx(rate)
        assert mr.policy.wedges.duty[k, china, us] == pytest.approx(rate)

    def test_the_base_year_moves_as_they_would_have_it(self, in_force: Run) -> None:
        then = simulate(PACT, EARTH, ["ndpr"], draws=0).minerals["ndpr"].base
        now = in_force.minerals["ndpr"].base
        k = now.market.stage("magnet")
        china, us = now.market.region("CHN"), now.market.region("USA")
        assert now.state.x[k, china, us] < 0.95 * then.state.x[k, china, us]
        np.testing.assert_array_equal(now.market.x0, then.market.x0)

    def test_it_is_said(self, in_force: Run) -> None:
        assert in_force.duties == "in-force"
        assert f"at the duties in force on {DAY}" in " ".join(in_force.minerals["ndpr"].warnings)

    def test_a_draw_moves_them_between_low_and_high(self) -> None:
        chain, later = EARTH.chain("ndpr"), on(EARTH.duties, "ndpr", DAY)
        market = _market(later, "logit", 0.0, chain, {("", "duty"): np.array([0.0, 1.0])})
        keep = [chain.region(r) for r in market.regions]
        low, _, high = later.rates[:, :, keep][:, :, :, keep]
        np.testing.assert_allclose(market.duty, [low, high])
        assert np.any(low < high)

    def test_a_misspelt_choice(self) -> None:
        with pytest.raises(InputError, match="Use base or in-force"):
            simulate(PACT, EARTH, ["zinc"], draws=0, duties="now")


def test_progress_is_told() -> None:
    seen: list[tuple[str, int, int]] = []
    simulate(PACT, EARTH, ["gallium"], draws=64, progress=lambda *a: seen.append(a))
    assert seen == [("gallium", 32, 64), ("gallium", 64, 64)]


class TestRefusals:
    def test_a_mineral_twice(self) -> None:
        with pytest.raises(InputError, match="one stands twice"):
            simulate(PACT, EARTH, ["zinc", "zinc"], draws=0)

    def test_a_mineral_of_another_world(self) -> None:
        with pytest.raises(UnknownIdError, match="unobtainium"):
            simulate(PACT, EARTH, ["unobtainium"], draws=0)

    def test_a_mineral_that_no_instrument_names(self) -> None:
        names = [i.id for i in PACT.instruments if ("zinc", "refined") not in i.targets()]
        only_zinc = PACT.without(*names)
        only_zinc = only_zinc.without(
            *(i.id for i in only_zinc.instruments if i.kind != "price_floor")
        )
        with pytest.raises(NoMatchError, match="names gallium: nothing would change"):
            simulate(only_zinc, EARTH, ["gallium"], draws=0)

    def test_before_there_are_members(self) -> None:
        with pytest.raises(InputError, match="no member on 2020-01-01"):
            simulate(PACT, EARTH, ["zinc"], on=date(2020, 1, 1), draws=0)

    def test_draws_that_are_no_power_of_two(self) -> None:
        with pytest.raises(InputError, match="powers of two"):
            simulate(PACT, EARTH, ["gallium"], draws=100)

    def test_an_instrument_that_touches_nothing(self) -> None:
        idle = {
            "kind": "trade_action", "id": "idle", "action": "tariff", "mineral": "gallium",
            "stage": "primary", "by": ["USA"], "against": ["CHL"], "rate": "10 %",
            "from": date(2027, 1, 1), "status": "scenario", "source": "scenario",
        }  # fmt: skip
        with pytest.raises(NoMatchError, match="'idle'"):
            simulate(PACT.with_instrument(idle), EARTH, ["gallium"], draws=0)


class TestNothingChanges:
    def test_before_the_floors_begin_no_figure_moves(self) -> None:
        run = simulate(
            PACT.without("bloc-duty-free"), EARTH, ["zinc"], on=date(2026, 6, 1), draws=8
        )
        z = run.minerals["zinc"]
        assert {e.state for e in z.effects} <= {"not in force", "recorded, not simulated"}
        assert z.opened_share == 0
        for key, f in z.figures.items():
            if np.isfinite(f.base):
                size = max(1.0, abs(f.base))
                assert abs(f.central - f.base) < 1e-6 * size, key
                assert f.change == (0, 0, 0), key
                assert not f.drivers, key
        # the draws do move the levels: baseline and policy are drawn together
        scrap = z.figures[Key("", WORLD, "scrap")]
        assert scrap.after[2] - scrap.after[0] > 0.01 * abs(scrap.base)


def test_rounding_is_not_a_result() -> None:
    before = np.full(16, 100.0)
    after = before * (1 + 0.1 * ROUNDING * np.random.default_rng(0).normal(size=16))

    class Sample:
        u = np.random.default_rng(1).uniform(size=(16, 1))
        keys = (("", "a"),)

    f = _figure(100.0, 100.0, (before, after), Sample())
    assert f.change == (0.0, 0.0, 0.0)
    assert f.drivers == ()


def test_quantiles_leave_out_what_failed() -> None:
    v = np.append(np.arange(101.0), [np.nan] * 5)
    assert _quantiles(v) == (5.0, 50.0, 95.0)
    assert all(np.isnan(q) for q in _quantiles(np.full(3, np.nan)))


def test_opened_share_by_hand(central: Run) -> None:
    run = central.minerals["zinc"]
    moved = np.abs(run.policy.state.x - run.base.state.x)
    share = moved[run.base.market.opened].sum() / moved.sum()
    assert run.opened_share == pytest.approx(share)
    assert 0 < run.opened_share < 0.2
    assert _opened(run.base, run.base) == 0.0
    everything = replace(run.base, market=replace(run.base.market, opened=moved >= 0))
    assert _opened(everything, run.policy) == pytest.approx(1.0)


def test_draws_that_do_not_solve_are_counted_and_left_out(monkeypatch) -> None:
    """One of eight stalls far from any solution: no quantile may hold a trace of it."""
    import orepact.study.simulate as study

    whole = simulate(PACT, EARTH, ["gallium"], draws=8).minerals["gallium"]

    def stalls(market, wedges=None, **how):
        out = solve(market, wedges, **how)
        if how.get("must_solve", True):
            return out
        bad = np.arange(8) == 5
        lost = {f: np.where(bad[:, None, None], 1e12, getattr(out.state, f)) for f in ("P", "Q")}
        return replace(out, converged=~bad, state=out.state._replace(**lost))

    monkeypatch.setattr(study, "solve", stalls)
    run = simulate(PACT, EARTH, ["gallium"], draws=8).minerals["gallium"]
    assert run.failed == 1
    for key in whole.figures:
        if key.variable in ("buyers' price", "purchases"):
            held, all_ = run.figures[key], whole.figures[key]
            assert held.central == all_.central or np.isnan(held.central)
            if np.isfinite(all_.base):
                assert all_.after[0] * 0.5 <= held.after[0] <= held.after[2] <= 2 * all_.after[2]


def test_a_pact_on_another_year() -> None:
    run = simulate(pact.read("us-mexico-2026"), world.load(2022), ["gallium"], draws=0)
    assert run.year == 2022
    assert run.minerals["gallium"].policy.status.name == "converged"
    other = simulate(pact.read("us-mexico-2026"), world.load(), ["gallium"], draws=0)
    key = ("primary", "CHN", "output")
    assert run.minerals["gallium"].figures[key].base == pytest.approx(600, rel=0.01)
    assert run.minerals["gallium"].figures[key].base < other.minerals["gallium"].figures[key].base


class TestOneGood:
    """One good whatever its origin: exact, central values only."""

    # manganese has routes whose costs differ by a millionth: the search drifts along them
    @pytest.mark.parametrize("mineral", ["gallium", "manganese"])
    def test_a_chain_is_solved_and_says_what_it_is(self, mineral):
        run = simulate(PACT, EARTH, [mineral], draws=0, sourcing="homogeneous")
        mr = run.minerals[mineral]
        assert np.nanmax(np.abs(mr.base.price / mr.base.market.p0 - 1)) < 1e-9
        assert mr.base.state.x == pytest.approx(mr.base.market.x0, abs=1e-9 * mr.base.state.x.max())
        assert mr.policy.status.name == "converged"
        assert mr.warnings[0].startswith("One good whatever its origin")
        assert run.sourcing == "homogeneous"
        # every route in use lands at the buyers' price, every other at no less
        st, premium = mr.policy.state, mr.policy.market.sourcing.premium()
        routes = mr.policy.market.sourcing.weight * mr.policy.wedges.open > 0
        gap = np.where(routes, (st.c + premium) / st.P[:, None, :] - 1, 0.0)
        assert np.min(gap) > -1e-7
        # a share below the square root of the residual is what the search leaves of no trade
        assert np.max(np.abs(gap[st.s > 1e-6])) < 1e-7

    def test_it_is_another_answer_than_that_of_imperfect_substitutes(self, central):
        run = simulate(PACT, EARTH, ["gallium"], draws=0, sourcing="homogeneous")
        one, other = run.minerals["gallium"].policy.state, central.minerals["gallium"].policy.state
        assert np.max(np.abs(one.x - other.x)) > 0.01 * np.max(other.x)

    @pytest.mark.parametrize(
        ("sourcing", "draws", "says"),
        [("ces", 0, "does not keep tonnes"), ("homogenous", 0, "Use logit or homogeneous"),
         ("homogeneous", 16, "central values only")],
    )  # fmt: skip
    def test_what_is_not_offered_is_refused(self, sourcing, draws, says):
        with pytest.raises(InputError, match=says):
            simulate(PACT, EARTH, ["gallium"], draws=draws, sourcing=sourcing)


class TestUsersWhoMove:
    """Users of the last stage follow the price abroad, and the page says so."""

    def test_use_that_moved_sums_to_nothing_and_leaves_those_with_a_floor(self) -> None:
        run = simulate(PACT, EARTH, ["ndpr"], draws=0, mobility=2.0)
        mr = run.minerals["ndpr"]
        moved = mr.policy.state.D - mr.policy.market.demand.quantity(mr.policy.state.P)
        assert abs(moved[-1].sum()) < 1e-9 * mr.policy.state.D[-1].sum()
        assert np.all(moved[:-1] == 0)
        assert mr.figures[Key("magnet", "USA", "use that moved in")].central < 0
        assert any("Users of the last stage move" in w for w in mr.warnings)

    def test_a_mobility_below_zero_is_refused(self) -> None:
        with pytest.raises(InputError, match="must be a number of at least 0"):
            simulate(PACT, EARTH, ["ndpr"], draws=0, mobility=-1.0)
