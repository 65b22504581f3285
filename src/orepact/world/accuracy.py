"""What a country without customs cells of its own would get, and what statistics the build
never read say of the trade it filled.

Import reliance of the United States is worked out twice: as shipped, where its trade is imposed,
and with all its own cells and totals released. The first agrees by construction; the second says
how far the figure of any other country can be trusted.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

import numpy as np
import polars as pl

from orepact.catalogue import region
from orepact.errors import WorldError
from orepact.world.controls import MEASURES, controls
from orepact.world.holdout import misplaced
from orepact.world.world import KINDS, World

MISS = 0.20
"""A miss of more than 20 points asks for an explanation in ``reliance.csv``."""

GROUPS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        ("antimony", "primary"): ("antimony", ("mined",)),
        ("antimony", "refined"): ("antimony", ("metal", "trioxide")),
        ("cobalt", "refined"): ("cobalt", ("mined", "refined")),
        ("copper", "primary"): ("copper", ("mined",)),
        ("graphite", "primary"): ("graphite", ("mined", "spherical")),
        ("lithium", "refined"): ("lithium", ("refined",)),
        ("magnesium", "refined"): ("magnesium", ("metal",)),
        ("manganese", "primary"): ("manganese", ("mined",)),
        ("manganese", "refined"): ("manganese", ("alloy", "metal")),
        ("ree", "primary"): ("ndpr", ("concentrate", "oxide")),
    }
)
"""Groups of codes in the table of largest traders, and the stages that trade under them.
Cobalt hydroxide is declared as metal or oxide, clay carbonate as rare-earth compounds."""


def explanations() -> dict[str, str]:
    """Reasons for misses by control, from ``reliance.csv``; one that names no control raises."""
    text = files(__package__).joinpath("reliance.csv").read_text("utf-8")
    found = {r["name"]: r["why"] for r in csv.DictReader(text.splitlines())}
    if stray := sorted(set(found) - {c.name for c in controls()}):
        raise WorldError(f"reliance.csv explains '{stray[0]}', which controls.csv does not hold.")
    return found


def reliance(shipped: World, released: World, explained: Mapping[str, str]) -> pl.DataFrame:
    """United States net import reliance: published, imposed and released, one row per figure.

    Columns name, mineral, published, bound (the publisher gives a lower bound only), imposed,
    released, miss (of the released figure, absolute; what lacks to a bound), why.
    """
    rows = []
    for c in controls():
        if c.measure != "reliance" or c.region != "USA" or c.mineral not in shipped.chains:
            continue
        imposed, free = (
            float(np.clip(MEASURES["reliance"](w.chain(c.mineral), c), -1, 1))
            for w in (shipped, released)
        )
        bound = c.tolerance is None
        miss = max(0.0, c.published - free) if bound else abs(free - c.published)
        why = explained.get(c.name, "")
        rows.append((c.name, c.mineral, c.published, bound, imposed, free, miss, why))
    names = ("name", "mineral", "published", "bound", "imposed", "released", "miss", "why")
    return pl.DataFrame(rows, schema=names, orient="row")


def traders(world: World, largest: pl.DataFrame) -> pl.DataFrame:
    """Shares of world trade by country against the largest traders that UN Comtrade records.

    ``largest`` has mineral, stage, side, country (ISO3) and share (of world value). Countries of
    the European Union are left out on both sides, because their trade with one another counts
    there and not here; the rest is scaled to one. ``misplaced`` is the part of the trade, by
    value, that the two place differently: 2023 there, 2024 at the base year's prices here, so
    that even perfect cells would not give zero. Columns mineral, stages, side, countries,
    imputed (share of our value that no statistic records), misplaced.
    """
    imputed = KINDS.index("imputed")
    rows = []
    for (group, step), (id, stages) in GROUPS.items():
        part = largest.filter((pl.col("mineral") == group) & (pl.col("stage") == step))
        if id not in world.chains or part.is_empty():
            continue
        chain = world.chain(id)
        value, guessed = np.zeros_like(chain.trade[0]), 0.0
        for k in map(chain.stage, stages):
            abroad = np.where(np.eye(len(chain.regions)), 0.0, chain.trade[k])
            abroad = abroad * chain.price[k][:, None]
            value += abroad
            guessed += abroad[chain.kind[k] == imputed].sum()
        for side, axis in (("exporter", 1), ("importer", 0)):
            theirs: dict[str, float] = {}
            for r in part.filter(pl.col("side") == side).iter_rows(named=True):
                place = region(r["country"])
                if place != "EUN":
                    theirs[place] = theirs.get(place, 0.0) + r["share"]
            at = [chain.region(place) for place in theirs]
            off = misplaced(value.sum(axis=axis)[at], np.array(list(theirs.values())))
            rows.append((id, " ".join(stages), side, len(at), guessed / value.sum(), off))
    words, numbers = ("mineral", "stages", "side"), ("imputed", "misplaced")
    kinds = dict.fromkeys(words, pl.String) | {"countries": pl.Int64}
    return pl.DataFrame(rows, kinds | dict.fromkeys(numbers, pl.Float64), orient="row")
