"""``check``, ``diff``, ``timeline`` and ``schema``: the text of a pact."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from orepact.errors import InputError


def check(
    pact: Annotated[str, typer.Argument(help="A shipped pact's name, or a YAML file.")],
) -> None:
    """Read a pact strictly and say what does not hang together."""
    from orepact import pact as pacts
    from orepact.pact.check import check as findings

    agreed = pacts.read(pact)
    found = findings(agreed)
    for finding in found:
        typer.echo(str(finding))
    typer.echo(f"{agreed.id}: {len(found)} findings.", err=True)
    if found:
        raise typer.Exit(1)


def diff(
    first: Annotated[str, typer.Argument(help="A pact.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
) -> None:
    """What changed in the text, in words, per party and date."""
    from orepact import pact as pacts
    from orepact.pact.compare import diff as changes

    for line in changes(pacts.read(first), pacts.read(second)):
        typer.echo(line)


def timeline(
    pact: Annotated[str, typer.Argument(help="A shipped pact's name, or a YAML file.")],
    as_of: Annotated[str | None, typer.Option(help="Date, as 2026-11-24. Default: today.")] = None,
    ics: Annotated[Path | None, typer.Option(help="Write an iCalendar file.")] = None,
) -> None:
    """What is due, overdue, coming and expiring."""
    from orepact import pact as pacts
    from orepact.pact.calendar import ics as calendar
    from orepact.pact.calendar import timeline as dates

    agreed = pacts.read(pact)
    try:
        day = date.fromisoformat(as_of) if as_of else date.today()
    except ValueError:
        raise InputError(f"'{as_of}' is not a date. Write it as 2026-11-24.") from None
    for line in dates(agreed, day):
        typer.echo(str(line))
    if ics:
        ics.write_bytes(calendar(agreed))
        typer.echo(f"wrote {ics}", err=True)


def schema() -> None:
    """Print the JSON Schema of the pact format."""
    import json

    from orepact.pact.schema import schema as format_schema

    typer.echo(json.dumps(format_schema(), indent=2))
