"""How much of a year's world is that year's own: per mineral and stage, kept in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from orepact.world.flows import Solved, imputed_share
from orepact.world.growth import BASE
from orepact.world.register import ASSUMPTION
from orepact.world.year_prices import Move
from orepact.world.years import YearSolved

ENOUGH = 0.6
"""A mineral has a world of a year where its statistics give this share of output at one stage."""

SCHEMA = {
    "year": pl.Int64,
    "mineral": pl.String,
    "stage": pl.String,
    "offered": pl.Boolean,
    "output_share": pl.Float64,
    "trade": pl.String,
    "price": pl.String,
    "duties": pl.String,
    "sources": pl.String,
    "why": pl.String,
}
"""Columns: output_share from own statistics; trade own, US cells only or carried; price own, moved
with a stage, assumed or carried; whose duties; sources; why a mineral is not offered."""

Row = tuple[int, str, str, bool, float, str, str, str, str, str]


def own_share(s: YearSolved, id: str) -> float:
    """Share of a stage's output that the year's own statistics give."""
    g = s.growth[id]
    return float(g.t[g.own].sum() / g.t.sum())


def year_rows(year: int, mineral: str, s: YearSolved, moved: Mapping[str, Move]) -> list[Row]:
    """Rows of one mineral that has a world of ``year``."""
    rows = []
    for id, g in s.growth.items():
        share, move = own_share(s, id), moved[id]
        sources = [x for x in (g.source if share else "", move.source) if x and x != ASSUMPTION]
        if s.trade[id] != "carried":
            sources.append("un-comtrade")
        listed = ", ".join(dict.fromkeys(sources)) or ASSUMPTION
        duties = f"of {BASE}"
        rows.append((year, mineral, id, True, share, s.trade[id], move.how, duties, listed, ""))
    return rows


def base_rows(shipped: Mapping[str, Solved], prices: pl.DataFrame) -> list[Row]:
    """Rows of the base year: output published (flags A and B), trade recorded, prices read."""
    world = prices.filter(pl.col("region") == "")
    assumed = {(r["mineral"], r["stage"]): r["assumed"] for r in world.iter_rows(named=True)}
    rows = []
    for mineral, s in shipped.items():
        for k, id in enumerate(s.priors.stages):
            t = s.priors.output[k]
            found = [s.labels.node.get(("output", k, int(i))) for i in np.flatnonzero(t)]
            good = np.array([x is not None and x[1] in "AB" for x in found])
            share = float(t[np.flatnonzero(t)][good].sum() / t.sum()) if good.any() else 0.0
            sources = sorted({x[0] for x in found if x is not None and x[1] in "AB"})
            trade = "own" if imputed_share(s, k) <= 0.5 else "mostly imputed"
            price = "assumed" if assumed[mineral, id] else "own"
            listed = ", ".join(sources) or ASSUMPTION
            rows.append((BASE, mineral, id, True, share, trade, price, "own", listed, ""))
    return rows


def absent_row(year: int, mineral: str, why: str) -> Row:
    """The row of a mineral without a world of ``year``."""
    return (year, mineral, "", False, 0.0, "carried", "carried", f"of {BASE}", ASSUMPTION, why)


def coverage_table(rows: Sequence[Row]) -> pl.DataFrame:
    """The ``coverage`` table; each refusal ends with the years that the mineral does have."""
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("year", maintain_order=True)
    years = {
        str(m): sorted(part.filter("offered")["year"].unique().to_list())
        for (m,), part in table.group_by("mineral")
    }
    told = {m: f" There are worlds with it of {', '.join(map(str, y))}." for m, y in years.items()}
    ending = pl.col("mineral").replace_strict(told, return_dtype=pl.String)
    return table.with_columns(
        why=pl.when("offered").then(pl.lit("")).otherwise(pl.col("why") + ending)
    )
