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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from orepact.errors import InputError, NotSolvedError
from orepact.market.accounts import check
from orepact.market.attempt import attempt
from orepact.market.certificate import worst_places
from orepact.market.checks import check_wedges
from orepact.market.conditions import SOUGHT, conditions
from orepact.market.homogeneous import exact, refuse
from orepact.market.market import Market
from orepact.market.newton import Root
from orepact.market.rescue import rescue
from orepact.market.sourcing import Homogeneous, Logit
from orepact.market.state import State
from orepact.market.wedges import HOLDERS, Wedges

Array = Any


class RESULTS(enum.Enum):
    """How a solve ended; the value is the sentence that the user reads."""

    converged = "Solved: every node clears and every limit holds."
    indeterminate = (
        "Solved, but some prices are not unique: supply is at capacity and the landed cost does "
        "not depend on the producer price. The interval is reported."
    )
    not_converged = "Not solved: the iteration stalled. This is not a result."
    no_supply = "No equilibrium: tonnes are to be bought at any price where no source is open."
    no_outlet = "No equilibrium: tonnes are to be sold at any price where no route is open."
    oversold = "No equilibrium: stocks are to be sold beyond all that is bought there."


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
        """Producer prices (K, O), NaN where nothing is supplied or nothing may leave."""
        shipped = np.sum(self.state.x, axis=-1) > 0
        return np.where(self.active & shipped, self.state.p, np.nan)


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
    follow: bool = True,
) -> Outcome:
    """Find the equilibrium of ``market`` under ``wedges`` (default: the base year's duties).

    Leading axes of either are solved together. ``start`` gives an earlier outcome to start
    from. Money and tonnes are checked on every solve. Raises :class:`NotSolvedError` where no
    equilibrium is found (``must_solve=False`` returns it with its status instead) and
    :class:`AccountsError` where the accounts do not balance. ``follow=False`` does not follow
    members that stall by continuation, which takes them one at a time.
    """
    w = Wedges.base(market) if wedges is None else wedges
    check_wedges(w, len(market.stages), len(market.regions), HOLDERS)
    _refuse(market, w)
    active = active_nodes(market, w)
    closed = _closed(market, w, active)
    p0 = market.p0 if start is None else start.state.p
    same = start is not None and _alike(start.wedges, w)
    rent0 = start.state.dual if start is not None and same else None
    if isinstance(market.sourcing, Homogeneous):
        refuse(closed)
        root, state = exact(market, closed, active, tol)
    else:
        root, state = attempt(market, closed, active, p0, rent0, tol)
        if follow and not np.all(root.converged):
            root, state = rescue(market, closed, active, root, state, tol)
    lost = (_sourceless(market, closed) & (state.Q > 0)) | _outletless(market, closed)
    lost |= _oversold(market, state)
    root = root._replace(converged=root.converged & ~np.any(lost, axis=(-2, -1)))
    return _outcome(market, closed, active, root, state, must_solve)


def _oversold(market: Market, st: State) -> Array:
    """Destinations (..., K, D) whose use is less than what stocks sell by rule."""
    return (st.net_stock < 0) & (-1e-9 * market.scale > st.Q)


def _alike(one: Wedges, two: Wedges) -> bool:
    """Whether two policies have the same rents and rules on stocks, so that one may start from the
    other's."""

    def ruled(w: Wedges) -> Array:
        return [np.any(v > 0, axis=tuple(range(np.ndim(v) - 2))) for v in (w.buys, w.sells)]

    same = one.holder == two.holder and one.tranches == two.tranches
    return same and np.array_equal(ruled(one), ruled(two))


def _closed(market: Market, w: Wedges, active: Array) -> Wedges:
    """Close the routes of nodes that cannot supply; a closed route sets no reference price."""
    open_ = w.open * active[..., :, None]
    eligible = w.eligible & (market.sourcing.weight * open_ > 0)
    weights = np.where(eligible, w.weights, 0.0)
    left, whole = (np.sum(v, axis=-2, keepdims=True) for v in (weights, w.weights))
    weights = weights * np.where(left > 0, whole / np.where(left > 0, left, 1.0), 0.0)
    return replace(w, open=open_, eligible=eligible, weights=weights)


def _sourceless(market: Market, w: Wedges) -> Array:
    """Destinations (..., K, D) without any open source."""
    return ~np.any(market.sourcing.weight * w.open > 0, axis=-2)


