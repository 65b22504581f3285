"""CEPII BACI: reconciled bilateral trade by HS6, value in thousand USD and quantity in tonnes.

A full file of the publisher (:mod:`.baci_full`) replaces every other trade table. Else a complete
extract of thirty codes is read. Missing quantities (4.7 %), and those whose unit value is absurd,
are filled at the code's median unit value: good for homogeneous goods, wrong for baskets.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources import baci_full
from orepact.world.sources.baci_full import Full
from orepact.world.sources.files import (
    WHOLE,
    among,
    given,
    numbers,
    once,
    parquet_table,
    text_table,
    to_regions,
)

EXTRACT = "data/02_trade/cma_baci/baci_2024_bilateral_30codes.parquet"
OLDER = "data/02_trade/cma_baci/baci_2022.csv"
ASEAN = "data/02_trade/baci_asean/baci-asean-minerals-bilateral-2010-2024.csv"
MARGINS = "data/02_trade/cma_baci_hs6_marginals/baci_2024_top_exporters_importers.csv"
TOTALS = "data/02_trade/cma_baci_hs6_marginals/baci_world_totals_2018_2024.csv"


OUTLIER = 4.0
"""A quantity is refused when its unit value is this many times off the code's median."""


def judged(frame: pl.DataFrame) -> pl.DataFrame:
    """The flows with ``median``, their code's unit value, and ``good``: whether theirs is near it.

    The median is weighted by value, so that a few large honest flows set it. Values are
    BACI's strong side; quantities of small flows are often of another unit or product.
    """
    named = pl.col("t").is_not_null() & (pl.col("t") > 0)
    known = frame.filter(named).with_columns(unit=pl.col("usd") / pl.col("t")).sort("hs6", "unit")
    middle = (
        known.with_columns(
            passed=pl.col("usd").cum_sum().over("hs6") / pl.col("usd").sum().over("hs6")
        )
        .filter(pl.col("passed") >= 0.5)
        .group_by("hs6", maintain_order=True)
        .agg(median=pl.col("unit").first())
    )
    ratio = pl.col("usd") / pl.col("t") / pl.col("median")
    near = ratio.is_between(1 / OUTLIER, OUTLIER).fill_null(False)
    return frame.join(middle, on="hs6", how="left").with_columns(good=named & near)


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace missing and absurd tonnes at the code's median unit value, and sum to regions."""
    return (
        judged(frame)
        .with_columns(t=pl.when("good").then("t").otherwise(pl.col("usd") / pl.col("median")))
        .filter((pl.col("exporter") != pl.col("importer")) & pl.col("t").is_finite())
        .group_by("hs6", "exporter", "importer")
        .agg(pl.col("t").sum(), pl.col("usd").sum())
        .sort("hs6", "exporter", "importer")
    )


