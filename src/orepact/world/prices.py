"""Producer prices of the base year, 2024: contained basis, USD per tonne.

One world price per stage from the sheet of stage facts, and a price of its own for a region
only where a publisher prints one. :func:`margins` lists what each processing edge leaves,
:func:`price_checks` holds the sheet against two independent series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from orepact import units
from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.facts import StageFacts
from orepact.world.recipe import Recipe
from orepact.world.register import ASSUMPTION

Facts = Mapping[tuple[str, str], StageFacts]

THIN = 0.05
"""Margins under this share of the output price are flagged as thin."""


@dataclass(frozen=True, slots=True)
class Regional:
    """A price that a publisher prints for one region."""

    mineral: str
    stage: str
    region: str
    price: str
    note: str
    source: str = "usgs-mcs-2026"


REGIONAL = (
    Regional("cobalt", "refined", "USA", "16.77 USD/lb", "US spot, cathode; 42 % above LME 11.84"),
    Regional("copper", "refined", "USA", "4.318 USD/lb", "US producer, COMEX + premium; LME 4.147"),
    Regional("magnesium", "metal", "USA", "3.52 USD/lb", "US spot Western; behind AD/CVD duties"),
    Regional("zinc", "refined", "USA", "1.442 USD/lb", "North American; LME 1.26"),
    Regional("aluminium", "metal", "USA", "1.295 USD/lb", "US spot: LME 1.097 and a premium"),
    Regional("tin", "refined", "USA", "14.20 USD/lb", "New York dealers; LME 13.68"),
    Regional("indium", "refined", "USA", "351 USD/kg", "US warehouse; Rotterdam 311"),
    Regional("tellurium", "refined", "USA", "74.77 USD/kg", "US warehouse; Rotterdam 81.54"),
)
"""US prices for 2024 in MCS 2026. None is printed there for gallium, germanium or antimony."""

NOTES = {
    ("manganese", "mined"): "c.i.f. China: overstates the price at the mine",
    ("fluorspar", "mined"): "c.i.f. United States: overstates the price at the mine",
    ("antimony", "metal"): "the price tripled within 2024; MCS average 22,575",
}


@dataclass(frozen=True, slots=True)
class Override:
    """An assumed price that replaces a published one whose margin downstream is not positive."""

    mineral: str
    stage: str
    usd_per_t: float
    reason: str


OVERRIDES = (
    Override(
        "graphite",
        "mined",
        600.0,
        "override: spherical graphite is fed with fines at about 600; the US import value of "
        "flake, 1,050 (MCS 2026), leaves 2,200 - 2.2 x 1,050 < 0",
    ),
)


def price_table(facts: Facts) -> pl.DataFrame:
    """The ``prices`` table: mineral, stage, region ('' = world), usd_per_t, source, assumed, note.

    Raises :class:`WorldError` for a price that is not positive.
    """
    overrides = {(o.mineral, o.stage): o for o in OVERRIDES}
    rows = []
    for (mineral, stage), fact in facts.items():
        usd = fact.number("price_2024_usd_per_t_contained")
        if usd <= 0:
            raise WorldError(f"The price of {mineral} {stage} is {usd} USD/t; it must be positive.")
        c = fact.cite("price_source")
        row = (usd, c.source, c.assumed, "; ".join(filter(None, (c.note, NOTES.get(fact.key)))))
        if fact.key in overrides:
            row = (overrides[fact.key].usd_per_t, ASSUMPTION, True, overrides[fact.key].reason)
        rows.append((mineral, stage, "", *row))
        rows += [
            (mineral, stage, r.region, float(units.price(r.price)), r.source, False, r.note)
            for r in REGIONAL
            if (r.mineral, r.stage) == fact.key
        ]
    names = ("mineral", "stage", "region", "usd_per_t", "source", "assumed", "note")
    return pl.DataFrame(rows, schema=names, orient="row")


def edge_tonnes(facts: Facts, recipes: Mapping[str, Recipe]) -> dict[tuple[str, str, str], float]:
    """World tonnes of input stage per tonne of output, by (mineral, stage, input stage).

    Of a stage with several feeds, those of its default route: the sheet's figure is for one.
    """
    out = {}
    for (mineral, stage), fact in facts.items():
        feeds = recipes[mineral].stages[stage].feeds
        for feed in minerals()[mineral].stage(stage).inputs:
            own = feeds.get(feed, {}).get("default")
            out[mineral, stage, feed] = fact.input_tonnes if own is None else own
    return out


def margins(prices: pl.DataFrame, edges: Mapping[tuple[str, str, str], float]) -> pl.DataFrame:
    """Gross margin of every processing stage at world prices, ``m = p - sum_j a_j p_j``.

    Columns: mineral, stage, usd_per_t (price), input_usd_per_t, margin, share (of price), flag
    ('' / 'thin' under 5 % / 'not positive' / 'override' where an input price was replaced).
    """
    world = {
        (r["mineral"], r["stage"]): r["usd_per_t"]
        for r in prices.filter(pl.col("region") == "").iter_rows(named=True)
    }
    replaced = {(o.mineral, o.stage) for o in OVERRIDES}
    rows = []
    for mineral, stage in dict.fromkeys((m, s) for m, s, _ in edges):
        feeds = {j: a for (m, s, j), a in edges.items() if (m, s) == (mineral, stage)}
        price = world[mineral, stage]
        paid = sum(a * world[mineral, j] for j, a in feeds.items())
        share = (price - paid) / price
        flag = "not positive" if share <= 0 else "thin" if share < THIN else ""
        if not flag and any((mineral, j) in replaced for j in feeds):
            flag = "override"
        rows.append((mineral, stage, price, paid, price - paid, share, flag))
    names = ("mineral", "stage", "usd_per_t", "input_usd_per_t", "margin", "share", "flag")
    return pl.DataFrame(rows, schema=names, orient="row")


def check_margins(table: pl.DataFrame) -> None:
    """Raise :class:`WorldError` if a processing stage costs more to feed than it earns."""
    bad = table.filter(pl.col("flag") == "not positive")
    if bad.height:
        r = bad.row(0, named=True)
        raise WorldError(
            f"{r['mineral']} {r['stage']} sells at {r['usd_per_t']:,.0f} USD/t and its input costs "
            f"{r['input_usd_per_t']:,.0f}. Mend one of the two prices, or add a flagged override."
        )


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A stage whose price an independent series also gives, with the tolerance allowed."""

    mineral: str
    stage: str
    source: str
    series: str
    unit: str
    tolerance: float


