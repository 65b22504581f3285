"""``check``, ``diff``, ``timeline`` and ``schema``: the text of a pact."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from orepact.errors import InputError, nearest

LANGUAGES = ("en", "es")


def check(
    pact: Annotated[str, typer.Argument(help="A shipped pact's name, or a YAML file.")],
) -> None:
    """Read a pact strictly and say what is wrong.

    Errors give exit code 1; a file that cannot be read as a pact gives 2.
    """
    from orepact import pact as pacts
    from orepact.pact.check import check as findings

    agreed = pacts.read(pact)
    found = findings(agreed)
    for finding in found:
        typer.echo(str(finding))
    errors = sum(finding.level == "error" for finding in found)
    typer.echo(f"{agreed.id}: {errors} errors, {len(found) - errors} other remarks.", err=True)
    if errors:
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
    lang: Annotated[str, typer.Option(help="Language of the titles: en or es.")] = "en",
    ics: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write an iCalendar file.")
    ] = None,
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
    if lang not in LANGUAGES:
        raise InputError(f"No titles in '{lang}'. {nearest(lang, LANGUAGES)}")
    agenda = dates(agreed, day, language=lang)
    typer.echo(f"{agreed.id} as of {day}")
    for shelf in ("overdue", "due", "expiring", "upcoming", "expired", "done"):
        events = getattr(agenda, shelf)
        if events:
            typer.echo(f"\n{shelf}")
        for e in events:
            owners = f" [{', '.join(e.owners)}]" if e.owners else ""
            typer.echo(f"  {e.on}  {e.nature:<8} {e.what}{owners}")
    if ics:
        ics.write_bytes(calendar(agreed, lang))
        typer.echo(f"wrote {ics}", err=True)


def schema() -> None:
    """Print the JSON Schema of the pact format."""
    import json

    from orepact.pact.schema import schema as format_schema

    typer.echo(json.dumps(format_schema(), indent=2))
