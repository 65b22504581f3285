"""Compile the screening tables from publishers' files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from orepact.catalogue import region, screened_minerals
from orepact.world.screening import factors, io, parties, rare_earths, us, uses
from orepact.world.screening.recipe import plans
from orepact.world.screening.supply import SCHEMA, shares, usgs_capacity, usgs_supply
from orepact.world.sources import cma
from orepact.world.sources.production import production
from orepact.world.sources.usgs_world import survey

YEAR = 2024


def minerals() -> pl.DataFrame:
    """``minerals``: id, name, symbol, group (LREE, HREE, PGM or ''), chain ('' without one)."""
    rows = [(m.id, m.name, m.symbol, m.group, m.chain) for m in screened_minerals().values()]
    return pl.DataFrame(rows, schema=["id", "name", "symbol", "group", "chain"], orient="row")


SHEET = {
    ("lithium", "refined"): ("lithium", "refined"),
    ("cobalt", "refined"): ("cobalt", "refined"),
    ("nickel", "refined"): ("nickel", "refined"),
    ("graphite", "anode"): ("graphite", "refined"),
    ("dysprosium", "oxide"): ("dysprosium", "refined"),
    ("terbium", "oxide"): ("terbium", "refined"),
    ("tin", "refined"): ("tin", "refined"),
    ("zinc", "refined"): ("zinc", "refined"),
    ("tungsten", "apt"): ("tungsten", "refined"),
    ("manganese", "alloy"): ("manganese", "refined"),
    ("vanadium", "oxide"): ("vanadium", "refined"),
}
"""Stages of the compiled sheet of output that are newer, or in tonnes, and whose name here."""

ATLAS = {"metallurgical_coal": "cokingcoal", "boron": "boron"}
"""Minerals without tonnes in the survey: their labels in the atlas."""

FLAGS = {"A": "published", "B": "published", "C": "share of total", "D": "assumed", "E": "assumed"}


def sheet_supply(raw: Path) -> pl.DataFrame:
    """Refined output of 2024 from the sheet that also feeds the chains, as rows of ``supply``."""
    held = production(raw, sorted({m for m, _ in SHEET}))
    out = []
    for (mineral, stage), (id, name) in SHEET.items():
        part = held.filter((pl.col("mineral") == mineral) & (pl.col("stage") == stage))
        total = part["t"].sum()
        out += [
            (id, name, r["region"], r["region"], r["t"], r["t"] / total, "2024", r["detail"],
             r["source"], FLAGS[r["flag"]], False, 0, None)
            for r in part.iter_rows(named=True)
        ]  # fmt: skip
    return pl.DataFrame(out, schema=dict(SCHEMA), orient="row")


def atlas_supply(raw: Path) -> pl.DataFrame:
    """Mined output of 2024 from World Mining Data, for what the survey does not count in tonnes."""
    out = []
    for id, label in ATLAS.items():
        top, total = cma.mined(raw, label)
        parts = [(iso3, t, "published", 0) for iso3, t in top]
        out += [
            (id, "mined", region(c) if c else "", c, t, share, "2024", "gross weight",
             "world-mining-data-2026", kind, False, row, None)
            for c, t, share, kind, row in shares(parts, total, f"{id} mined")
        ]  # fmt: skip
    return pl.DataFrame(out, schema=dict(SCHEMA), orient="row")


def supply(raw: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """All sources of world supply; per mineral and stage one is preferred: the newest.

    ``origin`` names the source as a whole: survey, sheet or study.
    """
    study = rare_earths.heavy(parties.eu_supply(raw), rare_earths.world_reo(rows))
    survey_rows = pl.concat([usgs_supply(rows, plans(YEAR).values()), rare_earths.light(rows)])
    frames = (
        ("survey", survey_rows),
        ("sheet", sheet_supply(raw)),
        ("atlas", atlas_supply(raw)),
        ("study", study),
    )
    out: list[pl.DataFrame] = []
    taken: set[tuple[str, str]] = set()
    for origin, frame in frames:
        stages = set(frame.select("mineral", "stage").iter_rows())
        new = pl.DataFrame(sorted(stages - taken), schema=["mineral", "stage"], orient="row")
        first = frame.join(new, on=["mineral", "stage"], how="semi")
        rest = frame.join(new, on=["mineral", "stage"], how="anti")
        out += [
            part.with_columns(preferred=pl.lit(best), origin=pl.lit(origin))
            for part, best in ((first, True), (rest, False))
        ]
        taken |= stages
    return pl.concat(out)


def world(supply: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """``world``: output of a year by mineral and stage, low, central, high, t.

    Published totals have no range; those of single rare earths do.
    """
    known = supply.filter("preferred", pl.col("t").is_not_null())
    elements = rare_earths.totals(rare_earths.world_reo(rows))
    known = known.join(elements, on=["mineral", "stage"], how="anti")
    t = pl.col("t").sum()
    added = known.group_by("mineral", "stage", maintain_order=True).agg(
        low=t, central=t, high=t, form=pl.col("form").first(), year=pl.col("year").first(),
        source=pl.col("source").first(), assumed=(pl.col("kind") == "assumed").all(),
    )  # fmt: skip
    return pl.concat([added, elements])


def compile(raw: Path) -> dict[str, pl.DataFrame]:
    """Every screening table by name."""
    rows, recipe = survey(raw), plans(YEAR)
    ratings, made = parties.eu_ratings(raw), supply(raw, rows)
    capacity, economy = usgs_capacity(rows, recipe.values()), io.tables(raw)
    total, accounts = world(made, rows), us.accounts(rows, recipe.values())
    traits = factors.factors(raw, accounts)
    return {
        "minerals": minerals(),
        "lists": parties.lists(rows, ratings),
        "supply": made,
        "world": total,
        "capacity": capacity,
        "us": accounts,
        "origins": parties.origins(raw, rows, recipe.values()),
        "eu": ratings,
        "governance": parties.governance(raw),
        "uses": uses.table(raw, tuple(economy["industries"]["code"]), uses.shipped()),
        "factors": traits,
        "parameters": factors.parameters(traits, total, made, capacity),
        **economy,
    }
