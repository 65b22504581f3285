"""From compiled tables to a world, checked: ids, signs, completeness, balance."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError, nearest
from orepact.world import arrays, duties
from orepact.world.baskets import Basket, from_table
from orepact.world.world import GRADES, KINDS, Array, Chain, Covered, World

TABLES = Path(__file__).parent / "tables"
FLOWS = ("nodes", "flows", "inputs", "capacity", "stages", "baskets")
OPTIONAL = ("inputs", "baskets")
"""Tables in which a mineral may have no row."""

_GRIDS = ("output", "secondary", "stock_draw", "final_use", "stock_build")
VALUES = ("prices", "freight", "distances", "duties", "customs_basis", "parameters")


BASE_YEAR = 2024
OF_YEAR = ("nodes", "flows", "capacity", "stages", "prices")
"""Tables that every year has of its own; the others are the base year's."""


def years(folder: Path = TABLES) -> tuple[int, ...]:
    """The years of which a folder holds a world."""
    others = (int(p.parent.name) for p in folder.glob("[0-9][0-9][0-9][0-9]/nodes.parquet"))
    return tuple(sorted({BASE_YEAR, *others}))


def tables(folder: Path = TABLES, year: int = BASE_YEAR) -> dict[str, pl.DataFrame]:
    """Read the tables that make a world, or raise :class:`WorldError` naming the missing one."""
    if not any((folder / f"{name}.parquet").is_file() for name in FLOWS + VALUES):
        raise WorldError(
            f"'{folder}' holds no world. Build one there: orepact world build --out '{folder}'."
        )
    out = {}
    for name in FLOWS + VALUES:
        own = year != BASE_YEAR and name in OF_YEAR
        path = (folder / str(year) if own else folder) / f"{name}.parquet"
        if not path.is_file():
            raise WorldError(f"The table '{path.name}' is missing from '{folder}'. Build it again.")
        try:
            out[name] = pl.read_parquet(path)
        except pl.exceptions.PolarsError as bad:
            raise WorldError(f"'{path.name}' cannot be read: {bad}. Build it again.") from bad
    if (folder / "coverage.parquet").is_file():
        out["coverage"] = pl.read_parquet(folder / "coverage.parquet")
    return out


