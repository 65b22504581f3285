"""A start for the homogeneous good that is its answer: proximal steps on shipments.

Where landed costs tie, prices do not say who ships to whom, and at a calibrated base every open
route ties. So each route gets a cost of leaving the shipments ``z`` that it had a step ago::

    x = max(0, z - gap / (reach p0 / tonnes))      gap = c - c0 + P0 - P

which leaves producer prices ``p`` and buyers' prices ``P`` as the unknowns of supply and use at
every place: a small dense system, piecewise smooth, solved by Newton. From the base year's
shipments ``reach`` falls to a ten-thousandth, then ``z`` follows ``x`` until they are one
(Rockafellar 1976): the cost is gone, and trade has left the base year no further than each step
asked. What comes out is checked on the conditions themselves, which know nothing of this.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from orepact.market.attempt import attempt
from orepact.market.equations import Frame
from orepact.market.newton import newton
from orepact.market.rescue import rescue
from orepact.market.sourcing import Logit
from orepact.market.spatial import Balance, Network

Array = Any

REACHES = (1.0, 1e-1, 1e-2, 1e-3, 1e-4)
"""Rise of a route's cost, as a share of the price, as its shipments move by all tonnes."""
STEPS = 60
STILL = 1e-9
"""Shipments rest where the cost of the last move is this share of the price."""
SEARCHES = (8, 12), (1, 30)
"""Residuals that a step of Newton's may not exceed, and halvings: the faster, then the safer."""
STEADY = 1e-9
"""Added to the slope of each place, where prices move together without any tonnes moving."""
FINEST = 1e-12
"""Relative imbalance of each place that the last point is brought to, or as near as it gets."""
FINEST_REACH, PATIENCE = 1e-7, 4
"""Where shipments do not rest after so many steps, routes that differ by a millionth of the price
are drifting: a smaller reach takes them there at once, down to the finest."""
SIGMA = 8.0
"""Substitution elasticity of the logit whose prices are the first guess."""


def steps(f: Frame, n: Network, start: Balance, blocks: list[Any], active: Array) -> Balance | None:
    """The equilibrium of ``n`` from the base year ``start``, or ``None`` where it is not found.

    ``blocks`` are the stage, block and region of makers and of scrap, in the network's order.
    Limits, contracts and rules of stocks are not covered.
    """
    market, first = f.market, _logit(f, active)
    if first is None:
        return None
    bought = np.sum(market.x0, axis=-2).ravel()
    sold, bought = market.scale.ravel(), np.maximum(bought, 1e-9 * np.max(bought))
    place = np.maximum(sold, bought)
    origin, to = np.asarray(n.origin), np.asarray(n.market)
    z = np.concatenate(first) / np.tile(market.p0.ravel(), 2)
    for out, into in ((sold, bought), (place, place)):  # the finer first, then the faster
        tonnes = np.minimum(out[origin], into[to])
        found = _walk(f, n, start, blocks, np.tile(place, 2), tonnes, z)
        if found is not None:
            return found
    return None


def _walk(
    f: Frame, n: Network, start: Balance, blocks: list[Any], size: Array, tonnes: Array, z: Array
) -> Balance | None:
    """Proximal steps with routes of ``tonnes`` (A,), from prices ``z``."""
    price, near = f.market.p0.ravel()[np.asarray(n.origin)], start.x
    coarse, finest = REACHES[-1], FINEST_REACH
    reaches, tries = iter(REACHES), 0
    reach = next(reaches)
    for _ in range(len(REACHES) + STEPS):
        system = _System(f, n, blocks, size, reach * price / tonnes, near)
        found = _clear(system, z, max(1e-11, 1e-14 / reach))
        if found is None and reach < coarse:  # too fine: go on with the coarse one
            reach = finest = coarse
            continue
        if found is None:
            return None
        z, x = found
        if reach > coarse:
            reach = next(reaches)
            continue
        moved = np.max(np.abs(system.steep * (x - near)) / price)
        near, tries = x, tries + 1
        if moved >= STILL:
            reach = max(reach / 10, finest) if tries % PATIENCE == 0 else reach
        elif reach < coarse:
            reach, finest = coarse, coarse
        else:
            return system.balance(start, *_polished(system, z, x))
    return None


def _clear(system: _System, z: Array, tol: float) -> tuple[Array, Array] | None:
    """Prices and shipments at which every place clears, from prices ``z``."""
    for memory, halvings in SEARCHES:
        root = newton(
            system.residual, system.jacobian, z, tol=tol, max_iterations=80, halvings=halvings,
            memory=memory,
        )  # fmt: skip
        if bool(root.converged):
            return root.z, root.aux[1]
    return None


def _polished(system: _System, z: Array, x: Array) -> tuple[Array, Array]:
    """Prices and shipments as near to balance as rounding allows: places add up in accounts."""
    root = newton(system.residual, system.jacobian, z, tol=FINEST, max_iterations=10)
    return (root.z, root.aux[1]) if bool(root.converged) else (z, x)


def _logit(f: Frame, active: Array) -> tuple[Array, Array] | None:
    """Prices of the same market and policy where origins are imperfect substitutes."""
    market = f.market
    base: Any = market.sourcing
    bought = np.sum(market.x0, axis=-2)
    share = market.x0 / np.where(bought > 0, bought, 1.0)[:, None, :]
    P0, c0 = base.P0 + 0.0 * market.p0, base.c0 + 0.0 * share
    mu = np.where(P0 > 0, P0, market.p0) / SIGMA
    soft = replace(market, sourcing=Logit(share, c0, P0, mu))
    root, st = attempt(soft, f.w, active, market.p0, None, 1e-9)
    if not bool(root.converged):
        root, st = rescue(soft, f.w, active, root, st, 1e-9)
    return (st.p.ravel(), st.P.ravel()) if bool(root.converged) else None


