"""``world``: show, check and build the base year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli import world_add
from orepact.cli.alternatives import alternatives
from orepact.cli.duties import duties
from orepact.cli.options import SourcesFolder, WorldFolder, Year, sources_folder, tables_folder
from orepact.cli.tables import number, table
from orepact.cli.world_compare import compare
from orepact.cli.world_sources import lists, sources
from orepact.cli.world_why import why
from orepact.errors import InputError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from orepact.world import Chain, World

app = typer.Typer(help="The base year: who mines, refines, trades and uses what.")
app.add_typer(world_add.app, name="add")
app.command("duties")(duties)
app.command("sources")(sources)
app.command("lists")(lists)
app.command("compare")(compare)
app.command("alternatives")(alternatives)
app.command("why")(why)


@app.command("show")
def show(
    mineral: Annotated[
        str | None, typer.Argument(help="A mineral; default: a list of all.")
    ] = None,
    most: Annotated[int, typer.Option(help="Regions to show at each stage.")] = 12,
    traced: Annotated[
        bool, typer.Option("--traced", help="Largest shipments, direct and traced through hubs.")
    ] = False,
    into: Annotated[
        str | None, typer.Option(help="With --traced: one destination, as USA or EUN.")
    ] = None,
    alternative: Annotated[
        str | None, typer.Option(help="Another publisher's output figures, as iea-2025.")
    ] = None,
    year: Year = 2024,
    folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Output, capacity, trade, use and price at every stage, with grades and notes."""
    from orepact import world
    from orepact.world.events import events

    if (into and not traced) or (traced and not mineral):
        raise InputError("--traced needs a mineral, and --into needs --traced.")
    if alternative and not mineral:
        raise InputError("--alternative needs a mineral, as cobalt --alternative iea-2025.")
    chosen = {_id(mineral): alternative} if mineral and alternative else None
    w = world.load(year, tables_folder(folder), chosen)
    chains = [w.chain(_id(mineral))] if mineral else list(w.chains.values())
    if as_json:
        import json

        typer.echo(json.dumps([_record(c) for c in chains], indent=1))
        return
    from rich.console import Console

    console = Console()
    if mineral:
        for k in range(len(chains[0].stages)):
            if traced:
                console.print(_origins_table(chains[0], k, w.year, most, into))
                continue
            console.print(_stage_table(chains[0], k, w.year, most))
            console.print(chains[0].notes.get(chains[0].stages[k], ""))
            if year != 2024:
                console.print(_coverage(w, chains[0].mineral, chains[0].stages[k]))
            for line in (
                *_prices(chains[0], k, tables_folder(folder), year),
                *_marks(chains[0], k, most),
            ):
                console.print(line)
            console.print()
        for line in events(chains[0].mineral, (year,)):
            console.print(line)
    else:
        console.print(_overview(w))


def _id(name: str) -> str:
    from orepact.catalogue import mineral

    return mineral(name).id


def _stage_table(chain: Chain, k: int, year: int, most: int) -> Table:
    import numpy as np

    stage = chain.stages[k]
    unit, per = ("kt", 1e3) if chain.output[k].sum() >= 1e5 else ("t", 1.0)
    primary = "output is primary, without scrap; " if chain.secondary[k].any() else ""
    out = table(
        f"{chain.mineral} {stage}, {year}, grade: {chain.grade[stage]} ({unit}; {primary}"
        "price USD/t)",
        ("region",),
        ("output", "capacity", "scrap", "exports", "imports", "final use", "price"),
    )
    abroad = np.where(np.eye(len(chain.regions)), 0.0, chain.trade[k])
    size = np.sum(chain.trade[k], axis=0) + np.sum(chain.trade[k], axis=1)
    for r in np.argsort(-size)[:most]:
        if size[r] > 0:
            tonnes = (
                chain.output[k, r], chain.capacity[k, r], chain.secondary[k, r], abroad[r].sum(),
                abroad[:, r].sum(), chain.final_use[k, r],
            )  # fmt: skip
            price = number(chain.price[k, r])
            out.add_row(chain.regions[r], *(number(t / per) for t in tonnes), price)
    return out


def _coverage(w: World, mineral: str, stage: str) -> str:
    """How much of a stage is the year's own, in a line."""
    c = next(c for c in w.coverage if (c.mineral, c.stage) == (mineral, stage))
    return (
        f"Of {w.year}: output {c.output_share:.0%} from its own statistics; trade {c.trade}; "
        f"price {c.price}; duties {c.duties}. The rest is 2024's, carried: no trend."
    )


def _prices(chain: Chain, k: int, folder: Path, year: int) -> list[str]:
    """Regions whose price differs from the world's, with the reason."""
    import polars as pl

    from orepact.world.compiled import tables

    rows = tables(folder, year)["prices"].filter(
        (pl.col("mineral") == chain.mineral)
        & (pl.col("stage") == chain.stages[k])
        & (pl.col("region") != "")
    )
    return [
        f"Price of its own in {r['region']}, {number(r['usd_per_t'])} USD/t: {r['note']} "
        f"({r['source']})."
        for r in rows.iter_rows(named=True)
    ]


def _marks(chain: Chain, k: int, most: int) -> list[str]:
    """What to know of a stage's codes, and of a by-product's hosts: a sentence each."""
    import numpy as np

    out = []
    for b in chain.baskets.get(chain.stages[k], ()):
        eu = "" if b.share is None else f"; {b.cn8}: {b.share:.0%} of EU imports by finer codes"
        out.append(f"Basket {b.code}, {b.split}: {b.lumps}{eu}.")
    potential = chain.potential[k]
    if potential.any():
        first = [r for r in np.argsort(-potential)[:most] if potential[r] > 0]
        named = ", ".join(f"{chain.regions[r]} {number(potential[r])}" for r in first)
        out.append(f"In its hosts' output and not recovered (t, assumed): {named}.")
    return out


