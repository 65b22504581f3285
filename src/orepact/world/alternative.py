"""Other publishers' output figures for the base year, read strictly from ``alternatives.toml``.

The base year takes one preferred figure for each producer. An alternative replaces those of one
or more stages of one mineral by another publisher's; everything else stays.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from orepact.catalogue import mineral, region
from orepact.errors import UnknownIdError, WorldError
from orepact.world.recipe import Figure, check_figures, strict
from orepact.world.register import source

OWN = "alternatives.toml"


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a stage's figures stand (exactly one of the first four), and stocks to build.

    Explained at the head of ``alternatives.toml``.
    """

    sheet: bool = False
    iea: tuple[str, str] | None = None
    usgs_2025: tuple[str, str] | None = None
    output: Mapping[str, Figure] | None = None
    build: Mapping[str, Figure] | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """One publisher's output figures: ``weight`` is its share of the draws, an assumption."""

    mineral: str
    id: str
    source: str
    what: str
    weight: float
    stages: Mapping[str, Reader]


def load_alternatives(text: str | None = None) -> dict[str, tuple[Alternative, ...]]:
    """The alternatives by mineral, in the file's order.

    Raises :class:`WorldError` for an unknown mineral, stage, source or key, a stage without
    exactly one reader, a weight outside (0, 1) and weights of a mineral that leave nothing to
    the central figures.
    """
    if text is None:
        text = files(__package__).joinpath(OWN).read_text("utf-8")
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        raise WorldError(f"{OWN} is not TOML: {bad}.") from bad
    out = {}
    for name, held in read.items():
        where = f"{OWN} {name}"
        found = tuple(
            _alternative(name, id, _table(raw, f"{where}.{id}"))
            for id, raw in _table(held, where).items()
        )
        total = sum(a.weight for a in found)
        if not total < 1:
            raise WorldError(
                f"{OWN}: the weights of {name} add up to {total:g}. Leave a share of the draws to "
                "the preferred figures: less than 1 in all."
            )
        out[name] = found
    return out


def _table(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise WorldError(f"{where} is {raw!r}, not a table. See the head of {OWN}.")
    return raw


def _alternative(name: str, id: str, raw: dict[str, Any]) -> Alternative:
    where = f"{OWN} {name}.{id}"
    try:
        known = mineral(name)
        if known.id != name:
            raise UnknownIdError(f"'{name}' is an alias. Write '{known.id}'.")
        readers = _table(raw.get("stages", {}), f"{where}.stages")
        for stage in readers:
            known.stage(stage)
        source(str(raw.get("source", "")))
    except UnknownIdError as bad:
        raise WorldError(f"{where}: {bad}") from bad
    stages = {k: _reader(v, f"{where}.stages.{k}") for k, v in readers.items()}
    found: Alternative = strict(
        Alternative, raw | {"mineral": name, "id": id, "stages": stages}, where
    )
    if not stages:
        raise WorldError(f"{where} names no stage. Give stages.{known.stage_ids[0]} a reader.")
    weight = found.weight
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < 1:
        raise WorldError(
            f"{where}: weight is {weight!r}. It is a share of the draws, between 0 and 1."
        )
    return found


def _reader(raw: Any, where: str) -> Reader:
    found: Reader = strict(Reader, _table(raw, where), where)
    given = [k for k in ("sheet", "iea", "usgs_2025", "output") if getattr(found, k)]
    if len(given) != 1:
        raise WorldError(
            f"{where} must have one reader: sheet = true, iea = [mineral, stage], usgs_2025 = "
            f"[commodity, type] or output. It has {' and '.join(given) or 'none'}."
        )
    for name in ("output", "build"):
        _decided(_table(getattr(found, name) or {}, f"{where}.{name}"), f"{where}.{name}")
    if given[0] in ("iea", "usgs_2025"):
        pair = getattr(found, given[0])
        if not (isinstance(pair, list) and [type(x) for x in pair] == [str, str]):
            raise WorldError(f'{where}.{given[0]} is {pair!r}. Give two names, as ["A", "B"].')
    return found


def _decided(held: dict[str, Any], where: str) -> None:
    check_figures(held, where)
    for place, (t, cited, _) in held.items():
        if not 0 <= t < float("inf"):
            raise WorldError(f"{where}.{place} is {t} t. Give tonnes, not less than 0.")
        try:
            region(place)
            source(cited)
        except UnknownIdError as bad:
            raise WorldError(f"{where}.{place}: {bad}") from bad