class _System:
    """Supply less use of every place, at prices in units of ``p0``: origins, then markets."""

    def __init__(
        self, f: Frame, n: Network, blocks: list[Any], size: Array, steep: Array, near: Array
    ) -> None:
        self.f, self.n, self.steep, self.near = f, n, steep, near
        self.shape = f.market.p0.shape
        self.unit = np.tile(f.market.p0.ravel(), 2)
        self.size = size
        self.origin, self.to = np.asarray(n.origin), np.asarray(n.market)
        self.fixed = n.carriage(near)[0]
        self.gain = np.broadcast_to(n.gain, near.shape)
        self.curves = []
        for curve, at in zip((f.market.supply, f.market.secondary), blocks, strict=True):
            works = np.zeros(curve.capacity.shape)
            works[at] = 1.0
            self.curves.append((curve, at, works))

    def earned(self, p: Array, P: Array) -> Array:
        """What a tonne earns its maker (K, R)."""
        market = self.f.market
        m = p + market.credit
        for up, j in market.edges:
            m[up] = m[up] - market.inputs[up, j] * P[j]
        return m

    def residual(self, z: Array) -> tuple[Array, Any]:
        """Relative to the size of each place; beside it what the Jacobian needs."""
        n, market = self.n, self.f.market
        p, P = np.split(z * self.unit, 2)
        levy, dp = (0.0, None) if n.levy is None else n.levy(p, np.zeros(0))[:2]
        gap = self.gain * p[self.origin] + self.fixed + levy - P[self.to]
        x = np.maximum(self.near - gap / self.steep, 0.0)
        at_p, at_P = p.reshape(self.shape), P.reshape(self.shape)
        m = self.earned(at_p, at_P)
        made = [
            [np.sum(v * works, axis=-2) for v in curve.quantity_slope(e[:, None, :])]
            for (curve, _, works), e in zip(self.curves, (m, at_p), strict=True)
        ]
        (y, rise), (scrap, scrap_rise) = made
        D, fall = n.use(P)  # type: ignore[misc]
        use = D.reshape(self.shape).copy()
        for up, j in market.edges:
            use[j] = use[j] + market.inputs[up, j] * y[up]
        short = [
            (y + scrap).ravel() + n.given - np.bincount(self.origin, x, p.size),
            np.bincount(self.to, x, p.size) - use.ravel() - n.wanted,
        ]
        slopes = x > 0, dp, rise, scrap_rise, fall
        return np.concatenate(short) / self.size, (slopes, x)

    def jacobian(self, aux: Any) -> Array:
        """Derivative of the residual, (2 K R, 2 K R)."""
        (on, dp, rise, scrap_rise, fall), _ = aux
        market, (_, R), N = self.f.market, self.shape, len(self.size) // 2
        J = np.zeros((2 * N, 2 * N))
        pp, pP, Pp, PP = J[:N, :N], J[:N, N:], J[N:, :N], J[N:, N:]
        place = np.arange(N)
        give = np.where(on, 1.0 / self.steep, 0.0)  # tonnes per dollar of gap
        own = give * self.gain
        pp[place, place] = np.bincount(self.origin, own, N) + (rise + scrap_rise).ravel()
        PP[place, place] = np.bincount(self.to, give, N)
        PP -= np.diag(fall) if fall.ndim == 1 else fall
        for block, row, column, weight in (
            (pP, self.origin, self.to, give), (Pp, self.to, self.origin, own),
        ):  # fmt: skip
            block -= np.bincount(row * N + column, weight, N * N).reshape(N, N)
        if dp is not None:
            due = dp.tocoo()
            slope = due.data * give[due.row]
            np.add.at(pp, (self.origin[due.row], due.col), slope)
            np.add.at(Pp, (self.to[due.row], due.col), -slope)
        r = np.arange(R)
        for up, j in market.edges:
            fed = market.inputs[up, j] * rise[up]
            pP[up * R + r, j * R + r] -= fed
            Pp[j * R + r, up * R + r] -= fed
            for _, i in (e for e in market.edges if e[0] == up):
                PP[j * R + r, i * R + r] += market.inputs[up, i] * fed
        J *= self.unit / self.size[:, None]
        still = np.max(np.abs(J), axis=1) == 0.0  # a glut lowers the price, a want raises it
        J[np.diag_indices(2 * N)] += np.where(still, 1.0, STEADY)
        return J

    def balance(self, start: Balance, z: Array, x: Array) -> Balance:
        """The solved network in its own terms: outputs and rents of capacity by maker."""
        p, P = np.split(z * self.unit, 2)
        at_p = p.reshape(self.shape)
        y, rent = [], []
        earned = (self.earned(at_p, P.reshape(self.shape)), at_p)
        for (curve, at, _), m in zip(self.curves, earned, strict=True):
            y.append(curve.quantity(m[:, None, :])[at])
            rent.append(np.maximum(m[:, None, :] - curve.threshold(), 0.0)[at])
        return start._replace(y=np.concatenate(y), rent=np.concatenate(rent), x=x, p=p, P=P)
