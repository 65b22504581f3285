"""Who makes, trades and uses a stage, at which price and duty: one line a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orepact.report.flows import weak_routes
from orepact.world import Chain

Array = Any

SHOWN = 12
"""Regions that have a line of their own, beside the party; the rest are one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One region at one stage: contained tonnes of a year, price in USD/t, duty a share of value.

    ``region`` is '' for the rest together, which are ``regions`` in number and have no price.
    ``output`` is primary, ``secondary`` from scrap; ``use`` is all that is bought, own supply
    included. ``duty`` is the mean on its imports by tonnes (central), ``None`` without imports;
    ``duty_assumed`` whether a part of it is assumed. ``weak`` is the part of its imports and
    exports that is imputed or on no recorded route, 0 to 1.
    """

    region: str
    regions: int
    output: float
    secondary: float
    imports: float
    exports: float
    use: float
    price: float | None
    duty: float | None
    duty_assumed: bool
    weak: float


def lines(chain: Chain, stage: str, party: str, shown: int = SHOWN) -> tuple[Line, ...]:
    """The largest makers and users and the party, largest first, then the rest.

    The lines add up to the world: nothing is left out.
    """
    k = chain.stage(stage)
    size = np.maximum(chain.output[k] + chain.secondary[k], chain.trade[k].sum(axis=0))
    size = np.maximum(size, chain.trade[k].sum(axis=1))
    order = [int(r) for r in np.argsort(-size, kind="stable") if size[r] > 0]
    own = chain.regions.index(party)
    named = order[:shown] if own in order[:shown] else [*order[: shown - 1], own]
    rest = [r for r in order if r not in named]
    if len(rest) == 1:
        named, rest = [*named, *rest], []
    found = [_line(chain, k, [r], chain.regions[r]) for r in named]
    return (*found, _line(chain, k, rest, "")) if rest else tuple(found)


def _line(chain: Chain, k: int, at: list[int], region: str) -> Line:
    weak_kinds = weak_routes(chain, k, chain.regions)
    abroad = chain.trade[k] * ~np.eye(len(chain.regions), dtype=bool)
    bought, sold = abroad[:, at], abroad[at]
    imports, exports = float(bought.sum()), float(sold.sum())
    weak = float((bought * weak_kinds[:, at]).sum() + (sold * weak_kinds[at]).sum())
    duty, assumed = None, False
    if imports > 0:
        duty = float((bought * chain.duty[1, k][:, at]).sum() / imports)
        assumed = bool((chain.duty_assumed[k][:, at] & (bought > 0.005 * imports)).any())
    return Line(
        region, len(at), float(chain.output[k, at].sum()), float(chain.secondary[k, at].sum()),
        imports, exports, float(chain.trade[k][:, at].sum()),
        float(chain.price[k, at[0]]) if region else None, duty, assumed,
        weak / (imports + exports) if imports + exports > 0 else 0.0,
    )  # fmt: skip


def uses(chain: Chain, stage: str) -> dict[str, float]:
    """Shares of the world's use by region, 0 to 1: all that is bought, own supply included."""
    bought = chain.trade[chain.stage(stage)].sum(axis=0)
    total = float(bought.sum())
    pairs = zip(chain.regions, bought.tolist(), strict=True)
    return {r: t / total for r, t in pairs if t > 0} if total > 0 else {}
