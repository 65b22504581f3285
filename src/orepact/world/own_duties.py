"""A tariff schedule of one's own: a plain CSV, read strictly, every mistake told at once.

================  ==========================================================================
column            what it holds
================  ==========================================================================
importer          region that levies the duty
code              tariff line of eight digits or heading of six, or empty: all of the stage
mineral, stage    of the catalogue; may be empty where a code is given: every stage under it
origin            region, several parted by ``;``, a group of :data:`GROUPS`, or empty: all
component         as in :mod:`orepact.world.duty_table`: mfn, preference, antidumping, ...
from, until       first day, and first day on which it no longer holds; until may be empty
unit              share (of customs value), USD/t (per gross tonne), USD/t contained
rate              0.025 or 2.5%; USD where the unit says so
low, high         the range, or both empty
source            whose rate it is: title, section, date; any words
assumed           yes or no
note              any words, or empty
================  ==========================================================================
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from orepact.catalogue import countries, minerals, region, region_name
from orepact.errors import Problem, SheetError, UnknownIdError, WorldError, nearest
from orepact.world.duty_rows import BLOCS
from orepact.world.duty_table import ADDED, ORDINARY, Row, Triple, group
from orepact.world.sources.files import text

COLUMNS = (
    *("importer", "code", "mineral", "stage", "origin", "component", "from", "until", "unit"),
    *("rate", "low", "high", "source", "assumed", "note"),
)
GROUPS: Mapping[str, tuple[str, ...]] = {**BLOCS, "USMCA": ("CAN", "MEX", "USA")}
"""Groups that stand for their members as origins; the importer itself is left out."""
UNITS = ("share", "USD/t", "USD/t contained")
TEMPLATE = ",".join(COLUMNS) + (
    "\nMEX,7901.11,zinc,refined,,mfn,2024-01-01,,share,5%,,,"
    '"Tariff law, line 7901.11.01",no,\n'
    "MEX,,antimony,trioxide,CHN;VNM,antidumping,2024-07-01,2029-07-01,USD/t,150,120,180,"
    '"Official gazette, resolution of 2024-06-28",yes,rates by exporter; range read\n'
)
"""Header and two lines, fictional rates."""

Content = Mapping[tuple[str, str], tuple[float, float]]
"""Base year's world price (USD/t contained) and contained tonnes per gross tonne, by stage."""


def contents(prices: pl.DataFrame, freight: pl.DataFrame) -> Content:
    """Price and content of every stage, from the tables ``prices`` and ``freight``."""
    world = prices.filter(pl.col("region") == "").select("mineral", "stage", "usd_per_t")
    share = freight.filter(pl.col("origin") == "").select("mineral", "stage", "content")
    both = world.join(share, on=["mineral", "stage"])
    return {(m, s): (price, content) for m, s, price, content in both.iter_rows()}


def read(path: Path, content: Content) -> tuple[Row, ...]:
    """The rows of a schedule; ``content`` turns specific duties into shares.

    Raises :class:`SheetError` with every mistake as file:line:column, :class:`WorldError` for a
    file that is not there or no text.
    """
    if not path.is_file():
        raise WorldError(f"'{path}' does not exist. `world add duties --template` prints its form.")
    return parse(text(path.parent, path.name), path.name, content)


def parse(whole: str, name: str, content: Content) -> tuple[Row, ...]:
    """As :func:`read`, from the file's text.

    >>> rows = parse(TEMPLATE, "mine.csv", {("antimony", "trioxide"): (10000.0, 0.83)})
    >>> [(r.origin, r.code, round(r.rates[1], 3)) for r in rows]
    [('', '790111', 0.05), ('CHN', '', 0.018), ('VNM', '', 0.018)]
    """
    lines = csv.reader(io.StringIO(whole, newline=""))
    header = [c.strip() for c in next(lines, [])]
    problems = list(_header(header, name))
    if problems:
        raise SheetError(problems)
    held: list[tuple[int, Row]] = []
    after = lines.line_num
    for fields in lines:
        line, after = after + 1, lines.line_num
        if not any(f.strip() for f in fields):
            continue
        where = f"{name}:{line}"
        if len(fields) != len(header):
            what = f"{len(fields)} cells for {len(header)} columns."
            problems.append(Problem(f"{where}:1", what, "Quote the cells that contain commas."))
            continue
        cells = {c: f.strip() for c, f in zip(header, fields, strict=True)}
        reader = _Line(where, cells, content, [])
        held += [(line, r) for r in reader.rows()]
        problems += reader.problems
    if not held and not problems:
        problems.append(Problem(f"{name}:2:1", "it has no row.", "Write one duty a line."))
    problems += _clashes(held, name)
    if problems:
        raise SheetError(problems)
    return tuple(r for _, r in held)


