"""A supplier's exports of a mineral without a full chain stop for a year: one market, two sides.

The world outside the supplier is one market for one good. Amounts are shares of the world's use,
prices multiples of the base price::

    before   outside use 1 - d,  outside supply 1 - d - e (1 - r) s,  imports e (1 - r) s
    after    supply of others  S0 min(p^eps, 1 / (1 - spare)),  use  (1 - d) p^-eta  up to  p = B

with ``s`` the supplier's share of primary output, ``e`` the part of it that it exports,
``d = (1 - e) s`` its own share of use, ``r`` the share of scrap in supply, ``B`` the backstop.
Where no price below ``B`` clears, the price is ``B``, and what users would still buy at it is
lacking: no price brings it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.errors import InputError

Array = Any


def stopped(
    share: float, exported: Array, recycling: Array, eps: Array, spare: Array, eta: Array,
    backstop: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Price rise (a share of the base price), shortfall and what is lacking (of outside use), (N,).

    >>> rise, short, lacking = stopped(0.5, 0.6, 0.0, 0.0, 0.0, 1.0, 100.0)
    >>> float(rise.round(3)), float(short.round(3)), float(lacking)
    (0.6, 0.375, 0.0)

    Raises :class:`InputError` where the supplier exports nothing: nothing would stop.
    """
    exported, recycling, eps, spare, eta, backstop = (
        np.asarray(a, float) for a in (exported, recycling, eps, spare, eta, backstop)
    )
    sent = (1.0 - recycling) * share * exported
    if np.any(sent <= 0):
        raise InputError(
            f"The supplier makes {share:.0%} of the world's and exports none: a stop would touch "
            "nothing. Choose another supplier or stage."
        )
    use = 1.0 - share * (1.0 - exported)
    left = use - sent
    cap = 1.0 / (1.0 - spare)
    with np.errstate(divide="ignore", over="ignore"):  # beyond all numbers: the backstop
        free = (use / left) ** (1.0 / (eps + eta))
        full = (use / (left * cap)) ** (1.0 / eta)
        filled = cap ** (1.0 / np.maximum(eps, 1e-9))
        price = np.where(free**eps <= cap, free, np.maximum(full, filled))
    price = np.minimum(price, backstop)
    supplied = left * np.minimum(price**eps, cap)
    short = np.maximum(1.0 - supplied / use, 0.0)
    lacking = np.clip(price**-eta - supplied / use, 0.0, short)
    return price - 1.0, short, np.where(price < backstop, 0.0, lacking)
