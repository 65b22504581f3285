"""``world compare``: one mineral in several years, and what of each year is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder, tables_folder
from orepact.cli.tables import number, table

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

WORDS = {"output": "output, kt", "trade": "trade, kt", "price": "price, USD/t"}


def compare(
    mineral: Annotated[str, typer.Argument(help="A mineral, as lithium.")],
    years: Annotated[list[int], typer.Argument(help="Two years or more, as 2019 2024.")],
    most: Annotated[int, typer.Option(help="Producers at each stage.", min=1)] = 3,
    folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Output, its largest producers, trade and price by year, each marked own or carried."""
    from orepact.world.between import between
    from orepact.world.events import events

    rows = between(mineral, years, tables_folder(folder), most)
    if as_json:
        typer.echo(rows.write_json())
        return
    from rich.console import Console

    console = Console()
    for (stage,), part in rows.group_by("stage", maintain_order=True):
        console.print(_stage(part, f"{mineral} {stage}", years))
    for line in events(mineral, years):
        console.print(line)
    typer.echo(
        "own: from that year's statistics; moved: 2024 times the change that they give; carried: "
        "2024's, scaled without any. A carried figure has no trend.",
        err=True,
    )


def _stage(rows: pl.DataFrame, title: str, years: list[int]) -> Table:
    heads = [x for y in years for x in (str(y), "")]
    out = table(title, ("figure",), tuple(heads))
    for i in range(2, len(out.columns), 2):
        out.columns[i].justify = "left"
    for (figure, region), part in rows.group_by("figure", "region", maintain_order=True):
        by = {r["year"]: r for r in part.iter_rows(named=True)}
        cells = [x for y in years for x in (_value(figure, by[y]["value"]), by[y]["how"])]
        out.add_row(WORDS.get(str(figure), f"{region}, share"), *cells)
    return out


def _value(figure: object, value: float) -> str:
    if figure == "share":
        return f"{value:.1%}"
    return number(value if figure == "price" else value / 1e3)
