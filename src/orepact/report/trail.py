"""The trail of a region's figures at one stage: how each is known, whose it is, under which terms.

What ``orepact world why`` prints, as records: a page and the API show the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from orepact import world
from orepact.report.language import later
from orepact.world.compiled import BASE_YEAR, tables
from orepact.world.register import Source, register

QUANTITIES: Mapping[str, str] = MappingProxyType(
    {
        "output": later("primary output"),
        "secondary": later("supply from scrap"),
        "stock_draw": later("supply from stocks"),
        "final_use": later("use outside the chain"),
        "stock_build": later("purchases for stocks"),
        "capacity": later("capacity"),
        "host bound": later("what the hosts of this by-product would allow"),
        "not recovered": later("by-product that is not recovered"),
        "shipped to": later("shipped {to_place}"),
        "bought from": later("bought {from_place}"),
    }
)
"""Quantities in words."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "": later("not graded"),
        "A": later("trust A, the best"),
        "B": later("trust B"),
        "C": later("trust C"),
        "D": later("trust D"),
        "E": later("trust E, the least"),
        "domestic": later("own market"),
        "observed": later("trade statistics"),
        "customs": later("the importer's customs records"),
        "filled": later("filled from totals"),
        "imputed": later("imputed by the balance"),
        "none": later("no record"),
        "carried": later("carried from 2024"),
        "moved": later("2024 times the change in the year's statistics"),
        "plant": later("bounded by plants"),
        "host": later("bounded by its hosts"),
        "over host": later("above what its hosts would allow"),
    }
)
"""How a figure is known, in words."""
WEAK = ("E", "imputed", "none", "carried", "over host")
"""Kinds that are marked as weak."""


@dataclass(frozen=True, slots=True)
class Step:
    """One figure, t: after the balance, before it, and the weight with which it was held to that;
    ``fixed`` where the balance might not move it at all.

    ``partner`` is a region's code for shipments. ``code`` is the customs heading, ``basket`` what
    else it holds where nothing splits it. Notes are the publishers' words, in English.
    """

    quantity: str
    partner: str
    t: float
    prior_t: float | None
    weight: float | None
    fixed: bool
    kind: str
    source: str
    code: str
    basket: str
    note: str


@dataclass(frozen=True, slots=True)
class Price:
    """A producer price, USD/t, and whose it is; ``region`` '' for the world's."""

    region: str
    usd_per_t: float
    source: str
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the stage: low, central and high, its unit, and whether it is assumed."""

    name: str
    low: float
    central: float
    high: float
    unit: str
    source: str
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of duties on imports from a region: shares of value, and a specific rate in USD/t.

    ``origin`` is '' for all others, dates are ISO 8601, '' where the row has none.
    """

    origin: str
    code: str
    component: str
    since: str
    until: str
    low: float
    central: float
    high: float
    usd_per_t: float
    source: str
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Rival:
    """Another publisher's figure for the output of this region, t: it was not taken.

    ``balanced`` is whether the chain can be made with it.
    """

    t: float
    source: str
    note: str
    balanced: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """Everything behind a region's figures at a stage, with the sources it names."""

    mineral: str
    stage: str
    region: str
    year: int
    steps: tuple[Step, ...]
    price: Price | None
    duties: tuple[Duty, ...]
    parameters: tuple[Parameter, ...]
    rivals: tuple[Rival, ...]
    sources: tuple[Source, ...]


def trail(mineral: str, stage: str, region: str, year: int = BASE_YEAR) -> Trail:
    """The trail of a region's figures.

    >>> found = trail("zinc", "refined", "MEX")
    >>> {s.quantity for s in found.steps} >= {"output", "capacity", "shipped to"}
    True

    Raises :class:`UnknownIdError` for an unknown mineral, stage or region, :class:`WorldError`
    for a year without this mineral.
    """
    steps = tuple(
        Step(**_blank(r)) for r in world.why(mineral, stage, region, year=year).to_dicts()
    )
    behind = world.why_duties(mineral, stage, region, year=year)
    duties = tuple(_duty(r) for r in behind.to_dicts())
    held = tables(year=year)
    at = (pl.col("mineral") == mineral) & (pl.col("stage") == stage)
    own = held["prices"].filter(at & pl.col("region").is_in(["", region])).sort("region")
    price = Price(**_only(Price, own.row(-1, named=True))) if len(own) else None
    rows = held["parameters"].filter(at)
    parameters = tuple(Parameter(**_only(Parameter, r)) for r in rows.iter_rows(named=True))
    rivals = _rivals(mineral, stage, region) if year == BASE_YEAR else ()
    cited = [*(s.source for s in steps), *(p.source for p in parameters)]
    cited += (
        [d.source for d in duties] + [r.source for r in rivals] + ([price.source] if price else [])
    )
    named = tuple(register()[i] for i in dict.fromkeys(cited) if i in register())
    return Trail(mineral, stage, region, year, steps, price, duties, parameters, rivals, named)


def _rivals(mineral: str, stage: str, region: str) -> tuple[Rival, ...]:
    rows = world.rivals(mineral, stage, region).filter(pl.col("t") != pl.col("base_t"))
    told = rows.group_by("source", "t", "note", maintain_order=True).agg(pl.col("balanced").any())
    return tuple(Rival(**_only(Rival, r)) for r in told.iter_rows(named=True))


def _blank(row: dict[str, Any]) -> dict[str, Any]:
    weight = row["weight"]
    fixed = weight is not None and not math.isfinite(weight)
    return {
        **row, "kind": row["kind"] or "", "source": row["source"] or "", "fixed": fixed,
        "weight": None if fixed else weight,
    }  # fmt: skip


def _only(of: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    return {n: row[n] for n in of.__slots__}


def _duty(r: Mapping[str, Any]) -> Duty:
    since, until = ("" if r[n] is None else r[n].isoformat() for n in ("from", "until"))
    same = ("origin", "code", "component", "low", "central", "high", "usd_per_t", "source",
            "assumed", "note")  # fmt: skip
    return Duty(since=since, until=until, **{n: r[n] for n in same})
