"""A run as long tables, for files and for other programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from orepact.market.accounts import LINES, accounts
from orepact.report import view, words
from orepact.study.downstream import Cost, downstream
from orepact.study.incidence import borders, money
from orepact.study.metrics import UNITS, WORLD
from orepact.study.simulate import MineralRun, Run

if TYPE_CHECKING:
    import polars as pl

OPENED = "opened"
"""Kind of a route without trade in the base year that is open all the same."""
TRACED = "traced"
"""Kind of a shipment that customs record by way of a third country's stocks."""

COLUMNS = {
    "figures": (
        "mineral", "stage", "region", "variable", "unit", "grade", "base", "central",
        "after_p5", "after_p50", "after_p95", "change_p5", "change_p50", "change_p95",
    ),
    "flows": ("mineral", "stage", "origin", "destination", "base_t", "policy_t", "kind", "duty"),
    "welfare": ("mineral", "region", "line", "base", "policy", "change"),
    "instruments": ("mineral", "id", "kind", "state", "distance", "unit"),
    "duties": ("mineral", "stage", "region", "imports_usd", "assumed_share"),
    "drivers": (
        "mineral", "stage", "region", "variable", "parameter_stage", "parameter",
        "rank_correlation",
    ),
    "borders": (
        "mineral", "stage", "member", "charges", "tonnes", "wedge", "buyers", "suppliers",
        "real_costs", "treasury", "importers", "exporters",
    ),
    "incidence": ("mineral", "region", "who", "stage", "change"),
    "products": (
        "product", "name", "member", "value", "before", "change", "share", "whole",
        "before_p5", "before_p50", "before_p95", "change_p5", "change_p50", "change_p95",
        "share_p5", "share_p50", "share_p95",
    ),
    "parts": (
        "product", "member", "mineral", "stage", "state", "kg_low", "kg", "kg_high", "before",
        "change", "source", "confidence",
    ),
}  # fmt: skip

NUMBERS = frozenset(
    ("base", "central", "base_t", "policy_t", "policy", "change", "distance", "rank_correlation",
     "imports_usd", "assumed_share", "tonnes", "wedge", "buyers", "suppliers", "real_costs",
     "treasury", "importers", "exporters", "value", "before", "share", "kg_low", "kg", "kg_high")
)  # fmt: skip


def tables(run: Run) -> dict[str, pl.DataFrame]:
    """Long tables of a run; a figure that does not exist is null, never NaN.

    ``figures``
        One row per mineral, stage ('' for the whole chain), region and variable. ``base`` and
        ``central`` are central values before and after, in ``unit``; ``after_*`` and
        ``change_*`` the 5, 50 and 95 % quantiles of the draws (null without draws). ``grade``
        is that of the stage, for the whole chain the weakest. Lines of welfare in the base
        year are levels of surplus: read their change.
    ``flows``
        One row per route that carries trade before or after: ``base_t`` and ``policy_t`` in
        contained tonnes a year, central values; ``kind`` how the base shipment is known
        (``opened``: no trade in the base year; ``traced``: by way of a third country's stocks);
        ``duty`` whether the duty before the pact is ``read`` in a schedule or ``assumed``.
    ``welfare``
        One row per mineral, region of the market (WLD: all) and line, USD a year, central
        values; the line ``welfare`` is the sum of the others.
    ``instruments``
        What each instrument that names the mineral came to: ``state`` and ``distance`` in
        ``unit``.
    ``duties``
        What members and shown regions import at each stage before the pact, USD of customs
        value, and the share of it whose duty is assumed rather than read in a schedule.
    ``drivers``
        Parameters that move a figure's change most: rank correlation over the draws (of
        ``structure`` the correlation ratio), empty without draws.
    ``borders``
        One row per stage and member whose border the pact touches, ``charges`` added or taken
        off: ``tonnes`` that meet them, mean ``wedge`` in USD/t, the shares of it that ``buyers``,
        ``suppliers`` and ``real_costs`` bear (they add up to one) and the shares that each
        keeps. Null where the wedge is too small to divide. Central values.
    ``incidence``
        Change of each part of welfare by region of the market, USD a year, central values; the
        parts of a region add up to its welfare in ``welfare``.
    ``products``
        One row per product and member where the run holds its minerals: ``value`` of one,
        what its minerals cost ``before``, the ``change``, all in USD, and the change as a
        ``share`` of the value; quantiles of the joint draws. ``whole`` where every mineral is
        counted or untouched by the pact.
    ``parts``
        The kilograms behind ``products`` with their source and how they are known
        (``confidence``), central cost before and its change, and whether the part is counted.
    """
    found: dict[str, list[tuple[object, ...]]] = {name: [] for name in COLUMNS}
    for id, mr in run.minerals.items():
        found["figures"] += _figures(id, mr)
        found["flows"] += _flows(id, mr)
        found["welfare"] += _welfare(id, mr)
        found["instruments"] += [
            (id, e.id, e.kind, e.state, e.distance, e.unit) for e in mr.effects
        ]
        found["duties"] += [(id, b.stage, b.region, b.imports, b.assumed) for b in mr.duty_basis]
        found["drivers"] += [
            (id, *key, stage, name, rho)
            for key, f in mr.figures.items()
            for (stage, name), rho in f.drivers
        ]
        found["borders"] += _borders(run, id, mr)
        found["incidence"] += _incidence(id, mr)
    for c in downstream(run):
        if c.known:
            found["products"].append(_product(c))
            found["parts"] += _parts(c)
    return {name: _frame(name, rows) for name, rows in found.items()}


