"""Markets of any size to time: seeded, every region trading with every other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import root

from orepact.market import Market, Wedges, demand, sourcing, supply
from orepact.market.equations import evaluate, frame, residual
from orepact.market.jacobian import jacobian


def big(R: int = 40, K: int = 2, draws: int | None = None) -> Market:
    """``R`` regions and a chain of ``K`` stages, in equilibrium at the base."""
    g = np.random.default_rng(0)
    inputs = np.zeros((K, K, R))
    for k in range(1, K):
        inputs[k, k - 1] = 1.1
    p0 = 10.0 * 3.0 ** np.arange(K)[:, None] * g.uniform(0.9, 1.1, (K, R))
    freight = np.where(np.eye(R), 0, g.uniform(0.5, 1.5, (K, R, R)))
    duty = np.where(np.eye(R), 0, g.uniform(0, 0.08, (K, R, R)))
    cif = np.arange(R) % 2 == 0
    c0 = p0[:, :, None] + freight + duty * (p0[:, :, None] + cif * freight)
    share = g.dirichlet(np.ones(R), (K, R)).transpose(0, 2, 1)
    P0 = (share * c0).sum(1)
    final = g.uniform(5, 20, (K, R)) * np.where(np.arange(K) == K - 1, 1.0, 0.2)[:, None]
    y, x = np.zeros((K, R)), np.zeros((K, R, R))
    for k in reversed(range(K)):
        x[k] = share[k] * (final[k] + (1.1 * y[k + 1] if k + 1 < K else 0.0))
        y[k] = x[k].sum(1)
    m0 = p0.copy()
    m0[1:] -= 1.1 * P0[:-1]
    one = np.ones((K, 1, R))
    sigma: Any = 4.0 if draws is None else g.uniform(2, 8, (draws, 1, 1))
    eps: Any = 0.8 * one if draws is None else g.uniform(0.3, 1.5, (draws, 1, 1, 1)) * one
    return Market.from_arrays(
        regions=[f"r{i}" for i in range(R)],
        stages=[f"stage {k}" for k in range(K)],
        p0=p0,
        x0=x,
        scale=y,
        inputs=inputs,
        freight=freight,
        duty=duty,
        cif=cif,
        supply=supply.Isoelastic(1.15 * y[:, None], one / 1.15, m0[:, None], eps, 0.5 * one),
        demand=demand.Isoelastic(final, P0, 0.4 * np.ones((K, R)), 5 * np.ones((K, R))),
        sourcing=sourcing.Logit(share, c0, P0, P0 / sigma),
    )


def policy(m: Market) -> Wedges:
    """A floor on the last stage in five regions, a tariff in three of them, capacity binding."""
    K, R = m.p0.shape
    w = Wedges.base(m)
    floor = np.zeros((K, R))
    floor[-1, :5] = 1.3 * m.p0[-1].max()
    covered = np.zeros((K, R, R), bool)
    covered[-1, 5:, :5] = True
    duty = m.duty + np.where(np.eye(R), 0, 0.1 * (np.arange(R) < 3))
    return replace(w, floor=floor, covered=covered, eligible=covered, duty=duty)


def scipy_root(m: Market, w: Wedges, method: str = "hybr", *, exact: bool = True) -> Any:
    """The same equations in SciPy, with the same Jacobian or with finite differences."""
    f, shape = frame(m, w), m.p0.shape

    def fun(z: Any) -> Any:
        return residual(f, evaluate(f, np.exp(z).reshape(shape), np.zeros(0)))

    def jac(z: Any) -> Any:
        return jacobian(f, evaluate(f, np.exp(z).reshape(shape), np.zeros(0)))

    start = np.log(m.p0).ravel()
    found = root(fun, start, method=method, jac=jac if exact else None, tol=1e-11)
    assert np.max(np.abs(found.fun)) < 1e-8, found.message
    return found
