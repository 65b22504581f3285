"""Minerals that are screened: every name on a party's list, with the names publishers use."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from orepact.catalogue.minerals import minerals
from orepact.errors import UnknownIdError, nearest


@dataclass(frozen=True, slots=True)
class Screened:
    """One screened mineral.

    ``us`` is its name on the United States' list ('' if absent), ``usgs`` the survey's chapter,
    ``eu`` the names in the Commission's study, ``group`` LREE, HREE, PGM or ''.
    """

    id: str
    name: str
    symbol: str
    group: str
    us: str
    usgs: str
    eu: tuple[str, ...]
    aliases: tuple[str, ...]
    chain: str

    @property
    def names(self) -> tuple[str, ...]:
        """Everything the mineral answers to, in lower case."""
        own = (self.id, self.name, self.symbol, self.us, *self.aliases)
        return tuple(dict.fromkeys(a.lower() for a in own if a))


@cache
def screened_minerals() -> Mapping[str, Screened]:
    """All screened minerals by id; ``chain`` is '' where no stage graph holds the mineral.

    >>> screened_minerals()["neodymium"].chain
    'ndpr'
    """
    raw = tomllib.loads(files(__package__).joinpath("screened.toml").read_text("utf-8"))
    out = {}
    for id, m in raw.items():
        chain = m.get("chain", id)
        out[id] = Screened(
            id=id,
            name=m["name"],
            symbol=m["symbol"],
            group=m["group"],
            us=m.get("us", ""),
            usgs=m.get("usgs", ""),
            eu=tuple(m.get("eu", ())),
            aliases=tuple(m.get("aliases", ())),
            chain=chain if chain in minerals() else "",
        )
    return MappingProxyType(out)


def screened(name: str) -> Screened:
    """Return the screened mineral of this id, name, symbol or alias.

    Raises :class:`UnknownIdError`.

    >>> screened("Nd").id, screened("coking coal").id
    ('neodymium', 'metallurgical_coal')
    """
    wanted = name.strip().lower()
    for m in screened_minerals().values():
        if wanted in m.names:
            return m
    chain = next((c for c in minerals().values() if wanted in (c.id, *c.aliases)), None)
    parts = [m.id for m in screened_minerals().values() if chain and m.chain == chain.id]
    if parts:
        raise UnknownIdError(f"'{name}' is screened as {' and '.join(parts)}. Name one of them.")
    raise UnknownIdError(f"Unknown mineral '{name}'. {nearest(name, screened_minerals())}")


def unchained(name: str) -> str:
    """What to say of a mineral that the screen covers and no chain does; else ''.

    >>> unchained("Rh").partition(":")[0]
    'rhodium is screened, without a chain'
    >>> unchained("zinc")
    ''
    """
    wanted = name.strip().lower()
    for m in screened_minerals().values():
        if wanted in m.names and not m.chain:
            return (
                f"{m.id} is screened, without a chain: its stages are not balanced. "
                f"See `orepact screen --mineral {m.id}`."
            )
    return ""