def _origins_table(chain: Chain, k: int, year: int, most: int, into: str | None) -> Table:
    """Shipments between regions as recorded and traced to the origin, largest first."""
    import numpy as np

    from orepact.catalogue import region
    from orepact.world import traced

    direct, found = chain.trade[k].copy(), traced(chain, chain.stages[k])
    for matrix in (direct, found):
        np.fill_diagonal(matrix, 0.0)
    larger = np.maximum(direct, found)
    if into:
        larger[:, np.arange(len(chain.regions)) != chain.region(region(into))] = 0.0
    out = table(
        f"{chain.mineral} {chain.stages[k]}, {year}, between regions (t)",
        ("origin", "destination"),
        ("direct", "traced"),
    )
    for at in np.argsort(-larger, axis=None, kind="stable")[:most]:
        o, d = np.unravel_index(at, larger.shape)
        if larger[o, d] > 0:
            pair = (number(float(m[o, d])) for m in (direct, found))
            out.add_row(chain.regions[o], chain.regions[d], *pair)
    return out


def _overview(w: World) -> Table:
    import numpy as np

    from orepact.catalogue import minerals

    own = {(c.mineral, c.stage): f"{c.output_share:.0%}" for c in w.coverage}
    out = table(
        f"The world of {w.year}; own: part of output that statistics of it give",
        ("mineral", "stage", "grade", "first"),
        ("output kt", "USD/t", "own"),
    )
    for c in w.chains.values():
        for k, stage in enumerate(c.stages):
            total = c.output[k].sum()
            top = int(np.argmax(c.output[k]))
            out.add_row(
                c.mineral, stage, c.grade[stage],
                f"{c.regions[top]} {c.output[k, top] / total:.0%}", number(total / 1e3),
                number(c.price[k, top]), own.get((c.mineral, stage), ""),
            )  # fmt: skip
    absent = [c.mineral for c in w.coverage if not c.offered]
    if absent:
        names = ", ".join(m for m in minerals() if m in absent)
        out.caption = f"Not in this year: {names}."
    return out


def _record(chain: Chain) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "mineral": chain.mineral,
        "stages": list(chain.stages),
        "regions": list(chain.regions),
        "grade": dict(chain.grade),
        "notes": dict(chain.notes),
        "output_t": chain.output.tolist(),
        "capacity_t": chain.capacity.tolist(),
        "potential_t": chain.potential.tolist(),
        "baskets": {s: [asdict(b) for b in held] for s, held in chain.baskets.items()},
        "trade_t": chain.trade.tolist(),
        "final_use_t": chain.final_use.tolist(),
        "price_usd_per_t": chain.price.tolist(),
    }


@app.command("build")
def build(
    sources: SourcesFolder = None,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Where the tables go. Default: into the package."),
    ] = None,
    minerals: Annotated[
        str | None, typer.Option(help="Minerals by id or alias, comma-separated. Default: all.")
    ] = None,
    parts: Annotated[
        str | None,
        typer.Option(help="chains,years,screening,maps. Default: all; of some minerals, chains."),
    ] = None,
) -> None:
    """Compile a world from the publishers' own files.

    What is missing is named all at once; nothing is written unless every table compiled.
    """
    from orepact.world.build import build as compile_tables

    chosen = [_id(m.strip()) for m in minerals.split(",")] if minerals else None
    named = [p.strip() for p in parts.split(",")] if parts else None
    report = compile_tables(sources_folder(sources), tables_folder(out), chosen, parts=named)
    from rich.console import Console

    Console().print(_balance_table(report.stages))
    for line in report.refused:
        typer.echo(line, err=True)
    rows, size = sum(report.rows.values()), sum(report.bytes.values())
    typer.echo(f"wrote {rows:,} rows in {size / 1e3:,.0f} kB to {report.out}", err=True)
    if out:
        typer.echo(f"Use it with --world {out}, or set OREPACT_WORLD.", err=True)


def _balance_table(stages: pl.DataFrame) -> Table:
    words = ("mineral", "stage", "grade")
    out = table("Balanced", words, ("trade imputed", "output moved"))
    for r in stages.iter_rows(named=True):
        shares = (f"{r['imputed_share']:.0%}", f"{r['moved']:.2%}")
        out.add_row(*(r[n] for n in words), *shares)
    return out


@app.command("check")
def check(
    year: Year = 2024,
    folder: WorldFolder = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="List the published figures, one by one.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Is the world in order? One check a line; exit code 1 when one fails."""
    from dataclasses import asdict

    from orepact import world
    from orepact.world.compiled import tables
    from orepact.world.consistency import checks

    where = tables_folder(folder)
    w = world.load(year, where)
    found = checks(w, tables(where, year))
    if as_json:
        import json

        typer.echo(json.dumps([asdict(c) for c in found], indent=1))
    else:
        from rich.console import Console

        out = table(f"The world of {w.year}", ("check", "status"), (), ("found",))
        for c in found:
            out.add_row(c.name, c.status, c.found)
        Console().print(out)
        if figures:
            Console().print(_figures(w))
    failed = [c.name for c in found if c.status == "failed"]
    typer.echo(f"{len(found)} checks, {len(failed)} failed.", err=True)
    if failed:
        raise typer.Exit(1)


def _figures(w: World) -> Table:
    from orepact.world.controls import compare

    out = table("Published figures", ("mark", "inside"), ("published", "world"), ("control",))
    for r in compare(w).iter_rows(named=True):
        inside = "yes" if r["inside"] else "no"
        pair = number(r["published"]), number(r["value"])
        out.add_row(r["mark"], inside, *pair, r["name"])
    return out
