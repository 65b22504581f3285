"""Read the alternatives that a folder of tables holds: what they are, and their chains."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from orepact.catalogue import minerals
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world.compiled import BASE_YEAR, FLOWS, TABLES, assemble, tables
from orepact.world.world import Chain, Structure

OF_ALTERNATIVE = ("nodes", "flows", "capacity", "stages")
"""Tables that an alternative has of its own; the others are the base year's."""

INDEX = {
    **dict.fromkeys(("mineral", "id", "stage", "what", "source"), pl.String),
    "weight": pl.Float64,
    "balanced": pl.Boolean,
    "why": pl.String,
    "base_t": pl.Float64,
    "base_top": pl.String,
    "base_top_share": pl.Float64,
    "t": pl.Float64,
    "top": pl.String,
    "top_share": pl.Float64,
    "moved": pl.Float64,
}
FIGURES = {
    **dict.fromkeys(("mineral", "id", "stage", "region"), pl.String),
    **dict.fromkeys(("base_t", "t"), pl.Float64),
    **dict.fromkeys(("flag", "source", "note"), pl.String),
}


def alternatives(folder: Path = TABLES) -> pl.DataFrame:
    """Where publishers disagree on output: a row per alternative and stage that it replaces.

    Columns mineral, id, stage, what, source, weight (share of the draws, assumed), balanced, why
    (it is not), base_t and t (world output, preferred and alternative, before the balance),
    base_top, base_top_share, top, top_share (largest producer) and moved (by the balance, share).

    >>> table = alternatives()
    >>> table.filter((table["mineral"] == "cobalt"))["top"].to_list()
    ['COD']

    Empty where the folder's world was built of some minerals only.
    """
    return _read(folder, "index", INDEX)


def rivals(mineral: str, stage: str, region: str, folder: Path = TABLES) -> pl.DataFrame:
    """What other publishers say that a region makes at one stage, t.

    Columns id, base_t, t, flag, source, note, balanced.

    >>> rows = rivals("lithium", "mined", "CHN")
    >>> rows.row(0, named=True)["id"], round(rows["t"][0]), round(rows["base_t"][0])
    ('usgs-2026', 41400, 56858)
    """
    found = _read(folder, "figures", FIGURES)
    known = alternatives(folder).select("mineral", "id", "stage", "balanced")
    found = found.join(known, on=("mineral", "id", "stage"), how="left", maintain_order="left")
    at = (pl.col("mineral") == mineral) & (pl.col("stage") == stage) & (pl.col("region") == region)
    return found.filter(at).drop("mineral", "stage", "region")


def chain(mineral: str, id: str, folder: Path = TABLES) -> Chain:
    """One mineral's chain as an alternative has it.

    Raises :class:`UnknownIdError` for an unknown mineral or alternative, and :class:`WorldError`
    for one that cannot be balanced, saying why.
    """
    if mineral not in minerals():
        raise UnknownIdError(f"Unknown mineral '{mineral}'. {nearest(mineral, minerals())}")
    known = {r["id"]: r for r in _named(folder, mineral)}
    if id not in known:
        hint = nearest(id, known) if known else "No other publisher's figures are held for it."
        raise UnknownIdError(f"{mineral} has no alternative '{id}'. {hint}")
    row = known[id]
    if not row["balanced"]:
        raise WorldError(f"{mineral} cannot be balanced as {id} has it. {row['why']}")
    return _shipped(mineral, id) if folder == TABLES else _chain(mineral, id, folder)


def structures(folder: Path, preferred: Mapping[str, Chain], own: Chain) -> tuple[Structure, ...]:
    """The alternatives to a preferred chain that balance; nothing for any other chain."""
    mineral = own.mineral
    if preferred.get(mineral) is not own:
        return ()
    return tuple(
        Structure(r["id"], r["source"], r["what"], r["weight"], chain(mineral, r["id"], folder))
        for r in _named(folder, mineral)
        if r["balanced"]
    )


def _named(folder: Path, mineral: str) -> list[dict[str, Any]]:
    """One row of the index for each alternative of a mineral."""
    rows = alternatives(folder).filter(pl.col("mineral") == mineral)
    return rows.unique("id", keep="first", maintain_order=True).to_dicts()


def assembled(
    held: Mapping[str, pl.DataFrame], own: Mapping[str, pl.DataFrame], mineral: str
) -> Chain:
    """A chain from the base year's tables ``held`` with ``own`` in their place, checked."""
    only = {n: t.filter(t["mineral"] == mineral) for n, t in held.items() if n in FLOWS}
    return assemble({**held, **only, **own}, BASE_YEAR).chain(mineral)


@cache
def _shipped(mineral: str, id: str) -> Chain:
    return _chain(mineral, id, TABLES)


def _chain(mineral: str, id: str, folder: Path) -> Chain:
    at = (pl.col("mineral") == mineral) & (pl.col("alternative") == id)
    own = {name: _read(folder, name, {}).filter(at).drop("alternative") for name in OF_ALTERNATIVE}
    return assembled(tables(folder), own, mineral)


def _read(folder: Path, name: str, schema: Mapping[str, Any]) -> pl.DataFrame:
    path = folder / "alternatives" / f"{name}.parquet"
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=dict(schema))
