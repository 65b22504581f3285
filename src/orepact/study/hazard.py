"""How likely it is that a supplier's exports of a mineral stop for a year: a stated rule.

No frequency is published for such events, so the rule is assumed and wide. It multiplies a base
rate by governance with one factor for export controls and one for alliance; each has low,
central and high, drawn together with everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.market.calibrate import between

Array = Any
Triple = tuple[float, float, float]

BASE: tuple[tuple[float, Triple, str], ...] = (
    (6.5, (0.01, 0.03, 0.08), "weak governance: conflict, sanctions and bans are frequent"),
    (5.0, (0.005, 0.015, 0.04), "governance below the world's middle"),
    (3.5, (0.002, 0.006, 0.015), "governance above the world's middle"),
    (0.0, (0.0005, 0.002, 0.005), "strong governance: disasters and strikes, no whole year known"),
)
"""Annual probability by the EU's governance score (0 best, 10 worst), from its lower bound."""

CONTROLLED: Triple = (2.0, 4.0, 8.0)
"""Factor where the supplier already controls exports of this mineral: the law and the licence
office are there, and the step to a stop is short."""

ALLIED: Triple = (0.1, 0.25, 0.6)
"""Factor where party and supplier are allies: a stop would need a disaster, not a decision."""

CEILING = 0.5

OECD = frozenset(
    {
        "AUS", "CAN", "CHE", "CHL", "COL", "CRI", "EUN", "GBR", "ISL", "ISR", "JPN", "KOR", "MEX",
        "NOR", "NZL", "TUR", "USA",
    }
)  # fmt: skip
"""Members of the OECD among the model's regions; the EU stands for its members there."""

_CHINA = frozenset(
    {"gallium", "germanium", "graphite", "antimony", "tungsten", "tellurium", "bismuth", "indium"}
    | {"samarium", "gadolinium", "terbium", "dysprosium", "lutetium", "scandium", "yttrium"}
    | {"holmium", "erbium", "thulium", "europium", "ytterbium"}
)
CONTROLS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "CHN": _CHINA,
        "IDN": frozenset({"nickel", "aluminium", "tin"}),
        "COD": frozenset({"cobalt"}),
        "ZWE": frozenset({"lithium"}),
    }
)
"""Exports under licence, quota or ban at any time of 2023-25, by supplier: general knowledge of
announcements (Chinese licences, some suspended until November 2026; Indonesian ore bans; the
Congolese cobalt quota), not read from a register."""

FACTORS = MappingProxyType({"controlled": CONTROLLED, "allied": ALLIED})


def allied(party: str, supplier: str) -> bool:
    """Whether party and supplier count as allies: both in the OECD."""
    return party in OECD and supplier in OECD


def annual_probability(governance: float, u: Array, *, controlled: bool, allied: bool) -> Array:
    """Annual probability that exports stop, for positions ``u`` (N) in the range of the rule.

    ``governance`` is on the EU's scale, 0 best to 10 worst. All factors move together with
    ``u``: 0 is low, 0.5 central, 1 high.

    >>> float(annual_probability(5.5, 0.5, controlled=True, allied=False))
    0.06
    """
    if not 0.0 <= governance <= 10.0:
        raise InputError(f"A governance score of {governance} is not between 0 and 10.")
    base = next(triple for bound, triple, _ in BASE if governance >= bound)
    out = between(*base, u)
    for name, holds in (("controlled", controlled), ("allied", allied)):
        if holds:
            out = out * between(*FACTORS[name], u)
    return np.minimum(out, CEILING)
