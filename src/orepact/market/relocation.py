"""Users of a stage who move abroad when it becomes dear at home.

Final use in a region answers its own price, ``own``; of the world's total, more is then used where
the price rose less::

    D[d] = sum(own) n[d] / sum(n)        n[d] = own[d] (P[d]/P0[d])^-lambda

so world use is renormalised, ``D - own`` sums to zero, and ``lambda = 0`` is the plain model. Those
who move save ``P (own - D)`` and are taken to spend as much on moving, which is what the last of
them does: a real cost. It is below zero where they go to places that were dearer to begin with,
whose other advantages are then what they pay for. Arrays are ``(..., K, R)``.
"""

from __future__ import annotations

from typing import Any

from orepact.market.demand import FLAT
from orepact.market.namespace import namespace

Array = Any


def relocated(own: Array, P: Array, P0: Array, mobility: Array) -> Array:
    """Use by region once users have moved, t; ``mobility`` is ``lambda``."""
    xp = namespace(P)
    n = own * _dear(P, P0) ** -mobility
    whole, total = (xp.sum(v, axis=-1, keepdims=True) for v in (own, n))
    return n * (whole / xp.where(total > 0, total, 1.0))


def relocated_slopes(
    own: Array, fall: Array, P: Array, P0: Array, mobility: Array
) -> tuple[Array, Array, Array]:
    """``dD[d] = diagonal[d] dP[d] + weight[d] sum_e vector[e] dP[e]``: the three arrays."""
    xp = namespace(P)
    r = _dear(P, P0)
    n = own * r**-mobility
    dn = fall * r**-mobility - xp.where(P > FLAT * P0, mobility * n / (r * P0), 0.0)
    whole, total = (xp.sum(v, axis=-1, keepdims=True) for v in (own, n))
    safe = xp.where(total > 0, total, 1.0)
    return dn * (whole / safe), n / safe, fall - dn * (whole / safe)


def _dear(P: Array, P0: Array) -> Array:
    xp = namespace(P)
    return xp.maximum(P / P0, xp.full_like(P, FLAT))
