"""The Jacobian against finite differences, with every feature switched on."""

from dataclasses import replace

import numpy as np
import pytest
from markets import every, everything, make

from orepact.market.equations import Frame, evaluate, frame, residual
from orepact.market.jacobian import jacobian


def numeric(f: Frame, z: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    n, h = int(np.prod(shape)), 1e-6

    def r(z: np.ndarray) -> np.ndarray:
        return residual(f, evaluate(f, np.exp(z[:n]).reshape(shape), z[n:]))

    return np.stack([(r(z + h * e) - r(z - h * e)) / (2 * h) for e in np.eye(len(z))], axis=1)


@pytest.mark.parametrize("form", ["logit", "ces"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rule", ["lowest", "average", "bloc"])
def test_jacobian(seed: int, rule: str, form: str) -> None:
    m = make(seed, form=form)
    w = everything(m)
    if rule == "average":
        share = np.where(w.eligible, m.x0, 0.0)
        w = replace(w, weights=share / np.maximum(share.sum(1, keepdims=True), 1e-300))
    if rule == "bloc":
        group = -np.ones((3, 4), int)
        group[1, :2] = 0
        w = replace(w, group=group)
    g = np.random.default_rng(seed + 10)
    p = m.p0 * g.uniform(0.9, 1.1, m.p0.shape)
    rent = g.uniform(0.1, 0.6, len(w.holder))
    f = frame(m, w)
    pt = evaluate(f, p, rent)
    assert all(np.any(lev.levy > 0) for lev in pt.levied)
    assert np.any(pt.levied[1].markup > 0)
    assert np.any(pt.pay > 0)
    expected = numeric(f, np.concatenate([np.log(p).ravel(), rent]), p.shape)
    # central differences at 1e-6 leave about 1e-9 of the largest entry
    np.testing.assert_allclose(jacobian(f, pt), expected, atol=2e-8 * np.abs(expected).max())


INSTRUMENTS = tuple(every(make()))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_jacobian_is_that_of_automatic_differentiation(name: str) -> None:
    """JAX's forward mode on the same equations, away from kinks, for every instrument, where
    users of the last stage move abroad."""
    import jax

    jax.config.update("jax_enable_x64", True)
    m = replace(make(3), mobility=np.array([[0.0], [0.0], [2.0]]))
    w = every(m)[name]
    f = frame(m, w)
    g = np.random.default_rng(5)
    n, rents = m.p0.size, len(w.holder) + len(f.rules)
    p = m.p0 * g.uniform(0.95, 1.05, m.p0.shape)
    dual = g.uniform(0.1, 0.6, rents) * f.unit
    z = np.concatenate([np.log(p).ravel(), dual])

    def r(z):
        return residual(f, evaluate(f, jax.numpy.exp(z[:n]).reshape(m.p0.shape), z[n:]))

    expected = np.asarray(jax.jacfwd(r)(z))
    ours = jacobian(f, evaluate(f, p, dual))
    assert ours.shape == (n + rents, n + rents)
    # both are exact: what is left is the rounding of sums of a dozen terms
    np.testing.assert_allclose(ours, expected, atol=1e-9 * np.abs(expected).max(), rtol=1e-9)
