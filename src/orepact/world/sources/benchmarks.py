"""Independent price series: World Bank Pink Sheet and IMF Primary Commodity Prices."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from xml.etree.ElementTree import ParseError

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, find, numbers, once, text_table

PINK_SHEET = "data/03_prices/WorldBank_CMO-Historical-Data-Monthly_2026-06.xlsx"
IMF = "data/03_prices/imf_crm_prices_monthly.csv"


def _mean(name: str, series: str, year: int, months: list[float]) -> float:
    if len(months) != 12:
        raise WorldError(f"'{name}': {series} has {len(months)} months in {year}, not 12.")
    if not all(0 < m < math.inf for m in months):
        raise WorldError(f"'{name}': {series} has a month in {year} that is no positive number.")
    return sum(months) / 12


def _sheet(path: Path, name: str, sheet: str) -> list[list[object]]:
    """The cells of one sheet of a workbook."""
    try:
        from openpyxl import load_workbook
    except ImportError as bad:
        raise WorldError(
            f"'{name}' is a workbook and needs openpyxl: pip install 'orepact[build]'."
        ) from bad
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as bad:
        raise WorldError(f"'{name}' is cut off or no workbook: {bad}. {WHOLE}") from bad
    try:
        return [list(r) for r in book[sheet].iter_rows(values_only=True)]
    except (KeyError, zipfile.BadZipFile, ParseError) as bad:
        raise WorldError(f"'{name}' has no whole sheet '{sheet}': {bad}. {WHOLE}") from bad
    finally:
        book.close()


def pink_sheet(raw: Path, series: Collection[str], year: int) -> dict[str, float]:
    """Averages of the twelve months of ``year`` by series, in the sheet's own units.

    Needs openpyxl (the ``build`` extra).
    """
    rows = _sheet(find(raw, PINK_SHEET), PINK_SHEET, "Monthly Prices")
    head = next((r for r in rows if set(series) <= {str(c).strip() for c in r}), None)
    if head is None:
        raise WorldError(f"'{PINK_SHEET}' has no row that names {', '.join(sorted(series))}.")
    at = {str(c).strip(): i for i, c in enumerate(head)}
    of_year = [r for r in rows if str(r[0]).startswith(f"{year}M")]
    out = {}
    for s in series:
        months = [float(x) for r in of_year if isinstance(x := r[at[s]], int | float)]
        out[s] = _mean(PINK_SHEET, s, year, months)
    return out


def imf(raw: Path, series: Collection[str], year: int) -> dict[str, float]:
    """Averages of the twelve months of ``year`` by series, USD/t."""
    table = text_table(raw, IMF, ("mineral", "date", "data_transformation", "obs_value"))
    table = table.filter(
        (pl.col("data_transformation") == "USD") & pl.col("date").str.starts_with(f"{year}-")
    )
    table = once(table, IMF, "mineral", "date")
    table = numbers(table, IMF, "obs_value").drop_nulls("obs_value")
    return {
        s: _mean(IMF, s, year, table.filter(pl.col("mineral") == s)["obs_value"].to_list())
        for s in series
    }
