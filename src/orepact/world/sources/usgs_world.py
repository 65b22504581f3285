"""USGS Mineral Commodity Summaries: every chapter, as intervals.

The survey writes words where it cannot or will not give a number. :func:`interval` keeps what
each says: ">50" is above 50, "s" is under half a unit, a dash is zero, "W" (withheld), "NA" and
"XX" are unknown. "E" is a net exporter: reliance of zero or less, how far below is not said.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import polars as pl

from orepact.errors import UnitError, WorldError
from orepact.units import TONNES, price
from orepact.world.sources.files import text_table
from orepact.world.sources.usgs import MCS_2026, iso3

Interval = tuple[float | None, float | None, float | None]

UNKNOWN = ("W", "NA", "XX", "Small", "Large", "Moderate")
MASSES = {
    "metric tons": Decimal(1),
    "thousand metric tons": Decimal(1000),
    "thousand metric dry tons": Decimal(1000),
    "kilograms": TONNES["kg"],
    "million cubic meters": Decimal("178.5"),
}
"""Tonnes per unit. Helium's cubic metre at 0 degrees Celsius and one atmosphere is 0.1785 kg."""

PRICES = {
    "cents per pound": "lb",
    "dollars per pound": "lb",
    "dollars per kilogram": "kg",
    "dollars per gram": "g",
    "dollars per metric ton": "t",
    "dollars per ton": "t",
    "dollars per troy ounce": "oz t",
}
UNIT_OF_METAL = ("metric ton unit", "dry metric ton unit")
"""A metric ton unit is 1 % of a tonne: 10 kg of what the ore is sold for."""

_MORE = {"Korea, North": "PRK", "Trinidad and Tobago": "TTO", "The Bahamas": "BHS"}

_RANGE = re.compile(r"^([\d.,]+)\s*[–-]\s*([\d.,]+)$")


def interval(text: str | None) -> Interval:
    """Read one published value as (low, central, high); None where the survey says nothing.

    >>> interval("1,520"), interval("—"), interval("W")
    ((1520.0, 1520.0, 1520.0), (0.0, 0.0, 0.0), (None, None, None))
    >>> interval(">50"), interval("<25"), interval("s"), interval("E")
    ((50.0, None, None), (0.0, None, 25.0), (0.0, None, 0.5), (None, None, 0.0))
    >>> interval("660–670")
    (660.0, 665.0, 670.0)
    """
    clean = (text or "").strip()
    if clean == "" or clean in UNKNOWN:
        return None, None, None
    if clean in ("—", "–"):
        return 0.0, 0.0, 0.0
    if clean == "s":
        return 0.0, None, 0.5
    if clean == "E":
        return None, None, 0.0
    if found := _RANGE.match(clean):
        low, high = (_number(part) for part in found.groups())
        return low, (low + high) / 2, high
    if clean[0] == ">":
        return _number(clean[1:]), None, None
    if clean[0] == "<":
        return 0.0, None, _number(clean[1:])
    value = _number(clean)
    return value, value, value


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        raise WorldError(
            f"USGS value {text!r} is neither a number nor one of the survey's words "
            f"({', '.join(UNKNOWN)}, E, s, a dash, a bound or a range)."
        ) from None


def mass_factor(unit: str) -> float:
    """Tonnes per unit as the survey names it, or :class:`UnitError`.

    >>> mass_factor("kilograms"), mass_factor("thousand metric tons")
    (0.001, 1000.0)
    """
    if unit not in MASSES:
        raise UnitError(f"USGS unit {unit!r} is not a mass. Known: {', '.join(MASSES)}.")
    return float(MASSES[unit])


def price_factor(unit: str, detail: str = "") -> float:
    """USD per tonne for one of the survey's price units, or :class:`UnitError`.

    A label that ends in "metric ton unit" overrules a unit column that says "metric ton".

    >>> price_factor("dollars per metric ton"), round(price_factor("cents per pound"), 4)
    (1.0, 22.0462)
    >>> price_factor("dollars per metric ton", "China, dollars per metric ton unit")
    100.0
    """
    if detail.rstrip().endswith("metric ton unit") or unit.endswith(UNIT_OF_METAL):
        return 100.0
    if unit not in PRICES:
        raise UnitError(f"USGS unit {unit!r} is not a price by mass. Known: {', '.join(PRICES)}.")
    per_mass = float(price(f"1 USD/{PRICES[unit]}"))
    return per_mass / 100 if unit.startswith("cents") else per_mass


def survey(raw: Path) -> pl.DataFrame:
    """Every row of the survey's release as published, with its line number.

    Columns row, chapter, section, commodity, country, kind, detail, unit, year, value, notes,
    critical.
    """
    names = {
        "MCS chapter": "chapter",
        "Section": "section",
        "Commodity": "commodity",
        "Country": "country",
        "Statistics": "kind",
        "Statistics_detail": "detail",
        "Unit": "unit",
        "Year": "year",
        "Value": "value",
        "Notes": "notes",
        "Is critical mineral 2025": "critical",
    }
    rows = text_table(raw, MCS_2026, tuple(names), "cp1252").rename(names)
    clean = (pl.col(c).fill_null("").str.strip_chars() for c in names.values())
    return rows.with_columns(clean)


