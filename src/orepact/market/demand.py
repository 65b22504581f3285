"""Final demand: tonnes as a function of the buyers' price index.

Arrays have shape ``(..., K, R)``. Each form gives pieces that belong together::

    quantity(P) = D           tonnes
    slope(P)    = dD/dP
    surplus(P)  = integral of D from P to the reference price P0, USD
    benefit(P)  = integral of the inverse curve from D(P0) to D(P), USD

with ``surplus = benefit - P D + P0 D0`` as an identity of calculus that the accounts check;
each is written from its own closed form.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any

from orepact.market.namespace import namespace

Array = Any

FLAT = 0.1
"""Below this share of the base price the curve goes on along its tangent, so that a price
index at or below zero has a demand."""

WIDTH = 0.5
"""Beyond the backstop, demand falls to zero over this share of the backstop price."""


@dataclass(frozen=True, slots=True)
class Demand(abc.ABC):
    """A form of the demand curve. Abstract; the final forms follow."""

    @abc.abstractmethod
    def quantity(self, P: Array) -> Array:
        """Tonnes used at price index ``P``."""

    @abc.abstractmethod
    def slope(self, P: Array) -> Array:
        """Derivative of use with respect to the price index, at most 0."""

    @abc.abstractmethod
    def surplus(self, P: Array) -> Array:
        """Final users' surplus, relative to the reference price."""

    @abc.abstractmethod
    def benefit(self, P: Array) -> Array:
        """Gross benefit of use, relative to the reference price."""

    @abc.abstractmethod
    def choke(self) -> Array:
        """Price at which nothing is bought."""


@dataclass(frozen=True, slots=True)
class Isoelastic(Demand):
    """``D = D0 (P/P0)^-eta`` up to a backstop price ``B P0``, then linearly to zero.

    ``D0``: use at the base, t; ``P0``: base price index, USD/t; ``eta``: demand elasticity,
    positive; ``backstop``: ``B``, the multiple of the base price at which users substitute
    (``inf`` for none).
    """

    D0: Array
    P0: Array
    eta: Array
    backstop: Array

    def _pieces(self, P: Array) -> tuple[Any, Array, Array, Array]:
        xp = namespace(P)
        r = P / self.P0
        mid = xp.minimum(xp.maximum(r, FLAT), self.backstop)
        # position on the way from the backstop (0) to the choke price (1)
        span = xp.where(xp.isfinite(self.backstop), self.backstop * WIDTH, 1.0)
        t = xp.minimum(xp.where(r > self.backstop, r - self.backstop, 0.0) / span, 1.0)
        return xp, r, mid, t

    def quantity(self, P: Array) -> Array:
        xp, r, mid, t = self._pieces(P)
        curve = mid**-self.eta
        tangent = xp.where(r < FLAT, 1.0 - self.eta * (r / FLAT - 1.0), 1.0)
        return self.D0 * curve * tangent * (1.0 - t)

    def slope(self, P: Array) -> Array:
        xp, r, mid, t = self._pieces(P)
        inside = -self.eta * mid ** (-self.eta - 1.0)
        finite = xp.where(xp.isfinite(self.backstop), self.backstop, 1.0)
        beyond = xp.where(t < 1.0, -(finite**-self.eta) / (finite * WIDTH), 0.0)
        return self.D0 / self.P0 * xp.where(r > self.backstop, beyond, inside)

    def _power(self, lo: Array, hi: Array) -> Array:
        """Integral of ``r^-eta`` from ``lo`` to ``hi``; the logarithm at ``eta = 1``."""
        xp = namespace(lo)
        e = 1.0 - self.eta
        safe = xp.where(xp.abs(e) < 1e-9, 1.0, e)
        return xp.where(xp.abs(e) < 1e-9, xp.log(hi / lo), (hi**safe - lo**safe) / safe)

    def surplus(self, P: Array) -> Array:
        xp, r, mid, t = self._pieces(P)
        below = xp.where(r < FLAT, FLAT - r, 0.0)
        tail = FLAT**-self.eta * (below + self.eta * below**2 / (2.0 * FLAT))
        finite = xp.where(xp.isfinite(self.backstop), self.backstop, 1.0)
        beyond = -(finite**-self.eta) * finite * WIDTH * (t - t**2 / 2.0)
        one = xp.ones_like(mid)
        return self.D0 * self.P0 * (self._power(mid, one) + tail + beyond)

    def benefit(self, P: Array) -> Array:
        # integral of P dD = integral of r D'(r) dr: along the curve -eta r^-eta
        xp, r, mid, t = self._pieces(P)
        below = xp.where(r < FLAT, FLAT - r, 0.0)
        low = xp.where(r < FLAT, r, FLAT)
        tail = self.eta * FLAT ** (-self.eta - 1.0) * below * (low + FLAT) / 2.0
        finite = xp.where(xp.isfinite(self.backstop), self.backstop, 1.0)
        beyond = -(finite**-self.eta) * t * finite * (1.0 + WIDTH * t / 2.0)
        one = xp.ones_like(mid)
        return self.D0 * self.P0 * (self.eta * self._power(mid, one) + tail + beyond)

    def choke(self) -> Array:
        return self.P0 * self.backstop * (1.0 + WIDTH)


@dataclass(frozen=True, slots=True)
class Linear(Demand):
    """``D = max(0, intercept - fall P)``; ``fall`` in tonnes per USD/t, ``P0`` the reference.

    Where ``fall`` is 0 the same tonnes are bought at any price.
    """

    intercept: Array
    fall: Array
    P0: Array

    def quantity(self, P: Array) -> Array:
        xp = namespace(P)
        return xp.maximum(self.intercept - self.fall * P, 0.0)

    def slope(self, P: Array) -> Array:
        xp = namespace(P)
        return xp.where(self.intercept - self.fall * P > 0, -self.fall, 0.0 * P)

    def surplus(self, P: Array) -> Array:
        xp = namespace(P)
        D, D0 = self.quantity(P), self.quantity(self.P0 + 0.0 * P)
        return xp.where(self.fall > 0, (D**2 - D0**2) / (2.0 * self._safe()), D * (self.P0 - P))

    def benefit(self, P: Array) -> Array:
        D, D0, safe = self.quantity(P), self.quantity(self.P0 + 0.0 * P), self._safe()
        return (self.intercept * (D - D0) - (D**2 - D0**2) / 2.0) / safe

    def choke(self) -> Array:
        xp = namespace(self.fall)
        some = (self.fall > 0) & (self.intercept > 0)
        return xp.where(some, self.intercept / self._safe(), xp.inf)

    def _safe(self) -> Array:
        xp = namespace(self.fall)
        return xp.where(self.fall > 0, self.fall, 1.0)