def _header(header: list[str], name: str) -> Iterator[Problem]:
    where = f"{name}:1"
    if len(header) == 1 and header[0].count(";") > 3:
        yield Problem(f"{where}:1", "the cells are parted by ';'.", "Save it with commas.")
        return
    for c in COLUMNS:
        if c not in header:
            yield Problem(f"{where}:1", f"the column '{c}' is missing.", "Keep the template's row.")
    for i, c in enumerate(header):
        if c not in COLUMNS:
            yield Problem(f"{where}:{i + 1}", f"unknown column '{c}'.", nearest(c, COLUMNS))
        elif c in header[:i]:
            yield Problem(f"{where}:{i + 1}", f"the column '{c}' stands twice.", "Keep one.")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file; what is wrong with a cell goes to ``problems``."""

    where: str
    cells: Mapping[str, str]
    content: Content
    problems: list[Problem]

    def rows(self) -> list[Row]:
        """One row per stage and origin, or none where a cell is wrong."""
        importer = self._region("importer", self.cells["importer"])
        origins = self._origins(importer)
        code, stages = self._goods()
        component = self._one_of("component", (*ORDINARY, *ADDED))
        start, end = self._day("from", needed=True), self._day("until", needed=False)
        if start and end and end <= start:
            self._wrong(
                "until", f"{end} is not after {start}.", "It is the first day that is free of it."
            )
        unit = self._one_of("unit", UNITS)
        rates = self._rates(unit)
        assumed = self._one_of("assumed", ("yes", "no"))
        if not self.cells["source"]:
            self._wrong("source", "no source.", "Say whose rate it is: title, section, date.")
        if self.problems or rates is None:
            return []
        made = []
        for stage in stages:
            row = Row(
                importer, "", *stage, code, component, start, end, rates, self.cells["source"],
                assumed == "yes", self.cells["note"], rate=self._printed(unit),
            )  # fmt: skip
            row = self._valued(row, unit)
            made += [replace(row, origin=o) for o in origins]
        return [] if self.problems else made

    def _wrong(self, column: str, what: str, mend: str) -> None:
        self.problems.append(Problem(f"{self.where}:{column}", what, mend))

    def _one_of(self, column: str, known: Collection[str]) -> str:
        value = self.cells[column]
        if value not in known:
            said = f"unknown {column} '{value}'." if value else f"no {column}."
            hint = nearest(value, known)
            hint = f"{hint} " if hint.startswith("Did") else ""
            self._wrong(column, said, f"{hint}It is one of {', '.join(known)}.")
        return value

    def _region(self, column: str, code: str) -> str:
        try:
            found = region(code)
        except UnknownIdError as bad:
            mend = str(bad).partition("'. ")[2]
            if column == "origin":
                mend += f" Groups: {', '.join(sorted(GROUPS))}."
            self._wrong(column, f"unknown region '{code}'.", mend)
            return ""
        if code.upper() in countries() and found != code.upper():
            named = f"{found} ({region_name(found)})"
            self._wrong(
                column,
                f"{code} is held only as part of {named}.",
                f"Write {found} if the rate holds for all of it.",
            )
        return found

    def _origins(self, importer: str) -> list[str]:
        said = [o.strip() for o in self.cells["origin"].split(";")]
        if said == [""]:
            return [""]
        out: list[str] = []
        for name in said:
            bloc = GROUPS.get(name.upper())
            out += bloc or (self._region("origin", name),)
            if importer and not bloc and out[-1] == importer:
                self._wrong("origin", f"{name} is the importer.", "Trade within it pays no duty.")
        twice = [o for o in out if out.count(o) > 1]
        if twice:
            self._wrong("origin", f"'{twice[0]}' is named twice.", "Name each origin once.")
        return [o for o in out if o != importer]

    def _goods(self) -> tuple[str, list[tuple[str, str]]]:
        """The code, and the stages that it stands for."""
        code = self.cells["code"].replace(".", "").replace(" ", "")
        mineral, stage = self.cells["mineral"].lower(), self.cells["stage"].lower()
        if code and not (code.isdecimal() and len(code) in (6, 8)):
            self._wrong("code", f"'{self.cells['code']}' is no code.", "Give six or eight digits.")
            code = ""
        elif not code and not mineral:
            self._wrong("code", "neither a code nor a mineral.", "Give one of them.")
        if mineral and mineral not in minerals():
            self._wrong("mineral", f"unknown mineral '{mineral}'.", nearest(mineral, minerals()))
        elif bool(mineral) != bool(stage):
            lacks = "stage" if mineral else "mineral"
            self._wrong(lacks, f"no {lacks}.", "Name mineral and stage, or a code alone.")
        elif mineral:
            of = {s.id: s.hs6 for s in minerals()[mineral].stages}
            if stage not in of:
                self._wrong("stage", f"{mineral} has no stage '{stage}'.", nearest(stage, of))
            elif code and code[:6] not in of[stage]:
                known = ", ".join(of[stage])
                self._wrong("code", f"{code} is not {mineral} {stage}.", f"Its headings: {known}.")
            return code, [(mineral, stage)]
        elif code:
            under = [
                (m.id, s.id) for m in minerals().values() for s in m.stages if code[:6] in s.hs6
            ]
            if not under:
                every = {h for m in minerals().values() for s in m.stages for h in s.hs6}
                self._wrong("code", f"no stage is traded under {code}.", nearest(code[:6], every))
            return code, under
        return code, []

    def _day(self, column: str, needed: bool) -> date | None:
        said = self.cells[column]
        if not said and not needed:
            return None
        try:
            return date.fromisoformat(said)
        except ValueError:
            what = f"'{said}' is not a date." if said else "no date."
            self._wrong(column, what, "Write it as 2024-07-01.")
            return None

    def _rates(self, unit: str) -> Triple | None:
        given = [c for c in ("low", "high") if self.cells[c]]
        if len(given) == 1:
            lacks = "high" if given == ["low"] else "low"
            self._wrong(lacks, f"a {given[0]} without a {lacks}.", "Give both, or neither.")
            return None
        columns = ("low", "rate", "high") if given else ("rate",) * 3
        found = [self._rate(c, unit) for c in dict.fromkeys(columns)]
        if any(x is None for x in found):
            return None
        low, central, high = (x or 0.0 for x in (found if given else found * 3))
        if not low <= central <= high:
            self._wrong("rate", f"{low} / {central} / {high} does not rise.", "Put them in order.")
        return low, central, high

    def _rate(self, column: str, unit: str) -> float | None:
        said = self.cells[column]
        percent = said.endswith("%") and unit == "share"
        try:
            value = float(said.removesuffix("%") if percent else said)
        except ValueError:
            value = float("nan")
        if not abs(value) < float("inf"):
            what = f"'{said}' is not a number." if said else f"no {column}."
            self._wrong(column, what, "Write 0.025 or 2.5%, with a point; zero is 0.")
        elif value < 0:
            self._wrong(column, f"{said} is negative.", "A duty is zero or more.")
        elif unit == "share" and not percent and value >= 1:
            self._wrong(
                column,
                f"{said} as a share is {100 * value:,.10g} %.",
                f"Write {value / 100:.10g} or {value:.10g}% if {value:.10g} % is meant, "
                f"{100 * value:.10g}% if not.",
            )
        else:
            return value / 100 if percent else value
        return None

    def _printed(self, unit: str) -> str:
        said = self.cells["rate"]
        return said if unit == "share" else f"{said} {unit}"

    def _valued(self, row: Row, unit: str) -> Row:
        """The row with a specific duty as a share of the base year's price."""
        if unit == "share":
            return row
        if (row.mineral, row.stage) not in self.content:
            what = f"no price is held for {row.mineral} {row.stage}."
            self._wrong("unit", what, "Give the rate as a share.")
            return row
        price, content = self.content[row.mineral, row.stage]
        per = price * content if unit == "USD/t" else price
        low, central, high = (x / per for x in row.rates)
        specific = central * price
        return replace(
            row, rates=(low, central, high), usd_per_t=specific, usd_per_t_gross=specific * content
        )


