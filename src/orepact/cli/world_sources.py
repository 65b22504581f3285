"""``world sources`` and ``world lists``: whose figures the world carries, and who lists what."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder
from orepact.cli.tables import key, table

if TYPE_CHECKING:
    from rich.table import Table

NOT_HELD = ("Canada", "Japan", "Mexico", "the United Kingdom")
"""Parties whose lists of critical minerals are not held: no text is at hand."""


def sources(
    id: Annotated[str | None, typer.Argument(help="A source, as usgs-mcs-2026.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """The register of sources: title, publisher, vintage, licence and address."""
    import json
    from dataclasses import asdict

    from orepact.world.register import register, source

    held = [register()[source(id)]] if id else list(register().values())
    if as_json:
        typer.echo(json.dumps([asdict(s) for s in held], indent=1, ensure_ascii=False))
        return
    for s in held:
        typer.echo(f"{s.id}\n  {s.title}\n  {s.publisher}, {s.vintage}. {s.licence}")
        typer.echo(f"  {s.url or 'no address is known for certain'}")


def cited(ids: Collection[str]) -> Table:
    """A key to the sources that a table names: title, publisher, vintage."""
    from orepact.world.register import register

    held = (register()[i] for i in dict.fromkeys(ids) if i in register())
    return key({s.id: f"{s.title}. {s.publisher}, {s.vintage}" for s in held})


def lists(
    folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Lists of critical minerals: whose, of which date, from where, and what they name."""
    from orepact import world
    from orepact.catalogue import screened_minerals

    where = () if folder is None else (folder / "screening",)
    held = world.screening(*where).lists
    if as_json:
        typer.echo(held.write_json())
        return
    from rich.console import Console

    console = Console()
    out = table("Lists held", ("party", "list", "date"), ("minerals",), ("source",))
    parts = held.group_by("party", "list", "date", maintain_order=True)
    named = dict(parts)
    for (party, name, day), rows in named.items():
        said = ", ".join(
            f"{s} ({c})"
            for s, c in rows.select("source", "confidence").unique().sort("source").iter_rows()
        )
        out.add_row(str(party), str(name), str(day), str(len(rows)), said)
    console.print(out)
    names = {m.id: m.name for m in screened_minerals().values()}
    for (party, name, _), rows in named.items():
        console.print(f"{party} {name}: {', '.join(names[m] for m in rows['mineral'])}.\n")
    console.print(f"Not held: the lists of {', '.join(NOT_HELD[:-1])} and {NOT_HELD[-1]}.")
    typer.echo("`orepact world sources ID` says where a source is published.", err=True)
