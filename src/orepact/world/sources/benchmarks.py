"""Independent price series: World Bank Pink Sheet and IMF Primary Commodity Prices."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import find, numbers, text_table

PINK_SHEET = "data/03_prices/WorldBank_CMO-Historical-Data-Monthly_2026-06.xlsx"
IMF = "data/03_prices/imf_crm_prices_monthly.csv"


def _mean(name: str, series: str, year: int, months: list[float]) -> float:
    if len(months) != 12:
        raise WorldError(f"'{name}': {series} has {len(months)} months in {year}, not 12.")
    return sum(months) / 12


def pink_sheet(raw: Path, series: Collection[str], year: int) -> dict[str, float]:
    """Averages of the twelve months of ``year`` by series, in the sheet's own units.

    Needs openpyxl (the ``build`` extra).
    """
    from openpyxl import load_workbook

    book = load_workbook(find(raw, PINK_SHEET), read_only=True, data_only=True)
    try:
        rows = [list(r) for r in book["Monthly Prices"].iter_rows(values_only=True)]
    finally:
        book.close()
    head = next((r for r in rows if set(series) <= {str(c).strip() for c in r}), None)
    if head is None:
        raise WorldError(f"'{PINK_SHEET}' has no row that names {', '.join(sorted(series))}.")
    at = {str(c).strip(): i for i, c in enumerate(head)}
    of_year = [r for r in rows if str(r[0]).startswith(f"{year}M")]
    out = {}
    for s in series:
        months = [float(r[at[s]]) for r in of_year if isinstance(r[at[s]], int | float)]
        out[s] = _mean(PINK_SHEET, s, year, months)
    return out


def imf(raw: Path, series: Collection[str], year: int) -> dict[str, float]:
    """Averages of the twelve months of ``year`` by series, USD/t."""
    table = text_table(raw, IMF, ("mineral", "date", "data_transformation", "obs_value"))
    table = table.filter(
        (pl.col("data_transformation") == "USD") & pl.col("date").str.starts_with(f"{year}-")
    )
    table = numbers(table, IMF, "obs_value").drop_nulls("obs_value")
    return {
        s: _mean(IMF, s, year, table.filter(pl.col("mineral") == s)["obs_value"].to_list())
        for s in series
    }
