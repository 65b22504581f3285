"""UN Comtrade: the United States' own customs records, and whole codes of all reporters.

Only derived, reconciled figures leave the build: cells in contained tonnes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.catalogue import countries, minerals
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world.sources.baci import complete
from orepact.world.sources.files import (
    WHOLE,
    among,
    given,
    numbers,
    once,
    text_table,
    to_regions,
)

US_CELLS = "data/derived/comtrade_us_vs_chn_mex_vnm_critical_hs6_2015_2025.csv"
NICKEL = "data/02_trade/comtrade_manuali/UN_nickel_trade.csv"
RECORDS = "data/02_trade/comtrade/comtrade_{}.csv"
LARGEST = "data/derived/comtrade_top10_exporters_importers_2000_2023.csv"
UNIT_VALUES = "data/derived/comtrade_{}_31codes_dedup_max.csv.gz"
CHINA_EXPORTS = "data/02_trade/china_exports_monthly/deep_dive_hs6_monthly.csv"

BREAKDOWN = (
    "Drop the breakdown by customs procedure, transport and second partner, and keep the total: "
    "customsCode C00, motCode 0, partner2Code 0."
)

COVERED = 0.75
"""Least share of the file's codes that a year of the United States' records has; 92 % in 2024."""

AGAIN = "Download it again with `orepact world add comtrade`."
_PARTNERS = {
    "South Korea": "KOR",
    "UAE": "ARE",
    "Czech Republic": "CZE",
    "Hong Kong": "HKG",
    "Turkey": "TUR",
    "USA": "USA",
}
_SPELLINGS = {
    "Bolivia (Plurinational State of)": "BOL",
    "Côte d'Ivoire": "CIV",
    "DRC": "COD",
    "PNG": "PNG",
    "Rep. of Korea": "KOR",
    "Türkiye": "TUR",
    "UAE": "ARE",
    "UK": "GBR",
    "United States": "USA",
    "Czechia": "CZE",
}


_US_KEYS = ("reporter_iso", "partner_iso", "flow_desc", "cmd_code")
_FROM_TO = {
    "exporter": pl.when(pl.col("flow_desc") == "Import")
    .then("partner_iso")
    .otherwise("reporter_iso"),
    "importer": pl.when(pl.col("flow_desc") == "Import")
    .then("reporter_iso")
    .otherwise("partner_iso"),
}


def us_cells(raw: Path, year: int = 2024) -> pl.DataFrame:
    """Trade of the United States with China, Mexico and Vietnam, as its customs record it.

    Records without a net weight are unknown tonnes, not zero, and left to other sources.
    Columns hs6, exporter, importer, t (net weight), usd. A year that lacks a pair of countries, or
    a quarter of the file's codes, is cut off and raises :class:`WorldError`.
    """
    columns = ("ref_year", *_US_KEYS, "primary_value", "net_wgt")
    whole = text_table(raw, US_CELLS, columns)
    whole = among(whole, US_CELLS, "flow_desc", ("Export", "Import"))
    for c in ("reporter_iso", "partner_iso"):
        whole = to_regions(whole, US_CELLS, c)
    frame = whole.filter(pl.col("ref_year") == str(year))
    pairs = [set(f.select(_US_KEYS[:3]).iter_rows()) for f in (whole, frame)]
    codes = [f["cmd_code"].n_unique() for f in (whole, frame)]
    if lacking := sorted(pairs[0] - pairs[1]):
        raise WorldError(
            f"'{US_CELLS}' has no row of {year} for {' '.join(map(str, lacking[0]))}, and has some "
            f"of other years: the file is cut off. {WHOLE}"
        )
    if codes[1] < COVERED * codes[0]:
        raise WorldError(
            f"'{US_CELLS}' has {codes[1]} of its {codes[0]} codes in {year}: the file is cut off. "
            f"{WHOLE}"
        )
    frame = numbers(frame, US_CELLS, "primary_value", "net_wgt")
    frame = once(frame, US_CELLS, *_US_KEYS, mend=BREAKDOWN)
    frame = given(frame, US_CELLS, "primary_value")
    return frame.filter(pl.col("net_wgt") > 0).select(
        hs6="cmd_code",
        **_FROM_TO,
        t=pl.col("net_wgt") / 1000,
        usd="primary_value",
    )


def us_none(raw: Path, year: int = 2024) -> frozenset[tuple[str, str, str]]:
    """Code, exporter and importer of what was not traded: the extract is whole, absence is zero.

    A code counts from the first to the last year in which the file has it, so that one which a
    revision of the Harmonized System split is not read as zero.
    """
    whole = text_table(raw, US_CELLS, ("ref_year", *_US_KEYS, "net_wgt"))
    place = whole.select("ref_year", hs6="cmd_code", **_FROM_TO)
    span = place.group_by("hs6").agg(first=pl.col("ref_year").min(), last=pl.col("ref_year").max())
    live = span.filter((pl.col("first") <= str(year)) & (pl.col("last") >= str(year)))["hs6"]
    traded = set(place.filter(pl.col("ref_year") == str(year)).drop("ref_year").iter_rows())
    pairs = set(place.select("exporter", "importer").iter_rows())
    return frozenset((c, *pair) for c in live for pair in pairs) - traded


def nickel_ore(raw: Path, year: int = 2024) -> pl.DataFrame:
    """Imports of nickel ore (2604.00) as importers report them: hs6, exporter, importer, t, usd."""
    places = ("reporterISO", "partnerISO")
    columns = ("period", *places, "flowCode", "cmdCode", "primaryValue", "netWgt")
    frame = text_table(raw, NICKEL, columns).filter(
        (pl.col("period") == str(year))
        & (pl.col("flowCode") == "M")
        & (pl.col("cmdCode") == "260400")
        & (pl.col("partnerISO") != "W00")
        & ~pl.col("partnerISO").str.starts_with("_")
        & ~pl.col("partnerISO").str.starts_with("X")
    )
    frame = once(frame, NICKEL, *places, mend=BREAKDOWN)
    frame = given(numbers(frame, NICKEL, "primaryValue", "netWgt"), NICKEL, "primaryValue")
    for c in places:
        frame = to_regions(frame, NICKEL, c, {"S19": "TWN", "E19": "XEU"})
    return (
        frame.filter((pl.col("netWgt") > 0) & (pl.col("reporterISO") != pl.col("partnerISO")))
        .group_by(hs6="cmdCode", exporter="partnerISO", importer="reporterISO")
        .agg(t=pl.col("netWgt").sum() / 1000, usd=pl.col("primaryValue").sum())
        .sort("exporter", "importer")
    )


EMPTY = pl.DataFrame(
    schema=dict.fromkeys(("hs6", "exporter", "importer"), pl.String)
    | dict.fromkeys(("t", "usd"), pl.Float64)
)
NO_PLACE = r"^(_|XX|X\d)"
"""Partners that are no place: areas not specified, special categories, free zones."""
_CONTINENTS = {"A": "XAM", "E": "XEU", "F": "XAF", "O": "XOC", "S": "XAS"}


def traded(codes: Collection[str] | None = None) -> tuple[str, ...]:
    """The six-digit codes that a build can use: all, or ``codes``, if the catalogue trades them."""
    ours = sorted({c for m in minerals().values() for s in m.stages for c in s.hs6 if len(c) == 6})
    wanted = ours if codes is None else [c.strip().replace(".", "") for c in codes]
    for c in wanted:
        if c not in ours:
            raise UnknownIdError(
                f"No stage of the catalogue is traded under the code '{c}'. {nearest(c, ours)}"
            )
    return tuple(wanted)


def trade(raw: Path, codes: Collection[str], year: int) -> pl.DataFrame:
    """Trade of ``codes`` by (hs6, exporter, importer): t gross and USD; codes not held are absent.

    What was downloaded of the year (:func:`records`), and nickel ore where it is not among it:
    ``whole`` says whether a row's code is held for all countries, ``file`` whence it comes.
    """
    name, parts = RECORDS.format(year), []
    if (raw / name).is_file():
        held = records(raw, codes, year)
        parts.append(held.with_columns(whole=pl.lit(True), file=pl.lit(name)))
        codes = set(codes) - set(held["hs6"])
    ore = nickel_ore(raw, year) if "260400" in codes else EMPTY
    parts.append(ore.with_columns(whole=pl.lit(False), file=pl.lit(NICKEL)))
    return pl.concat(parts)


def records(raw: Path, codes: Collection[str], year: int) -> pl.DataFrame:
    """Trade of ``codes`` as ``world add comtrade`` wrote it: hs6, exporter, importer, t, usd.

    Importers' records; for an importer that reports no import in the whole table, what exporters
    report to it (mirrored; their values lack freight). Weights in kg that are missing, or absurd
    for the code's median unit value, are rebuilt from values, as BACI's are. Partners that are no
    place (areas not specified, free zones, special categories) are left out. Not yet verified on
    the live service.
    """
    name = RECORDS.format(year)
    places = ("reporterISO", "partnerISO")
    columns = ("period", *places, "flowCode", "cmdCode", "primaryValue", "netWgt")
    frame = once(text_table(raw, name, columns), name, *columns[:5], mend=BREAKDOWN)
    for wrong, what in (
        (~pl.col("period").eq_missing(str(year)), f"period {{period}} is not {year}"),
        (~pl.col("flowCode").is_in(["M", "X"]), "flowCode {flowCode} is neither M nor X"),
        (pl.col("primaryValue").is_null(), "a flow without a value"),
    ):
        for r in frame.filter(wrong.fill_null(True)).head(1).iter_rows(named=True):
            raise WorldError(f"'{name}', row {r['row']}: {what.format(**r)}. {AGAIN}")
    frame = numbers(frame, name, "primaryValue", "netWgt")
    importing = pl.col("flowCode") == "M"
    reporting = frame.filter(importing)["reporterISO"].unique().to_list()
    mirrored = ~importing & ~pl.col("partnerISO").is_in(reporting)
    frame = frame.filter((importing | mirrored) & pl.col("cmdCode").is_in(list(codes)))
    frame = frame.filter(~pl.col("partnerISO").str.contains(NO_PLACE).fill_null(False))
    groups = {c for p in places for c in frame[p] if c and re.fullmatch(r"[AEFOS]\d\d", c)}
    known = {c: _CONTINENTS[c[0]] for c in groups} | {"S19": "TWN"}
    for c in places:
        frame = to_regions(frame, name, c, known)
    return complete(
        frame.select(
            hs6="cmdCode",
            exporter=pl.when(importing).then("partnerISO").otherwise("reporterISO"),
            importer=pl.when(importing).then("reporterISO").otherwise("partnerISO"),
            t=pl.col("netWgt") / 1000,
            usd="primaryValue",
        )
    )


def unit_values(raw: Path, year: int = 2022) -> dict[str, float]:
    """USD per gross tonne by code: the median of all records, weighted by value.

    Records of one pair of countries stand once, without their breakdown.
    """
    name = UNIT_VALUES.format(year)
    frame = numbers(text_table(raw, name, ("cmd", "value", "netwgt")), name, "value", "netwgt")
    frame = frame.filter((pl.col("value") > 0) & (pl.col("netwgt") > 0))
    frame = frame.with_columns(unit=1000 * pl.col("value") / pl.col("netwgt")).sort("cmd", "unit")
    share = pl.col("value").cum_sum().over("cmd") / pl.col("value").sum().over("cmd")
    middle = (
        frame.filter(share >= 0.5).group_by("cmd", maintain_order=True).agg(pl.col("unit").first())
    )
    return dict(middle.select("cmd", "unit").iter_rows())


def china_exports(raw: Path, year: int = 2024) -> pl.DataFrame:
    """China's exports of 2504.10, 3801.10 and 8112.92 over the months of one year.

    Columns hs6, importer, t, usd; the unit value tells spherical graphite from flake.
    """
    columns = ("period_dt", "partner_name", "hs6", "val", "qty")
    frame = text_table(raw, CHINA_EXPORTS, columns).filter(
        pl.col("period_dt").str.starts_with(str(year))
    )
    frame = once(frame, CHINA_EXPORTS, "period_dt", "partner_name", "hs6", mend=BREAKDOWN)
    frame = given(numbers(frame, CHINA_EXPORTS, "val", "qty"), CHINA_EXPORTS, "val", "qty")
    names = {c.name: c.iso3 for c in countries().values()} | _PARTNERS
    unknown = frame.filter(~pl.col("partner_name").is_in(list(names)))
    if len(unknown):
        r = unknown.row(0, named=True)
        raise WorldError(
            f"'{CHINA_EXPORTS}', row {r['row']}: the catalogue knows no country "
            f"'{r['partner_name']}'. Add its spelling."
        )
    frame = frame.with_columns(pl.col("partner_name").replace_strict(names))
    frame = to_regions(frame, CHINA_EXPORTS, "partner_name")
    return (
        frame.filter(pl.col("qty") > 0)
        .group_by("hs6", importer="partner_name")
        .agg(t=pl.col("qty").sum() / 1000, usd=pl.col("val").sum())
        .sort("hs6", "importer")
    )


def largest(raw: Path, year: int = 2023) -> pl.DataFrame:
    """The ten largest exporters and importers of groups of codes.

    Columns mineral, stage (as the table groups codes), side, country (ISO3), share (of world
    value). The build of the world does not use them: they check what it fills.
    """
    columns = ("mineral", "stage", "side", "year", "country", "share_pct")
    frame = text_table(raw, LARGEST, columns).filter(pl.col("year") == str(year))
    frame = given(numbers(frame, LARGEST, "share_pct"), LARGEST, "share_pct")
    frame = once(frame, LARGEST, *columns[:5])
    frame = among(frame, LARGEST, "side", ("exporter", "importer"))
    for r in frame.filter(pl.col("share_pct") > 100).head(1).iter_rows(named=True):
        raise WorldError(f"'{LARGEST}', row {r['row']}: a share of {r['share_pct']} %. {WHOLE}")
    names = {c.name: c.iso3 for c in countries().values()} | _SPELLINGS
    unknown = frame.filter(~pl.col("country").is_in(list(names)))
    if len(unknown):
        r = unknown.row(0, named=True)
        raise WorldError(
            f"'{LARGEST}', row {r['row']}: the catalogue knows no country '{r['country']}'. "
            "Correct it, or add its spelling."
        )
    return frame.select(
        "mineral",
        "stage",
        "side",
        pl.col("country").replace_strict(names),
        share=pl.col("share_pct") / 100,
    )
