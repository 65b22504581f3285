"""A supplier's exports of a mineral without a full chain stop for a year: one market, two sides.

The world outside the supplier is one market for one good. Amounts are shares of the world's use,
prices multiples of the base price::

    before   outside use 1 - d,  outside supply (1 - r)(1 - s) + r (1 - d),  imports (1 - r)(s - d)
    after    supply of others  S0 min(p^eps, 1 / (1 - spare)),  use  (1 - d) p^-eta  up to  p = B

with ``s`` the supplier's share of primary output, ``d`` its own share of use, ``r`` the share of
scrap in supply, ``B`` the price at which use ends. Where no price below ``B`` clears, the price is
``B`` and the shortfall what is lacking.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.errors import InputError

Array = Any


def stopped(
    share: float, own_use: Array, recycling: Array, eps: Array, spare: Array, eta: Array,
    backstop: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Price rise (a share of the base price) and shortfall (a share of outside use), (N,).

    >>> rise, short = stopped(0.5, 0.2, 0.0, 0.0, 0.0, 1.0, 100.0)
    >>> float(rise.round(3)), float(short.round(3))
    (0.6, 0.375)

    Raises :class:`InputError` where the supplier uses all that it makes: nothing would stop.
    """
    own_use, recycling, eps, spare, eta, backstop = (
        np.asarray(a, float) for a in (own_use, recycling, eps, spare, eta, backstop)
    )
    sent = (1.0 - recycling) * (share - own_use)
    if np.any(sent <= 0):
        raise InputError(
            f"The supplier makes {share:.0%} of the world's and uses as much: a stop would touch "
            "nothing. Choose another supplier or stage."
        )
    use = 1.0 - own_use
    left = use - sent
    cap = 1.0 / (1.0 - spare)
    with np.errstate(divide="ignore"):
        free = (use / left) ** (1.0 / (eps + eta))
        full = (use / (left * cap)) ** (1.0 / eta)
    price = np.where(free**eps <= cap, free, np.maximum(full, cap ** (1.0 / np.maximum(eps, 1e-9))))
    price = np.minimum(price, backstop)
    supplied = left * np.minimum(price**eps, cap)
    return price - 1.0, np.maximum(1.0 - supplied / use, 0.0)
