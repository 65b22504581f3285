"""What a new source changed: how much trade is imputed, and who trades with whom."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

Tables = Mapping[str, pl.DataFrame]
KEY = ["mineral", "stage"]


def moved(before: pl.DataFrame, after: pl.DataFrame, name: str) -> pl.DataFrame:
    """Share of a stage's trade that stands in another cell: half the sum of the absolute changes.

    Both are rows of ``flows``; each world's trade counts as one. Null without trade in one of them.
    """

    def shares(flows: pl.DataFrame) -> pl.DataFrame:
        return flows.select(
            *KEY, "origin", "destination", share=pl.col("t") / pl.col("t").sum().over(KEY)
        )

    cells = shares(after).join(
        shares(before), on=[*KEY, "origin", "destination"], how="full", suffix="_b", coalesce=True
    )
    cells = cells.with_columns(pl.col("share", "share_b").fill_null(0.0))
    both = (pl.col("share").sum() > 0) & (pl.col("share_b").sum() > 0)
    gap = (pl.col("share") - pl.col("share_b")).abs().sum() / 2
    return cells.group_by(KEY).agg(pl.when(both).then(gap).alias(name))


def changes(before: Tables, after: Tables, into: str = "USA") -> pl.DataFrame:
    """Compare two worlds stage by stage, for the stages that the new one has.

    Columns mineral, stage, imputed_before, imputed_after (shares of trade between regions),
    trade_moved, imports_moved (of the region ``into``), grade_before, grade_after.
    """
    old, new = (
        t["stages"].select(*KEY, imputed="imputed_share", grade="grade") for t in (before, after)
    )
    out = new.join(old, on=KEY, suffix="_before", how="left", maintain_order="left")
    abroad = pl.col("origin") != pl.col("destination")
    for name, kept in (
        ("trade_moved", abroad),
        ("imports_moved", abroad & (pl.col("destination") == into)),
    ):
        part = moved(before["flows"].filter(kept), after["flows"].filter(kept), name)
        out = out.join(part, on=KEY, how="left", maintain_order="left")
    return out.select(
        *KEY,
        "imputed_before",
        imputed_after="imputed",
        trade_moved="trade_moved",
        imports_moved="imports_moved",
        grade_before="grade_before",
        grade_after="grade",
    )
