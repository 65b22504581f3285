"""Which published series tell another year from the base year, read from ``series.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from orepact.catalogue import mineral
from orepact.errors import UnknownIdError, WorldError
from orepact.world.recipe import strict
from orepact.world.register import source


@dataclass(frozen=True, slots=True)
class Usgs:
    """World output in the survey: its words in the editions of 2026 and 2025.

    ``part`` names the commodity where a chapter of the edition of 2026 has several; ``scale``
    mends a wrong unit in the edition of 2025.
    """

    chapter: str
    detail: str
    commodity: str
    type: str
    part: str = ""
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Bgs:
    """World output in the BGS's statistics."""

    file: str
    commodity: str
    subs: tuple[str, ...] = ("",)
    skip: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """A price whose change from the base year moves a stage's price."""

    source: str
    series: str
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class StageSeries:
    """One stage's series; every field is explained at the head of ``series.toml``."""

    usgs: Usgs | None = None
    bgs: Bgs | None = None
    us_chapter: str = ""
    us_output: tuple[str, ...] = ()
    us_secondary: tuple[str, ...] = ()
    us_stocks: tuple[str, ...] = ()
    price: tuple[PriceSeries, ...] = ()
    us_price: PriceSeries | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One mineral's series by stage; stages without one are carried."""

    mineral: str
    stages: Mapping[str, StageSeries] = field(default_factory=dict)

    def stage(self, id: str) -> StageSeries:
        """A stage's series, empty where none is known."""
        return self.stages.get(id, StageSeries())


def _stage(raw: dict[str, Any], where: str) -> StageSeries:
    raw = dict(raw)
    for key, cls in (("usgs", Usgs), ("bgs", Bgs)):
        if key in raw:
            raw[key] = strict(cls, _tuples(raw[key]), f"{where}.{key}")
    if "price" in raw:
        raw["price"] = tuple(strict(PriceSeries, p, f"{where}.price") for p in raw["price"])
        for p in raw["price"]:
            source(p.source)
    if "us_price" in raw:
        raw["us_price"] = strict(PriceSeries, raw["us_price"], f"{where}.us_price")
    found: StageSeries = strict(StageSeries, _tuples(raw), where)
    return found


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}


def load_series(text: str | None = None) -> dict[str, Series]:
    """Series by mineral. Raises :class:`WorldError` for an unknown key, mineral or stage."""
    if text is None:
        text = files(__package__).joinpath("series.toml").read_text("utf-8")
    out = {}
    for id, body in tomllib.loads(text).items():
        try:
            known = mineral(id)
            for stage in body:
                known.stage(stage)
        except UnknownIdError as bad:
            raise WorldError(f"series.toml: {bad}") from bad
        out[known.id] = Series(
            known.id, {k: _stage(v, f"series.toml {id}.{k}") for k, v in body.items()}
        )
    return out
