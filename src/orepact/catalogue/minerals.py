"""Minerals and their stage graphs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from orepact.errors import UnknownIdError, nearest


@dataclass(frozen=True, slots=True)
class Stage:
    """A node of a mineral's stage graph; ``inputs`` are the ids of the stages that feed it."""

    id: str
    name: str
    form: str
    hs6: tuple[str, ...]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mineral:
    """A mineral, its unit of contained substance and its stages in order of production."""

    id: str
    name: str
    unit: str
    aliases: tuple[str, ...]
    stages: tuple[Stage, ...]

    def stage(self, id: str) -> Stage:
        """Return one stage, or raise :class:`UnknownIdError`.

        >>> mineral("ndpr").stage("magnet").inputs
        ('oxide',)
        """
        for s in self.stages:
            if s.id == id:
                return s
        hint = nearest(id, [s.id for s in self.stages])
        raise UnknownIdError(f"{self.id} has no stage '{id}'. {hint}")

    @property
    def stage_ids(self) -> tuple[str, ...]:
        """Ids of the stages, in order of production."""
        return tuple(s.id for s in self.stages)


@cache
def minerals() -> Mapping[str, Mineral]:
    """All minerals by id, in the order of the catalogue."""
    raw = tomllib.loads(files(__package__).joinpath("minerals.toml").read_text("utf-8"))
    out = {}
    for id, m in raw.items():
        stages = tuple(
            Stage(k, s["name"], s["form"], tuple(s["hs6"]), tuple(s.get("inputs", ())))
            for k, s in m["stages"].items()
        )
        out[id] = Mineral(id, m["name"], m["unit"], tuple(m["aliases"]), stages)
    return MappingProxyType(out)


def mineral(name: str) -> Mineral:
    """Return the mineral with this id or alias, or raise :class:`UnknownIdError`.

    >>> mineral("ga").id
    'gallium'
    """
    known = minerals()
    wanted = name.strip().lower()
    if wanted in known:
        return known[wanted]
    for m in known.values():
        if wanted in m.aliases or wanted == m.name.lower():
            return m
    from orepact.catalogue.screened import unchained  # it reads this module first

    raise UnknownIdError(unchained(name) or f"Unknown mineral '{name}'. {nearest(name, known)}")
