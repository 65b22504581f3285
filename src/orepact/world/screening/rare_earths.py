"""Rare earths one by one: what the survey counts together, spread over the elements.

No publisher gives tonnes by element. The composition of the world's rare-earth oxide is assumed,
one composition everywhere; yttrium's interval contains the survey's own (10,000 to 15,000 t).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from orepact.catalogue import screened_minerals
from orepact.world.screening.recipe import Plan, Statistic
from orepact.world.screening.supply import added, usgs_supply

COMPOSITION: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "lanthanum": (0.22, 0.26, 0.30),
        "cerium": (0.40, 0.445, 0.50),
        "praseodymium": (0.040, 0.048, 0.055),
        "neodymium": (0.140, 0.165, 0.190),
        "samarium": (0.012, 0.016, 0.022),
        "europium": (0.001, 0.002, 0.003),
        "gadolinium": (0.008, 0.012, 0.018),
        "terbium": (0.0010, 0.0014, 0.0020),
        "dysprosium": (0.005, 0.0074, 0.010),
        "holmium": (0.0008, 0.0014, 0.0020),
        "erbium": (0.002, 0.004, 0.006),
        "thulium": (0.0002, 0.0004, 0.0008),
        "ytterbium": (0.0015, 0.0030, 0.0050),
        "lutetium": (0.0002, 0.0004, 0.0008),
        "yttrium": (0.025, 0.034, 0.040),
    }
)
"""Share of each element's oxide in the world's mined rare-earth oxide: low, central, high."""

_REO = Statistic("mined", "RARE EARTHS", "", ("Mine production",), "", 2024)


def world_reo(rows: pl.DataFrame) -> float:
    """The survey's world total of rare-earth oxide mined in 2024, t."""
    found = added(rows, _REO)
    return float(found.filter(pl.col("iso3") == "WLD")["t"].item())


def light(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``supply`` for the light elements: the survey's countries, at one composition.

    Heavy elements keep the EU study's countries: ionic clays, not the survey's ores, hold them.
    """
    plans = [
        Plan(id, (_REO,), (), (), ()) for id, m in screened_minerals().items() if m.group == "LREE"
    ]
    found = usgs_supply(rows, plans)
    central = {k: v[1] for k, v in COMPOSITION.items()}
    factor = pl.col("mineral").replace_strict(central, return_dtype=pl.Float64)
    return found.with_columns(
        t=pl.col("t") * factor,
        form=pl.lit("oxide; assumed composition"),
        kind=pl.when(pl.col("kind") == "published")
        .then(pl.lit("share of total"))
        .otherwise(pl.col("kind")),
    )


def heavy(study: pl.DataFrame, total: float) -> pl.DataFrame:
    """Tonnes for the study's mined shares of rare earths: share x composition x ``total``."""
    central = {k: v[1] * total for k, v in COMPOSITION.items()}
    ours = (pl.col("mineral").is_in(list(central))) & (pl.col("stage") == "mined")
    t = pl.col("mineral").replace_strict(central, default=None, return_dtype=pl.Float64)
    return study.with_columns(
        t=pl.when(ours).then(t * pl.col("share")).otherwise(pl.col("t")),
        form=pl.when(ours).then(pl.lit("oxide; assumed composition")).otherwise(pl.col("form")),
    )


def totals(total: float) -> pl.DataFrame:
    """Rows of ``world`` for the elements: mined oxide with its range."""
    out = [
        (id, "mined", *(total * x for x in share), "oxide; assumed composition",
         "2024", "orepact-assumption", True)
        for id, share in COMPOSITION.items()
    ]  # fmt: skip
    names = ("mineral", "stage", "low", "central", "high", "form", "year", "source", "assumed")
    return pl.DataFrame(out, schema=list(names), orient="row")
