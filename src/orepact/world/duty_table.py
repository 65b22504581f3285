"""The table of duties: one component on some routes over ``[from, until)`` a row, and its check.

=====================  ====================================================================
importer, origin       regions; '' is every one
mineral, stage         both or neither; '' is every one
code                   tariff line (8 digits) or heading (6) of the importer; '' is all
component              one of :data:`ORDINARY`, which exclude one another, or :data:`ADDED`
from, until            first day, and first day on which it no longer holds; null is open
low, central, high     share of customs value; specific parts at the base year's price
usd_per_t              the specific part of central, USD per contained tonne
usd_per_t_gross        the same per gross tonne
rate                   the rate as the law prints it, where it was read
source, assumed, note  where it comes from, and whether it is assumed rather than read
=====================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError, nearest

Triple = tuple[float, float, float]

ORDINARY = ("mfn", "preference", "column_2", "applied")
"""The general rate, what replaces it for an origin, and the sum of all duties where only that
is published."""

ADDED: Mapping[str, str] = {
    "s301": "Section 301 on China",
    "s301_brazil": "Section 301 on Brazil",
    "s301_2026": "Section 301, forced labour",
    "s232": "Section 232",
    "s122": "Section 122",
    "ieepa_opioids": "emergency powers, opioids",
    "ieepa_reciprocal": "emergency powers, reciprocal",
    "antidumping": "anti-dumping",
    "countervailing": "countervailing",
    "safeguard": "safeguard",
    "surtax": "surtax or retaliation",
}
"""Components charged on top, in words."""

SCHEMA = {
    **dict.fromkeys(("importer", "origin", "mineral", "stage", "code", "component"), pl.String),
    **dict.fromkeys(("from", "until"), pl.Date),
    **dict.fromkeys(("low", "central", "high", "usd_per_t", "usd_per_t_gross"), pl.Float64),
    **{"rate": pl.String, "source": pl.String, "assumed": pl.Boolean, "note": pl.String},
}
KEY = ("importer", "origin", "mineral", "stage", "code")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, in the order of :data:`SCHEMA` but for ``rates``."""

    importer: str
    origin: str
    mineral: str
    stage: str
    code: str
    component: str
    start: date | None
    end: date | None
    rates: Triple
    source: str
    assumed: bool = False
    note: str = ""
    usd_per_t: float = 0.0
    usd_per_t_gross: float = 0.0
    rate: str = ""


def table(rows: Iterable[Row]) -> pl.DataFrame:
    """The ``duties`` table, checked (:func:`check`)."""
    made = [
        (*astuple(r)[:8], *r.rates, r.usd_per_t, r.usd_per_t_gross, r.rate, r.source, r.assumed,
         r.note)
        for r in rows
    ]  # fmt: skip
    frame = pl.DataFrame(made, schema=SCHEMA, orient="row")
    check(frame)
    return frame


def check(duties: pl.DataFrame) -> None:
    """Raise :class:`WorldError` for a malformed row or two rows that hold on one day."""
    if dict(duties.schema) != SCHEMA:
        raise WorldError(f"The table of duties has columns {dict(duties.schema)}, not {SCHEMA}.")
    for at, r in enumerate(duties.iter_rows(named=True)):
        if wrong := _fault(r):
            raise WorldError(f"Row {at} of the duties, {_named(r)}: {wrong}")
    first: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for r in duties.sort("from", nulls_last=False).iter_rows(named=True):
        held = first.setdefault((*(r[k] for k in KEY), group(r["component"])), [])
        if held and (held[-1]["until"] or date.max) > (r["from"] or date.min):
            raise WorldError(
                f"Two duties overlap: {_named(held[-1])} and {_named(r)}. End the first on the day "
                "the second begins."
            )
        held.append(r)


def _fault(r: Mapping[str, Any]) -> str:
    """What is wrong with a row, or ''."""
    for name in ("importer", "origin"):
        if r[name] and r[name] not in regions():
            return f"unknown {name} '{r[name]}'. {nearest(str(r[name]), regions())}"
    if bool(r["mineral"]) != bool(r["stage"]):
        return "a mineral without a stage, or the reverse. Name both or neither."
    if r["mineral"]:
        held = minerals().get(str(r["mineral"]))
        if held is None or r["stage"] not in held.stage_ids:
            return "the catalogue has no such mineral and stage."
    if r["component"] not in (*ORDINARY, *ADDED):
        known = (*ORDINARY, *ADDED)
        return f"unknown component '{r['component']}'. {nearest(str(r['component']), known)}"
    if r["origin"] and not r["importer"]:
        return "it names an origin without an importer."
    if r["code"] and not (r["importer"] and r["stage"] and len(str(r["code"])) in (6, 8)):
        return "a code of six or eight digits needs an importer and a stage."
    numbers = [r[n] for n in ("low", "central", "high", "usd_per_t", "usd_per_t_gross")]
    if not all(isinstance(x, float) and np.isfinite(x) and x >= 0 for x in numbers):
        return "a rate is blank, negative or not finite. What is not known is a range, not a blank."
    if not numbers[0] <= numbers[1] <= numbers[2]:
        return f"{numbers[0]} / {numbers[1]} / {numbers[2]} does not rise."
    if r["from"] and r["until"] and r["until"] <= r["from"]:
        return "it ends before it begins; 'until' is the first day on which it no longer holds."
    return "" if r["source"] else "it has no source."


def _named(r: Mapping[str, Any]) -> str:
    what = " ".join(str(r[k]) for k in ("mineral", "stage", "code") if r[k]) or "all goods"
    span = f"from {r['from'] or 'ever'} until {r['until'] or 'further notice'}"
    return f"{r['component']} of {r['importer'] or 'all'} on {r['origin'] or 'all'}, {what}, {span}"


def group(component: str) -> str:
    """What a component excludes: the ordinary ones one another, any other only itself."""
    return "ordinary" if component in ORDINARY else component
