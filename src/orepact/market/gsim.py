"""GSIM, the linear global simulation model of Francois and Hall (2003), as published.

A small module of its own, for comparison with the literature; the engine's CES form has the
same elasticities at the base (:func:`orepact.market.sourcing.elasticities`).
Arrays are exporter by importer, trade at world prices, tariffs as powers (1 + rate).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.errors import InputError

Array = Any


class Gsim(NamedTuple):
    """Proportional changes, and surplus and revenue in the unit of the trade values."""

    p: Array  # (R,) world price by exporter
    trade: Array  # (R, V) quantities
    value: Array  # (R, V) new values at world prices
    landed: Array  # (R, V) internal prices
    composite: Array  # (V,)
    output: Array  # (R,)
    producers: Array  # (R,) change of producer surplus
    consumers: Array  # (V,) change of consumer surplus
    revenue: Array  # (V,) change of tariff revenue

    @property
    def welfare(self) -> Array:
        """Sum of the three."""
        return self.producers + self.consumers + self.revenue


def elasticities(M: Array, T0: Array, Em: Array, Es: Array) -> Array:
    """Elasticities of imports, ``N[r, s, v]`` of the flow from r into v in the price from s.

    ``N_own = theta Em - (1 - theta) Es``, ``N_cross = theta_s (Em + Es)`` with ``theta``
    the expenditure shares at internal prices.
    """
    theta = M * T0 / np.sum(M * T0, axis=0)
    cross = np.broadcast_to(theta[None], (len(M), *theta.shape)) * (Em + Es)
    return cross - np.eye(len(M))[:, :, None] * Es


def gsim(M: Array, T0: Array, T1: Array, *, Em: Array, Ex: Array, Es: Array) -> Gsim:
    """Solve ``Ex p = sum_v phi Mhat`` for the change from tariffs ``T0`` to ``T1``.

    ``Em`` (V,) composite demand elasticity (negative), ``Ex`` (R,) supply elasticity, ``Es``
    (V,) substitution elasticity; scalars serve for all.
    """
    M, T0, T1 = (np.asarray(a, float) for a in (M, T0, T1))
    if not (M.shape == T0.shape == T1.shape and M.ndim == 2 and M.shape[0] == M.shape[1]):
        raise InputError("M, T0 and T1 must be square and of one shape, exporter by importer.")
    n = len(M)
    Em, Es = (np.broadcast_to(np.asarray(e, float), n) for e in (Em, Es))
    Ex = np.broadcast_to(np.asarray(Ex, float), n)
    N = elasticities(M, T0, Em, Es)
    T = T1 / T0 - 1.0
    phi = M / np.sum(M, axis=1, keepdims=True)
    A = np.diag(Ex) - np.einsum("rv,rsv->rs", phi, N)
    p = np.linalg.solve(A, np.einsum("rv,rsv,sv->r", phi, N, T))
    trade = np.einsum("rsv,sv->rv", N, p[:, None] + T)
    landed = (1 + p[:, None]) * (1 + T) - 1
    theta = M * T0 / np.sum(M * T0, axis=0)
    composite = np.sum(theta * landed, axis=0)
    value = M * (1 + p[:, None]) * (1 + trade)
    spent = np.sum(M * T0, axis=0)
    return Gsim(
        p=p,
        trade=trade,
        value=value,
        landed=landed,
        composite=composite,
        output=Ex * p,
        producers=p * np.sum(M, axis=1) * (1 + 0.5 * Ex * p),
        consumers=spent * (0.5 * Em * composite**2 * np.sign(composite) - composite),
        revenue=np.sum(value * (T1 - 1) - M * (T0 - 1), axis=0),
    )
