"""The balanced base year as tables: one row per figure, with its prior, weight and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from orepact.catalogue import minerals
from orepact.world.balance import Balanced, Priors, balance
from orepact.world.cells import BALANCE
from orepact.world.evidence import Evidence
from orepact.world.priors import Labels, assemble, feed_tonnes
from orepact.world.recipe import Recipe
from orepact.world.recorded import NOTHING, Hidden
from orepact.world.register import ASSUMPTION
from orepact.world.world import GRADES, KINDS

MOSTLY_IMPUTED = 0.5
"""A stage is graded "mostly imputed" when more of its trade between regions is imputed."""


@dataclass(frozen=True, slots=True)
class Solved:
    """One chain before and after balancing."""

    priors: Priors
    labels: Labels
    balanced: Balanced


def solve(
    ev: Evidence,
    recipe: Recipe,
    proxies: Mapping[str, Mapping[str, float]],
    hide: Hidden = NOTHING,
) -> Solved:
    """Assemble and balance one chain."""
    priors, labels = assemble(ev, recipe, proxies, hide)
    return Solved(priors, labels, balance(priors))


def imputed_share(s: Solved, k: int) -> float:
    """Share of a stage's trade between regions that no statistic records (0 without trade)."""
    t = s.balanced.trade[k].copy()
    np.fill_diagonal(t, 0.0)
    return float(t[s.labels.kind[k] == KINDS.index("imputed")].sum() / t.sum()) if t.any() else 0.0


