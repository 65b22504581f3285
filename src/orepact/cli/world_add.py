"""``world add``: a source of one's own, and what it changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.add_duties import duties
from orepact.cli.options import SourcesFolder, sources_folder, tables_folder

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

app = typer.Typer(help="Add a source of your own and build the world with it.")
app.command("duties")(duties)


@app.command("baci")
def baci(
    trade: Annotated[Path, typer.Argument(help="BACI_HS22_Y2024_V202601.csv, as CEPII names it.")],
    countries: Annotated[
        Path | None,
        typer.Argument(help="country_codes_V202601.csv. Default: the one beside the file."),
    ] = None,
    sources: SourcesFolder = None,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Where the tables go. Default: into the package."),
    ] = None,
    minerals: Annotated[
        str | None, typer.Option(help="Minerals by id or alias, comma-separated. Default: all.")
    ] = None,
) -> None:
    """Build the world on a full year of BACI instead of the extracts, and say what changed.

    All other files come from the folder of sources. The file is read lazily and not copied.
    """
    from rich.console import Console

    from orepact.catalogue import mineral
    from orepact.world.build import build
    from orepact.world.changes import changes
    from orepact.world.compiled import TABLES, tables
    from orepact.world.recipe import load_recipes
    from orepact.world.sources.baci import replaced
    from orepact.world.sources.baci_full import full, read

    raw, target = sources_folder(sources), tables_folder(out)
    source = full(trade, countries)
    before = tables(target if (target / "stages.parquet").is_file() else TABLES)
    ids = [mineral(m.strip()).id for m in minerals.split(",")] if minerals else None
    build(raw, target, ids, source)
    codes = {c for m in ids or load_recipes()[0] for s in mineral(m).stages for c in s.hs6}
    for note in (*source.notes, replaced(read(source, sorted(codes)))):
        typer.echo(note, err=True)
    Console().print(_table(changes(before, tables(target))))
    typer.echo(f"wrote the world to {target}", err=True)


@app.command("comtrade")
def comtrade(
    out: Annotated[
        Path, typer.Option(file_okay=False, help="The folder of sources that it is put into.")
    ],
    codes: Annotated[
        str | None, typer.Option(help="Six-digit codes, comma-separated. Default: all.")
    ] = None,
    year: Annotated[int, typer.Option(help="The year, as 2024.")] = 2024,
    reporters: Annotated[
        str,
        typer.Option(help="UN numeric codes asked for at once, as 842,484; ';' parts batches."),
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Ask without a key: answers below 500 rows only.")
    ] = False,
) -> None:
    """Download annual records of UN Comtrade, imports and exports of all reporters by code.

    COMTRADE_KEY holds the subscription key. What is interrupted goes on where it stopped. Not yet
    verified on the live service. `world build --sources` then reads it for every code that BACI
    does not hold for all countries.
    """
    from orepact.world.sources import comtrade_api
    from orepact.world.sources.comtrade import RECORDS, traded
    from orepact.world.sources.comtrade_download import download, told

    wanted = traded(codes.split(",") if codes else None)
    held = None if preview else comtrade_api.key()
    batches = [b.strip() for b in reporters.split(";")]
    found = download(out, wanted, year, batches, lambda question: comtrade_api.ask(question, held))
    typer.echo(told(found), err=True)
    typer.echo(
        f"wrote {out / RECORDS.format(year)}; not yet verified on the live service", err=True
    )


def _table(found: pl.DataFrame) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title="What changed", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0),
        pad_edge=False,
    )  # fmt: skip
    for name in ("mineral", "stage", "grade"):
        table.add_column(name, overflow="fold")
    for name in ("imputed before", "after", "trade moved", "US imports moved"):
        table.add_column(name, justify="right", overflow="fold")
    for r in found.iter_rows(named=True):
        old, new = r["grade_before"], r["grade_after"]
        shares = [r[n] for n in ("imputed_before", "imputed_after", "trade_moved", "imports_moved")]
        table.add_row(
            r["mineral"],
            r["stage"],
            new if old in (new, None) else f"{old} > {new}",
            *("" if s is None else f"{s:.0%}" for s in shares),
        )
    return table
