"""Preferences and trade actions: duties, export taxes, limits, tariff-rate quotas and bans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.market.instruments.places import (
    Applied,
    meant,
    open_routes,
    routes,
    stages,
    value,
)
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact.trade import Preference, TradeAction

Array = Any


def preference(
    i: Preference, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> Applied:
    """The lower of two duties between the parties."""
    who = meant(market, i.between, members)
    on_routes = routes(stages(i, market), who, who)
    rate = value(i.duty.at(on))
    return replace(w, duty=np.where(on_routes, np.minimum(w.duty, rate), w.duty)), bool(
        np.any(open_routes(market, on_routes))
    )


def trade_action(
    i: TradeAction, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> Applied:
    """A duty, tax, limit, tariff-rate quota or ban on routes between ``by`` and ``against``."""
    by, against = meant(market, i.by, members), meant(market, i.against, members)
    where = routes(stages(i, market), *((by, against) if i.on_exports else (against, by)))
    matched = bool(np.any(open_routes(market, where)))
    rate = value(i.rate.at(on)) if i.rate else 0.0
    specific = value(i.specific.at(on)) if i.specific else 0.0
    if i.action == "tariff":
        return replace(
            w,
            duty=_charged(w.duty, where, rate, i),
            specific=w.specific + np.where(where, specific, 0.0),
        ), matched
    if i.action == "export_tax":
        return replace(
            w,
            export_tax=w.export_tax + np.where(where, rate, 0.0),
            export_specific=w.export_specific + np.where(where, specific, 0.0),
        ), matched
    if i.action == "export_ban":
        share = value(i.share.at(on)) if i.share else 0.0
        return _ban(i, w, market, where, share), matched
    if int(np.sum(stages(i, market))) > 1:
        raise InputError(
            f"'{i.id}' limits several stages of {market.mineral} at once. Tonnes of different "
            "stages do not add: write one limit per stage."
        )
    if not matched:
        return w, False
    limit = np.array([value(i.limit.at(on)) if i.limit else 0.0])
    mask = np.where(open_routes(market, where), 1.0, 0.0)
    holder = i.rent_holder or "importer"
    if i.action != "tariff_rate_quota":
        return limited(w, mask, limit, holder, i.id), True
    within = value(i.in_quota_rate.at(on)) if i.in_quota_rate else 0.0
    w = replace(w, duty=_charged(w.duty, where, within, i))
    if rate == within and not specific:  # nothing more is due beyond: a duty, and no limit
        return w, True
    return limited(w, mask, limit, holder, i.id, (rate - within) * mask, specific * mask), True


def _charged(duty: Array, where: Array, rate: float, i: TradeAction) -> Array:
    old = np.where(where & (i.stacking == "replace"), 0.0, duty)
    return old + np.where(where, rate, 0.0)


def _ban(i: TradeAction, w: Wedges, market: Market, where: Array, share: float) -> Wedges:
    """Close ``share`` of the base year's trade: all of it, or down to what is left in tonnes.

    A partial ban is one limit per origin and stage, ``(1 - share)`` of base shipments on the
    banned routes; whoever still may ship, the producers, earns the rent.
    """
    if share <= 0.0:
        return w
    if share >= 1.0:
        return replace(w, open=w.open * np.where(where, 0.0, 1.0))
    traded = np.where(open_routes(market, where), 1.0, 0.0)
    for k, o in np.argwhere(np.any(traded > 0, axis=-1)):
        mask = np.zeros_like(traded)
        mask[k, o] = traded[k, o]
        left = (1.0 - share) * np.sum(mask * market.x0, axis=(-3, -2, -1))
        w = limited(w, mask, left[..., None], "producers", i.id)
    return w


def limited(
    w: Wedges, mask: Array, limit: Array, holder: str, id: str,
    beyond: Array | None = None, beyond_specific: Array | None = None,
) -> Wedges:  # fmt: skip
    """One more limit: ``mask`` (K, O, D), ``limit`` (..., 1) tonnes, and what is due beyond it."""
    lead = np.broadcast_shapes(w.limit.shape[:-1], limit.shape[:-1])
    both = [np.broadcast_to(v, (*lead, v.shape[-1])) for v in (w.limit, limit)]

    def joined(held: Array, new: Array | None) -> Array:
        """One array of charges per limit, left empty as long as no limit charges anything."""
        if not len(held) and new is None:
            return held
        old = held if len(held) else np.zeros((len(w.holder), 1, 1, 1))
        one = np.zeros_like(mask) if new is None else new
        return np.concatenate([np.broadcast_to(old, (len(w.holder), *mask.shape)), one[None]])

    held = np.broadcast_to(w.limit_mask, (len(w.holder), *mask.shape))
    return replace(
        w,
        limit_mask=np.concatenate([held, mask[None]]),
        limit=np.concatenate(both, axis=-1),
        holder=(*w.holder, holder),
        limit_id=(*w.limit_id, id),
        beyond=joined(w.beyond, beyond),
        beyond_specific=joined(w.beyond_specific, beyond_specific),
    )
