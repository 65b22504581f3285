"""Bar charts with ranges: plain data in per cent of the axis, which the templates draw.

Labels are text of the page and bars are one inline picture a row, so that a chart fits a
phone as well as a sheet of paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orepact.market.accounts import accounts
from orepact.report import numbers, view, words
from orepact.report.view import Shown
from orepact.study.metrics import WORLD
from orepact.study.simulate import Figure, MineralRun, Run

MISSING = "no production"
UNBOUGHT = "no purchases"
UNIMPORTED = "no imports"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: ``start``, ``width``, ``low``, ``high`` in per cent of the axis, and its text.

    ``start`` is ``None`` where there is no number; ``text`` then says what is missing.
    """

    label: str
    role: str
    text: str
    spread: str
    weak: bool
    start: float | None = None
    width: float = 0.0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows on one axis. ``ticks`` are (per cent of the axis, text); ``zero`` where 0 lies."""

    title: str
    axis: str
    unit: str
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    zero: float
    grade: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar before it meets an axis: label, role, figure (``None``: ``missing`` is shown)."""

    label: str
    role: str
    value: Shown | None
    missing: str = MISSING
    weak: bool = False


def nice(low: float, high: float, most: int = 4) -> tuple[float, ...]:
    """Round ticks that contain zero and span ``low`` to ``high``, within a 25th of a step.

    >>> nice(-12.0, 87.0)
    (-50.0, 0.0, 50.0, 100.0)
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return (0.0, 1.0)
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1.0, 2.0, 5.0, 10.0) if s * power >= rough)
    first, last = math.floor(low / step + 0.04), math.ceil(high / step - 0.04)
    return tuple(round(n * step, 12) for n in range(first, last + 1))


def _percent(x: float) -> str:
    return numbers.percent(x / 100)


def _in_percent(x: Shown | None) -> Shown | None:
    return x and x.scaled(100.0)


def span(bars: Iterable[Bar]) -> tuple[float, float]:
    """Least and greatest of what bars and their ranges reach."""
    ends = [e for b in bars if b.value for e in b.value if e is not None]
    return min(ends, default=0.0), max(ends, default=0.0)


def chart(
    title: str,
    axis: str,
    unit: str,
    bars: Sequence[Bar],
    write: numbers.Text,
    grade: str,
    *,
    scale: tuple[float, float] | None = None,
) -> Chart:
    """Put bars on an axis; ``scale`` gives several charts the same one.

    Values are in the unit of the axis; ``write`` makes a value's text, ``unit`` follows it.
    """
    ticks = nice(*(scale or span(bars)))
    low, high = ticks[0], ticks[-1]

    def at(x: float) -> float:
        return round(100 * (x - low) / (high - low), 3)

    rows = []
    for b in bars:
        if b.value is None:
            rows.append(Row(b.label, b.role, b.missing, "", b.weak))
            continue
        start, end = sorted((at(0.0), at(b.value.mid)))
        spread = b.value.spread(write)
        spread = "" if spread == write(b.value.mid) else spread
        low_at, high_at = (None if e is None else at(e) for e in b.value[1:])
        row = Row(b.label, b.role, f"{write(b.value.mid)}{unit}", spread, b.weak)
        rows.append(
            replace(row, start=start, width=round(end - start, 3), low=low_at, high=high_at)
        )
    places = tuple((at(t), f"{t:,g}".replace("-", numbers.MINUS)) for t in ticks)
    return Chart(title, axis, unit, tuple(rows), places, at(0.0), grade)


def price_by_member(run: Run) -> tuple[Chart, ...]:
    """Buyers' price change in each member, all minerals, on one axis."""
    held: dict[str, list[Bar]] = {m: [] for m in run.members}
    for mr in run.minerals.values():
        weak = view.grade(mr) != "balanced"
        for stage in view.headline_stages(run, mr):
            for m in run.members:
                f = view.figure(mr, stage, m, "buyers' price")
                held[m].append(
                    Bar(
                        view.label(mr, stage),
                        "member",
                        _in_percent(view.relative(f)),
                        UNBOUGHT,
                        weak,
                    )
                )
    grade = words.weakest([view.grade(mr) for mr in run.minerals.values()])
    both = span([b for bars in held.values() for b in bars])
    return tuple(
        chart(
            words.place(m), "change of the buyers' price, %", f"{numbers.SPACE}%", bars,
            _percent, grade, scale=both,
        )
        for m, bars in held.items()
    )  # fmt: skip


