"""One attempt at an equilibrium: Newton from given prices, one market or a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.market.batch import batch_shape, take
from orepact.market.equations import Frame, Point, evaluate, frame, residual
from orepact.market.jacobian import jacobian
from orepact.market.market import Market
from orepact.market.newton import Root, newton
from orepact.market.state import State, unfold
from orepact.market.wedges import Wedges

Array = Any


SHORT = 10
"""Newton steps that a whole batch takes; members that need more go on by themselves."""


def attempt(
    market: Market, w: Wedges, active: Array, p0: Array, rent0: Array | None, tol: float
) -> tuple[Root, State]:
    """Newton from prices ``p0`` (..., K, R) and rents; ``active`` (..., K, R) can supply."""
    batch = np.broadcast_shapes(
        active.shape[:-2], batch_shape(market), batch_shape(w), p0.shape[:-2]
    )
    if len(batch) != 1 or batch[0] < 4:
        return _newton(market, w, active, p0, rent0, tol, batch, 60)
    root, st = _newton(market, w, active, p0, rent0, tol, batch, SHORT)
    late = np.flatnonzero(~root.converged)
    if not len(late):
        return root, st
    rest = take(market, (late,)), take(w, (late,)), active[late] if active.ndim > 2 else active
    more, stt = _newton(*rest, st.p[late], st.dual[late], tol, (len(late),), 60)
    converged, r, p, rent = root.converged.copy(), root.r.copy(), st.p.copy(), st.dual.copy()
    converged[late], r[late], p[late], rent[late] = more.converged, more.r, stt.p, stt.dual
    f = frame(market, w)
    steps = root.iterations + more.iterations
    return Root(root.z, r, converged, steps, None), unfold(f, evaluate(f, p, rent))


def _newton(
    market: Market,
    w: Wedges,
    active: Array,
    p0: Array,
    rent0: Array | None,
    tol: float,
    batch: tuple[int, ...],
    steps: int,
) -> tuple[Root, State]:
    shape = active.shape[-2:]
    f = frame(market, w)
    n, G = shape[0] * shape[1], len(w.holder) + len(f.rules)
    index = np.flatnonzero(np.any(active.reshape(-1, n), axis=0))
    keep = np.concatenate([index, n + np.arange(G)])
    p0 = np.broadcast_to(p0, (*batch, *shape))
    unit = f.unit
    rents = np.zeros((*batch, G)) if rent0 is None else rent0
    flat = np.reshape(p0, (*batch, n))
    dead = np.reshape(~np.broadcast_to(active, (*batch, *shape)), (*batch, n))[..., index]
    dead = np.concatenate([dead, np.zeros((*batch, G), bool)], axis=-1)

    def prices(z: Array) -> tuple[Array, Array]:
        p = flat.copy()
        p[..., index] = np.exp(z[..., : len(index)])
        return np.reshape(p, (*batch, *shape)), z[..., len(index) :] * unit

    def at(pt: Point) -> tuple[Array, Point]:
        r = residual(f, pt)
        return r if len(keep) == n + G else r[..., keep], pt

    def fun(z: Array) -> tuple[Array, Point]:
        return at(evaluate(f, *prices(z)))

    def jac(pt: Point) -> Array:
        J = jacobian(f, pt)
        if G:
            J[..., n:] *= np.broadcast_to(unit, (*batch, G))[..., None, :]
        if len(keep) < n + G:
            J = J[..., keep[:, None], keep[None, :]]
        if np.any(dead):
            J[dead] = 0.0
            J = J + dead[..., :, None] * np.eye(len(keep))
        return J

    start = _lifted(f, p0, rents, active)
    flat = np.reshape(start.p, (*batch, n))
    z0 = np.concatenate([np.log(flat[..., index]), rents / unit], axis=-1)
    limit = 6 if steps == SHORT else 30
    root = newton(fun, jac, z0, tol=tol, max_iterations=steps, halvings=limit, first=at(start))
    return root, unfold(f, root.aux)


def _lifted(f: Frame, p: Array, rent: Array, active: Array) -> Point:
    """A start at which no plant that is missed makes nothing for want of a margin.

    A levy on its input can push a processor's margin below zero at base prices, where its
    output has no derivative to climb by.
    """
    supply = f.market.supply
    first = np.min(np.where(supply.capacity > 0, supply.opening(), np.inf), axis=-2)
    able = active & np.isfinite(first)
    pt = evaluate(f, p, rent)
    for k, _ in f.market.edges:
        missed = able & (pt.excess < -0.01 * f.market.scale) & (pt.m <= 0)
        if not np.any(missed):
            return pt
        if np.any(missed[..., k, :]):
            here = missed & (np.arange(p.shape[-2])[:, None] == k)
            p = p + np.where(here, np.where(able, first, 0.0) - pt.m, 0.0)
            pt = evaluate(f, p, rent)
    return pt
