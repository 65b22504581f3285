"""What a build refuses: to write a world that fails its checks, or over one of another kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError
from orepact.world.compiled import BASE_YEAR, FLOWS, OF_YEAR, TABLES, VALUES, assemble, tables
from orepact.world.consistency import CHECKS
from orepact.world.world import Array

COLUMNS = ("mineral", "stage", "origin", "destination", "t")

HELD_TO = CHECKS
"""The checks that a world must pass before it is written."""


def room(out: Path, ids: Collection[str] | None, made: Collection[str]) -> None:
    """Raise where a build would leave parts of another world in ``out``.

    ``ids`` are the minerals of the build (None: all), ``made`` its parts. The package's own tables
    are replaced whole or not at all.
    """
    if ids is not None and out == TABLES:
        raise WorldError(
            "A build of some minerals does not replace the package's world: add --out."
        )
    held = out / "stages.parquet"
    if not held.is_file():
        return
    there = set(pl.read_parquet(held, columns=["mineral"])["mineral"])
    years = (out / "coverage.parquet").is_file()
    if (ids is not None and there != set(ids)) or (years and "years" not in made):
        more = " and several years" if years else ""
        raise WorldError(
            f"'{out}' holds a world of {len(there)} minerals{more}, of which this build would "
            "leave parts. Give it an empty folder with --out."
        )


def passes(made: Mapping[str, pl.DataFrame]) -> None:
    """Raise :class:`WorldError` naming every check that fails in a year of the tables ``made``."""
    found = []
    for year in _years(made):
        held = of_year(made, year)
        world = assemble(held, year)
        found += [
            f"{year}, {c.name}: {c.found}"
            for c in (check(world, held) for check in HELD_TO)
            if c.status == "failed"
        ]
    if found:
        listed = "\n  ".join(found)
        raise WorldError(
            f"The world fails {len(found)} of its checks, so nothing was written:\n  {listed}\n"
            "Look for the figure in the sources that is wrong, by its unit or its place."
        )


def _years(made: Mapping[str, pl.DataFrame]) -> list[int]:
    others = {int(n[:4]) for n in made if n[:4].isdigit() and n.endswith("/nodes")}
    return sorted({BASE_YEAR, *others})


def of_year(made: Mapping[str, pl.DataFrame], year: int) -> dict[str, pl.DataFrame]:
    """The tables of one year, as :func:`orepact.world.compiled.tables` reads them from a folder."""
    names = (*FLOWS, *VALUES, *(["coverage"] if "coverage" in made else []))
    own = {n: f"{year}/{n}" if year != BASE_YEAR and n in OF_YEAR else n for n in names}
    return {n: made[key] for n, key in own.items()}


def like_shipped(
    gross: Mapping[str, Array], ids: Collection[str], name: str, folder: Path = TABLES
) -> None:
    """Raise where trade lacks codes of the shipped world, or is nearer to it the other way round.

    ``gross`` is R x R by code, ``ids`` the minerals asked for; stages are compared by the shares
    of cells that are observed.
    """
    flows = tables(folder)["flows"].filter(
        (pl.col("kind") == "observed")
        & (pl.col("source") == "baci-v202601")
        & pl.col("mineral").is_in(list(ids))
    )
    if lacking := sorted(set(flows["code"]) - set(gross)):
        raise WorldError(
            f"'{name}' has no row of {', '.join(lacking)}, which the extracts of BACI hold: it is "
            "not a whole year. Take a whole copy from CEPII."
        )
    same = other = 0.0
    for (mineral, stage), old in _matrices(flows).items():
        codes = [c for c in minerals()[mineral].stage(stage).hs6 if c in gross]
        new: Array = sum((gross[c] for c in codes), np.zeros_like(old))
        if new.sum() > 0:
            old, new = old / old.sum(), new / new.sum()
            same += float(np.minimum(old, new).sum())
            other += float(np.minimum(old, new.T).sum())
    if other > same:
        raise WorldError(
            f"'{name}' is nearer to the trade that is shipped with exporter and importer swapped "
            f"({other:.2f} against {same:.2f} stages in common): column i is the exporter, j the "
            "importer."
        )


def _matrices(flows: pl.DataFrame) -> dict[tuple[str, str], Array]:
    axis = {r: i for i, r in enumerate(regions())}
    out: dict[tuple[str, str], Array] = {}
    rows = flows.filter(pl.col("origin") != pl.col("destination"))
    for m, s, o, d, t in rows.select(*COLUMNS).iter_rows():
        cells = out.setdefault((m, s), np.zeros((len(axis), len(axis))))
        cells[axis[o], axis[d]] += t
    return out
