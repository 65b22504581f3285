"""Base years that many runs share: the market of a chain and its solution, kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from orepact.market import Market, Outcome, solve
from orepact.world import Chain

KEPT = 64
"""Base years kept: a few megabytes each."""

_lock = threading.Lock()
_kept: OrderedDict[tuple[int, object], tuple[Chain, Outcome]] = OrderedDict()


def base_of(chain: Chain, build: Callable[[], Market], key: object) -> Outcome:
    """The solved base year of a chain at central values, built once for each ``key``.

    ``key`` tells apart what ``build`` lays on the chain. The chain itself is kept with its
    solution, so that no other can take its identity.
    """
    at = (id(chain), key)
    with _lock:
        if at in _kept:
            _kept.move_to_end(at)
            return _kept[at][1]
    base = solve(build())
    with _lock:
        _kept[at] = (chain, base)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return base
