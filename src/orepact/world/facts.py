"""The project's own sheet of stage facts: prices, factors, elasticities, each with its source.

``facts/minerals.csv`` holds one row per mineral and stage; ``stage_facts.toml`` beside this
module holds, under the same column names, the stages that the sheet lacks. Every figure has a
neighbouring cell that says where it comes from; :func:`cite` turns that cell into an id of the
register.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from orepact.catalogue import minerals
from orepact.errors import WorldError, nearest
from orepact.world.register import ASSUMPTION, source
from orepact.world.sources.files import text

SHEET = "facts/minerals.csv"
OWN = "stage_facts.toml"

_NUMERIC = (
    "stage_order",
    "world_production_2024_t",
    "price_2024_usd_per_t_contained",
    "conversion_share_of_output_price",
    "spare_capacity_share_2024",
    *(
        f"{p}_{q}"
        for p in ("supply_elast", "demand_elast", "sigma")
        for q in ("low", "central", "high")
    ),
)

_CITED = (
    (r"USGS MCS 2026", "usgs-mcs-2026"),
    (r"USGS MCS 2025", "usgs-mcs-2025"),
    (r"USGS SIR 2025-5021", "usgs-sir-2025-5021"),
    (r"BACI", "baci-v202601"),
    (r"Comtrade", "un-comtrade"),
    (r"Albemarle", "albemarle-auction"),
    (r"metalnomist", "metalnomist"),
    (r"mysteel", "mysteel"),
    (r"argusmedia", "argus-tungsten"),
    (r"TC/RC|benchmark TC", "copper-benchmark-tc"),
    (r"ProTEE", "cepii-protee"),
    (r"World Bank Pink Sheet", "world-bank-pink-sheet"),
)
_GUESS = re.compile(r"assum|recalled|unverified|background|: old$", re.IGNORECASE)
_MOVED = re.compile(r"\bapplied to \d{4}\b")
_DERIVED = re.compile(r"^1 - [\d., x/()]+(;.*)?$")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a figure comes from: id of the register, the sheet's own words, assumed or read."""

    source: str
    note: str
    assumed: bool


def cite(text: str) -> Citation:
    """Turn a source cell into a citation, or raise :class:`WorldError`.

    A cell that says assumption, recalled or unverified is an assumption whatever else it
    names; a share computed from other cells ("1 - a x p / p") is one too. A figure of one year
    that is applied to another keeps its source and is assumed.

    >>> cite("USGS MCS 2026 (2024 value)").source
    'usgs-mcs-2026'
    >>> cite("USGS MCS 2026 x grade: assumption").assumed
    True
    """
    note = " ".join(text.split()).removesuffix(" in the stored material")
    if _GUESS.search(note) or _DERIVED.match(note):
        return Citation(ASSUMPTION, note, True)
    hits = [(m.start(), id) for pattern, id in _CITED if (m := re.search(pattern, note))]
    if not hits:
        raise WorldError(
            f"{SHEET}: the source {note!r} names no known publisher and does not say that it is "
            "an assumption. Add the publisher to the register and to the rules of citation."
        )
    return Citation(source(min(hits)[1]), note, _MOVED.search(note) is not None)


@dataclass(frozen=True, slots=True)
class StageFacts:
    """One row of the sheet, by column name, with checked access to its figures."""

    mineral: str
    stage: str
    cells: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """Mineral and stage."""
        return self.mineral, self.stage

    def number(self, column: str) -> float:
        """A figure of the row, or :class:`WorldError` where the cell is empty or not finite."""
        text = self.cells[column].strip()
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not abs(value) < float("inf"):
            raise WorldError(
                f"{SHEET}, {self.mineral} {self.stage}: {column} is {text!r}, not a number. "
                "Fill the cell and say in its source cell where the figure comes from."
            )
        return value

    def cite(self, column: str) -> Citation:
        """The citation in a source cell."""
        return cite(self.cells[column])

    @property
    def factors(self) -> dict[str, float]:
        """Contained tonnes per gross tonne, by HS6; codes without a usable factor are left out."""
        pairs = (
            p.split(":") for p in self.cells["hs6_2022_with_t_contained_per_t"].split(";") if p
        )
        return {code: float(share) for code, share in pairs if float(share) > 0}

    @property
    def input_tonnes(self) -> float:
        """Tonnes of the preceding stage per tonne of this one."""
        return self.number("input_per_unit_output")


