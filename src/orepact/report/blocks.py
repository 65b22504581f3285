"""Tables of the page as plain data: headings, rows, cells with a range below the headline."""

from __future__ import annotations

from dataclasses import dataclass

from orepact.catalogue import mineral
from orepact.market.accounts import LINES
from orepact.report import numbers, sentences, view, words
from orepact.report.charts import MISSING, UNBOUGHT
from orepact.report.view import Shown
from orepact.study.metrics import Key
from orepact.study.shifting import shifts
from orepact.study.simulate import MineralRun, Run

UNDEFINED = "not defined"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text and, below it, the range; ``muted`` where nothing moves or there is no number."""

    text: str
    spread: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its heading, cells, and whether it is a total."""

    head: str
    cells: tuple[Cell, ...]
    strong: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; ``groups`` are (heading, columns it spans), may be empty."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    grade: str
    groups: tuple[tuple[str, int], ...] = ()


def cell(x: Shown | None, write: numbers.Text, missing: str, unit: str = "") -> Cell:
    """A change with its range; ``missing`` in words where there is no number."""
    if x is None:
        return Cell(missing, muted=True)
    text, spread = write(x.mid), x.spread(write)
    return Cell(f"{text}{unit}", spread if spread != text else "", text == "0")


@dataclass(frozen=True, slots=True)
class SummaryStage:
    """One floored stage of the summary: names, floor, state and a line per member."""

    stage: str
    floor: str
    state: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SummaryMineral:
    """One mineral of the summary table."""

    id: str
    name: str
    grade: str
    flags: tuple[str, ...]
    stages: tuple[SummaryStage, ...]

    @property
    def rows(self) -> int:
        """Rows of the table that the mineral takes."""
        return sum(len(s.lines) for s in self.stages)


def summary(run: Run) -> tuple[SummaryMineral, ...]:
    """Price, output, imports and revenue of each member at each floored stage."""
    found = []
    for id, mr in run.minerals.items():
        held = {f.stage: f for f in view.floors(run, mr)}
        stages = []
        for stage in view.headline_stages(run, mr):
            f = held.get(stage)
            stages.append(
                SummaryStage(
                    words.stage_name(id, stage),
                    sentences.floor_text(f) if f else "no floor",
                    f.state if f else "",
                    tuple(_member_line(mr, stage, m) for m in run.members),
                )
            )
        found.append(
            SummaryMineral(
                id, view.name(mr), view.grade(mr), view.short_flags(run, mr), tuple(stages)
            )
        )
    return tuple(found)


def _member_line(mr: MineralRun, stage: str, m: str) -> Line:
    price = view.relative(view.figure(mr, stage, m, "buyers' price"))
    f = view.figure(mr, stage, m, "output")
    output = view.relative(f)
    made = cell(output, numbers.percent, MISSING, f"{numbers.SPACE}%")
    if output is None and f.central > 0:
        made = Cell(f"starts: {numbers.tonnes(f.central)}")
    if price is None and output is None and f.central == 0:
        return Line(words.place(m), (Cell("neither buys nor produces", muted=True),))
    imports = view.change(view.figure(mr, stage, m, "imports from non-members"))
    levy = view.change(view.figure(mr, stage, m, "floor levy"))
    return Line(
        words.place(m),
        (
            cell(price, numbers.percent, UNBOUGHT, f"{numbers.SPACE}%"),
            made,
            cell(imports, numbers.signed_tonnes, UNBOUGHT),
            cell(levy, _revenue, UNBOUGHT),
        ),
    )


def _revenue(x: float) -> str:
    return numbers.number(x / 1e6)


def welfare_summary(run: Run) -> Table:
    """Change of welfare by mineral and region, USD million a year."""
    lines = []
    for mr in run.minerals.values():
        regions = view.shown_regions(run, mr)
        cells = tuple(
            cell(view.change(view.figure(mr, "", r, "welfare")), numbers.millions, "")
            for r in regions
        )
        lines.append(Line(view.name(mr), cells, role=view.grade(mr)))
    columns = tuple(words.place(r) for r in view.shown_regions(run, mr))
    grade = words.weakest([view.grade(mr) for mr in run.minerals.values()])
    return Table("Change of welfare, USD million a year", "Mineral", columns, tuple(lines), grade)


