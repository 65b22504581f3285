"""Compile the package's tables from a folder of raw files."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from orepact.catalogue import mineral
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world import accuracy, guard, holdout, values
from orepact.world.alternative import load_alternatives
from orepact.world.alternative_build import compile_alternatives, refused
from orepact.world.baskets import basket_table
from orepact.world.compiled import TABLES, assemble, write
from orepact.world.controls import compare
from orepact.world.evidence import Evidence, gather
from orepact.world.flows import (
    Solved,
    adjustment_rows,
    capacity_rows,
    flow_rows,
    input_rows,
    node_rows,
    solve,
    stage_rows,
)
from orepact.world.recipe import Recipe, load_recipes
from orepact.world.register import check_sources
from orepact.world.screening import build as screening
from orepact.world.sources import baci_full, comtrade, natural_earth
from orepact.world.sources.baci_full import Full
from orepact.world.sources.inputs import PARTS, require
from orepact.world.year_build import compile_years

YEAR = 2024


@dataclass(frozen=True, slots=True)
class Report:
    """What a build made: table names with rows and bytes, and the balance of every stage.

    ``refused`` says which alternatives cannot be balanced and why.
    """

    out: Path
    rows: dict[str, int]
    bytes: dict[str, int]
    stages: pl.DataFrame
    adjustments: pl.DataFrame
    refused: tuple[str, ...] = ()


def sources_folder() -> Path:
    """The folder named by ``OREPACT_SOURCES``, or :class:`WorldError`."""
    named = os.environ.get("OREPACT_SOURCES", "")
    if not named or not Path(named).is_dir():
        raise WorldError(
            f"OREPACT_SOURCES is {named!r}, not a folder. Set it to the folder of raw files."
        )
    return Path(named)


def flow_tables(
    ev: Evidence, recipes: Mapping[str, Recipe], solved: Mapping[str, Solved]
) -> dict[str, pl.DataFrame]:
    """The balanced chains as tables: nodes, flows, inputs, capacity, stages, adjustments."""
    nodes = pl.concat([node_rows(s) for s in solved.values()])
    flows = pl.concat([flow_rows(s) for s in solved.values()])
    tables = {
        "nodes": nodes,
        "flows": flows,
        "inputs": pl.concat([input_rows(ev, r) for r in recipes.values()]),
        "capacity": pl.concat([capacity_rows(ev, r, solved) for r in recipes.values()]),
        "stages": pl.concat([stage_rows(s, recipes[id]) for id, s in solved.items()]),
        "adjustments": adjustment_rows(nodes, flows),
    }
    for table in tables.values():
        if "source" in table.columns:
            check_sources(table["source"].to_list())
    return tables


def wanted(ids: Collection[str] | None, parts: Collection[str] | None) -> tuple[str, ...]:
    """The parts of a build: those named, else all, and of some minerals the chains only.

    >>> wanted(["zinc"], None), wanted(["zinc"], ["years"])
    (('chains',), ('chains', 'years'))
    """
    if parts is None:
        return PARTS if ids is None else PARTS[:1]
    for part in parts:
        if part not in PARTS:
            raise UnknownIdError(f"Unknown part '{part}' of a world. {nearest(part, PARTS)}")
    return tuple(p for p in PARTS if p == PARTS[0] or p in parts)


def compile(
    raw: Path,
    ids: Collection[str] | None = None,
    full: Full | None = None,
    parts: Collection[str] | None = None,
) -> dict[str, pl.DataFrame]:
    """Compile every table; ``ids`` keeps some minerals, ``parts`` some parts (:func:`wanted`).

    A ``full`` BACI replaces the extracts of trade.

    Flow tables as in :func:`flow_tables`; ``controls``, ``holdout``, ``reliance`` and
    ``traders`` (how good they are);
    value tables as in :func:`orepact.world.values.compile`; the alternatives' as in
    :func:`orepact.world.alternative_build.compile_alternatives`, the other years' as in
    :func:`orepact.world.year_build.compile_years`; ``screening/...``; the ``shapes`` of maps.
    """
    made = wanted(ids, parts)
    recipes, proxies = load_recipes()
    if ids is not None:
        recipes = {mineral(id).id: recipes[mineral(id).id] for id in ids}
    ev = gather(raw, recipes, full)
    if (whole := full or baci_full.held(raw)) is not None:
        guard.like_shipped(ev.gross, recipes, whole.trade.name)
    solved = {id: solve(ev, r, proxies) for id, r in recipes.items()}
    tables = flow_tables(ev, recipes, solved) | values.compile(raw, recipes)
    tables["baskets"] = basket_table(raw, recipes)
    world = assemble(tables, YEAR)
    free = holdout.release(ev, recipes, proxies)
    blind = assemble(tables | flow_tables(ev, recipes, free), YEAR)
    tables["controls"] = compare(world)
    tables["holdout"] = pl.concat(
        [holdout.codes(ev, recipes, proxies, solved), holdout.released(ev, free, solved)]
    )
    tables["reliance"] = accuracy.reliance(world, blind, accuracy.explanations())
    tables["traders"] = accuracy.traders(world, comtrade.largest(raw))
    if "alternatives" in made:
        listed = {m: of for m, of in load_alternatives().items() if m in recipes}
        tables |= compile_alternatives(raw, ev, recipes, proxies, solved, tables, listed)
    if "years" in made:
        tables |= compile_years(raw, ev, recipes, proxies, solved, tables["prices"])
    if "screening" in made:
        tables |= {f"screening/{name}": t for name, t in screening.compile(raw).items()}
    if "maps" in made:
        tables["shapes"] = natural_earth.shapes(raw)
    return tables


def build(
    raw: Path,
    out: Path = TABLES,
    ids: Collection[str] | None = None,
    full: Full | None = None,
    parts: Collection[str] | None = None,
) -> Report:
    """Compile the tables and write them to ``out`` as Parquet, the same bytes for the same input.

    Files that are missing are named all at once, before any is read. Nothing is written unless
    every table compiled and every check passed, nor over a world of which a part would stay
    (:mod:`orepact.world.guard`). ``ids`` and ``parts`` as for :func:`compile`.
    """
    ids = None if ids is None else [mineral(id).id for id in ids]
    guard.room(out, ids, wanted(ids, parts))
    require(raw, wanted(ids, parts), full is not None)
    tables = compile(raw, ids, full, parts)
    guard.passes(tables)
    write(tables, out)
    return Report(
        out,
        {name: len(t) for name, t in tables.items()},
        {name: (out / f"{name}.parquet").stat().st_size for name in tables},
        tables["stages"],
        tables["adjustments"],
        refused(tables["alternatives/index"]) if "alternatives/index" in tables else (),
    )
