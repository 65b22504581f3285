"""What a solved market's conditions are checked against, rebuilt in plain code.

From the reported prices, rents and tonnes the landed cost of every route is put together again,
term by term. Nothing of the solver's equations, floors or mixes is used.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market.market import Market
from orepact.market.state import State
from orepact.market.wedges import Wedges

Array = Any


class Rebuilt(NamedTuple):
    """What follows from reported prices and rents, by the model's formulas."""

    market: Market
    w: Wedges
    st: State
    open: Array  # (K, O, D) routes that may be used
    reference: Array  # (K, D) of a period levy, inf where there is none
    levy: Array  # (K, O, D)
    markup: Array  # (K, O, D)
    invoice: Array  # (K, O, D)
    importer: Array  # (K, O, D) rents of importers
    exporter: Array  # (K, O, D) rents of exporters and producers
    duties: Array  # (K, O, D) to the treasury, floors aside
    relabelling: Array  # (K, O, D) what it costs, USD/t
    landed: Array  # (K, O, D)
    pay: Array  # (K, R) under contracts
    margin: Array  # (K, R)
    price: Array  # (K, 1) the stage's mean base price, by which small prices are divided


def rebuild(market: Market, w: Wedges, st: State) -> Rebuilt:
    """Put the layers of every route together from a reported state."""
    freight = market.freight + w.freight
    counted = np.where(market.cif, freight, 0.0)
    open_ = market.sourcing.weight * w.open > 0
    importer = exporter = np.zeros(st.x.shape)
    for g in (g for g in range(len(w.holder)) if g not in w.tranches):
        held = w.limit_mask[..., g, :, :, :] * st.rent[..., g, None, None, None]
        if w.holder[g] == "importer":
            importer = importer + held
        else:
            exporter = exporter + held
    bare = st.p[..., None] * (1.0 + w.export_tax) + w.export_specific
    before = bare + exporter
    duty_then = w.duty * (before + counted) + w.specific
    value = before + _at_border(w.on_cif) * freight + _at_border(w.counts_duty) * duty_then
    period = np.where(w.top_up, 0.0, w.floor)
    entry = np.where(w.top_up, w.floor, 0.0)
    reference = _reference(w, period, value, open_)
    due = np.where(np.isfinite(reference), np.maximum(period - reference, 0.0), 0.0)
    short = w.covered * np.maximum(entry[..., None, :] - value, 0.0)
    markup = w.response[..., None, :] * short
    levy = w.covered * due[..., None, :] + (short - markup)
    customs = before + markup + counted
    landed = before + markup + freight + (w.duty + w.floor_rate) * customs + w.specific
    landed = landed + w.standard + levy + importer
    # tariff-rate quotas: what is due beyond is paid or, within the quota, kept by its holder
    over = np.zeros(st.x.shape)
    for g in w.tranches:
        more = _beyond(w, g, customs) * st.rent[..., g, None, None, None]
        under = np.sum(w.limit_mask[..., g, :, :, :] * st.x, axis=(-3, -2, -1))
        filled = np.minimum(w.limit[..., g] / np.where(under > 0, under, 1.0), 1.0)
        kept = filled[..., None, None, None] * more
        if w.holder[g] == "importer":
            importer = importer + kept
        else:
            exporter = exporter + kept / (1.0 + w.duty + w.floor_rate)
        landed, over = landed + more, over + more - kept
    # relabelling: the share r whose marginal cost is what the alias saves pays the alias's charges
    honest = w.duty * (bare + counted) + w.specific
    alias = w.alias_duty * (bare + counted) + w.alias_specific
    able = np.isfinite(w.alias_cost)
    first = np.where(able, w.alias_cost, 0.0)
    floors = levy + markup + (w.duty + w.floor_rate) * markup + w.floor_rate * (bare + counted)
    saved = honest + floors - alias
    r = np.where(able, np.clip((saved - first) / w.alias_rise, 0.0, 1.0), 0.0)
    relabelling = first * r + w.alias_rise * r**2 / 2.0
    landed = landed - r * saved + relabelling
    markup = (1.0 - r) * markup
    invoice = bare + exporter + markup
    at = np.where(able, (1.0 - r) * (bare + counted) + markup, invoice + counted)
    plain = w.duty * (invoice + counted) + w.specific + over
    duties = np.where(able, (1.0 - r) * honest + w.duty * markup + r * alias + over, plain)
    levy = (1.0 - r) * levy + w.floor_rate * at
    margin = st.p + market.credit
    for k, j in market.edges:
        spent = market.inputs[..., k, j, :] * st.P[..., j, :]
        margin = margin - (np.arange(st.p.shape[-2])[:, None] == k) * spent[..., None, :]
    price = np.mean(market.p0, axis=-1, keepdims=True)
    return Rebuilt(
        market, w, st, open_, reference, levy, markup, invoice, importer, exporter, duties,
        relabelling, landed, _contract(w, st.p), margin, price,
    )  # fmt: skip


def _beyond(w: Wedges, g: int, customs: Array) -> Array:
    """What is due beyond a tariff-rate quota, USD/t."""
    due = 0.0 * customs
    if len(w.beyond):
        due = due + w.beyond[g] * customs
    if len(w.beyond_specific):
        due = due + w.beyond_specific[g]
    return due


def _at_border(flag: Array) -> Array:
    return np.where(flag, 1.0, 0.0)[..., None, :]


def _reference(w: Wedges, floor: Array, value: Array, open_: Array) -> Array:
    """Lowest (or average) value over eligible open routes; a group shares its lowest."""
    eligible = np.broadcast_to(w.eligible & open_, value.shape)
    lowest = np.min(np.where(eligible, value, np.inf), axis=-2)
    weights = np.where(eligible, w.weights, 0.0)
    average = np.sum(weights * value, axis=-2)
    own = np.where(np.sum(weights, axis=-2) > 0, average, lowest)
    own = np.where(floor > 0, own, np.inf)
    out = own.copy()
    group = np.broadcast_to(w.group, own.shape)
    for d in range(own.shape[-1]):
        mates = (group == group[..., d, None]) & (group >= 0)
        out[..., d] = np.minimum(own[..., d], np.min(np.where(mates, own, np.inf), axis=-1))
    return np.where(floor > 0, out, np.inf)


def _contract(w: Wedges, p: Array) -> Array:
    """Payment a tonne of contracted output."""
    benchmark = np.broadcast_to(w.benchmark, np.broadcast_shapes(np.shape(w.benchmark), p.shape))
    B = np.take_along_axis(np.broadcast_to(p, benchmark.shape), benchmark, axis=-1)
    pay = np.maximum(w.strike - B, 0.0)
    pay = pay - np.where(w.upside > 0, w.upside * np.maximum(B - w.threshold, 0.0), 0.0)
    return np.where(w.contracted > 0, np.clip(pay, -w.back_cap, w.pay_cap), 0.0)
