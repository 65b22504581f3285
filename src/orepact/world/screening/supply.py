"""Who makes what: world output by country and stage, shares that add up to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from orepact.catalogue import region
from orepact.errors import WorldError
from orepact.world.screening.recipe import Plan, Statistic
from orepact.world.sources.usgs_world import by_country

SCHEMA: Mapping[str, type[pl.DataType]] = {
    "mineral": pl.String, "stage": pl.String, "region": pl.String, "country": pl.String,
    "t": pl.Float64, "share": pl.Float64, "year": pl.String, "form": pl.String,
    "source": pl.String, "kind": pl.String, "preferred": pl.Boolean, "row": pl.Int64,
    "trade": pl.Float64,
}  # fmt: skip
TOLERANCE = 0.02
"""How far published parts may miss the published total before the gap gets a row of its own."""


def _place(iso3: str) -> str:
    return region(iso3) if iso3 else ""


def added(rows: pl.DataFrame, statistic: Statistic) -> pl.DataFrame:
    """One stage by country: the statistic's tables added up. Columns iso3, low, t, high, row."""
    frames = [
        by_country(rows, statistic.chapter, detail, statistic.year, statistic.commodity)
        for detail in statistic.details
    ]
    both = pl.concat(frames)
    both = both.with_columns(t=pl.coalesce("t", (pl.col("low") + pl.col("high")) / 2))
    known = pl.col("t").is_not_null()
    return both.group_by("iso3", maintain_order=True).agg(
        t=pl.when(known.any()).then(pl.col("t").sum()).first(),
        exact=(pl.col("low") == pl.col("high")).fill_null(False).all(),
        row=pl.col("row").min(),
    )


def shares(
    parts: Sequence[tuple[str, float | None, str, int]], total: float | None, where: str
) -> list[tuple[str, float | None, float | None, str, int]]:
    """Shares that sum to one, with a row ``unallocated`` for what the total holds beyond its parts.

    ``parts`` are (country, amount or None, kind, row). What is withheld keeps no share.

    >>> shares([("CHN", 60.0, "published", 2), ("USA", None, "withheld", 3)], 80.0, "x mined")[-1]
    ('', 20.0, 0.25, 'unallocated', 0)
    """
    summed = sum(a for _, a, _, _ in parts if a is not None)
    if summed <= 0:
        raise WorldError(f"{where}: the published parts add up to {summed}.")
    gap = 0.0 if total is None else total - summed
    if gap < -TOLERANCE * summed:
        raise WorldError(
            f"{where}: parts add up to {summed:,.6g}, more than the published {total:,.6g}. "
            "Something is counted twice."
        )
    gap = gap if gap > TOLERANCE * summed else 0.0
    whole = summed + gap
    out = [(c, a, None if a is None else a / whole, k, row) for c, a, k, row in parts]
    return out + ([("", gap, gap / whole, "unallocated", 0)] if gap else [])


def usgs_supply(rows: pl.DataFrame, plans: Iterable[Plan]) -> pl.DataFrame:
    """Output of 2024 from the survey's world tables, t as the survey measures it (``form``)."""
    return _table(rows, ((p.mineral, s) for p in plans for s in p.supply), "usgs-mcs-2026")


def usgs_capacity(rows: pl.DataFrame, plans: Iterable[Plan]) -> pl.DataFrame:
    """Capacity by country where the survey publishes it; columns as supply."""
    return _table(rows, ((p.mineral, s) for p in plans for s in p.capacity), "usgs-mcs-2026")


def _table(rows: pl.DataFrame, what: Iterable[tuple[str, Statistic]], source: str) -> pl.DataFrame:
    out = []
    for mineral, s in what:
        found = added(rows, s)
        world = found.filter(pl.col("iso3") == "WLD")["t"].to_list()
        parts = [
            (r["iso3"], r["t"], _kind(r), r["row"])
            for r in found.filter(pl.col("iso3") != "WLD").iter_rows(named=True)
            if r["t"] != 0.0
        ]
        done = shares(parts, world[0] if world else None, f"{mineral} {s.stage}")
        out += [
            (
                mineral,
                s.stage,
                _place(c),
                c,
                t,
                share,
                str(s.year),
                s.form,
                source,
                kind,
                True,
                row,
                None,
            )
            for c, t, share, kind, row in done
        ]
    return pl.DataFrame(out, schema=dict(SCHEMA), orient="row")


def _kind(row: Mapping[str, object]) -> str:
    if row["t"] is None:
        return "withheld"
    if not row["iso3"]:
        return "other countries"
    return "published" if row["exact"] else "bound"
