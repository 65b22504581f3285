"""The Jacobian against finite differences, with every feature switched on."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import everything, make

from orepact.market import Market, Wedges
from orepact.market.equations import evaluate, jacobian, residual


def numeric(m: Market, w: Wedges, p: np.ndarray, rent: np.ndarray) -> np.ndarray:
    unit, n, h = np.full(len(w.holder), 3.0), p.size, 1e-6
    z = np.concatenate([p.ravel(), rent])

    def f(z: np.ndarray) -> np.ndarray:
        return residual(m, w, evaluate(m, w, z[:n].reshape(p.shape), z[n:]), unit)

    return np.stack([(f(z + h * e) - f(z - h * e)) / (2 * h) for e in np.eye(len(z))], axis=1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rule", ["lowest", "average", "bloc"])
def test_jacobian(seed: int, rule: str) -> None:
    m = make(seed)
    w = everything(m)
    if rule == "average":
        share = np.where(w.eligible, m.x0, 0.0)
        w = replace(w, weights=share / np.maximum(share.sum(1, keepdims=True), 1e-300))
    if rule == "bloc":
        group = -np.ones((3, 4), int)
        group[1, :2] = 0
        w = replace(w, group=group, limit=w.limit[[0, 2]], limit_mask=w.limit_mask[[0, 2]],
                    holder=("importer", "importer"))  # fmt: skip
    g = np.random.default_rng(seed + 10)
    p = m.p0 * g.uniform(0.9, 1.1, m.p0.shape)
    rent = g.uniform(0.1, 0.6, len(w.holder))
    st = evaluate(m, w, p, rent)
    assert np.any(st.levy > 0)
    assert np.any(st.markup > 0)
    assert np.any(st.pay > 0)
    J = jacobian(m, w, st, np.full(len(w.holder), 3.0))
    expected = numeric(m, w, p, rent)
    # central differences at 1e-6 leave about 1e-9 of the largest entry
    np.testing.assert_allclose(J, expected, atol=2e-8 * np.abs(expected).max())
