"""Properties that hold for any market of a kind, searched for counterexamples."""

from dataclasses import fields, replace

import numpy as np
from conftest import everything, floored, make, one_stage
from hypothesis import given, settings
from hypothesis import strategies as st

from orepact.market import Market, Wedges, accounts, solve, supply

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25, deadline=None)


@FEW
@given(SEEDS, st.floats(1e-3, 1e3))
def test_scaling_every_money_input_scales_nothing_real(seed: int, money: float) -> None:
    one, many = one_stage(seed), one_stage(seed, money=money)
    F = 1.3 * float(one.p0.max())
    specific = 0.3 * (1 - np.eye(4))[None]
    a = solve(one, floored(one, [0, 1], F, specific=specific))
    b = solve(many, floored(many, [0, 1], F * money, specific=specific * money))
    np.testing.assert_allclose(b.state.x, a.state.x, rtol=1e-7, atol=1e-9 * a.state.x.max())
    np.testing.assert_allclose(b.state.p, a.state.p * money, rtol=1e-7)
    wa, wb = (accounts(o.market, o.wedges, o.state).welfare for o in (a, b))
    np.testing.assert_allclose(wb, wa * money, rtol=1e-6, atol=1e-6 * money * np.abs(wa).max())


def permuted(m: Market, w: Wedges, order: list[int]) -> tuple[Market, Wedges]:
    """The same market with its regions in another order."""
    R = len(order)

    def turn(v: np.ndarray) -> np.ndarray:
        for axis, n in enumerate(v.shape):
            if n == R and axis >= v.ndim - 2:
                v = np.take(v, order, axis=axis)
        return v

    def curve(c: object) -> object:
        return replace(c, **{f.name: turn(np.asarray(getattr(c, f.name))) for f in fields(c)})

    curves = {n: curve(getattr(m, n)) for n in ("supply", "secondary", "demand", "sourcing")}
    plain = ("inputs", "credit", "draw", "build", "freight", "duty", "p0", "x0", "opened", "scale")
    arrays = {n: turn(getattr(m, n)) for n in plain}
    labels = tuple(m.regions[i] for i in order)
    moved = replace(m, regions=labels, cif=m.cif[order], **curves, **arrays)
    place = np.argsort(order)
    turned = {
        f.name: turn(np.asarray(getattr(w, f.name)))
        for f in fields(w)
        if f.name not in ("holder", "limit", "benchmark")
    }
    return moved, replace(w, benchmark=place[turn(w.benchmark)], **turned)


@FEW
@given(st.integers(0, 200), st.permutations(range(4)))
def test_permuting_regions_permutes_results(seed: int, order: list[int]) -> None:
    m = make(seed, R=5)  # five regions, three stages: no axis can be mistaken for another
    order = [*order, 4]
    w = everything(m)
    a, b = solve(m, w), solve(*permuted(m, w, order))
    np.testing.assert_allclose(b.state.p, a.state.p[:, order], rtol=1e-8)
    x = a.state.x[:, order][:, :, order]
    np.testing.assert_allclose(b.state.x, x, rtol=1e-7, atol=1e-8 * x.max())


@FEW
@given(SEEDS, st.floats(1.5, 12.0), st.floats(0.05, 1.0), st.floats(1.0, 2.0), st.floats(1.0, 1.5))
def test_a_higher_floor_never_raises_imports_from_non_members(
    seed: int, sigma: float, eta: float, level: float, more: float
) -> None:
    """One stage, lowest reference, period levy."""
    m = one_stage(seed, sigma=sigma, eta=eta)
    low = level * float(m.p0.max())
    outs = [solve(m, floored(m, [0, 1], F)) for F in (low, low * more)]
    foreign = [o.state.x[0, 2:, :2].sum() for o in outs]
    assert foreign[1] <= foreign[0] * (1 + 1e-9)


@FEW
@given(SEEDS, st.floats(0.05, 1.0), st.floats(2.1, 6.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_deeper_ban_never_raises_use_outside_the_banning_country(
    seed: int, eta: float, ratio: float, a: float, b: float
) -> None:
    """To all destinations, with sigma above 2 eta."""
    m = one_stage(seed, sigma=ratio * eta, eta=eta)
    use = []
    for share in sorted((a, b)):
        w = Wedges.base(m)
        open_ = w.open.copy()
        open_[0, 0, 1:] = 1.0 - share
        use.append(solve(m, replace(w, open=open_)).state.D[0, 1:].sum())
    assert use[1] <= use[0] * (1 + 1e-9)


@FEW
@given(st.integers(0, 200), st.floats(0.2, 1.0), st.sampled_from(["importer", "exporter"]))
def test_a_limit_and_its_rent_are_complementary(seed: int, share: float, holder: str) -> None:
    m = make(seed)
    mask = np.zeros((1, 3, 4, 4))
    mask[0, 1, 1:, 0] = 1.0
    limit = np.array([share * np.sum(mask * m.x0)])
    w = replace(Wedges.base(m), limit_mask=mask, limit=limit, holder=(holder,))
    st_ = solve(m, w).state
    slack = limit[0] - np.sum(mask[0] * st_.x)
    assert st_.rent[0] >= -1e-8 * m.p0.max()
    assert slack >= -1e-8 * limit[0]
    assert abs(st_.rent[0] * slack) < 1e-7 * limit[0] * m.p0.max()


def test_scaling_holds_for_linear_supply_too() -> None:
    """The same tonnes when the intercept and the rise of the cost curve are in other money."""
    m = one_stage(3)
    made = m.x0.sum(2)[:, None]
    out = []
    for k in (1.0, 250.0):
        big = one_stage(3, money=k)
        curve = supply.Linear(2 * made, 0.5 * big.p0[:, None], 0.5 * big.p0[:, None] / made)
        out.append(solve(replace(big, supply=curve)).state)
    np.testing.assert_allclose(out[1].x, out[0].x, rtol=1e-8)
