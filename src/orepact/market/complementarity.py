"""Mixed complementarity: find ``z`` in ``[lower, inf)`` with ``F(z)`` at its complement.

For every ``i``, either ``z_i > lower_i`` and ``F_i(z) = 0``, or ``z_i = lower_i`` and
``F_i(z) >= 0``; where ``lower_i`` is minus infinity, ``F_i(z) = 0``. Rewritten with the function
of Fischer and Burmeister, ``phi(a, b) = a + b - sqrt(a^2 + b^2 + 2 tau^2)``, which at ``tau = 0``
is zero exactly where ``0 <= a perp b >= 0``. A path of falling ``tau`` leads to the solution, each
point by damped Newton on a sparse Jacobian, with Levenberg-Marquardt where no descent is found
(De Luca, Facchinei and Kanzow 1996; Kanzow and Pieper 1999). The stop test is
the natural residual ``min(z - lower, F)``, which does not know how it was solved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any
Function = Callable[[Array], tuple[Array, Any]]

PATH = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 0.0)
"""Smoothing, in units of the scaled variables, on the way to none."""

ENOUGH = 1e-8
"""A scaled residual that can fall no further counts as solved below this, to which accounts are
asserted too."""

MARGIN = 1e-12
"""Added to the derivative by the variable itself, so that a good that may come from two sources
at one cost has a step all the same."""


class Solution(NamedTuple):
    """Where the search ended: ``residual`` (n) natural, scaled; ``worst`` the largest of it."""

    z: Array
    residual: Array
    worst: float
    converged: bool
    iterations: int


def complement(
    function: Function,
    z: Array,
    lower: Array,
    *,
    unit: Array | float = 1.0,
    size: Array | float = 1.0,
    near: bool = False,
    tol: float = 1e-11,
    most: int = 60,
) -> Solution:
    """Solve ``0 <= z - lower perp F(z) >= 0`` from ``z`` (n).

    ``function(z)`` gives ``F`` (n) and its Jacobian, sparse (n, n). ``unit`` scales ``z`` and
    ``size`` scales ``F`` to about one. ``near`` says that ``z`` is close: the unsmoothed system is
    tried first. ``tol`` is on the natural residual, scaled.

    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> M, q = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([-4.0, 1.0])
    >>> found = complement(lambda z: (M @ z + q, csr_array(M)), np.ones(2), np.zeros(2))
    >>> found.z.round(9).tolist()
    [2.0, 0.0]
    """
    from scipy.sparse import diags_array  # 0.1 s to import

    n = len(z)
    unit, size = np.broadcast_to(unit, n), np.broadcast_to(size, n)
    bounded = np.isfinite(lower)
    floor = np.where(bounded, lower, 0.0)

    def scaled(z: Array) -> tuple[Array, Any]:
        F, J = function(z)
        return F / size, diags_array(1.0 / size) @ J @ diags_array(unit)

    z = np.where(bounded, np.maximum(z, lower), z)
    F, J = scaled(z)
    iterations = 0
    for tau in (0.0, *PATH) if near else PATH:
        goal = max(0.1 * tau, tol)
        for _ in range(most):
            a = (z - floor) / unit
            phi, da, db = _merit(a, F, bounded, tau)
            norm = float(np.linalg.norm(phi))
            if float(np.max(np.abs(phi), initial=0.0)) < goal or (
                tau == 0.0 and _worst(a, F, bounded) < tol
            ):
                break
            iterations += 1
            H = (diags_array(da + MARGIN) + diags_array(db) @ J).tocsc()
            moved = False
            for step in _steps(H, phi):
                t = 1.0
                for _ in range(25):
                    trial = z + t * unit * step
                    F1, J1 = scaled(trial)
                    phi1, _, _ = _merit((trial - floor) / unit, F1, bounded, tau)
                    size1 = float(np.linalg.norm(phi1))
                    if size1 <= (1.0 - 1e-4 * t) * norm:
                        moved = True
                        break
                    t /= 2
                if moved:
                    break
            if not moved:
                break
            z, F, J = trial, F1, J1
        if tau == 0.0 and _worst((z - floor) / unit, F, bounded) < tol:
            break
    z = np.where(bounded, np.maximum(z, lower), z)
    F, _ = scaled(z)
    a = (z - floor) / unit
    residual = np.where(bounded, np.minimum(a, F), F)
    worst = float(np.max(np.abs(residual), initial=0.0))
    return Solution(z, residual, worst, worst < max(tol, ENOUGH), iterations)


def _worst(a: Array, F: Array, bounded: Array) -> float:
    return float(np.max(np.abs(np.where(bounded, np.minimum(a, F), F)), initial=0.0))


def _merit(a: Array, F: Array, bounded: Array, tau: float) -> tuple[Array, Array, Array]:
    """``phi`` and its derivatives by ``a`` and ``F``; plain ``F`` where there is no bound."""
    root = np.sqrt(a * a + F * F + 2.0 * tau * tau)
    safe = np.where(root > 0, root, 1.0)
    kink = 1.0 - np.sqrt(0.5)
    da = np.where(root > 0, 1.0 - a / safe, kink)
    db = np.where(root > 0, 1.0 - F / safe, kink)
    return (
        np.where(bounded, a + F - root, F),
        np.where(bounded, da, 0.0),
        np.where(bounded, db, 1.0),
    )


def _steps(H: Any, phi: Array) -> Any:
    """Newton's step, then two of Levenberg and Marquardt."""
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    try:
        step = splu(H).solve(-phi)
        if np.all(np.isfinite(step)):
            yield step
    except RuntimeError:  # singular
        pass
    normal, gradient = (H.T @ H).tocsc(), H.T @ phi
    for strength in (1e-8, 1e-3):
        size = strength * max(float(np.max(normal.diagonal())), 1.0)
        yield splu((normal + size * eye_array(len(phi))).tocsc()).solve(-gradient)
