"""Bills of materials: what a battery pack, a motor, a wafer is made from, and what it costs.

``products.csv`` gives each product's value, ``bills.csv`` the kilograms of each mineral that its
maker buys for one, losses of making it included, at the stage that it is bought in. Every figure
has low, central and high, and says how it is known:

========= =======================================================================
read      the central figure stands in the source
derived   computed from figures of the source, as the note tells
recalled  remembered from the source, not consulted again: not a citation
assumed   this project's own judgement
========= =======================================================================
"""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from orepact.catalogue import mineral
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world.register import ASSUMPTION, source

CONFIDENCE = ("read", "derived", "recalled", "assumed")
PRODUCTS, BILLS = "products.csv", "bills.csv"
KNOWN = ("low", "central", "high", "unit", "source", "confidence", "note")

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Product:
    """One product: its name, long and short, its value in USD low, central and high."""

    id: str
    name: str
    short: str
    value: Three
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """Contained kilograms of a mineral that one product takes, at the stage it is bought in."""

    product: str
    mineral: str
    stage: str
    kg: Three
    source: str
    confidence: str
    note: str


@cache
def shipped() -> tuple[tuple[Product, ...], tuple[Part, ...]]:
    """The products and bills that ship with the package.

    >>> products, parts = shipped()
    >>> [p.id for p in products][:3], parts[0].mineral
    (['pack-nmc', 'pack-lfp', 'motor'], 'lithium')
    """
    here = files(__package__)
    made = products(here.joinpath(PRODUCTS).read_text("utf-8"))
    return made, parts(here.joinpath(BILLS).read_text("utf-8"), made)


def products(text: str) -> tuple[Product, ...]:
    """Parse the table of products; :class:`WorldError` names the file and line of a mistake."""
    found: dict[str, Product] = {}
    for where, row in _rows(text, PRODUCTS, ("product", "name", "short", *KNOWN)):
        id = row["product"]
        if id in found:
            raise WorldError(f"{where}: product '{id}' stands twice. Keep one row.")
        value = _known(where, row, "USD")
        if value[0] <= 0:
            raise WorldError(f"{where}: a product is worth more than nothing; low is {value[0]:g}.")
        how = (row["source"], row["confidence"], row["note"])
        found[id] = Product(id, row["name"], row["short"], value, *how)
    return tuple(found.values())


def parts(text: str, made: Collection[Product]) -> tuple[Part, ...]:
    """Parse the bills of the products ``made``; each must have one.

    Raises :class:`WorldError` with file and line for an unknown product, mineral, stage or source,
    a unit that is not the mineral's, a figure that is none, below zero or out of order, and a part
    that stands twice.
    """
    known = {p.id for p in made}
    found: dict[tuple[str, str, str], Part] = {}
    for where, row in _rows(text, BILLS, ("product", "mineral", "stage", *KNOWN)):
        if row["product"] not in known:
            hint = nearest(row["product"], known)
            raise WorldError(f"{where}: {PRODUCTS} has no product '{row['product']}'. {hint}")
        try:
            m = mineral(row["mineral"])
            stage = m.stage(row["stage"]).id
        except UnknownIdError as bad:
            raise WorldError(f"{where}: {bad}") from bad
        key = (row["product"], m.id, stage)
        if key in found:
            raise WorldError(f"{where}: {' '.join(key)} stands twice. Add the kilograms up.")
        kg = _known(where, row, m.unit.replace("t ", "kg ", 1))
        found[key] = Part(*key, kg, row["source"], row["confidence"], row["note"])
    if bare := sorted(known - {p for p, _, _ in found}):
        raise WorldError(f"{BILLS}: product '{bare[0]}' has no row. Add its minerals.")
    return tuple(found.values())


def _rows(text: str, file: str, columns: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != columns:
        raise WorldError(f"{file}, line 1: the columns must be {', '.join(columns)}.")
    found = []
    for line, row in enumerate(reader, start=2):
        where = f"{file}, line {line}"
        if None in row or None in row.values():
            raise WorldError(
                f"{where}: {len(columns)} fields are needed. Quote a text that holds a comma."
            )
        found.append((where, {k: v.strip() for k, v in row.items()}))
    if not found:
        raise WorldError(f"{file}: no row stands below the columns. Is it cut?")
    return found


def _known(where: str, row: Mapping[str, str], unit: str) -> Three:
    """Low, central and high of a row, once unit, source and confidence are in order."""
    if row["unit"] != unit:
        raise WorldError(
            f"{where}: unit '{row['unit']}' must be '{unit}'. Convert the figures, then say so."
        )
    three = tuple(_number(where, name, row[name]) for name in ("low", "central", "high"))
    low, central, high = three
    if not low <= central <= high:
        raise WorldError(
            f"{where}: low {low:g}, central {central:g}, high {high:g} are out of order."
        )
    how = row["confidence"]
    if how not in CONFIDENCE:
        raise WorldError(f"{where}: confidence '{how}'. {nearest(how, CONFIDENCE)}")
    if not row["source"]:
        raise WorldError(f"{where}: no source. Cite one of the register, or '{ASSUMPTION}'.")
    try:
        cited = source(row["source"])
    except UnknownIdError as bad:
        raise WorldError(f"{where}: {bad}") from bad
    if (cited == ASSUMPTION) != (how == "assumed"):
        raise WorldError(
            f"{where}: source '{cited}' with confidence '{how}'. What is assumed cites "
            f"'{ASSUMPTION}', and nothing else does."
        )
    if how in ("recalled", "assumed") and low == high:
        raise WorldError(f"{where}: what is {how} needs a range; low and high are both {low:g}.")
    if not row["note"]:
        raise WorldError(f"{where}: no note. Say what the figure is and how it was had.")
    return low, central, high


def _number(where: str, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise WorldError(f"{where}: {name} = '{text}' is not a number.") from None
    if not math.isfinite(value) or value < 0:
        raise WorldError(f"{where}: {name} = '{text}' must be a number from zero up.")
    return value
