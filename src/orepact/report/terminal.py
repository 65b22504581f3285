"""A run in the terminal: a summary, then a table per stage, in 100 columns; fewer fold cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from orepact.pact import SCENARIO
from orepact.report import grounds, numbers, products, sentences, view, words
from orepact.report.charts import MISSING, UNBOUGHT, UNIMPORTED
from orepact.report.view import Shown
from orepact.study.downstream import downstream
from orepact.study.metrics import WORLD
from orepact.study.simulate import MineralRun, Run

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table
    from rich.text import Text

    Cell = Text | str

FEW = 2
"""Up to so many members stand side by side in the summary."""
RANGED = 4
"""Up to so many minerals have ranges in their own tables too; of more, see the report."""
PRICE = "buyers' price"
SPACE = numbers.SPACE


def terminal(run: Run) -> tuple[Text | Table, ...]:
    """What a run shows in a terminal, part by part: ``rich.print(*terminal(run), sep="\\n")``.

    A summary with ranges, then changes from the base year by stage with a floor; the tables
    of single minerals carry ranges where the run has few minerals.
    """
    from rich.text import Text

    form = "" if run.sourcing == "logit" else f"{run.sourcing} good, "
    parties = numbers.listed([words.place(m) for m in run.members])
    ranges = f"medians, 5-95{SPACE}% of {run.draws} draws" if run.draws else "central values only"
    before = "" if run.duties == "base" else f" at the duties in force on {run.on}"
    head = Text(SCENARIO, style="bold")
    facts = Text(
        f"{run.pact.title.in_('en')}. {parties}, {run.on}; base year {run.year}{before}, "
        f"comparative statics, not a forecast; {form}{ranges}."
    )
    parts: list[Text | Table] = [head, facts, Text(), _summary(run)]
    if len(run.members) <= FEW:
        parts += [Text(line) for line in products.lines(run, downstream(run))]
    for mr in run.minerals.values():
        parts += [Text(), *_mineral(run, mr, len(run.minerals) <= RANGED)]
    return tuple(parts)


def difference_table(found: pl.DataFrame, most: int = 40) -> Table:
    """The first rows of what :func:`orepact.report.folder.differences` found.

    Its numbers keep four digits, since the two runs may differ by little.
    """
    table = _table(
        f"{min(most, len(found))} of {len(found)} central figures that differ",
        ["Mineral", "Stage", "Region", "Figure", "First", "Second", "Change, %"], 4,
    )  # fmt: skip
    for row in found.head(most).iter_rows(named=True):
        id = row["mineral"]
        first, second = (
            f"{x:,.4g} {row['unit']}" if x is not None else "none"
            for x in (row["first"], row["second"])
        )
        moved = "" if row["percent"] is None else numbers.percent(row["percent"] / 100)
        stage = words.stage_name(id, row["stage"])
        region = words.place(row["region"])
        table.add_row(id, stage, region, row["variable"], first, second, moved)
    return table


def _table(title: str, columns: Sequence[str], first: int = 1) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for n, c in enumerate(columns):
        table.add_column(c, justify="left" if n < first else "right", overflow="fold")
    return table


def _summary(run: Run) -> Table:
    few = len(run.members) <= FEW
    shown = run.members if few else ()
    columns = ["Mineral", "Data"]
    columns += [f"Price {m}, %" for m in shown] or ["Price, %, least", "most"]
    columns += [f"Welfare {m}" for m in shown] or ["Members, central"]
    table = _table("Floored stages; welfare in USD million a year", [*columns, "World"], 2)
    for mr in run.minerals.values():
        grade = words.GRADES[view.grade(mr)]
        welfare = [_welfare(mr, m) for m in shown] or [_members(run, mr)]
        welfare.append(_welfare(mr, WORLD))
        for n, stage in enumerate(view.headline_stages(run, mr)):
            moves = [view.relative(view.figure(mr, stage, m, PRICE)) for m in run.members]
            prices = [_one(x, numbers.percent, UNBOUGHT) for x in moves] if few else _ends(moves)
            last = welfare if n == 0 else [""] * len(welfare)
            table.add_row(_short(mr, stage), "" if n else grade, *prices, *last)
    return table


def _short(mr: MineralRun, stage: str) -> str:
    id = mr.chain.mineral
    name = "NdPr" if id == "ndpr" else view.name(mr)
    return name if len(mr.chain.stages) == 1 else f"{name}, {words.stage_word(id, stage)}"


def _ends(moves: Sequence[Shown | None]) -> list[Cell]:
    known = sorted(x.mid for x in moves if x is not None)
    return [numbers.percent(known[0]), numbers.percent(known[-1])] if known else [UNBOUGHT, ""]


def _members(run: Run, mr: MineralRun) -> str:
    """Sum of central changes of all members: medians do not add."""
    held = [view.figure(mr, "", m, "welfare") for m in run.members]
    return numbers.millions(view.total(held))


def _welfare(mr: MineralRun, region: str, ranges: bool = True) -> Cell:
    return _one(view.change(view.figure(mr, "", region, "welfare")), numbers.millions, "", ranges)


def _one(x: Shown | None, write: numbers.Text, missing: str, ranges: bool = True) -> Cell:
    """A figure, its range on a second, paler line."""
    from rich.text import Text

    if x is None:
        return Text(missing, style="dim")
    spread = x.spread(write) if ranges else ""
    return Text.assemble(write(x.mid), ("\n" + spread if spread else "", "dim"))


def _mineral(run: Run, mr: MineralRun, ranges: bool) -> list[Text | Table]:
    from rich.text import Text

    found: list[Text | Table] = []
    if not np.any(np.abs(mr.policy.state.x - mr.base.state.x) > 1e-6 * mr.base.state.x.max()):
        return [Text(f"{view.name(mr)}: nothing changes.")]
    for n, stage in enumerate(view.headline_stages(run, mr)):
        found.append(_stage(run, mr, stage, n == 0, ranges))
    states = []
    for i in grounds.instruments(run, mr):
        states.append(f"{i.name}: {i.state}" + (f" ({i.detail})" if i.detail else ""))
    found.append(Text("; ".join(states) + "."))
    found += [Text(f"Note: {f}", style="bold") for f in view.flags(run, mr)]
    return found


def _stage(run: Run, mr: MineralRun, stage: str, first: bool, ranges: bool) -> Table:
    id = mr.chain.mineral
    held = next((f for f in view.floors(run, mr) if f.stage == stage), None)
    floor = f", scenario floor {sentences.floor_text(held)}" if held else ""
    grade = words.GRADES[mr.chain.grade[stage]]
    big = view.figure(mr, stage, WORLD, "output").base >= 1e5
    unit, scale = ("kt", 1e-3) if big else ("t", 1.0)
    columns = ["Region", "Price, %", f"Output, {unit}", f"Imports, {unit}", "Levy, USD m"]
    columns += ["Welfare, USD m"] * first
    table = _table(f"{view.name(mr)}, {words.stage_word(id, stage)} ({grade}){floor}", columns)

    def moved(r: str, variable: str, write: numbers.Text, by: float, missing: str) -> Cell:
        f = view.figure(mr, stage, r, variable)
        x = view.change(f) if f.base or f.central else None
        return _one(x and x.scaled(by), write, missing, ranges)

    for r in view.shown_regions(run, mr):
        price = view.relative(view.figure(mr, stage, r, PRICE))
        cells = [
            _one(price, numbers.percent, UNBOUGHT, ranges),
            moved(r, "output", numbers.signed, scale, MISSING),
            moved(r, "imports", numbers.signed, scale, UNIMPORTED),
            moved(r, "floor levy", numbers.millions, 1.0, "0"),
        ]
        cells += [_welfare(mr, r, ranges)] * first
        table.add_row(words.place(r), *cells)
    return table
