"""What the instruments of a pact came to in one mineral's solved market."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np

from orepact.market.equilibrium import Outcome
from orepact.market.instruments import applied, is_simulated, meant, open_routes, touches
from orepact.market.instruments.floor import base_rate, covers
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact import Pact
from orepact.pact.conduct import Circumvention, Cooperation
from orepact.pact.instrument import Instrument
from orepact.pact.support import Incentive, Stockpile
from orepact.pact.trade import PriceFloor, TradeAction

Array = Any

Standing = Literal[
    "binding", "not binding", "not in force", "no reference", "recorded, not simulated"
]

Unit = Literal[
    "",
    "t",
    "USD/t paid",
    "% of a route's goods relabelled, at most",
    "t bought",
    "t sold",
    "USD/t between the price and the rule's",
    "t below the limit",
    "USD/t, largest levy",
    "USD/t, as all goods pass under another name",
    "USD/t by which the reference exceeds the floor",
    "USD/t by which entries exceed the floor",
]
"""What a distance is in; the word after the measure says what it is."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an instrument came to in one market.

    ``distance`` says how far from binding, in ``unit``.
    """

    id: str
    kind: str
    title: str
    state: Standing
    distance: float | None = None
    unit: Unit = ""


def effects(pact: Pact, out: Outcome, on: date) -> tuple[Effect, ...]:
    """What each instrument that names this mineral came to; medians over draws."""
    market, members, found = out.market, pact.members(on), []
    for i in pact.instruments:
        if touches(i, market):
            found.append(Effect(i.id, i.kind, i.named(), *_state(i, out, members, on)))
    return tuple(found)


State = tuple[Standing, float | None, Unit]


def _state(i: Instrument, out: Outcome, members: tuple[str, ...], on: date) -> State:
    if not is_simulated(i):
        return "recorded, not simulated", None, ""
    if not i.in_force(on):
        return "not in force", None, ""
    if i.id in out.wedges.limit_id:
        return _limit_state(out, i.id)
    match i:
        case PriceFloor():
            return _floor_state(i, out, members, on)
        case Incentive():
            k, r = out.market.stages.index(i.targets()[0][1]), out.market.region(i.region)
            pay = float(np.median(out.state.pay[..., k, r]))
            return ("binding" if pay != 0 else "not binding"), pay, "USD/t paid"
        case Stockpile():
            return _stock_state(i, out, members)
        case Circumvention():
            k = out.market.stages.index(i.stage)
            share = np.max(out.state.relabelled[..., k, :, :], axis=(-2, -1))
            most = 100 * float(np.median(share))
            return (
                "binding" if most > 0 else "not binding",
                most,
                "% of a route's goods relabelled, at most",
            )
    return _terms_state(i, out.market, members, on)


CHANGED = (
    "duty", "specific", "export_tax", "export_specific", "open", "standard", "freight",
)  # fmt: skip


def _terms_state(i: Instrument, market: Market, members: tuple[str, ...], on: date) -> State:
    """Binding where it changes the terms of a route that carries trade."""
    if isinstance(i, TradeAction) and i.limit is not None:
        return "not binding", None, ""
    base = Wedges.base(market)
    if isinstance(i, Cooperation):  # so that what it saves on standards shows
        base = replace(base, standard=base.standard + 1.0)
    w, matched = applied(i, base, market, members, on)
    some = open_routes(market, np.ones(market.x0.shape[-3:], bool))
    changed = any(np.any((getattr(w, f) != getattr(base, f)) & some) for f in CHANGED)
    return ("binding" if matched and changed else "not binding"), None, ""


def _stock_state(i: Stockpile, out: Outcome, members: tuple[str, ...]) -> State:
    """Tonnes bought or sold by the rule, or how far the price is from its nearer price."""
    market, w = out.market, out.wedges
    k = market.stages.index(i.targets()[0][1])
    held = meant(market, i.holders, members) & ((w.buys[k] > 0) | (w.sells[k] > 0))
    net = out.state.net_stock[..., k, held]
    tonnes = float(np.median(np.sum(net, axis=-1)))
    if np.any(np.abs(net) > 1e-9 * np.max(market.scale)):
        return "binding", abs(tonnes), "t bought" if tonnes >= 0 else "t sold"
    P = out.state.P[..., k, held]
    above = np.where(w.buys[k, held] > 0, P - w.support[k, held], np.inf)
    below = np.where(w.sells[k, held] > 0, w.trigger[k, held] - P, np.inf)
    gap = float(np.median(np.min(np.minimum(above, below), axis=-1)))
    return "not binding", gap, "USD/t between the price and the rule's"


def _limit_state(out: Outcome, id: str) -> State:
    """Binding where any of the instrument's limits is; else the least slack."""
    w, st = out.wedges, out.state
    own = np.array([i == id for i in w.limit_id])
    shipped = np.sum(w.limit_mask * st.x[..., None, :, :, :], axis=(-3, -2, -1))
    slack = np.broadcast_to(w.limit, shipped.shape) - shipped
    rent = np.reshape(np.max(st.rent[..., own], axis=-1), (-1,))
    if float(np.median(rent)) > 1e-9 * float(np.mean(out.market.p0)):
        return "binding", 0.0, "t"
    return "not binding", float(np.median(np.min(slack[..., own], axis=-1))), "t below the limit"


def _floor_state(i: PriceFloor, out: Outcome, members: tuple[str, ...], on: date) -> State:
    market, st = out.market, out.state
    k = market.stages.index(i.stage)
    inside = meant(market, i.in_, members)
    routes = open_routes(market, covers(i, market, members)[1])[k][:, inside]
    wedge = (st.levy + st.markup)[..., k, :, :][..., inside]
    largest = float(np.median(np.max(np.where(routes, wedge, 0.0), axis=(-2, -1))))
    if largest > 0:
        return "binding", largest, "USD/t, largest levy"
    F = float(i.floor_at(on) or 0)
    if i.mode in ("period_levy", "ad_valorem"):
        R = st.reference[..., k, :][..., inside]
        if i.mode == "ad_valorem":
            R = base_rate(i, market, members, on)[1][..., k, :][..., inside]
        finite = np.isfinite(R)
        if not np.any(finite):
            return "no reference", None, ""
        low = float(np.median(np.min(np.where(finite, R, np.inf), axis=-1)))
        if low < F and np.any(st.relabelled[..., k, :, :]):
            return "binding", 0.0, "USD/t, as all goods pass under another name"
        return "not binding", low - F, "USD/t by which the reference exceeds the floor"
    value = np.where(routes, st.invoice[..., k, :, :][..., inside], np.inf)
    gap = float(np.median(np.min(value, axis=(-2, -1)))) - F
    return "not binding", gap, "USD/t by which entries exceed the floor"
