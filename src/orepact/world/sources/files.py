"""Finding and reading publishers' files: what is missing or malformed is named, never guessed."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from orepact.catalogue import region
from orepact.errors import UnknownIdError, WorldError

WHOLE = "Take a whole copy from the publisher."


OWN = Path(__file__).parent
"""Where the project's own sheets lie, as ``facts/minerals.csv``."""


def find(raw: Path, name: str) -> Path:
    """Return the path of a raw file, or raise :class:`WorldError` naming it.

    The project's own sheets (``facts/``) come with the package; one in the folder is read instead.
    """
    for path in (raw / name, OWN / name):
        if path.is_file():
            return path
    raise WorldError(
        f"The raw file '{name}' is not in the sources folder '{raw}'. "
        "Put the publisher's file there, or point OREPACT_SOURCES elsewhere."
    )


def text(raw: Path, name: str, encoding: str = "utf8") -> str:
    """The text of a file, gzipped or not, without a byte order mark.

    UTF-8 wherever the bytes are; else ``encoding``: 'utf8' raises with the line, 'utf8-lossy'
    keeps a mark in its place, 'cp1252' and 'latin1' are read as such. A web page raises.
    """
    held = find(raw, name).read_bytes()
    if name.endswith(".gz"):
        try:
            held = gzip.decompress(held)
        except (OSError, EOFError, zlib.error) as bad:
            raise WorldError(f"'{name}' is cut off or not gzipped: {bad}. {WHOLE}") from bad
    try:
        out = held.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        if encoding == "utf8":
            line = held[: bad.start].count(b"\n") + 1
            raise WorldError(
                f"'{name}', row {line}: byte {held[bad.start]:#x} is not UTF-8. Save the file as "
                "UTF-8, or take the publisher's own."
            ) from bad
        lossy = encoding == "utf8-lossy"
        out = held.decode("utf8" if lossy else encoding, errors="replace" if lossy else "strict")
    if out.lstrip()[:1] == "<":
        raise WorldError(
            f"'{name}', row 1 is a web page ({out.strip()[:40]!r}), not a table: the download "
            "failed or asked for a login. Download it again."
        )
    return out


def text_table(
    raw: Path,
    name: str,
    columns: tuple[str, ...],
    encoding: str = "utf8",
    *,
    open_end: bool = False,
) -> pl.DataFrame:
    """Read a delimited file as text, keeping ``columns`` and the row number in the file.

    Every value stays text ("W", dashes and ">50" mean something), a blank is null; ``row`` counts
    file lines from 1, the header's, so that an error can name one. A row with more or fewer
    cells than the header raises, and so does an end in the middle of a line, unless the publisher
    is known to leave it so (``open_end``).
    """
    whole = text(raw, name, encoding)
    lines = csv.reader(io.StringIO(whole, newline=""))
    header = next(lines, [])
    at = _positions(header, name, columns)
    held: list[list[str | None]] = [[] for _ in columns]
    rows: list[int] = []
    after = lines.line_num
    try:
        for cells in lines:
            line, after = after + 1, lines.line_num
            if not cells:
                continue
            if len(cells) != len(header):
                raise WorldError(
                    f"'{name}', row {line}: {len(cells)} cells for {len(header)} "
                    f"columns. The file is cut off or was edited. {WHOLE}"
                )
            rows.append(line)
            for column, i in zip(held, at, strict=True):
                column.append(cells[i] or None)
    except csv.Error as bad:
        raise WorldError(f"'{name}', row {lines.line_num}: {bad}. {WHOLE}") from bad
    if not open_end and not whole.endswith("\n"):
        raise WorldError(
            f"'{name}', row {lines.line_num} ends without a line break: the file may be cut off. "
            f"{WHOLE} If it is whole, end its last line."
        )
    frame = pl.DataFrame(dict(zip(columns, held, strict=True)), dict.fromkeys(columns, pl.String))
    return frame.insert_column(0, pl.Series("row", rows, pl.UInt32))


