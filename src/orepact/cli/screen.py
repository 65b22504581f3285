"""``screen``: who a party depends on, for every critical mineral, and what a stop would cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder, tables_folder
from orepact.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from orepact.study.screened import Metric, Screen, ScreenRow


def screen(
    party: Annotated[str, typer.Option(help="A region, as USA, MEX, CAN, EUN.")] = "USA",
    mineral: Annotated[
        str | None, typer.Option(help="Minerals, comma-separated. Default: all that are listed.")
    ] = None,
    stage: Annotated[str | None, typer.Option(help="One stage only, as refined.")] = None,
    pact: Annotated[
        str | None, typer.Option(help="Its members count as one bloc in the bloc's HHI.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of the losses, a power of two; 0: none.")] = 64,
    most: Annotated[int, typer.Option(help="Minerals to show.")] = 30,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for the page, a profile per mineral, tables."),
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--png", help="With --out: each profile as a picture too.")
    ] = False,
    world_folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Rank minerals by vulnerability: reliance, concentration, governance, spare capacity, loss."""
    from orepact import world
    from orepact.study.screen import screen as run

    if pictures and not out:
        raise InputError("--png needs a folder to write to: add --out DIR.")

    members: tuple[str, ...] = ()
    if pact:
        from orepact.pact import read

        agreed = read(pact)
        members = agreed.members(agreed.default_date())
    chosen = [m.strip() for m in mineral.split(",")] if mineral else None

    def told(id: str, done: int, of: int) -> None:
        typer.echo(f"\r{done + 1}/{of} {id:<24}", err=True, nl=False)

    tables = tables_folder(world_folder)
    base = world.load(folder=tables)
    own = tables / "screening"
    if not own.is_dir():
        typer.echo(f"'{tables}' has no screening tables: the package's are used.", err=True)
    held = world.screening(own) if own.is_dir() else world.screening()
    found = run(
        party, base, chosen,
        held=held, members=members, pact=pact or "", draws=draws, progress=told,
    )  # fmt: skip
    typer.echo("\r" + " " * 40 + "\r", err=True, nl=False)
    if out:
        from orepact.report import write_screen

        for path in write_screen(found, base, held, out, tables, pictures=pictures):
            typer.echo(f"wrote {path}", err=True)
    rows = [r for r in found.rows if stage in (None, r.stage)]
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(r) for r in rows], indent=1))
        return
    from rich.console import Console

    console = Console()
    if chosen and len(chosen) == 1:
        for r in rows:
            console.print(_detail(r), "\n")
    else:
        first: dict[str, ScreenRow] = {}
        for r in rows:
            first.setdefault(r.mineral, r)
        console.print(_ranking(found, list(first.values())[:most]))
    for note in found.notes:
        console.print(f"- {note}", style="dim")


def _show(m: Metric, form: str = "{:.0%}") -> str:
    return "?" if m.value is None else form.format(m.value)


def _ranking(found: Screen, rows: list[ScreenRow]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=f"{found.party}: critical minerals of {found.year}, most vulnerable stage first; "
        "expected loss in USD million a year",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for name in ("mineral", "stage", "grade", "largest maker"):
        table.add_column(name, overflow="fold")
    for name in ("imports", "HHI", "score", "loss"):
        table.add_column(name, justify="right")
    for r in rows:
        loss = r.expected_loss.value
        table.add_row(
            r.mineral, r.stage, r.grade, f"{r.top_supplier} {_show(r.top_share)}",
            _show(r.import_reliance), _show(r.world_hhi, "{:,.0f}"), _show(r.score, "{:.2f}"),
            "?" if loss is None else f"{loss / 1e6:,.0f}",
        )  # fmt: skip
    return table


DETAIL = (
    ("use, t", "use_t", "{:,.4g}"),
    ("import reliance", "import_reliance", "{:.0%}"),
    ("import reliance, published", "published_reliance", "{:.0%}"),
    ("HHI of world output", "world_hhi", "{:,.0f}"),
    ("HHI outside the bloc", "bloc_hhi", "{:,.0f}"),
    ("HHI of imports", "source_hhi", "{:,.0f}"),
    ("governance-weighted HHI, 0-10", "governed_hhi", "{:.1f}"),
    ("share of the largest maker", "top_share", "{:.0%}"),
    ("share of the largest source", "top_source_share", "{:.0%}"),
    ("the same, traced through hubs", "traced_share", "{:.0%}"),
    ("spare capacity elsewhere / its sales", "spare_elsewhere", "{:,.2f}"),
    ("recycling", "recycling", "{:.0%}"),
    ("replaceable within the year", "substitution", "{:.0%}"),
    ("single point of failure", "single_point", "{:.0f}"),
    ("EU supply risk 2023", "eu_supply_risk", "{:.1f}"),
    ("score", "score", "{:.2f}"),
    ("expected loss, USD a year", "expected_loss", "{:,.3g}"),
)


def _detail(r: ScreenRow) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=f"{r.mineral} {r.stage} from {r.party}; grade: {r.grade}; largest maker "
        f"{r.top_supplier or '?'}, largest source {r.top_source or '?'}; lists: "
        f"{', '.join(r.lists) or 'none'}",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for name in ("figure", "value", "basis", "why"):
        table.add_column(name, overflow="fold")
    for label, name, form in DETAIL:
        m: Metric = getattr(r, name)
        table.add_row(label, _show(m, form), m.basis or "", m.why)
    for x in r.losses:
        spread = x.loss or x.shortfall
        scale, unit = (1e9, "USD bn") if x.loss else (0.01, "% short")
        span = " / ".join(f"{v / scale:,.2f}" for v in spread)
        table.add_row(
            f"{x.supplier} stops a year (p {x.probability.median:.1%})", f"{span} {unit}", x.basis,
            f"price {x.price_rise.median:+.0%}, shortfall {x.shortfall.median:.0%}; {x.engine}",
        )  # fmt: skip
    return table
