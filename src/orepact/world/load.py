"""Load the world that ships with the package, and trace its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world import alternative_load, duties
from orepact.world.baskets import from_table
from orepact.world.compiled import BASE_YEAR, TABLES, assemble, tables, years
from orepact.world.register import ASSUMPTION
from orepact.world.world import World


def load(
    year: int = BASE_YEAR, folder: Path = TABLES, alternatives: Mapping[str, str] | None = None
) -> World:
    """The world of a year, all minerals it has: the package's, or one built into ``folder``.

    ``alternatives`` chooses another publisher's output figures by mineral, see
    :func:`orepact.world.alternatives`.

    >>> world = load()
    >>> zinc = world.chain("zinc")
    >>> zinc.stages
    ('mined', 'refined')
    >>> other = load(alternatives={"cobalt": "iea-2025"})
    >>> [f"{w.chain('cobalt').output[0].sum() / 1e3:.0f} kt" for w in (world, other)]
    ['302 kt', '273 kt']

    Raises :class:`WorldError` for a year without a world and for tables that do not balance,
    :class:`UnknownIdError` for an alternative that is not held.
    """
    _held(year, folder)
    world = _shipped(year) if folder == TABLES else _assembled(folder, year)
    if not alternatives:
        return world
    if year != BASE_YEAR:
        raise WorldError(f"Alternatives are of {BASE_YEAR}; {year} has none. Leave one out.")
    chains = {m: alternative_load.chain(m, id, folder) for m, id in alternatives.items()}
    return replace(world, chains=MappingProxyType({**world.chains, **chains}))


def _held(year: int, folder: Path) -> None:
    """Raise for a year without a world."""
    if year not in (held := years(folder)):
        listed = ", ".join(map(str, held))
        raise WorldError(f"There is no world of {year}. There is one of {listed}.")


@cache
def _shipped(year: int) -> World:
    return _assembled(TABLES, year)


def _assembled(folder: Path, year: int) -> World:
    world = assemble(tables(folder, year), year)
    if year != BASE_YEAR:
        return world
    return replace(world, structures=partial(alternative_load.structures, folder, world.chains))


def coverage(folder: Path = TABLES) -> pl.DataFrame:
    """What each year's world rests on, by year, mineral and stage.

    Columns year, mineral, stage, offered, output_share (of output, from statistics of the year),
    trade, price, duties, sources, why (a mineral is not offered).

    >>> table = coverage()
    >>> table.filter((table["mineral"] == "zinc") & (table["year"] == 2019))["offered"].to_list()
    [False]
    """
    path = folder / "coverage.parquet"
    if not path.is_file():
        raise WorldError(f"'{folder}' holds no table of coverage. Build its tables again.")
    return pl.read_parquet(path)


def why(
    mineral: str, stage: str, region: str, folder: Path = TABLES, year: int = BASE_YEAR
) -> pl.DataFrame:
    """The rows behind a region's figures at one stage, largest first.

    Columns quantity, partner ('' but for trade), t, prior_t, weight, kind, source, code, basket,
    note. ``kind`` is a flag of trust for output, what bounds it for capacity, and how a shipment is
    known; beside the base year *moved* is the base year's figure times a change that the year's
    statistics give, *carried* one without. ``code`` is the customs code behind a shipment,
    ``basket`` what else that code holds where nothing splits it.

    A year without a world, or without the mineral, raises :class:`WorldError`.

    >>> rows = why("zinc", "refined", "MEX")
    >>> "USA" in rows.filter(rows["quantity"] == "shipped to")["partner"].to_list()
    True
    """
    if mineral not in minerals():
        raise UnknownIdError(f"Unknown mineral '{mineral}'. {nearest(mineral, minerals())}")
    minerals()[mineral].stage(stage)
    if region not in regions():
        raise UnknownIdError(f"Unknown region '{region}'. {nearest(region, regions())}")
    _held(year, folder)
    held = tables(folder, year)
    if mineral not in held["stages"]["mineral"]:
        absent = coverage(folder).filter(~pl.col("offered")) if "coverage" in held else None
        given = [] if absent is None else absent.filter(mineral=mineral, year=year)["why"].to_list()
        raise WorldError(given[0] if given else f"'{folder}' holds no {mineral} of {year}.")
    at = (pl.col("mineral") == mineral) & (pl.col("stage") == stage)
    nodes = held["nodes"].filter(at & (pl.col("region") == region))
    flows = held["flows"].filter(at)
    out = flows.filter(pl.col("origin") == region).with_columns(
        quantity=pl.lit("shipped to"), partner=pl.col("destination")
    )
    into = flows.filter((pl.col("destination") == region) & (pl.col("origin") != region))
    into = into.with_columns(quantity=pl.lit("bought from"), partner=pl.col("origin"))
    places = held["capacity"].filter(at & (pl.col("region") == region))
    parts = [nodes.with_columns(kind=pl.col("flag")), *_capacity(places), out, into]
    lumps = {b.code: b.lumps for b in from_table(held["baskets"].filter(at)) if b.unsplit}
    rows = pl.concat([p.select(c for c in _WHY if c in p.columns) for p in parts], how="diagonal")
    told = pl.col("note").fill_null("")
    told_kind = (
        pl.when(told.str.starts_with("carried"))
        .then(pl.lit("carried"))
        .when(told.str.starts_with("base year times"))
        .then(pl.lit("moved"))
        .otherwise("kind")
    )
    return (
        rows.with_columns(pl.col("partner", "code", "note").fill_null(""), kind=told_kind)
        .with_columns(
            basket=pl.col("code").replace_strict(lumps, default="", return_dtype=pl.String)
        )
        .select(_WHY)
        .sort(-pl.col("t"))
    )


_WHY = (
    *("quantity", "partner", "t", "prior_t", "weight", "kind", "source", "code", "basket", "note"),
)


def _capacity(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Capacity, what the hosts of a by-product would allow and what of it is not recovered."""
    hosted = rows.filter(pl.col("host_t").is_not_null()).with_columns(source=pl.lit(ASSUMPTION))
    span = pl.format("{} to {} t from {}", *(pl.col(c).round(2) for c in _SPAN), "hosts")
    return [
        rows.with_columns(quantity=pl.lit("capacity"), kind=pl.col("bound")),
        hosted.with_columns(quantity=pl.lit("host bound"), t=pl.col("host_t"), note=span),
        hosted.with_columns(quantity=pl.lit("not recovered"), t=pl.col("potential")),
    ]


_SPAN = ("host_low", "host_high")


def why_duties(
    mineral: str,
    stage: str,
    region: str,
    folder: Path = TABLES,
    most: int = 6,
    year: int = BASE_YEAR,
) -> pl.DataFrame:
    """The rows of duties behind a region's imports at one stage from its largest suppliers.

    Rows of the base year's days, as in :mod:`orepact.world.duties`, for each supplier of ``year``
    in turn: other years carry the base year's duties.

    >>> rows = why_duties("zinc", "refined", "USA")
    >>> set(rows["component"]) >= {"mfn", "preference"}
    True
    """
    rows = why(mineral, stage, region, folder, year)
    suppliers = rows.filter(pl.col("quantity") == "bought from")["partner"].head(most)
    held = tables(folder)["duties"]
    span = date(BASE_YEAR, 1, 1), date(BASE_YEAR + 1, 1, 1)
    found = [
        duties.behind(held, mineral, stage, o, region, *span).with_columns(origin=pl.lit(o))
        for o in suppliers
    ]
    return pl.concat([held.clear(), *found])
