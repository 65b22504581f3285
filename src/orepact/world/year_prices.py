"""Prices of another year: the base year's, moved by published series.

A stage without a series moves with the nearest stage of its chain that has one, so that margins
keep their share; a chain without any keeps the base year's prices, and the coverage table says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.growth import BASE
from orepact.world.prices import margins
from orepact.world.register import ASSUMPTION
from orepact.world.series import PriceSeries, Series
from orepact.world.sources import benchmarks, usgs_world
from orepact.world.year_evidence import SURVEY

LEAST = 0.03
"""Margin, share of price, below which a stage's input moves with its output's price instead."""


@dataclass(frozen=True, slots=True)
class Move:
    """Change of a stage's price from the base year: ``how`` is own, moved with a stage, carried."""

    ratio: float
    how: str
    source: str


MONTHLY = {"world-bank-pink-sheet": benchmarks.pink_sheet, "imf-pcps": benchmarks.imf}


def _survey_price(survey: pl.DataFrame, chapter: str, detail: str, year: int) -> float | None:
    row = usgs_world.pick(survey, chapter, detail, year).row(0, named=True)
    return usgs_world.interval(row["value"])[1]


def averages(
    raw: Path, series: Mapping[str, Series], years: Collection[int]
) -> dict[tuple[str, str, int], float]:
    """Yearly averages of every monthly series, by (source, series, year); each file read once."""
    wanted: dict[str, set[str]] = {source: set() for source in MONTHLY}
    for s in series.values():
        for stage in s.stages.values():
            for p in (*stage.price, *((stage.us_price,) if stage.us_price else ())):
                if p.source in wanted:
                    wanted[p.source].add(p.series)
    return {
        (source, name, year): value
        for source, names in wanted.items()
        if names
        for year in years
        for name, value in MONTHLY[source](raw, names, year).items()
    }


Averages = Mapping[tuple[str, str, int], float]


def ratio(survey: pl.DataFrame, p: PriceSeries, monthly: Averages, year: int) -> float | None:
    """A series' average of ``year`` over the base year's; None where it does not cover the year."""
    if p.source in MONTHLY:
        return monthly[p.source, p.series, year] / monthly[p.source, p.series, BASE]
    if year not in SURVEY:
        return None
    now, then = (_survey_price(survey, p.chapter, p.series, y) for y in (year, BASE))
    return now / then if now and then else None


def moves(
    survey: pl.DataFrame, mineral: str, series: Series | None, monthly: Averages, year: int
) -> dict[str, Move]:
    """How every stage's price moves."""
    stages = minerals()[mineral].stage_ids
    found: dict[str, Move] = {}
    for id in stages:
        for p in series.stage(id).price if series else ():
            change = ratio(survey, p, monthly, year)
            if change is not None:
                found[id] = Move(change, "own", p.source)
                break
    own = list(found)
    for k, id in enumerate(stages):
        if id not in found and own:
            guide = min(own, key=lambda s: abs(stages.index(s) - k))
            found[id] = Move(found[guide].ratio, f"moved with {guide}", ASSUMPTION)
        elif id not in found:
            found[id] = Move(1.0, "carried", ASSUMPTION)
    return found


def year_prices(
    base: pl.DataFrame,
    moved: Mapping[str, Mapping[str, Move]],
    edges: Mapping[tuple[str, str, str], float],
    series: Mapping[str, Series],
    survey: pl.DataFrame,
    monthly: Averages,
    year: int,
) -> tuple[pl.DataFrame, dict[str, dict[str, Move]]]:
    """The ``prices`` table of a year, and the moves as used.

    Where an own price leaves a processing stage no margin, its inputs move with it instead: two
    published prices need not be of one contract or one month. Raises :class:`WorldError` where a
    price is still below the cost of its inputs.
    """
    used = {m: dict(of) for m, of in moved.items()}
    for _ in range(3):
        table = _table(base, used, series, survey, monthly, year)
        held = {e: a for e, a in edges.items() if e[0] in used}
        thin = margins(table, held).filter(pl.col("share") < LEAST)
        for r in thin.iter_rows(named=True):
            of, stage = used[r["mineral"]], r["stage"]
            for _, s, feed in (e for e in held if e[0] == r["mineral"]):
                if s == stage and of[feed].ratio > of[stage].ratio:
                    of[feed] = Move(of[stage].ratio, f"moved with {stage}", ASSUMPTION)
    bad = margins(table, held).filter(pl.col("flag") == "not positive")
    if bad.height:
        r = bad.row(0, named=True)
        raise WorldError(
            f"{r['mineral']} {r['stage']} in {year} sells at {r['usd_per_t']:,.0f} USD/t and its "
            f"input costs {r['input_usd_per_t']:,.0f}. Mend a price series in series.toml."
        )
    return table, used


def _table(
    base: pl.DataFrame,
    used: Mapping[str, Mapping[str, Move]],
    series: Mapping[str, Series],
    survey: pl.DataFrame,
    monthly: Averages,
    year: int,
) -> pl.DataFrame:
    rows = []
    for r in base.filter(pl.col("mineral").is_in(list(used))).iter_rows(named=True):
        move = used[r["mineral"]][r["stage"]]
        change, source, how = move.ratio, move.source, move.how
        own = series[r["mineral"]].stage(r["stage"]) if r["mineral"] in series else None
        if r["region"] == "USA" and own and own.us_price:
            us = ratio(survey, own.us_price, monthly, year)
            if us is not None:
                change, source, how = us, own.us_price.source, "own"
        note = f"{BASE} x {change:.4g} ({how}); {r['note']}"
        place = (r["mineral"], r["stage"], r["region"])
        rows.append((*place, r["usd_per_t"] * change, source, how != "own", note))
    names = ("mineral", "stage", "region", "usd_per_t", "source", "assumed", "note")
    return pl.DataFrame(rows, schema=names, orient="row")
