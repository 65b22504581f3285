"""A run as plain records: every figure with its unit, every instrument with its state."""

from __future__ import annotations

import math
from typing import Any

from orepact.study.metrics import UNITS
from orepact.study.simulate import Run

Record = dict[str, Any]


def records(run: Run) -> dict[str, list[Record]]:
    """``figures`` and ``instruments`` of all minerals; ``None`` where there is no number.

    ``change`` is that of the central values, ``central - base``; quantiles are of the draws.
    """
    figures, instruments = [], []
    for mr in run.minerals.values():
        for key, f in mr.figures.items():
            low, mid, high = f.change or (None, None, None)
            figures.append(
                {
                    "mineral": mr.chain.mineral,
                    "stage": key.stage,
                    "region": key.region,
                    "variable": key.variable,
                    "unit": UNITS[key.variable],
                    "base": _number(f.base),
                    "central": _number(f.central),
                    "change": _number(f.central - f.base),
                    "change_p5": _number(low),
                    "change_p50": _number(mid),
                    "change_p95": _number(high),
                }
            )
        for e in mr.effects:
            instruments.append(
                {
                    "id": e.id,
                    "kind": e.kind,
                    "title": e.title,
                    "state": e.state,
                    "distance": _number(e.distance),
                    "unit": e.unit,
                }
            )
    return {"figures": figures, "instruments": instruments}


def _number(x: float | None) -> float | None:
    return float(x) if x is not None and math.isfinite(x) else None
