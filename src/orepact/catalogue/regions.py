"""Regions of the model: countries by ISO 3166 code, the EU, and one pool per continent."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from orepact.errors import UnknownIdError, nearest

POOLS: Mapping[str, str] = MappingProxyType(
    {
        "EUN": "European Union",
        "XEU": "Other Europe",
        "XAS": "Other Asia",
        "XAF": "Other Africa",
        "XAM": "Other Americas",
        "XOC": "Other Oceania",
    }
)
"""Regions of more than one country; codes from ISO's user-assigned range, and EUN for the EU."""

_ALIASES = {"EU": "EUN", "EU27": "EUN", "US": "USA", "UK": "GBR", "S19": "TWN", "ZAR": "COD"}


@dataclass(frozen=True, slots=True)
class Country:
    """One country: ISO3 code, ISO numeric code (as in map files), the region it belongs to."""

    iso3: str
    numeric: str
    region: str
    name: str


@cache
def countries() -> Mapping[str, Country]:
    """All countries by ISO3 code."""
    text = files(__package__).joinpath("regions.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({r["iso3"]: Country(**r) for r in rows})


@cache
def regions() -> tuple[str, ...]:
    """Codes of the model's regions, in a fixed order: countries, then the EU and the pools."""
    own = dict.fromkeys(c.region for c in countries().values() if c.region not in POOLS)
    return (*own, *POOLS)


def region_name(code: str) -> str:
    """Return the English name of a region, or of a country by its code.

    >>> region_name("EUN"), region_name("MEX"), region_name("QAT")
    ('European Union', 'Mexico', 'Qatar')
    """
    if code in POOLS:
        return POOLS[code]
    return countries()[code if code in countries() else region(code)].name


def region(code: str) -> str:
    """Return the model's region for a country or region by code or name.

    >>> region("DEU"), region("EU"), region("mex"), region("South Korea")
    ('EUN', 'EUN', 'MEX', 'KOR')

    Raises :class:`UnknownIdError`.
    """
    wanted = _ALIASES.get(code.upper(), code.upper())
    wanted = _named().get(code.casefold().strip(), wanted)
    if wanted in POOLS:
        return wanted
    if wanted in countries():
        return countries()[wanted].region
    names = (*(c.name for c in countries().values()), *POOLS.values())
    known = (*countries(), *POOLS) if len(code) <= CODE else names
    raise UnknownIdError(f"Unknown country or region '{code}'. {nearest(code, known)}")


CODE = 3
"""Length of a code: what is longer is read as a name."""


@cache
def _named() -> Mapping[str, str]:
    """Codes by name, in small letters; both spellings with and without 'the'."""
    names = {c.name: iso3 for iso3, c in countries().items()} | {v: k for k, v in POOLS.items()}
    low = {name.casefold(): code for name, code in names.items()}
    return MappingProxyType(low | {f"the {name}": code for name, code in low.items()})
