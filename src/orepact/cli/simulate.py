"""``simulate`` and ``compare``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from orepact.cli.options import WorldFolder, Year, tables_folder
from orepact.errors import InputError


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"'{text}' is not a date. Write it as 2027-01-01.") from None


def simulate(
    pact: Annotated[str, typer.Argument(help="A shipped pact's name, or a YAML file.")],
    minerals: Annotated[
        str | None, typer.Option(help="Minerals by id or alias, comma-separated. Default: all.")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(help="Date, as 2027-01-01. Default: the first with everything in force."),
    ] = None,
    central: Annotated[
        bool, typer.Option("--central", help="Central values only, without ranges.")
    ] = False,
    draws: Annotated[int, typer.Option(help="Draws of the uncertain parameters.")] = 128,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 2026,
    duties: Annotated[
        str,
        typer.Option(
            help="Measure the pact against the base year's duties (base) or those of its date "
            "(in-force)."
        ),
    ] = "base",
    alternatives: Annotated[
        bool,
        typer.Option(help="Let draws rest on other publishers' output figures too."),
    ] = True,
    sourcing: Annotated[
        str,
        typer.Option(
            help="Origins as imperfect substitutes (logit), or one good whatever its origin "
            "(homogeneous, with --central)."
        ),
    ] = "logit",
    mobility: Annotated[
        float,
        typer.Option(help="How readily users of the last stage move abroad; 0: they stay."),
    ] = 0.0,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for tables, manifest and the HTML report."),
    ] = None,
    year: Year = 2024,
    world_folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Simulate a pact, from mine to magnet.

    Prices, trade, output, revenue and welfare at every stage, before and after.
    """
    from orepact import pact as pacts
    from orepact import world
    from orepact.study.simulate import simulate as run_pact

    agreed = pacts.read(pact)
    chosen = [m.strip() for m in minerals.split(",")] if minerals else None
    day = _day(on) if on else None
    folder = tables_folder(world_folder)
    with _progress(not central) as step:
        run = run_pact(
            agreed,
            world.load(year, folder),
            chosen,
            on=day,
            draws=0 if central else draws,
            seed=seed,
            duties=duties,
            alternatives=alternatives,
            sourcing=sourcing,
            mobility=mobility,
            progress=step,
        )
    if out:
        from orepact.report.folder import write

        for path in write(run, out, source=pact, world=folder):
            typer.echo(f"wrote {path}", err=True)
    if as_json:
        from orepact.report.folder import document

        typer.echo(document(run, folder))
        return
    from rich.console import Console

    from orepact.report.terminal import terminal

    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = 100  # a file or a pipe has no width of its own
    for part in terminal(run):
        console.print(part)
    if out:
        typer.echo(f"Open {out / 'report.html'} in a browser.", err=True)


@contextmanager
def _progress(wanted: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress bar on stderr while draws are solved; nothing where none are."""
    if not wanted:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("minerals", total=None)

        def step(mineral: str, done: int, total: int) -> None:
            bar.update(task, description=mineral, completed=done, total=total)

        yield step


def compare(
    first: Annotated[Path, typer.Argument(help="Folder written by simulate --out.")],
    second: Annotated[Path, typer.Argument(help="Another one.")],
    most: Annotated[int, typer.Option(help="Rows to show, largest change first.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """How the results of two runs differ, figure by figure.

    Lines of welfare are changes from the base year. Figures of one run only are left out.
    """
    from orepact.report.folder import differences, unshared

    found = differences(first, second)
    for folder, other in ((first, second), (second, first)):
        if missing := unshared(folder, other):
            typer.echo(f"only in {folder}: {missing}", err=True)
    if as_json:
        typer.echo(found.write_json())
        return
    from rich.console import Console

    from orepact.report.terminal import difference_table

    Console().print(difference_table(found, most))
