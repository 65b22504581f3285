"""Load the world that ships with the package, and trace its figures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world.compiled import TABLES, assemble, tables
from orepact.world.world import World

YEARS = (2024,)


def load(year: int = 2024, folder: Path = TABLES) -> World:
    """The world of a base year, all minerals: the package's, or one built into ``folder``.

    >>> world = load()
    >>> zinc = world.chain("zinc")
    >>> zinc.stages
    ('mined', 'refined')

    Raises :class:`WorldError` for a year without a world and for tables that do not balance.
    """
    if year not in YEARS:
        raise WorldError(f"There is no world of {year}. There is one of {YEARS[0]}.")
    return _shipped() if folder == TABLES else assemble(tables(folder), year)


@cache
def _shipped() -> World:
    return assemble(tables(), YEARS[0])


def why(mineral: str, stage: str, region: str, folder: Path = TABLES) -> pl.DataFrame:
    """The rows behind a region's figures at one stage, largest first.

    Columns quantity, partner ('' but for trade), t, prior_t, weight, kind, source, note.

    >>> rows = why("zinc", "refined", "MEX")
    >>> "USA" in rows.filter(rows["quantity"] == "shipped to")["partner"].to_list()
    True
    """
    if mineral not in minerals():
        raise UnknownIdError(f"Unknown mineral '{mineral}'. {nearest(mineral, minerals())}")
    minerals()[mineral].stage(stage)
    if region not in regions():
        raise UnknownIdError(f"Unknown region '{region}'. {nearest(region, regions())}")
    held = tables(folder)
    at = (pl.col("mineral") == mineral) & (pl.col("stage") == stage)
    nodes = held["nodes"].filter(at & (pl.col("region") == region))
    flows = held["flows"].filter(at)
    out = flows.filter(pl.col("origin") == region).with_columns(
        quantity=pl.lit("shipped to"), partner=pl.col("destination")
    )
    into = flows.filter((pl.col("destination") == region) & (pl.col("origin") != region))
    into = into.with_columns(quantity=pl.lit("bought from"), partner=pl.col("origin"))
    columns = ("quantity", "partner", "t", "prior_t", "weight", "kind", "source", "note")
    empty = pl.lit("")
    rows = pl.concat(
        [
            nodes.with_columns(partner=empty, kind=pl.col("flag")).select(columns),
            out.with_columns(note=empty).select(columns),
            into.with_columns(note=empty).select(columns),
        ]
    )
    return rows.sort(-pl.col("t"))
