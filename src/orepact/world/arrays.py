"""From the compact tables of values to labelled arrays, in catalogue order.

``K`` are a mineral's stages, ``R`` the regions of :func:`orepact.catalogue.regions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError
from orepact.world.world import Array, Range


def _whole(array: Array, what: str, mineral: str) -> Array:
    if not np.isfinite(array).all():
        k = int(np.argwhere(~np.isfinite(array))[0][-3 if array.ndim > 2 else 0])
        raise WorldError(
            f"The table of {what} leaves cells of {mineral} {minerals()[mineral].stage_ids[k]} "
            "without a value. Build the world's tables again."
        )
    return array


def price_array(prices: pl.DataFrame, mineral: str) -> Array:
    """Producer prices (K, R), USD/t: the world price, or the region's own where one is printed."""
    stages, places = minerals()[mineral].stage_ids, regions()
    out = np.full((len(stages), len(places)), np.nan)
    for r in prices.filter(pl.col("mineral") == mineral).sort("region").iter_rows(named=True):
        at = slice(None) if not r["region"] else places.index(r["region"])
        out[stages.index(r["stage"]), at] = r["usd_per_t"]
    return _whole(out, "prices", mineral)


def distance_arrays(distances: pl.DataFrame) -> tuple[Array, Array]:
    """Kilometres and inland hauls between regions, both (R, R); no way within a region."""
    places = regions()
    n, at = len(places), {r: i for i, r in enumerate(places)}
    km, hauls = np.full((n, n), np.nan), np.zeros((n, n))
    o, d = ([at[x] for x in distances[c].to_list()] for c in ("origin", "destination"))
    km[o, d], hauls[o, d] = distances["km"].to_numpy(), distances["hauls"].to_numpy()
    np.fill_diagonal(km, 0.0)
    return km, hauls


def freight_array(
    freight: pl.DataFrame, ways: tuple[Array, Array], prices: pl.DataFrame, mineral: str
) -> Array:
    """Freight and insurance (K, R, R), USD per contained tonne; zero within a region.

    ``(base + rate * km + inland * hauls) / content + insurance * price``, see
    :mod:`orepact.world.freight`; ``ways`` as from :func:`distance_arrays`.
    """
    stages, places = minerals()[mineral].stage_ids, regions()
    (km, hauls), n, at = ways, len(places), {r: i for i, r in enumerate(places)}
    world = {
        r["stage"]: r["usd_per_t"]
        for r in prices.filter((pl.col("mineral") == mineral) & (pl.col("region") == "")).iter_rows(
            named=True
        )
    }
    out = np.full((len(stages), n, n), np.nan)
    for r in freight.filter(pl.col("mineral") == mineral).sort("origin").iter_rows(named=True):
        gross = r["base"] + r["rate"] * km + r["inland"] * hauls
        rows = slice(None) if not r["origin"] else at[r["origin"]]
        contained = gross / r["content"] + r["insurance"] * world[r["stage"]]
        out[stages.index(r["stage"]), rows] = contained[rows]
    out[:, range(n), range(n)] = 0.0
    return _whole(out, "freight", mineral)


def cif_array(customs_basis: pl.DataFrame) -> NDArray[np.bool_]:
    """Whether each region values imports with freight (R)."""
    known = dict(customs_basis.select("region", "cif").iter_rows())
    missing = [r for r in regions() if r not in known]
    if missing:
        raise WorldError(f"The table of customs bases lacks {', '.join(missing)}.")
    return np.array([known[r] for r in regions()], dtype=np.bool_)


def parameter_map(parameters: pl.DataFrame, mineral: str) -> Mapping[tuple[str, str], Range]:
    """Ranges by (stage, name); stage '' holds for the whole mineral."""
    rows = parameters.filter(pl.col("mineral") == mineral).iter_rows(named=True)
    out = {
        (r["stage"], r["name"]): Range(
            r["low"], r["central"], r["high"], r["unit"], r["source"], r["assumed"]
        )
        for r in rows
    }
    if not out:
        raise WorldError(f"The table of parameters has no row for {mineral}.")
    return MappingProxyType(out)
