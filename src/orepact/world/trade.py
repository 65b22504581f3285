"""Pure arithmetic on trade matrices: content, hubs traced to origins, gaps filled.

Matrices are R x R, origin by destination, with an empty diagonal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from orepact.errors import WorldError

Array = NDArray[np.float64]


def contained(
    gross: Array, factor: float, by_exporter: Mapping[int, float], keep: NDArray[np.bool_]
) -> Array:
    """Contained tonnes: gross tonnes times the exporter's factor, for exporters in ``keep``."""
    row = np.full(gross.shape[0], factor)
    for i, f in by_exporter.items():
        row[i] = f
    return gross * np.where(keep, row, 0.0)[:, None]


def trace_hubs(trade: Array, own: Array) -> Array:
    """Re-exports given back to the origin of what the hub bought.

    A region that exports more than its ``own`` supply (R) passes on the excess, in the
    proportions of its imports: with ``Q`` the split of its exports, ``r`` the share of its
    imports it passes on, and ``E`` its exports of own goods,

        traced = E (I - diag(r) Q)^-1 diag(1 - r)

    which leaves what every region absorbs, and every origin's own exports, unchanged. Exports
    beyond own supply and imports together have no origin and are dropped.

    >>> import numpy as np
    >>> t = np.array([[0, 10.0, 0], [0, 0, 8.0], [0, 0, 0]])      # A sells to hub B, B to C
    >>> trace_hubs(t, own=np.array([10.0, 0.0, 0.0])).round(9)
    array([[0., 2., 8.],
           [0., 0., 0.],
           [0., 0., 0.]])
    """
    exports, imports = trade.sum(axis=1), trade.sum(axis=0)
    sold = np.minimum(exports, own)
    safe = np.where(exports > 0, exports, 1.0)
    split = trade / safe[:, None]
    passed = np.where(imports > 0, (exports - sold) / np.where(imports > 0, imports, 1.0), 0.0)
    passed = np.clip(passed, 0.0, 0.98)
    first = split * sold[:, None]
    system = np.eye(len(own)) - passed[:, None] * split
    traced: Array = np.linalg.solve(system.T, first.T).T * (1 - passed)[None, :]
    traced[traced < 1e-9 * max(traced.max(), 1.0)] = 0.0
    np.fill_diagonal(traced, 0.0)
    return traced


def ras(seed: Array, rows: Array, columns: Array, rounds: int = 500) -> Array:
    """Scale ``seed`` until its sums are ``rows`` and ``columns`` (which must agree in total).

    Stops at a relative error of 1e-9 or after ``rounds``: where the seed's zeros forbid the
    sums, the nearest it reached is returned, columns exact.
    """
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-6):
        raise WorldError(f"RAS: rows add up to {rows.sum():.6g}, columns to {columns.sum():.6g}.")
    t = seed.astype(float)
    for _ in range(rounds):
        got = t.sum(axis=1)
        t *= np.where(got > 0, rows / np.where(got > 0, got, 1.0), 0.0)[:, None]
        got = t.sum(axis=0)
        t *= np.where(got > 0, columns / np.where(got > 0, got, 1.0), 0.0)[None, :]
        if np.abs(t.sum(axis=1) - rows).max() <= 1e-9 * max(rows.max(), 1e-300):
            break
    return t


def gravity(distance: Array, power: float = 0.7) -> Array:
    """A seed that falls mildly with distance, empty on the diagonal; ``power`` is assumed."""
    near = np.where(distance > 0, np.maximum(distance, 200.0), np.inf)
    seed: Array = near**-power
    np.fill_diagonal(seed, 0.0)
    return seed


def fill(seed: Array, supply: Array, demand: Array, sparse: float = 0.004) -> Array:
    """Ship surpluses to deficits along ``seed``: RAS to the smaller total, small cells pruned.

    Cells below ``sparse`` of both their row and their column are dropped and the rest scaled.
    """
    total = min(supply.sum(), demand.sum())
    if total <= 0:
        return np.zeros_like(seed)
    rows, columns = supply * total / supply.sum(), demand * total / demand.sum()
    seeded = seed * rows[:, None] * columns[None, :]
    first = ras(seeded, rows, columns)
    keep = (first >= sparse * rows[:, None]) | (first >= sparse * columns[None, :])
    return ras(np.where(keep, first, 0.0), rows, columns)


def pour(total: float, seed: Array, room: Array) -> Array:
    """Fill ``room`` in proportion to ``seed`` until ``total`` is placed or no room is left.

    >>> import numpy as np
    >>> pour(10.0, np.array([8.0, 1.0, 1.0]), np.array([4.0, 9.0, 9.0]))
    array([4., 3., 3.])
    """
    out = np.zeros_like(seed)
    for _ in range(seed.size):
        open_ = np.where(out < room, seed, 0.0)
        if total - out.sum() <= 1e-12 * total or open_.sum() <= 0:
            break
        out = np.minimum(out + (total - out.sum()) * open_ / open_.sum(), room)
    return out


def spread(
    total: float, shares: Mapping[int, float], seeds: Sequence[Array], room: Array,
    banned: Sequence[int],
) -> tuple[Array, Array]:  # fmt: skip
    """Split a total by origin: named shares, and what they leave over.

    ``banned`` origins (already known) get nothing; named shares keep their proportion to the
    remainder. That goes to the unnamed along the first of ``seeds``, then the next, to none more
    than its ``room``, and back to the named once all are full. Returns both parts by origin.
    """
    named, other = np.zeros(room.size), np.zeros(room.size)
    for i, s in shares.items():
        named[i] = s
    named[list(banned)] = 0.0
    closed = [*shares, *banned]
    left = max(0.0, 1.0 - sum(shares.values()))
    scale = total / (named.sum() + left) if named.sum() + left > 0 else 0.0
    rooms = (room, np.full_like(room, np.inf)) if named.sum() <= 0 else (room,)
    for most in rooms:
        for seed in seeds:
            free = seed.copy()
            free[closed] = 0.0
            other = other + pour(left * scale - other.sum(), free, most - other)
    named *= scale
    if named.sum() > 0:
        named *= (total - other.sum()) / named.sum()
    if named.sum() + other.sum() < (1 - 1e-9) * total:
        raise WorldError(f"{total:.4g} t of trade have no partner to go to. Give shares.")
    return named, other
