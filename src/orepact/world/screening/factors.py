"""Recycling, substitution, companionality and behaviour by mineral: read where held, else assumed.

``factors`` (a share of one each): ``eol_rir`` share of supply from old scrap; ``si`` the EU's
substitution index (1 = nothing can take over); ``eu_ir`` import reliance of the EU in 2017;
``replaceable`` share of use that another material takes within a year; ``rationed`` share of the
use given up in a shortage that buyers would have paid for; ``byproduct`` share of output that is
a by-product; ``volatility`` standard deviation of yearly price changes.
``parameters``: ``eps`` and ``eta`` elasticities of output and use within a year (pure numbers),
``spare`` share of capacity idle. They are for minerals without a chain; a chain brings its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from orepact.catalogue import screened_minerals
from orepact.world.register import ASSUMPTION
from orepact.world.sources import cma, eu_crm

Triple = tuple[float, float, float]

BY_PRODUCTS = frozenset(
    {"bismuth", "cesium", "indium", "iridium", "rhenium", "rhodium", "rubidium", "ruthenium",
     "scandium", "silver", "tellurium"}
)  # fmt: skip
"""Made beside another metal, where the atlas gives no share: assumed, as are all rare earths but
neodymium and praseodymium, for whose magnets rare earths are mined."""

MAJOR_T = 1e6
"""A mineral of its own mines with more world output than this, in tonnes, is a major one."""

CLASSES: Mapping[str, Mapping[str, Triple]] = MappingProxyType(
    {
        "by-product": {"eps": (0.05, 0.15, 0.3), "eta": (0.05, 0.15, 0.35),
                       "spare": (0.0, 0.10, 0.3)},
        "minor": {"eps": (0.1, 0.3, 0.6), "eta": (0.05, 0.2, 0.4), "spare": (0.02, 0.10, 0.25)},
        "major": {"eps": (0.15, 0.35, 0.7), "eta": (0.1, 0.25, 0.5), "spare": (0.02, 0.06, 0.15)},
    }
)  # fmt: skip
"""Assumed behaviour within a year. By-products follow the metal they come with; use hardly reacts
to the price of what is a small share of a product's cost."""

EOL_RIR: Triple = (0.0, 0.03, 0.15)
SI: Triple = (0.80, 0.93, 1.0)
"""Where nothing is held: the range that the study of 2017 spans."""

METALS_OF_PLATINUM: Triple = (0.05, 0.14, 0.35)
"""Scrap in the supply of the lesser platinum metals, which come back in the same catalysts."""

EXCHANGE = frozenset(
    {"aluminium", "cobalt", "copper", "lead", "lithium", "metallurgical_coal", "nickel",
     "palladium", "platinum", "silicon", "silver", "tin", "uranium", "zinc"}
)  # fmt: skip
"""Minerals with listed futures (London, New York, Shanghai, Guangzhou, Singapore, Dalian)."""

RATIONED: Mapping[bool, Triple] = MappingProxyType(
    {True: (0.0, 0.05, 0.25), False: (0.05, 0.25, 1.0)}
)
"""Whether a mineral has listed futures: with them, who pays is served. Without, a few sellers
choose whom they supply, up to the reading in which every tonne short stops what needs it."""

_FACTORS = ("mineral", "factor", "low", "central", "high", "source", "assumed", "row", "note")


