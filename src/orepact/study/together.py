"""Minerals of a run taken together: their draws are independent, so each lends one at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from orepact.errors import InputError
from orepact.study.metrics import Key
from orepact.study.simulate import Run

Array = Any

JOINT = 4096
"""Draws of the joint sample: its quantiles move by less than what is printed."""

Range = tuple[float, float, float]


def joint(run: Run) -> Mapping[str, Array]:
    """Which draw of each mineral a joint draw takes: the same for everything that is added up."""
    found = {}
    for i, (id, mr) in enumerate(run.minerals.items()):
        if len(mr.solved):
            found[id] = np.random.default_rng((run.seed, i)).choice(mr.solved, JOINT)
    return found


class Total(NamedTuple):
    """A change over several minerals, USD a year: central, and the 5-50-95 % quantiles."""

    central: float
    range: Range | None


def total(run: Run, regions: Sequence[str], line: str = "welfare") -> Total:
    """Change of welfare, or of one of its lines, over all minerals and some regions.

    The range is ``None`` where the run made no draws, or none of a mineral solved. Raises
    :class:`InputError` for a region or line that the run does not hold.
    """
    central, drawn, index = 0.0, np.zeros(JOINT), joint(run)
    for id, mr in run.minerals.items():
        for region in regions:
            key = Key("", region, line)
            if key not in mr.figures:
                raise InputError(f"The run holds no {line} of {region}.")
            f = mr.figures[key]
            central += f.central - f.base
            if id in index:
                drawn += mr.totals[region, line][index[id]]
    whole = bool(run.draws) and len(index) == len(run.minerals)
    return Total(central, quantiles(drawn) if whole else None)


def quantiles(values: Array) -> Range:
    """The 5, 50 and 95 % quantiles."""
    low, mid, high = (float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
    return low, mid, high
