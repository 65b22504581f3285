"""Duties of the table (:mod:`orepact.world.duty_table`) on a day or over a year, in sum.

Within a component the most particular row holds: origin and importer before importer before
neither, then a named stage, then a code. Components are added up, code by code; over a span each
code is first averaged by days. A stage of several codes, whose trade is not split, gets the
lowest and highest code as low and high and their plain mean as central.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError
from orepact.world.duty_table import KEY, group
from orepact.world.world import Array

USED = (*KEY, "component", "from", "until", "low", "central", "high", "assumed")


@dataclass(frozen=True, slots=True)
class Levied:
    """Duties on one mineral: ``rates`` (3, K, R, R), low, central, high; ``assumed`` (K, R, R)."""

    rates: Array
    assumed: NDArray[np.bool_]


def on(duties: pl.DataFrame, mineral: str, day: date) -> Levied:
    """Duties in force on a day; zero within a region."""
    return within(duties, mineral, day, day + timedelta(days=1))


def over(duties: pl.DataFrame, mineral: str, year: int) -> Levied:
    """Duties over a calendar year, weighted by days."""
    return within(duties, mineral, date(year, 1, 1), date(year + 1, 1, 1))


def within(duties: pl.DataFrame, mineral: str, start: date, end: date) -> Levied:
    """Duties over the days ``[start, end)``, weighted by days.

    A route is ``assumed`` where a row that holds on it in these days is. Raises
    :class:`WorldError` where no ordinary duty is held for a route on one of the days.
    """
    stages, R = minerals()[mineral].stage_ids, len(regions())
    held = _Held.of(duties.filter(pl.col("mineral").is_in([mineral, ""]) & _span(start, end)))
    rates, assumed = np.zeros((3, len(stages), R, R)), np.zeros((len(stages), R, R), bool)
    for k, stage in enumerate(stages):
        own = held.at((held.stage == stage) | (held.stage == ""))
        for codes, importers in _blocks(own):
            block = own.at(np.isin(own.importer, [-1, *importers]))
            field = _mean(block, codes, importers, start, end)
            if np.isnan(field).any():
                _, o, d = np.argwhere(np.isnan(field[0]))[0]
                raise WorldError(
                    f"No duty is held on {mineral} {stage} from {regions()[o]} into "
                    f"{regions()[importers[d]]} on every day from {start} to {end}. "
                    "The table does not reach so far."
                )
            rates[0, k][:, importers] = field[0].min(axis=0)
            rates[1, k][:, importers] = field[1].mean(axis=0)
            rates[2, k][:, importers] = field[2].max(axis=0)
            assumed[k][:, importers] = (field[3] > 0).any(axis=0)
    rates[:, :, range(R), range(R)] = 0.0
    assumed[:, range(R), range(R)] = False
    rates[1] = np.clip(rates[1], rates[0], rates[2])  # a mean may leave its range by rounding
    return Levied(rates, assumed)


def _span(start: date, end: date) -> pl.Expr:
    begun = pl.col("from").is_null() | (pl.col("from") < end)
    return begun & (pl.col("until").is_null() | (pl.col("until") > start))


def _rank(origin: Any, importer: Any, stage: Any, code: Any) -> Any:
    """How particular a row is, from what it names; rows of one rank name the same things."""
    return 8 * origin + 4 * importer + 2 * stage + 1 * code


@dataclass(frozen=True, slots=True)
class _Held:
    """Rows as arrays, by rank: regions are positions, -1 for every one; days are ordinals."""

    rank: Array
    importer: Array
    origin: Array
    stage: Array
    code: Array
    group: Array
    start: Array
    end: Array
    value: Array

    @classmethod
    def of(cls, rows: pl.DataFrame) -> _Held:
        at = {"": -1} | {r: i for i, r in enumerate(regions())}
        never, always = date.min.toordinal(), date.max.toordinal()
        column = {name: rows[name].to_list() for name in USED}
        importer, origin = (np.array([at[x] for x in column[n]], int) for n in KEY[:2])
        stage, code = (np.array(column[n], object) for n in KEY[3:])
        held = cls(
            _rank(origin >= 0, importer >= 0, stage != "", code != ""),
            importer,
            origin,
            stage,
            code,
            np.array([group(x) for x in column["component"]], object),
            np.array([x.toordinal() if x else never for x in column["from"]], int),
            np.array([x.toordinal() if x else always for x in column["until"]], int),
            np.array([column[n] for n in ("low", "central", "high", "assumed")], float).T,
        )
        return held.at(np.argsort(held.rank, kind="stable"))

    def at(self, where: NDArray[Any]) -> _Held:
        return _Held(*(getattr(self, f)[where] for f in self.__slots__))


def _blocks(rows: _Held) -> list[tuple[tuple[str, ...], list[int]]]:
    """Codes of one stage and the importers that have them; ('',) where there are none."""
    named = rows.code != ""
    codes: dict[int, set[str]] = {}
    for importer, code in zip(rows.importer[named], rows.code[named], strict=True):
        codes.setdefault(int(importer), set()).add(code)
    plain = [d for d in range(len(regions())) if d not in codes]
    return [(("",), plain), *((tuple(sorted(c)), [d]) for d, c in codes.items())]


def _mean(
    rows: _Held, codes: tuple[str, ...], importers: list[int], start: date, end: date
) -> Array:
    """Low, central, high by days, and whether ever assumed: (4, C, R, D)."""
    first, last = start.toordinal(), end.toordinal()
    cuts = np.unique(np.clip([first, last, *rows.start, *rows.end], first, last))
    field = np.zeros((4, len(codes), len(regions()), len(importers)))
    for a, b in pairwise(cuts):
        part = _stack(rows.at((rows.start <= a) & (b <= rows.end)), codes, importers)
        field[:3] += part[:3] * ((b - a) / (last - first))
        field[3] = np.maximum(field[3], part[3])
    return field


def _stack(rows: _Held, codes: tuple[str, ...], importers: list[int]) -> Array:
    """Sum of the components that hold on one day, (4, C, R, D): the most particular of each."""
    shape = (4, len(codes), len(regions()), len(importers))
    column = np.full(len(regions()), -1)
    column[importers] = range(len(importers))
    total = np.zeros(shape)
    for name in dict.fromkeys(("ordinary", *rows.group)):
        part = rows.at(rows.group == name)
        field = np.full(shape, np.nan if name == "ordinary" else 0.0)
        for level in dict.fromkeys(part.rank):
            same = part.at(part.rank == level)
            c = np.array([codes.index(x) if x else 0 for x in same.code], int)
            for f, v in zip(field, same.value.T, strict=True):
                _put(f, level, c, same.origin, column[same.importer], v)
        total[:3] += field[:3]
        total[3] = np.maximum(total[3], field[3] * ((field[2] > 0) | (name == "ordinary")))
    return total


def _put(field: Array, level: int, c: Array, o: Array, d: Array, v: Array) -> None:
    """Write the values of rows of one rank into (C, R, D); what they leave open is a slice."""
    by_code, by_origin, by_importer = level & 1, level & 8, level & 4
    if by_origin and by_code:
        field[c, o, d] = v
    elif by_origin:
        field[:, o, d] = v
    elif by_code:
        field[c, :, d] = v[:, None]
    elif by_importer:
        field[:, :, d] = v
    else:
        field[...] = v[0]


def behind(
    duties: pl.DataFrame, mineral: str, stage: str, origin: str, importer: str,
    start: date | None = None, end: date | None = None,
) -> pl.DataFrame:  # fmt: skip
    """The rows behind the duty on one route, on the days ``[start, end)`` or ever.

    A row that a more particular one of the same component replaces throughout is left out.
    """
    found = duties.filter(
        pl.col("importer").is_in([importer, ""])
        & pl.col("origin").is_in([origin, ""])
        & pl.col("mineral").is_in([mineral, ""])
        & pl.col("stage").is_in([stage, ""])
        & (_span(start, end) if start and end else pl.lit(True))
    )
    held = found.to_dicts()
    own = (pl.col("importer") == importer) & (pl.col("mineral") == mineral)
    codes = set(duties.filter(own & (pl.col("stage") == stage))["code"]) - {""} or {""}

    def level(r: Mapping[str, Any]) -> int:
        return int(_rank(*(bool(r[n]) for n in ("origin", "importer", "stage", "code"))))

    def replaced(r: Mapping[str, Any]) -> bool:
        taken = {
            q["code"]
            for q in held
            if level(q) > level(r)
            and group(q["component"]) == group(r["component"])
            and (q["from"] or date.min) <= (r["from"] or date.min)
            and (q["until"] or date.max) >= (r["until"] or date.max)
        }
        return "" in taken or ({r["code"]} if r["code"] else codes) <= taken

    left = pl.Series([not replaced(r) for r in held], dtype=pl.Boolean)
    return found.filter(left).sort("component", "code", "from")


def totals(duties: pl.DataFrame, importer: str, mineral: str, day: date) -> pl.DataFrame:
    """What an importer levies on a mineral on a day: components added up, code by code.

    Columns stage, code ('' where there is none), origin ('' is every one that has no row of its
    own), low, central, high, assumed. The importer itself is left out.
    """
    stages, axis = minerals()[mineral].stage_ids, regions()
    d, end = axis.index(importer), day + timedelta(days=1)
    rows = duties.filter(
        pl.col("mineral").is_in([mineral, ""])
        & pl.col("importer").is_in([importer, ""])
        & _span(day, end)
    )
    held, out = _Held.of(rows), []
    for stage in stages:
        own = held.at((held.stage == stage) | (held.stage == ""))
        codes = next(c for c, importers in _blocks(own) if d in importers)
        field = _mean(own.at(np.isin(own.importer, [-1, d])), codes, [d], day, end)[..., 0]
        if np.isnan(field).any():
            raise WorldError(f"No duty of {importer} on {mineral} {stage} is held for {day}.")
        named = sorted(set(own.origin.tolist()) - {-1, d})
        rest = next((i for i in range(len(axis)) if i not in (d, *named)), None)
        for i in (rest, *named):
            if i is None:
                continue
            for c, code in enumerate(codes):
                low, central, high, assumed = field[:, c, i].tolist()
                origin = "" if i == rest else axis[i]
                out.append((stage, code, origin, low, central, high, assumed > 0))
    text, numbers = ("stage", "code", "origin"), ("low", "central", "high")
    schema = dict.fromkeys(text, pl.String) | dict.fromkeys(numbers, pl.Float64)
    return pl.DataFrame(out, schema={**schema, "assumed": pl.Boolean}, orient="row")


def levied_by(
    duties: pl.DataFrame,
    importer: str,
    mineral: str | None = None,
    origin: str | None = None,
    day: date | None = None,
) -> pl.DataFrame:
    """Rows of one importer, narrowed down to a mineral, an origin, a day.

    The rows of every importer stand in where it has no general rate of its own.
    """
    held = duties.filter(pl.col("importer").is_in([importer, ""]))
    if mineral:
        held = held.filter(pl.col("mineral").is_in([mineral, ""]))
    if origin:
        held = held.filter(pl.col("origin").is_in([origin, ""]))
    if day:
        held = held.filter(_span(day, day + timedelta(days=1)))
    own = held.filter((pl.col("importer") != "") & (pl.col("origin") == ""))
    whole = not own.filter(pl.col("stage") == "").is_empty()
    spare = held.filter(pl.col("importer") == "").join(own, on=["mineral", "stage"], how="anti")
    found = held.filter(pl.col("importer") != "")
    return pl.concat([found, spare.clear() if whole else spare]).sort(
        "mineral", "stage", "importer", "origin", "component", "code", "from"
    )