def write(held: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Write tables as Parquet: all to a temporary folder first, then into place."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as fresh:
        for name, table in held.items():
            path = Path(fresh) / f"{name}.parquet"
            path.parent.mkdir(exist_ok=True)
            table.write_parquet(path, compression="zstd", compression_level=12)
        for name in held:
            (folder / f"{name}.parquet").parent.mkdir(exist_ok=True)
            os.replace(Path(fresh) / f"{name}.parquet", folder / f"{name}.parquet")


def assemble(held: Mapping[str, pl.DataFrame], year: int) -> World:
    """Build a world from tables, checking ids, signs, completeness and the balance."""
    parts = {
        name: {
            str(key[0]): part
            for key, part in held[name]
            .partition_by("mineral", as_dict=True, maintain_order=True)
            .items()
        }
        for name in FLOWS
    }
    unknown = sorted(set(parts["nodes"]) - set(minerals()))
    if unknown:
        raise WorldError(f"The tables hold a mineral '{unknown[0]}' the catalogue does not know.")
    cif = arrays.cif_array(held["customs_basis"])
    ways = arrays.distance_arrays(held["distances"])
    chains = {}
    for id in minerals():
        if id in parts["nodes"]:
            lacking = [n for n, part in parts.items() if id not in part and n not in OPTIONAL]
            if lacking:
                raise WorldError(f"The table of {lacking[0]} has no row for {id}. Build it again.")
            own = {name: part[id] for name, part in parts.items() if id in part}
            chains[id] = _chain(id, own, held, cif, ways)
    if not chains:
        raise WorldError("The tables hold no mineral.")
    covered = _covered(held.get("coverage"), year)
    return World(year, MappingProxyType(chains), held["duties"], covered)


def _covered(table: pl.DataFrame | None, year: int) -> tuple[Covered, ...]:
    if table is None:
        return ()
    return tuple(Covered(**r) for r in table.filter(pl.col("year") == year).iter_rows(named=True))


def _places(frame: pl.DataFrame, column: str, axis: tuple[str, ...], what: str) -> NDArray[np.intp]:
    at = {code: i for i, code in enumerate(axis)}
    try:
        return np.array([at[code] for code in frame[column].to_list()], dtype=np.intp)
    except KeyError as bad:
        raise WorldError(
            f"The table of {what} has an unknown {column} '{bad.args[0]}'. "
            f"{nearest(str(bad.args[0]), axis)}"
        ) from None


def _grids(
    nodes: pl.DataFrame, stages: tuple[str, ...], places: tuple[str, ...]
) -> dict[str, Array]:
    """The five (K, R) quantities of one mineral."""
    grid = np.zeros((len(_GRIDS), len(stages), len(places)))
    q = _places(nodes, "quantity", _GRIDS, "nodes")
    k, r = _places(nodes, "stage", stages, "nodes"), _places(nodes, "region", places, "nodes")
    grid[q, k, r] = nodes["t"].to_numpy()
    return dict(zip(_GRIDS, grid, strict=True))


def _chain(
    id: str,
    own: Mapping[str, pl.DataFrame],
    held: Mapping[str, pl.DataFrame],
    cif: NDArray[np.bool_],
    ways: tuple[Array, Array],
) -> Chain:
    stages, places = minerals()[id].stage_ids, regions()
    K, R = len(stages), len(places)
    flows, stage, cap = own["flows"], own["stages"], own["capacity"]
    k, kinds = _places(flows, "stage", stages, "flows"), _places(flows, "kind", KINDS, "flows")
    o = _places(flows, "origin", places, "flows")
    d = _places(flows, "destination", places, "flows")
    trade, kind = np.zeros((K, R, R)), np.zeros((K, R, R), dtype=np.int8)
    trade[k, o, d], kind[k, o, d] = flows["t"].to_numpy(), kinds
    capacity, potential = np.zeros((K, R)), np.zeros((K, R))
    at = _places(cap, "stage", stages, "capacity"), _places(cap, "region", places, "capacity")
    capacity[at], potential[at] = cap["t"].to_numpy(), cap["potential"].to_numpy()
    _places(stage, "grade", GRADES, "stages")
    if set(stage["stage"]) != set(stages):
        raise WorldError(f"The table of stages lacks a stage of {id}. Build it again.")
    levied = duties.over(held["duties"], id, BASE_YEAR)  # other years carry them, and say so
    chain = Chain(
        mineral=id,
        stages=stages,
        regions=places,
        inputs=_inputs(own.get("inputs"), stages, places),
        **_grids(own["nodes"], stages, places),
        capacity=capacity,
        potential=potential,
        trade=trade,
        kind=kind,
        price=arrays.price_array(held["prices"], id),
        freight=arrays.freight_array(held["freight"], ways, held["prices"], id),
        duty=levied.rates,
        duty_assumed=levied.assumed,
        cif=cif,
        parameters=arrays.parameter_map(held["parameters"], id),
        grade=MappingProxyType(dict(stage.select("stage", "grade").iter_rows())),
        notes=MappingProxyType(dict(stage.select("stage", "note").iter_rows())),
        baskets=_baskets(own.get("baskets")),
    )
    check(chain)
    return chain


def _baskets(rows: pl.DataFrame | None) -> Mapping[str, tuple[Basket, ...]]:
    """Baskets by stage; a stage without one is left out."""
    held = () if rows is None else from_table(rows)
    return MappingProxyType(
        {s: tuple(b for b in held if b.stage == s) for s in dict.fromkeys(b.stage for b in held)}
    )


def _inputs(rows: pl.DataFrame | None, stages: tuple[str, ...], places: tuple[str, ...]) -> Array:
    out = np.zeros((len(stages), len(stages), len(places)))
    if rows is None:
        return out
    for r in rows.sort("region").iter_rows(named=True):
        at = slice(None) if not r["region"] else places.index(r["region"])
        out[stages.index(r["stage"]), stages.index(r["input"]), at] = r["t_per_t"]
    return out


def residuals(chain: Chain) -> tuple[Array, Array]:
    """What is shipped less what there is, and what is bought less what is used: (K, R), t."""
    there = chain.output + chain.secondary + chain.stock_draw
    used = chain.final_use + chain.stock_build
    used = used + np.einsum("jkr,jr->kr", chain.inputs, chain.output)
    return chain.trade.sum(axis=2) - there, chain.trade.sum(axis=1) - used


def check(chain: Chain) -> None:
    """Raise :class:`WorldError` for a NaN, a negative figure, or a balance off by 1e-6."""
    for name in ("output", "capacity", "potential", *_GRIDS[1:]):
        a = getattr(chain, name)
        if not (np.isfinite(a).all() and (a >= 0).all()):
            k, r = np.argwhere(~(np.isfinite(a) & (a >= 0)))[0]
            raise WorldError(
                f"{chain.mineral} {chain.stages[k]} {chain.regions[r]}: {name} is {a[k, r]}, "
                "not a positive number. Build the tables again."
            )
    if not (np.isfinite(chain.trade).all() and (chain.trade >= 0).all()):
        raise WorldError(f"{chain.mineral}: trade holds a NaN or a negative figure.")
    if (chain.capacity < chain.output * (1 - 1e-9)).any():
        k, r = np.argwhere(chain.capacity < chain.output * (1 - 1e-9))[0]
        raise WorldError(
            f"{chain.mineral} {chain.stages[k]} {chain.regions[r]} makes more than its capacity."
        )
    world = np.maximum(chain.output.sum(axis=1), 1e-300)
    for gap, what in zip(residuals(chain), ("shipped", "bought"), strict=True):
        if (np.abs(gap) > 1e-6 * world[:, None]).any():
            k, r = np.unravel_index(np.argmax(np.abs(gap) / world[:, None]), gap.shape)
            raise WorldError(
                f"{chain.mineral} {chain.stages[k]} {chain.regions[r]} does not balance: what is "
                f"{what} is off by {gap[k, r]:.4g} t. Build the tables again."
            )
