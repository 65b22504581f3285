"""``world duties``: what an importer levies, by interval and component."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder, tables_folder
from orepact.errors import InputError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table


def duties(
    importer: Annotated[str, typer.Argument(help="The region that levies them, as USA or EUN.")],
    mineral: Annotated[str | None, typer.Option(help="One mineral. Default: all.")] = None,
    origin: Annotated[
        str | None, typer.Option(help="Rows that hold on this origin. Default: all rows.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="Rows in force on a day, as 2026-03-01. Default: all.")
    ] = None,
    folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Duties of one importer as dated intervals: component, code, rates, source."""
    from orepact import world
    from orepact.catalogue import mineral as find_mineral
    from orepact.catalogue import region
    from orepact.world.duties import levied_by

    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise InputError(f"'{on}' is not a date. Write it as 2027-01-01.") from None
    place, id = region(importer), find_mineral(mineral).id if mineral else None
    rows = levied_by(
        world.load(folder=tables_folder(folder)).duties, place, id,
        region(origin) if origin else None, day,
    )  # fmt: skip
    if as_json:
        typer.echo(rows.write_json())
        return
    from rich.console import Console

    Console().print(table(rows, f"Duties of {place}, % of customs value"))
    typer.echo(f"{len(rows)} rows; low/central/high where they differ; * is assumed.", err=True)


def table(rows: pl.DataFrame, title: str) -> Table:
    """Rows of the duties table for a terminal."""
    from rich import box
    from rich.table import Table

    out = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for name in ("goods", "origin", "code", "component", "from", "until"):
        out.add_column(name, overflow="fold")
    out.add_column("rate", justify="right", overflow="fold")
    out.add_column("source", overflow="fold")
    for r in rows.iter_rows(named=True):
        goods = f"{r['mineral']} {r['stage']}".strip() or "all"
        span = ("" if r[n] is None else r[n].isoformat() for n in ("from", "until"))
        out.add_row(
            goods, r["origin"] or "all", r["code"], r["component"], *span,
            _rate(r["low"], r["central"], r["high"]) + "*" * r["assumed"], r["source"],
        )  # fmt: skip
    return out


def _rate(low: float, central: float, high: float) -> str:
    parts = (low, central, high) if low < high else (central,)
    return "/".join(f"{100 * x:.3g}" for x in parts)
