"""Years side by side: output, who makes it, trade and price, and what of it is the year's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from orepact.catalogue import mineral
from orepact.errors import InputError
from orepact.world.compiled import BASE_YEAR, TABLES, tables
from orepact.world.load import load
from orepact.world.world import Chain, World

SCHEMA = {
    **dict.fromkeys(("stage", "figure", "region"), pl.String),
    **{"year": pl.Int64, "value": pl.Float64, "how": pl.String},
}


def between(name: str, years: Sequence[int], folder: Path = TABLES, most: int = 3) -> pl.DataFrame:
    """One mineral in some years: columns stage, figure, region, year, value, how.

    ``figure`` is output (world, t), share (of output, of the ``most`` largest producers of any
    year), trade (between regions, t) or price (of the largest producer, USD/t). ``how`` says what
    of it is the year's own: "98% own" for output; own, moved or carried (assumed in the base year)
    for a producer; as in the coverage table for trade and price.

    >>> rows = between("zn", [2023, 2024]).filter(stage="refined", figure="share")
    >>> rows["region"].unique().sort().to_list()
    ['CHN', 'EUN', 'KOR']

    Raises :class:`InputError` where a year stands twice or alone, and
    :class:`~orepact.errors.WorldError` where a year has no world with the mineral.
    """
    if len(set(years)) < 2 or len(set(years)) < len(years):
        raise InputError(f"Years {', '.join(map(str, years))}: name two or more, each once.")
    id = mineral(name).id
    worlds = {y: load(y, folder) for y in years}
    chains = {y: w.chain(id) for y, w in worlds.items()}
    marks = {y: _marks(tables(folder, y)["nodes"], id, y) for y in years}
    rows = []
    for k, stage in enumerate(chains[years[0]].stages):
        share = {y: c.output[k] / c.output[k].sum() for y, c in chains.items()}
        first = np.argsort(-np.max(list(share.values()), axis=0))[:most]
        for y, c in chains.items():
            own, trade, price = _coverage(worlds[y], id, stage)
            abroad = float(c.trade[k].sum() - np.trace(c.trade[k]))
            rows += [
                (stage, "output", "", y, float(c.output[k].sum()), own),
                (stage, "trade", "", y, abroad, trade),
                (stage, "price", "", y, _price(c, k), price),
            ]
            for r in first:
                told = marks[y].get((stage, c.regions[r]), "none")
                rows.append((stage, "share", c.regions[r], y, float(share[y][r]), told))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _price(c: Chain, k: int) -> float:
    return float(c.price[k, int(np.argmax(c.output[k]))])


def _coverage(w: World, mineral: str, stage: str) -> tuple[str, str, str]:
    for c in w.coverage:
        if (c.mineral, c.stage) == (mineral, stage):
            return f"{c.output_share:.0%} own", c.trade, c.price
    return "not told", "not told", "not told"


def _marks(nodes: pl.DataFrame, mineral: str, year: int) -> dict[tuple[str, str], str]:
    """How each producer's output is known, by stage and region."""
    out = {}
    rows = nodes.filter((pl.col("mineral") == mineral) & (pl.col("quantity") == "output"))
    for r in rows.iter_rows(named=True):
        weak = "assumed" if year == BASE_YEAR else "carried"
        own = "moved" if r["note"].startswith("base year times") else "own"
        out[r["stage"], r["region"]] = own if r["flag"] in ("A", "B") else weak
    return out
