"""What must hold whatever the figures."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import everything, floored, limited, make, one_stage

from orepact.market import Market, Wedges, accounts, solve, supply

MONEY = {
    "market": ("p0", "freight", "credit"),
    "wedges": ("floor", "specific", "export_specific", "freight", "standard", "strike",
               "threshold", "pay_cap", "back_cap"),
}  # fmt: skip
quick = settings(max_examples=25, derandomize=True)
seeds = st.integers(0, 10_000)
factors = st.floats(1e-3, 1e3)


def _scaled(obj: Any, names: tuple[str, ...], k: float) -> Any:
    return replace(obj, **{n: getattr(obj, n) * k for n in names})


def in_money(m: Market, w: Wedges, k: float) -> tuple[Market, Wedges]:
    """Every input that is in USD, times ``k``."""
    assert isinstance(m.supply, supply.Isoelastic)
    assert isinstance(m.secondary, supply.Isoelastic)
    market = replace(
        _scaled(m, MONEY["market"], k),
        supply=_scaled(m.supply, ("x0",), k),
        secondary=_scaled(m.secondary, ("x0",), k),
        demand=_scaled(m.demand, ("P0",), k),
        sourcing=_scaled(m.sourcing, ("c0", "P0", "mu"), k),
    )
    return market, _scaled(w, MONEY["wedges"], k)


@quick
@given(seed=seeds, k=factors)
def test_scaling_all_money_scales_nothing_real(seed: int, k: float) -> None:
    m = make(seed)
    w = everything(m)
    assert np.any(w.strike > 0)
    one = solve(m, w)
    other = solve(*in_money(m, w, k))
    a, b = one.state, other.state
    for real in ("x", "y", "D", "Q", "s"):
        va, vb = getattr(a, real), getattr(b, real)
        np.testing.assert_allclose(vb, va, rtol=1e-7, atol=1e-8 * np.max(np.abs(va)))
    for money in ("p", "P", "c", "levy", "rent", "pay", "markup"):
        va, vb = getattr(a, money), getattr(b, money)
        np.testing.assert_allclose(vb / k, va, rtol=1e-7, atol=1e-7 * (1 + np.max(np.abs(va))))
    wa, wb = (accounts(o.market, o.wedges, o.state).welfare for o in (one, other))
    np.testing.assert_allclose(wb / k, wa, rtol=1e-7, atol=1e-6 * np.max(np.abs(wa)))


def permuted(obj: Any, order: np.ndarray, R: int) -> Any:
    """Regions in another order: every axis of length R, and what points at regions."""
    back = np.argsort(order)

    def turn(v: Any, name: str = "") -> Any:
        if hasattr(v, "__dataclass_fields__"):
            return permuted(v, order, R)
        if not isinstance(v, np.ndarray) or v.ndim == 0 or name == "limit":
            return v
        if name in ("benchmark", "payer"):
            v = back[v]
        for axis in range(v.ndim):
            if v.shape[axis] == R:
                v = np.take(v, order, axis=axis)
        return v

    changed = {n: turn(getattr(obj, n), n) for n in obj.__dataclass_fields__}
    if "regions" in changed:
        changed["regions"] = tuple(obj.regions[i] for i in order)
    return type(obj)(**changed)


@quick
@given(seed=seeds, order=st.permutations(range(5)))
def test_permuting_regions_permutes_results(seed: int, order: list[int]) -> None:
    """Five regions, so that no other axis (stages, blocks, limits) has their length."""
    at = np.array(order)
    m = make(seed, R=5)
    w = everything(m)
    a = solve(m, w)
    b = solve(permuted(m, at, 5), permuted(w, at, 5))
    size = np.max(a.state.x)
    np.testing.assert_allclose(b.state.p, a.state.p[:, at], rtol=1e-8)
    np.testing.assert_allclose(b.state.x, a.state.x[:, at][:, :, at], rtol=1e-8, atol=1e-8 * size)
    wa, wb = (accounts(o.market, o.wedges, o.state).welfare for o in (a, b))
    np.testing.assert_allclose(wb, wa[at], rtol=1e-7, atol=1e-7 * np.max(np.abs(wa)))


@settings(max_examples=60, derandomize=True)
@given(
    seed=seeds,
    sigma=st.floats(1.5, 12.0),
    eta=st.floats(0.05, 1.0),
    eps=st.floats(0.1, 3.0),
    use0=st.floats(0.5, 0.99),
    members=st.integers(1, 2),
    low=st.floats(0.8, 2.0),
    rise=st.floats(1.0, 1.5),
)
def test_a_higher_floor_never_raises_imports_from_outside(
    seed: int, sigma: float, eta: float, eps: float, use0: float, members: int, low: float,
    rise: float,
) -> None:  # fmt: skip
    m = one_stage(seed, sigma=sigma, eta=eta, eps=eps, use0=use0)
    inside = list(range(members))
    F = low * float(m.p0.mean())
    bought = []
    for level in (F, F * rise):
        x = solve(m, floored(m, inside, level)).state.x[0]
        bought.append(float(x[members:][:, inside].sum()))
    assert bought[1] <= bought[0] * (1 + 1e-8)


@settings(max_examples=60, derandomize=True)
@given(
    seed=seeds,
    eta=st.floats(0.05, 1.5),
    over=st.floats(0.05, 8.0),
    eps=st.floats(0.1, 3.0),
    use0=st.floats(0.5, 0.99),
    share=st.floats(0.0, 0.95),
    deeper=st.floats(0.0, 1.0),
)
def test_a_deeper_ban_never_raises_use_outside(
    seed: int, eta: float, over: float, eps: float, use0: float, share: float, deeper: float
) -> None:
    """With ``sigma > 2 eta``."""
    m = one_stage(seed, sigma=2 * eta + over, eta=eta, eps=eps, use0=use0)
    used = []
    for closed in (share, share + deeper * (1 - share)):
        open_ = np.ones((1, 4, 4))
        open_[0, 0, 1:] = 1 - closed
        used.append(float(solve(m, replace(Wedges.base(m), open=open_)).state.D[0, 1:].sum()))
    assert used[1] <= used[0] * (1 + 1e-8)


@quick
@given(seed=seeds, sigma=st.floats(1.5, 30.0), eps=st.floats(0.05, 5.0), off=st.floats(0.3, 3.0))
def test_the_base_reproduces_itself(seed: int, sigma: float, eps: float, off: float) -> None:
    m = one_stage(seed, sigma=sigma, eps=eps)
    out = solve(replace(m, p0=m.p0 * off)).state
    np.testing.assert_allclose(out.p, m.p0, rtol=1e-9)
    np.testing.assert_allclose(out.x, m.x0, rtol=1e-9)


@quick
@given(seed=seeds, share=st.floats(0.0, 2.0), holder=st.sampled_from(["importer", "exporter"]))
def test_rents_and_slacks_are_complementary(seed: int, share: float, holder: str) -> None:
    m = one_stage(seed)
    w = limited(m, 0, [1, 2, 3], [0], share, holder)
    out = solve(m, w).state
    rent = float(out.rent[0])
    slack = float(w.limit[0] - np.sum(w.limit_mask[0] * out.x))
    size = float(np.sum(w.limit_mask[0] * m.x0))
    assert rent > -1e-9
    assert slack > -1e-8 * size
    assert abs(rent * slack) < 1e-7 * size


@quick
@given(seed=seeds, below=st.floats(0.1, 0.99))
def test_a_floor_below_the_market_changes_nothing(seed: int, below: float) -> None:
    m = one_stage(seed)
    out = solve(m, floored(m, [0, 1], below * float(m.p0.min()))).state
    assert not np.any(out.levy)
    np.testing.assert_allclose(out.x, m.x0, rtol=1e-9)


@quick
@given(seed=seeds, free=st.floats(0.02, 0.5))
def test_a_duty_never_helps_the_world(seed: int, free: float) -> None:
    """From free trade, a duty moves tonnes and lowers the world's welfare."""
    m = one_stage(seed)
    duty = np.where(np.eye(4), 0.0, free) + 0 * m.duty
    base, out = solve(m), solve(m, replace(Wedges.base(m), duty=duty))
    a0, a1 = (float(np.sum(accounts(m, o.wedges, o.state).welfare)) for o in (base, out))
    assert a1 <= a0 + 1e-8 * float(np.sum(m.x0 * 10))
