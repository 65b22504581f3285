"""USGS Mineral Commodity Summaries, edition of 2025: world output in 2023 by country.

Names carry trailing blanks, one column a space inside. A blank is unknown or withheld, not zero.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from orepact.errors import UnitError, WorldError
from orepact.world.sources.files import text_table
from orepact.world.sources.usgs import MCS_2025_WORLD, number
from orepact.world.sources.usgs_world import MASSES, place

COLUMNS = {2023: "PROD_2023", 2024: "PROD_EST_ 2024"}
"""Column of each year; that of 2024 was a first estimate."""

_NAMES = {"Côte d’Ivoire": "CIV", "Korea, North": "PRK"}
_UNITS = {unit: float(factor) for unit, factor in MASSES.items()}


def output(raw: Path, commodity: str, type: str, year: int = 2023) -> dict[str, float]:
    """Output of one commodity by ISO3, t; ``type`` in the publisher's own words.

    Withheld figures and "other countries" are left out. Raises :class:`WorldError` for a missing
    column, a commodity without rows and a country that stands twice, :class:`UnitError` for a
    unit that is not a mass.
    """
    column = COLUMNS[year]
    columns = ("COMMODITY", "COUNTRY", "TYPE", "UNIT_MEAS", column)
    rows = text_table(raw, MCS_2025_WORLD, columns).filter(
        (pl.col("COMMODITY").str.strip_chars() == commodity)
        & (pl.col("TYPE").str.strip_chars() == type)
        & ~pl.col("COUNTRY").str.starts_with("World")
    )
    out: dict[str, float] = {}
    for r in rows.iter_rows(named=True):
        value, name = number(r[column]), r["COUNTRY"].strip()
        code = _NAMES[name] if name in _NAMES else place(name)
        if value is None or not code:
            continue
        where = f"'{MCS_2025_WORLD}', row {r['row']}: {commodity} in {r['COUNTRY']}"
        if r["UNIT_MEAS"] not in _UNITS:
            raise UnitError(f"{where} is in {r['UNIT_MEAS']!r}, which is not a mass.")
        if code in out:
            raise WorldError(f"{where} stands twice. Take a clean copy.")
        out[code] = value * _UNITS[r["UNIT_MEAS"]]
    if not out:
        raise WorldError(f"'{MCS_2025_WORLD}' has no '{type}' of '{commodity}'. Was it renamed?")
    return out
