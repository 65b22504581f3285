"""Price floors: who pays, what the reference is taken over, and the five ways to hold one."""

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
from orepact.pact.floor import ad_valorem
from orepact.pact.trade import PriceFloor

Array = Any


def floor(i: PriceFloor, w: Wedges, market: Market, members: tuple[str, ...], on: date) -> Applied:
    """A floor at the border of the parties ``in``."""
    here, covered = covers(i, market, members)
    if np.any(here & ((w.floor > 0) | np.any(w.floor_rate > 0, axis=-2))):
        taken = (w.floor > 0) | np.any(w.floor_rate > 0, axis=-2)
        k, d = (int(n) for n in np.argwhere(here & taken)[0][-2:])
        raise InputError(
            f"Floor '{i.id}' meets another floor on {market.stages[k]} {market.mineral} in "
            f"{market.regions[d]} on {on}. End one before the other begins."
        )
    matched = bool(np.any(open_routes(market, covered)))
    paying = covered * (1.0 - _passes(i, market, here)[..., None, :])
    F = value(i.floor_at(on))
    on_cif = market.cif if i.basis.incoterm == "importer" else i.basis.incoterm == "CIF"
    counts = here & i.basis.counts_duty
    if i.mode == "ad_valorem":
        rate = base_rate(i, market, members, on)[0]
        return replace(w, floor_rate=w.floor_rate + paying * rate[..., None, :]), matched
    if i.mode == "undertaking":
        signed = np.array([r in (i.signed_by or ()) for r in market.regions])[:, None]
        fallback = value(i.fallback_duty.at(on)) if i.fallback_duty else 0.0
        w = replace(w, floor_rate=w.floor_rate + np.where(signed, 0.0, paying) * fallback)
        paying = np.where(signed, paying, 0.0)
        here = here & np.any(paying > 0, axis=(*range(paying.ndim - 3), -2))
    eligible, weights = reference(i, market, w, covered, members)
    period = i.mode == "period_levy"
    response = (
        1.0 if i.mode in ("minimum_import_price", "undertaking") else value(i.invoice_response)
    )
    group = w.group
    if i.reference is not None and i.reference.scope == "bloc":
        group = np.where(here, 1 + np.max(w.group), w.group)
    return replace(
        w,
        floor=np.where(here, F, w.floor),
        covered=w.covered + paying,
        eligible=w.eligible | eligible,
        weights=w.weights + weights,
        counts_duty=w.counts_duty | counts,
        on_cif=w.on_cif | (here & on_cif),
        top_up=w.top_up | (here & (not period)),
        response=np.where(here, response, w.response),
        group=group,
    ), matched


def covers(i: PriceFloor, market: Market, members: tuple[str, ...]) -> tuple[Array, Array]:
    """Stage and destinations (K, R) with the floor, and routes (K, O, D) that pay it."""
    named, inside = stages(i, market), meant(market, i.in_, members)
    covered = routes(named, meant(market, i.applies_to, members), inside)
    return named[:, None] & inside[None, :], covered


def reference(
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


def base_rate(
    i: PriceFloor, market: Market, members: tuple[str, ...], on: date
) -> tuple[Array, Array]:
    """Rate of an ad valorem floor (..., K, D), and the reference that it rests on.

    ``max(0, F - R) / customs base of R`` at the prices of the period before, here the base year's:
    within the year the rate is fixed, so a fall of the price is not made up for.
    """
    here, covered = covers(i, market, members)
    eligible, weights = reference(i, market, Wedges.base(market), covered, members)
    invoice = market.p0[..., :, None] + 0.0 * market.freight
    customs = invoice + market.cif * market.freight
    on_cif = market.cif if i.basis.incoterm == "importer" else i.basis.incoterm == "CIF"
    worth = invoice + on_cif * market.freight
    if i.basis.counts_duty:
        worth = worth + market.duty * customs
    lowest = np.argmin(np.where(eligible, worth, np.inf), axis=-2)[..., None, :]
    some = np.any(eligible, axis=-2)
    pair = [np.take_along_axis(v, lowest, axis=-2)[..., 0, :] for v in (worth, customs)]
    if np.any(weights):
        pair = [np.sum(weights * v, axis=-2) for v in (worth, customs)]
    R = np.where(here & some, pair[0], np.inf)
    base = pair[1]
    if i.reference is not None and i.reference.scope == "bloc":
        first = np.argmin(R, axis=-1)[..., None]
        R, base = (
            np.broadcast_to(np.take_along_axis(v, first, axis=-1), v.shape) for v in (R, base)
        )
        R = np.where(here, R, np.inf)
    finite = np.isfinite(R)
    F = value(i.floor_at(on))
    gap = ad_valorem(F, np.where(finite, R, F), np.where(finite, base, 1.0))
    return np.where(here & finite, gap, 0.0), R


def _passes(i: PriceFloor, market: Market, here: Array) -> Array:
    """Share of what a party buys (K, D) that passes through it under a regime without the floor.

    Where goods under drawback or in temporary import are refunded or suspended, that is what the
    base year's plants of the party shipped on, at later stages, to regions without the floor.
    """
    free = {getattr(i.regimes, n) for n in ("temporary_import", "drawback")}
    if not free & {"suspended", "refunded"}:
        return np.zeros(here.shape)
    K, R = here.shape
    x0 = np.mean(np.reshape(market.x0, (-1, K, R, R)), axis=0)
    inputs = np.mean(np.reshape(market.inputs, (-1, K, K, R)), axis=0)
    inside = np.any(here, axis=0)
    made, bought = np.sum(x0, axis=-1), np.sum(x0, axis=-2)
    home = x0[:, np.arange(R), np.arange(R)]
    gone = np.sum(x0 * ~inside, axis=-1)
    onward = np.zeros((K, R))  # share of purchases that leaves in later stages
    for k in reversed(range(K)):
        left = (gone[k] + home[k] * onward[k]) / np.where(made[k] > 0, made[k], 1.0)
        for j in range(k):
            share = inputs[k, j] * made[k] * left
            onward[j] += np.where(bought[j] > 0, share / np.where(bought[j] > 0, bought[j], 1), 0)
    return np.where(here, np.minimum(onward, 1.0), 0.0)
