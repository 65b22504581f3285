"""How a stage's output in another year stands to the base year, by region.

Publishers differ in level (gross or contained, of the year or revised), less in change. A year's
output is therefore the base year's times the publisher's own change, region by region, with one
publisher on both sides of the ratio::

    y[year] = y[2024] * usgs[year] / usgs[2024]                 2023 and 2025
    y[year] = y[2023] * bgs[year] / bgs[2023]                   2019 and 2022

Where the survey has no world table of the stage, BGS's level of 2023 is taken as it is. Units and
contents cancel in a ratio. What no publisher gives moves with the rest of the stage. A stage
without any series moves with the one before it (else the one after it): plants that live on their
own region's ore with that ore, the others with the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import minerals, region, regions
from orepact.errors import UnknownIdError, WorldError
from orepact.world.register import ASSUMPTION
from orepact.world.series import Bgs, Series, StageSeries, Usgs
from orepact.world.sources import bgs, usgs_2025, usgs_world
from orepact.world.world import Array

BASE = 2024
LINK = 2023
"""The year in which BGS's series ends and is joined to the survey's."""

APART = 8.0
"""World output that differs by more between two years is in two units: lithium, the fastest, grew
2.6 times from 2019 to 2024."""

Output = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Growth:
    """One stage's output in a year, t by region (R), and which regions the year's statistics give.

    ``factor`` is the stage's world output over the base year's; ``source`` the publisher.
    """

    t: Array
    own: NDArray[np.bool_]
    factor: float
    source: str
    note: str


def by_region(table: Output, what: str) -> tuple[Array, NDArray[np.bool_]]:
    """Tonnes by region (R), and which regions the table names."""
    axis = regions()
    t, named = np.zeros(len(axis)), np.zeros(len(axis), dtype=bool)
    for iso3, tonnes in table.items():
        try:
            i = axis.index("XEU" if iso3 == "XKX" else region(iso3))
        except UnknownIdError as bad:
            raise WorldError(f"{what}: {bad}") from bad
        t[i] += tonnes
        named[i] = True
    return t, named


def link(
    base: Array, now: Output, then: Output, what: str
) -> tuple[Array, NDArray[np.bool_], float]:
    """Output moved by a publisher's change from ``then`` to ``now``.

    Only countries that both tables give count, so that one that drops out of print does not look
    like a fall. A region that did not produce then starts at the mean ratio of base to ``then``;
    one that the base leaves out stays out. Returns tonnes (R), the regions found, and the growth
    of those regions together.

    >>> base = np.zeros(len(regions()))
    >>> base[regions().index("CHN")] = 100.0
    >>> t, own, factor = link(base, {"CHN": 30.0}, {"CHN": 20.0}, "zinc")
    >>> float(t.sum()), int(own.sum()), factor
    (150.0, 1, 1.5)
    """
    both = {k: v for k, v in now.items() if k in then}
    new, named = by_region(both, what)
    old, _ = by_region({k: then[k] for k in both}, what)
    level = named & (base > 0) & (old > 0)
    if not level.any():
        raise WorldError(f"{what}: no region that produces in the base year is in both years.")
    if not 1 / APART < new.sum() / old.sum() < APART:
        raise WorldError(
            f"{what}: the publisher's world output is {new.sum():.4g} t in one year and "
            f"{old.sum():.4g} t in the other. One of them is in another unit."
        )
    ratio = float(base[level].sum() / old[level].sum())
    t = np.where(level, base * new / np.where(old > 0, old, 1.0), 0.0)
    fresh = named & (old == 0) & (new > 0)
    t = np.where(fresh, np.maximum(base, new * ratio), t)
    return t, level | fresh, float(t[level].sum() / base[level].sum())


def _usgs(raw: Path, survey: pl.DataFrame, s: Usgs, year: int) -> Output:
    if year == LINK:
        found = usgs_2025.output(raw, s.commodity, s.type, year)
        return {k: v * s.scale for k, v in found.items()}
    rows = usgs_world.by_country(survey, s.chapter, s.detail, year, s.part)
    known = rows.filter(rows["t"].is_not_null() & ~rows["iso3"].is_in(["", "WLD"]))
    return dict(known.select("iso3", "t").iter_rows())


def _bgs(raw: Path, s: Bgs, year: int) -> Output:
    found = bgs.output(raw, s.file, s.commodity, year, s.subs)
    return {k: v for k, v in found.items() if k not in s.skip}


def _carry(base: Array, t: Array, own: NDArray[np.bool_], factor: float) -> Array:
    """Regions without a figure move with the rest of the stage."""
    return np.where(own, t, base * factor)


def _own(
    raw: Path, survey: pl.DataFrame, s: StageSeries, base: Array, year: int, what: str
) -> Growth | None:
    """A stage's growth from its own series; None where no series covers the year."""
    if (s.usgs is None and year > LINK) or (s.bgs is None and year < LINK):
        return None
    if year >= LINK and s.usgs is not None:
        now, then = (_usgs(raw, survey, s.usgs, y) for y in (year, BASE))
        if year == LINK:  # countries that the later edition drops stand on the earlier one's own
            first = usgs_2025.output(raw, s.usgs.commodity, s.usgs.type, BASE)
            then = {k: v * s.usgs.scale for k, v in first.items()} | dict(then)
        t, own, factor = link(base, now, then, what)
        edition = "usgs-mcs-2025" if year == LINK else "usgs-mcs-2026"
        note = f"base year times {year} over {BASE} in the survey"
        return Growth(_carry(base, t, own, factor), own, factor, edition, note)
    if s.bgs is None:
        return None
    end = _bgs(raw, s.bgs, LINK)
    if s.usgs is not None:
        joint = _own(raw, survey, s, base, LINK, what)
        start = base if joint is None else joint.t
        note = f"base year times {LINK} over {BASE} in the survey and {year} over {LINK} in BGS"
    else:
        level, named = by_region(end, what)
        start = np.where(named, level, 0.0)
        start = np.where(named, start, base * float(level.sum() / base[named].sum()))
        note = f"BGS's level of {year}, joined in {LINK}"
    if year == LINK:
        own = named & (start > 0)
        return Growth(start, own, float(start.sum() / base.sum()), "bgs-wms", note)
    t, own, factor = link(start, _bgs(raw, s.bgs, year), end, what)
    t = _carry(start, t, own, factor)
    return Growth(t, own, float(t.sum() / base.sum()), "bgs-wms", note)


