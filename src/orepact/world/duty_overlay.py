"""Lay duties of one's own over the shipped ones, and say what gave way."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError
from orepact.world import duty_table, own_duties
from orepact.world.compiled import BASE_YEAR, TABLES, assemble, tables, write
from orepact.world.duty_table import ORDINARY, SCHEMA, Row, group
from orepact.world.world import World

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a schedule did.

    ``replaced`` are the shipped rows that gave way (as the table of duties, with the
    dates they had), ``change`` the base year's duty before and after, see :func:`change`;
    ``notes`` are sentences on what to look at.
    """

    rows: int
    replaced: pl.DataFrame
    change: pl.DataFrame
    notes: tuple[str, ...]


def overlay(held: pl.DataFrame, own: Sequence[Row]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The table of duties with ``own`` rows in force, and the held rows that gave way.

    A held row of the same importer, origin, component and goods ends where a row of one's own
    begins, and goes on where that ends. Rows that are less particular stay behind it. Codes are
    told apart as finely as either side does: a heading beside lines of it takes their place in
    each, a held heading is split into one's own lines.

    >>> from orepact.world.compiled import tables
    >>> at = ("MEX", "", "zinc", "refined")
    >>> row = Row(*at, "", "mfn", date(2024, 1, 1), None, (0.05,) * 3, "law")
    >>> table, replaced = overlay(tables()["duties"], [row])
    >>> replaced["from"].to_list()
    [datetime.date(2021, 1, 1), datetime.date(2026, 1, 1)]
    """
    old = held.to_dicts()
    theirs, ours = _codes(old), _codes([_record(r) for r in own])
    mine = [_record(r) for row in own for r in _finer(row, theirs)]
    kept: list[dict[str, Any]] = []
    replaced: list[dict[str, Any]] = []
    over: dict[Key, list[dict[str, Any]]] = {}
    for r in mine:
        over.setdefault(_place(r), []).append(r)
    for row in old:
        parts, rivals = _split(row, ours), over.get(_place(row), ())
        left = [
            piece
            for part in parts
            for piece in _outside(part, [m for m in rivals if m["code"] in ("", part["code"])])
        ]
        if left != parts:
            replaced.append(row)
        kept += left
    table = pl.DataFrame([*kept, *mine], schema=SCHEMA, orient="row")
    duty_table.check(table)
    return table, pl.DataFrame(replaced, schema=SCHEMA, orient="row")


def _record(r: Row) -> dict[str, Any]:
    return duty_table.table([r]).row(0, named=True)


def _place(r: Mapping[str, Any]) -> Key:
    return r["importer"], r["origin"], r["mineral"], r["stage"], group(r["component"])


def _stage(r: Mapping[str, Any]) -> Key:
    return r["importer"], r["mineral"], r["stage"]


def _codes(rows: Collection[Mapping[str, Any]]) -> dict[Key, set[str]]:
    out: dict[Key, set[str]] = {}
    for r in rows:
        if r["code"]:
            out.setdefault(_stage(r), set()).add(r["code"])
    return out


def _finer(row: Row, theirs: Mapping[Key, set[str]]) -> list[Row]:
    """A row of one's own, once per held line where it names a heading of held lines."""
    held = theirs.get((row.importer, row.mineral, row.stage), set())
    lines = sorted(c for c in held if row.code and c != row.code and c.startswith(row.code))
    return [replace(row, code=c) for c in lines] or [row]


def _split(row: dict[str, Any], ours: Mapping[Key, set[str]]) -> list[dict[str, Any]]:
    """A held row, once per line of one's own where it names a heading of such lines."""
    own = ours.get(_stage(row), set()) if row["code"] else ()
    lines = sorted(c for c in own if c != row["code"] and c.startswith(row["code"]))
    return [row | {"code": c} for c in lines] or [row]


def _outside(row: dict[str, Any], cover: Collection[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The parts of a row's span in which none of ``cover`` holds."""
    start, end = row["from"] or date.min, row["until"] or date.max
    for m in sorted(cover, key=lambda m: m["from"] or date.min):
        first, last = m["from"] or date.min, m["until"] or date.max
        if first >= end or last <= start:
            continue
        if first > start:
            yield row | {"from": None if start == date.min else start, "until": first}
        start = last
    if start < end:
        yield row | {
            "from": None if start == date.min else start,
            "until": None if end == date.max else end,
        }


def change(before: World, after: World, own: Sequence[Row]) -> pl.DataFrame:
    """The base year's mean duty on imports, by importer and stage that ``own`` rows name.

    Columns importer, mineral, stage, imports (t), before, after (shares, weighted by the imports
    of each origin; null without imports), assumed_before, assumed_after (share of imports).
    """
    out = []
    for importer, mineral, stage in dict.fromkeys((r.importer, r.mineral, r.stage) for r in own):
        if mineral not in before.chains:
            continue
        chain = before.chains[mineral]
        k, d = chain.stage(stage), regions().index(importer)
        t = np.where(np.arange(len(regions())) == d, 0.0, chain.trade[k, :, d])
        means: list[float | None] = [None] * 4
        if t.sum() > 0:
            worlds = (before.chains[mineral], after.chains[mineral])
            means = [float(t @ c.duty[1, k, :, d] / t.sum()) for c in worlds]
            means += [float(t @ c.duty_assumed[k, :, d] / t.sum()) for c in worlds]
        out.append((importer, mineral, stage, float(t.sum()), *means))
    names = ("imports", "before", "after", "assumed_before", "assumed_after")
    schema = dict.fromkeys(("importer", "mineral", "stage"), pl.String)
    return pl.DataFrame(out, schema=schema | dict.fromkeys(names, pl.Float64), orient="row")


def unnamed(table: pl.DataFrame, own: Sequence[Row]) -> Iterator[str]:
    """A sentence for each stage of one's own that has codes, but none under one of its headings."""
    codes = _codes(table.filter(pl.col("component").is_in(ORDINARY)).to_dicts())
    for importer, mineral, stage in dict.fromkeys((r.importer, r.mineral, r.stage) for r in own):
        held = {c[:6] for c in codes.get((importer, mineral, stage), ())}
        rest = [h for h in minerals()[mineral].stage(stage).hs6 if h not in held]
        if held and rest:
            yield (
                f"{importer}, {mineral} {stage}: its duty is that of {', '.join(sorted(held))}; "
                f"no rate is given for {', '.join(rest)}."
            )


def favoured(table: pl.DataFrame, own: Sequence[Row]) -> Iterator[str]:
    """A sentence for each importer whose held rates for single origins stay beside own ones."""
    ordinary = [r for r in own if group(r.component) == "ordinary" and not r.origin]
    mine = {(r.importer, r.origin) for r in own}
    for importer in dict.fromkeys(r.importer for r in ordinary):
        goods = ["", *(r.mineral for r in ordinary if r.importer == importer)]
        rows = table.filter(
            pl.col("component").is_in(ORDINARY)
            & (pl.col("importer") == importer)
            & (pl.col("origin") != "")
            & pl.col("mineral").is_in(goods)
        )
        origins = [o for o in rows["origin"].unique().sort() if (importer, o) not in mine]
        if origins:
            yield (
                f"{importer}: {len(origins)} origins keep rates of their own (preferences): "
                f"{', '.join(origins)}. Give a row for an origin to change its rate."
            )


def summed_by_line(held: pl.DataFrame, own: Sequence[Row]) -> Iterator[str]:
    """A sentence for each heading or stage whose held rate is now summed by own lines alone.

    Its rows stay in the table, but the duty is that of the lines: nothing is held beside them.
    """
    lines = _codes([_record(r) for r in own])
    rows = held.filter(pl.col("component").is_in(ORDINARY) & (pl.col("stage") != ""))
    codes = _codes(rows.to_dicts())
    whole = {_stage(r) for r in rows.iter_rows(named=True) if not r["code"]}
    for at, mine in lines.items():
        taken = sorted({c for c in codes.get(at, ()) for m in mine if c != m and m.startswith(c)})
        taken = taken or (["all of the stage"] if at in whole and at not in codes else [])
        if taken:
            yield (
                f"{at[0]}, {at[1]} {at[2]}: {', '.join(taken)} gave way in the sum to "
                f"{', '.join(sorted(mine))}; no rate is held for its other lines."
            )


def in_base_year(own: Sequence[Row]) -> bool:
    """Whether one of the rows holds on a day of the base year."""
    first, last = date(BASE_YEAR, 1, 1), date(BASE_YEAR + 1, 1, 1) - timedelta(days=1)
    return any((r.start or first) <= last and (r.end or date.max) > first for r in own)


def add(rows: Sequence[Row], out: Path, base: Path = TABLES) -> Added:
    """Write a copy of the world ``base`` with these duties laid over its own to ``out``.

    ``out`` is a new folder, or ``base`` itself where that is not the package's. The world is
    put together from the new tables first: nothing is written unless it holds.
    """
    held = tables(base)
    table, replaced = overlay(held["duties"], rows)
    before, after = assemble(held, BASE_YEAR), assemble(held | {"duties": table}, BASE_YEAR)
    same = out.exists() and out.resolve() == base.resolve()
    if out.resolve() == TABLES.resolve():
        raise WorldError("The package's own tables are not written over. Name another --out.")
    if same:
        write({"duties": table}, out)
    else:
        _copy(base, out, table)
    notes = [*unnamed(table, rows), *summed_by_line(held["duties"], rows), *favoured(table, rows)]
    if not in_base_year(rows):
        notes.append(
            f"No row holds in {BASE_YEAR}: the base year's duties are as before. "
            "`simulate --duties in-force` reads the day of the pact."
        )
    return Added(len(rows), replaced, change(before, after, rows), tuple(notes))


def _copy(base: Path, out: Path, table: pl.DataFrame) -> None:
    """A copy of a folder with another table of duties: put together beside, then moved."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WorldError(
            f"'{out}' is there already and not empty. Name a new folder, or name it with --world "
            "as well to add to the world that it holds."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".new-") as fresh:
        whole = Path(fresh) / "world"
        shutil.copytree(base, whole, ignore=shutil.ignore_patterns("__pycache__", "README.md"))
        write({"duties": table}, whole)
        os.replace(whole, out)


def read(path: Path, base: Path = TABLES) -> tuple[Row, ...]:
    """The rows of a schedule, its specific duties at the prices of the world ``base``."""
    held = tables(base)
    return own_duties.read(path, own_duties.contents(held["prices"], held["freight"]))