def welfare_ranking(run: Run, minerals: Sequence[MineralRun], most: int = 6) -> Chart:
    """Central welfare change of every region, largest gain first, small ones together."""
    moved: dict[str, float] = {}
    for mr in minerals:
        market = mr.base.market
        before = accounts(market, mr.base.wedges, mr.base.state).welfare
        after = accounts(mr.policy.market, mr.policy.wedges, mr.policy.state).welfare
        for r, x in zip(market.regions, after - before, strict=True):
            moved[r] = moved.get(r, 0.0) + float(x)
    ranked = sorted(moved.items(), key=lambda item: -item[1])
    gain = [r for r, x in ranked if x > 0][:most]
    lose = [r for r, x in reversed(ranked) if x < 0][:most]
    named = [r for r, _ in ranked if r in {*gain, *lose, *run.members}]
    rest = sum(x for r, x in ranked if r not in named)
    weak = any(view.grade(mr) != "balanced" for mr in minerals)
    bars = [
        Bar(words.place(r), words.role(r, run.members), Shown(moved[r] / 1e6), weak=weak)
        for r in named
    ]
    if len(named) < len(moved):
        bars.append(Bar("All others", "rest", Shown(rest / 1e6), weak=weak))
    bars.append(Bar("World", "world", Shown(sum(moved.values()) / 1e6), weak=weak))
    title = "Change of welfare by region"
    if len(run.minerals) > 1 and len(minerals) > 1:
        title += f", {len(minerals)} minerals together"
    grade = words.weakest([view.grade(mr) for mr in minerals])
    return chart(title, "USD million a year, central values", "", bars, numbers.signed, grade)


def stage_charts(run: Run, mr: MineralRun, stage: str) -> tuple[Chart, ...]:
    """Price, output and imports of one stage, a bar per region."""
    grade = mr.chain.grade[stage]
    weak = grade != "balanced"
    regions = view.shown_regions(run, mr)

    def bars(variable: str, how: str, missing: str, codes: Sequence[str] = regions) -> list[Bar]:
        found = []
        for code in codes:
            f = view.figure(mr, stage, code, variable)
            value = _in_percent(view.relative(f)) if how == "%" else view.change(f)
            if how == "t" and not _any(f):
                value = None
            found.append(
                Bar(words.place(code), words.role(code, run.members), value, missing, weak)
            )
        return found

    space = numbers.SPACE
    output, imports = (
        bars("output", "t", MISSING),
        bars("imports from non-members", "t", UNIMPORTED, [r for r in regions if r != WORLD]),
    )
    scaled = []
    for held in (output, imports):
        low, high = span(held)
        big = max(-low, high) >= 1e4
        moved = [
            Bar(b.label, b.role, b.value and b.value.scaled(1e-3 if big else 1.0), b.missing, weak)
            for b in held
        ]
        scaled.append((moved, "kt" if big else "t"))
    return (
        chart(
            "Buyers' price", "change, %", f"{space}%",
            bars("buyers' price", "%", UNBOUGHT), _percent, grade,
        ),
        chart(
            "Output", f"change, {scaled[0][1]} a year", f"{space}{scaled[0][1]}",
            scaled[0][0], numbers.signed, grade,
        ),
        chart(
            "Imports from non-members", f"change, {scaled[1][1]} a year",
            f"{space}{scaled[1][1]}", scaled[1][0], numbers.signed, grade,
        ),
    )  # fmt: skip


def _any(f: Figure) -> bool:
    return f.base > 0 or f.central > 0 or (f.after is not None and f.after[2] > 0)
