"""How much of what a party buys comes from whom, at each stage: by seller, and traced to origin.

>>> from orepact import world
>>> lithium = world.load().chain("lithium")
>>> direct, origin = shares_bought(lithium, "refined", "MEX")
>>> max(direct, key=direct.get) == max(origin, key=origin.get)     # a neighbour sells it on
False
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orepact.catalogue import POOLS
from orepact.study.screened import ScreenRow
from orepact.world import Chain, Screening, traced

Array = Any


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier's share (0 to 1) of what the party buys abroad at a stage.

    ``direct`` is by the last seller, ``traced`` after hubs are traced to the origin; ``None``
    where it is not known. Of a survey, ``direct`` is of imports, or of all supply of the EU.
    """

    stage: str
    supplier: str
    direct: float | None
    traced: float | None


def bought(chain: Chain, stage: str, party: str) -> tuple[Array, Array]:
    """Tonnes that the party buys abroad by seller, and what it uses of others by origin, (R,)."""
    k, d = chain.stage(stage), chain.region(party)
    direct, origin = chain.trade[k, :, d].copy(), traced(chain, stage)[:, d].copy()
    direct[d] = origin[d] = 0.0
    return direct, origin


def shares_bought(
    chain: Chain, stage: str, party: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Shares by seller and by origin; empty where the party buys none abroad."""
    direct, origin = bought(chain, stage, party)
    return _shares(chain, direct), _shares(chain, origin)


def _shares(chain: Chain, tonnes: Array) -> dict[str, float]:
    total = float(tonnes.sum())
    by = zip(chain.regions, tonnes.tolist(), strict=True)
    return {r: t / total for r, t in by if t > 0}


def origins(held: Screening, mineral: str, stage: str, party: str) -> dict[str, float]:
    """A survey's shares by seller, a region or a country within a pool; ``''`` is what it does not
    tell apart."""
    import polars as pl

    rows = held.of("origins", mineral).filter(pl.col("share") > 0, party=party, stage=stage)
    pooled = pl.col("region").is_in([p for p in POOLS if p != "EUN"]) & (pl.col("country") != "")
    seller = pl.when(pooled).then("country").otherwise("region").alias("seller")
    by = rows.group_by(seller).agg(pl.col("share").sum()).sort("seller")
    return dict(by.iter_rows())


def suppliers(
    row: ScreenRow, chain: Chain | None, held: Screening, most: int | None = None
) -> list[Supplier]:
    """Who sells to the party of a row at its stage, by the larger of both shares; the first
    ``most``, or all."""
    if chain is None:
        direct: Mapping[str, float] = origins(held, row.mineral, row.stage, row.party)
        first: Mapping[str, float] | None = None
    else:
        direct, first = shares_bought(chain, row.stage, row.party)
    found = [
        Supplier(row.stage, r, direct.get(r, 0.0), None if first is None else first.get(r, 0.0))
        for r in {**direct, **(first or {})}
        if r not in ("", row.party)
    ]
    found.sort(key=lambda x: (-max(x.direct or 0.0, x.traced or 0.0), x.supplier))
    return found[:most]
