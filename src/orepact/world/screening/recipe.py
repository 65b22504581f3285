"""Which of the survey's statistics stand for which mineral: read once, misspelt keys refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from orepact.catalogue import screened_minerals
from orepact.errors import WorldError, nearest

NIR = "Net import reliance as a percentage of apparent consumption"


@dataclass(frozen=True, slots=True)
class Statistic:
    """World tables or import sources of one stage: which rows, in which chapter, of which year."""

    stage: str
    chapter: str
    commodity: str
    details: tuple[str, ...]
    form: str
    year: int


@dataclass(frozen=True, slots=True)
class National:
    """One product's United States rows; an empty name is a statistic the survey does not give."""

    product: str
    chapter: str
    commodity: str
    year: int
    nir: str
    production: tuple[str, ...]
    secondary: tuple[str, ...]
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    stocks: tuple[str, ...]
    use: str
    price: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All decisions on one screened mineral."""

    mineral: str
    supply: tuple[Statistic, ...]
    capacity: tuple[Statistic, ...]
    origins: tuple[Statistic, ...]
    us: tuple[National, ...]


_PLAN = frozenset({"supply", "capacity", "from", "us", "price"})
_STATISTIC = frozenset({"chapter", "commodity", "detail", "details", "form", "year"})
_LISTS = ("production", "secondary", "imports", "exports", "stocks")
_NATIONAL = frozenset({"product", "chapter", "commodity", "year", "nir", "use", "price", "why"})


def _known(where: str, row: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in row:
        if key not in known:
            raise WorldError(
                f"screening recipe, {where}: unknown key '{key}'. {nearest(key, known)}"
            )


def _statistic(where: str, chapter: str, stage: str, raw: Any, year: int) -> Statistic:
    row: dict[str, Any] = {"detail": raw} if isinstance(raw, str) else dict(raw)
    _known(f"{where}.{stage}", row, _STATISTIC)
    details = tuple(row.get("details", ())) or (row["detail"],)
    return Statistic(
        stage, row.get("chapter", chapter), row.get("commodity", ""), details,
        row.get("form", ""), row.get("year", year),
    )  # fmt: skip


def _national(where: str, chapter: str, price: str, row: Mapping[str, Any], year: int) -> National:
    _known(f"{where}.us", row, _NATIONAL | set(_LISTS))
    lists = {k: tuple(row.get(k, ())) for k in _LISTS}
    return National(
        product=row["product"],
        chapter=row.get("chapter", chapter),
        commodity=row.get("commodity", ""),
        year=row.get("year", year),
        nir=row.get("nir", NIR),
        use=row.get("use", ""),
        price=row.get("price", price),
        why=row.get("why", ""),
        **lists,
    )


def plans_from(text: str, year: int) -> dict[str, Plan]:
    """Parse the recipe; every screened mineral must have a section, even an empty one."""
    raw = tomllib.loads(text)
    shared = {k.removeprefix("chapter:"): v for k, v in raw.items() if k.startswith("chapter:")}
    raw = {k: v for k, v in raw.items() if not k.startswith("chapter:")}
    for id in raw:
        if id not in screened_minerals():
            hint = nearest(id, screened_minerals())
            raise WorldError(f"screening recipe: unknown mineral '{id}'. {hint}")
    out = {}
    for id, m in screened_minerals().items():
        if id not in raw:
            raise WorldError(f"screening recipe: no section for '{id}'. Add one, empty if need be.")
        row = raw[id]
        _known(id, row, _PLAN)
        common = shared.get(m.usgs, {})
        parts = [
            tuple(
                _statistic(f"{id}.{part}", m.usgs, stage, v, year)
                for stage, v in (row.get(part) or common.get(part, {})).items()
            )
            for part in ("supply", "capacity", "from")
        ]
        own = row.get("us") or common.get("us", ())
        national = tuple(_national(id, m.usgs, row.get("price", ""), r, year) for r in own)
        out[id] = Plan(id, parts[0], parts[1], parts[2], national)
    return out


@cache
def plans(year: int) -> Mapping[str, Plan]:
    """The shipped recipe by mineral.

    >>> plans(2024)["gallium"].supply[0].details
    ('Primary production',)
    """
    text = files(__package__).joinpath("recipe.toml").read_text("utf-8")
    return MappingProxyType(plans_from(text, year))
