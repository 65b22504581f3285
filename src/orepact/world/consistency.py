"""Is a world in order? One function per check, each with a status and what it found.

``ok`` nothing to say; ``listed`` within reason, and the places are named; ``failed`` do not use it;
``none`` the world holds nothing that the check asks about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world import duty_table
from orepact.world.cells import WEIGHTS
from orepact.world.compiled import residuals
from orepact.world.controls import compare
from orepact.world.flows import MOSTLY_IMPUTED
from orepact.world.world import World

BALANCED = 1e-8
"""Largest gap allowed in a balance, share of the stage's world output."""

CELL, OF_SUPPLY = 0.02, 0.001
"""A pinned cell that moved by more than 2 % is named; it fails above 0.1 % of supply as well."""

ROUNDED = 1e-6
"""A customs figure may exceed its record by this share of it: arithmetic, no more."""

DRAW = 0.01
"""Stock draw that is listed, share of the stage's supply; it fails where nothing explains it."""

MOVED = 0.02
"""Published output that is listed when the balance moved it by more."""

SUPPLY = ("output", "secondary", "stock_draw")
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, its status ('ok', 'listed', 'failed', 'none') and what it found."""

    name: str
    status: str
    found: str


def _over(name: str, n: int, named: bool, found: str) -> Check:
    """A check over ``n`` figures that never fails: what it named is listed."""
    if n == 0:
        return Check(name, "none", "nothing to check")
    return Check(name, "listed" if named else "ok", found)


def _t(tonnes: float) -> str:
    return f"{float(f'{tonnes:.3g}'):,.10g} t"


def _said(places: Iterable[str]) -> str:
    names = list(places)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _supply(nodes: pl.DataFrame) -> pl.DataFrame:
    """World supply by mineral and stage, t."""
    of = nodes.filter(pl.col("quantity").is_in(SUPPLY))
    return of.group_by("mineral", "stage").agg(supply=pl.col("t").sum())


def balance(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """What is shipped is what there is, and what is bought is what is used, in every chain."""
    worst, where, off = 0.0, "", []
    for c in world.chains.values():
        size = np.maximum(c.output.sum(axis=1), 1e-300)[:, None]
        gap = np.max([np.abs(g) / size for g in residuals(c)], axis=0)
        if gap.max() > worst:
            worst, where = float(gap.max()), f"{c.mineral} {c.stages[gap.max(axis=1).argmax()]}"
        if gap.max() > BALANCED:
            off.append(c.mineral)
    found = f"{len(world.chains)} chains, largest gap {worst:.0e} of output ({where})"
    if off:
        return Check("balance", "failed", f"{found}; beyond {BALANCED:.0e}: {_said(off)}")
    return Check("balance", "ok", found)


def pinned(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """Cells that customs or the survey give were kept by the balance."""
    flows = held["flows"].filter((pl.col("weight") >= WEIGHTS["pinned"]) & (pl.col("prior_t") > 0))
    gap = (pl.col("t") - pl.col("prior_t")).abs()
    moved = (
        flows.filter(gap > CELL * pl.col("prior_t"))
        .join(_supply(held["nodes"]), on=["mineral", "stage"])
        .with_columns(gap / pl.col("supply"))
    )
    lost = moved.filter(pl.col("t") > OF_SUPPLY)
    named = [
        f"{r['mineral']} {r['stage']} {r['origin']} > {r['destination']}"
        for r in (lost if len(lost) else moved).iter_rows(named=True)
    ]
    found = f"{len(flows)} cells, {len(moved)} moved by more than {CELL:.0%}"
    told = f"{found}: {_said(named)}" if named else found
    if len(lost):
        return Check("pinned cells", "failed", told)
    return _over("pinned cells", len(flows), bool(named), told)


def customs(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """No figure that is said to be customs' is above what customs recorded."""
    flows = held["flows"]
    if "most_t" not in flows.columns:
        return Check("customs records", "failed", "the table of flows lacks them: build it again")
    told = flows.filter((pl.col("kind") == "customs") & pl.col("most_t").is_not_null())
    over = told.filter(pl.col("prior_t") > (1 + ROUNDED) * pl.col("most_t"))
    named = [
        f"{r['mineral']} {r['stage']} {r['origin']} > {r['destination']} {r['prior_t']:,.4g} t "
        f"over {r['most_t']:,.4g} t"
        for r in over.iter_rows(named=True)
    ]
    found = f"{len(told)} cells, {len(over)} above the record"
    status = "failed" if named else "ok"
    return Check("customs records", status, f"{found}: {_said(named)}" if named else found)


