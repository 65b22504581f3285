"""Behavioural parameters with low, central and high, by mineral and stage.

Elasticities come from the sheet of stage facts. Where the sheet gives one figure the range is
widened by the rules in :data:`RULES`, and the row is marked assumed. What no source gives is
assumed here, by class of mineral. A row whose stage is '' holds for the whole mineral.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.facts import Citation, StageFacts
from orepact.world.register import ASSUMPTION

Facts = Mapping[tuple[str, str], StageFacts]
Triple = tuple[float, float, float]

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "eps": "elasticity of output; processing: with respect to the gross margin",
        "eta": "elasticity of final use, as a positive number",
        "sigma": "elasticity of substitution between origins",
        "spare": "share of capacity idle in the base year",
        "conversion": "share of the output price that is not input",
        "avoidable": "share of base price (processing: of base margin) below which plants close",
        "secondary_eps": "elasticity of supply from scrap",
        "backstop": "multiple of the base price at which substitution ends demand",
        "freight_scale": "multiplier on modelled freight",
        "seed": "share of use given to an opened route",
    }
)
"""Parameters and what they mean; all are pure numbers."""

RULES = MappingProxyType(
    {
        "spare": "central x 0.5 / 1 / 1.5, at most 0.9",
        "conversion": "central x 0.7 / 1 / 1.3, at most 0.95",
    }
)

FINAL_USE: Triple = (0.05, 0.2, 0.4)
"""``eta`` of what little is used finally at a stage that only feeds the next one."""

SMALL_SHARE = frozenset(
    {"gallium", "germanium", "indium", "tungsten", "ndpr", "dysprosium", "terbium", "manganese"}
)
NEAR_SUBSTITUTES = frozenset(
    {"graphite", "magnesium", "zinc", "copper", "silver", "aluminium", "platinum", "palladium"}
)


def _backstop(mineral: str) -> Triple:
    if mineral in SMALL_SHARE:
        return 4.0, 10.0, 25.0
    return (2.0, 4.0, 8.0) if mineral in NEAR_SUBSTITUTES else (3.0, 6.0, 12.0)


def _avoidable(facts: StageFacts) -> tuple[Triple, str]:
    if minerals()[facts.mineral].stage(facts.stage).inputs:
        return (0.2, 0.4, 0.6), "processing: energy and reagents are saved, labour is not"
    if "by-product" in facts.cells["supply_elast_source"]:
        return (0.1, 0.3, 0.5), "by-product: only its own extraction is saved"
    return (0.5, 0.65, 0.8), "mines: cash cost over price of the middle of the industry"


BULLION = {("silver", "refined"), ("platinum", "refined"), ("palladium", "refined")}
"""Stages whose product is the same everywhere."""


def _stage_rows(f: StageFacts) -> list[tuple[str, Triple, Citation]]:
    """Rows of one stage: name, (low, central, high), citation."""

    def read(prefix: str) -> Triple:
        low, central, high = (f.number(f"{prefix}_{q}") for q in ("low", "central", "high"))
        return low, central, high

    rows = [("eps", read("supply_elast"), f.cite("supply_elast_source"))]

    negative = read("demand_elast")
    if any(negative):
        eta = (-negative[2], -negative[1], -negative[0])
        rows.append(("eta", eta, f.cite("demand_elast_source")))
    else:
        note = "intermediate: final use is a residual; the sheet's standard range"
        rows.append(("eta", FINAL_USE, Citation(ASSUMPTION, note, True)))

    sigma, cited = read("sigma"), f.cite("sigma_source")
    if (f.mineral, f.stage) in BULLION:
        note = "bullion is one good, arbitraged between vaults; the sheet's value is for ores"
        sigma, cited = (10.0, 30.0, 100.0), Citation(ASSUMPTION, note, True)
    rows.append(("sigma", sigma, cited))

    s, c = f.number("spare_capacity_share_2024"), f.cite("spare_source")
    rows.append(("spare", (0.5 * s, s, min(1.5 * s, 0.9)), _widened(c, "spare")))
    if f.cells["conversion_share_of_output_price"].strip():
        s, c = f.number("conversion_share_of_output_price"), f.cite("conversion_source")
        rows.append(("conversion", (0.7 * s, s, min(1.3 * s, 0.95)), _widened(c, "conversion")))

    triple, note = _avoidable(f)
    rows.append(("avoidable", triple, Citation(ASSUMPTION, note, True)))
    note = "scrap answers its price slowly; no estimate by mineral was read"
    rows.append(("secondary_eps", (0.1, 0.3, 0.6), Citation(ASSUMPTION, note, True)))
    return rows


def _widened(c: Citation, name: str) -> Citation:
    return Citation(c.source, f"range {RULES[name]}; {c.note}", True)


def _mineral_rows(mineral: str) -> list[tuple[str, Triple, str]]:
    return [
        ("backstop", _backstop(mineral), "by cost share in use and nearness of substitutes"),
        ("freight_scale", (0.5, 1.0, 2.0), "the freight formula is not estimated"),
        ("seed", (0.0001, 0.001, 0.01), "share of use, spread over origins by their supply"),
    ]


def parameter_table(facts: Facts) -> pl.DataFrame:
    """The ``parameters`` table: all ranges of every stage.

    Columns: mineral, stage, name, low, central, high, unit, source, assumed, note.
    Raises :class:`WorldError` where a range is out of order or an elasticity is negative.
    """
    rows = []
    for (mineral, stage), fact in facts.items():
        for name, triple, c in _stage_rows(fact):
            rows.append((mineral, stage, name, *triple, "1", c.source, c.assumed, c.note))
    for mineral in dict.fromkeys(m for m, _ in facts):
        for name, triple, note in _mineral_rows(mineral):
            rows.append((mineral, "", name, *triple, "1", ASSUMPTION, True, note))
    for r in rows:
        if not 0 <= r[3] <= r[4] <= r[5]:
            raise WorldError(
                f"{r[0]} {r[1]}: {r[2]} is {r[3]} / {r[4]} / {r[5]}; low, central and high must "
                "rise and none may be negative."
            )
    ranges = ("mineral", "stage", "name", "low", "central", "high")
    return pl.DataFrame(rows, schema=(*ranges, "unit", "source", "assumed", "note"), orient="row")
