"""Common draws of uncertain parameters, by a scrambled Sobol sequence.

Half of the mass lies between low and central, half between central and high, evenly on each
side, so the median is the central value. The same draws serve baseline and policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.market.calibrate import READ, between
from orepact.world.world import Chain

Array = Any
SEED = 2026
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Draws:
    """``u`` (N, J) in the unit cube and the values it gives, by stage and parameter name."""

    u: Array
    keys: tuple[Key, ...]
    values: dict[Key, Array]

    def __len__(self) -> int:
        return len(self.u)

    def chunk(self, start: int, stop: int) -> dict[Key, Array]:
        """Values of draws ``start`` to ``stop``."""
        return {k: v[start:stop] for k, v in self.values.items()}


def draw(chain: Chain, n: int = 128, seed: int = SEED) -> Draws:
    """Draw ``n`` (a power of two) values of every parameter of a chain that has a range.

    The base year's duties vary as one, from their low to their high values.
    """
    from scipy.stats import qmc  # 1 s to import

    if n < 2 or n & (n - 1):
        raise InputError(f"{n} draws: a Sobol sequence is balanced at powers of two. Use 128.")
    ranges = {k: r for k, r in sorted(chain.parameters.items()) if r.low < r.high and k[1] in READ}
    keys = tuple(ranges)
    u = np.clip(qmc.Sobol(len(keys) + 1, rng=seed).random(n), 1e-9, 1 - 1e-9)
    values = {
        k: between(r.low, r.central, r.high, u[:, j]) for j, (k, r) in enumerate(ranges.items())
    }
    values["", "duty"] = u[:, -1]
    return Draws(u, (*keys, ("", "duty")), values)


def drivers(
    u: Array, keys: tuple[Key, ...], outcome: Array, most: int = 3
) -> list[tuple[Key, float]]:
    """Parameters that move an outcome most: rank correlation, largest first.

    ``outcome`` (N,). The square of a rank correlation is about the share of variance that a
    monotone parameter explains. Ties share their mean rank; correlations that chance would
    give, under ``2/sqrt(N)``, are left out.
    """
    ok = np.isfinite(outcome)
    if ok.sum() < 8 or np.ptp(outcome[ok]) == 0:
        return []
    from scipy.stats import rankdata  # 1 s to import

    ranks, y = rankdata(u[ok], axis=0), rankdata(outcome[ok])
    ranks -= ranks.mean(0)
    y -= y.mean()
    rho = ranks.T @ y / np.sqrt(np.sum(ranks**2, axis=0) * np.sum(y**2))
    order = np.argsort(-np.abs(rho))[:most]
    chance = 2.0 / np.sqrt(ok.sum())
    return [(keys[j], float(rho[j])) for j in order if abs(rho[j]) > chance]
