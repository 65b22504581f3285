"""``world duties``: what an importer levies, by interval and component, and in sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orepact.cli.options import WorldFolder, tables_folder
from orepact.cli.tables import key, table
from orepact.errors import InputError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table

REMEDIES = ("antidumping", "countervailing", "safeguard")


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
    """Duties of one importer as dated intervals: component, code, rates, source, legal note.

    With --mineral, what they come to on the day; without one, on the last on which one changes.
    """
    from orepact import world
    from orepact.catalogue import mineral as find_mineral
    from orepact.catalogue import region
    from orepact.world.duties import levied_by, totals
    from orepact.world.us_duties import SINCE

    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise InputError(f"'{on}' is not a date. Write it as 2027-01-01.") from None
    if day and day < SINCE:
        raise InputError(f"No duties are held before {SINCE}; '{on}' is earlier. Give a later day.")
    place, id = region(importer), find_mineral(mineral).id if mineral else None
    source = region(origin) if origin else None
    held = world.load(folder=tables_folder(folder)).duties
    rows = levied_by(held, place, id, source, day)
    if as_json:
        typer.echo(rows.write_json())
        return
    from rich.console import Console

    console = Console()
    show(console, rows, f"Duties of {place}, % of customs value")
    if id and len(rows):
        last = day or max(d for d in rows["from"] if d)
        console.print(_sums(totals(held, place, id, last), place, id, source, last))
        if day is None:
            typer.echo(
                f"In sum on {last}, the last day on which a duty here changes; --on names another.",
                err=True,
            )
    typer.echo(f"{len(rows)} rows; low/central/high where they differ; * is assumed.", err=True)
    typer.echo(_remedies(rows, place), err=True)


def show(console: Console, rows: pl.DataFrame, title: str) -> None:
    """Print rows of the duties table by goods, below them their sources and legal notes."""
    notes: dict[str, int] = {}
    console.print(title)
    for (mineral, stage), part in rows.group_by("mineral", "stage", maintain_order=True):
        console.print(_goods(part, f"{mineral} {stage}".strip() or "all goods", notes))
    console.print(key({str(n): said for said, n in notes.items()}))
    console.print()


def _goods(rows: pl.DataFrame, title: str, notes: dict[str, int]) -> Table:
    out = table(title, ("origin", "code", "component", "since", "until"), ("rate", "note"))
    for r in rows.iter_rows(named=True):
        said = r["source"] + (f": {r['note']}" if r["note"] else "")
        number = notes.setdefault(said, len(notes) + 1)
        until = "" if r["until"] is None else r["until"].isoformat()
        place = (r["origin"] or "all", r["code"], r["component"])
        out.add_row(*place, since(r), until, rate(r), str(number))
    return out


def since(r: Mapping[str, Any]) -> str:
    """The first day of a row; "before 2021" where the record begins then."""
    from orepact.world.register import register
    from orepact.world.us_duties import SINCE

    if r["from"] is None or (r["from"] == SINCE and r["source"] in register()):
        return f"before {SINCE.year}"
    return str(r["from"])


def rate(r: Mapping[str, Any]) -> str:
    """A rate or its range in %, with a star where it is assumed."""
    parts = (r["low"], r["central"], r["high"]) if r["low"] < r["high"] else (r["central"],)
    return "/".join(f"{100 * x:.3g}" for x in parts) + ("*" if r["assumed"] else "")


def _sums(sums: pl.DataFrame, importer: str, mineral: str, origin: str | None, day: date) -> Table:
    """Total by code; origins that pay the same on every code stand in one row."""
    if origin:  # its own total, and that of all others where a code has none
        own = sums.with_row_index("n").filter(sums["origin"].is_in([origin, ""]))
        own = own.sort("origin", descending=True).unique(["stage", "code"], keep="first")
        sums = own.sort("n").drop("n")
    out = table(
        f"In sum on {day}, % of customs value into {importer}", ("stage", "code"), ("total",),
        ("from",),
    )  # fmt: skip
    for (stage, code), part in sums.group_by("stage", "code", maintain_order=True):
        same: dict[str, list[str]] = {}
        for r in part.iter_rows(named=True):
            same.setdefault(rate(r), []).append(r["origin"] or origin or "all others")
        for total, origins in same.items():
            out.add_row(f"{mineral} {stage}", str(code) or "all", total, ", ".join(origins))
    for stage, code in _unrated(sums, mineral):
        out.add_row(f"{mineral} {stage}", code, "none held", origin or "all")
    return out


def _unrated(sums: pl.DataFrame, mineral: str) -> Iterator[tuple[str, str]]:
    """Headings of a stage under which no rate is held, though others of it have one."""
    from orepact.catalogue import minerals

    for stage in minerals()[mineral].stages:
        held = {c[:6] for c in sums.filter(sums["stage"] == stage.id)["code"]} - {""}
        yield from ((stage.id, h) for h in stage.hs6 if held and h not in held)


def _remedies(rows: pl.DataFrame, importer: str) -> str:
    held = rows.filter(rows["component"].is_in(REMEDIES)).select("mineral", "stage", "origin")
    named = ", ".join(
        dict.fromkeys(
            f"{m} {s} from {o or 'all'}" for m, s, o in held.unique().sort("mineral").iter_rows()
        )
    )
    but = f" but on {named}" if named else ""
    return f"Anti-dumping, countervailing and safeguard duties of {importer} are not held{but}."
