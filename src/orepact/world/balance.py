"""Joint reconciliation of all stages of one chain: the nearest figures that balance.

Unknowns ``x`` (output, trade with the own market included, final use, stock draw, stock
build), each with a prior ``p`` and a weight ``w`` (how far it is trusted), solve

    min_x  sum_i w_i (x_i ln(x_i / p_i) - x_i + p_i)      subject to  A x = b

with one row of ``A`` per stage and region for what is shipped and one for what is bought::

    sum_d trade[k,o,d] - output[k,o] - stock_draw[k,o]                          = secondary[k,o]
    sum_o trade[k,o,d] - final_use[k,d] - stock_build[k,d]
                       - sum_j inputs[j,k,d] output[j,d]                        = 0

All stages at once, because the figures that contradict each other stand at different stages.
The solution is ``x_i = p_i exp((A'l)_i / w_i)``; its multipliers ``l`` maximise a smooth concave
dual, found by damped Newton steps. A zero prior stays zero.

Source: weighted cross-entropy, a generalised RAS (Golan, Judge and Robinson 1994, Review of
Economics and Statistics 76(3); Robinson, Cattaneo and El-Said 2001, Economic Systems
Research 13(1)).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse

from orepact.errors import WorldError

Array = NDArray[np.float64]

QUANTITIES = ("output", "stock_draw", "final_use", "stock_build", "trade")
TOLERANCE = 1e-8
"""Largest permitted residual, as a share of the world's flow at the stage."""


KEPT = 1e-6
"""Where a figure falls below this share of its prior, the chain is tested for a solution in which
no figure does; without one, it cannot be balanced."""


@dataclass(frozen=True, slots=True)
class Priors:
    """What is known before balancing. Shapes as in :class:`orepact.world.Chain`, tonnes.

    ``weights`` has one array per entry of :data:`QUANTITIES`, positive wherever the prior is.
    """

    name: str
    stages: tuple[str, ...]
    regions: tuple[str, ...]
    inputs: Array
    output: Array
    secondary: Array
    stock_draw: Array
    final_use: Array
    stock_build: Array
    trade: Array
    weights: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Balanced:
    """Balanced tonnes, the largest relative residual, and the Newton steps it took."""

    output: Array
    stock_draw: Array
    final_use: Array
    stock_build: Array
    trade: Array
    residual: float
    steps: int


@dataclass(slots=True)
class _System:
    """Sparse constraints over the positive priors only."""

    priors: Priors
    matrix: sparse.csr_array = field(init=False)
    right: Array = field(init=False)
    prior: Array = field(init=False)
    weight: Array = field(init=False)
    where: dict[str, NDArray[np.intp]] = field(init=False)

    def __post_init__(self) -> None:
        p = self.priors
        K, R = p.output.shape
        sold, bought = np.arange(K * R).reshape(K, R), K * R + np.arange(K * R).reshape(K, R)
        rows: list[NDArray[np.intp]] = []
        columns: list[NDArray[np.intp]] = []
        values: list[Array] = []
        start, priors, weights, self.where = 0, [], [], {}
        for name in QUANTITIES:
            prior = getattr(p, name)
            at = np.flatnonzero(prior)
            self.where[name] = at
            own = start + np.arange(at.size)

            def entry(
                row: NDArray[np.intp], value: Array | float, own: NDArray[np.intp] = own
            ) -> None:
                rows.append(row)
                columns.append(own)
                values.append(np.broadcast_to(np.asarray(value, float), row.shape))

            if name == "trade":
                k, o, d = np.unravel_index(at, prior.shape)
                entry(sold[k, o], 1.0)
                entry(bought[k, d], 1.0)
            else:
                k, r = np.unravel_index(at, prior.shape)
                if name in ("output", "stock_draw"):
                    entry(sold[k, r], -1.0)
                else:
                    entry(bought[k, r], -1.0)
                if name == "output":
                    for j in range(K):
                        entry(bought[j, r], -p.inputs[k, j, r])
            start += at.size
            priors.append(prior.ravel()[at])
            weights.append(p.weights[name].ravel()[at])
        self.matrix = sparse.csr_array(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
            shape=(2 * K * R, start),
        )
        self.right = np.concatenate([p.secondary.ravel(), np.zeros(K * R)])
        self.prior, self.weight = np.concatenate(priors), np.concatenate(weights)

    def label(self, row: int) -> str:
        """Name the stage, region and side of a constraint."""
        K, R = self.priors.output.shape
        side, rest = divmod(row, K * R)
        what = "what is bought" if side else "what is shipped"
        return f"{self.priors.stages[rest // R]} {self.priors.regions[rest % R]} ({what})"


def check_priors(p: Priors) -> None:
    """Raise :class:`WorldError` on NaN, negative tonnes, or a prior without a weight."""
    for name in (*QUANTITIES, "secondary", "inputs"):
        a = getattr(p, name)
        if not np.isfinite(a).all() or (a < 0).any():
            at = tuple(int(i) for i in np.argwhere(~(np.isfinite(a) & (a >= 0)))[0])
            raise WorldError(
                f"{p.name}: the prior of {name} at {at} is {a[at]}; it must be 0 or more tonnes."
            )
    for name in QUANTITIES:
        a, w = getattr(p, name), p.weights[name]
        if w.shape != a.shape or not (np.isfinite(w[a > 0]).all() and (w[a > 0] > 0).all()):
            raise WorldError(f"{p.name}: some prior of {name} has no positive weight.")


