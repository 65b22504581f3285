"""Compile the screening tables from publishers' files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from orepact.catalogue import screened_minerals
from orepact.world.screening import io, parties, us
from orepact.world.screening.recipe import plans
from orepact.world.screening.supply import usgs_capacity, usgs_supply
from orepact.world.sources.usgs_world import survey

YEAR = 2024


def minerals() -> pl.DataFrame:
    """``minerals``: id, name, symbol, group (LREE, HREE, PGM or ''), chain ('' without one)."""
    rows = [(m.id, m.name, m.symbol, m.group, m.chain) for m in screened_minerals().values()]
    return pl.DataFrame(rows, schema=["id", "name", "symbol", "group", "chain"], orient="row")


def supply(raw: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """All sources of world supply; one of them per mineral and stage is preferred: the newest."""
    survey_rows = usgs_supply(rows, plans(YEAR).values())
    have = survey_rows.select("mineral", "stage").unique()
    study = parties.eu_supply(raw)
    alone = study.join(have, on=["mineral", "stage"], how="anti").with_columns(
        preferred=pl.lit(True)
    )
    rest = study.join(have, on=["mineral", "stage"], how="semi")
    return pl.concat([survey_rows, alone, rest])


def compile(raw: Path) -> dict[str, pl.DataFrame]:
    """Every screening table by name."""
    rows, recipe = survey(raw), plans(YEAR)
    ratings = parties.eu_ratings(raw)
    return {
        "minerals": minerals(),
        "lists": parties.lists(rows, ratings),
        "supply": supply(raw, rows),
        "capacity": usgs_capacity(rows, recipe.values()),
        "us": us.accounts(rows, recipe.values()),
        "origins": parties.origins(raw, rows, recipe.values()),
        "eu": ratings,
        "governance": parties.governance(raw),
        **io.tables(raw),
    }
