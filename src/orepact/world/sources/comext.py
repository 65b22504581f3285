"""Eurostat Comext: EU imports from outside by eight-digit code, in euros (no weights are held)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import given, numbers, once, text_table, to_regions

EU_IMPORTS = "data/derived/eu27_imports_by_partner_cn8_2022_2024.csv"
COUNTRY_CODES = "data/02_trade/cma_baci/country_codes_V202601.csv"
USD_PER_EUR = {2022: 1.0530, 2023: 1.0813, 2024: 1.0824}
"""ECB reference rate, average of the year (2022 and 2023 recalled, not read)."""

_PARTNERS = {"XS": "SRB", "XK": "XEU", "CW": "XAM", "LI": "LIE", "TW": "TWN"}


def iso2_to_iso3(raw: Path) -> dict[str, str]:
    """Two-letter to three-letter country codes, from BACI's list of countries."""
    frame = text_table(raw, COUNTRY_CODES, ("country_iso2", "country_iso3"))
    return dict(zip(frame["country_iso2"], frame["country_iso3"], strict=True))


def held_codes(raw: Path, year: int) -> frozenset[str]:
    """Eight-digit codes with a record in a year: codes are split and merged over time."""
    rows = text_table(raw, EU_IMPORTS, ("PRODUCT_NC", "PERIOD"))
    return frozenset(rows.filter(pl.col("PERIOD") == str(year))["PRODUCT_NC"])


def eu_imports(raw: Path, codes: tuple[str, ...], year: int = 2024) -> pl.DataFrame:
    """EU imports from outside by (cn8, exporter), USD; trade among members is dropped."""
    columns = ("PARTNER_ISO", "PRODUCT_NC", "PERIOD", "VALUE_IN_EUROS")
    frame = text_table(raw, EU_IMPORTS, columns).filter(
        (pl.col("PERIOD") == str(year)) & pl.col("PRODUCT_NC").is_in(list(codes))
    )
    missing = sorted(set(codes) - set(frame["PRODUCT_NC"]))
    if missing:
        raise WorldError(f"'{EU_IMPORTS}' has no imports of {', '.join(missing)} in {year}.")
    frame = once(frame, EU_IMPORTS, "PARTNER_ISO", "PRODUCT_NC", "PERIOD")
    frame = numbers(frame, EU_IMPORTS, "VALUE_IN_EUROS")
    frame = given(frame, EU_IMPORTS, "VALUE_IN_EUROS")
    known = iso2_to_iso3(raw)
    mapped = {k: _PARTNERS.get(k, known.get(k, k)) for k in frame["PARTNER_ISO"].unique()}
    frame = frame.with_columns(pl.col("PARTNER_ISO").replace_strict(mapped))
    frame = to_regions(frame, EU_IMPORTS, "PARTNER_ISO")
    return (
        frame.filter(pl.col("PARTNER_ISO") != "EUN")
        .group_by(cn8="PRODUCT_NC", exporter="PARTNER_ISO")
        .agg(usd=pl.col("VALUE_IN_EUROS").sum() * USD_PER_EUR[year])
        .sort("cn8", "exporter")
    )