def balance(priors: Priors, max_steps: int = 200) -> Balanced:
    """Return the balanced figures nearest to the priors.

    Raises :class:`WorldError` naming the stages and regions that no positive figure can
    balance, or where the steps stalled.

    >>> import numpy as np
    >>> one = np.array([[1.0]])
    >>> p = Priors("m", ("mined",), ("A",), np.zeros((1, 1, 1)), 90 * one, 0 * one, 0 * one,
    ...            110 * one, 0 * one, 100 * one[None], {q: one for q in QUANTITIES[:-1]}
    ...            | {"trade": one[None]})
    >>> bool(np.isclose(balance(p).output[0, 0], (90 * 110 * 100) ** (1 / 3)))
    True
    """
    check_priors(priors)
    s = _System(priors)
    A, b = s.matrix, s.right
    scale = abs(A) @ s.prior + b
    empty = np.flatnonzero(np.diff(A.indptr) == 0)
    if (b[empty] > 0).any():
        worst = empty[np.argmax(b[empty])]
        raise WorldError(
            f"{priors.name}: {s.label(worst)} has {b[worst]:.3g} t of scrap and nowhere to go. "
            "Give it a use or a shipment."
        )
    K, R = priors.output.shape
    world = np.repeat(scale.reshape(2, K, R).sum(axis=2), R, axis=1).ravel()
    dual, x, steps = np.zeros(b.size), s.prior.copy(), 0
    while steps < max_steps:
        gap = b - A @ x
        if (np.abs(gap) <= np.maximum(1e-11 * scale, 1e-15 * world)).all():
            break
        step = _newton_step(A, x / s.weight, gap)
        dual, x = _line_search(s, dual, step, gap)
        steps += 1
    gap = b - A @ x
    residual = float(np.max(np.abs(gap) / np.maximum(world, 1e-300)))
    met = residual < TOLERANCE
    if not met or (x < KEPT * s.prior).any():
        impossible = _impossible(s)
        if impossible or not met:
            reason = impossible or "the steps stalled. Check for extreme weights."
            raise WorldError(f"{priors.name} does not balance: {reason}")
    parts = {}
    start = 0
    for name in QUANTITIES:
        at = s.where[name]
        full = np.zeros(getattr(priors, name).shape)
        full.ravel()[at] = x[start : start + at.size]
        parts[name] = full
        start += at.size
    return Balanced(**parts, residual=residual, steps=steps)


def _newton_step(A: sparse.csr_array, curvature: Array, gap: Array) -> Array:
    """Solve ``(A diag(x/w) A') step = gap``, scaled, with a ridge for redundant rows."""
    H = (A * curvature[None, :]) @ A.T
    diagonal = H.diagonal()
    root = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = H.toarray() * root[:, None] * root[None, :]
    scaled[np.diag_indices_from(scaled)] = np.where(diagonal > 0, 1 + 1e-13, 1.0)
    step: Array = root * linalg.solve(scaled, root * gap, assume_a="sym", check_finite=False)
    return step


def _line_search(s: _System, dual: Array, step: Array, gap: Array) -> tuple[Array, Array]:
    """Halve the step until the dual rises (Armijo), after bounding the change of any figure."""
    moved = (s.matrix.T @ step) / s.weight
    length = min(1.0, 3.0 / max(float(np.abs(moved).max()), 1e-300))
    base = (s.matrix.T @ dual) / s.weight
    x0 = s.prior * np.exp(base)
    slope = float(gap @ step)
    for _ in range(60):
        # rise of the dual, written so that small rises are not lost in large sums
        grown = x0 * np.expm1(length * moved)
        rise = length * float(s.right @ step) - float(s.weight @ grown)
        if rise >= 1e-4 * length * slope - 1e-14 * float(s.weight @ x0):
            break
        length /= 2
    new = dual + length * step
    return new, s.prior * np.exp(np.clip((s.matrix.T @ new) / s.weight, -600, 200))


def _impossible(s: _System) -> str:
    """Name what no positive figures can balance, by linear programming; "" if some can."""
    A, b = s.matrix, s.right
    n, m = A.shape[1], b.size
    unit = max(float(s.prior.max()), 1.0)
    slack = sparse.eye_array(m)
    full = sparse.hstack([A, slack, -slack])
    cost = np.concatenate([np.zeros(n), np.ones(2 * m)])
    low = np.concatenate([KEPT * s.prior / unit, np.zeros(2 * m)])
    found = optimize.linprog(
        cost,
        A_eq=full,
        b_eq=b / unit,
        bounds=np.column_stack([low, np.full(low.size, np.inf)]),
        method="highs",
    )
    short = np.abs(found.x[n : n + m] - found.x[n + m :]) * unit if found.success else np.zeros(m)
    worst = [int(i) for i in np.argsort(short)[::-1][:5] if short[i] > 1e-9 * unit]
    if not worst:
        return ""
    listed = "; ".join(f"{s.label(i)} by {short[i]:.3g} t" for i in worst)
    return f"no positive figures fit {listed}. Give the region a source, a use or a shipment."
