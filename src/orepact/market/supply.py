"""Supply of one block: output as a function of what a tonne earns.

For a mine that is the producer price, for a processor the gross margin
``m = p + credits - sum_j a[j] P[j]``: the curve *is* the conversion cost. ``x`` stands for
either, in USD/t. Blocks of a stage add up, so more capacity means more output at the same
price. Arrays have shape ``(..., K, B, R)``: stage, block, region.

Each form gives four pieces that belong together::

    quantity(x) = y          tonnes
    slope(x)    = dy/dx
    surplus(x)  = integral of y from 0 to x, USD: what producers keep, scarcity rent inside
    cost(x)     = integral of the inverse curve from 0 to y(x), USD

and for each ``surplus + cost = x y`` holds as an identity of calculus, which the accounts
use as a check, so each is written from its own closed form.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from orepact.market.namespace import namespace

Array = Any  # an array of any library that follows the array API standard


@dataclass(frozen=True, slots=True)
class Supply(abc.ABC):
    """A form of the supply curve. Abstract; the final forms follow."""

    capacity: Array

    @abc.abstractmethod
    def quantity(self, x: Array) -> Array:
        """Output in tonnes at earning ``x``."""

    @abc.abstractmethod
    def slope(self, x: Array) -> Array:
        """Derivative of the output; at a kink, the one from below."""

    def quantity_slope(self, x: Array) -> tuple[Array, Array]:
        """Output and its derivative together."""
        return self.quantity(x), self.slope(x)

    @abc.abstractmethod
    def surplus(self, x: Array) -> Array:
        """Producers' surplus, the integral of output from 0 to ``x``."""

    @abc.abstractmethod
    def cost(self, x: Array) -> Array:
        """Cost of producing ``quantity(x)``, the integral of the inverse curve."""

    @abc.abstractmethod
    def inverse(self, y: Array) -> tuple[Array, Array]:
        """Earning at which ``y`` tonnes are made, capacity aside, and its slope."""

    @abc.abstractmethod
    def threshold(self) -> Array:
        """Earning at which capacity is reached."""

    @abc.abstractmethod
    def opening(self) -> Array:
        """Earning from which output answers to it in earnest."""

    def blocks(self, other: Self) -> Self:
        """Join two sets of blocks along the block axis."""
        xp = namespace(self.capacity)
        joined = {}
        for f in fields(self):
            one, two = getattr(self, f.name), getattr(other, f.name)
            lead = np.broadcast_shapes(one.shape[:-3], two.shape[:-3])
            pair = [xp.broadcast_to(v, (*lead, *v.shape[-3:])) for v in (one, two)]
            joined[f.name] = xp.concat(pair, axis=-2)
        return replace(self, **joined)


@dataclass(frozen=True, slots=True)
class Isoelastic(Supply):
    """``y = cap min(1, u0 (x/x0)^eps)`` down to ``v x0``, below that linearly to zero.

    ``use0``: share of capacity used at the base; ``x0``: base earning, USD/t; ``eps``: supply
    elasticity; ``avoidable``: ``v``, the share of the base earning under which plants close.
    """

    use0: Array
    x0: Array
    eps: Array
    avoidable: Array

    def _pieces(self, x: Array) -> tuple[Any, Array, Array, Array, Array]:
        xp = namespace(x)
        ratio = x / self.x0
        v = self.avoidable
        full = self.use0 ** (-1.0 / self.eps)  # ratio at which capacity is reached
        curve = self.capacity * self.use0 * xp.minimum(xp.maximum(ratio, v), full) ** self.eps
        return xp, ratio, v, full, curve

    def quantity(self, x: Array) -> Array:
        return self.quantity_slope(x)[0]

    def slope(self, x: Array) -> Array:
        return self.quantity_slope(x)[1]

    def quantity_slope(self, x: Array) -> tuple[Array, Array]:
        xp, ratio, v, full, curve = self._pieces(x)
        y = xp.where(ratio < v, curve * xp.maximum(ratio, 0.0) / v, curve)
        inside = self.eps * curve / xp.where(ratio > v, x, 1.0)
        below = xp.where(ratio > 0, curve / (v * self.x0), 0.0)
        return y, xp.where(ratio <= v, below, xp.where(ratio <= full, inside, 0.0))

    def surplus(self, x: Array) -> Array:
        xp, ratio, v, full, _ = self._pieces(x)
        y0, e1 = self.capacity * self.use0 * self.x0, self.eps + 1.0
        low = xp.minimum(xp.maximum(ratio, 0.0), v)
        triangle = y0 * v**self.eps * low**2 / (2.0 * v)
        middle = y0 * (xp.minimum(xp.maximum(ratio, v), full) ** e1 - v**e1) / e1
        return triangle + middle + self.capacity * self.x0 * xp.maximum(ratio - full, 0.0)

    def cost(self, x: Array) -> Array:
        xp, ratio, v, full, _ = self._pieces(x)
        y0, e1 = self.capacity * self.use0 * self.x0, self.eps + 1.0
        low = xp.minimum(xp.maximum(ratio, 0.0), v)
        triangle = y0 * v**self.eps * low**2 / (2.0 * v)
        return triangle + y0 * self.eps / e1 * (
            xp.minimum(xp.maximum(ratio, v), full) ** e1 - v**e1
        )

    def inverse(self, y: Array) -> tuple[Array, Array]:
        xp, v = namespace(y), self.avoidable
        share = y / (self.capacity * self.use0)
        above = xp.maximum(share, v**self.eps)
        curve = self.x0 * above ** (1.0 / self.eps)
        steep = curve / (self.eps * above * self.capacity * self.use0)
        line = self.x0 * v ** (1.0 - self.eps)
        low = share < v**self.eps
        return (
            xp.where(low, line * share, curve),
            xp.where(low, line / (self.capacity * self.use0), steep),
        )

    def threshold(self) -> Array:
        return self.x0 * self.use0 ** (-1.0 / self.eps)

    def opening(self) -> Array:
        return self.avoidable * self.x0


@dataclass(frozen=True, slots=True)
class Linear(Supply):
    """Linear marginal cost ``a + b y`` up to capacity: ``y = min(cap, max(0, x - a) / b)``.

    ``intercept``: ``a``, USD/t; ``rise``: ``b``, USD/t per tonne, positive.
    """

    intercept: Array
    rise: Array

    def quantity(self, x: Array) -> Array:
        xp = namespace(x)
        return xp.minimum(xp.maximum((x - self.intercept) / self.rise, 0.0), self.capacity)

    def slope(self, x: Array) -> Array:
        xp = namespace(x)
        y = (x - self.intercept) / self.rise
        return xp.where((y >= 0) & (y <= self.capacity) & (self.capacity > 0), 1.0 / self.rise, 0.0)

    def surplus(self, x: Array) -> Array:
        xp = namespace(x)
        inside = self.quantity(x) ** 2 * self.rise / 2.0
        return inside + self.capacity * xp.maximum(x - self.threshold(), 0.0)

    def cost(self, x: Array) -> Array:
        y = self.quantity(x)
        return self.intercept * y + self.rise * y**2 / 2.0

    def inverse(self, y: Array) -> tuple[Array, Array]:
        return self.intercept + self.rise * y, self.rise + 0.0 * y

    def threshold(self) -> Array:
        return self.intercept + self.rise * self.capacity

    def opening(self) -> Array:
        return self.intercept