def node_rows(s: Solved) -> pl.DataFrame:
    """Rows of ``nodes``: mineral, stage, region, quantity, t, prior_t, weight, flag, source, note.

    Quantities are ``output``, ``secondary``, ``stock_draw``, ``final_use`` and ``stock_build``.
    """
    p, rows = s.priors, []
    for quantity in ("output", "secondary", "stock_draw", "final_use", "stock_build"):
        prior = getattr(p, quantity)
        value = prior if quantity == "secondary" else getattr(s.balanced, quantity)
        for k, r in zip(*np.nonzero(prior), strict=True):
            source, flag, note = s.labels.node.get((quantity, int(k), int(r)), (BALANCE, "", ""))
            weight = float("inf") if quantity == "secondary" else p.weights[quantity][k, r]
            place = (p.name, p.stages[k], p.regions[r], quantity)
            rows.append((*place, value[k, r], prior[k, r], weight, flag, source, note))
    schema = {
        **dict.fromkeys(("mineral", "stage", "region", "quantity"), pl.String),
        **dict.fromkeys(("t", "prior_t", "weight"), pl.Float64),
        **dict.fromkeys(("flag", "source", "note"), pl.String),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def flow_rows(s: Solved) -> pl.DataFrame:
    """Rows of ``flows``, one per shipment.

    Columns mineral, stage, origin, destination, t, prior_t, weight, kind, source, code: the
    customs code that gave the larger part of the prior, '' where none did.
    """
    p = s.priors
    k, o, d = np.nonzero(p.trade)
    kinds = np.stack(s.labels.kind)[k, o, d]
    sources = np.stack(s.labels.source)[k, o, d]
    return pl.DataFrame(
        {
            "mineral": [p.name] * k.size,
            "stage": [p.stages[i] for i in k],
            "origin": [p.regions[i] for i in o],
            "destination": [p.regions[i] for i in d],
            "t": s.balanced.trade[k, o, d],
            "prior_t": p.trade[k, o, d],
            "weight": p.weights["trade"][k, o, d],
            "kind": [KINDS[i] for i in kinds],
            "source": [str(x) for x in sources],
            "code": [str(x) for x in np.stack(s.labels.code)[k, o, d]],
        }
    )


def stage_rows(s: Solved, recipe: Recipe) -> pl.DataFrame:
    """Rows of ``stages``: mineral, stage, grade, imputed_share, moved, residual, steps, note.

    ``moved`` is the mean absolute change of output by the balance, as a share of output.
    """
    rows = []
    for k, id in enumerate(s.priors.stages):
        stage, imputed = recipe.stages[id], imputed_share(s, k)
        grade = stage.grade or GRADES[int(imputed > MOSTLY_IMPUTED)]
        prior, value = s.priors.output[k], s.balanced.output[k]
        moved = float(np.abs(value - prior).sum() / prior.sum())
        run = s.balanced
        found = (imputed, moved, run.residual, run.steps)
        rows.append((s.priors.name, id, grade, *found, stage.note))
    names = ("mineral", "stage", "grade", "imputed_share", "moved", "residual", "steps", "note")
    return pl.DataFrame(rows, schema=names, orient="row")


def input_rows(ev: Evidence, recipe: Recipe) -> pl.DataFrame:
    """Rows of ``inputs``: mineral, stage, input, region ('' = all), t_per_t, source, assumed."""
    rows = []
    for stage in minerals()[recipe.mineral].stages:
        for feed in stage.inputs:
            key = (recipe.mineral, stage.id, feed)
            default, own, cited = feed_tonnes(ev, recipe, stage.id, feed)
            rows.append((*key, "", default, cited.source, cited.assumed))
            rows += [(*key, r, a, ASSUMPTION, True) for r, a in own.items()]
    schema = {
        **dict.fromkeys(("mineral", "stage", "input", "region"), pl.String),
        "t_per_t": pl.Float64,
        "source": pl.String,
        "assumed": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def capacity_rows(ev: Evidence, recipe: Recipe, s: Solved) -> pl.DataFrame:
    """Rows of ``capacity``: mineral, stage, region, t, source, assumed.

    A published capacity where there is one, never below balanced output; else output divided
    by one less the stage's spare share. Idle plants count only where a source gives them.
    """
    rows = []
    for k, id in enumerate(s.priors.stages):
        stage, out = recipe.stages[id], s.balanced.output[k]
        facts = ev.facts[recipe.mineral, id]
        spare, cited = facts.number("spare_capacity_share_2024"), facts.cite("spare_source")
        cap = out / (1 - spare)
        published = np.zeros(out.size, dtype=bool)
        if stage.capacity is not None:
            known = np.zeros(out.size)
            for place, t in ev.capacity[stage.capacity].items():
                if place:
                    known[ev.at(place)] += t
                else:
                    for r, share in stage.capacity_spread.items():
                        known[ev.at(r)] += t * share
            published = known > 0
            cap = np.where(published, np.maximum(known, out), cap)
        for i in np.flatnonzero(cap):
            row = (recipe.mineral, id, s.priors.regions[i], float(cap[i]))
            told = ("usgs-mcs-2025", False) if published[i] else (cited.source, cited.assumed)
            rows.append((*row, *told))
    names = ("mineral", "stage", "region", "t", "source", "assumed")
    return pl.DataFrame(rows, schema=names, orient="row")


def adjustment_rows(nodes: pl.DataFrame, flows: pl.DataFrame, keep: int = 12) -> pl.DataFrame:
    """The largest changes by the balance per mineral and stage, in tonnes.

    Columns mineral, stage, quantity, where, prior_t, t, share (of the stage's output), weight.
    """
    world = (
        nodes.filter(pl.col("quantity") == "output")
        .group_by("mineral", "stage")
        .agg(world=pl.col("t").sum())
    )
    rows = pl.concat(
        [
            nodes.select(
                "mineral", "stage", "quantity", "prior_t", "t", "weight", where=pl.col("region")
            ),
            flows.select(
                "mineral",
                "stage",
                "prior_t",
                "t",
                "weight",
                quantity=pl.lit("trade"),
                where=pl.col("origin") + " > " + pl.col("destination"),
            ),
        ],
        how="diagonal",
    ).join(world, on=["mineral", "stage"])
    rows = rows.with_columns(share=(pl.col("t") - pl.col("prior_t")) / pl.col("world"))
    order = {m: i for i, m in enumerate(minerals())}
    return (
        rows.filter(pl.col("share").abs() > 1e-4)
        .sort(
            pl.col("mineral").replace_strict(order),
            "stage",
            -pl.col("share").abs(),
            "quantity",
            "where",
        )
        .group_by("mineral", "stage", maintain_order=True)
        .head(keep)
        .select("mineral", "stage", "quantity", "where", "prior_t", "t", "share", "weight")
    )
