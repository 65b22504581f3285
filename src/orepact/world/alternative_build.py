"""Balance every alternative as a chain of its own, and compile its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from orepact.catalogue import region
from orepact.errors import WorldError
from orepact.world.alternative import OWN, Alternative
from orepact.world.alternative_load import FIGURES, INDEX, OF_ALTERNATIVE, assembled
from orepact.world.evidence import Evidence
from orepact.world.flows import Solved, capacity_rows, flow_rows, node_rows, solve, stage_rows
from orepact.world.priors import Told, published
from orepact.world.recipe import Figure, Recipe
from orepact.world.register import ASSUMPTION, check_sources
from orepact.world.sources import iea, production, usgs_2025
from orepact.world.world import Array

BASE = 2024
FLAGS = {"usgs-mcs-2025": "A", "usgs-mcs-2026": "A", "iea-cmde-2025": "B"}
"""How far a publisher's output is trusted, as in the sheet."""

STRAIN = 0.05
"""An alternative is refused where the balance moves a stage's published output (flags A and B) by
more: two publishers then contradict each other, and what balances is neither's. Of the base year no
stage moves by more than 0.4 %, of the alternatives offered by more than 2.6 %; refused are 7 %.
Figures of the press and assumptions may move as far as they must."""

Stages = Mapping[str, tuple[Array, Told]]


@dataclass(frozen=True, slots=True)
class Tried:
    """An alternative with its figures by stage and its chain, or why there is none."""

    alternative: Alternative
    figures: Stages
    recipe: Recipe
    ev: Evidence
    solved: Solved | None
    why: str


def figures(raw: Path, a: Alternative, stage: str) -> dict[str, Figure]:
    """A publisher's output of one stage by region: t, source, note; '' is its rest of the world."""
    r = a.stages[stage]
    if r.output:
        return {region(place): figure for place, figure in r.output.items()}
    if r.iea:
        found = iea.output(raw, *r.iea, BASE)
    elif r.usgs_2025:
        found = usgs_2025.output(raw, *r.usgs_2025, BASE)
    else:
        found = production.rivals(raw, a.mineral, stage, a.source)
    out: dict[str, float] = {}
    for place, t in found.items():
        at = region(place) if place else ""
        out[at] = out.get(at, 0.0) + t
    return {at: (t, a.source, f"as published, for {BASE}") for at, t in out.items()}


def completed(
    base: Array, told: Told, found: Mapping[str, Figure], regions: tuple[str, ...], where: str
) -> tuple[Array, Told]:
    """All of a stage's output (R), t: the publisher's, its rest of the world, what it leaves out.

    The rest of the world is spread over the producers of ``base`` that the publisher does not
    name, by their figures there; where it prints none, they keep those.
    """
    t, told = base.copy(), dict(told)
    named = np.isin(regions, list(found))
    others = ~named & (t > 0)
    if "" in found:
        rest, source, _ = found[""]
        if rest > 0 and not others.any():
            raise WorldError(
                f"{where}: the rest of the world makes {rest:,.0f} t and no producer is left to "
                "take it. Is a country counted twice?"
            )
        t[others] *= rest / t[others].sum() if others.any() else 1.0
        note = "rest of the world, spread by the preferred figures"
        told |= {int(i): (source, "C", note) for i in np.flatnonzero(others)}
    for place, (tonnes, source, note) in found.items():
        if place:
            i = regions.index(place)
            t[i], told[i] = tonnes, (source, FLAGS.get(source, "E"), note)
    return t, {i: x for i, x in told.items() if t[i] > 0}


def applied(ev: Evidence, recipe: Recipe, a: Alternative, of: Stages) -> tuple[Evidence, Recipe]:
    """Evidence and recipe with the output of an alternative's stages replaced."""
    columns = ("mineral", "stage", "region", "t", "flag", "source", "detail")
    gone = (pl.col("mineral") == a.mineral) & pl.col("stage").is_in(list(of))
    rows = [
        (a.mineral, stage, ev.regions[i], float(t[i]), flag, source, detail)
        for stage, (t, told) in of.items()
        for i, (source, flag, detail) in told.items()
    ]
    fresh = pl.DataFrame(rows, schema=columns, orient="row")
    stages = dict(recipe.stages)
    for id in of:
        s, build = stages[id], a.stages[id].build
        note = f"{a.what} {s.note}"
        stages[id] = replace(
            s, output={}, us_output=[], note=note, build=s.build if build is None else build
        )
    output = pl.concat([ev.output.filter(~gone).select(columns), fresh])
    return replace(ev, output=output), Recipe(recipe.mineral, recipe.chapter, stages)


def strain(s: Solved) -> str:
    """Why a balanced chain is not the publisher's any more; '' where it is."""
    for k, id in enumerate(s.priors.stages):
        prior, value = s.priors.output[k], s.balanced.output[k]
        flags = [s.labels.node.get(("output", k, i), ("", "", ""))[1] for i in range(prior.size)]
        moved = np.where(np.isin(flags, ["A", "B"]), np.abs(value - prior), 0.0)
        share = moved.sum() / max(prior[np.isin(flags, ["A", "B"])].sum(), 1e-300)
        if share > STRAIN:
            i = int(np.argmax(moved))
            return (
                f"The balance would move published output of {id} by {share:.1%}, more than "
                f"{STRAIN:.0%} ({s.priors.regions[i]} from {prior[i]:,.0f} to {value[i]:,.0f} t): "
                "the figures of its stages contradict each other."
            )
    return ""


