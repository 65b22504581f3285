"""Compile the tables of every year beside the base year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.covered import (
    ENOUGH,
    Row,
    absent_row,
    base_rows,
    coverage_table,
    own_share,
    year_rows,
)
from orepact.world.evidence import Evidence
from orepact.world.flows import Solved, capacity_rows, flow_rows, node_rows, stage_rows
from orepact.world.growth import BASE
from orepact.world.prices import edge_tonnes
from orepact.world.recipe import Recipe
from orepact.world.register import check_sources
from orepact.world.series import load_series
from orepact.world.sources import usgs, usgs_world
from orepact.world.year_evidence import SURVEY, evidence
from orepact.world.year_prices import Move, averages, moves, year_prices
from orepact.world.years import YEARS, YearInputs, YearSolved, replace_stage, solve_year

Tables = dict[str, pl.DataFrame]


def compile_years(
    raw: Path,
    base: Evidence,
    recipes: Mapping[str, Recipe],
    proxies: Mapping[str, Mapping[str, float]],
    shipped: Mapping[str, Solved],
    prices: pl.DataFrame,
) -> Tables:
    """Tables ``<year>/nodes`` and so on for every year, and ``coverage``.

    A year has its own nodes, flows, capacity, stages and prices; inputs, freight, distances,
    duties, customs bases and parameters are the base year's.
    """
    known = {m: s for m, s in load_series().items() if m in recipes}
    survey = usgs_world.survey(raw)
    monthly = averages(raw, known, (BASE, *YEARS))
    edges = edge_tonnes(base.facts, recipes)
    rows: list[Row] = base_rows(shipped, prices)
    out: Tables = {}
    stages = ((m, s) for m, of in known.items() for s in of.stages.values())
    chapters = {s.us_chapter or recipes[m].chapter for m, s in stages}
    for year in YEARS:
        ev = evidence(raw, base, recipes, year)
        moved = {m: moves(survey, m, s, monthly, year) for m, s in known.items()}
        table, used = year_prices(prices, moved, edges, known, survey, monthly, year)
        before = usgs.salient(raw, year - 1, chapters) if year in SURVEY else {}
        solved: dict[str, YearSolved] = {}
        for m, recipe in recipes.items():
            if m not in known:
                rows.append(absent_row(year, m, _refusal(year, m)))
                continue
            ratios = {id: move.ratio for id, move in used[m].items()}
            x = YearInputs(
                raw, survey, year, ev, base, recipe, known[m], shipped[m], proxies, ratios, before
            )
            found = solve_year(x)
            if found is None or max(own_share(found, id) for id in found.growth) < ENOUGH:
                rows.append(absent_row(year, m, _refusal(year, m)))
                continue
            solved[m] = found
            rows += year_rows(year, m, found, used[m])
        out |= {f"{year}/{k}": t for k, t in _tables(ev, solved, shipped, used, year).items()}
        held = pl.col("mineral").is_in(list(solved))
        out[f"{year}/prices"] = table.filter(held)
    out["coverage"] = coverage_table(rows)
    for name, part in out.items():
        if "source" in part.columns:
            check_sources(part["source"].to_list())
        if not len(part):
            raise WorldError(f"The table '{name}' came out empty.")
    return out


def _refusal(year: int, mineral: str) -> str:
    return (
        f"There is no world of {year} with {mineral}: the statistics of {year} that this project "
        f"holds do not give {ENOUGH:.0%} of its output by country at any stage."
    )


def _tables(
    ev: Evidence,
    solved: Mapping[str, YearSolved],
    shipped: Mapping[str, Solved],
    used: Mapping[str, Mapping[str, Move]],
    year: int,
) -> Tables:
    """A by-product's host that is not offered in the year stands at its base year's output."""
    hosts = {**shipped, **{m: s.solved for m, s in solved.items()}}
    of = {m: _told(s, used[m], year) for m, s in solved.items()}
    return {
        "nodes": pl.concat([node_rows(s.solved) for s in solved.values()]),
        "flows": pl.concat([flow_rows(s.solved) for s in solved.values()]),
        "capacity": pl.concat([capacity_rows(ev, of[m], hosts) for m in solved]),
        "stages": pl.concat([stage_rows(s.solved, of[m]) for m, s in solved.items()]),
    }


def _told(s: YearSolved, moved: Mapping[str, Move], year: int) -> Recipe:
    """The recipe with notes and grades of the year: where output is carried, a scenario."""
    recipe = s.recipe
    for id, g in s.growth.items():
        stage, share = recipe.stages[id], own_share(s, id)
        note = (
            f"{year}: output {g.note}, {share:.0%} from statistics of the year; "
            f"trade {s.trade[id]}; price {moved[id].how}; duties and inputs of {BASE}. "
            f"{BASE}: {stage.note}"
        )
        grade = "scenario" if share < ENOUGH else stage.grade
        recipe = replace_stage(recipe, id, replace(stage, note=note, grade=grade))
    return recipe