def _clashes(held: list[tuple[int, Row]], name: str) -> Iterator[Problem]:
    """Two lines that hold on one day for the same goods; a heading beside a line of it."""
    by: dict[tuple[str, ...], list[tuple[int, Row]]] = {}
    codes: dict[tuple[str, ...], dict[str, int]] = {}
    for line, r in held:
        key = (r.importer, r.mineral, r.stage)
        by.setdefault((*key, r.origin, r.code, group(r.component)), []).append((line, r))
        codes.setdefault(key, {}).setdefault(r.code, line)
    told = set()
    for rows in by.values():
        for (a, first), (b, second) in pairwise(sorted(rows, key=lambda x: x[1].start or date.min)):
            if (first.end or date.max) > (second.start or date.min) and (a, b) not in told:
                told.add((a, b))
                what = f"it holds on a day on which line {a} holds for the same goods and origin."
                yield Problem(f"{name}:{b}:from", what, "End the first where the second begins.")
    for of in codes.values():
        for short, long in ((s, c) for s in of for c in of if len(s) == 6 and c[:6] == s != c):
            if (of[short], of[long]) not in told:
                told.add((of[short], of[long]))
                what = f"{long} is a line of heading {short}, given in line {of[short]}."
                yield Problem(f"{name}:{of[long]}:code", what, "Give the heading or all its lines.")
