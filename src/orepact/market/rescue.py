"""What is tried when an attempt stalls, member by member.

In turn: limited routes closed and opened again, period levies pinned, capacities eased and taken
back, the policy followed from none to the full one, and where the market has a convex potential,
its minimum. Each ends in an attempt at the true market, so none can change what is a solution.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from orepact.market import supply
from orepact.market.attempt import attempt
from orepact.market.batch import take
from orepact.market.equations import evaluate, frame
from orepact.market.market import Market
from orepact.market.newton import Root
from orepact.market.potential import has_potential, minimise
from orepact.market.state import State, unfold
from orepact.market.wedges import Wedges

Array = Any


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
        or _eased(market, w, active, tol)
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
    the levies rise to the least that is its own cause (Tarski). A fall is taken by halves, and a
    rise that does not tire by longer and longer steps: where the two nearly agree, it would creep.
    """
    period = (w.floor > 0) & ~w.top_up
    if not np.any(period):
        return None
    covered = w.covered * period[..., None, :]
    f, levy, p = frame(market, w), np.zeros(period.shape), market.p0
    last_rise, stride = np.inf, 1.0
    for _ in range(100):
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
        rise = float(np.max(due - levy))
        stride = min(2.0 * stride, 16.0) if rise > 0.8 * last_rise else 1.0
        last_rise = rise if rise > 0 else np.inf
        levy = np.where(due > levy, levy + stride * (due - levy), (levy + due) / 2)
        levy = np.minimum(levy, w.floor)
    last, st = attempt(market, w, active, p, st.dual, tol)
    return (last, st) if bool(last.converged) else None


def _eased(market: Market, w: Wedges, active: Array, tol: float) -> tuple[Root, State] | None:
    """Let every plant make more than its capacity at a rising price, then take that away.

    Where a stage and the one that it feeds are both at capacity, prices hardly move tonnes, and
    Newton's step is all length and no direction. With room to spare every price has a slope.
    """
    room, last, p, rent = 1.0, 4.0, market.p0, None
    for _ in range(40):
        eased = replace(market, supply=_roomy(market.supply, room))
        root, st = attempt(eased, w, active, p, rent, tol)
        if not bool(root.converged):
            if room == 1.0 or last < 1.01:
                return None
            room, last = room * last, last**0.5
            room /= last
            continue
        p, rent = st.p, st.dual
        found, at = attempt(market, w, active, p, rent, tol)
        if bool(found.converged):
            return found, at
        room /= last
        if room < 1e-9:
            return None
    return None


def _roomy(curve: supply.Supply, room: float) -> supply.Supply:
    """The curve with one block more, ``room`` of the capacity at the base earning, in a line."""
    cap = np.sum(curve.capacity, axis=-2, keepdims=True)
    if isinstance(curve, supply.Isoelastic):
        x0, half = np.max(curve.x0, axis=-2, keepdims=True), 0.5 + 0.0 * cap
        return curve.blocks(supply.Isoelastic(BEYOND * cap, room / BEYOND + 0 * cap, x0, 2 * half,
                                              half))  # fmt: skip
    assert isinstance(curve, supply.Linear)
    x0 = np.maximum(np.max(curve.threshold(), axis=-2, keepdims=True), 1e-9)
    rise = x0 / np.where(cap > 0, room * cap, 1.0)
    return curve.blocks(supply.Linear(BEYOND * cap, 0.0 * cap, rise))


BEYOND = 1e3
"""Capacities that an eased plant may reach, so that it has none in practice."""


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
