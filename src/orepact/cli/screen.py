"""``screen``: who a party depends on, for every critical mineral, and what a stop would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orepact.cli.options import WorldFolder, tables_folder
from orepact.errors import InputError, nearest

if TYPE_CHECKING:
    from rich.table import Table

    from orepact.study.screened import Metric, Screen, ScreenRow
    from orepact.world import Screening, World


def screen(
    party: Annotated[str, typer.Option(help="A region, as MEX, EUN or Canada.")] = "USA",
    mineral: Annotated[
        str | None, typer.Option(help="Minerals, comma-separated. Default: all that are listed.")
    ] = None,
    stage: Annotated[str | None, typer.Option(help="One stage only, as refined.")] = None,
    pact: Annotated[
        str | None, typer.Option(help="Its members count as one bloc in the bloc's HHI.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of the losses, a power of two; 0: none.")] = 64,
    most: Annotated[int, typer.Option(min=1, help="Minerals to show.")] = 30,
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

    _within(party)
    tables = tables_folder(world_folder)
    base = world.load(folder=tables)
    own = tables / "screening"
    if not own.is_dir():
        typer.echo(f"'{tables}' has no screening tables: the package's are used.", err=True)
    held = world.screening(own) if own.is_dir() else world.screening()
    if stage is not None:
        _has_stage(stage, chosen, base, held)
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
        console.print(_dependence(rows, base, held), "\n")
        for r in rows:
            console.print(_detail(r, bloc=len(found.members) > 1), "\n")
            if r.losses:
                console.print(_stops(r, found.draws), "\n")
    else:
        order = replace(found, rows=tuple(rows)).ranking()
        console.print(_ranking(found, order.ranked[:most]))
        for head, group in (
            ("Seen from the world only, reliance not known or no use", order.apart),
            ("Too little known", order.unknown),
        ):
            if group:
                console.print(f"{head}: {', '.join(r.mineral for r in group)}.\n")
    for note in found.notes:
        console.print(f"- {note}", style="dim")


def _within(party: str) -> None:
    """Say so where a country is counted within a region of several."""
    from orepact.catalogue import POOLS, countries, region, region_name

    code = region(party)
    own = [
        c for c in countries().values() if party.casefold() in map(str.casefold, (c.iso3, c.name))
    ]
    if code in POOLS and own:
        typer.echo(f"{own[0].name} is counted within '{region_name(code)}' ({code}).", err=True)


def _has_stage(stage: str, minerals: Sequence[str] | None, base: World, held: Screening) -> None:
    """Raise :class:`InputError` where none of the minerals has the stage."""
    from orepact.catalogue import screened, screened_minerals
    from orepact.study.rows import makers

    known: dict[str, None] = {}
    for id in [screened(m).id for m in minerals or screened_minerals()]:
        chain = base.chains.get(screened_minerals()[id].chain)
        known |= dict.fromkeys(chain.stages if chain else makers(held, id) or ["unknown"])
    if stage not in known:
        raise InputError(f"No mineral here has a stage '{stage}'. {nearest(stage, known)}")


def _show(m: Metric, form: str = "{:.0%}") -> str:
    return m.shown or ("?" if m.value is None else form.format(m.value))


def _imports(r: ScreenRow, *, published: bool = False) -> str:
    """Reliance on imports at the row's stage; of an exporter also the survey's, of its product."""
    own = r.import_reliance
    if own.value is None or own.value > 0:
        return _show(own)
    m = r.published_reliance
    if published and (m.shown or (m.value or 0) > 0):
        return f"exports; {m.why.partition(':')[0]} {_show(m)}"
    return "exports"


def _dependence(rows: Sequence[ScreenRow], base: World, held: Screening) -> Table:
    """Whom the party buys from at each stage: three suppliers, direct and traced."""
    from rich import box
    from rich.table import Table

    from orepact.catalogue import region_name, screened_minerals
    from orepact.study.dependence import suppliers

    first = rows[0]
    chain = base.chains.get(screened_minerals()[first.mineral].chain)
    table = Table(
        title=f"{first.mineral}: from whom {region_name(first.party)} buys what it buys abroad; "
        "traced: by origin, where hubs only sold it on",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for name in ("stage", "imports of use", "supplier"):
        table.add_column(name, no_wrap=name == "stage")
    for name in ("direct", "traced"):
        table.add_column(name, justify="right")
    for r in sorted(rows, key=lambda r: chain.stages.index(r.stage) if chain else 0):
        head = (r.stage, _imports(r))
        found = suppliers(r, chain, held, 3)
        if not found:
            table.add_row(*head, "buys none abroad" if chain else "no source known", "", "")
        for n, x in enumerate(found):
            told = ("?" if v is None else f"{v:.0%}" for v in (x.direct, x.traced))
            table.add_row(*(head if n == 0 else ("", "")), region_name(x.supplier), *told)
    return table


def _ranking(found: Screen, rows: Sequence[ScreenRow]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=f"{found.party}: critical minerals of {found.year} at their worst stage, by expected "
        "loss (USD million a year), else by score",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for name in ("mineral", "stage", "grade", "largest maker"):
        table.add_column(name, no_wrap=name in ("mineral", "stage"))
    for name in ("imports", "HHI", "score", "loss"):
        table.add_column(name, justify="right", no_wrap=name != "imports")
    for r in rows:
        loss = r.expected_loss.value
        table.add_row(
            r.mineral, r.stage, r.grade, f"{r.top_supplier} {_show(r.top_share)}",
            _imports(r, published=True), _show(r.world_hhi, "{:,.0f}"), _show(r.score, "{:.2f}"),
            "?" if loss is None else f"{loss / 1e6:,.0f}",
        )  # fmt: skip
    return table


MANY = 10
"""Spare capacity from which its size says no more."""

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
    ("share of the largest origin, traced", "traced_share", "{:.0%}"),
    ("spare capacity elsewhere / its sales", "spare_elsewhere", "{:,.2f}"),
    ("recycling", "recycling", "{:.0%}"),
    ("replaceable within the year", "substitution", "{:.0%}"),
    ("single point of failure", "single_point", ""),
    ("EU supply risk 2023", "eu_supply_risk", "{:.1f}"),
    ("score", "score", "{:.2f}"),
    ("expected loss, USD m a year", "expected_loss", ""),
)


def _figure(r: ScreenRow, name: str, form: str) -> str:
    """A figure of a row in words."""
    m: Metric = getattr(r, name)
    if m.value is None:
        return _show(m)
    if name == "import_reliance":
        capped = f" ({-m.value:.0%} of use{' or more' if m.value <= -1 else ''})"
        return _imports(r) + (capped if m.value < 0 else "")
    if name == "published_reliance" and m.value <= 0:
        return "exports"
    if name == "spare_elsewhere" and m.value >= MANY:
        return f"over {MANY}"
    if name == "single_point":
        return "yes" if m.value else "no"
    if name == "expected_loss":
        return f"{m.value / 1e6:,.1f}"
    return _show(m, form)


def _detail(r: ScreenRow, *, bloc: bool) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=f"{r.mineral} {r.stage} from {r.party}; grade: {r.grade}; largest maker "
        f"{r.top_supplier or '?'}, largest source {r.top_source or '?'}, largest origin "
        f"{r.traced_source or '?'}; lists: "
        f"{', '.join(r.lists) or 'none'}",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for name in ("figure", "value", "basis", "why"):
        table.add_column(name, no_wrap=name == "basis")
    for label, name, form in DETAIL:
        m: Metric = getattr(r, name)
        if name == "bloc_hhi" and not bloc:
            continue
        table.add_row(label, _figure(r, name, form), m.basis or "", m.why)
    return table


def _stops(r: ScreenRow, draws: int) -> Table:
    """A year's stop of each supplier's exports: probability, price, use given up, money."""
    from rich import box
    from rich.table import Table

    from orepact.catalogue import region_name
    from orepact.report.findings import mild
    from orepact.report.numbers import share
    from orepact.study.losses import NO_USE

    unused = any(NO_USE in x.why for x in r.losses)
    outside = unused or r.losses[0].engine == "one stage"
    own = f"; price of what {region_name(r.party)} buys for final use, at any stage"
    of = "; price of all buyers outside the supplier" if outside else own
    table = Table(
        title=f"{r.mineral} {r.stage}: exports stopped for a year; medians{of}",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    table.add_column("supplier", overflow="fold")
    for name in ("a year", "price", "use given up", "loss, USD m (5 to 95 %)", "expected"):
        table.add_column(name, justify="right", overflow="fold")
    for x in r.losses:
        loss = "" if x.loss is None else "{:,.0f} ({:,.0f} to {:,.0f})".format(
            *(v / 1e6 for v in (x.loss.median, x.loss.low, x.loss.high))
        )  # fmt: skip
        price = x.world_price_rise if outside else x.price_rise
        table.add_row(
            region_name(x.supplier) + (" *" if x.unsolved else ""), share(x.probability.median),
            f"{price.median:+.0%}", f"{x.shortfall.median:.0%}", loss,
            "" if x.expected_mean is None else f"{x.expected_mean / 1e6:,.1f}",
        )  # fmt: skip
    told = [x.why for x in r.losses if x.why]
    told += [f"* {region_name(x.supplier)}: {mild(x, draws)}" for x in r.losses if x.unsolved]
    for why in dict.fromkeys(told):
        table.caption = f"{table.caption or ''}{why}. "
        table.caption_justify = "left"
    return table
