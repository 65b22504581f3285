"""The joint balance: closed forms, invariances, random feasible systems, infeasible ones named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orepact.errors import WorldError
from orepact.world.balance import QUANTITIES, Balanced, Priors, balance


def one_stage(output, trade, use, weight=None, **other) -> Priors:
    """One stage; ``weight`` maps quantities to a single weight (1 by default)."""
    R = len(output)
    zero = np.zeros((1, R))
    parts = {
        "output": np.atleast_2d(np.asarray(output, float)),
        "secondary": zero,
        "stock_draw": zero,
        "final_use": np.atleast_2d(np.asarray(use, float)),
        "stock_build": zero,
        "trade": np.asarray(trade, float)[None],
    } | other
    weights = {q: np.full_like(parts[q], (weight or {}).get(q, 1.0)) for q in QUANTITIES}
    regions = tuple(f"R{i}" for i in range(R))
    return Priors("test", ("mined",), regions, np.zeros((1, 1, R)), weights=weights, **parts)


def gaps(p: Priors, b: Balanced) -> float:
    shipped = b.trade.sum(axis=2) - b.output - p.secondary - b.stock_draw
    need = np.einsum("jkr,jr->kr", p.inputs, b.output)
    bought = b.trade.sum(axis=1) - b.final_use - b.stock_build - need
    return float(max(np.abs(shipped).max(), np.abs(bought).max()))


def test_one_good_settles_at_the_weighted_geometric_mean():
    # x must equal all three: minimise sum w (x ln(x/p) - x)  =>  ln x = sum w ln p / sum w
    p = one_stage([90.0], [[100.0]], [110.0], {"output": 30.0, "trade": 5.0, "final_use": 0.3})
    expected = np.exp((30 * np.log(90) + 5 * np.log(100) + 0.3 * np.log(110)) / 35.3)
    assert balance(p).output[0, 0] == pytest.approx(expected, rel=1e-10)


def test_fixed_margins_reproduce_ras():
    # With margins trusted beyond doubt the cross-entropy solution is RAS (Bacharach 1970).
    seed = np.array([[1.0, 2.0], [3.0, 1.0]])
    out, use = [10.0, 20.0], [18.0, 12.0]
    p = one_stage(out, seed, use, {"output": 1e7, "final_use": 1e7})
    t = seed.copy()
    for _ in range(2000):
        t *= (np.array(out) / t.sum(axis=1))[:, None]
        t *= np.array(use) / t.sum(axis=0)
    assert balance(p).trade[0] == pytest.approx(t, rel=1e-5)


def test_a_balanced_prior_is_left_alone():
    p = one_stage([30.0, 10.0], [[20.0, 10.0], [0.0, 10.0]], [20.0, 20.0])
    b = balance(p)
    assert b.steps == 0
    assert np.array_equal(b.trade, p.trade)


def test_zero_priors_stay_zero():
    b = balance(one_stage([50.0, 10.0], [[20.0, 10.0], [0.0, 10.0]], [20.0, 20.0]))
    assert b.trade[0, 1, 0] == 0.0


def test_two_stages_move_together():
    # 100 mined, 95 refined at 1.10 per tonne: only a joint balance sees the 4.5 short.
    inputs = np.zeros((2, 2, 1))
    inputs[1, 0] = 1.10
    one = np.ones((2, 1))
    p = Priors(
        name="test",
        stages=("mined", "refined"),
        regions=("A",),
        inputs=inputs,
        output=np.array([[100.0], [95.0]]),
        secondary=np.array([[0.0], [5.0]]),
        stock_draw=0 * one,
        final_use=np.array([[0.0], [100.0]]),
        stock_build=0 * one,
        trade=np.array([[[104.5]], [[100.0]]]),
        weights=dict.fromkeys(QUANTITIES[:-1], one) | {"trade": one[:, :, None]},
    )
    b = balance(p)
    assert b.trade[0, 0, 0] == pytest.approx(1.10 * b.output[1, 0], rel=1e-9)
    assert b.final_use[1, 0] == pytest.approx(b.output[1, 0] + 5.0, rel=1e-9)
    assert 100.0 < b.output[0, 0] < 104.5
    assert b.output[1, 0] < 95.0


def test_what_cannot_balance_is_named():
    p = one_stage([50.0, 10.0], [[0.0, 0.0], [0.0, 10.0]], [20.0, 20.0])
    with pytest.raises(WorldError, match=r"mined R0 \(what is (shipped|bought)\)"):
        balance(p)


def test_scrap_without_a_way_out_is_named():
    p = one_stage([0.0], [[0.0]], [0.0], secondary=np.array([[3.0]]))
    with pytest.raises(WorldError, match="mined R0"):
        balance(p)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_a_prior_that_is_no_quantity_raises(bad):
    with pytest.raises(WorldError, match="prior of output"):
        balance(one_stage([bad], [[1.0]], [1.0]))


def test_a_prior_without_weight_raises():
    p = one_stage([1.0], [[1.0]], [1.0])
    with pytest.raises(WorldError, match="no positive weight"):
        balance(replace(p, weights=p.weights | {"trade": np.zeros((1, 1, 1))}))


def random_chain(seed: int, R: int = 4, K: int = 3) -> Priors:
    """Priors scattered around a chain that balances exactly, so that it is feasible."""
    rng = np.random.default_rng(seed)
    inputs = np.zeros((K, K, R))
    for k in range(1, K):
        inputs[k, k - 1] = rng.uniform(0.8, 1.3, R)
    output = np.zeros((K, R))
    trade = np.zeros((K, R, R))
    use = np.zeros((K, R))
    scrap = rng.uniform(0, 5, (K, R)) * (rng.random((K, R)) < 0.3)
    need = np.zeros(R)
    for k in reversed(range(K)):
        use[k] = rng.uniform(1, 100, R)
        # a random sourcing matrix; whoever ships beyond its scrap makes the rest
        shares = rng.random((R, R)) * (rng.random((R, R)) < 0.6) + np.eye(R)
        trade[k] = shares / shares.sum(axis=0) * (use[k] + need)
        output[k] = np.maximum(trade[k].sum(axis=1) - scrap[k], 0.1)
        scrap[k] = np.minimum(scrap[k], trade[k].sum(axis=1) - output[k]).clip(0)
        need = inputs[k, k - 1] * output[k] if k else need
    noise = {q: rng.lognormal(0, 0.4, a.shape) for q, a in (("output", output), ("t", trade))}
    weights = {q: rng.uniform(0.2, 30, (K, R)) for q in QUANTITIES[:-1]}
    return Priors(
        name="random",
        stages=tuple("abc"),
        regions=tuple("WXYZ"),
        inputs=inputs,
        output=output * noise["output"],
        secondary=scrap,
        stock_draw=0.003 * output,
        final_use=use,
        stock_build=np.zeros((K, R)),
        trade=trade * noise["t"],
        weights=weights | {"trade": rng.uniform(0.2, 30, (K, R, R))},
    )


@settings(max_examples=40)
@given(st.integers(0, 2**31))
def test_every_feasible_chain_balances(seed):
    p = random_chain(seed)
    b = balance(p)
    assert gaps(p, b) <= 1e-8 * p.output.sum()
    for q in QUANTITIES:
        x = getattr(b, q)
        assert np.array_equal(x > 0, getattr(p, q) > 0)


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.permutations(range(4)))
def test_the_order_of_regions_does_not_matter(seed, order):
    p, i = random_chain(seed), np.array(order)
    turned = replace(
        p,
        inputs=p.inputs[:, :, i],
        secondary=p.secondary[:, i],
        weights={q: w[:, i] if q != "trade" else w[:, i][:, :, i] for q, w in p.weights.items()},
        trade=p.trade[:, i][:, :, i],
        **{q: getattr(p, q)[:, i] for q in QUANTITIES[:-1]},
    )
    assert balance(turned).trade == pytest.approx(balance(p).trade[:, i][:, :, i], rel=1e-6)


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.floats(1e-3, 1e6))
def test_units_do_not_matter(seed, scale):
    p = random_chain(seed)
    scaled = {q: scale * getattr(p, q) for q in (*QUANTITIES, "secondary")}
    assert balance(replace(p, **scaled)).output == pytest.approx(
        scale * balance(p).output, rel=1e-6
    )
