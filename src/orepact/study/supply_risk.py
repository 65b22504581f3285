"""Supply risk in the European Commission's method, to the letter.

Source: European Commission 2017, *Methodology for establishing the EU list of critical raw
materials*, and the studies of 2017, 2020 and 2023 that use it (CC BY 4.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Literal, get_args

from orepact.errors import InputError

SupplyUsed = Literal["GS + EUS", "GS only", "EUS only"]
"""Which supply the study used: global (GS), of the EU (EUS), or both."""


def supply_risk(
    *,
    global_hhi: float | None,
    eu_hhi: float | None,
    import_reliance: float | None,
    eol_rir: float,
    substitution: float,
    supply_used: SupplyUsed = "GS + EUS",
) -> float:
    """``SR = [HHI_GS IR/2 + HHI_EU (1 - IR/2)] (1 - EoL_RIR) SI_SR``.

    ``global_hhi`` and ``eu_hhi`` are :func:`~orepact.study.concentration.governed_hhi` of
    world supply and of the EU's own sourcing; ``import_reliance`` IR, ``eol_rir`` the end-of-life
    recycling input rate and ``substitution`` SI_SR are shares (IR of a net exporter is 0). With
    one supply only the bracket is that index, whatever the other inputs say.

    >>> round(supply_risk(global_hhi=3.6, eu_hhi=1.3, import_reliance=0.32, eol_rir=0.0,
    ...                   substitution=1.0), 3)
    1.668

    Raises :class:`InputError` where an input that the formula needs is missing or out of bounds.
    """
    if supply_used not in get_args(SupplyUsed):
        raise InputError(
            f"'{supply_used}' is no supply of the study. Use one of {get_args(SupplyUsed)}."
        )
    for name, share in (("eol_rir", eol_rir), ("substitution", substitution)):
        _share(name, share)
    if supply_used == "GS only":
        bracket = _index("global_hhi", global_hhi)
    elif supply_used == "EUS only":
        bracket = _index("eu_hhi", eu_hhi)
    else:
        if import_reliance is None:
            raise InputError("GS + EUS weighs both supplies by import_reliance. Give it.")
        half = _share("import_reliance", import_reliance) / 2.0
        bracket = _index("global_hhi", global_hhi) * half + _index("eu_hhi", eu_hhi) * (1 - half)
    return bracket * (1.0 - eol_rir) * substitution


def bottleneck(risks: Mapping[str, float]) -> tuple[str, float]:
    """The stage that counts, the one with the higher risk, and its risk.

    >>> bottleneck({"Extraction": 1.2, "Processing": 2.0})
    ('Processing', 2.0)
    """
    if not risks:
        raise InputError("No stage has a supply risk. Give at least one.")
    stage = max(risks, key=lambda s: risks[s])
    return stage, risks[stage]


def _share(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name} is {value}; it is a share between 0 and 1.")
    return value


def _index(name: str, value: float | None) -> float:
    if value is None or not 0.0 <= value < inf:
        raise InputError(f"{name} is {value}; this supply is used, so its index must be given.")
    return value