def stock_draw(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """Little is drawn from stocks; what is more is explained in the tables."""
    draw = held["nodes"].filter(pl.col("quantity") == "stock_draw")
    by = draw.group_by("mineral", "stage", maintain_order=True).agg(
        t=pl.col("t").sum(), bare=pl.col("t").filter(pl.col("note") == "").sum()
    )
    by = by.join(_supply(held["nodes"]), on=["mineral", "stage"])
    by = by.with_columns(
        share=pl.col("t") / pl.col("supply"), bare=pl.col("bare") / pl.col("supply")
    )
    large = by.filter(pl.col("share") > DRAW).sort("share", descending=True)
    bare = large.filter(pl.col("bare") > DRAW)
    named = [
        f"{r['mineral']} {r['stage']} {r['share']:.1%}"
        for r in (bare if len(bare) else large).iter_rows(named=True)
    ]
    status = "failed" if len(bare) else "listed" if named else "ok"
    found = f"{len(large)} of {len(by)} stages draw more than {DRAW:.0%} of supply"
    return Check("stock draws", status, f"{found}: {_said(named)}" if named else found)


def published_output(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """Output that a survey publishes (flag A) was hardly moved."""
    rows = held["nodes"].filter((pl.col("quantity") == "output") & (pl.col("flag") == "A"))
    moved = rows.filter((pl.col("t") / pl.col("prior_t") - 1).abs() > MOVED)
    named = [
        f"{r['mineral']} {r['stage']} {r['region']} {r['t'] / r['prior_t'] - 1:+.1%}"
        for r in moved.iter_rows(named=True)
    ]
    found = f"{len(rows)} figures, {len(moved)} moved by more than {MOVED:.0%}"
    return _over(
        "published output", len(rows), bool(named), f"{found}: {_said(named)}" if named else found
    )


def prices(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """Every plant that runs sells for more than its inputs cost at the same place."""
    named, edges = [], 0
    for c in world.chains.values():
        paid = np.einsum("kjr,jr->kr", c.inputs, c.price)
        runs = (c.output > 0) & (paid > 0)
        edges += int(runs.sum())
        named += [
            f"{c.mineral} {c.stages[k]} {c.regions[r]}"
            for k, r in np.argwhere(runs & (paid >= c.price))
        ]
    found = f"{edges} plants, {len(named)} pay more for inputs than they earn"
    if named:
        return Check("prices along chains", "failed", f"{found}: {_said(named)}")
    return _over("prices along chains", edges, False, found)


def imputed(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """A stage whose trade is mostly imputed says so in its grade."""
    abroad = held["flows"].filter(pl.col("origin") != pl.col("destination"))
    share = abroad.group_by("mineral", "stage").agg(
        imputed=pl.col("t").filter(pl.col("kind") == "imputed").sum() / pl.col("t").sum()
    )
    grades = held["stages"].select("mineral", "stage", "grade")
    stages = grades.join(share, on=["mineral", "stage"], how="left", maintain_order="left")
    high = stages.filter(pl.col("imputed") > MOSTLY_IMPUTED)
    silent = high.filter(pl.col("grade") == "balanced")
    named = [f"{r['mineral']} {r['stage']}" for r in silent.iter_rows(named=True)]
    found = f"{len(high)} of {len(stages)} stages have more than half of their trade imputed"
    if named:
        return Check("imputed trade", "failed", f"{found}; graded balanced: {_said(named)}")
    return Check("imputed trade", "listed" if len(high) else "ok", found)


def by_products(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """By-product output stays within what its hosts' output would let be recovered."""
    rows = held["capacity"].filter(pl.col("host_t").is_not_null())
    over = rows.filter(pl.col("bound") == "over host")
    named = [
        f"{r['mineral']} {r['stage']} {r['region']} {_t(r['t'])} over {_t(r['host_t'])}"
        for r in over.sort(pl.col("t") / pl.col("host_high"), descending=True).iter_rows(named=True)
    ]
    found = f"{len(rows)} figures, {len(over)} above the central host bound"
    return _over(
        "by-products", len(rows), bool(named), f"{found}: {_said(named)}" if named else found
    )


def dated_duties(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """No two duties of one component hold on a day; how much of trade pays an assumed one."""
    try:
        duty_table.check(world.duties)
    except WorldError as wrong:
        return Check("duties", "failed", str(wrong))
    value = assumed = 0.0
    for c in world.chains.values():
        abroad = np.where(np.eye(len(c.regions)), 0.0, c.trade) * c.price[:, :, None]
        value += float(abroad.sum())
        assumed += float(abroad[c.duty_assumed].sum())
    share = assumed / value if value else 0.0
    found = f"{len(world.duties)} rows; duty assumed on {share:.0%} of the value of trade"
    return Check("duties", "listed" if share else "ok", found)


def published_figures(world: World, held: Mapping[str, pl.DataFrame]) -> Check:
    """Published figures that the world is held to are met, or missed for a known reason."""
    figures = compare(world)
    asked = figures.filter(pl.col("mark") != "different basis")
    missed = asked.filter(~pl.col("inside"))
    found = f"{len(asked)} figures, {len(missed)} missed"
    bare = missed.filter(pl.col("explained") == "")
    if len(bare):
        return Check("published figures", "failed", f"{found}: {_said(bare['name'])}")
    if len(missed):
        told = (f"{r['name']}: {r['explained']}" for r in missed.iter_rows(named=True))
        found = f"{found}; explained: {' '.join(told)}"
    return _over("published figures", len(asked), bool(len(missed)), found)


CHECKS: tuple[Callable[[World, Mapping[str, pl.DataFrame]], Check], ...] = (
    balance,
    pinned,
    customs,
    stock_draw,
    published_output,
    prices,
    imputed,
    by_products,
    dated_duties,
    published_figures,
)


def checks(world: World, held: Mapping[str, pl.DataFrame]) -> list[Check]:
    """Run every check on a world and the tables it was made from.

    >>> from orepact import world
    >>> from orepact.world.compiled import tables
    >>> sorted({c.status for c in checks(world.load(), tables())})
    ['listed', 'ok']
    """
    return [check(world, held) for check in CHECKS]
