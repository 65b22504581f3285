"""Which stages, regions and routes of a market an instrument means."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact.instrument import Instrument

Array = Any
Applied = tuple[Wedges, bool]
"""Wedges with one more instrument, and whether it matches any route or plant."""


def stages(i: Instrument, market: Market) -> Array:
    """Stages of this market that the instrument names, (K,)."""
    mine = {s for m, s in i.targets() if m == market.mineral}
    return np.array([s in mine for s in market.stages])


def meant(market: Market, codes: Any, members: tuple[str, ...]) -> Array:
    """Regions (R,) meant by members, non_members, all or a list of codes."""
    inside = np.array([r in members for r in market.regions])
    if codes == "members":
        return inside
    if codes == "non_members":
        return ~inside
    if codes == "all":
        return np.ones(len(market.regions), bool)
    return np.array([r in codes for r in market.regions])


def routes(stages: Array, origins: Array, destinations: Array) -> Array:
    """Cross-border routes (K, O, D)."""
    return (
        stages[:, None, None]
        & origins[None, :, None]
        & destinations[None, None, :]
        & ~np.eye(len(origins), dtype=bool)
    )


def open_routes(market: Market, routes: Array) -> Array:
    """Routes that carry trade, opened ones included."""
    x0 = market.x0 > 0
    return routes & np.any(x0.reshape(-1, *x0.shape[-3:]), axis=0)


def value(x: Decimal | None, default: float = 0.0) -> float:
    """A stated amount as a float; ``default`` where none is stated."""
    return default if x is None else float(x)


def region(code: str, id: str, market: Market) -> int:
    """Position of a region that an instrument names."""
    if code not in market.regions:
        raise InputError(
            f"'{id}' names {code}, which has no part in the market for {market.mineral}. Name a "
            "region that makes, ships or uses it."
        )
    return market.region(code)
