"""CEPII BACI, the publisher's own files: one year of world trade by HS6, about 11 million rows.

``BACI_HS22_Y2024_V202601.csv`` has the columns ``t,i,j,k,v,q``: year, exporter and importer
(numeric codes of ``country_codes_V202601.csv``), product, value in thousand USD, quantity in
tonnes; a missing quantity is ``NA``. Only positive flows stand in it. It is read lazily: what is
kept are the rows of the codes asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, numbers, once, text_table, to_regions

FOLDER = "data/02_trade/baci"
COLUMNS = ("t", "i", "j", "k", "v", "q")
NO_REGION: Mapping[str, str] = {"N/A": "XAS", "S19": "TWN", "R20": "XEU"}
"""Codes outside ISO: not specified, Other Asia (Taiwan), Europe EFTA not specified."""

LEAST: Mapping[str, int] = {"rows": 8_000_000, "codes": 4_500, "exporters": 200}
"""What a whole year has at least; BACI has about 11 million rows of 5,000 codes, 226 exporters."""

MOST = 5e9
"""No flow of a year weighs more tonnes: all iron ore that is shipped is a third of it."""

MOST_VALUE = 3e8
"""No flow of a year is worth more thousand USD: Canada's crude oil to the United States, the
largest, is a third of it."""

_NAME = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_V(\d{6})\.csv$")


@dataclass(frozen=True, slots=True)
class Full:
    """One file of BACI and its list of countries."""

    trade: Path
    countries: Path
    revision: str
    year: int
    version: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What the file's revision counts otherwise than ours, one sentence per code."""
        held = revisions()[self.revision]
        moved = (f"{code} stands under {m['to']}: {m['why']}" for code, m in held["moved"].items())
        wider = (f"{code} is wider: {why}" for code, why in held["wider"].items())
        return tuple(f"{self.revision} {note}." for note in (*moved, *wider))


@cache
def revisions() -> Mapping[str, Mapping[str, Any]]:
    """What each revision of the Harmonized System holds otherwise than ours."""
    raw = tomllib.loads(files(__package__).joinpath("revisions.toml").read_text("utf-8"))
    return {k: {"moved": {}, "wider": {}} | v for k, v in raw.items()}


def full(trade: Path, countries: Path | None = None, year: int = 2024) -> Full:
    """The file ``trade`` with its countries, by default the list of its version beside it.

    Raises :class:`WorldError` for a name that is not CEPII's, another year, a revision of the
    Harmonized System whose codes are not held here, and lists of another version.
    """
    found = _NAME.search(trade.name)
    if found is None:
        raise WorldError(
            f"'{trade.name}' is not named as CEPII names its files, BACI_HS22_Y{year}_V202601.csv: "
            "revision, year and version are read from the name. Give it its own name back."
        )
    revision, of, version = found[1], int(found[2]), found[3]
    if of != year:
        raise WorldError(f"'{trade.name}' is of {of}, and the base year is {year}. Take Y{year}.")
    if revision not in revisions():
        raise WorldError(
            f"'{trade.name}': how the codes of {revision} became ours is not held. "
            f"Take {' or '.join(revisions())}, which CEPII publishes too."
        )
    beside = countries or trade.with_name(f"country_codes_V{version}.csv")
    for path in (trade, beside):
        if not path.is_file():
            raise WorldError(f"'{path}' does not exist. BACI comes with its list of countries.")
    if version not in beside.name:
        raise WorldError(
            f"'{beside.name}' is not of version {version} as '{trade.name}'. Take both from one "
            "archive."
        )
    return Full(trade, beside, revision, year, version)


def held(raw: Path, year: int = 2024) -> Full | None:
    """The full file in the sources folder, or None. Two of one year raise."""
    trade = sorted((raw / FOLDER).glob(f"BACI_HS*_Y{year}_V*.csv"))
    if len(trade) > 1:
        names = ", ".join(path.name for path in trade)
        raise WorldError(f"'{FOLDER}' holds {names}: keep one, nothing says which to read.")
    return full(trade[0], year=year) if trade else None