BENCHMARKS = (
    Benchmark("zinc", "refined", "world-bank-pink-sheet", "Zinc", "USD/t", 0.01),
    Benchmark("copper", "refined", "world-bank-pink-sheet", "Copper", "USD/t", 0.01),
    Benchmark("nickel", "refined", "world-bank-pink-sheet", "Nickel", "USD/t", 0.01),
    Benchmark("silver", "refined", "world-bank-pink-sheet", "Silver", "USD/oz t", 0.01),
    Benchmark("aluminium", "metal", "world-bank-pink-sheet", "Aluminum", "USD/t", 0.01),
    Benchmark("tin", "refined", "world-bank-pink-sheet", "Tin", "USD/t", 0.01),
    Benchmark("platinum", "refined", "world-bank-pink-sheet", "Platinum", "USD/oz t", 0.01),
    Benchmark("copper", "refined", "imf-pcps", "Copper", "USD/t", 0.01),
    Benchmark("nickel", "refined", "imf-pcps", "Nickel", "USD/t", 0.01),
    Benchmark("cobalt", "refined", "imf-pcps", "Cobalt", "USD/t", 0.02),
    Benchmark("manganese", "metal", "imf-pcps", "Manganese", "USD/t", 0.10),
)
"""IMF's lithium is lithium *metal* (113,585 USD/t in 2024) and prices no stage here."""


def price_checks(prices: pl.DataFrame, averages: Mapping[str, Mapping[str, float]]) -> pl.DataFrame:
    """World prices beside independent 2024 averages, ``averages[source][series]``.

    Columns: mineral, stage, source, usd_per_t, benchmark_usd_per_t, ratio, tolerance. Raises
    :class:`WorldError` where the two differ by more than the tolerance.
    """
    world = {
        (r["mineral"], r["stage"]): r["usd_per_t"]
        for r in prices.filter(pl.col("region") == "").iter_rows(named=True)
    }
    rows = []
    for b in BENCHMARKS:
        if (b.mineral, b.stage) not in world:
            continue
        ours = world[b.mineral, b.stage]
        theirs = float(units.price(f"{averages[b.source][b.series]:.10f} {b.unit}"))
        if abs(ours / theirs - 1) > b.tolerance:
            raise WorldError(
                f"{b.mineral} {b.stage} stands at {ours:,.0f} USD/t, but {b.source} averages "
                f"{theirs:,.0f} in 2024, more than {b.tolerance:.0%} apart. One of them is in "
                "another unit or basis."
            )
        rows.append((b.mineral, b.stage, b.source, ours, theirs, ours / theirs, b.tolerance))
    names = ("mineral", "stage", "source", "usd_per_t", "benchmark_usd_per_t", "ratio", "tolerance")
    return pl.DataFrame(rows, schema=names, orient="row")
