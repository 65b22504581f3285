"""``world add duties``: a tariff schedule of one's own, and what gave way to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder, tables_folder
from orepact.errors import InputError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from orepact.world.duty_overlay import Added


def duties(
    file: Annotated[
        Path | None, typer.Argument(help="The schedule, a CSV; --template prints its form.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for a copy of the world with it."),
    ] = None,
    folder: WorldFolder = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print the header and two example lines.")
    ] = False,
) -> None:
    """Lay a tariff schedule of your own over the world's duties, in a copy of its tables.

    Every mistake of the file is told at once; nothing is written then. A row takes the place of
    the rows of the same importer, goods, origin and component on the days it holds.
    """
    from rich.console import Console

    from orepact.world import duty_overlay, own_duties

    if template:
        typer.echo(own_duties.TEMPLATE, nl=False)
        return
    if file is None or out is None:
        raise InputError(
            "Name the schedule and where the world goes: world add duties FILE.csv --out DIR. "
            "--template prints the form of the file."
        )
    base = tables_folder(folder)
    done = duty_overlay.add(duty_overlay.read(file, base), out, base)
    console = Console()
    for (importer,), rows in done.replaced.group_by("importer", maintain_order=True):
        console.print(_replaced(rows, str(importer)))
    console.print(_change(done))
    for note in done.notes:
        typer.echo(note, err=True)
    typer.echo(
        f"wrote {done.rows} rows of duties to {out}; {len(done.replaced)} gave way", err=True
    )
    typer.echo(f"Use it with --world {out}, or set OREPACT_WORLD.", err=True)


def _replaced(rows: pl.DataFrame, importer: str) -> Table:
    from orepact.cli.duties import rate, since
    from orepact.cli.tables import table

    out = table(
        f"{importer}: rows that give way, as they stood, %",
        ("goods", "origin", "code", "component", "since"),
        ("rate",),
    )
    for r in rows.iter_rows(named=True):
        place = (r["origin"] or "all", r["code"], r["component"])
        out.add_row(f"{r['mineral']} {r['stage']}", *place, since(r), rate(r))
    return out


def _change(done: Added) -> Table:
    from orepact.cli.tables import number, table

    out = table(
        "Duty of 2024 on imports, mean by tonnes, %; * in part assumed",
        ("importer", "mineral", "stage"),
        ("imports t", "before", "after"),
    )
    for r in done.change.iter_rows(named=True):
        pair = (
            "no imports"
            if r[when] is None
            else f"{100 * r[when]:.2f}" + "*" * (r[f"assumed_{when}"] > 0)
            for when in ("before", "after")
        )
        out.add_row(r["importer"], r["mineral"], r["stage"], number(r["imports"]), *pair)
    return out
