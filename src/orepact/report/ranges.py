"""Dot and range: a median or mean with its 5 to 95 % range on one axis, linear or logarithmic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from orepact.errors import ResultError
from orepact.report.charts import nice
from orepact.study.screened import Span

DECADES = 5
"""Powers of ten that a logarithmic axis shows at most; what is smaller stands at its left end."""


FULL = 4
"""Powers of ten that are all labelled; of more, every other one."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row before it meets an axis; ``span`` is ``None`` where nothing is known."""

    label: str
    role: str
    span: Span | None
    text: str
    spread: str = ""
    note: str = ""
    weak: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row on its axis: ``low``, ``mid``, ``high`` in per cent of it, ``None`` if unknown."""

    item: Item
    low: float | None = None
    mid: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Ranges:
    """Rows on one axis with its ticks (per cent, text)."""

    axis: str
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]


def ranges(axis: str, items: Sequence[Item], *, scale: float = 1.0, log: bool = False) -> Ranges:
    """Put rows on an axis; ``scale`` turns their values into the axis' unit.

    Raises :class:`ResultError` for a range that is out of order or no number.
    """
    spans = [i.span for i in items if i.span is not None]
    for s in spans:
        if not s.low <= s.high or not s.low <= s.median or not math.isfinite(s.median + s.high):
            raise ResultError(f"A chart met the range {tuple(s)}, which is not in order.")
    top = max((max(s.median, s.high) * scale for s in spans), default=0.0)
    if log:
        end = math.ceil(math.log10(top)) if top > 0 else 0
        lows = [s.low * scale for s in spans if s.low > 0]
        first = math.floor(math.log10(min(lows))) if lows else end - 1
        first = min(max(first, end - DECADES), end - 1)

        def at(x: float) -> float:
            place = (math.log10(x) if x > 0 else first) - first
            return round(min(max(100 * place / (end - first), 0.0), 100.0), 3)

        ticks = [10.0**n for n in range(first, end + 1)]
    else:
        ticks = list(nice(min(0.0, *(s.low * scale for s in spans), 0.0), top))
        if top > ticks[-1]:  # nice() allows a 25th of a step beyond its last
            ticks.append(round(2 * ticks[-1] - ticks[-2], 12))

        def at(x: float) -> float:
            return round(100 * (x - ticks[0]) / (ticks[-1] - ticks[0]), 3)

    rows = tuple(
        Row(i, *(at(x * scale) for x in i.span)) if i.span is not None else Row(i) for i in items
    )
    skip = 2 if log and len(ticks) > FULL else 1
    last = len(ticks) - 1
    texts = [f"{t:,.10g}" if (last - n) % skip == 0 else "" for n, t in enumerate(ticks)]
    return Ranges(axis, rows, tuple((at(t), x) for t, x in zip(ticks, texts, strict=True)))