def _parses(cells: dict[str, str]) -> bool:
    try:
        for column in _NUMERIC:
            if cells[column].strip():
                float(cells[column])
    except ValueError:
        return False
    return True


def _whole(fields: list[str], header: list[str], line: int) -> dict[str, str]:
    """Cells by column; one unquoted comma in a text cell is mended where only one place fits."""
    if len(fields) == len(header):
        found = [dict(zip(header, fields, strict=True))]
    elif len(fields) == len(header) + 1:
        joined = (
            [*fields[:i], f"{fields[i]},{fields[i + 1]}", *fields[i + 2 :]]
            for i, column in enumerate(header)
            if column not in _NUMERIC
        )
        found = [dict(zip(header, j, strict=True)) for j in joined]
    else:
        found = []
    found = [cells for cells in found if _parses(cells)]
    if len(found) != 1:
        raise WorldError(
            f"{SHEET}, line {line}: {len(fields)} cells for {len(header)} columns, or text where a "
            "number belongs. Quote the cells that contain commas."
        )
    return found[0]


_COLUMNS = frozenset(
    {
        *_NUMERIC,
        *("hs6_2022_with_t_contained_per_t", "input_per_unit_output", "input_source"),
        *("price_source", "conversion_source", "spare_source", "supply_elast_source"),
        *("demand_elast_source", "sigma_source", "production_source"),
    }
)


def own_facts(text: str | None = None) -> list[dict[str, str]]:
    """Rows of ``stage_facts.toml`` as the sheet's cells; a cell that is not given is empty.

    Raises :class:`WorldError` for a column that the sheet does not have.
    """
    if text is None:
        text = files(__package__).joinpath(OWN).read_text("utf-8")
    rows = []
    for mineral, stages in tomllib.loads(text).items():
        for stage, given in stages.items():
            for key in given:
                if key not in _COLUMNS:
                    hint = nearest(key, _COLUMNS)
                    raise WorldError(f"{OWN} {mineral}.{stage}: unknown column '{key}'. {hint}")
            cells = dict.fromkeys(sorted(_COLUMNS), "") | {k: str(v) for k, v in given.items()}
            rows.append(cells | {"mineral": mineral, "stage": stage})
    return rows


def stage_facts(raw: Path, ids: Collection[str] | None = None) -> dict[tuple[str, str], StageFacts]:
    """Read the sheet and our own rows: one for every mineral (or those in ``ids``) and stage."""
    held = text(raw, SHEET)
    with io.StringIO(held, newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if lacking := sorted({"mineral", "stage", *_COLUMNS} - {"production_source", *header}):
            raise WorldError(
                f"'{SHEET}', row 1 has no column '{lacking[0]}'; it has "
                f"{', '.join(header[:6]) or 'nothing'}. Take a whole copy."
            )
        if not held.endswith("\n"):
            raise WorldError(
                f"'{SHEET}' ends without a line break: it may be cut off. Take a whole copy, or "
                "end its last line."
            )
        cells = [_whole(fields, header, rows.line_num) for fields in rows if fields]
    cells += own_facts()
    out: dict[tuple[str, str], StageFacts] = {}
    for c in cells:
        key = (c["mineral"].strip().lower(), c["stage"].strip())
        if key in out:
            raise WorldError(f"{SHEET} or {OWN}: {key[0]} {key[1]} stands twice. Keep one row.")
        out[key] = StageFacts(*key, c)
    wanted = [
        (m.id, s) for m in minerals().values() if ids is None or m.id in ids for s in m.stage_ids
    ]
    missing = [f"{m} {s}" for m, s in wanted if (m, s) not in out]
    if missing:
        raise WorldError(f"{SHEET} has no row for {', '.join(missing)}. Add them.")
    return {key: out[key] for key in wanted}