def replaced(frame: pl.DataFrame) -> str:
    """How many quantities :func:`complete` replaces, in a sentence.

    >>> flow = {"hs6": "260800", "exporter": "PER", "importer": "CHN", "t": 1.0, "usd": 500.0}
    >>> told = replaced(pl.DataFrame([flow, flow | {"t": None}, flow | {"t": 4e9}, flow]))
    >>> told.partition(" one more")[0]
    'Of 4 flows 1 (25.0 %) have no quantity and 1 (25.0 %; 25.0 % of the value)'
    """
    flows = judged(frame)
    missing = pl.col("t").is_null() | (pl.col("t") <= 0)
    none, absurd = flows.filter(missing), flows.filter(~missing & ~pl.col("good"))
    n, part = len(flows), float(absurd["usd"].sum()) / float(flows["usd"].sum())
    return (
        f"Of {n:,} flows {len(none):,} ({_percent(len(none) / n)}) have no quantity and "
        f"{len(absurd):,} ({_percent(len(absurd) / n)}; {_percent(part)} of the value) one more "
        f"than {OUTLIER:g} times off the median unit value of their code: these quantities are "
        "the value over that median."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def extract(raw: Path) -> pl.DataFrame:
    """Read the complete 2024 extract of thirty codes."""
    columns = ("year", "exporter", "importer", "hs6", "value_kusd", "qty_t")
    frame = once(parquet_table(raw, EXTRACT, columns), EXTRACT, *columns[:4])
    frame = numbers(frame, EXTRACT, "value_kusd", "qty_t")
    given(frame, EXTRACT, "value_kusd", "year")
    for r in frame.filter(pl.col("year") != 2024).head(1).iter_rows(named=True):
        raise WorldError(f"'{EXTRACT}', row {r['row']}: year is {r['year']}, not 2024. {WHOLE}")
    for c in ("exporter", "importer"):
        frame = to_regions(frame, EXTRACT, c, baci_full.NO_REGION)
    return complete(
        frame.select("hs6", "exporter", "importer", t="qty_t", usd=pl.col("value_kusd") * 1000)
    )


def whole(full: Full, codes: Collection[str]) -> pl.DataFrame:
    """Trade of ``codes`` from a full file, by (hs6, exporter, importer): t gross and USD."""
    return complete(baci_full.read(full, codes))


def trade(raw: Path, codes: tuple[str, ...], full: Full | None = None) -> pl.DataFrame:
    """Trade of 2024 by (hs6, exporter, importer): t gross and USD.

    A full file, given or in the sources folder, replaces the extracts. Else the extract for the
    ten ASEAN countries adds their trade in codes that the other lacks: ``whole`` says whether a
    row's code is held for all countries, ``file`` whence it comes.
    """
    full = full or baci_full.held(raw)
    if full is not None:
        return whole(full, codes).with_columns(whole=pl.lit(True), file=pl.lit(full.trade.name))
    main = extract(raw).with_columns(whole=pl.lit(True), file=pl.lit(EXTRACT))
    extra = asean(raw).with_columns(whole=pl.lit(False), file=pl.lit(ASEAN))
    extra = extra.filter(~pl.col("hs6").is_in(main["hs6"].unique().to_list()))
    return pl.concat([main, extra]).filter(pl.col("hs6").is_in(list(codes)))


def older(raw: Path) -> pl.DataFrame:
    """Trade of 2022 in USD by (hs6, exporter, importer): a seed where 2024 is not held."""
    frame = once(text_table(raw, OLDER, ("i", "j", "cmd", "value")), OLDER, "i", "j", "cmd")
    frame = given(numbers(frame, OLDER, "value"), OLDER, "value")
    for c in ("i", "j"):
        frame = to_regions(frame, OLDER, c, baci_full.NO_REGION)
    return (
        frame.filter(pl.col("i") != pl.col("j"))
        .group_by(hs6="cmd", exporter="i", importer="j")
        .agg(usd=pl.col("value").sum())
        .sort("hs6", "exporter", "importer")
    )


def asean(raw: Path, year: int = 2024) -> pl.DataFrame:
    """Trade of the ten ASEAN countries with sixteen partners."""
    columns = ("t", "hs6", "i_iso3", "j_iso3", "trade_usd_thousands", "qty_tons")
    frame = text_table(raw, ASEAN, columns).filter(pl.col("t") == str(year))
    frame = once(frame, ASEAN, "hs6", "i_iso3", "j_iso3")
    frame = numbers(frame, ASEAN, "trade_usd_thousands", "qty_tons")
    frame = given(frame, ASEAN, "trade_usd_thousands")
    for c in ("i_iso3", "j_iso3"):
        frame = to_regions(frame, ASEAN, c, baci_full.NO_REGION)
    return complete(
        frame.select(
            "hs6",
            exporter="i_iso3",
            importer="j_iso3",
            t="qty_tons",
            usd=pl.col("trade_usd_thousands") * 1000,
        )
    )


def margins(raw: Path) -> pl.DataFrame:
    """Largest exporters and importers of codes without a matrix: hs6, side, iso2, usd, share."""
    columns = ("hs6", "side", "iso2", "value_usd", "world_usd")
    frame = once(text_table(raw, MARGINS, columns), MARGINS, "hs6", "side", "iso2")
    frame = given(numbers(frame, MARGINS, "value_usd", "world_usd"), MARGINS, *columns)
    frame = among(frame, MARGINS, "side", ("exporter", "importer"))
    totals = once(text_table(raw, TOTALS, ("hs6", "year", "world_tonnes")), TOTALS, "hs6", "year")
    totals = given(numbers(totals, TOTALS, "world_tonnes"), TOTALS, "world_tonnes")
    frame = frame.join(
        totals.filter(pl.col("year") == "2024").select("hs6", "world_tonnes"), on="hs6", how="left"
    )
    return frame.with_columns(share=pl.col("value_usd") / pl.col("world_usd"))