def _outletless(market: Market, w: Wedges) -> Array:
    """Origins (..., K, O) that must sell stocks and have no open route."""
    return ~np.any(market.sourcing.weight * w.open > 0, axis=-1) & (market.draw + w.release > 0)


def _refuse(market: Market, w: Wedges) -> None:
    """Refuse what has no determinate answer: an entry top-up on an almost homogeneous good."""
    topped = w.top_up & (w.floor > 0)
    if isinstance(market.sourcing, Logit):
        alike = market.sourcing.P0 / market.sourcing.mu > 200
    else:
        alike = np.asarray(isinstance(market.sourcing, Homogeneous))
    if np.any(alike & topped):
        raise InputError(
            "entry_top_up on a good whose substitution elasticity exceeds 200 has no determinate "
            "price: every price below the floor lands at the floor. Use period_levy."
        )


def _outcome(
    market: Market, w: Wedges, active: Array, root: Root, state: State, must_solve: bool
) -> Outcome:
    ok = bool(np.all(root.converged))
    status, message = RESULTS.converged, RESULTS.converged.value
    interval = None
    if not ok:
        status, message = _diagnose(market, w, state, root.converged)
        if must_solve:
            raise NotSolvedError(message)
    if np.any(root.converged):
        check(market, w, state, root.converged)
    if ok and np.any(w.top_up & (w.floor > 0)):
        interval = _interval(market, w, state, active)
        if interval is not None:
            status, message = RESULTS.indeterminate, RESULTS.indeterminate.value
    return Outcome(
        market, w, state, status, message, root.iterations, active, root.converged, interval
    )


def _diagnose(market: Market, w: Wedges, st: State, converged: Array) -> tuple[RESULTS, str]:
    """Say why, and name the first or the three worst places among the members that failed."""
    n = converged.size
    which = f" ({int(np.sum(~converged))} of {n} members did not solve)" if n > 1 else ""
    for status, lost, mend in (
        (RESULTS.no_supply, _sourceless(market, w) & (st.Q > 0),
         "Open a source, or give its demand a backstop."),
        (RESULTS.no_outlet, _outletless(market, w), "Open a route, or release elsewhere."),
        (RESULTS.oversold, _oversold(market, st), "Sell less, or from a higher price."),
    ):  # fmt: skip
        empty = ~converged[..., None, None] & lost
        if np.any(empty):
            *at, k, r = (int(i) for i in np.argwhere(empty)[0])
            return status, (
                f"{status.value} First: {_member(at)}{market.stages[k]} in {market.regions[r]}"
                f"{which}. {mend}"
            )
    places = worst_places(market, w, conditions(market, w, st, SOUGHT), ~converged)
    return RESULTS.not_converged, (
        f"{RESULTS.not_converged.value} Worst: {'; '.join(places)}{which}. Try a smaller shock, or "
        "check capacity there."
    )


def _member(at: list[int]) -> str:
    return f"member {', '.join(map(str, at))}, " if at else ""


def _interval(market: Market, w: Wedges, st: State, active: Array) -> Array | None:
    """Price ranges of nodes at capacity whose every landed cost ignores the producer price.

    From the price at which capacity is reached to the one at which the first entry is worth
    the floor, on the floor's own terms.
    """
    full = st.y >= (1.0 - 1e-9) * np.sum(market.supply.capacity, axis=-2)
    steep = st.own + np.where(full, 0.0, np.abs(st.slope))
    flat = active & (steep <= 1e-12 * np.max(market.scale) / st.p) & (np.sum(st.x, axis=-1) > 0)
    if not np.any(flat):
        return None
    low = st.p - (st.m - np.max(market.supply.threshold(), axis=-2))
    freight = market.freight + w.freight
    invoice = st.invoice - st.markup
    counts = w.counts_duty[..., None, :]
    counted = counts * (w.duty * (invoice + market.cif * freight) + w.specific)
    value = invoice + w.on_cif[..., None, :] * freight + counted
    rise = (1.0 + w.export_tax) * (1.0 + counts * w.duty)
    room = np.where(st.x > 0, (w.floor[..., None, :] - value) / rise, np.inf)
    high = st.p + np.min(room, axis=-1)
    out = np.stack([low, high], axis=-1)
    return np.where(flat[..., None], out, np.nan)
