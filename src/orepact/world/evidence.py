"""Everything the publishers say that the base year is made from, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import countries, minerals, region, regions
from orepact.errors import WorldError
from orepact.world.facts import StageFacts, stage_facts
from orepact.world.hosts import host_minerals
from orepact.world.plausible import check_output, check_units
from orepact.world.recipe import Recipe
from orepact.world.sources import baci, cepii, comext, comtrade, production, usgs
from orepact.world.sources.baci_full import Full
from orepact.world.sources.files import numbers, once, text_table

Array = NDArray[np.float64]
GDP = "data/05_country/gdp/gdp_worldbank_datasets.csv"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Raw figures on the model's regions: matrices are R x R, gross tonnes and USD.

    ``partial`` are the codes whose matrix holds some countries only, ``us_none`` what the United
    States' customs record as not traded: code, exporter, importer. ``makers`` counts the countries
    that make a stage by mineral, stage and region.
    """

    regions: tuple[str, ...]
    facts: Mapping[tuple[str, str], StageFacts]
    output: pl.DataFrame
    makers: Mapping[tuple[str, str, str], int]
    salient: Mapping[tuple[str, str], float | None]
    us_shares: Mapping[tuple[str, str], Mapping[str, float]]
    gross: Mapping[str, Array]
    gross_source: Mapping[str, str]
    partial: frozenset[str]
    older: Mapping[str, Array]
    us_cells: pl.DataFrame
    us_none: frozenset[tuple[str, str, str]]
    china: pl.DataFrame
    eu: pl.DataFrame
    margins: pl.DataFrame
    capacity: Mapping[str, Mapping[str, float]]
    distance: Array
    gdp: Array

    def at(self, code: str) -> int:
        """Position of a region or country."""
        return self.regions.index(region(code))


def matrix(frame: pl.DataFrame, column: str, axis: tuple[str, ...]) -> dict[str, Array]:
    """Rows (hs6, exporter, importer, value) as one R x R matrix per code."""
    place = {r: i for i, r in enumerate(axis)}
    out: dict[str, Array] = {}
    for code, e, i, v in frame.select("hs6", "exporter", "importer", column).iter_rows():
        out.setdefault(code, np.zeros((len(axis), len(axis))))[place[e], place[i]] += v
    return out


def gdp(raw: Path, axis: tuple[str, ...], year: int = 2024) -> Array:
    """World Bank GDP by region in current USD, each country's latest year up to ``year``."""
    columns = ("Country Code", "Year", "Value")
    frame = once(text_table(raw, GDP, columns, open_end=True), GDP, *columns[:2])
    frame = numbers(frame, GDP, "Year", "Value")
    frame = frame.filter((pl.col("Year") <= year) & pl.col("Value").is_not_null()).sort("Year")
    latest = frame.group_by("Country Code", maintain_order=True).last()
    value = dict(zip(latest["Country Code"], latest["Value"], strict=True))
    out = np.zeros(len(axis))
    for c in countries().values():
        out[axis.index(c.region)] += value.get(c.iso3, 0.0)
    if not out[axis.index("USA")] > 0:
        raise WorldError(f"'{GDP}' has no GDP of the United States.")
    return out


def _chapters(recipes: Mapping[str, Recipe]) -> tuple[str, ...]:
    """The survey's chapters that some recipe names."""
    stages = [s for r in recipes.values() for s in r.stages.values()]
    totals = [x for s in stages for x in (*(s.us_imports or ()), *(s.us_exports or ()))]
    named = {r.chapter for r in recipes.values()} | {x.chapter for x in totals if x.chapter}
    return tuple(sorted(named))


def gather(raw: Path, recipes: Mapping[str, Recipe], full: Full | None = None) -> Evidence:
    """Read every source that ``recipes`` need; a ``full`` BACI replaces the extracts."""
    axis = regions()
    codes = tuple(sorted({c for m in recipes for s in minerals()[m].stages for c in s.hs6}))
    stages = [s for r in recipes.values() for s in r.stages.values()]
    facts = stage_facts(raw, recipes)
    output = production.production(raw, {*recipes, *host_minerals(recipes)})
    check_output(output, facts, production.SHEET)
    trade = baci.trade(raw, codes, full)
    for (file,), part in trade.partition_by("file", as_dict=True).items():
        check_units(part, facts, str(file))
    gross = matrix(trade, "t", axis)
    origin = dict.fromkeys(gross, "baci-v202601")
    partial = frozenset(trade.filter(~pl.col("whole"))["hs6"])
    lacking = [c for c in codes if c not in gross or c in partial]
    told = comtrade.trade(raw, lacking, 2024)
    for (file,), part in told.partition_by("file", as_dict=True).items():
        check_units(part, facts, str(file))
    customs = matrix(told, "t", axis)
    gross |= customs
    origin |= dict.fromkeys(customs, "un-comtrade")
    partial = (partial - set(told["hs6"])) | set(told.filter(~pl.col("whole"))["hs6"])
    us_cells = comtrade.us_cells(raw)
    check_units(us_cells, facts, comtrade.US_CELLS)
    known = comext.iso2_to_iso3(raw)
    margins = baci.margins(raw)
    strangers = sorted(set(margins["iso2"]) - set(known) - {"TW"})
    if strangers:
        raise WorldError(f"'{baci.MARGINS}' names unknown countries {', '.join(strangers)}.")
    iso3 = {**known, "TW": "TWN"}
    margins = margins.with_columns(
        region=pl.col("iso2").replace_strict({k: region(iso3[k]) for k in set(margins["iso2"])})
    )
    distance = np.zeros((len(axis), len(axis)))
    for o, d, km in cepii.distances(raw).select("origin", "destination", "km").iter_rows():
        distance[axis.index(o), axis.index(d)] = km
    wanted = sorted({s.capacity for s in stages if s.capacity})
    return Evidence(
        regions=axis,
        facts=facts,
        output=output,
        makers=production.makers(raw),
        salient=usgs.salient(raw, 2024),
        us_shares=usgs.import_sources(raw, _chapters(recipes)),
        gross=gross,
        gross_source=origin,
        partial=partial,
        older=matrix(baci.older(raw), "usd", axis),
        us_cells=us_cells,
        us_none=comtrade.us_none(raw),
        china=comtrade.china_exports(raw),
        eu=comext.eu_imports(raw, tuple(sorted({c for s in stages for c in s.eu}))),
        margins=margins,
        capacity={c: usgs.capacity(raw, c) for c in wanted},
        distance=distance,
        gdp=gdp(raw, axis),
    )
