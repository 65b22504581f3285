"""A certificate of a solved market: every condition of equilibrium, rebuilt without the solver.

It takes the market, the wedges and what the state reports (prices, rents, shipments, output,
purchases) and works out each condition from the model's formulas in plain code of its own, with
nothing from the equations, the floors or the mixes that the solver uses. A term that is added to
the model is one more line of `conditions._rebuild` or one more function in `conditions.CONDITIONS`.

A condition gives a residual for every place: a node, a border, a route, a limit or a stage, each
divided by a size that is stated. Where one of two must be zero, the residual is the natural one,
``min(a, b)``. What is not a number fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from orepact.market.conditions import AXES, Condition, conditions
from orepact.market.market import Market
from orepact.market.wedges import Wedges

if TYPE_CHECKING:
    from orepact.market.equilibrium import Outcome

Array = Any

TOLERANCE = 1e-9
"""Nodes are solved to 1e-11 of their size, and a member whose residual can fall no further counts
as solved below 1e-9 (`newton.ROUNDING`): what is claimed is what is asked for here."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Every condition with its worst residual; see :func:`certify`.

    ``claimed`` (...,) marks the members that are judged: those said to be solved, or all where
    none is.
    """

    market: Market
    wedges: Wedges
    conditions: tuple[Condition, ...]
    claimed: Array
    solved: bool
    tolerance: float = TOLERANCE

    @property
    def residuals(self) -> dict[str, float]:
        """Worst residual of each condition, relative to its size."""
        return {c.name: float(np.max(self._judged(c), initial=0.0)) for c in self.conditions}

    @property
    def by_member(self) -> Array:
        """Worst residual of every member, claimed or not, shape (...,)."""
        worst = np.zeros(np.shape(self.claimed))
        for c in self.conditions:
            last = tuple(range(-AXES[c.axes], 0))
            worst = np.maximum(worst, np.max(c.residual, axis=last, initial=0.0))
        return worst

    @property
    def passed(self) -> bool:
        """Whether a solution is claimed and every residual is within the tolerance."""
        return self.solved and max(self.residuals.values()) <= self.tolerance

    def worst(self, n: int = 3) -> tuple[str, ...]:
        """The ``n`` largest residuals in words, the condition and the place of each."""
        return worst_places(self.market, self.wedges, self.conditions, self.claimed, n)

    def _judged(self, c: Condition) -> Array:
        claimed = np.reshape(self.claimed, (*np.shape(self.claimed), *[1] * AXES[c.axes]))
        return np.where(claimed, c.residual, 0.0)


def certify(outcome: Outcome, tolerance: float = TOLERANCE) -> Certificate:
    """Judge a solved market by the conditions of equilibrium, rebuilt without the solver.

    >>> from orepact.market import Market, demand, solve, sourcing, supply
    >>> one = np.ones((1, 1))
    >>> m = Market.from_arrays(
    ...     regions=["A"], stages=["metal"], p0=one,
    ...     supply=supply.Linear(10 * one[:, None], 0 * one[:, None], one[:, None]),
    ...     demand=demand.Linear(4 * one, one, one),
    ...     sourcing=sourcing.Logit(one[..., None], one[..., None], one, one),
    ... )
    >>> certify(solve(m)).passed
    True
    """
    ok = np.asarray(outcome.converged)
    claimed = ok if np.any(ok) else np.ones_like(ok)
    found = conditions(outcome.market, outcome.wedges, outcome.state)
    return Certificate(outcome.market, outcome.wedges, found, claimed, bool(np.any(ok)), tolerance)


def worst_places(
    market: Market, w: Wedges, found: tuple[Condition, ...], members: Array, n: int = 3
) -> tuple[str, ...]:
    """The ``n`` largest residuals among ``members`` (...,), in words, largest first."""
    cells: list[tuple[float, str]] = []
    for c in found:
        some = np.reshape(members, (*np.shape(members), *[1] * AXES[c.axes]))
        size = np.where(some, c.residual, -1.0)
        for flat in np.argsort(size, axis=None)[::-1][:n]:
            at = tuple(int(i) for i in np.unravel_index(flat, size.shape))
            if size[at] > 0:
                cells.append((float(size[at]), _sentence(market, w, c, at, float(size[at]))))
    cells.sort(key=lambda cell: -cell[0])
    return tuple(words for _, words in cells[:n])


def _sentence(market: Market, w: Wedges, c: Condition, at: tuple[int, ...], size: float) -> str:
    lead, own = at[: -AXES[c.axes]], at[-AXES[c.axes] :]
    member = f"member {', '.join(map(str, lead))}, " if lead else ""
    if c.axes == "limit":
        named = w.limit_id[own[0]] if own[0] < len(w.limit_id) else f"limit {own[0]}"
        place = f"'{named}'"
    else:
        k, *regions = own
        names = [market.regions[r] for r in regions]
        place = market.stages[k] + ("", " in {}", " from {} to {}")[len(names)].format(*names)
    return f"{member}{place}: {c.name} off by {size:.2g} of {c.size}"
