"""The compiled facts on output: one row per producer, each with its own source.

``facts/production_2024.csv`` keeps conflicting alternatives beside the preferred rows, marked
``preferred = 0``; they are never added up.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.register import ASSUMPTION, source
from orepact.world.sources.files import numbers, text_table, to_regions

SHEET = "facts/production_2024.csv"

_POOLED = {"ROW": "XAS", "EU27": "EUN", "XKX": "XEU"}
"""Codes outside ISO. The unallocated rest goes to the pool Other Asia: an assumption."""

_STARTS = (
    ("USGS", "usgs-mcs-2026"),
    ("IEA", "iea-cmde-2025"),
    ("BGS", "bgs-wms"),
    ("EU CRM", "eu-crm-2023"),
    ("BACI", "baci-v202601"),
    ("Lynas", "lynas-quarterly"),
    ("CNMIA", "metalnomist"),
    ("SMM", "smm-news"),
    ("world 270 kt", "metalnomist"),
    ("assumption", ASSUMPTION),
)


BESIDE = frozenset({("copper", "smelted"), ("vanadium", "secondary")})
"""Stages that the sheet keeps and no chain has."""


def source_id(text: str) -> str:
    """Return the register's id for a row's own words, or raise :class:`WorldError`.

    >>> source_id("USGS MCS 2026 data release residual"), source_id("CNMIA via metalnomist.com")
    ('usgs-mcs-2026', 'metalnomist')
    """
    for start, id in _STARTS:
        if text.startswith(start):
            return source(id)
    raise WorldError(
        f"'{SHEET}': the source {text!r} names no known publisher. Add the publisher to the "
        "register and to the rules here."
    )


def _rows(raw: Path, preferred: str) -> pl.DataFrame:
    """Rows of the sheet, output checked, that are preferred ("1") or not ("0")."""
    columns = ("mineral", "stage", "iso3", "production_t", "source", "vintage", "flag", "preferred")
    frame = numbers(text_table(raw, SHEET, columns), SHEET, "production_t")
    frame = frame.filter(pl.col("preferred") == preferred)
    wrong = frame.filter(pl.col("production_t").is_null() | (pl.col("production_t") < 0))
    if len(wrong):
        raise WorldError(f"'{SHEET}', row {wrong['row'][0]}: output is blank or negative. Fill it.")
    return frame


def rivals(raw: Path, mineral: str, stage: str, publisher: str) -> dict[str, float]:
    """Output that another publisher gives for one stage by ISO3, t; '' is its rest of the world.

    Rows with ``preferred = 0`` whose source is ``publisher``. Raises :class:`WorldError` where
    there is none, or a country stands twice.
    """
    frame = _rows(raw, "0").filter((pl.col("mineral") == mineral) & (pl.col("stage") == stage))
    out: dict[str, float] = {}
    for r in frame.iter_rows(named=True):
        code = "" if r["iso3"] == "ROW" else r["iso3"]
        if source_id(r["source"]) != publisher:
            continue
        if code in out:
            raise WorldError(
                f"'{SHEET}', row {r['row']}: {mineral} {stage} {r['iso3']} of {publisher} stands "
                "twice. Keep one."
            )
        out[code] = r["production_t"]
    if not out:
        raise WorldError(
            f"'{SHEET}' has no row of {mineral} {stage} by {publisher} with preferred = 0. Add its "
            "figures, or take the alternative out of alternatives.toml."
        )
    return out


def production(raw: Path, ids: Collection[str]) -> pl.DataFrame:
    """Preferred output of the minerals ``ids`` by mineral, stage and region.

    Columns mineral, stage, region, t, flag (the worst), source, detail. Flags run from A
    (published) to E (assumed). The source is that of the largest row.
    """
    frame = _rows(raw, "1").filter(pl.col("mineral").is_in(list(ids)))
    twice = frame.filter(frame.select("mineral", "stage", "iso3").is_duplicated())
    if len(twice):
        r = twice.row(0, named=True)
        raise WorldError(
            f"'{SHEET}', row {r['row']}: {r['mineral']} {r['stage']} {r['iso3']} has two preferred "
            "rows. Keep one and set preferred = 0 on the other."
        )
    known = BESIDE | {(m.id, s) for m in minerals().values() for s in m.stage_ids}
    for r in frame.iter_rows(named=True):
        if (r["mineral"], r["stage"]) not in known:
            raise WorldError(
                f"'{SHEET}', row {r['row']}: the catalogue knows no stage '{r['stage']}' of "
                f"{r['mineral']}. Correct it, or add the stage."
            )
    wrong = frame.filter(~pl.col("flag").is_in(list("ABCDE")))
    if len(wrong):
        raise WorldError(f"'{SHEET}', row {wrong['row'][0]}: flag {wrong['flag'][0]!r}, not A-E.")
    frame = to_regions(frame, SHEET, "iso3", _POOLED).rename({"iso3": "region"})
    cited = {text: source_id(text) for text in frame["source"].unique()}
    return (
        frame.sort("mineral", "stage", "region", "production_t", descending=[False] * 3 + [True])
        .group_by("mineral", "stage", "region", maintain_order=True)
        .agg(
            t=pl.col("production_t").sum(),
            flag=pl.col("flag").max(),
            source=pl.col("source").first().replace_strict(cited, return_dtype=pl.String),
            detail=pl.col("source").first() + " (" + pl.col("vintage").first() + ")",
        )
    )


def makers(raw: Path) -> dict[tuple[str, str, str], int]:
    """Countries that make something by mineral, stage and region, of all rows of the sheet."""
    rows = pl.concat([_rows(raw, "1"), _rows(raw, "0")]).filter(
        (pl.col("production_t") > 0) & ~pl.col("iso3").is_in(list(_POOLED))
    )
    rows = rows.with_columns(country="iso3")
    rows = to_regions(rows, SHEET, "iso3", _POOLED)
    found = rows.group_by("mineral", "stage", "iso3").agg(n=pl.col("country").n_unique())
    return {
        (m, s, r): n for m, s, r, n in found.select("mineral", "stage", "iso3", "n").iter_rows()
    }
