"""Finding and reading publishers' files: what is missing or malformed is named, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from orepact.catalogue import region
from orepact.errors import UnknownIdError, WorldError


def find(raw: Path, name: str) -> Path:
    """Return the path of a raw file, or raise :class:`WorldError` naming it."""
    path = raw / name
    if not path.is_file():
        raise WorldError(
            f"The raw file '{name}' is not in the sources folder '{raw}'. "
            "Put the publisher's file there, or point OREPACT_SOURCES elsewhere."
        )
    return path


def text_table(
    raw: Path, name: str, columns: tuple[str, ...], encoding: str = "utf8"
) -> pl.DataFrame:
    """Read a delimited file as text, keeping ``columns`` and the row number in the file.

    Every value stays text ("W", dashes and ">50" mean something); ``row`` counts file lines
    from 2, so that an error can name one.
    """
    path = find(raw, name)
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding=encoding, truncate_ragged_lines=True)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as bad:
        raise WorldError(f"'{name}' cannot be read as a table: {bad}.") from bad
    frame = frame.rename({c: c.lstrip("\ufeff").removeprefix("ï»¿") for c in frame.columns})
    return keep(frame, name, columns).with_row_index("row", offset=2)


def parquet_table(raw: Path, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read a Parquet file, keeping ``columns`` and a row number from 1."""
    path = find(raw, name)
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as bad:
        raise WorldError(f"'{name}' cannot be read: {bad}. Take a whole copy.") from bad
    return keep(frame, name, columns).with_row_index("row", offset=1)


def keep(frame: pl.DataFrame, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Keep the named columns of a table, or raise saying which the file lacks."""
    lacking = [c for c in columns if c not in frame.columns]
    if lacking:
        raise WorldError(
            f"'{name}' has no column {', '.join(map(repr, lacking))}; "
            f"it has {', '.join(frame.columns[:12])}. Is it the publisher's own file?"
        )
    return frame.select(columns)


def numbers(frame: pl.DataFrame, name: str, *columns: str) -> pl.DataFrame:
    """Turn text columns into numbers; blank stays null, anything else raises with its row."""
    for c in columns:
        cast = pl.col(c).str.strip_chars().str.replace_all(",", "").replace("", None)
        value = frame.select(cast.cast(pl.Float64, strict=False)).to_series()
        text = frame.select(cast).to_series()
        wrong = frame.filter(value.is_null() & text.is_not_null() | value.is_nan().fill_null(False))
        if len(wrong):
            first = wrong.row(0, named=True)
            raise WorldError(
                f"'{name}', row {first['row']}: {c} = {first[c]!r} is not a number. "
                "Correct the file or take a clean copy."
            )
        frame = frame.with_columns(value.alias(c))
    return frame


def to_regions(
    frame: pl.DataFrame, name: str, column: str, extra: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Map a column of country codes to the model's regions; an unknown code raises."""
    known = dict(extra or {})
    for code in frame[column].unique().to_list():
        if code in known:
            continue
        try:
            known[code] = region(str(code))
        except UnknownIdError as bad:
            row = frame.filter(pl.col(column) == code)["row"][0]
            raise WorldError(f"'{name}', row {row}, {column}: {bad}") from bad
    return frame.with_columns(pl.col(column).replace_strict(known, return_dtype=pl.String))
