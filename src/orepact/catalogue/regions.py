"""Regions of the model: countries by ISO 3166 code, the EU, and one pool per continent."""

from __future__ import annotations

import csv
import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from orepact.errors import UnknownIdError

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
    wanted = _named().get(_plain(code), wanted)
    if wanted in POOLS:
        return wanted
    if wanted in countries():
        return countries()[wanted].region
    known = (*countries(), *POOLS) if len(code) <= CODE else _named()
    close = difflib.get_close_matches(wanted if len(code) <= CODE else _plain(code), known, 1, 0.6)
    mend = "Write an ISO code, as KOR, or an English name, as South Korea."
    if close:
        found = _named().get(close[0], close[0])
        own = POOLS[found] if found in POOLS else countries()[found].name
        mend = f"Did you mean '{found if len(code) <= CODE else own}'?"
    raise UnknownIdError(f"Unknown country or region '{code}'. {mend}")


CODE = 3
"""Length of a code: what is longer is read as a name."""


@cache
def _named() -> Mapping[str, str]:
    """Codes by plain name: the catalogue's names and ``names.csv``, other ones in official use."""
    text = files(__package__).joinpath("names.csv").read_text("utf-8")
    other = {r["name"]: r["code"] for r in csv.DictReader(text.splitlines())}
    own = {c.name: iso3 for iso3, c in countries().items()} | {v: k for k, v in POOLS.items()}
    return MappingProxyType({_plain(name): code for name, code in (other | own).items()})


def _plain(name: str) -> str:
    """A name in small letters, without accents, stops and a leading 'the'.

    >>> _plain("The Republic of Côte d\u2019Ivoire"), _plain("Korea, Republic of")
    ("republic of cote d'ivoire", 'korea, republic of')
    """
    low = unicodedata.normalize("NFKD", name.casefold()).replace("\u2019", "'").replace("&", "and")
    kept = "".join(c for c in low if not unicodedata.combining(c) and c != ".")
    return " ".join(kept.split()).removeprefix("the ")
