"""What a pact adds to the cost of a product: tables, the bills behind them, a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orepact.catalogue import mineral
from orepact.report import numbers, view, words
from orepact.report.blocks import Cell, Line, cell
from orepact.report.view import Shown
from orepact.study.bills import Part, Product, shipped
from orepact.study.downstream import Cost
from orepact.study.simulate import Run
from orepact.study.together import Range
from orepact.world.register import ASSUMPTION, register

SPACE = numbers.SPACE
MOST = 3
"""So many minerals are named as what a rise comes from."""


@dataclass(frozen=True, slots=True)
class Group:
    """One product of the table: its name, the value of one, a line per member."""

    name: str
    value: Cell
    lines: tuple[Line, ...]


def groups(run: Run, costs: Sequence[Cost]) -> tuple[Group, ...]:
    """Products of which some member's cost is known; other members are told so."""
    found = []
    for p in dict.fromkeys(c.product for c in costs if c.known):
        low, central, high = (numbers.number(v) for v in p.value)
        own = tuple(_line(c) for c in costs if c.product == p)
        found.append(Group(p.name, Cell(central, f"{low} to {high}" if run.draws else ""), own))
    return tuple(found)


def grade(run: Run, costs: Sequence[Cost]) -> str:
    """The weakest grade of the counted minerals; the bills are no better than imputed."""
    held = {p.part.mineral for c in costs for p in c.parts} & set(run.minerals)
    return words.weakest([*(view.grade(run.minerals[m]) for m in held), "mostly imputed"])


def _line(c: Cost) -> Line:
    head = words.place(c.member)
    if not c.known:
        return Line(head, (Cell(_left_out(c), muted=True),))
    return Line(
        head,
        (
            cell(_shown(c.before, c.before_range), numbers.number, ""),
            cell(_shown(c.change, c.change_range), numbers.signed, ""),
            _share_cell(_shown(c.share, c.share_range)),
            Cell(_from(c), f"without {_left_out(c)}" if _left_out(c) else ""),
        ),
    )


def _share_cell(x: Shown) -> Cell:
    """The share and its range, which is left out where both its ends read alike."""
    held = cell(x, _share, "")
    alike = x.low is not None and x.high is not None and _share(x.low) == _share(x.high)
    return replace(held, spread="") if alike else held


def _share(x: float) -> str:
    """A share of the value in per cent; what is small but there is not nothing."""
    return f"under 0.1{SPACE}%" if 1e-9 < x < 0.0005 else f"{numbers.percent(x)}{SPACE}%"


def _shown(central: float, three: Range | None) -> Shown:
    if three is None:
        return Shown(central)
    low, mid, high = three
    return Shown(mid, low, high)


def _from(c: Cost) -> str:
    """The minerals that the rise comes from, largest first, with their parts of it."""
    moved = sorted(
        ((p.change, p) for p in c.parts if p.change), key=lambda x: -abs(x[0])
    )  # fmt: skip
    whole = sum(x for x, _ in moved)
    if len(moved) == 1:
        return _name(moved[0][1].part.mineral)
    told = [f"{_name(p.part.mineral)} {numbers.percent(x / whole).lstrip('+')}{SPACE}%"
            for x, p in moved[:MOST] if abs(x) >= 0.005 * abs(whole)]  # fmt: skip
    return ", ".join(told)


def _left_out(c: Cost) -> str:
    states: dict[str, list[str]] = {}
    for p in c.parts:
        if p.change is None:
            states.setdefault(p.state, []).append(_name(p.part.mineral))
    return "; ".join(f"{numbers.listed(held)} ({state})" for state, held in states.items())


def _name(id: str) -> str:
    name = mineral(id).name
    return "NdPr" if id == "ndpr" else name[:1].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class Bill:
    """A row of the bills or of the values, in words."""

    product: str
    what: str
    low: str
    central: str
    high: str
    known: str
    source: str
    note: str


def bills() -> tuple[Bill, ...]:
    """Every figure behind the table, and how it is known."""
    made, parts = shipped()
    found = []
    for p in made:
        found.append(_bill(p.short, "value, USD", p.value, p))
        for x in (x for x in parts if x.product == p.id):
            stage = words.stage_word(x.mineral, x.stage)
            found.append(_bill(p.short, f"{_name(x.mineral)}, {stage}, kg", x.kg, x))
    return tuple(found)


def _bill(product: str, what: str, three: Range, x: Product | Part) -> Bill:
    s = register()[x.source]
    source = "" if x.source == ASSUMPTION else f"{s.publisher}: {s.title}"
    low, central, high = (f"{v:,.6g}" for v in three)
    note = x.note[:1].upper() + x.note[1:]
    return Bill(product, what, low, central, high, x.confidence, source, note)


def lines(run: Run, costs: Sequence[Cost]) -> list[str]:
    """A line per member for the terminal: what one product more costs; empty for nothing known."""
    found = []
    for m in run.members:
        told = [
            f"{c.product.short} {numbers.signed(_shown(c.change, c.change_range).mid)} "
            f"({_share(_shown(c.share, c.share_range).mid)})"
            for c in costs if c.member == m and c.known
        ]  # fmt: skip
        if told:
            found.append(
                f"USD more for one made in {words.the(m)} (of its value): {', '.join(told)}."
            )
    wanting = {}
    for c in costs:
        states = {p.state for p in c.parts}
        if {"counted", "not in this run"} <= states:
            wanting[c.product.short] = dict.fromkeys(
                p.part.mineral for p in c.parts if p.state == "not in this run"
            )
    if wanting:
        each = "; ".join(f"{name} ({', '.join(m)})" for name, m in wanting.items())
        found.append(f"Not shown, for want of minerals in this run: {each}.")
    return found
