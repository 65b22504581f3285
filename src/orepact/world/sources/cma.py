"""Critical Materials Atlas: by-product shares, price volatility and recycling by material.

By-product shares cite USGS and Nassar, Graedel and Alonso (2015); volatility is computed from
USGS Data Series 140, output is World Mining Data 2026. The file on recycling names no
publisher.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from orepact.catalogue import countries
from orepact.errors import WorldError
from orepact.world.sources.files import find

FOLDER = "data/01_production/cma"
FILES = {
    "byproduct_share": (f"{FOLDER}/companionality.json", "rows", "companionality_pct"),
    "volatility": (f"{FOLDER}/price_volatility.json", "rows", "volatility"),
    "recycling": (f"{FOLDER}/recycling.json", "rows", "recycling"),
}
PRODUCTION = f"{FOLDER}/production.json"
LABELS = {
    "bauxite": "aluminium", "baryte": "barite", "cokingcoal": "metallurgical_coal",
}  # fmt: skip
"""The atlas's labels where they are not ours. "magnets" (rare earths together) is left out."""


def _rows(raw: Path, name: str, key: str, field: str) -> list[dict[str, Any]]:
    """The entries of one file, each with a label and ``field``."""
    try:
        held = list(json.loads(find(raw, name).read_text("utf-8"))[key])
        if all("label" in r and field in r for r in held):
            return held
    except (ValueError, KeyError, TypeError) as bad:
        raise WorldError(f"'{name}' is not the atlas's file: {bad!r}. Take a whole copy.") from bad
    raise WorldError(f"'{name}': an entry lacks its label or '{field}'. Take a whole copy.")


def shares(raw: Path, what: str) -> pl.DataFrame:
    """One factor by material: columns mineral, value (share of one), entry (place in the file)."""
    name, key, field = FILES[what]
    rows = [(r["label"], r[field]) for r in _rows(raw, name, key, field)]
    out = []
    labels = [label for label, _ in rows]
    if twice := [label for label in labels if labels.count(label) > 1]:
        raise WorldError(f"'{name}': {twice[0]} stands twice. Take a whole copy.")
    for entry, (label, value) in enumerate(rows, start=1):
        if label == "magnets" or value is None:
            continue
        if not isinstance(value, int | float) or not 0 <= value <= 100:
            raise WorldError(
                f"'{name}', entry {entry} ({label}): {field} {value!r}, not 0 to 100. "
                "Take a whole copy."
            )
        out.append((LABELS.get(label, label), value / 100, entry))
    return pl.DataFrame(out, schema=["mineral", "value", "entry"], orient="row")


def mined(raw: Path, label: str) -> tuple[list[tuple[str, float]], float]:
    """World Mining Data's five largest producers of a material in 2024, (iso3, t), and the world.

    ``label`` is the atlas's, as "cokingcoal".
    """
    held = [r for r in _rows(raw, PRODUCTION, "rows", "top5") if r["label"] == label]
    if len(held) != 1 or held[0].get("unit") != "metric tonnes":
        raise WorldError(f"'{PRODUCTION}' has no output of '{label}' in metric tonnes.")
    names = {c.name: c.iso3 for c in countries().values()}
    unknown = [r["name"] for r in held[0]["top5"] if r["name"] not in names]
    if unknown:
        raise WorldError(f"'{PRODUCTION}': {label} names a country '{unknown[0]}' unknown here.")
    top = [(names[r["name"]], float(r["tonnes"])) for r in held[0]["top5"]]
    return top, float(held[0]["world_tonnes"])
