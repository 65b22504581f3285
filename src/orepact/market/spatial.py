"""A homogeneous good moved between places: spatial price equilibrium, exactly.

Goods sit at *origins* (where output lands) and *markets* (where they are used); arcs join an
origin to a market. Each stage of a chain has its own places; makers buy their inputs at markets.
Unknowns, each against its condition::

    output y     0 <= y   perp  cost(y) + rent + inputs' P - credit - pay(p) - p[origin] >= 0
    rent         0 <= r   perp  capacity - y >= 0
    shipment x   0 <= x   perp  gain p[origin] + carriage(x) + levy(p, g) + rents g - P[market] >= 0
    price p      0 <= p   perp  y + given - x out >= 0
    price P      0 <= P   perp  x in + released - D(P) - z - inputs y - wanted - bought >= 0
    use z        0 <= z   perp  P - worth(z) >= 0               where demand is given inverse
    limit rent   0 <= g   perp  limit - x under it >= 0
    released     in [0, release]  against  trigger - P          sold from the trigger price up
    bought       in [0, buys]     against  P - support          an intervention below the support

(Takayama and Judge 1971; Nagurney 1999). Costs, worths and demands are functions that give their
value and their slope, so cross terms and congestion are as good as any. Prices of a place where
nothing is made or used are not unique.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from orepact.errors import InputError
from orepact.market.complementarity import complement

Array = Any
Curve = Callable[[Array], tuple[Array, Any]]
"""A function of a vector: its value, and its slope as a matrix or the diagonal of one."""


def affine(constant: Array, slope: Array) -> Curve:
    """``constant + slope v``: a vector and a matrix, or a diagonal where there are no cross terms.

    >>> affine([3.0, 1.0], [[1.0, 1.0], [0.0, 2.0]])(np.array([1.0, 2.0]))[0]
    array([6., 5.])
    """
    constant, slope = np.asarray(constant, float), np.asarray(slope, float)
    if slope.ndim == 2:
        return lambda v: (constant + slope @ v, slope)
    return lambda v: (constant + slope * v, slope + 0.0 * v)


def isoelastic(price: Array, tonnes: Array, elasticity: Array) -> Curve:
    """Demand ``tonnes (P / price)^-elasticity``, along its tangent below a tenth of ``price``.

    >>> isoelastic(10.0, 100.0, 0.5)(np.array([40.0]))[0]
    array([50.])
    """

    def use(P: Array) -> tuple[Array, Array]:
        r = np.maximum(P / price, 0.1)
        D = tonnes * r**-elasticity
        slope = -elasticity * D / (r * price)
        return D + slope * np.minimum(P - 0.1 * price, 0.0), slope

    return use


@dataclass(frozen=True, slots=True)
class Network:
    """Places, arcs and functions; ``S`` makers, ``A`` arcs, ``O`` origins, ``M`` markets.

    ============ ======= ====================================================================
    ``cost``     S       marginal cost of output, a curve of all outputs, USD/t
    ``capacity`` S       t, ``inf`` for none
    ``lands``    S       origin of each maker
    ``origin``   A       origin of each arc
    ``market``   A       market of each arc
    ``carriage`` A       cost of an arc beside the producer price, a curve of all shipments
    ``use``      M       demand, a curve of market prices, t; or ``None``
    ``worth``    M       price that users would pay, a curve of tonnes used; or ``None``
    ``inputs``   M, S    tonnes bought at a market per tonne made
    ``credit``   S       earned beside the price, USD/t
    ``gain``     A       landed cost per dollar of producer price (1 + ad valorem duties)
    ``given``    O       supply whatever the price, t
    ``wanted``   M       purchases whatever the price, t
    ``limits``   G, A    1 for the arcs under each limit; ``limit`` (G) tonnes
    ``per_rent`` G, A    landed cost per dollar of a limit's rent (default: ``limits``)
    ``levy``             of origin prices and limit rents: added on each arc (A), its slopes
                         (A, O) and (A, G)
    ``pay``              a curve of origin prices: what makers get on top (S), slope (S, O)
    ``release``  M       most that is sold from stocks, from price ``trigger`` up
    ``buys``     M       most that is bought for stocks, from price ``support`` down
    ============ ======= ====================================================================
    """

    cost: Curve
    capacity: Array
    lands: Array
    origin: Array
    market: Array
    carriage: Curve
    use: Curve | None = None
    worth: Curve | None = None
    inputs: Array | None = None
    credit: Array = 0.0
    gain: Array = 1.0
    given: Array = 0.0
    wanted: Array = 0.0
    limits: Array = field(default_factory=lambda: np.zeros((0, 1)))
    limit: Array = field(default_factory=lambda: np.zeros(0))
    per_rent: Array | None = None
    levy: Callable[[Array, Array], tuple[Array, Any, Any]] | None = None
    pay: Curve | None = None
    release: Array = 0.0
    trigger: Array = np.inf
    buys: Array = 0.0
    support: Array = 0.0

    def __post_init__(self) -> None:
        if self.use is None and self.worth is None:
            raise InputError("A network needs demand: give `use` of prices or `worth` of tonnes.")
        if len(self.origin) != len(self.market):
            raise InputError(
                f"Arcs have {len(self.origin)} origins and {len(self.market)} markets. Give one of "
                "each per arc."
            )
        if stranded := sorted(set(np.unique(self.lands)) - set(np.unique(self.origin))):
            raise InputError(
                f"Makers land at origins {[int(o) for o in stranded]}, from which no arc leaves. "
                "Correct `lands`, or add arcs."
            )
        if np.any((np.asarray(self.release) > 0) & ~np.isfinite(self.trigger)):
            raise InputError("A release needs a `trigger`, the price from which it is sold.")
        if len(self.limit) != len(self.limits):
            raise InputError(f"{len(self.limits)} limits name arcs, {len(self.limit)} tonnes.")

    @property
    def places(self) -> tuple[int, int]:
        """Number of origins and of markets."""
        named = [int(np.max(v, initial=-1)) + 1 for v in (self.lands, self.origin, self.market)]
        fed = 0 if self.inputs is None else len(self.inputs)
        stated = [np.size(v) if np.ndim(v) else 0 for v in (self.given, self.wanted)]
        return max(named[0], named[1], stated[0]), max(named[2], fed, stated[1])


class Balance(NamedTuple):
    """A solved network. ``residual`` is the natural one, scaled; ``worst`` says where it is."""

    y: Array  # (S,) t
    rent: Array  # (S,) of capacity, USD/t
    x: Array  # (A,) t
    p: Array  # (O,) USD/t
    P: Array  # (M,) USD/t
    z: Array  # (M,) use under ``worth``, t
    limit_rent: Array  # (G,) USD/t
    released: Array  # (M,) t
    bought: Array  # (M,) t
    residual: float
    worst: str
    converged: bool
    iterations: int


def settle(
    n: Network, price: Array, tonnes: Array, start: Balance | None = None, tol: float = 1e-11
) -> Balance:
    """Find the equilibrium; ``price`` and ``tonnes`` are the usual size of each, for scaling.

    ``tol`` is on the natural residual, scaled: what ``start`` already meets is returned.

    One figure for all, or one per place where origins and markets are the same places.

    An example of Nagurney's with cross terms and congestion:

    >>> n = Network(
    ...     cost=affine([2.0, 3.0], [[5.0, 1.0], [1.0, 2.0]]), capacity=np.full(2, np.inf),
    ...     lands=[0, 1], origin=[0, 0, 1, 1], market=[0, 1, 0, 1],
    ...     carriage=affine([1, 1.5, 15, 10], [[1, .5, 0, 0], [0, 2, 0, 1], [2, 0, 3, 0],
    ...                                        [0, 1, 0, 2]]),
    ...     worth=affine([28.75, 41.0], [[-2.0, -1.0], [-1.0, -4.0]]),
    ... )
    >>> found = settle(n, price=20.0, tonnes=2.0)
    >>> found.x.round(6).tolist(), found.p.round(6).tolist(), found.P.round(6).tolist()
    ([1.5, 1.5, 0.0, 2.0], [19.0, 10.0], [22.25, 25.5])
    """
    at = _Layout(n)
    prices, amounts = at.spread(price), at.spread(tonnes)
    heavy = np.concatenate([np.full(m, k in TONNES) for k, m in at.sizes])
    unit: Array = np.where(heavy, amounts, prices)
    size = np.where(heavy, prices, amounts)  # a condition on a price is in tonnes, and so on
    near = start is not None
    z = at.stack(start) if start is not None else np.where(heavy, 0.1 * unit, at.first(prices))
    found = complement(at.conditions(), z, np.zeros(at.n), unit=unit, size=size, near=near, tol=tol)
    worst = int(np.argmax(np.abs(found.residual)))
    return at.balance(found.z, found.worst, at.name(worst), found.converged, found.iterations)


TONNES = frozenset({"output", "arc", "use", "release", "purchase"})


class _Layout:
    """Where each unknown of a network stands, and the stacked conditions."""

    def __init__(self, n: Network) -> None:
        from scipy.sparse import csr_array

        S, A, G = len(n.lands), len(n.origin), len(n.limit)
        N, M = n.places
        self.net, self.N, self.M = n, N, M
        self.capacity = np.broadcast_to(np.asarray(n.capacity, float), S)
        self.release, self.trigger, self.buys, self.support = (
            np.broadcast_to(np.asarray(v, float), M)
            for v in (n.release, n.trigger, n.buys, n.support)
        )
        self.capped = np.flatnonzero(np.isfinite(self.capacity))
        self.sold, self.bought = (np.flatnonzero(v > 0) for v in (self.release, self.buys))
        W = 0 if n.worth is None else M
        q, b = len(self.sold), len(self.bought)
        self.sizes = (
            ("output", S), ("rent", len(self.capped)), ("arc", A), ("price", N), ("market", M),
            ("use", W), ("limit", G), ("release", q), ("release cap", q), ("purchase", b),
            ("purchase cap", b),
        )  # fmt: skip
        ends = np.cumsum([0, *(m for _, m in self.sizes)])
        self.n = int(ends[-1])
        self.at = {
            k: slice(i, j) for (k, _), i, j in zip(self.sizes, ends[:-1], ends[1:], strict=True)
        }

        def pick(rows: Array, shape: tuple[int, int]) -> Any:
            return csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=shape)

        self.lands, self.out = pick(n.lands, (N, S)), pick(n.origin, (N, A))
        self.into = pick(n.market, (M, A))
        self.cap = pick(self.capped, (S, len(self.capped))).T.tocsr()
        self.sells, self.buyer = pick(self.sold, (M, q)), pick(self.bought, (M, b))
        self.inputs = csr_array((M, S) if n.inputs is None else n.inputs)
        self.limits = csr_array(np.broadcast_to(np.asarray(n.limits, float), (G, A)))
        per = n.limits if n.per_rent is None else n.per_rent
        self.per_rent = csr_array(np.broadcast_to(np.asarray(per, float), (G, A)))
        self.gain = np.broadcast_to(np.asarray(n.gain, float), A)

    def spread(self, size: Array) -> Array:
        """The size of each unknown's place, from one figure or one per place."""
        if np.ndim(size) == 0:
            return np.full(self.n, float(size))
        size, net = np.asarray(size, float), self.net
        lands, places = np.asarray(net.lands), np.arange(self.M)
        where = {
            "output": lands, "rent": lands[self.capped], "arc": np.asarray(net.origin),
            "price": np.arange(self.N), "market": places, "use": places, "release": self.sold,
            "release cap": self.sold, "purchase": self.bought, "purchase cap": self.bought,
        }  # fmt: skip
        out = np.full(self.n, np.median(size))
        for k, at in where.items():
            here = self.at[k]
            out[here] = size[at[: here.stop - here.start]]
        return out

    def first(self, prices: Array) -> Array:
        """Prices at their usual size, no rents."""
        z = np.zeros(self.n)
        for k in ("price", "market"):
            z[self.at[k]] = prices[self.at[k]]
        return z

    def stack(self, b: Balance) -> Array:
        z = np.zeros(self.n)
        parts = {
            "output": b.y, "rent": b.rent[self.capped], "arc": b.x, "price": b.p, "market": b.P,
            "use": b.z[: self.at["use"].stop - self.at["use"].start], "limit": b.limit_rent,
            "release": b.released[self.sold], "purchase": b.bought[self.bought],
        }  # fmt: skip
        for k, v in parts.items():
            z[self.at[k]] = v
        return z

    def name(self, i: int) -> str:
        """The unknown at a position, in words."""
        k = next(k for k, s in self.at.items() if s.start <= i < s.stop)
        return f"{k} {i - self.at[k].start}"

    def balance(
        self, z: Array, residual: float, worst: str, converged: bool, iterations: int
    ) -> Balance:
        at = self.at
        rent, use, released, bought = (np.zeros(m) for m in (len(self.capacity), *3 * [self.M]))
        rent[self.capped] = z[at["rent"]]
        if self.net.worth is not None:
            use = z[at["use"]]
        released[self.sold], bought[self.bought] = z[at["release"]], z[at["purchase"]]
        return Balance(
            z[at["output"]], rent, z[at["arc"]], z[at["price"]], z[at["market"]], use,
            z[at["limit"]], released, bought, residual, worst, converged, iterations,
        )  # fmt: skip

    def _joined(self, blocks: list[tuple[str, str, Any]]) -> Any:
        """A sparse matrix of blocks (condition, unknown, matrix); a vector is a diagonal."""
        from scipy.sparse import coo_array, csr_array

        rows, cols, data = [], [], []
        for row, col, block in blocks:
            i, j = self.at[row], self.at[col]
            if i.stop == i.start or j.stop == j.start:
                continue
            if getattr(block, "ndim", 0) == 1:
                m = np.arange(i.stop - i.start)
                r, c, v = m, m, np.broadcast_to(block, m.shape)
            else:
                b = coo_array(block)
                r, c, v = b.row, b.col, b.data
            rows.append(r + i.start)
            cols.append(c + j.start)
            data.append(v)
        if not rows:
            return csr_array((self.n, self.n))
        place = (np.concatenate(rows), np.concatenate(cols))
        return coo_array((np.concatenate(data), place), shape=(self.n, self.n)).tocsr()

    def conditions(self) -> Callable[[Array], tuple[Array, Any]]:
        """The stacked conditions as a function of the stacked unknowns, with their Jacobian."""
        from scipy.sparse import diags_array

        n, at = self.net, self.at
        carried = diags_array(self.gain) @ self.out.T
        ones_q, ones_b = np.ones(len(self.sold)), np.ones(len(self.bought))
        fixed = self._joined([
            ("output", "rent", self.cap.T), ("output", "price", -self.lands.T),
            ("output", "market", self.inputs.T), ("rent", "output", -self.cap),
            ("arc", "price", carried), ("arc", "market", -self.into.T),
            ("arc", "limit", self.per_rent.T), ("price", "output", self.lands),
            ("price", "arc", -self.out), ("market", "arc", self.into),
            ("market", "output", -self.inputs), ("market", "release", self.sells),
            ("market", "purchase", -self.buyer), ("limit", "arc", -self.limits),
            ("release", "market", -self.sells.T), ("release", "release cap", ones_q),
            ("release cap", "release", -ones_q), ("purchase", "market", self.buyer.T),
            ("purchase", "purchase cap", ones_b), ("purchase cap", "purchase", -ones_b),
            *([("market", "use", -np.ones(self.M)), ("use", "market", np.ones(self.M))]
              if n.worth is not None else []),
        ])  # fmt: skip

        def conditions(v: Array) -> tuple[Array, Any]:
            y, r, x, p, P, z, g, q, over_q, b, over_b = (v[at[k]] for k, _ in self.sizes)
            cost, dcost = n.cost(y)
            carriage, dcarriage = n.carriage(x)
            moving = [("output", "output", dcost), ("arc", "arc", dcarriage)]
            made = cost + self.cap.T @ r + self.inputs.T @ P - n.credit - self.lands.T @ p
            landed = carried @ p + carriage + self.per_rent.T @ g - self.into.T @ P
            left = self.into @ x + self.sells @ q - self.inputs @ y - n.wanted - self.buyer @ b
            if n.pay is not None:
                pay, dpay = n.pay(p)
                made = made - pay
                moving.append(("output", "price", -dpay))
            if n.levy is not None:
                levy, dp, dg = n.levy(p, g)
                landed = landed + levy
                moving += [("arc", "price", dp), ("arc", "limit", dg)]
            if n.use is not None:
                D, dD = n.use(P)
                left = left - D
                moving.append(("market", "market", -dD))
            paid = z
            if n.worth is not None:
                worth, dworth = n.worth(z)
                left, paid = left - z, P - worth
                moving.append(("use", "use", -dworth))
            F = np.concatenate([
                made, (self.capacity - y)[self.capped], landed,
                self.lands @ y + n.given - self.out @ x, left, paid, n.limit - self.limits @ x,
                (self.trigger - P)[self.sold] + over_q, self.release[self.sold] - q,
                (P - self.support)[self.bought] + over_b, self.buys[self.bought] - b,
            ])  # fmt: skip
            return F, fixed + self._joined(moving)

        return conditions
