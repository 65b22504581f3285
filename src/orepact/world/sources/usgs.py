"""USGS Mineral Commodity Summaries: United States salient statistics, import sources, capacity.

Values are text where the survey withholds ("W"), rounds away ("s"), bounds (">50", "<1"),
has nothing (a dash is a true zero) or knows none ("NA"); "E" is a net exporter, not zero.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.catalogue import countries
from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, text_table

MCS_2026 = "data/01_production/usgs_mcs/MCS2026_Commodities_Data.csv"
MCS_2025_WORLD = "data/01_production/usgs_mcs/MCS2025_World_Data.csv"

_UNIT_TONNES = {
    "metric tons": 1.0,
    "thousand metric tons": 1000.0,
    "thousand metric dry tons": 1000.0,
    "kilograms": 0.001,
}
_TEXT = {"W": None, "NA": None, "s": None, "E": None, "—": 0.0, "–": 0.0}
_NAMES = {
    "Congo (Kinshasa)": "COD",
    "Congo (Brazzaville)": "COG",
    "Turkey": "TUR",
    "Korea, Republic of": "KOR",
    "Russia": "RUS",
    "Burma": "MMR",
    "Vietnam": "VNM",
    "Taiwan": "TWN",
    "United States": "USA",
    "Other countries": "",
    "Other Countries": "",
}


def number(text: str | None, where: str = "") -> float | None:
    """Read one published value; withheld, bounded or unknown is None, a dash is zero.

    >>> number("24,000"), number("W"), number("—"), number(">50")
    (24000.0, None, 0.0, None)
    """
    if text is None or (clean := text.strip()) == "" or clean[0] in "><":
        return None
    if clean in _TEXT:
        return _TEXT[clean]
    try:
        value = float(clean.replace(",", ""))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise WorldError(
            f"{_at(where)}USGS value {text!r} is neither a positive number nor one of "
            f"{', '.join(_TEXT)}."
        )
    return value


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def iso3(name: str, where: str = "") -> str:
    """Return the ISO3 code of a country as the survey spells it; '' for the rest."""
    clean = name.strip()
    if clean in _NAMES:
        return _NAMES[clean]
    for c in countries().values():
        if c.name == clean:
            return c.iso3
    raise WorldError(f"{_at(where)}USGS names a country '{name}' that the catalogue does not know.")


def _mcs(raw: Path) -> pl.DataFrame:
    columns = (
        "MCS chapter",
        "Section",
        "Commodity",
        "Country",
        "Statistics_detail",
        "Unit",
        "Year",
        "Value",
    )
    return whole(text_table(raw, MCS_2026, columns, "cp1252"), MCS_2026, "MCS chapter")


def whole(rows: pl.DataFrame, name: str, chapter: str) -> pl.DataFrame:
    """The rows, or raise where the survey, which runs from A to zirconium, ends before."""
    last = max(rows[chapter].drop_nulls(), default="")
    if not last.upper().startswith("Z"):
        row = max(rows["row"], default=1)
        raise WorldError(
            f"'{name}' ends with the chapter '{last}', row {row}; the survey ends with zirconium: "
            f"the file is cut off. {WHOLE}"
        )
    return rows


def salient(
    raw: Path, year: int, chapters: Collection[str] | None = None
) -> dict[tuple[str, str], float | None]:
    """United States statistics of one year by (chapter, detail): tonnes, or None if withheld.

    Prices, shares and head counts are left out; the units decide. ``chapters`` keeps some of the
    survey's chapters only. A detail that stands for
    several commodities of a chapter (imports of bauxite, of alumina) has one key for each,
    "commodity: detail", and none of its own; one that a commodity repeats cannot be told apart
    and is left out.
    """
    rows = _mcs(raw).filter(
        pl.col("Section").str.starts_with("Salient")
        & (pl.col("Year") == str(year))
        & pl.col("Unit").is_in(list(_UNIT_TONNES))
    )
    out: dict[tuple[str, str], float | None] = {}
    keys = ("MCS chapter", "Statistics_detail")
    if chapters is not None:
        rows = rows.filter(pl.col("MCS chapter").is_in(list(chapters)))
    rows = rows.with_columns(shared=pl.col("Commodity").n_unique().over(keys) > 1)
    unlike = ~pl.struct("Commodity", *keys).is_duplicated()
    for r in rows.filter(unlike).iter_rows(named=True):
        detail = r["Statistics_detail"]
        key = (r["MCS chapter"], f"{r['Commodity']}: {detail}" if r["shared"] else detail)
        value = number(r["Value"], f"'{MCS_2026}', row {r['row']}")
        out[key] = None if value is None else value * _UNIT_TONNES[r["Unit"]]
    if not out:
        raise WorldError(f"'{MCS_2026}' has no United States statistics for {year}.")
    return out


def import_sources(raw: Path, chapters: tuple[str, ...]) -> dict[tuple[str, str], dict[str, float]]:
    """Shares of United States imports, 2021-24, by (chapter, detail): {ISO3: share}.

    The key '' is "other countries". A bound such as ">99" is read as its number.
    """
    rows = _mcs(raw).filter(
        (pl.col("Section") == "Import Sources") & pl.col("MCS chapter").is_in(list(chapters))
    )
    out: dict[tuple[str, str], dict[str, float]] = {}
    for r in rows.iter_rows(named=True):
        where = f"'{MCS_2026}', row {r['row']}"
        value = number((r["Value"] or "").strip().lstrip("<>"), where)
        if value is None or value > 100:
            raise WorldError(f"{where}: import share {r['Value']!r} is not a percentage.")
        shares = out.setdefault((r["MCS chapter"], r["Statistics_detail"]), {})
        place = iso3(r["Country"], where)
        if place in shares:
            raise WorldError(f"{where}: {r['Country']} stands twice among the import sources.")
        shares[place] = value / 100
    return out


def capacity(raw: Path, commodity: str) -> dict[str, float]:
    """Capacity in 2024 by ISO3 for one commodity of the 2025 world table, t ('' = others).

    "Commodity: type" names one type where the table has several for the commodity.
    """
    columns = ("COMMODITY", "TYPE", "COUNTRY", "UNIT_MEAS", "CAP_EST_ 2024")
    name, _, kind = commodity.partition(": ")
    table = text_table(raw, MCS_2025_WORLD, columns, "latin1")
    rows = whole(table, MCS_2025_WORLD, "COMMODITY").filter(
        (pl.col("COMMODITY").str.strip_chars() == name)
        & ((pl.col("TYPE").str.strip_chars() == kind) | pl.lit(not kind))
    )
    out: dict[str, float] = {}
    for r in rows.iter_rows(named=True):
        where = f"'{MCS_2025_WORLD}', row {r['row']}"
        value = number(r["CAP_EST_ 2024"], where)
        if value is None or r["COUNTRY"].startswith("World"):
            continue
        if r["UNIT_MEAS"] not in _UNIT_TONNES:
            raise WorldError(
                f"{where}: unit {r['UNIT_MEAS']!r} is none of {', '.join(_UNIT_TONNES)}."
            )
        place = iso3(r["COUNTRY"], where)
        if place in out:
            raise WorldError(f"{where}: {r['COUNTRY']} stands twice for {commodity}.")
        out[place] = value * _UNIT_TONNES[r["UNIT_MEAS"]]
    if not out:
        raise WorldError(f"'{MCS_2025_WORLD}' has no capacity for '{commodity}'.")
    return out
