"""One attempt at an equilibrium, and what is tried when it stalls.

A stalled member is followed from no policy to the full one (continuation); where the market
has a convex potential, its minimum is sought from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from orepact.market.batch import batch_shape, take
from orepact.market.equations import Frame, Point, evaluate, frame, residual
from orepact.market.jacobian import jacobian
from orepact.market.market import Market
from orepact.market.newton import Root, newton
from orepact.market.potential import has_potential, minimise
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


def rescue(
    market: Market, w: Wedges, active: Array, root: Root, state: State, tol: float
) -> tuple[Root, State]:
    """Try harder on the members that stalled, one at a time."""
    batch = root.converged.shape
    if not batch:
        return _harder(market, w, active, root, state, tol)
    z, r, ok = root.z.copy(), root.r.copy(), root.converged.copy()
    p, rent = state.p.copy(), state.dual.copy()
    for i in np.argwhere(~root.converged):
        at = tuple(i)
        mi, wi = take(market, at), take(w, at)
        ai = active[at] if active.ndim > 2 else active
        one = Root(root.z[at], root.r[at], root.converged[at], root.iterations, None)
        one, st = _harder(
            mi,
            wi,
            ai,
            one,
            unfold(frame(mi, wi), evaluate(frame(mi, wi), state.p[at], state.dual[at])),
            tol,
        )
        ok[at], p[at], rent[at] = one.converged, st.p, st.dual
    f = frame(market, w)
    return Root(z, r, ok, root.iterations, None), unfold(f, evaluate(f, p, rent))


def _harder(
    market: Market, w: Wedges, active: Array, root: Root, state: State, tol: float
) -> tuple[Root, State]:
    found = (
        _from_closed(market, w, active, tol)
        or _pinned(market, w, active, tol)
        or _continue(market, w, active, tol)
    )
    if found:
        return found
    f = frame(market, w)
    if has_potential(f):
        p = minimise(f, market.p0, np.flatnonzero(active))
        if p is not None:
            last, st = attempt(market, w, active, p, None, tol)
            if bool(last.converged):
                return last, st
    return root, state


def _from_closed(market: Market, w: Wedges, active: Array, tol: float) -> tuple[Root, State] | None:
    """Close the limited routes, solve, and start from there with rents near the price gap.

    A limit far below what would be shipped ends near a full closure, far from no rent at all.
    """
    plain = [g for g in range(len(w.holder)) if g not in w.tranches]
    if not plain:
        return None
    limited = np.any(w.limit_mask[..., plain, :, :, :] > 0, axis=-4)
    shut = replace(
        w, open=w.open * ~limited, limit=np.zeros(0), limit_mask=w.limit_mask[:0], holder=(),
        limit_id=(), beyond=w.beyond[:0], beyond_specific=w.beyond_specific[:0],
    )  # fmt: skip
    root, st = attempt(market, shut, active, market.p0, None, tol)
    if not bool(root.converged):
        return None
    routes = (w.limit_mask > 0) & (market.sourcing.weight > 0)
    gap = np.max(np.where(routes, st.P[..., None, :] - st.c, -np.inf), axis=(-3, -2, -1))
    full = np.where(np.isin(np.arange(len(w.holder)), plain), np.maximum(gap, 0.0), 0.0)
    for part in (0.9, 0.6, 0.3, 1.0, 0.8, 0.45, 0.15):
        dual = np.concatenate([part * full, np.abs(st.stock)])
        last, found = attempt(market, w, active, st.p, dual, tol)
        if bool(last.converged):
            return last, found
    return None


def _pinned(market: Market, w: Wedges, active: Array, tol: float) -> tuple[Root, State] | None:
    """Hold period levies fixed, solve, move them to what is then due, and again.

    A levy that follows the lowest of two prices can trap Newton where the two cross; with the
    levy given, the market is well behaved. What is due rises with the levy, since an origin
    that sells nowhere else takes it off its price, and never exceeds the floor: so from zero
    the levies rise to the least that is its own cause (Tarski). A fall is taken by halves.
    """
    period = (w.floor > 0) & ~w.top_up
    if not np.any(period):
        return None
    covered = w.covered * period[..., None, :]
    f, levy, p = frame(market, w), np.zeros(period.shape), market.p0
    for _ in range(60):
        fixed = replace(
            w,
            floor=np.where(period, 0.0, w.floor),
            specific=w.specific + covered * levy[..., None, :],
        )
        root, st = attempt(market, fixed, active, p, None, tol)
        if not bool(root.converged):
            return None
        p = st.p
        R = unfold(f, evaluate(f, p, st.dual)).reference
        due = np.where(period & np.isfinite(R), np.maximum(w.floor - R, 0.0), 0.0)
        if np.max(np.abs(due - levy)) < 1e-4 * np.max(w.floor):
            break
        levy = np.maximum(due, (levy + due) / 2)
    last, st = attempt(market, w, active, p, st.dual, tol)
    return (last, st) if bool(last.converged) else None


def _continue(market: Market, w: Wedges, active: Array, tol: float) -> tuple[Root, State] | None:
    """Follow the solution from no policy to the full one, in steps that adapt."""
    base = Wedges.base(market)
    base = replace(base, open=base.open * active[..., :, None])
    probe = replace(w, floor=0.0 * w.floor, top_up=w.top_up & False)
    first, st = attempt(market, base, active, market.p0, None, tol)
    if not bool(first.converged):
        return None
    open_floor = replace(probe, floor=np.where(w.floor > 0, 1e-9, 0.0), open=base.open)
    probed = frame(market, open_floor)
    none = np.zeros(len(w.holder) + len(probed.rules))
    full = unfold(probed, evaluate(probed, st.p, none))
    R0 = np.where(np.isfinite(full.reference), full.reference, 0.0)
    theta, step, p, rent = 0.0, 0.25, st.p, none
    for _ in range(30):
        nxt = min(1.0, theta + step)
        trial, stt = attempt(market, w.toward(base, nxt, market, R0), active, p, rent, tol)
        if bool(trial.converged):
            theta, p, rent, step = nxt, stt.p, stt.dual, step * 2
            if theta == 1.0:
                return trial, stt
        else:
            step /= 2
            if step < 1e-3:
                break
    return None
