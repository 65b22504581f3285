"""The register of sources: whose figures the world's tables carry, and under which terms."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import polars as pl

from orepact.errors import UnknownIdError, nearest

ASSUMPTION = "orepact-assumption"
"""Id under which every assumed figure is filed."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source: id (kebab-case), title, publisher, vintage, licence, url (may be empty)."""

    id: str
    title: str
    publisher: str
    vintage: str
    licence: str
    url: str


@cache
def register() -> Mapping[str, Source]:
    """All sources by id, in the order of the register."""
    raw = tomllib.loads(files(__package__).joinpath("register.toml").read_text("utf-8"))
    return MappingProxyType({id: Source(id=id, **row) for id, row in raw.items()})


def source(id: str) -> str:
    """Return ``id`` if it is registered, or raise :class:`UnknownIdError`.

    >>> source("usgs-mcs-2026")
    'usgs-mcs-2026'
    """
    if id not in register():
        raise UnknownIdError(
            f"Source '{id}' is not in the register. {nearest(id, register())} "
            "Add it to register.toml with its licence before a table cites it."
        )
    return id


def check_sources(ids: Iterable[str]) -> None:
    """Raise :class:`UnknownIdError` for the first id that is not registered."""
    for id in sorted(set(ids)):
        source(id)


def sources_table() -> pl.DataFrame:
    """The ``sources`` table: id, title, publisher, vintage, licence, url."""
    return pl.DataFrame([asdict(s) for s in register().values()])
