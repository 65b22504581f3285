"""What China and the United States charge each other by HS6: WTO snapshots, PIIE's added rates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, numbers, once, text_table

SNAPSHOTS = "data/04_tariffs/us_china/wto_C156_C840.csv"
RETALIATION = "data/04_tariffs/us_china/chn_reta_hs6.csv"
ADDED_BY_US = "data/04_tariffs/us_china/us_tariff_hs6.csv"


def china_on_us(raw: Path) -> dict[str, dict[date, float]]:
    """China's applied duty on US goods (most-favoured plus additional): by HS6 and snapshot.

    Snapshots stand on the first day of a change. Codes that the file leaves blank on a day are
    absent there; a file without snapshots raises :class:`WorldError`.
    """
    table = text_table(
        raw, SNAPSHOTS, ("reporter_iso", "partner_iso", "year_dt", "hs_code", "best_avlbl")
    )
    table = table.filter((pl.col("reporter_iso") == "CHN") & (pl.col("partner_iso") == "USA"))
    if table.is_empty():
        raise WorldError(f"'{SNAPSHOTS}' has no snapshot of China on the US.")
    table = numbers(once(table, SNAPSHOTS, "hs_code", "year_dt"), SNAPSHOTS, "best_avlbl")
    table = table.drop_nulls("best_avlbl").sort("year_dt")
    out: dict[str, dict[date, float]] = {}
    columns = ("row", "hs_code", "year_dt", "best_avlbl")
    for row, code, day, rate in table.select(columns).iter_rows():
        try:
            out.setdefault(code, {})[date.fromisoformat(day)] = rate / 100
        except (TypeError, ValueError) as bad:
            raise WorldError(
                f"'{SNAPSHOTS}', row {row}: year_dt is {day!r}, not a day as 2025-01-01. {WHOLE}"
            ) from bad
    return out


def china_retaliation(raw: Path) -> dict[str, float]:
    """China's additional duty on US goods as listed to 2019, share by HS6; absent is none."""
    table = text_table(raw, RETALIATION, ("hs6", "chn_reta_2019"))
    table = numbers(once(table, RETALIATION, "hs6"), RETALIATION, "chn_reta_2019").drop_nulls(
        "chn_reta_2019"
    )
    return {code: rate / 100 for code, rate in table.select("hs6", "chn_reta_2019").iter_rows()}


def us_on_china(raw: Path) -> dict[str, float]:
    """Duties that the United States added on Chinese goods by 2020, mean share by HS6."""
    table = text_table(raw, ADDED_BY_US, ("hs06", "us_tariff_2020"))
    table = numbers(once(table, ADDED_BY_US, "hs06"), ADDED_BY_US, "us_tariff_2020").drop_nulls(
        "us_tariff_2020"
    )
    return {code: rate / 100 for code, rate in table.select("hs06", "us_tariff_2020").iter_rows()}
