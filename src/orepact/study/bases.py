"""Base years that many runs share: the market of a chain and its solution, kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orepact.market import Market, Outcome, solve
from orepact.study.metrics import Key, metrics
from orepact.world import Chain

KEPT = 64
"""Base years kept: a few megabytes each."""

_lock = threading.Lock()
_kept: OrderedDict[tuple[int, object], Base] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Base:
    """A solved base year, and its figures for those who have asked for them."""

    chain: Chain
    outcome: Outcome
    _figures: dict[tuple[tuple[str, ...], ...], Mapping[Key, Any]] = field(default_factory=dict)

    def figures(self, members: tuple[str, ...], regions: tuple[str, ...]) -> Mapping[Key, Any]:
        """The base year's metrics, computed once for the same members and regions."""
        at = (members, regions)
        if at not in self._figures:
            if len(self._figures) >= KEPT:
                self._figures.clear()
            self._figures[at] = metrics(self.outcome, self.outcome, members, regions)
        return self._figures[at]


def base_of(chain: Chain, build: Callable[[], Market], key: object) -> Base:
    """The solved base year of a chain at central values, built once for each ``key``.

    ``key`` tells apart what ``build`` lays on the chain. The chain itself is kept with its
    solution, so that no other can take its identity.
    """
    at = (id(chain), key)
    with _lock:
        if at in _kept:
            _kept.move_to_end(at)
            return _kept[at]
    base = Base(chain, solve(build()))
    with _lock:
        _kept[at] = base
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return base
