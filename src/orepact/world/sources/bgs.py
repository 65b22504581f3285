"""British Geological Survey, World Mineral Statistics: output by country, 1971-2023.

One file per group of minerals, one row per country, year, commodity and sub-commodity. Traps:
lithium is listed as product tonnes *and* as contained lithium; manganese and ferro-alloys are gross
weight; platinum metals are kilograms; a blank quantity is unknown, not zero.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import numbers, text_table

FOLDER = "data/01_production/bgs"

TONNES = {
    "tonnes (metric)": 1.0,
    "tonnes (metal content)": 1.0,
    "kilograms (metal content)": 0.001,
}
"""Tonnes per unit of the publisher; any other unit raises."""

_CODES = {"1A0": "XKX"}
"""Codes of the publisher's own: Kosovo."""

_PLACES = {"Congo": "COG"}
"""Countries whose code is another's: the Republic of the Congo carries the Democratic one's."""


def output(
    raw: Path, file: str, commodity: str, year: int, subs: Collection[str] = ("",)
) -> dict[str, float]:
    """Output of one commodity in one year by ISO3, t.

    ``subs`` are the sub-commodities to add up; '' is the row without one. Countries whose figure is
    blank are left out. Raises :class:`WorldError` for an unknown unit, a row that stands twice,
    a country without a code, or a commodity or sub-commodity without a row.
    """
    name = f"{FOLDER}/BGS_{file}_production.csv"
    columns = (
        "bgs_statistic_type_trans", "bgs_commodity_trans", "bgs_sub_commodity_trans",
        "country_iso3_code", "country_trans", "year", "quantity", "units",
    )  # fmt: skip
    frame = text_table(raw, name, columns).with_columns(
        pl.col("bgs_sub_commodity_trans", "country_iso3_code").fill_null("")
    )
    held = frame.filter(
        (pl.col("bgs_statistic_type_trans") == "Production")
        & (pl.col("bgs_commodity_trans") == commodity)
    )
    unknown = sorted(set(subs) - set(held["bgs_sub_commodity_trans"]))
    if unknown:
        raise WorldError(
            f"'{name}' has no '{commodity}' with the sub-commodity {unknown[0]!r}; it has "
            f"{sorted(set(held['bgs_sub_commodity_trans']))}."
        )
    rows = held.filter(
        pl.col("year").str.starts_with(f"{year}-") & pl.col("bgs_sub_commodity_trans").is_in(subs)
    )
    if not len(rows):
        raise WorldError(f"'{name}' has no output of '{commodity}' in {year}.")
    rows = numbers(rows, name, "quantity").with_columns(
        pl.col("country_trans")
        .replace_strict(_PLACES, default=pl.col("country_iso3_code").replace(_CODES))
        .alias("country_iso3_code")
    )
    key = ("country_iso3_code", "bgs_sub_commodity_trans")
    for wrong, why in (
        (~pl.col("units").is_in(list(TONNES)), "is in an unknown unit"),
        (pl.col("country_iso3_code") == "", "has no country code"),
        (pl.struct(key).is_duplicated(), "stands twice"),
        (pl.col("quantity") < 0, "is negative"),
    ):
        if len(bad := rows.filter(wrong)):
            r = bad.row(0, named=True)
            raise WorldError(
                f"'{name}', row {r['row']}: {commodity} of {r['country_trans']} in {year} {why} "
                f"({r['quantity']} {r['units']}). Take a clean copy of the publisher's file."
            )
    out: dict[str, float] = {}
    for r in rows.filter(pl.col("quantity").is_not_null()).iter_rows(named=True):
        iso3 = r["country_iso3_code"]
        out[iso3] = out.get(iso3, 0.0) + r["quantity"] * TONNES[r["units"]]
    return out
