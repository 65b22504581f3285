"""orepact: write a pact on critical minerals as data, and see what it does to the world.

>>> import orepact
>>> run = orepact.simulate(orepact.read("us-mexico-2026"), orepact.load(), ["zinc"], draws=0)
>>> run.minerals["zinc"].policy.status.value
'Solved: every node clears and every limit holds.'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "read": "orepact.pact",
    "vary": "orepact.pact.vary",
    "Pact": "orepact.pact",
    "SCENARIO": "orepact.pact",
    "load": "orepact.world",
    "World": "orepact.world",
    "Chain": "orepact.world",
    "Range": "orepact.world",
    "calibrate": "orepact.market",
    "solve": "orepact.market",
    "accounts": "orepact.market",
    "Market": "orepact.market",
    "Wedges": "orepact.market",
    "Outcome": "orepact.market",
    "RESULTS": "orepact.market",
    "wedges": "orepact.market.instruments",
    "effects": "orepact.market.effects",
    "simulate": "orepact.study.simulate",
    "Run": "orepact.study.simulate",
    "screen": "orepact.study.screen",
    "Screen": "orepact.study.screened",
    "OrepactError": "orepact.errors",
    "InputError": "orepact.errors",
    "ResultError": "orepact.errors",
}

__all__ = ["__version__", *_WHERE]

if TYPE_CHECKING:
    from orepact.errors import InputError, OrepactError, ResultError
    from orepact.market import (
        RESULTS,
        Market,
        Outcome,
        Wedges,
        solve,
    )
    from orepact.market.accounts import accounts
    from orepact.market.calibrate import calibrate
    from orepact.market.effects import effects
    from orepact.market.instruments import wedges
    from orepact.pact import SCENARIO, Pact
    from orepact.pact.read import read
    from orepact.pact.vary import vary
    from orepact.study.screen import screen
    from orepact.study.screened import Screen
    from orepact.study.simulate import Run, simulate
    from orepact.world import Chain, Range, World, load


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'orepact' has no attribute '{name}'")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    """Names of the module, public ones included."""
    return sorted([*globals(), *_WHERE])
