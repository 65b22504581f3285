"""What the publishers say of a year other than the base year."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from orepact.catalogue import minerals, regions
from orepact.world.evidence import Evidence, matrix
from orepact.world.plausible import check_units
from orepact.world.recipe import Recipe, StageRecipe, UsTotal
from orepact.world.sources import baci, baci_full, comext, comtrade, usgs
from orepact.world.world import Array

SURVEY = range(2021, 2026)
"""Years of the survey's United States statistics."""
CHINA = range(2017, 2025)
EU = range(2022, 2025)
VALUES = (2022,)
"""Years whose BACI values of thirty codes are held."""


def gross(
    raw: Path, codes: Collection[str], base: Evidence, year: int
) -> tuple[dict[str, Array], dict[str, str]]:
    """Matrices of the year by code, gross tonnes, and their sources.

    The publisher's own files where they are held; else values of thirty codes (2022), nickel ore,
    and the trade of ASEAN in the base's partial codes, for which the base year has no more either.
    """
    axis = regions()
    full = baci_full.held(raw, year)
    if full is not None:
        whole = matrix(baci.whole(full, codes), "t", axis)
        return whole, dict.fromkeys(whole, "baci-v202601")
    found: dict[str, Array] = {}
    source: dict[str, str] = {}
    if year in VALUES:
        unit = comtrade.unit_values(raw, year)
        usd = matrix(baci.older(raw), "usd", axis)
        found = {c: usd[c] / unit[c] for c in codes if c in usd and c in unit}
        source = dict.fromkeys(found, "baci-v202601")
    customs = comtrade.trade(raw, [c for c in codes if c not in found], year)
    for (file,), part in customs.partition_by("file", as_dict=True).items():
        check_units(part, base.facts, str(file))
    found |= matrix(customs, "t", axis)
    source |= dict.fromkeys(customs["hs6"], "un-comtrade")
    lacking = [c for c in base.partial if c not in found]
    near = matrix(baci.asean(raw, year).filter(pl.col("hs6").is_in(lacking)), "t", axis)
    return found | near, source | dict.fromkeys(near, "baci-v202601")


def evidence(raw: Path, base: Evidence, recipes: Mapping[str, Recipe], year: int) -> Evidence:
    """The base year's evidence with everything of ``year`` in its place, the rest left out.

    Import shares (the survey's averages of 2021-24), distances and income are kept.
    """
    codes = {c for m in recipes for s in minerals()[m].stages for c in s.hs6}
    matrices, source = gross(raw, codes, base, year)
    wanted = {c for r in recipes.values() for s in r.stages.values() for c in s.eu}
    eu = tuple(sorted(wanted & comext.held_codes(raw, year)))
    return replace(
        base,
        salient=usgs.salient(raw, year) if year in SURVEY else {},
        gross=matrices,
        gross_source=source,
        older={},
        us_cells=comtrade.us_cells(raw, year),
        us_none=comtrade.us_none(raw, year),
        china=comtrade.china_exports(raw, year) if year in CHINA else base.china.clear(),
        eu=comext.eu_imports(raw, eu, year) if year in EU else base.eu.clear(),
        margins=base.margins.clear(),
    )


def same_sources(base: Evidence, of_year: Evidence) -> Evidence:
    """The base year's evidence cut down to the sources that the year has too."""
    both = [c for c in of_year.gross if c in base.gross]
    return replace(
        base,
        gross={c: base.gross[c] for c in both},
        gross_source={c: base.gross_source[c] for c in both},
        china=base.china if len(of_year.china) else base.china.clear(),
        eu=base.eu.filter(pl.col("cn8").is_in(of_year.eu["cn8"].unique().to_list())),
        margins=base.margins.clear(),
    )


def given(ev: Evidence, recipe: Recipe, totals: Collection[UsTotal] | None) -> bool:
    """Whether the year's survey prints every United States total that a stage is pinned to."""
    return totals is not None and all(
        ev.salient.get((x.chapter or recipe.chapter, str(x.detail))) is not None
        for x in totals
        if x.t is None
    )


def carried(
    s: StageRecipe, ev: Evidence, base: Evidence, recipe: Recipe, factor: float, price: float
) -> StageRecipe:
    """A stage's decisions in another year: fixed tonnes scaled, and told apart from figures.

    ``factor`` is the growth of the stage, ``price`` that of its price. Stocks and assumed totals
    scale with the stage, what is taken off a total with the total; totals that the year's survey
    does not print are dropped, so that the base year's cells are carried.
    """

    def figures(of: Mapping[str, tuple[float, str, str]]) -> dict[str, tuple[float, str, str]]:
        told = "carried from 2024: "
        return {r: (t * factor, "orepact-assumption", told + why) for r, (t, _, why) in of.items()}

    def entries(of: tuple[UsTotal, ...] | None) -> tuple[UsTotal, ...] | None:
        if of is None or not given(ev, recipe, of) or not ev.salient:
            return None
        out = []
        for x in of:
            key = (x.chapter or recipe.chapter, str(x.detail))
            now, then = ev.salient.get(key), base.salient.get(key)
            total = now / then if now and then else 1.0
            fixed = None if x.t is None else x.t * factor
            out.append(replace(x, t=fixed, less=x.less * total))
        return tuple(out)

    return replace(
        s,
        draw=figures(s.draw),
        build=figures(s.build),
        us_imports=entries(s.us_imports),
        us_exports=entries(s.us_exports),
        eu_price=None if s.eu_price is None else s.eu_price * price,
        margins={},
    )