def stage_table(run: Run, mr: MineralRun, stage: str) -> Table:
    """Base year and change of every figure of one stage, a row per region."""
    id = mr.chain.mineral
    perkg = (
        max(
            f.base
            for k, f in mr.figures.items()
            if k.stage == stage and k.variable == "producer price" and f.base == f.base
        )
        >= 1e4
    )
    price_unit, price_scale = ("USD/kg", 1e-3) if perkg else ("USD/t", 1.0)
    biggest = view.figure(mr, stage, "WLD", "output").base
    unit, scale = ("kt", 1e-3) if biggest >= 1e5 else ("t", 1.0)
    lines = []
    for r in view.shown_regions(run, mr):
        cells: list[Cell] = []
        for variable, missing in (("buyers' price", UNBOUGHT), ("producer price", MISSING)):
            f = view.figure(mr, stage, r, variable)
            if f.base == f.base:
                cells.append(Cell(numbers.number(f.base * price_scale)))
                cells.append(cell(view.relative(f), numbers.percent, missing))
            else:
                cells += [Cell(missing, muted=True), Cell("")]
        for variable in ("output", "imports from members", "imports from non-members"):
            f = view.figure(mr, stage, r, variable)
            moved = view.change(f)
            if variable == "output" and f.base == 0 and f.central == 0:
                cells += [Cell(MISSING, muted=True), Cell("")]
                continue
            cells.append(Cell(numbers.number(f.base * scale), muted=f.base == 0))
            cells.append(cell(moved and moved.scaled(scale), numbers.signed, ""))
        levy = view.change(view.figure(mr, stage, r, "floor levy"))
        cells.append(cell(levy, _revenue, ""))
        lines.append(
            Line(words.place(r), tuple(cells), strong=r == "WLD", role=words.role(r, run.members))
        )
    year = str(run.year)
    level, moved_t = f"{year}, {unit}", f"change, {unit}"
    return Table(
        f"{words.stage_name(id, stage)}: {mineral(id).stage(stage).form}",
        "Region",
        (f"{year}, {price_unit}", "change, %", f"{year}, {price_unit}", "change, %")
        + (level, moved_t) * 3
        + ("USD million",),
        tuple(lines),
        mr.chain.grade[stage],
        (
            ("Buyers' price", 2), ("Producer price", 2), ("Output", 2),
            ("Imports from members", 2), ("Imports from non-members", 2), ("Floor levy", 1),
        ),
    )  # fmt: skip


def welfare_table(run: Run, mr: MineralRun) -> Table:
    """Change of welfare by line and region; lines that move nobody are left out."""
    regions = view.shown_regions(run, mr)
    lines = []
    for variable in (*LINES, "welfare", words.MATCHING):
        moved = [view.change(mr.figures[Key("", r, variable)]) for r in regions]
        if variable != "welfare" and all(
            x is None or (cell(x, numbers.millions, "").text == "0" and not _wide(x)) for x in moved
        ):
            continue
        cells = tuple(cell(x, numbers.millions, "") for x in moved)
        lines.append(Line(words.LINES[variable], cells, strong=variable == "welfare"))
    columns = tuple(words.place(r) for r in regions)
    caption = "Change of welfare by line, USD million a year"
    return Table(caption, "Who", columns, tuple(lines), view.grade(mr))


def _wide(x: Shown) -> bool:
    return bool(x.spread(numbers.millions) not in ("", "0"))


def margin_table(run: Run, mr: MineralRun) -> Table | None:
    """What a tonne earns members' plants and what protects them; ``None`` without plants."""
    lines = []
    for stage in mr.chain.stages:
        for m in run.members:
            margin = view.figure(mr, stage, m, "margin")
            if margin.base != margin.base:
                continue
            erp = view.figure(mr, stage, m, "effective protection")
            known = erp.base == erp.base
            cells = (
                Cell(numbers.number(margin.base)),
                cell(view.relative(margin), numbers.percent, ""),
                Cell(numbers.percent(erp.base)) if known else Cell(UNDEFINED, muted=True),
                cell(view.after(erp), numbers.percent, UNDEFINED),
            )
            head = f"{words.stage_name(mr.chain.mineral, stage)}, {words.place(m)}"
            lines.append(Line(head, cells))
    columns = (
        f"Margin {run.year}, USD/t", "Change of margin, %",
        f"Effective protection {run.year}, %", "Effective protection with the pact, %",
    )  # fmt: skip
    caption = "What a tonne earns members' mines and plants"
    table = Table(caption, "Stage and member", columns, tuple(lines), view.grade(mr))
    return table if lines else None


def shifting_table(run: Run, mr: MineralRun) -> Table | None:
    """Each floor alone against all together; ``None`` with fewer than two floored stages."""
    found = shifts(run.pact, mr.base, run.on)
    if not found:
        return None
    id = mr.chain.mineral
    lines = []
    for kept in dict.fromkeys(s.floors_on for s in found):
        head = "Floor on " + numbers.listed([words.stage_name(id, k).lower() for k in kept])
        for s in (s for s in found if s.floors_on == kept and s.stage == found[-1].stage):
            cells = tuple(
                Cell(numbers.tonnes(t)) for t in (s.output0, s.output, s.imports0, s.imports)
            )
            lines.append(Line(f"{head}: {words.place(s.member)}", cells))
    year = str(run.year)
    last = words.stage_name(id, found[-1].stage)
    return Table(
        f"{last} made and imported: each floor alone, then all together (central values)",
        "Floors and member",
        (f"Output {year}", "Output", f"Imports {year}", "Imports"),
        tuple(lines),
        mr.chain.grade[found[-1].stage],
    )