def read(source: Full, codes: Collection[str]) -> pl.DataFrame:
    """Trade of ``codes`` (ours): columns hs6, exporter, importer (regions), t, usd; t may be null.

    Raises :class:`WorldError` naming file and row for a column that is missing, an end in the
    middle of a row, another year, an unknown country, a flow that stands twice, a value or
    quantity that is not a positive number.
    """
    name = source.trade.name
    _check_ends(source.trade)
    _check_whole(source.trade)
    changed = {old: m["to"] for old, m in revisions()[source.revision]["moved"].items()}
    moved = {old: to for old, to in changed.items() if to in codes}
    wanted = [*(c for c in codes if c not in changed.values()), *moved]
    code = pl.col("k").str.strip_chars().str.zfill(6)
    try:
        frame = (
            pl.scan_csv(source.trade, infer_schema=False, row_index_name="row", row_index_offset=2)
            .filter(code.is_in(wanted))
            .with_columns(code, pl.col("q").str.strip_chars().replace("NA", ""))
            .collect(engine="streaming")
        )
    except pl.exceptions.PolarsError as bad:
        raise WorldError(f"'{name}' cannot be read as a table: {bad}. {WHOLE}") from bad
    if frame.is_empty():
        raise WorldError(f"'{name}' has no row of the codes asked for. {WHOLE}")
    frame = numbers(once(frame, name, "i", "j", "k"), name, "v", "q")
    for wrong, what in (
        (pl.col("t").str.strip_chars() != str(source.year), f"year {{t}} is not {source.year}"),
        (pl.col("v").is_null(), "a flow without a value"),
        (pl.col("v") <= 0, "a flow of value {v}: only positive flows stand in BACI"),
        (
            pl.col("v") > MOST_VALUE,
            f"a value of {{v:,.4g}} thousand USD is above {MOST_VALUE:,.0f}, more than any flow is "
            "worth. Values are thousand USD, not USD",
        ),
        (pl.col("q") > MOST, "{q:.3g} t is more than the world ships of anything"),
        (pl.col("i").str.strip_chars() == pl.col("j").str.strip_chars(), "{i} trades with itself"),
    ):
        for r in frame.filter(wrong).head(1).iter_rows(named=True):
            raise WorldError(f"'{name}', row {r['row']}: {what.format(**r)}. {WHOLE}")
    frame = _places(frame, name, source.countries)
    return frame.select(
        hs6=pl.col("k").replace(moved), exporter="i", importer="j", t="q", usd=pl.col("v") * 1000
    )


def _places(frame: pl.DataFrame, name: str, countries: Path) -> pl.DataFrame:
    """Numeric country codes as regions."""
    listed = text_table(countries.parent, countries.name, ("country_code", "country_iso3"))
    iso = dict(listed.select("country_code", "country_iso3").iter_rows())
    for c in ("i", "j"):
        clean = pl.col(c).str.strip_chars()
        for r in frame.filter(~clean.is_in(list(iso))).head(1).iter_rows(named=True):
            raise WorldError(
                f"'{name}', row {r['row']}: country code {r[c]} is not in '{countries.name}'. "
                "Take both files from one BACI version."
            )
        frame = frame.with_columns(clean.replace_strict(iso).alias(c))
        frame = to_regions(frame, name, c, NO_REGION)
    return frame


def _check_whole(path: Path) -> None:
    """Raise where rows, codes or exporters are too few for a year, or a code is no code."""
    rows = pl.scan_csv(path, infer_schema=False, row_index_name="row", row_index_offset=2)
    code = pl.col("k").str.strip_chars()
    try:
        found = rows.select(
            rows=pl.len(), codes=code.n_unique(), exporters=pl.col("i").n_unique()
        ).collect(engine="streaming")
        odd = rows.filter(~code.str.contains(r"^\d{5,6}$").fill_null(False)).head(1).collect()
    except pl.exceptions.PolarsError as bad:
        raise WorldError(f"'{path.name}' cannot be read as a table: {bad}. {WHOLE}") from bad
    for r in odd.iter_rows(named=True):
        raise WorldError(
            f"'{path.name}', row {r['row']}: product {r['k']!r} is no code of six digits. {WHOLE}"
        )
    few = [f"{found[n][0]:,} {n} of at least {least:,}" for n, least in LEAST.items()
           if found[n][0] < least]  # fmt: skip
    if few:
        raise WorldError(f"'{path.name}' is not a whole year: it has {', '.join(few)}. {WHOLE}")


def _check_ends(path: Path) -> None:
    """Raise where the first line is not BACI's header or the last is cut off."""
    with path.open("rb") as file:
        header = file.readline().decode("utf8", errors="replace").strip().lstrip("\ufeff")
        lacking = [c for c in COLUMNS if c not in header.split(",")]
        if lacking:
            raise WorldError(
                f"'{path.name}', row 1 has no column {', '.join(map(repr, lacking))}; it reads "
                f"{header[:60]!r}. Is it CEPII's own file? {WHOLE}"
            )
        file.seek(-min(200, path.stat().st_size), 2)
        last = file.read().decode("utf8", errors="replace")
    if not last.endswith("\n") or last.strip().rsplit("\n", 1)[-1].count(",") != 5:
        raise WorldError(f"'{path.name}' is cut off in its last row {last[-30:]!r}. {WHOLE}")
