"""The build's decisions per mineral and stage, read strictly from ``recipes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from typing import Any

from orepact.catalogue import mineral, minerals
from orepact.errors import UnknownIdError, WorldError, nearest


@dataclass(frozen=True, slots=True)
class UsTotal:
    """A United States trade total: named row of the survey, or tonnes with their source."""

    detail: str | None = None
    t: float | None = None
    source: str = "usgs-mcs-2026"
    code: str | None = None
    chapter: str | None = None
    also: tuple[str, ...] = ()
    factor: float = 1.0
    less: float = 0.0
    shares: str | Mapping[str, float] | None = None
    without: tuple[str, ...] = ()


Figure = tuple[float, str, str]
"""Tonnes, source id, reason."""


@dataclass(frozen=True, slots=True)
class StageRecipe:
    """One stage's decisions; every field is explained at the head of ``recipes.toml``."""

    use: str
    note: str
    grade: str | None = None
    factors: Mapping[str, float] | None = None
    exporter_factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    only: Mapping[str, list[str]] = field(default_factory=dict)
    except_: Mapping[str, list[str]] = field(default_factory=dict)
    input: float | None = None
    input_regions: Mapping[str, float] = field(default_factory=dict)
    feeds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    output: Mapping[str, Figure] = field(default_factory=dict)
    other_countries: Mapping[str, Figure] = field(default_factory=dict)
    us_output: list[str] = field(default_factory=list)
    secondary: Mapping[str, Figure] = field(default_factory=dict)
    secondary_share: Mapping[str, float] = field(default_factory=dict)
    draw: Mapping[str, Figure] = field(default_factory=dict)
    build: Mapping[str, Figure] = field(default_factory=dict)
    build_share: Mapping[str, float] = field(default_factory=dict)
    us_imports: tuple[UsTotal, ...] | None = None
    us_exports: tuple[UsTotal, ...] | None = None
    comtrade_skip: Mapping[str, list[str]] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    makers: Mapping[str, int] = field(default_factory=dict)
    china: Mapping[str, list[float]] = field(default_factory=dict)
    eu: list[str] = field(default_factory=list)
    eu_price: float | None = None
    margins: Mapping[str, str] = field(default_factory=dict)
    margin_skip: list[str] = field(default_factory=list)
    no_use: list[str] = field(default_factory=list)
    transit: list[str] = field(default_factory=list)
    no_trade: list[str] = field(default_factory=list)
    use_cap: float | None = None
    capacity: str | None = None
    capacity_spread: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One mineral's decisions: the survey's chapter and its stages in order."""

    mineral: str
    chapter: str
    stages: Mapping[str, StageRecipe]


def strict(cls: type, raw: Mapping[str, Any], where: str) -> Any:
    """Build a dataclass from a table, or raise :class:`WorldError` for an unknown key."""
    known = {f.name.rstrip("_") for f in fields(cls)}
    for key in raw:
        if key not in known:
            raise WorldError(f"{where} has an unknown key '{key}'. {nearest(key, known)}")
    try:
        return cls(**{f"{k}_" if k == "except" else k: v for k, v in raw.items()})
    except TypeError as bad:
        raise WorldError(f"{where}: {bad}.") from bad


def _stage(raw: dict[str, Any], where: str) -> StageRecipe:
    for key in ("us_imports", "us_exports"):
        if key in raw:
            raw[key] = tuple(strict(UsTotal, x, f"{where}.{key}") for x in raw[key])
    stage: StageRecipe = strict(StageRecipe, raw, where)
    for name in ("output", "other_countries", "secondary", "draw", "build"):
        check_figures(getattr(stage, name), f"{where}.{name}")
    return stage


def check_figures(held: Mapping[str, Any], where: str) -> None:
    """Raise :class:`WorldError` for a decision by region that is not [tonnes, source, reason]."""
    for region, figure in held.items():
        whole = isinstance(figure, list) and [type(x) for x in figure[1:]] == [str, str]
        if not whole or not isinstance(figure[0], int | float):
            raise WorldError(f"{where}.{region} must be [tonnes, source, reason].")


def _check_feeds(s: StageRecipe, feeds: tuple[str, ...], where: str) -> None:
    """A stage with several feeds says how much of each; ``default`` holds where no region does."""
    if s.feeds and (s.input is not None or s.input_regions):
        raise WorldError(f"{where} gives both feeds and input. Keep feeds.")
    if (s.feeds or len(feeds) > 1) and set(s.feeds) != set(feeds):
        raise WorldError(
            f"{where} is fed by {', '.join(feeds)} and gives {', '.join(s.feeds) or 'none'} in "
            "feeds. Give tonnes per tonne of each, with a default."
        )
    for feed, tonnes in s.feeds.items():
        if "default" not in tonnes or min(tonnes.values()) < 0:
            raise WorldError(f"{where}.feeds.{feed} needs a default, and no negative tonnes.")


def load_recipes(text: str | None = None) -> tuple[dict[str, Recipe], dict[str, dict[str, float]]]:
    """Return the recipes by mineral and the proxies by name.

    Raises :class:`WorldError` for an unknown key, stage or proxy, and for a missing stage.
    """
    if text is None:
        text = files(__package__).joinpath("recipes.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    proxies = {k: {r: float(x) for r, x in v.items()} for k, v in raw.pop("proxies", {}).items()}
    out = {}
    for id, body in raw.items():
        try:
            known = mineral(id)
        except UnknownIdError as bad:
            raise WorldError(f"recipes.toml: {bad}") from bad
        chapter = body.pop("chapter")
        if set(body) != set(known.stage_ids):
            raise WorldError(
                f"recipes.toml: {id} must have the stages {', '.join(known.stage_ids)}; "
                f"it has {', '.join(body)}."
            )
        stages = {k: _stage(body[k], f"recipes.toml {id}.{k}") for k in known.stage_ids}
        for k, s in stages.items():
            _check_feeds(s, known.stage(k).inputs, f"recipes.toml {id}.{k}")
            if s.at_most and (s.factors != {} or set(s.at_most) != set(known.stage(k).hs6)):
                raise WorldError(
                    f"recipes.toml {id}.{k}: at_most needs factors = {{}} and all codes of the "
                    f"stage, {', '.join(known.stage(k).hs6)}."
                )
            if s.use not in ("apparent", "none", "industry", *proxies):
                raise WorldError(f"recipes.toml {id}.{k}: unknown use '{s.use}'.")
        out[id] = Recipe(id, chapter, stages)
    return {id: out[id] for id in minerals() if id in out}, proxies
