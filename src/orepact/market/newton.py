"""Damped semismooth Newton, for one system or a batch of equal shape.

Each member takes its own damped step: the length is halved until the norm of its residual falls
below the largest of its last few (``memory``; Grippo, Lampariello and Lucidi 1986). Members that
have converged stand still. A step moves no unknown by more than ``bound``.
Where the line search finds no descent, a Levenberg-Marquardt step on the same Jacobian is
tried before the member is called stalled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any


ROUNDING = 1e-9
"""A member whose residual can fall no further counts as solved below this: where supply is a
million times steeper than demand, the last digit of a price is worth more than ``tol``."""


class Root(NamedTuple):
    """Where the iteration ended: unknowns, residuals, per member whether it converged, and what
    ``residual`` gave there beside the residuals."""

    z: Array  # (..., n)
    r: Array  # (..., n)
    converged: Array  # (...,) bool
    iterations: int
    aux: Any


def newton(
    residual: Callable[[Array], tuple[Array, Any]],
    jacobian: Callable[[Any], Array],
    z: Array,
    *,
    tol: float = 1e-11,
    max_iterations: int = 60,
    bound: float = 0.7,
    halvings: int = 30,
    first: tuple[Array, Any] | None = None,
    memory: int = 1,
) -> Root:
    """Find ``residual(z) = 0``; ``residual`` returns ``(r, aux)``, ``jacobian`` takes ``aux``.

    ``tol`` is on the largest residual; residuals are relative to the size of their node, so
    1e-11 leaves four digits below the 1e-8 to which accounts are asserted. ``first`` gives
    ``residual(z)`` where it is known. ``memory`` above 1 lets the residual rise for a while, which
    crosses kinks that a search for descent creeps along.
    """
    r, aux = first or residual(z)
    it, stuck = 0, np.zeros(r.shape[:-1], int)
    norms: list[Array] = []
    for _ in range(max_iterations):
        error = np.max(np.abs(r), axis=-1)
        live = ~(error < tol)
        if not np.any(live & (stuck < np.where(error < ROUNDING, 1, 3))):
            break
        it += 1
        J = jacobian(aux)
        step = _solve(J, -r)
        far = np.max(np.abs(step), axis=-1)
        t = np.where(live, np.minimum(1.0, bound / np.maximum(far, 1e-300)), 0.0)
        norms = [*norms, np.linalg.norm(r, axis=-1)][-memory:]
        norm = np.max(norms, axis=0)
        z1, r1, aux1, ok = _search(residual, z, step, t, norm, live, halvings)
        if not np.all(ok):
            lm = np.zeros_like(r)
            lm[~ok] = _damped(J[~ok], r[~ok])
            far = np.max(np.abs(lm), axis=-1)
            scale = np.minimum(1.0, bound / np.maximum(far, 1e-300))
            mixed = np.where(ok[..., None], z1 - z, scale[..., None] * lm)
            z2, r2, aux2, ok2 = _search(
                residual, z, mixed, np.where(live, 1.0, 0.0), norm, live, halvings
            )
            stuck = np.where(ok2, 0, stuck + 1)
            z1, r1, aux1 = z2, r2, aux2
        else:
            stuck = np.zeros_like(stuck)
        z, r, aux = z1, r1, aux1
    return Root(z, r, np.max(np.abs(r), axis=-1) < max(tol, ROUNDING), it, aux)


def _search(
    residual: Callable[[Array], tuple[Array, Any]],
    z: Array,
    step: Array,
    t: Array,
    norm: Array,
    live: Array,
    halvings: int,
) -> tuple[Array, Array, Any, Array]:
    """Halve each member's step until its residual falls."""
    for _ in range(halvings):
        trial = z + t[..., None] * step
        r, aux = residual(trial)
        size = np.linalg.norm(r, axis=-1)
        ok = ~live | (size <= (1.0 - 1e-4 * t) * norm)
        if np.all(ok):
            return trial, r, aux, ok
        t = np.where(ok, t, t / 2)
    trial = z + np.where(ok, t, 0.0)[..., None] * step
    r, aux = residual(trial)
    return trial, r, aux, ok


def _solve(J: Array, b: Array) -> Array:
    """Solve; a row or column without any derivative leaves its unknown where it is."""
    try:
        x = np.linalg.solve(J, b[..., None])[..., 0]
    except np.linalg.LinAlgError:
        x = np.full_like(b, np.nan)
    if np.all(np.isfinite(x)):
        return x
    return np.where(np.all(np.isfinite(x), axis=-1)[..., None], x, _damped(J, -b, 1e-13))


def _damped(J: Array, r: Array, strength: float = 1e-4) -> Array:
    """Levenberg-Marquardt: ``(J'J + strength diag) d = -J'r``, with a floor on the diagonal."""
    Jt = np.swapaxes(J, -1, -2)
    A = Jt @ J
    d = np.diagonal(A, axis1=-2, axis2=-1)
    d = np.maximum(d, 1e-12 * np.max(d, axis=-1, keepdims=True) + 1e-300)
    A = A + strength * d[..., None] * np.eye(J.shape[-1])
    step: Array = np.linalg.solve(A, -(Jt @ r[..., None]))[..., 0]
    return step
