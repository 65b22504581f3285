"""Load the world that ships with the package, checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world import arrays
from orepact.world.world import KINDS, Array, Chain, World

YEARS = (2024,)
TABLES = Path(__file__).parent / "tables"
NAMES = ("nodes", "flows", "inputs", "capacity", "stages") + (
    "prices",
    "freight",
    "distances",
    "duties",
    "customs_basis",
    "parameters",
)


def tables(folder: Path = TABLES) -> dict[str, pl.DataFrame]:
    """Read the tables that make a world, or raise :class:`WorldError` naming the missing one."""
    out = {}
    for name in NAMES:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise WorldError(f"The table '{path.name}' is missing from '{folder}'. Build it again.")
        try:
            out[name] = pl.read_parquet(path)
        except pl.exceptions.PolarsError as bad:
            raise WorldError(f"'{path.name}' cannot be read: {bad}. Build it again.") from bad
    return out


def load(year: int = 2024) -> World:
    """The world of a base year, all minerals.

    >>> world = load()
    >>> zinc = world.chain("zinc")
    >>> zinc.stages
    ('mined', 'refined')

    Raises :class:`WorldError` for a year without a world and for tables that do not balance.
    """
    if year not in YEARS:
        raise WorldError(f"There is no world of {year}. There is one of {YEARS[0]}.")
    return _load()


@cache
def _load() -> World:
    return assemble(tables(), YEARS[0])


def assemble(held: Mapping[str, pl.DataFrame], year: int) -> World:
    """Build a world from tables, checking ids, signs, completeness and the balance."""
    parts = {
        name: {
            str(key[0]): part
            for key, part in held[name]
            .partition_by("mineral", as_dict=True, maintain_order=True)
            .items()
        }
        for name in ("nodes", "flows", "inputs", "capacity", "stages")
    }
    unknown = sorted(set(parts["nodes"]) - set(minerals()))
    if unknown:
        raise WorldError(f"The tables hold a mineral '{unknown[0]}' the catalogue does not know.")
    cif = arrays.cif_array(held["customs_basis"])
    chains = {}
    for id in minerals():
        if id in parts["nodes"]:
            own = {name: part.get(id) for name, part in parts.items()}
            chains[id] = _chain(id, own, held, cif)
    if not chains:
        raise WorldError("The tables hold no mineral.")
    return World(year, MappingProxyType(chains))


def _places(frame: pl.DataFrame, column: str, axis: tuple[str, ...], what: str) -> Array:
    try:
        at = frame[column].replace_strict(list(axis), list(range(len(axis))), return_dtype=pl.Int64)
    except pl.exceptions.InvalidOperationError:
        bad = sorted(set(frame[column]) - set(axis))[0]
        raise WorldError(
            f"The table of {what} has an unknown {column} '{bad}'. {nearest(bad, axis)}"
        ) from None
    return at.to_numpy()


def _chain(
    id: str,
    own: Mapping[str, pl.DataFrame | None],
    held: Mapping[str, pl.DataFrame],
    cif: Array,
) -> Chain:
    stages, places = minerals()[id].stage_ids, regions()
    K, R = len(stages), len(places)
    for name in ("nodes", "flows", "capacity", "stages"):
        if own[name] is None:
            raise WorldError(f"The table of {name} has no row for {id}. Build it again.")
    nodes, flows, stage = own["nodes"], own["flows"], own["stages"]
    assert nodes is not None and flows is not None and stage is not None
    grid = {
        q: np.zeros((K, R))
        for q in ("output", "secondary", "stock_draw", "final_use", "stock_build")
    }
    for key, part in nodes.partition_by("quantity", as_dict=True).items():
        q = str(key[0])
        if q not in grid:
            raise WorldError(f"The table of nodes has an unknown quantity '{q}' for {id}.")
        k, r = _places(part, "stage", stages, "nodes"), _places(part, "region", places, "nodes")
        grid[q][k, r] = part["t"].to_numpy()
    k = _places(flows, "stage", stages, "flows")
    o = _places(flows, "origin", places, "flows")
    d = _places(flows, "destination", places, "flows")
    trade, kind = np.zeros((K, R, R)), np.zeros((K, R, R), dtype=np.int8)
    trade[k, o, d] = flows["t"].to_numpy()
    kind[k, o, d] = _places(flows, "kind", KINDS, "flows")
    capacity = np.zeros((K, R))
    cap = own["capacity"]
    assert cap is not None
    capacity[
        _places(cap, "stage", stages, "capacity"), _places(cap, "region", places, "capacity")
    ] = cap["t"].to_numpy()
    chain = Chain(
        mineral=id,
        stages=stages,
        regions=places,
        inputs=_inputs(own["inputs"], stages, places),
        **grid,
        capacity=capacity,
        trade=trade,
        kind=kind,
        price=arrays.price_array(held["prices"], id),
        freight=arrays.freight_array(held["freight"], held["distances"], held["prices"], id),
        duty=arrays.duty_array(held["duties"], id),
        cif=cif,
        parameters=arrays.parameter_map(held["parameters"], id),
        grade=MappingProxyType(dict(stage.select("stage", "grade").iter_rows())),
        notes=MappingProxyType(dict(stage.select("stage", "note").iter_rows())),
    )
    check(chain)
    return chain


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
    for name in ("output", "capacity", "secondary", "stock_draw", "final_use", "stock_build"):
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


def why(mineral: str, stage: str, region: str, folder: Path = TABLES) -> pl.DataFrame:
    """The rows behind a region's figures at one stage, largest first.

    Columns quantity, partner ('' but for trade), t, prior_t, weight, kind, source, note.

    >>> rows = why("zinc", "refined", "MEX")
    >>> "USA" in rows.filter(rows["quantity"] == "shipped to")["partner"].to_list()
    True
    """
    if mineral not in minerals():
        raise UnknownIdError(f"Unknown mineral '{mineral}'. {nearest(mineral, minerals())}")
    minerals()[mineral].stage(stage)
    if region not in regions():
        raise UnknownIdError(f"Unknown region '{region}'. {nearest(region, regions())}")
    held = tables(folder)
    at = (pl.col("mineral") == mineral) & (pl.col("stage") == stage)
    nodes = held["nodes"].filter(at & (pl.col("region") == region))
    flows = held["flows"].filter(at)
    out = flows.filter(pl.col("origin") == region).with_columns(
        quantity=pl.lit("shipped to"), partner=pl.col("destination")
    )
    into = flows.filter((pl.col("destination") == region) & (pl.col("origin") != region))
    into = into.with_columns(quantity=pl.lit("bought from"), partner=pl.col("origin"))
    columns = ("quantity", "partner", "t", "prior_t", "weight", "kind", "source", "note")
    empty = pl.lit("")
    rows = pl.concat(
        [
            nodes.with_columns(partner=empty, kind=pl.col("flag")).select(columns),
            out.with_columns(note=empty).select(columns),
            into.with_columns(note=empty).select(columns),
        ]
    )
    return rows.sort(-pl.col("t"))
