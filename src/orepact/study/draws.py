"""Common draws of uncertain parameters, by a scrambled Sobol sequence.

Half of the mass lies between low and central, half between central and high, evenly on each
side, so the median is the central value. The same draws serve baseline and policy. Where
publishers disagree on a mineral's output, one more dimension picks whose chain a draw is solved on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.market.calibrate import READ, between
from orepact.world.world import Chain

Array = Any
SEED = 2026
Key = tuple[str, str]


STRUCTURE: Key = ("", "structure")
"""Whose output figures a draw rests on; its column of ``u`` holds the chain's number."""


@dataclass(frozen=True, slots=True)
class Draws:
    """``u`` (N, J) in the unit cube and the values it gives, by stage and parameter name.

    ``structure`` (N,) is the chain of each draw: 0 the preferred figures, then the alternatives.
    """

    u: Array
    keys: tuple[Key, ...]
    values: dict[Key, Array]
    structure: Array

    def __len__(self) -> int:
        return len(self.u)

    def chunk(self, start: int, stop: int) -> dict[Key, Array]:
        """Values of draws ``start`` to ``stop``."""
        return {k: v[start:stop] for k, v in self.values.items()}

    def at(self, draws: Array) -> dict[Key, Array]:
        """Values of the draws at these positions."""
        return {k: v[draws] for k, v in self.values.items()}


def draw(chain: Chain, n: int = 128, seed: int = SEED, weights: Sequence[float] = ()) -> Draws:
    """Draw ``n`` (a power of two) values of every parameter of a chain that has a range.

    The base year's duties vary as one, from their low to their high values. ``weights`` are the
    shares of draws of the chain's alternatives; what they leave is the chain's own.
    """
    from scipy.stats import qmc  # 1 s to import

    if n < 2 or n & (n - 1):
        raise InputError(f"{n} draws: a Sobol sequence is balanced at powers of two. Use 128.")
    ranges = {k: r for k, r in sorted(chain.parameters.items()) if r.low < r.high and k[1] in READ}
    keys = (*ranges, ("", "duty"), *((STRUCTURE,) if weights else ()))
    u = np.clip(qmc.Sobol(len(keys), rng=seed).random(n), 1e-9, 1 - 1e-9)
    values = {
        k: between(r.low, r.central, r.high, u[:, j]) for j, (k, r) in enumerate(ranges.items())
    }
    values["", "duty"] = u[:, len(ranges)]
    structure = np.zeros(n, dtype=int)
    if weights:
        u[:, -1] = structure = picked(u[:, -1], weights)
    return Draws(u, keys, values, structure)


def picked(u: Array, weights: Sequence[float]) -> Array:
    """The chain that ``u`` (N,) in the unit interval picks: 0 the first, with what is left.

    >>> picked(np.array([0.0, 0.69, 0.71, 0.99]), [0.2, 0.1]).tolist()
    [0, 0, 1, 2]
    """
    return np.searchsorted(1.0 - np.cumsum(weights[::-1])[::-1], u, side="right")


def drivers(
    u: Array, keys: tuple[Key, ...], outcome: Array, most: int = 3
) -> list[tuple[Key, float]]:
    """Parameters that move an outcome most: rank correlation, largest first.

    ``outcome`` (N,). The square of a rank correlation is about the share of variance that a
    monotone parameter explains. Ties share their mean rank; correlations that chance would
    give, under ``2/sqrt(N)``, are left out. :data:`STRUCTURE` has no order: for it stands the
    correlation ratio of the ranks, between 0 and 1, whose square is the share of variance
    between chains, and chance gives ``2 sqrt(chains - 1)/sqrt(N)``.
    """
    ok = np.isfinite(outcome)
    if ok.sum() < 8 or np.ptp(outcome[ok]) == 0:
        return []
    from scipy.stats import rankdata  # 1 s to import

    ranks, y = rankdata(u[ok], axis=0), rankdata(outcome[ok])
    ranks -= ranks.mean(0)
    y -= y.mean()
    size = np.sum(ranks**2, axis=0)  # 0 where all draws are of one chain
    rho = ranks.T @ y / np.sqrt(np.where(size > 0, size, 1.0) * np.sum(y**2))
    chance = np.full(len(keys), 2.0 / np.sqrt(ok.sum()))
    if STRUCTURE in keys:
        j = keys.index(STRUCTURE)
        rho[j], groups = _ratio(u[ok, j], y)
        chance[j] *= np.sqrt(max(groups - 1, 1))
    order = np.argsort(-np.abs(rho))[:most]
    return [(keys[j], float(rho[j])) for j in order if abs(rho[j]) > chance[j]]


def _ratio(group: Array, y: Array) -> tuple[float, int]:
    """Correlation ratio of centred ``y`` (N,) between groups, and how many groups there are."""
    _, at, size = np.unique(group, return_inverse=True, return_counts=True)
    between_groups = np.sum(np.bincount(at, y) ** 2 / size)
    return float(np.sqrt(between_groups / np.sum(y**2))), len(size)
