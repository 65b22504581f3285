"""The command line. Results go to stdout, everything else to stderr.

Exit codes: 0 done, 1 not solved or checks failed, 2 bad input.
"""

from __future__ import annotations

import sys

import typer

from orepact import __version__
from orepact.cli import brief, pact, screen, serve, simulate, world
from orepact.errors import InputError, OrepactError

app = typer.Typer(
    name="orepact",
    help="Write a critical-minerals pact as data and see what it does.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"orepact {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Write a critical-minerals pact as data and see what it does."""


app.command("simulate")(simulate.simulate)
app.command("brief")(brief.brief)
app.command("screen")(screen.screen)
app.command("compare")(simulate.compare)
app.command("check")(pact.check)
app.command("diff")(pact.diff)
app.command("timeline")(pact.timeline)
app.command("schema")(pact.schema)
app.command("serve")(serve.serve)
app.add_typer(world.app, name="world")


def main() -> None:
    """Run a command and turn our own exceptions into a message and an exit code."""
    try:
        app()
    except OrepactError as error:
        typer.echo(f"orepact: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        hint = "Check the path and its permissions."
        typer.echo(f"orepact: {error.filename}: {error.strerror}. {hint}", err=True)
        sys.exit(InputError.exit_code)