def factors(raw: Path, us: pl.DataFrame) -> pl.DataFrame:
    """The ``factors`` table: mineral, factor, low, central, high, source, assumed, row, note.

    ``us`` holds the survey's accounts: its scrap stands for the world's where nothing else does.

    A published figure has no range of its own: low = central = high, except for rounding of the
    substitution index (0.05 either side).
    """
    old = {r["material"].lower(): r for r in eu_crm.indices_2017(raw).iter_rows(named=True)}
    atlas = {k: dict(cma.shares(raw, k).select("mineral", "value").iter_rows()) for k in cma.FILES}
    entry = {k: dict(cma.shares(raw, k).select("mineral", "entry").iter_rows()) for k in cma.FILES}
    scrap = _scrap(us)
    out: list[tuple[object, ...]] = []
    for id, m in screened_minerals().items():
        study = next((old[n.lower()] for n in m.eu if n.lower() in old), None)
        if id in atlas["recycling"]:
            v = atlas["recycling"][id]
            out.append((id, "eol_rir", v, v, v, "cma-atlas", False, entry["recycling"][id],
                        "the atlas names no publisher"))  # fmt: skip
        elif study:
            v = study["eol_rir"]
            out.append((id, "eol_rir", v, v, v, "eu-crm-2017", False, study["row"], ""))
        elif id in scrap:
            v = scrap[id]
            out.append((id, "eol_rir", 0.5 * v, v, min(1.5 * v, 0.9), "usgs-mcs-2026", True, 0,
                        "scrap in United States use; half as wide again either side"))  # fmt: skip
        elif m.group == "PGM":
            out.append((id, "eol_rir", *METALS_OF_PLATINUM, ASSUMPTION, True, 0,
                        "central as platinum and palladium in the atlas"))  # fmt: skip
        else:
            out.append((id, "eol_rir", *EOL_RIR, ASSUMPTION, True, 0, "none held"))
        si = SI
        if study:
            v = study["si"]
            si = (max(0.0, v - 0.05), v, min(1.0, v + 0.05))
            out.append((id, "si", *si, "eu-crm-2017", False, study["row"], "rounded to 0.1"))
        else:
            out.append((id, "si", *si, ASSUMPTION, True, 0, "none held"))
        if study and study["ir"] is not None:
            v = study["ir"]
            out.append((id, "eu_ir", v, v, v, "eu-crm-2017", False, study["row"], ""))
        soon = (0.5 * (1 - si[2]), 0.5 * (1 - si[1]), 1 - si[0])
        out.append((id, "replaceable", *soon, ASSUMPTION, True, 0,
                    "half of 1 - si within a year; high: all of it"))  # fmt: skip
        listed = id in EXCHANGE
        told = "listed futures" if listed else "no listed futures: few sellers, contracts"
        out.append((id, "rationed", *RATIONED[listed], ASSUMPTION, True, 0, told))
        for factor, key in (("byproduct", "byproduct_share"), ("volatility", "volatility")):
            if id in atlas[key]:
                v = atlas[key][id]
                source = "cma-atlas" if factor == "byproduct" else "usgs-ds140"
                out.append((id, factor, v, v, v, source, False, entry[key][id], "via the atlas"))
    return pl.DataFrame(out, schema=list(_FACTORS), orient="row")


def _scrap(us: pl.DataFrame) -> dict[str, float]:
    """Scrap over apparent use, by mineral, where the survey gives both."""
    rows = us.filter(pl.col("secondary").is_not_null() & (pl.col("use") > 0))
    return {m: s / u for m, s, u in rows.select("mineral", "secondary", "use").iter_rows()}


def classes(byproduct: Mapping[str, float], world: Mapping[str, float]) -> dict[str, str]:
    """By-product, minor or major, by mineral. ``world`` is output in t where known.

    >>> classes({"gallium": 1.0}, {"copper": 2.3e7})["copper"]
    'major'
    """
    out = {}
    for id, m in screened_minerals().items():
        rare = m.group in ("LREE", "HREE") and id not in ("neodymium", "praseodymium")
        if byproduct.get(id, 0.0) >= 0.5 or id in BY_PRODUCTS or rare:
            out[id] = "by-product"
        else:
            out[id] = "major" if world.get(id, 0.0) > MAJOR_T else "minor"
    return out


def parameters(
    held: pl.DataFrame, world: pl.DataFrame, supply: pl.DataFrame, capacity: pl.DataFrame
) -> pl.DataFrame:
    """The ``parameters`` table: mineral, class, parameter, low, central, high, source, assumed.

    Idle capacity is read where the survey publishes capacity: world output over world capacity.
    """
    byproduct = dict(
        held.filter(pl.col("factor") == "byproduct").select("mineral", "central").iter_rows()
    )
    tonnes = dict(world.group_by("mineral").agg(pl.col("central").max()).iter_rows())
    idle = _idle(supply, capacity)
    out: list[tuple[object, ...]] = []
    for id, kind in classes(byproduct, tonnes).items():
        for name, (low, central, high) in CLASSES[kind].items():
            if name == "spare" and id in idle:
                v = idle[id]
                out.append((id, kind, name, 0.5 * v, v, min(1.5 * v, 0.9), "usgs-mcs-2026", False,
                            "output over capacity; half as wide again either side"))  # fmt: skip
            else:
                out.append((id, kind, name, low, central, high, ASSUMPTION, True, "by class"))
    names = ("mineral", "class", "parameter", "low", "central", "high", "source", "assumed", "note")
    return pl.DataFrame(out, schema=list(names), orient="row")


def _idle(supply: pl.DataFrame, capacity: pl.DataFrame) -> dict[str, float]:
    """Share of world capacity idle, counting only countries with both figures, by mineral."""
    keys = ["mineral", "stage", "country"]
    both = capacity.select(*keys, made=pl.col("t")).join(
        supply.filter(pl.col("source") == "usgs-mcs-2026").select(*keys, out=pl.col("t")), on=keys
    )
    sums = both.drop_nulls().group_by("mineral").agg(pl.col("made").sum(), pl.col("out").sum())
    return {m: max(0.0, 1 - o / c) for m, c, o in sums.select("mineral", "made", "out").iter_rows()}
