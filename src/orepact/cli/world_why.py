"""``world why``: the rows behind a region's figures, and the duties on what it buys."""

from __future__ import annotations

from typing import Annotated

import typer

from orepact.cli.alternatives import rival_lines
from orepact.cli.duties import show as show_duties
from orepact.cli.options import WorldFolder, Year, tables_folder
from orepact.cli.tables import key, number, table
from orepact.cli.world_sources import cited

CARRIED = (
    "carried: of 2024, moved with its origin or stage, which says nothing of a trend; moved: 2024 "
    "times the change that the year's own statistics give. Duties are those of 2024."
)


def why(
    mineral: Annotated[str, typer.Argument(help="A mineral, as gallium.")],
    stage: Annotated[str, typer.Argument(help="One of its stages, as primary.")],
    region: Annotated[str, typer.Argument(help="A region, as USA or EUN.")],
    year: Year = 2024,
    folder: WorldFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """The rows behind a region's figures: prior, balanced, weight, how known, source."""
    from orepact import world
    from orepact.catalogue import mineral as find
    from orepact.catalogue import region as find_region
    from orepact.world.compiled import BASE_YEAR

    id, place, where = find(mineral).id, find_region(region), tables_folder(folder)
    rows = world.why(id, stage, place, where, year)
    if as_json:
        typer.echo(rows.write_json())
        return
    from rich.console import Console

    out = table(
        f"{id} {stage}, {place}, {year} (t)",
        ("quantity", "partner", "kind", "code"),
        ("balanced", "prior", "weight", "note"),
    )
    notes: dict[str, int] = {}
    for r in rows.iter_rows(named=True):
        cells = ("" if r[n] is None else number(r[n]) for n in ("t", "prior_t", "weight"))
        code = f"{r['code']}*" if r["basket"] else r["code"]
        said = r["source"] + (f": {r['note']}" if r["note"] else "")
        note = str(notes.setdefault(said, len(notes) + 1))
        out.add_row(r["quantity"], r["partner"], r["kind"] or "", code, *cells, note)
    console = Console()
    console.print(out)
    console.print(key({str(n): said for said, n in notes.items()}))
    console.print()
    lumped = rows.filter(rows["basket"] != "").select("code", "basket")
    for code, lumps in lumped.unique(maintain_order=True).rows():
        console.print(f"* {code} is a basket that no figure splits: {lumps}.")
    if year == BASE_YEAR:
        for line in rival_lines(id, stage, place, where):
            console.print(line)
    behind = world.why_duties(id, stage, place, where, year=year)
    if len(behind):
        carried = "" if year == BASE_YEAR else f", which {year} carries"
        show_duties(console, behind, f"Duties behind imports into {place} in 2024{carried}, %")
    console.print(cited([*rows["source"], *behind["source"]]))
    if year != BASE_YEAR:
        typer.echo(CARRIED, err=True)
