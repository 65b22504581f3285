"""``world alternatives``, and what ``world why`` says of rival figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder, tables_folder

if TYPE_CHECKING:
    from pathlib import Path


def alternatives(
    mineral: Annotated[str | None, typer.Argument(help="A mineral; default: all.")] = None,
    folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Where publishers disagree on output, and which of their figures can be balanced."""
    from orepact import world
    from orepact.catalogue import mineral as find

    found = world.alternatives(tables_folder(folder))
    if mineral:
        found = found.filter(found["mineral"] == find(mineral).id)
    if as_json:
        typer.echo(found.write_json())
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    title = "World output as published, with scrap where the stage has any (refined copper)"
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for name in ("mineral", "alternative", "stage"):
        table.add_column(name, no_wrap=True)
    for name in ("weight", "preferred, kt", "theirs, kt"):
        table.add_column(name, justify="right", overflow="fold")
    console = Console()
    for r in found.iter_rows(named=True):
        weight = f"{r['weight']:.0%}" if r["balanced"] else "none"
        figures = (_world(r["base_t"], r["base_top"], r["base_top_share"]),
                   _world(r["t"], r["top"], r["top_share"]))  # fmt: skip
        table.add_row(r["mineral"], r["id"], r["stage"], weight, *figures)
    console.print(table)
    for r in found.unique(("mineral", "id"), maintain_order=True).iter_rows(named=True):
        why = f" Not balanced: {r['why']}" if r["why"] else ""
        console.print(f"{r['mineral']} {r['id']}: {r['what']}{why}")


def _world(t: float | None, first: str, share: float) -> str:
    """World output, its largest producer and that one's share; blank where none was read."""
    return "" if t is None else f"{t / 1e3:,.1f}, {first} {share:.0%}"


def rival_lines(mineral: str, stage: str, region: str, folder: Path) -> list[str]:
    """A sentence for each other figure of a region's output: whose, and in which alternatives."""
    import polars as pl

    from orepact import world
    from orepact.world.register import register

    rows = world.rivals(mineral, stage, region, folder).filter(pl.col("t") != pl.col("base_t"))
    told = rows.group_by("source", "t", "note", maintain_order=True).agg("id", "balanced")
    return [
        f"{register()[r['source']].publisher}: {r['t']:,.0f} t, {r['note']} "
        f"({', '.join(r['id'])}{'' if any(r['balanced']) else ', not balanced'})."
        for r in told.iter_rows(named=True)
    ]