def _moved(guide: Growth, name: str, base: Array, fed: Array, need: Array) -> Growth:
    """A stage without a series: plants on their own ore move with it, others with the world's.

    ``fed`` (R) is the base year's output of the guiding stage, ``need`` (R) what this one takes.
    """
    own_ore = (need > 0) & (fed >= need) & (guide.t > 0)
    ratio = np.where(own_ore, guide.t / np.where(fed > 0, fed, 1.0), guide.factor)
    t = base * ratio
    factor = float(t.sum() / base.sum())
    note = f"carried from {BASE}, moved with {name} ({factor:.3f})"
    return Growth(t, np.zeros(t.size, dtype=bool), factor, ASSUMPTION, note)


def growth(
    raw: Path,
    survey: pl.DataFrame,
    series: Series,
    base: Mapping[str, Array],
    inputs: Array,
    year: int,
) -> dict[str, Growth] | None:
    """Growth of every stage of a mineral; ``base`` is its output in the base year by stage (R).

    ``inputs`` (K, K, R) are tonnes of stage j per tonne of stage k.

    ``survey`` are the rows of :func:`orepact.world.sources.usgs_world.survey`. None where no stage
    has a series that covers the year.
    """
    stages = minerals()[series.mineral].stage_ids
    found = {}
    for id in stages:
        what = f"{series.mineral} {id}, {year}"
        own = _own(raw, survey, series.stage(id), base[id], year, what)
        if own is not None:
            found[id] = own
    if not found:
        return None
    for k, id in enumerate(stages):
        if id not in found:
            before = [s for s in reversed(stages[:k]) if s in found]
            guide = before[0] if before else next(s for s in stages[k:] if s in found)
            need = inputs[k, stages.index(guide)] * base[id]
            found[id] = _moved(found[guide], guide, base[id], base[guide], need)
    return {id: found[id] for id in stages}
