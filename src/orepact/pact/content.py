"""What a price is paid for: substances of trade and their share of the contained unit.

Factors are stoichiometric, from the abridged standard atomic weights of IUPAC (2021), and
rounded to six digits. A substance whose content is a matter of grade (a concentrate, an
alloy, a magnet) has no factor: state its price per contained unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from orepact.catalogue import minerals

_WEIGHT = {
    "H": "1.008",
    "Li": "6.94",
    "C": "12.011",
    "O": "15.999",
    "F": "18.998",
    "Ca": "40.078",
    "Co": "58.933",
    "Ga": "69.723",
    "Ge": "72.630",
    "Sb": "121.76",
    "W": "183.84",
}


def _part(element: str, n: int, **atoms: int) -> Decimal:
    whole = sum(Decimal(_WEIGHT[e]) * k for e, k in atoms.items())
    return round(Decimal(_WEIGHT[element]) * n / whole, 6)


_COMPOUNDS: Mapping[str, Mapping[str, Decimal]] = {
    "lithium": {
        "Li2CO3": _part("Li", 2, Li=2, C=1, O=3),
        "LiOH.H2O": _part("Li", 1, Li=1, O=2, H=3),
    },
    "cobalt": {"Co3O4": _part("Co", 3, Co=3, O=4)},
    "gallium": {"Ga2O3": _part("Ga", 2, Ga=2, O=3)},
    "germanium": {"GeO2": _part("Ge", 1, Ge=1, O=2)},
    "antimony": {"Sb2O3": _part("Sb", 2, Sb=2, O=3)},
    "tungsten": {"WO3": _part("W", 1, W=1, O=3)},
    "fluorspar": {"CaF2": _part("F", 2, Ca=1, F=2), "HF": _part("F", 1, H=1, F=1)},
}


def substances(mineral: str) -> Mapping[str, Decimal]:
    """Substances that a price of ``mineral`` may be stated for, in contained units each.

    >>> dict(substances("germanium"))
    {'Ge': Decimal('1'), 'GeO2': Decimal('0.694174')}
    """
    own = minerals()[mineral].unit.removeprefix("t ")
    return MappingProxyType({own: Decimal(1), **_COMPOUNDS.get(mineral, {})})
