"""World Bank: governance indicators (mean of six estimates) and gross domestic product."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from orepact.catalogue import countries
from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, numbers, once, text_table

WGI = "data/05_country/wgi/wgi_6dims_2012_2022.csv"
GDP = "data/05_country/gdp/gdp_worldbank_datasets.csv"
DIMENSIONS = ("CC", "GE", "PV", "RL", "RQ", "VA")


def governance(raw: Path) -> pl.DataFrame:
    """Columns iso3, year, mean6 (-2.5 worst to 2.5 best), latest year of each country.

    The mean is computed here from the six dimensions; a country that lacks one is left out, a
    published mean that differs is an error. Codes outside the catalogue (territories) are dropped.
    """
    rows = text_table(raw, WGI, ("iso3", "year", *DIMENSIONS, "mean6"))
    rows = once(rows, WGI, "iso3", "year")
    rows = numbers(rows, WGI, "year", *DIMENSIONS, "mean6", signed=True)
    rows = rows.with_columns(mean=pl.mean_horizontal(DIMENSIONS))
    whole = rows.filter(~pl.any_horizontal(pl.col(c).is_null() for c in DIMENSIONS))
    off = whole.filter((pl.col("mean") - pl.col("mean6")).abs() > 1e-6)
    if len(off):
        r = off.row(0, named=True)
        raise WorldError(
            f"'{WGI}', row {r['row']}: mean6 {r['mean6']} is not the mean of the six. {WHOLE}"
        )
    beyond = whole.filter(pl.any_horizontal(pl.col(c).abs() > 4 for c in DIMENSIONS))
    if len(beyond):
        raise WorldError(
            f"'{WGI}', row {beyond['row'][0]}: an estimate beyond 4 standard units. {WHOLE}"
        )
    known = whole.filter(pl.col("iso3").is_in(list(countries())))
    last = known.sort("year").group_by("iso3", maintain_order=True).last()
    return last.select("iso3", pl.col("year").cast(pl.Int64), pl.col("mean").alias("mean6"))


def gdp(raw: Path) -> pl.DataFrame:
    """Latest gross domestic product by country: columns iso3, gdp (USD)."""
    rows = text_table(raw, GDP, ("Country Code", "Year", "Value"), open_end=True)
    rows = once(rows, GDP, "Country Code", "Year")
    rows = numbers(rows, GDP, "Year", "Value").filter(
        pl.col("Country Code").is_in(list(countries()))
    )
    last = rows.sort("Year").group_by("Country Code", maintain_order=True).last()
    return last.select(iso3=pl.col("Country Code"), gdp=pl.col("Value"))


def scaled(mean6: float) -> float:
    """The EU study's scale: 0 best, 10 worst; 10 x (2.5 - mean) / 5.

    >>> scaled(2.5), scaled(0.0), scaled(-2.5)
    (0.0, 5.0, 10.0)
    """
    return 10 * (2.5 - mean6) / 5
