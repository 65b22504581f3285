"""What a brief tells and what it leaves to its tables: the order of minerals, sums over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from orepact.report import view
from orepact.report.view import Floor, Shown
from orepact.study.metrics import WORLD
from orepact.study.simulate import MineralRun, Run
from orepact.study.together import total

DETAIL = 2
"""Minerals that have pictures of their own."""

Stages = list[tuple[MineralRun, str]]


def changes(mr: MineralRun) -> bool:
    """Whether any shipment of a mineral changes."""
    x0, x = mr.base.state.x, mr.policy.state.x
    return bool(np.any(np.abs(x - x0) > 1e-6 * x0.max()))


def ordered(run: Run) -> list[MineralRun]:
    """Minerals in which something changes, the largest change of the members' welfare first."""

    def size(mr: MineralRun) -> float:
        nets = [view.change(view.figure(mr, "", m, "welfare")) for m in run.members]
        return sum(abs(x.mid) for x in nets if x)

    return sorted((mr for mr in run.minerals.values() if changes(mr)), key=lambda mr: -size(mr))


def detailed(run: Run) -> list[MineralRun]:
    """The few minerals where most happens."""
    return ordered(run)[:DETAIL]


def stages(run: Run) -> Stages:
    """Stages to tell of: floored ones, else touched ones, in the order of the minerals."""
    return [(mr, s) for mr in ordered(run) for s in view.headline_stages(run, mr)]


def floored(run: Run) -> Stages:
    """Stages with a floor, or all to tell of where the pact has none."""
    held = {(mr.chain.mineral, f.stage) for mr, f in floors(run)}
    told = stages(run)
    return [(mr, s) for mr, s in told if not held or (mr.chain.mineral, s) in held]


def busiest(run: Run, mr: MineralRun) -> str:
    """The headline stage whose shipments change most in value."""

    def moved(stage: str) -> float:
        k = mr.chain.stages.index(stage)
        return float(np.sum(np.abs(mr.policy.state.x[k] - mr.base.state.x[k]) * mr.base.state.c[k]))

    return max(view.headline_stages(run, mr), key=moved)


def price(run: Run, mr: MineralRun, stage: str, member: str) -> Shown | None:
    """Relative change of what a member's buyers pay; ``None`` where it buys nothing."""
    return view.relative(view.figure(mr, stage, member, "buyers' price"))


def summed(run: Run, regions: Sequence[str], line: str = "welfare") -> Shown:
    """Change of a line of welfare over all minerals of the run, USD a year."""
    if len(run.minerals) == 1 and len(regions) == 1:
        (mr,) = run.minerals.values()
        own = view.change(view.figure(mr, "", regions[0], line))
        if own is not None:
            return own
    found = total(run, regions, line)
    if found.range is None:
        return Shown(found.central)
    low, mid, high = found.range
    return Shown(mid, low, high)


def told_regions(run: Run) -> tuple[str, ...]:
    """Members, then China where it is none, then the world."""
    return tuple(dict.fromkeys((*run.members, "CHN", WORLD)))


def floors(run: Run) -> list[tuple[MineralRun, Floor]]:
    """Every floor in force with its mineral."""
    return [(mr, f) for mr in run.minerals.values() for f in view.floors(run, mr)]