def pick(
    rows: pl.DataFrame, chapter: str, detail: str, year: int, commodity: str = ""
) -> pl.DataFrame:
    """The rows of one statistic in one year; none is an error that names what was asked."""
    own = (pl.col("chapter") == chapter) & (pl.col("detail") == detail)
    if commodity:
        own &= pl.col("commodity").str.to_lowercase() == commodity.lower()
    found = rows.filter(own & (pl.col("year") == str(year)))
    if not len(found):
        known = rows.filter(pl.col("chapter") == chapter)["detail"].unique().sort().to_list()
        raise WorldError(
            f"'{MCS_2026}' has no '{detail}' for {chapter} {commodity} in {year}. "
            f"The chapter has {'; '.join(known[:30]) or 'no row'}."
        )
    return found


def by_country(
    rows: pl.DataFrame, chapter: str, detail: str, year: int, commodity: str = ""
) -> pl.DataFrame:
    """World output or capacity of one chapter by country, in tonnes.

    ``detail`` is the statistic's name; longer names that start with it and a colon (a producer's
    own form) count too, its rounded total gives the row ``WLD``. Columns iso3 ('' for other
    countries), text, low, t, high, row.
    """
    own = (pl.col("chapter") == chapter) & (pl.col("year") == str(year))
    own &= ~pl.col("section").str.starts_with("Salient") & (pl.col("section") != "Import Sources")
    if commodity:
        own &= pl.col("commodity").str.to_lowercase() == commodity.lower()
    stem = pl.col("detail").str.to_lowercase()
    lower = detail.lower()
    own &= (stem == lower) | stem.str.starts_with(lower + ":") | (stem == lower + ", rounded")
    found = rows.filter(own)
    if not len(found):
        pick(rows.filter(~pl.col("section").str.starts_with("Salient")), chapter, detail, year)
        raise WorldError(f"'{MCS_2026}' has no world table '{detail}' for {chapter} {commodity}.")
    out = []
    for r in found.iter_rows(named=True):
        low, t, high = interval(r["value"])
        factor = mass_factor(r["unit"])
        world = r["country"].lower().startswith("world")
        out.append(
            {
                "iso3": "WLD" if world else place(r["country"]),
                "text": r["value"],
                **{
                    k: None if v is None else v * factor
                    for k, v in (("low", low), ("t", t), ("high", high))
                },
                "row": r["row"],
            }
        )
    frame = pl.DataFrame(out, schema_overrides=dict.fromkeys(("low", "t", "high"), pl.Float64))
    if frame["iso3"].is_duplicated().any():
        twice = frame.filter(pl.col("iso3").is_duplicated())["iso3"][0]
        raise WorldError(f"'{MCS_2026}': {chapter} '{detail}' counts '{twice}' twice in {year}.")
    return frame


def place(name: str) -> str:
    """ISO3 code of a country as the survey spells it; '' for other countries."""
    return _MORE[name] if name in _MORE else iso3(name)


def names_of(name: str) -> tuple[str, ...]:
    """Countries named together, as "China, Germany, and Russia", or one country.

    >>> names_of("China, Germany, and Russia"), names_of("Korea, Republic of")
    (('China', 'Germany', 'Russia'), ('Korea, Republic of',))
    """
    if ", and " not in name:
        return (name,)
    return tuple(part.strip() for part in name.replace(", and ", ", ").split(","))


def import_rows(rows: pl.DataFrame, chapter: str, detail: str, commodity: str = "") -> pl.DataFrame:
    """Shares of United States imports in 2021-24: columns iso3, share, low, high, row.

    Countries named together share their figure equally; their interval runs from nothing to all.
    """
    found = pick_sources(rows, chapter, detail, commodity)
    out = []
    for r in found.iter_rows(named=True):
        low, mid, high = interval(r["value"])
        together = names_of(r["country"])
        low, high = (low or 0.0), (100.0 if high is None else high)
        mid = mid if mid is not None else (low + high) / 2
        if len(together) > 1:
            low, mid = 0.0, mid / len(together)
        out += [
            {
                "iso3": place(name),
                "share": mid / 100,
                "low": low / 100,
                "high": high / 100,
                "row": r["row"],
            }
            for name in together
        ]
    return pl.DataFrame(out)


def pick_sources(
    rows: pl.DataFrame, chapter: str, detail: str, commodity: str = ""
) -> pl.DataFrame:
    """The import-source rows of one product, or :class:`WorldError`."""
    own = (pl.col("chapter") == chapter) & (pl.col("section") == "Import Sources")
    if commodity:
        own &= pl.col("commodity").str.to_lowercase() == commodity.lower()
    found = rows.filter(own & (pl.col("detail") == detail))
    if not len(found):
        known = rows.filter(own)["detail"].unique().sort().to_list()
        raise WorldError(
            f"'{MCS_2026}' has no import sources '{detail}' for {chapter} {commodity}. "
            f"It has {'; '.join(known) or 'none'}."
        )
    return found


__all__ = ["by_country", "import_rows", "interval", "mass_factor", "pick", "price_factor", "survey"]
