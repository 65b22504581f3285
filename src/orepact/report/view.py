"""What a run shows: medians with ranges, per cent, floors in force, flags. Pure selections."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from orepact.catalogue import mineral
from orepact.market.instruments import is_simulated
from orepact.pact.trade import PriceFloor, TradeAction
from orepact.report import numbers, words
from orepact.said import said
from orepact.study.metrics import WORLD, Key
from orepact.study.simulate import Figure, MineralRun, Run
from orepact.study.warnings import MUCH


class Shown(NamedTuple):
    """A figure to show: its headline and, where draws were made, the 5-95 % range."""

    mid: float
    low: float | None = None
    high: float | None = None

    def scaled(self, by: float) -> Shown:
        """The figure times a positive number."""
        if self.low is None or self.high is None:
            return Shown(self.mid * by)
        return Shown(self.mid * by, self.low * by, self.high * by)

    def text(self, write: numbers.Text) -> str:
        """Headline and range in one line: ``+87 (+73 to +94)``."""
        spread = self.spread(write)
        return f"{write(self.mid)} ({spread})" if spread else write(self.mid)

    def spread(self, write: numbers.Text) -> str:
        """The range as text, empty for central values."""
        if self.low is None or self.high is None:
            return ""
        return numbers.between(self.low, self.high, write)

    @property
    def unsettled(self) -> bool:
        """Whether the range holds both signs."""
        return self.low is not None and self.high is not None and self.low < 0 < self.high


Say = Callable[[Shown], str]


class Floor(NamedTuple):
    """A floor in force on one stage: USD/t, as the pact writes it, what it came to."""

    id: str
    stage: str
    usd_per_t: float
    written: str
    state: str
    distance: float | None
    unit: str


def change(f: Figure) -> Shown | None:
    """After minus before; ``None`` where there is no number to show."""
    if f.change is not None and all(math.isfinite(q) for q in f.change):
        low, mid, high = f.change
        return Shown(mid, low, high)
    if f.change is None and math.isfinite(f.base) and math.isfinite(f.central):
        return Shown(f.central - f.base)
    return None


def after(f: Figure) -> Shown | None:
    """The level after; ``None`` where there is no number to show."""
    if f.after is not None and all(math.isfinite(q) for q in f.after):
        low, mid, high = f.after
        return Shown(mid, low, high)
    return Shown(f.central) if f.after is None and math.isfinite(f.central) else None


def relative(f: Figure) -> Shown | None:
    """Change as a share of the central base; ``None`` without a base or a change."""
    moved = change(f)
    if moved is None or not math.isfinite(f.base) or f.base <= 0:
        return None
    return moved.scaled(1.0 / f.base)


def figure(mr: MineralRun, stage: str, region: str, variable: str) -> Figure:
    """One figure of a mineral; a key that is not there raises ``KeyError``."""
    return mr.figures[Key(stage, region, variable)]


def floors(run: Run, mr: MineralRun) -> tuple[Floor, ...]:
    """Floors in force on the run's date, in the order of the stages."""
    states = {e.id: e for e in mr.effects}
    found = []
    for i in run.pact.in_force(run.on):
        if isinstance(i, PriceFloor) and i.mineral == mr.chain.mineral and i.mode != "none":
            level, e = i.floor_at(run.on), states[i.id]
            if level is not None:
                written = i.floor.written(run.on) or ""
                found.append(
                    Floor(i.id, i.stage, float(level), written, e.state, e.distance, e.unit)
                )
    return tuple(sorted(found, key=lambda f: mr.chain.stages.index(f.stage)))


def headline_stages(run: Run, mr: MineralRun) -> tuple[str, ...]:
    """Stages that the summary shows: those with a floor or a trade action, else those touched,
    else the last.
    """
    acting = [i for i in run.pact.in_force(run.on) if is_simulated(i)]
    main = [i for i in acting if isinstance(i, PriceFloor | TradeAction)]
    own = mr.chain.mineral
    held = {s for i in main for m, s in i.targets() if m == own}
    if not held:
        held = {s for i in acting for m, s in i.targets() if m == own}
    return tuple(s for s in mr.chain.stages if s in held) or mr.chain.stages[-1:]


def shown_regions(run: Run, mr: MineralRun) -> tuple[str, ...]:
    """Regions of every table: parties, the other regions of the run, the world."""
    return (*run.regions, WORLD)


def grade(mr: MineralRun) -> str:
    """The mineral's grade: the weakest of its stages."""
    return words.weakest(list(mr.chain.grade.values()))


def name(mr: MineralRun) -> str:
    """The mineral's name."""
    return mineral(mr.chain.mineral).name


def label(mr: MineralRun, stage: str) -> str:
    """Mineral and stage; the stage alone says nothing in a summary."""
    if len(mr.chain.stages) == 1:
        return name(mr)
    return f"{name(mr)}, {words.stage_word(mr.chain.mineral, stage)}"


def flags(run: Run, mr: MineralRun) -> tuple[str, ...]:
    """Warnings that stand beside a mineral's numbers, in full."""
    found: list[str] = [*mr.warnings]
    if mr.failed:
        found.append(
            said(
                "{failed} of {draws} draws did not solve; ranges rest on the others.",
                failed=mr.failed,
                draws=run.draws,
            )
        )
    if mr.policy.status.name != "converged":
        found.append(mr.policy.status.value)
    return tuple(found)


def short_flags(run: Run, mr: MineralRun) -> tuple[str, ...]:
    """The same for a summary: what rests on opened routes by name, the rest by number."""
    all_of_them = flags(run, mr)
    opened = said("rests on routes without trade in {year}", year=run.year)
    short = [opened] if mr.opened_share > MUCH else []
    if others := len(all_of_them) - len(short):
        short.append(said("1 warning") if others == 1 else said("{n} warnings", n=others))
    return tuple(short)


def total(shown: Sequence[Figure]) -> float:
    """Sum of central changes: the only sum that needs no joint distribution."""
    return sum(f.central - f.base for f in shown)
