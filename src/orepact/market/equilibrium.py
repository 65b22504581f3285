"""Solve a market and say how it went.

>>> import numpy as np
>>> from orepact.market import Market, demand, solve, sourcing, supply
>>> one = np.ones((1, 1))
>>> m = Market.from_arrays(
...     regions=["A"], stages=["metal"], p0=one,
...     supply=supply.Linear(10 * one[:, None], 0 * one[:, None], one[:, None]),
...     demand=demand.Linear(4 * one, one, one),
...     sourcing=sourcing.Logit(one[..., None], one[..., None], one, one),
... )
>>> out = solve(m)
>>> out.status.name, round(float(out.state.p[0, 0]), 6)
('converged', 2.0)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from orepact.errors import InputError, NotSolvedError
from orepact.market.accounts import check
from orepact.market.equations import Point, evaluate, frame, residual
from orepact.market.jacobian import jacobian
from orepact.market.market import Market
from orepact.market.newton import Root, newton
from orepact.market.state import State, unfold
from orepact.market.wedges import Wedges

Array = Any


class RESULTS(enum.Enum):
    """How a solve ended; the value is the sentence that the user reads."""

    converged = "Solved: every node clears and every limit holds."
    indeterminate = (
        "Solved, but some prices are not unique: supply is at capacity and the landed cost does "
        "not depend on the producer price. The interval is reported."
    )
    not_converged = "Not solved: the iteration stalled. This is not a result."
    no_supply = "No equilibrium: stocks are to be bought where no source is open."


@dataclass(frozen=True, slots=True)
class Outcome:
    """A solved market: its state, the policy it was solved under, and the status.

    ``active`` (K, R) marks the nodes that can supply; prices of the others mean nothing and
    are NaN. ``interval`` (K, R, 2) is the range of prices that solve an indeterminate node.
    """

    market: Market
    wedges: Wedges
    state: State
    status: RESULTS
    message: str
    iterations: int
    active: Array
    converged: Array
    interval: Array | None = None

    @property
    def price(self) -> Array:
        """Producer prices (K, O), NaN where nothing is produced."""
        return np.where(self.active, self.state.p, np.nan)


def active_nodes(market: Market, w: Wedges) -> Array:
    """Nodes (K, R) that can supply: capacity whose inputs can be bought, scrap or stocks."""
    cap = np.sum(market.supply.capacity, axis=-2) > 0
    scrap = np.sum(market.secondary.capacity, axis=-2) > 0
    other = scrap | (market.draw > 0) | (np.asarray(w.release) > 0)
    weight = np.asarray(market.sourcing.weight * w.open) > 0
    shape = np.broadcast_shapes(cap.shape, other.shape, weight.shape[:-1])
    out = np.broadcast_to(cap | other, shape).copy()
    for k in range(len(market.stages)):
        for j in (j for kk, j in market.edges if kk == k):
            reach = np.any(weight[..., j, :, :] & out[..., j, :, None], axis=-2)
            fed = reach | (market.inputs[..., k, j, :] == 0)
            out[..., k, :] &= fed | other[..., k, :]
    return out


def solve(
    market: Market,
    wedges: Wedges | None = None,
    *,
    start: Outcome | None = None,
    tol: float = 1e-11,
    must_solve: bool = True,
) -> Outcome:
    """Find the equilibrium of ``market`` under ``wedges`` (default: the base year's duties).

    Leading axes of either are solved together. ``start`` gives an earlier outcome to start
    from. Money and tonnes are checked on every solve. Raises :class:`NotSolvedError` where no
    equilibrium is found (``must_solve=False`` returns it with its status instead) and
    :class:`AccountsError` where the accounts do not balance.
    """
    w = Wedges.base(market) if wedges is None else wedges
    _refuse(market, w)
    active = active_nodes(market, w)
    closed = replace(w, open=w.open * active[..., :, None])
    p0 = market.p0 if start is None else start.state.p
    rent0 = None if start is None or not w.holder else start.state.rent
    root, state = _newton(market, closed, active, p0, rent0, tol)
    if not np.all(root.converged):
        root, state = _rescue(market, closed, active, root, state, tol)
    return _outcome(market, closed, active, root, state, must_solve)


def _refuse(market: Market, w: Wedges) -> None:
    """Refuse what has no determinate answer: an entry top-up on an almost homogeneous good."""
    mu, P0 = getattr(market.sourcing, "mu", None), getattr(market.sourcing, "P0", None)
    if mu is None or not np.any(w.top_up & (w.floor > 0)):
        return
    if np.any((P0 / mu > 200) & w.top_up & (w.floor > 0)):
        raise InputError(
            "entry_top_up on a good whose substitution elasticity exceeds 200 has no determinate "
            "price: every price below the floor lands at the floor. Use period_levy."
        )


def _newton(
    market: Market, w: Wedges, active: Array, p0: Array, rent0: Array | None, tol: float
) -> tuple[Root, State]:
    shape = active.shape[-2:]
    n, G = shape[0] * shape[1], len(w.holder)
    index = np.flatnonzero(np.any(active.reshape(-1, n), axis=0))
    keep = np.concatenate([index, n + np.arange(G)])
    batch = np.broadcast_shapes(
        active.shape[:-2], batch_shape(market), batch_shape(w), p0.shape[:-2]
    )
    p0 = np.broadcast_to(p0, (*batch, *shape))
    f = frame(market, w)
    unit = f.unit
    rents = np.zeros((*batch, G)) if rent0 is None else rent0
    flat = np.reshape(p0, (*batch, n))
    dead = np.reshape(~np.broadcast_to(active, (*batch, *shape)), (*batch, n))[..., index]
    dead = np.concatenate([dead, np.zeros((*batch, G), bool)], axis=-1)

    def prices(z: Array) -> tuple[Array, Array]:
        p = flat.copy()
        p[..., index] = np.exp(z[..., : len(index)])
        return np.reshape(p, (*batch, *shape)), z[..., len(index) :] * unit

    def fun(z: Array) -> tuple[Array, Point]:
        pt = evaluate(f, *prices(z))
        r = residual(f, pt)
        return r if len(keep) == n + G else r[..., keep], pt

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

    z0 = np.concatenate([np.log(flat[..., index]), rents / unit], axis=-1)
    root = newton(fun, jac, z0, tol=tol)
    return root, unfold(f, root.aux)


def _rescue(
    market: Market, w: Wedges, active: Array, root: Root, state: State, tol: float
) -> tuple[Root, State]:
    """Follow stalled members from no policy to the full one, one at a time."""
    batch = root.converged.shape
    if not batch:
        return _continue(market, w, active, root, state, tol)
    z, r, ok = root.z.copy(), root.r.copy(), root.converged.copy()
    p, rent = state.p.copy(), state.rent.copy()
    for i in np.argwhere(~root.converged):
        at = tuple(i)
        mi, wi = take(market, at), take(w, at)
        ai = active[at] if active.ndim > 2 else active
        one = Root(root.z[at], root.r[at], root.converged[at], root.iterations, None)
        one, st = _continue(mi, wi, ai, one, take_state(state, at), tol)
        ok[at], p[at], rent[at] = one.converged, st.p, st.rent
    f = frame(market, w)
    return Root(z, r, ok, root.iterations, None), unfold(f, evaluate(f, p, rent))


def _continue(
    market: Market, w: Wedges, active: Array, root: Root, state: State, tol: float
) -> tuple[Root, State]:
    base = Wedges.base(market)
    base = replace(base, open=base.open * active[..., :, None])
    probe = replace(w, floor=0.0 * w.floor, top_up=w.top_up & False)
    first, st = _newton(market, base, active, market.p0, None, tol)
    if not bool(first.converged):
        return root, state
    open_floor = replace(probe, floor=np.where(w.floor > 0, 1e-9, 0.0), open=base.open)
    probed = frame(market, open_floor)
    full = unfold(probed, evaluate(probed, st.p, np.zeros(len(w.holder))))
    R0 = np.where(np.isfinite(full.reference), full.reference, 0.0)
    theta, step, p, rent = 0.0, 0.25, st.p, np.zeros(len(w.holder))
    done = None
    for _ in range(60):
        nxt = min(1.0, theta + step)
        trial, stt = _newton(market, w.toward(base, nxt, market, R0), active, p, rent, tol)
        if bool(trial.converged):
            theta, p, rent, step = nxt, stt.p, stt.rent, step * 2
            if theta == 1.0:
                done = (trial, stt)
                break
        else:
            step /= 2
            if step < 1e-5:
                break
    return done if done else (root, state)


def _outcome(
    market: Market, w: Wedges, active: Array, root: Root, state: State, must_solve: bool
) -> Outcome:
    ok = bool(np.all(root.converged))
    status, message = RESULTS.converged, RESULTS.converged.value
    interval = None
    if not ok:
        status, message = _diagnose(market, w, state, active)
        if must_solve:
            raise NotSolvedError(message)
    else:
        check(market, w, state)
        if np.any(w.top_up & (w.floor > 0)):
            interval = _interval(market, w, state, active)
            if interval is not None:
                status, message = RESULTS.indeterminate, RESULTS.indeterminate.value
    return Outcome(
        market, w, state, status, message, root.iterations, active, root.converged, interval
    )


def _diagnose(market: Market, w: Wedges, st: State, active: Array) -> tuple[RESULTS, str]:
    extra = market.build + w.purchase
    empty = np.all(w.open * market.sourcing.weight == 0, axis=-2) & (extra > 0)
    if np.any(empty):
        k, d = (int(i) for i in np.argwhere(empty)[0][-2:])
        where = f"{market.stages[k]} in {market.regions[d]}"
        return RESULTS.no_supply, f"{RESULTS.no_supply.value} First: {where}."
    size = np.where(active, np.abs(st.excess / market.scale), 0.0)
    size = np.nan_to_num(size, nan=np.inf)
    at = np.unravel_index(int(np.argmax(size)), size.shape)
    k, o = at[-2:]
    return RESULTS.not_converged, (
        f"{RESULTS.not_converged.value} Worst node: {market.stages[k]} in {market.regions[o]}, "
        f"off by {size[at]:.2g} of its size. Try a smaller shock, or check the node's capacity."
    )


def _interval(market: Market, w: Wedges, st: State, active: Array) -> Array | None:
    """Price ranges of nodes at capacity whose every landed cost ignores the producer price."""
    steep = st.own + np.abs(st.slope)
    flat = active & (steep <= 1e-12 * np.max(market.scale) / st.p) & (np.sum(st.x, axis=-1) > 0)
    if not np.any(flat):
        return None
    low = st.p - (st.m - np.max(market.supply.threshold(), axis=-2))
    gross = (st.invoice - st.markup - st.exporter_rent) / st.p[..., None]
    room = np.where(st.x > 0, (w.floor[..., None, :] - gross * st.p[..., None]) / gross, np.inf)
    high = st.p + np.min(room, axis=-1)
    out = np.stack([low, high], axis=-1)
    return np.where(flat[..., None], out, np.nan)


_CORE = {
    Market: {"inputs": 3, "freight": 3, "duty": 3, "x0": 3, "opened": 3, "cif": 1},
    Wedges: {
        "duty": 3, "export_tax": 3, "export_specific": 3, "freight": 3, "specific": 3, "open": 3, "standard": 3,
        "covered": 3, "eligible": 3, "weights": 3, "limit": 1, "limit_mask": 4,
    },
}  # fmt: skip
_CURVES = {"supply": 3, "secondary": 3, "demand": 2, "sourcing": 2}


def _axes(owner: Any, name: str) -> int:
    return _CORE.get(type(owner), {}).get(name, 2)


def _arrays(obj: Any) -> list[tuple[Any, int]]:
    out = []
    for f in fields(obj):
        v = getattr(obj, f.name)
        if f.name in _CURVES and is_dataclass(v):
            for g in fields(v):
                n = 3 if g.name in ("weight", "c0") else _CURVES[f.name]
                out.append((getattr(v, g.name), n))
        elif isinstance(v, np.ndarray):
            out.append((v, _axes(obj, f.name)))
    return out


def batch_shape(obj: Market | Wedges) -> tuple[int, ...]:
    """Leading axes of a market or of wedges: scenarios and draws."""
    return np.broadcast_shapes(*(np.shape(v)[:-n] for v, n in _arrays(obj)))


def take(obj: Any, at: tuple[int, ...]) -> Any:
    """One member of a batch of markets or wedges."""

    def pick(v: Array, n: int) -> Array:
        lead = v.ndim - n
        return v[at[len(at) - lead :]] if lead > 0 else v

    changes = {}
    for f in fields(obj):
        v = getattr(obj, f.name)
        if f.name in _CURVES and is_dataclass(v):
            inner = {
                g.name: pick(
                    np.asarray(getattr(v, g.name)),
                    3 if g.name in ("weight", "c0") else _CURVES[f.name],
                )
                for g in fields(v)
            }
            changes[f.name] = replace(v, **inner)
        elif isinstance(v, np.ndarray):
            changes[f.name] = pick(v, _axes(obj, f.name))
    return replace(obj, **changes)


def take_state(st: State, at: tuple[int, ...]) -> State:
    """One member of a batch of states (prices and rents; the rest is recomputed)."""
    return st._replace(p=st.p[at], rent=st.rent[at])
