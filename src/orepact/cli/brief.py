"""``brief``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orepact.cli.options import WorldFolder, Year, tables_folder
from orepact.cli.simulate import _day, _progress


def brief(
    pact: Annotated[str, typer.Argument(help="A shipped pact's name, or a YAML file.")],
    lang: Annotated[
        str, typer.Option(help="Language: en, es or fr, or with a country as es-ES.")
    ] = "en",
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
    out: Annotated[Path, typer.Option(dir_okay=False, help="The file to write.")] = Path(
        "brief.pdf"
    ),
    year: Year = 2024,
    world_folder: WorldFolder = None,
) -> None:
    """Write a brief of at most eight pages: what a pact does, how sure that is, and its limits."""
    from orepact import pact as pacts
    from orepact import world
    from orepact.report.brief import brief as written
    from orepact.report.brief_pdf import pdf
    from orepact.report.language import language
    from orepact.study.simulate import simulate

    said = language(lang)
    agreed = pacts.read(pact)
    chosen = [m.strip() for m in minerals.split(",")] if minerals else None
    day = _day(on) if on else None
    with _progress(not central) as step:
        run = simulate(
            agreed,
            world.load(year, tables_folder(world_folder)),
            chosen,
            on=day,
            draws=0 if central else draws,
            seed=seed,
            duties=duties,
            progress=step,
        )
    out.write_bytes(pdf(written(run, said, source=pact)))
    typer.echo(f"wrote {out}", err=True)
