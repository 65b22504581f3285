"""What the instruments of a pact came to in one mineral's solved market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from orepact.market.equilibrium import Outcome
from orepact.market.instruments import applied, is_simulated, meant, open_routes, touches
from orepact.market.wedges import Wedges
from orepact.pact import Pact
from orepact.pact.support import Incentive
from orepact.pact.trade import PriceFloor, TradeAction

Array = Any


@dataclass(frozen=True, slots=True)
class Effect:
    """What an instrument came to in one market.

    ``state`` is ``binding``, ``not binding``, ``not in force``, ``no reference`` or
    ``recorded, not simulated``; ``distance`` says how far from binding, in ``unit``.
    """

    id: str
    kind: str
    title: str
    state: str
    distance: float | None = None
    unit: str = ""


def effects(pact: Pact, out: Outcome, on: date) -> tuple[Effect, ...]:
    """What each instrument that names this mineral came to; medians over draws."""
    market, members, found = out.market, pact.members(on), []
    for i in pact.instruments:
        if not touches(i, market):
            continue
        name = (i.id, i.kind, i.named())
        if not is_simulated(i):
            found.append(Effect(*name, "recorded, not simulated"))
        elif not i.in_force(on):
            found.append(Effect(*name, "not in force"))
        elif i.id in out.wedges.limit_id:
            found.append(Effect(*name, *_limit_state(out, i.id)))
        elif isinstance(i, TradeAction) and i.action in ("quota", "export_quota"):
            found.append(Effect(*name, "not binding"))
        elif isinstance(i, PriceFloor):
            found.append(Effect(*name, *_floor_state(i, out, members)))
        elif isinstance(i, Incentive):
            pay = out.state.pay[
                ..., market.stages.index(i.targets()[0][1]), market.region(i.region)
            ]
            state = "binding" if np.median(pay) != 0 else "not binding"
            found.append(Effect(*name, state, float(np.median(pay)), "USD/t paid"))
        else:
            base = Wedges.base(market)
            w, matched = applied(i, base, market, members, on)
            some = open_routes(market, np.ones(market.x0.shape[-3:], bool))
            changed = matched and any(
                np.any((getattr(w, f) != getattr(base, f)) & some)
                for f in ("duty", "specific", "export_tax", "export_specific", "open")
            )
            found.append(Effect(*name, "binding" if changed else "not binding"))
    return tuple(found)


def _limit_state(out: Outcome, id: str) -> tuple[str, float, str]:
    """Binding where any of the instrument's limits is; else the least slack."""
    w, st = out.wedges, out.state
    own = np.array([i == id for i in w.limit_id])
    shipped = np.sum(w.limit_mask * st.x[..., None, :, :, :], axis=(-3, -2, -1))
    slack = np.broadcast_to(w.limit, shipped.shape) - shipped
    rent = np.reshape(np.max(st.rent[..., own], axis=-1), (-1,))
    if float(np.median(rent)) > 1e-9 * float(np.mean(out.market.p0)):
        return "binding", 0.0, "t"
    return "not binding", float(np.median(np.min(slack[..., own], axis=-1))), "t below the limit"


def _floor_state(
    i: PriceFloor, out: Outcome, members: tuple[str, ...]
) -> tuple[str, float | None, str]:
    market, st = out.market, out.state
    k = market.stages.index(i.stage)
    inside = meant(market, i.in_, members)
    routes = open_routes(market, out.wedges.covered)[k][:, inside]
    wedge = (st.levy + st.markup)[..., k, :, :][..., inside]
    largest = float(np.median(np.max(np.where(routes, wedge, 0.0), axis=(-2, -1))))
    if largest > 0:
        return "binding", largest, "USD/t, largest levy"
    if i.mode == "period_levy":
        R = st.reference[..., k, :][..., inside]
        finite = np.isfinite(R)
        if not np.any(finite):
            return "no reference", None, ""
        low = np.median(np.min(np.where(finite, R, np.inf), axis=-1))
        return (
            "not binding",
            float(low - np.max(out.wedges.floor[..., k, inside])),
            ("USD/t by which the reference exceeds the floor"),
        )
    value = np.where(routes, st.invoice[..., k, :, :][..., inside], np.inf)
    gap = np.median(np.min(value, axis=(-2, -1))) - np.max(out.wedges.floor[..., k, inside])
    return "not binding", float(gap), "USD/t by which entries exceed the floor"
