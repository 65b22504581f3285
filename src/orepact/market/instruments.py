"""From the instruments of a pact to wedges in one mineral's market.

Each simulated instrument either touches routes or raises: an instrument that would do
nothing is a mistake in the pact, not a result of zero. What every instrument came to after
the solve (binding, not binding and by how much, not in force, recorded) is
:func:`orepact.market.effects.effects`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from orepact.errors import InputError, NoMatchError
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact import Pact, simulated
from orepact.pact.content import substances
from orepact.pact.instrument import Instrument
from orepact.pact.support import Incentive
from orepact.pact.trade import Preference, PriceFloor, TradeAction

Array = Any


def is_simulated(i: Instrument) -> bool:
    """Whether the market acts on this instrument.

    A contract settles against a region's producer price, which is without tax; one against a
    named index or a price with tax is recorded only.
    """
    b = i.benchmark if isinstance(i, Incentive) else None
    settles = b is not None and b.region is not None and b.tax_basis == "excluding_tax"
    return simulated(i) and (settles or not isinstance(i, Incentive))


def wedges(pact: Pact, market: Market, on: date) -> Wedges:
    """Wedges of all simulated instruments in force on a day, on top of the base year's.

    Raises :class:`NoMatchError` where an instrument on this mineral alone matches no route,
    and :class:`InputError` where two floors claim the same border or two contracts a plant.
    Duties that replace the ordinary one come before those that are added to it.
    """
    w = Wedges.base(market)
    members = pact.members(on)
    held = [i for i in pact.in_force(on) if is_simulated(i) and touches(i, market)]
    for i in sorted(held, key=_order):
        w, matched = applied(i, w, market, members, on)
        if not matched and {m for m, _ in i.targets()} == {market.mineral}:
            raise NoMatchError(
                f"Instrument '{i.id}' of {pact.id} matches no route in the market for "
                f"{market.mineral} on {on}: none of its regions trades or makes it there. "
                "Change its regions, stage or date, or leave it out."
            )
    return w


def _order(i: Instrument) -> int:
    added = isinstance(i, TradeAction) and i.stacking == "add"
    return {"preference": 0, "trade_action": 1, "price_floor": 3, "incentive": 4}[i.kind] + added


def matches(i: Instrument, pact: Pact, market: Market, on: date) -> bool:
    """Whether a simulated instrument touches any route or plant of this market."""
    return touches(i, market) and applied(i, Wedges.base(market), market, pact.members(on), on)[1]


def touches(i: Instrument, market: Market) -> bool:
    """Whether the instrument names a stage of this market."""
    return any(m == market.mineral and s in market.stages for m, s in i.targets())


def applied(
    i: Instrument, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> tuple[Wedges, bool]:
    """Wedges with one more instrument, and whether it matches any route or plant."""
    if isinstance(i, Preference):
        return _preference(i, w, market, members, on)
    if isinstance(i, TradeAction):
        return _trade_action(i, w, market, members, on)
    if isinstance(i, PriceFloor):
        return _floor(i, w, market, members, on)
    assert isinstance(i, Incentive)
    return _contract(i, w, market, on)


def _stages(i: Instrument, market: Market) -> Array:
    """Stages of this market that the instrument names, (K,)."""
    mine = {s for m, s in i.targets() if m == market.mineral}
    return np.array([s in mine for s in market.stages])


def meant(market: Market, codes: Any, members: tuple[str, ...]) -> Array:
    """Regions (R,) meant by members, non_members, all or a list of codes."""
    inside = np.array([r in members for r in market.regions])
    if codes == "members":
        return inside
    if codes == "non_members":
        return ~inside
    if codes == "all":
        return np.ones(len(market.regions), bool)
    return np.array([r in codes for r in market.regions])


def _routes(stages: Array, origins: Array, destinations: Array) -> Array:
    """Cross-border routes (K, O, D)."""
    return (
        stages[:, None, None]
        & origins[None, :, None]
        & destinations[None, None, :]
        & ~np.eye(len(origins), dtype=bool)
    )


def open_routes(market: Market, routes: Array) -> Array:
    """Routes that carry trade, opened ones included."""
    x0 = market.x0 > 0
    return routes & np.any(x0.reshape(-1, *x0.shape[-3:]), axis=0)


def _value(x: Decimal | None, default: float = 0.0) -> float:
    return default if x is None else float(x)


def _preference(
    i: Preference, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> tuple[Wedges, bool]:
    who = meant(market, i.between, members)
    routes = _routes(_stages(i, market), who, who)
    rate = _value(i.duty.at(on))
    return replace(w, duty=np.where(routes, np.minimum(w.duty, rate), w.duty)), bool(
        np.any(open_routes(market, routes))
    )


def _trade_action(
    i: TradeAction, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> tuple[Wedges, bool]:
    by, against = meant(market, i.by, members), meant(market, i.against, members)
    routes = _routes(_stages(i, market), *((by, against) if i.on_exports else (against, by)))
    matched = bool(np.any(open_routes(market, routes)))
    rate = _value(i.rate.at(on)) if i.rate else 0.0
    specific = _value(i.specific.at(on)) if i.specific else 0.0
    if i.action == "tariff":
        old = np.where(routes & (i.stacking == "replace"), 0.0, w.duty)
        return replace(
            w,
            duty=old + np.where(routes, rate, 0.0),
            specific=w.specific + np.where(routes, specific, 0.0),
        ), matched
    if i.action == "export_tax":
        return replace(
            w,
            export_tax=w.export_tax + np.where(routes, rate, 0.0),
            export_specific=w.export_specific + np.where(routes, specific, 0.0),
        ), matched
    if i.action == "export_ban":
        share = _value(i.share.at(on)) if i.share else 0.0
        return _ban(i, w, market, routes, share), matched
    if int(np.sum(_stages(i, market))) > 1:
        raise InputError(
            f"'{i.id}' limits several stages of {market.mineral} at once. Tonnes of different "
            "stages do not add: write one limit per stage."
        )
    limit = _value(i.limit.at(on)) if i.limit else 0.0
    if not matched:
        return w, False
    mask = np.where(open_routes(market, routes), 1.0, 0.0)
    return _limited(w, mask, np.array([limit]), i.rent_holder or "importer", i.id), True


def _ban(i: TradeAction, w: Wedges, market: Market, routes: Array, share: float) -> Wedges:
    """Close ``share`` of the base year's trade: all of it, or down to what is left in tonnes.

    A partial ban is one limit per origin and stage, ``(1 - share)`` of base shipments on the
    banned routes; whoever still may ship, the producers, earns the rent.
    """
    if share >= 1.0:
        return replace(w, open=w.open * np.where(routes, 0.0, 1.0))
    traded = np.where(open_routes(market, routes), 1.0, 0.0)
    for k, o in np.argwhere(np.any(traded > 0, axis=-1)):
        mask = np.zeros_like(traded)
        mask[k, o] = traded[k, o]
        left = (1.0 - share) * np.sum(mask * market.x0, axis=(-3, -2, -1))
        w = _limited(w, mask, left[..., None], "producers", i.id)
    return w


def _limited(w: Wedges, mask: Array, limit: Array, holder: str, id: str) -> Wedges:
    """One more limit: ``mask`` (K, O, D), ``limit`` (..., 1) tonnes."""
    lead = np.broadcast_shapes(w.limit.shape[:-1], limit.shape[:-1])
    both = [np.broadcast_to(v, (*lead, v.shape[-1])) for v in (w.limit, limit)]
    held = np.broadcast_to(w.limit_mask, (len(w.holder), *mask.shape))
    return replace(
        w,
        limit_mask=np.concatenate([held, mask[None]]),
        limit=np.concatenate(both, axis=-1),
        holder=(*w.holder, holder),
        limit_id=(*w.limit_id, id),
    )


def _floor(
    i: PriceFloor, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> tuple[Wedges, bool]:
    stages, inside = _stages(i, market), meant(market, i.in_, members)
    covered = _routes(stages, meant(market, i.applies_to, members), inside)
    here = stages[:, None] & inside[None, :]
    if np.any(here & (w.floor > 0)):
        k, d = (int(n) for n in np.argwhere(here & (w.floor > 0))[0])
        raise InputError(
            f"Floor '{i.id}' meets another floor on {market.stages[k]} {market.mineral} in "
            f"{market.regions[d]} on {on}. End one before the other begins."
        )
    F = _value(i.floor_at(on))
    eligible, weights = _reference(i, market, w, covered, members)
    top_up = i.mode != "period_levy"
    response = 1.0 if i.mode == "minimum_import_price" else _value(i.invoice_response)
    on_cif = market.cif if i.basis.incoterm == "importer" else i.basis.incoterm == "CIF"
    group = w.group
    if i.reference is not None and i.reference.scope == "bloc":
        group = np.where(here, 1 + np.max(w.group), w.group)
    return replace(
        w,
        floor=np.where(here, F, w.floor),
        covered=w.covered | covered,
        eligible=w.eligible | eligible,
        weights=w.weights + weights,
        counts_duty=w.counts_duty | (here & i.basis.counts_duty),
        on_cif=w.on_cif | (here & on_cif),
        top_up=w.top_up | (here & top_up),
        response=np.where(here, response, w.response),
        group=group,
    ), bool(np.any(open_routes(market, covered)))


def _reference(
    i: PriceFloor, market: Market, w: Wedges, covered: Array, members: tuple[str, ...]
) -> tuple[Array, Array]:
    """Routes that the reference is taken over, and fixed weights where it is an average."""
    rule = i.reference
    if rule is None:
        return np.zeros_like(covered), np.zeros(covered.shape)
    x0 = market.x0.reshape(-1, *market.x0.shape[-3:])
    imports = np.mean(np.where(np.eye(x0.shape[-1]), 0.0, x0), axis=0)
    total = np.sum(imports, axis=-2, keepdims=True)
    outside = meant(market, "non_members", members)
    eligible = (
        covered & outside[None, :, None] & (np.min(w.open.reshape(-1, *covered.shape), 0) > 0)
    )
    if rule.rule == "named":
        eligible &= np.array([r == rule.origin for r in market.regions])[None, :, None]
    eligible &= (imports > 0) & ~market.opened
    eligible &= imports >= float(rule.minimum_share) * total
    if rule.rule != "average_non_member":
        return eligible, np.zeros(covered.shape)
    base = np.where(eligible, imports, 0.0)
    sums = np.sum(base, axis=-2, keepdims=True)
    return eligible, base / np.where(sums > 0, sums, 1.0)


def _contract(i: Incentive, w: Wedges, market: Market, on: date) -> tuple[Wedges, bool]:
    stages = _stages(i, market)
    if i.region not in market.regions:
        return w, False
    r, k = market.region(i.region), int(np.flatnonzero(stages)[0])
    cap = np.sum(np.asarray(market.supply.capacity)[..., k, :, r], axis=-1)
    if not np.all(cap > 0) or i.benchmark is None or i.benchmark.region is None:
        return w, False
    if np.any(w.contracted[..., k, r] > 0):
        raise InputError(
            f"Contract '{i.id}' meets another contract on {market.stages[k]} {market.mineral} in "
            f"{i.region} on {on}. Join them into one."
        )
    b, payer = (_named(c, i, market) for c in (i.benchmark.region, i.paid_by))
    if not np.any(market.x0[..., k, b, :] > 0):
        raise InputError(
            f"Contract '{i.id}' settles against the price of {market.stages[k]} "
            f"{market.mineral} in {i.benchmark.region}, which ships none. Name another benchmark."
        )
    content = float(substances(market.mineral)[i.content]) if i.content else 1.0
    tonnes = _value(i.tonnes.at(on) if i.tonnes else None) * content
    strike = _value(i.strike.at(on) if i.strike else None) / content
    threshold = _value(i.upside_threshold.at(on) if i.upside_threshold else None, np.inf) / content
    cap_pay = _value(i.cap_per_year.at(on) if i.cap_per_year else None, np.inf) / tonnes
    back = _value(i.upside_cap_per_year.at(on) if i.upside_cap_per_year else None, np.inf) / tonnes
    share = np.minimum(tonnes / cap, 1.0)
    here = np.zeros((len(market.stages), len(market.regions)), bool)
    here[k, r] = True
    return replace(
        w,
        contracted=np.where(here, share[..., None, None], w.contracted),
        strike=np.where(here, strike, w.strike),
        threshold=np.where(here, threshold, w.threshold),
        upside=np.where(here, _value(i.upside_share), w.upside),
        pay_cap=np.where(here, cap_pay, w.pay_cap),
        back_cap=np.where(here, back, w.back_cap),
        benchmark=np.where(here, b, w.benchmark),
        payer=np.where(here, payer, w.payer),
    ), True


def _named(code: str, i: Incentive, market: Market) -> int:
    """Position of a region that a contract names."""
    if code not in market.regions:
        raise InputError(
            f"Contract '{i.id}' names {code}, which has no part in the market for "
            f"{market.mineral}. Name a region that makes, ships or uses it."
        )
    return market.region(code)