def attempt(
    raw: Path,
    ev: Evidence,
    recipe: Recipe,
    proxies: Mapping[str, Mapping[str, float]],
    a: Alternative,
) -> Tried:
    """Read, complete and balance one alternative; what fails is told, not raised."""
    of: dict[str, tuple[Array, Told]] = {}
    try:
        for stage in a.stages:
            where = f"{OWN} {a.mineral}.{a.id}, {stage}"
            base = published(ev, recipe, stage)
            of[stage] = completed(*base, figures(raw, a, stage), ev.regions, where)
        own_ev, own = applied(ev, recipe, a, of)
        solved = solve(own_ev, own, proxies)
    except WorldError as bad:
        return Tried(a, of, recipe, ev, None, str(bad))
    why = strain(solved)
    return Tried(a, of, own, own_ev, None if why else solved, why)


def compile_alternatives(
    raw: Path,
    ev: Evidence,
    recipes: Mapping[str, Recipe],
    proxies: Mapping[str, Mapping[str, float]],
    solved: Mapping[str, Solved],
    held: Mapping[str, pl.DataFrame],
    alternatives: Mapping[str, tuple[Alternative, ...]],
) -> dict[str, pl.DataFrame]:
    """Tables ``alternatives/nodes`` and so on, ``alternatives/index`` and ``alternatives/figures``.

    Those of chains are as the base year's (``held``), with the id of the alternative in front;
    its hosts stand at their base year. The index has a row per alternative and stage that it
    replaces, whether it balances or not.
    """
    tried = [attempt(raw, ev, recipes[m], proxies, a) for m, of in alternatives.items() for a in of]
    parts = {name: [_under("", held[name].clear())] for name in OF_ALTERNATIVE}
    for x in tried:
        if x.solved is None:
            continue
        hosts = {**solved, x.alternative.mineral: x.solved}
        own = {
            "nodes": node_rows(x.solved),
            "flows": flow_rows(x.solved),
            "capacity": capacity_rows(x.ev, x.recipe, hosts),
            "stages": stage_rows(x.solved, x.recipe),
        }
        assembled(held, own, x.alternative.mineral)  # its balance is checked before it ships
        for name, table in own.items():
            parts[name].append(_under(x.alternative.id, table))
    out = {f"alternatives/{name}": pl.concat(of) for name, of in parts.items()}
    out["alternatives/index"] = pl.DataFrame(
        [row for x in tried for row in _index(x, ev, recipes[x.alternative.mineral])],
        schema=INDEX,
        orient="row",
    )
    out["alternatives/figures"] = pl.DataFrame(
        [row for x in tried for row in _figures(x, ev, recipes[x.alternative.mineral])],
        schema=FIGURES,
        orient="row",
    )
    for table in out.values():
        if "source" in table.columns:
            check_sources(table["source"].to_list())
    return out


def _under(id: str, table: pl.DataFrame) -> pl.DataFrame:
    return table.select(pl.lit(id).alias("alternative"), "*")


def _index(x: Tried, ev: Evidence, recipe: Recipe) -> list[tuple[object, ...]]:
    a = x.alternative
    rows: list[tuple[object, ...]] = []
    table = stage_rows(x.solved, x.recipe) if x.solved else pl.DataFrame()
    moved = dict(table.select("stage", "moved").iter_rows()) if x.solved else {}
    for stage in a.stages:
        base = _top(published(ev, recipe, stage)[0], ev.regions)
        own = _top(x.figures[stage][0], ev.regions) if stage in x.figures else (None,) * 3
        told = (a.mineral, a.id, stage, a.what, a.source, a.weight, x.solved is not None, x.why)
        rows.append((*told, *base, *own, moved.get(stage)))
    return rows


def _top(t: Array, regions: tuple[str, ...]) -> tuple[float, str, float]:
    """World output, the largest producer and its share."""
    i = int(np.argmax(t))
    return float(t.sum()), regions[i], float(t[i] / t.sum())


def _figures(x: Tried, ev: Evidence, recipe: Recipe) -> list[tuple[object, ...]]:
    a = x.alternative
    rows: list[tuple[object, ...]] = []
    for stage, (t, told) in x.figures.items():
        base, _ = published(ev, recipe, stage)
        for i in np.flatnonzero((t > 0) | (base > 0)):
            source, flag, note = told.get(int(i), (ASSUMPTION, "", "none"))
            rows.append((a.mineral, a.id, stage, ev.regions[i], base[i], t[i], flag, source, note))
    return rows


def refused(index: pl.DataFrame) -> tuple[str, ...]:
    """A sentence for each alternative of the index that cannot be balanced."""
    lost = index.filter(~pl.col("balanced")).unique(("mineral", "id"), maintain_order=True)
    return tuple(
        f"No chain of {r['mineral']} by {r['id']}: {r['why']}" for r in lost.iter_rows(named=True)
    )