def _positions(header: list[str], name: str, columns: tuple[str, ...]) -> list[int]:
    lacking = [c for c in columns if c not in header]
    if lacking:
        raise WorldError(
            f"'{name}', row 1 has no column {', '.join(map(repr, lacking))}; "
            f"it has {', '.join(header[:12])}. Is it the publisher's own file?"
        )
    twice = [c for c in columns if header.count(c) > 1]
    if twice:
        raise WorldError(f"'{name}', row 1 names the column '{twice[0]}' twice. {WHOLE}")
    return [header.index(c) for c in columns]


def parquet_table(raw: Path, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read a Parquet file, keeping ``columns`` and a row number from 1."""
    path = find(raw, name)
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as bad:
        raise WorldError(f"'{name}' cannot be read: {bad}. {WHOLE}") from bad
    _positions(frame.columns, name, columns)
    return frame.select(columns).with_row_index("row", offset=1)


def numbers(frame: pl.DataFrame, name: str, *columns: str, signed: bool = False) -> pl.DataFrame:
    """Turn columns into numbers; blank stays null, anything else raises with its row.

    NaN and infinity raise, and so does a negative number unless ``signed``.
    """
    for c in columns:
        cast = pl.col(c)
        if frame.schema[c] == pl.String:
            cast = cast.str.strip_chars().str.replace_all(",", "").replace("", None)
        said = frame.select(cast).to_series()
        value = said.cast(pl.Float64, strict=False)
        wrong = (value.is_null() & said.is_not_null()) | ~value.is_finite().fill_null(True)
        below = (value < 0).fill_null(False) & (not signed)
        for bad, what in ((wrong, "is not a number"), (below, "is negative")):
            if bad.any():
                first = frame.filter(bad).row(0, named=True)
                raise WorldError(
                    f"'{name}', row {first['row']}: {c} = {first[c]!r} {what}. "
                    "Correct the file or take a clean copy."
                )
        frame = frame.with_columns(value.alias(c))
    return frame


def given(frame: pl.DataFrame, name: str, *columns: str) -> pl.DataFrame:
    """Return the frame, or raise naming the row where one of ``columns`` is blank."""
    for c in columns:
        for r in frame.filter(pl.col(c).is_null()).head(1).iter_rows(named=True):
            raise WorldError(f"'{name}', row {r['row']}: {c} is blank. {WHOLE}")
    return frame


def among(frame: pl.DataFrame, name: str, column: str, known: Collection[str]) -> pl.DataFrame:
    """Return the frame, or raise naming the row where ``column`` is none of the ``known``."""
    wrong = ~pl.col(column).is_in(list(known)).fill_null(False)
    for r in frame.filter(wrong).head(1).iter_rows(named=True):
        raise WorldError(
            f"'{name}', row {r['row']}: {column} is {r[column]!r}, and none of "
            f"{', '.join(sorted(known)[:12])}. Correct the file or take a clean copy."
        )
    return frame


def once(frame: pl.DataFrame, name: str, *keys: str, mend: str = WHOLE) -> pl.DataFrame:
    """Return the frame, or raise naming both rows where the same ``keys`` stand twice."""
    twice = frame.filter(pl.struct(keys).is_duplicated())
    if len(twice):
        first = twice.row(0, named=True)
        same = pl.all_horizontal(pl.col(k).eq_missing(first[k]) for k in keys)
        rows = twice.filter(same)["row"].to_list()
        key = " ".join(str(first[k]) for k in keys)
        raise WorldError(
            f"'{name}', rows {rows[0]} and {rows[1]}: {key} stands twice, so a sum would count "
            f"it twice. {mend}"
        )
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
            row = frame.filter(pl.col(column).eq_missing(code))["row"][0]
            raise WorldError(f"'{name}', row {row}, {column}: {bad}") from bad
    return frame.with_columns(pl.col(column).replace_strict(known, return_dtype=pl.String))
