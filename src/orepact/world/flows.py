"""The balanced base year as tables: one row per figure, with its prior, weight and source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.balance import Balanced, Priors, balance
from orepact.world.baskets import unsplit_codes
from orepact.world.cells import BALANCE
from orepact.world.evidence import Evidence
from orepact.world.hosts import Host, bound, hosts, limit
from orepact.world.priors import Labels, assemble, feed_tonnes
from orepact.world.recipe import Recipe
from orepact.world.recorded import NOTHING, Hidden
from orepact.world.register import ASSUMPTION
from orepact.world.world import GRADES, KINDS, Array

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


def basket_share(s: Solved, k: int) -> float:
    """Share of a stage's trade between regions that is recorded under codes nothing splits."""
    t = s.balanced.trade[k].copy()
    np.fill_diagonal(t, 0.0)
    codes = unsplit_codes(s.priors.name, s.priors.stages[k])
    return float(t[np.isin(s.labels.code[k], list(codes))].sum() / t.sum()) if t.any() else 0.0


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
    customs code that gave the larger part of the prior, '' where none did; most_t: contained
    tonnes that the United States' customs records allow, null where they are not held.
    """
    p = s.priors
    k, o, d = np.nonzero(p.trade)
    kinds = np.stack(s.labels.kind)[k, o, d]
    sources = np.stack(s.labels.source)[k, o, d]
    most = np.stack(s.labels.most)[k, o, d]
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
            "most_t": pl.Series([x if np.isfinite(x) else None for x in most], dtype=pl.Float64),
        }
    )


def stage_rows(s: Solved, recipe: Recipe) -> pl.DataFrame:
    """Rows of ``stages``, one per stage.

    Columns mineral, stage, grade, imputed_share, basket_share (parts of the trade between
    regions that no statistic records, and that codes record which nothing splits), moved (mean
    absolute change of output by the balance, share of output), residual, steps, note.
    """
    rows = []
    for k, id in enumerate(s.priors.stages):
        stage, imputed = recipe.stages[id], imputed_share(s, k)
        grade = stage.grade or GRADES[int(imputed > MOSTLY_IMPUTED)]
        prior, value = s.priors.output[k], s.balanced.output[k]
        moved = float(np.abs(value - prior).sum() / prior.sum())
        run = s.balanced
        found = (imputed, basket_share(s, k), moved, run.residual, run.steps)
        codes = ", ".join(sorted(unsplit_codes(s.priors.name, id)))
        note = f"{stage.note} No figure splits {codes}." if codes else stage.note
        rows.append((s.priors.name, id, grade, *found, note))
    shares = ("imputed_share", "basket_share", "moved", "residual")
    names = ("mineral", "stage", "grade", *shares, "steps", "note")
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


def host_outputs(
    ev: Evidence, solved: Mapping[str, Solved], hosts: Collection[Host]
) -> dict[tuple[str, str], Array]:
    """Output (R) of every host stage, t: balanced where its chain was solved, else as published."""
    out = {}
    for h in hosts:
        if h.recoverable is None or (h.host, h.host_stage) in out:
            continue
        if h.host in solved:
            s = solved[h.host]
            t = s.balanced.output[s.priors.stages.index(h.host_stage)]
        else:
            at = (pl.col("mineral") == h.host) & (pl.col("stage") == h.host_stage)
            rows = ev.output.filter(at)
            if not len(rows):
                raise WorldError(f"No output of the host {h} is held. Build {h.host} too.")
            t = np.zeros(len(ev.regions))
            t[[ev.at(r) for r in rows["region"]]] = rows["t"].to_numpy()
        out[h.host, h.host_stage] = t
    return out


def capacity_rows(ev: Evidence, recipe: Recipe, solved: Mapping[str, Solved]) -> pl.DataFrame:
    """Rows of ``capacity``, one per region with plants or with content that nobody recovers.

    A published capacity where there is one, never below balanced output; else output divided
    by one less the stage's spare share. Idle plants count only where a source gives them. A
    by-product is bounded by its hosts too, see :mod:`orepact.world.hosts`.

    Columns mineral, stage, region, t, bound, host_low, host_t, host_high, hosts, potential,
    source, assumed; the host columns are null where no host has a figure.
    """
    rows, s = [], solved[recipe.mineral]
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
        own = [h for h in hosts() if (h.mineral, h.stage) == (recipe.mineral, id)]
        held = bound(own, host_outputs(ev, solved, own), ev.regions)
        cap, what, potential = limit(cap, out, held)
        for i in np.flatnonzero((cap > 0) | (potential > 0)):
            key = (recipe.mineral, id, s.priors.regions[i])
            plants = ("usgs-mcs-2025", False) if published[i] else (cited.source, cited.assumed)
            by = (*held.t[:, i], held.hosts[i]) if held else (None, None, None, "")
            told = plants if what[i] == "plant" and cap[i] > 0 else (ASSUMPTION, True)
            rows.append((*key, cap[i], str(what[i]), *by, potential[i], *told))
    return pl.DataFrame(rows, schema=CAPACITY, orient="row")


CAPACITY = {
    **dict.fromkeys(("mineral", "stage", "region"), pl.String),
    "t": pl.Float64,
    "bound": pl.String,
    **dict.fromkeys(("host_low", "host_t", "host_high"), pl.Float64),
    "hosts": pl.String,
    "potential": pl.Float64,
    "source": pl.String,
    "assumed": pl.Boolean,
}
"""Columns of ``capacity`` and their types."""


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
