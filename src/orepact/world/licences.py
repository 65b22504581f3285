"""The page that says whose figures the package carries, and under which terms."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from orepact.errors import WorldError

_HEAD = """\
# Data licences

The code is under the Apache License 2.0. The compiled tables and the bills of products carry
selected figures of the publishers below, each row with the id of its source; no publisher's file
is redistributed. Cite the publisher when you use a figure. Rows marked *assumed* are this
project's and no one else's, and no publisher endorses them.

| id | title | publisher | vintage | licence |
|---|---|---|---|---|
"""


def render(sources: pl.DataFrame, cited: Collection[str]) -> str:
    """Render DATA-LICENCES.md: the sources that the tables cite, in the register's order.

    ``sources`` is the table of :func:`orepact.world.register.sources_table`; an id that it
    lacks raises :class:`WorldError`.
    """
    unknown = sorted(set(cited) - set(sources["id"]))
    if unknown:
        raise WorldError(f"The tables cite {', '.join(unknown)}, which the register lacks.")
    rows = sources.filter(pl.col("id").is_in(list(cited)))
    lines = []
    for r in rows.iter_rows(named=True):
        title = f"[{r['title']}]({r['url']})" if r["url"] else r["title"]
        cells = (f"`{r['id']}`", title, r["publisher"], r["vintage"], r["licence"])
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |\n")
    return _HEAD + "".join(lines)


def cited(tables: Collection[pl.DataFrame]) -> set[str]:
    """Ids of the sources in the ``source`` columns of some tables."""
    return {id for t in tables if "source" in t.columns for id in t["source"].unique().to_list()}