def _frame(name: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    import polars as pl

    quantile = ("after_", "change_", "before_", "share_")
    schema = {
        c: pl.Boolean
        if c == "whole"
        else pl.Float64
        if c in NUMBERS or c.startswith(quantile)
        else pl.String
        for c in COLUMNS[name]
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _known(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _figures(id: str, mr: MineralRun) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for key, f in mr.figures.items():
        grade = mr.chain.grade[key.stage] if key.stage else view.grade(mr)
        ranges = [
            _known(q)
            for three in (f.after, f.change)
            for q in (three if three is not None else (math.nan,) * 3)
        ]
        rows.append(
            (id, *key, UNITS[key.variable], grade, _known(f.base), _known(f.central), *ranges)
        )
    return rows


def _flows(id: str, mr: MineralRun) -> list[tuple[object, ...]]:
    from orepact.world import KINDS

    market = mr.base.market
    rows: list[tuple[object, ...]] = []
    place = [mr.chain.regions.index(r) for r in market.regions]
    for k, stage in enumerate(market.stages):
        before, after = mr.base.state.x[k], mr.policy.state.x[k]
        for o, origin in enumerate(market.regions):
            for d, destination in enumerate(market.regions):
                b, a = float(before[o, d]), float(after[o, d])
                if b > 0 or a > 0:
                    kind = KINDS[mr.chain.kind[k, place[o], place[d]]]
                    if market.opened[k, o, d]:
                        kind = OPENED
                    elif kind == "none":
                        kind = TRACED
                    duty = "assumed" if mr.duty_assumed[k, o, d] else "read" if o != d else ""
                    rows.append((id, stage, origin, destination, b, a, kind, duty))
    return rows


def _welfare(id: str, mr: MineralRun) -> list[tuple[object, ...]]:
    before = accounts(mr.base.market, mr.base.wedges, mr.base.state)
    after = accounts(mr.policy.market, mr.policy.wedges, mr.policy.state)
    pairs = {line: (before.lines[line], after.lines[line]) for line in LINES}
    pairs["welfare"] = (before.welfare, after.welfare)
    pairs[words.MATCHING] = (before.matching.sum(-2), after.matching.sum(-2))
    rows: list[tuple[object, ...]] = []
    for line, (b, a) in pairs.items():
        for r, region in enumerate(mr.base.market.regions):
            rows.append((id, region, line, float(b[r]), float(a[r]), float(a[r] - b[r])))
        rows.append((id, WORLD, line, float(b.sum()), float(a.sum()), float((a - b).sum())))
    return rows


def _borders(run: Run, id: str, mr: MineralRun) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for b in borders(mr.base, mr.policy, run.members):
        held = (b.wedge, b.buyer, b.supplier, b.real, *b.kept.values())
        charges = "taken off" if b.relief else "added"
        numbers = (_known(float(v)) for v in held)
        rows.append((id, b.stage, b.member, charges, float(b.tonnes), *numbers))
    return rows


def _incidence(id: str, mr: MineralRun) -> list[tuple[object, ...]]:
    regions = mr.base.market.regions
    return [
        (id, region, *key, float(v[r]))
        for key, v in money(mr.base, mr.policy).items()
        for r, region in enumerate(regions)
    ]


def _product(c: Cost) -> tuple[object, ...]:
    ranges = [
        q
        for three in (c.before_range, c.change_range, c.share_range)
        for q in (three if three is not None else (None,) * 3)
    ]
    level = (c.product.value[1], c.before, c.change, c.share)
    return (c.product.id, c.product.name, c.member, *level, c.whole, *ranges)


def _parts(c: Cost) -> list[tuple[object, ...]]:
    return [
        (c.product.id, c.member, p.part.mineral, p.part.stage, p.state, *p.part.kg, p.before,
         p.change, p.part.source, p.part.confidence)
        for p in c.parts
    ]  # fmt: skip
