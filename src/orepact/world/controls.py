"""Published figures the world is held to, and what meeting each one proves.

Agreement of an *imposed* figure holds by construction. Only *independent* figures, which the
build never reads, say how accurate the world is.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world.world import Chain, World

MARKS = ("imposed", "independent", "different basis")


@dataclass(frozen=True, slots=True)
class Control:
    """One published figure: what it measures, within which tolerance, and its mark.

    ``published`` is in the publisher's tonnes; ``content`` turns them into contained tonnes.
    ``tolerance`` is absolute for shares, relative for tonnes; None means "above ``published``".
    ``explained`` is the reason of a miss that is known, or ''.
    """

    name: str
    measure: str
    mineral: str
    stages: tuple[str, ...]
    domestic: tuple[str, ...]
    region: str
    origin: str
    published: float
    unit: str
    content: float
    tolerance: float | None
    source: str
    mark: str
    why: str
    explained: str


def controls(year: int = 2024) -> tuple[Control, ...]:
    """All control values of a year, read strictly from ``controls.csv``, else the other years'."""
    name = "controls.csv" if year == 2024 else "year_controls.csv"
    text = files(__package__).joinpath(name).read_text("utf-8")
    out = []
    for line, r in enumerate(csv.DictReader(text.splitlines()), start=2):
        if r["measure"] not in MEASURES or r["mark"] not in MARKS:
            raise WorldError(f"{name}, line {line}: unknown measure or mark.")
        if r.get("year", str(year)) != str(year):
            continue
        stages = tuple(r["stages"].split())
        out.append(
            Control(
                r["name"],
                r["measure"],
                r["mineral"],
                stages,
                tuple(r["domestic"].split()) or stages,
                r["region"],
                r["origin"],
                float(r["published"]),
                r["unit"],
                float(r["content"]),
                None if r["tolerance"] == "above" else float(r["tolerance"]),
                r["source"],
                r["mark"],
                r["why"],
                r.get("explained") or "",
            )
        )
    return tuple(out)


def _sum(chain: Chain, c: Control, what: Callable[[int, int], float]) -> float:
    return sum(what(chain.stage(s), chain.region(c.region)) for s in c.stages)


def _imports(chain: Chain, c: Control) -> float:
    return _sum(chain, c, lambda k, r: chain.trade[k, :, r].sum() - chain.trade[k, r, r])


def _exports(chain: Chain, c: Control) -> float:
    return _sum(chain, c, lambda k, r: chain.trade[k, r, :].sum() - chain.trade[k, r, r])


def _stock_fall(chain: Chain, c: Control) -> float:
    return _sum(chain, c, lambda k, r: chain.stock_draw[k, r] - chain.stock_build[k, r])


def _domestic(chain: Chain, c: Control) -> float:
    """Domestic supply: scrap at every stage, and primary output where it is not counted twice."""
    r = chain.region(c.region)
    scrap = sum(chain.secondary[chain.stage(s), r] for s in c.stages)
    return float(scrap + sum(chain.output[chain.stage(s), r] for s in c.domestic))


def net_imports(chain: Chain, c: Control) -> float:
    """Imports less exports plus the fall of stocks, t."""
    return _imports(chain, c) - _exports(chain, c) + _stock_fall(chain, c)


def apparent_use(chain: Chain, c: Control) -> float:
    """Domestic supply plus net imports, t."""
    return _domestic(chain, c) + net_imports(chain, c)


def reliance(chain: Chain, c: Control) -> float:
    """Net import reliance: net imports over apparent use (USGS's definition), a share."""
    return net_imports(chain, c) / apparent_use(chain, c)


def _share(chain: Chain, c: Control, scrap: bool) -> float:
    k = chain.stage(c.stages[0])
    made = chain.output[k] + (chain.secondary[k] if scrap else 0.0)
    return float(made[chain.region(c.region)] / made.sum())


def _world(chain: Chain, c: Control, scrap: bool) -> float:
    k = chain.stage(c.stages[0])
    return float(chain.output[k].sum() + (chain.secondary[k].sum() if scrap else 0.0))


MEASURES: Mapping[str, Callable[[Chain, Control], float]] = MappingProxyType(
    {
        "reliance": reliance,
        "own share": lambda chain, c: 1 - reliance(chain, c),
        "apparent use": apparent_use,
        "imports": _imports,
        "exports": _exports,
        "use": lambda chain, c: _sum(chain, c, lambda k, r: chain.final_use[k, r]),
        "cell": lambda chain, c: _sum(
            chain, c, lambda k, r: chain.trade[k, chain.region(c.origin), r]
        ),
        "output": lambda chain, c: _sum(chain, c, lambda k, r: chain.output[k, r]),
        "share": lambda chain, c: _share(chain, c, False),
        "share with scrap": lambda chain, c: _share(chain, c, True),
        "world": lambda chain, c: _world(chain, c, False),
        "world with scrap": lambda chain, c: _world(chain, c, True),
    }
)
"""What a control may measure, by name."""


def compare(world: World) -> pl.DataFrame:
    """Hold a world against every control of its minerals.

    Columns name, mineral, published, value (both contained), unit, deviation (absolute for
    shares, relative for tonnes), tolerance (null: above), inside, mark, source, why,
    explained (why it is missed, where known).
    """
    rows = []
    for c in controls(world.year):
        if c.mineral not in world.chains:
            continue
        value = MEASURES[c.measure](world.chain(c.mineral), c)
        published = c.published * c.content
        if not np.isfinite(value):
            raise WorldError(f"The control '{c.name}' has no value: {value}.")
        gap = value - published if c.unit == "share" else value / published - 1
        inside = value > published if c.tolerance is None else abs(gap) <= c.tolerance
        found = (published, value, c.unit, gap, c.tolerance, inside)
        rows.append((c.name, c.mineral, *found, c.mark, c.source, c.why, c.explained))
    names = ("name", "mineral", "published", "value", "unit", "deviation", "tolerance", "inside")
    words = ("mark", "source", "why", "explained")
    schema = {
        **dict.fromkeys(names, pl.Float64),
        **dict.fromkeys(("name", "mineral", "unit", *words), pl.String),
        "inside": pl.Boolean,
    }
    order = (*names, *words)
    return pl.DataFrame(rows, schema={n: schema[n] for n in order}, orient="row")
