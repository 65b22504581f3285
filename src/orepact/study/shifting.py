"""Stage shifting: what a floor on one stage does to the next, alone and with floors there too.

A floor on oxide alone makes magnets cheaper to import than to make. The table runs the same
pact with the floor on each stage alone and with all of them, so the reader sees the shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from orepact.errors import InputError
from orepact.market import Outcome, calibrate, solve
from orepact.market.instruments import is_simulated, wedges
from orepact.pact import Pact
from orepact.pact.trade import PriceFloor
from orepact.world.world import World


@dataclass(frozen=True, slots=True)
class Shift:
    """Output and imports of one stage in one member, t, before and under one set of floors."""

    pact: str
    floors_on: tuple[str, ...]
    member: str
    stage: str
    output0: float
    output: float
    imports0: float
    imports: float


def floored_stages(pact: Pact, mineral: str, on: date) -> dict[str, str]:
    """Stages of a mineral with a simulated floor in force, in order, with the floor's id."""
    return {
        i.stage: i.id
        for i in pact.in_force(on)
        if isinstance(i, PriceFloor) and i.mineral == mineral and is_simulated(i)
    }


def shifting(pact: Pact, world: World, mineral: str, on: date | None = None) -> list[Shift]:
    """Each floored stage alone, then all together; central values.

    Raises :class:`InputError` where the pact has fewer than two floored stages.
    """
    day = on or pact.default_date()
    floors = floored_stages(pact, mineral, day)
    if len(floors) < 2:
        raise InputError(
            f"{pact.id} has floors on {len(floors)} stages of {mineral} on {day}; "
            "stage shifting needs two."
        )
    return shifts(pact, solve(calibrate(world.chain(mineral))), day)


def shifts(pact: Pact, base: Outcome, day: date) -> list[Shift]:
    """The same from a solved base; nothing where fewer than two stages have a floor."""
    market = base.market
    floors = floored_stages(pact, market.mineral, day)
    if len(floors) < 2:
        return []
    abroad0, rows = _abroad(base.state.x), []
    for kept in (*((s,) for s in floors), tuple(floors)):
        variant = pact.without(*(id for stage, id in floors.items() if stage not in kept))
        out = solve(market, wedges(variant, market, day), start=base)
        abroad = _abroad(out.state.x)
        for member in (m for m in pact.members(day) if m in market.regions):
            r = market.region(member)
            for k, stage in enumerate(market.stages):
                rows.append(
                    Shift(
                        pact=pact.id,
                        floors_on=kept,
                        member=member,
                        stage=stage,
                        output0=float(base.state.y[k, r]),
                        output=float(out.state.y[k, r]),
                        imports0=float(abroad0[k, r]),
                        imports=float(abroad[k, r]),
                    )
                )
    return rows


def _abroad(x: Any) -> Any:
    """Imports by stage and destination (K, R)."""
    return x.sum(-2) - x.diagonal(axis1=-2, axis2=-1)
