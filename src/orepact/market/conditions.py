"""The conditions of equilibrium, rebuilt without the solver.

Each works on what a state reports (prices, rents, shipments, output, purchases) and on the
model's formulas, in plain code of its own. :mod:`orepact.market.certificate` reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from orepact.market.market import Market
from orepact.market.rebuilt import Rebuilt, rebuild
from orepact.market.sourcing import CES, Homogeneous, Logit
from orepact.market.state import State
from orepact.market.supply import Supply
from orepact.market.wedges import Wedges

Array = Any

AXES = {"node": 2, "border": 2, "route": 3, "limit": 1, "stage": 1}
"""Number of last axes of a residual, by what they are."""


class Condition(NamedTuple):
    """One condition of equilibrium and its residuals, each divided by ``size``."""

    name: str
    unit: str
    size: str
    axes: str  # what the last axes of ``residual`` are: "node", "border", "route", ...
    residual: Array


def conditions(
    market: Market, w: Wedges, st: State, only: tuple[Callable[[Rebuilt], Condition], ...] = ()
) -> tuple[Condition, ...]:
    """All conditions (or ``only`` some) at a reported state; NaN becomes infinite."""
    with np.errstate(all="ignore"):
        v = rebuild(market, w, st)
        found = [rule(v) for rule in only or CONDITIONS]
        lead = st.p.shape[:-2]
        return tuple(
            c._replace(residual=_wide(np.nan_to_num(np.abs(c.residual), nan=np.inf), lead, c.axes))
            for c in found
        )


def _wide(residual: Array, lead: tuple[int, ...], axes: str) -> Array:
    n = AXES[axes]
    return np.broadcast_to(residual, (*lead, *residual.shape[residual.ndim - n :]))


def _tonnes(tonnes: Array) -> Array:
    """Tonnes at a border, or a billionth of the stage's where that is more."""
    tonnes = np.abs(tonnes)
    floor = 1e-9 * np.sum(tonnes, axis=-1, keepdims=True)
    return np.where(floor > 0, np.maximum(tonnes, floor), 1.0)


def clearing(v: Rebuilt) -> Condition:
    """Output, scrap, stock draws and releases are shipped."""
    scrap = np.sum(v.market.secondary.quantity(v.st.p[..., None, :]), axis=-2)
    supplied = v.st.y + scrap + v.market.draw + v.w.release
    gap = (supplied - np.sum(v.st.x, axis=-1)) / v.market.scale
    return Condition("supply less shipments", "t", "the node's size", "node", gap)


def purchases(v: Rebuilt) -> Condition:
    """What is bought is used: final use, makers' inputs, stocks."""
    used = v.st.D + v.market.build + v.w.purchase + v.st.net_stock
    for k, j in v.market.edges:
        fed = v.market.inputs[..., k, j, :] * v.st.y[..., k, :]
        used = used + (np.arange(used.shape[-2])[:, None] == j) * fed[..., None, :]
    gap = (v.st.Q - used) / _tonnes(_used(v))
    return Condition("purchases less uses", "t", "purchases", "border", gap)


def _used(v: Rebuilt) -> Array:
    """What a border takes, from abroad or from stocks sold there, t."""
    return np.maximum(v.st.Q, v.st.Q - v.st.net_stock)


def shipped(v: Rebuilt) -> Condition:
    """Tonnes bought are tonnes shipped; a CES mix keeps value instead."""
    size, Q = _tonnes(_used(v)), v.st.Q
    if isinstance(v.market.sourcing, CES):
        spent = np.sum(v.landed * v.st.x, axis=-2) / np.where(v.st.P > 0, v.st.P, 1.0)
        gap = np.where(np.any(v.open, axis=-2), Q - spent, Q)
    else:
        gap = Q - np.sum(v.st.x, axis=-2)
    return Condition("purchases less shipments", "t", "purchases", "border", gap / size)


def sourcing(v: Rebuilt) -> Condition:
    """Shipments follow the mix at the reported index; one good: ``0 <= x perp c - P >= 0``."""
    form, st = v.market.sourcing, v.st
    size = _tonnes(_used(v))[..., None, :]
    P, Q = st.P[..., None, :], st.Q[..., None, :]
    weight = np.where(v.open, form.weight * v.w.open, 0.0)
    if isinstance(form, Logit):
        u = ((P - form.P0[..., None, :]) - (v.landed - form.c0)) / form.mu[..., None, :]
        gap = st.x - np.where(v.open, Q * weight * np.exp(u), 0.0)
    elif isinstance(form, CES):
        gap = st.x - np.where(v.open, Q * weight * (P / v.landed) ** form.sigma[..., None, :], 0.0)
    elif isinstance(form, Homogeneous):
        profit = (v.landed + form.premium() - P) / np.maximum(np.abs(P), v.price[..., None])
        gap = np.where(v.open, np.minimum(st.x / size, profit), st.x / size) * size
    else:
        gap = np.full(st.x.shape, np.nan)  # a form that this certificate does not know
    return Condition("shipments less the sourcing mix", "t", "purchases", "route", gap / size)


def index(v: Rebuilt) -> Condition:
    """Buyers' price index from landed costs; beyond the choke price where nothing is open."""
    form, P = v.market.sourcing, v.st.P
    weight = np.where(v.open, form.weight * v.w.open, 0.0)
    none = ~np.any(v.open, axis=-2)
    if isinstance(form, Logit):
        u = np.where(v.open, -(v.landed - form.c0) / form.mu[..., None, :], -np.inf)
        top = np.max(np.where(none[..., None, :], 0.0, u), axis=-2, keepdims=True)
        total = np.sum(weight * np.exp(u - top), axis=-2)
        due = form.P0 - form.mu * (np.log(total) + top[..., 0, :])
    elif isinstance(form, CES):
        rest = 1.0 - form.sigma
        power = np.where(v.open, v.landed, 1.0) ** rest[..., None, :]
        due = np.sum(weight * power, axis=-2) ** (1.0 / rest)
    else:
        due = np.min(np.where(v.open, v.landed + form.premium(), np.inf), axis=-2)  # type: ignore[attr-defined]
    idle = none if not isinstance(form, Homogeneous) else none | (1e-9 * _used(v) >= v.st.Q)
    size = np.maximum(np.abs(P), v.price)
    choke = v.market.demand.choke()
    short = np.where(np.isfinite(choke), np.maximum(choke - P, 0.0), 0.0)
    gap = np.where(none, short, np.where(idle, np.maximum(P - due, 0.0), P - due))
    return Condition("price index", "USD/t", "the price", "border", gap / size)


def landed(v: Rebuilt) -> Condition:
    """Landed cost: invoice, freight, duties, standard, levy and importers' rents."""
    gap = np.where(v.open, v.st.c - v.landed, 0.0)
    size = np.maximum(np.abs(v.landed), v.price[..., None])
    return Condition("landed cost", "USD/t", "the cost", "route", gap / size)


def wedges(v: Rebuilt) -> Condition:
    """Reported invoice, mark-up, duties and rents are those that the landed cost is made of."""
    pairs = (
        (v.st.invoice, v.invoice), (v.st.markup, v.markup),
        (v.st.importer_rent, v.importer), (v.st.exporter_rent, v.exporter),
        (v.st.duties, v.duties), (v.st.relabelling, v.relabelling),
    )  # fmt: skip
    gap = np.max(np.stack([np.abs(a - b) + 0.0 * v.landed for a, b in pairs]), axis=0)
    size = np.maximum(np.abs(v.landed), v.price[..., None])
    return Condition("invoice, mark-up, duty or rent", "USD/t", "the cost", "route", gap / size)


def levies(v: Rebuilt) -> Condition:
    """The levy is what the floor's rule makes of the values on eligible routes."""
    size = np.maximum(np.max(v.w.floor, axis=-1, keepdims=True), v.price)
    return Condition(
        "floor levy", "USD/t", "the floor", "route", (v.st.levy - v.levy) / size[..., None]
    )


def limits(v: Rebuilt) -> Condition:
    """A limit is kept, its rent is not negative, and one of rent and slack is zero. That of a
    tariff-rate quota is a share: 0 below the quota, 1 beyond, between where it is just full."""
    x, w = v.st.x, v.w
    under = np.sum(w.limit_mask * x[..., None, :, :, :], axis=(-3, -2, -1))
    base = np.sum(w.limit_mask * v.market.x0[..., None, :, :, :], axis=(-3, -2, -1))
    whole = np.sum(v.market.scale, axis=(-2, -1))[..., None]
    size = np.maximum(np.maximum(base, w.limit), 1e-6 * whole)
    price = np.mean(v.market.p0, axis=(-2, -1))[..., None]
    shared = np.isin(np.arange(len(w.holder)), w.tranches)
    rent, slack = v.st.rent / np.where(shared, 1.0, price), (w.limit - under) / size
    gap = rent - np.clip(rent - slack, 0.0, np.where(shared, 1.0, np.inf))
    return Condition("the lesser of rent and slack", "USD/t or t", "its size", "limit", gap)


def earnings(v: Rebuilt) -> Condition:
    """Reported margins and contract payments are those of reported prices."""
    gap = np.maximum(np.abs(v.st.m - v.margin), np.abs(v.st.pay - v.pay))
    size = np.maximum(np.maximum(np.abs(v.margin), np.abs(v.st.p)), v.price)
    return Condition("reported earning", "USD/t", "the price", "node", gap / size)


def output(v: Rebuilt) -> Condition:
    """Output is on the supply curve at what a tonne earns, contracts included."""
    made = np.sum(_blocks(v), axis=-2)
    return Condition(
        "output less the supply curve", "t", "the node's size", "node",
        (v.st.y - made) / v.market.scale,
    )  # fmt: skip


def marginal(v: Rebuilt) -> Condition:
    """``0 <= y perp marginal cost + scarcity rent - earning >= 0``, each block at its output."""
    made = _blocks(v)
    total = np.sum(made, axis=-2)
    share = np.where(total > 0, v.st.y / np.where(total > 0, total, 1.0), 0.0)
    curve, earned = v.market.supply, v.margin[..., None, :]
    plain = curve.quantity(earned) * share[..., None, :]
    gap = _margin_gap(curve, plain, earned)
    if v.w.any_contract:
        paid = earned + v.pay[..., None, :]
        bound = np.where(v.w.contracted > 0, 1.0, 0.0)[..., None, :]
        more = _margin_gap(curve, curve.quantity(paid) * share[..., None, :], paid)
        gap = np.maximum(gap, bound * more)
    size = np.maximum(np.maximum(np.abs(v.margin), np.abs(v.st.p)), v.price)
    gap = np.max(gap, axis=-2) / size
    return Condition("marginal cost less earning", "USD/t", "the price", "node", gap)


def use(v: Rebuilt) -> Condition:
    """Final use is on the demand curve, spread anew where users move to where it is cheap."""
    own, P = v.market.demand.quantity(v.st.P), v.st.P
    due = own
    if np.any(v.market.mobility > 0):
        P0 = v.market.demand.P0  # type: ignore[attr-defined]
        near = own * np.maximum(P / P0, 0.1) ** -v.market.mobility
        whole = np.sum(own, axis=-1, keepdims=True)
        due = near * whole / np.maximum(np.sum(near, axis=-1, keepdims=True), 1e-300)
    gap = (v.st.D - due) / _tonnes(v.st.Q)
    return Condition("use less the demand curve", "t", "purchases", "border", gap)


def stocks(v: Rebuilt) -> Condition:
    """``bought = mid(0, buys, bought - (P - support))``, and so for what is sold by rule."""
    net, P, w = v.st.net_stock, v.st.P, v.w
    gap = np.zeros(net.shape)
    bought, sold = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    for tonnes, most, over in ((bought, w.buys, P - w.support), (sold, w.sells, w.trigger - P)):
        share = tonnes / np.where(most > 0, most, 1.0)
        due = np.clip(share - over / v.price, 0.0, np.where(most > 0, 1.0, 0.0))
        gap = np.maximum(gap, np.abs(share - due))
    return Condition("stocks less their rule", "t", "the most it may be", "border", gap)


def money(v: Rebuilt) -> Condition:
    """What buyers pay is received by producers, treasuries, holders of rents and carriers."""
    st, w, market = v.st, v.w, v.market
    freight = market.freight + w.freight
    scrap = np.sum(market.secondary.quantity(st.p[..., None, :]), axis=-2)
    producers = np.sum(st.p * (st.y + scrap + market.draw + w.release), axis=-1)
    a_tonne = (
        w.export_tax * st.p[..., None] + w.export_specific + st.exporter_rent + st.markup
        + freight + st.duties + w.standard + st.levy + st.importer_rent + st.relabelling
    )  # fmt: skip
    paid = np.sum(st.c * st.x, axis=(-2, -1))
    gap = (paid - producers - np.sum(a_tonne * st.x, axis=(-2, -1))) / np.where(paid > 0, paid, 1.0)
    return Condition("money paid less received", "USD", "what is paid", "stage", gap)


def signs(v: Rebuilt) -> Condition:
    """Nothing is negative, prices are positive, output is within capacity."""
    st, scale = v.st, v.market.scale
    below = np.maximum(-np.minimum(st.y, np.min(st.x, axis=-1)), 0.0)
    above = np.maximum(st.y - np.sum(v.market.supply.capacity, axis=-2), 0.0)
    bought = np.maximum(-np.minimum(st.D, st.Q), 0.0)
    gap = (below + above + bought) / scale + np.where(st.p > 0, 0.0, np.inf)
    if isinstance(v.market.sourcing, Homogeneous):  # a price of nothing is a price there
        gap = np.where(st.p == 0, (below + above + bought) / scale, gap)
    return Condition("negative tonnes, or beyond capacity", "t", "the node's size", "node", gap)


def _blocks(v: Rebuilt) -> Array:
    """Output by block (K, B, R) at the rebuilt earning."""
    curve, share = v.market.supply, v.w.contracted[..., None, :]
    made = curve.quantity(v.margin[..., None, :])
    if not v.w.any_contract:
        return made
    paid = curve.quantity((v.margin + v.pay)[..., None, :])
    return (1.0 - share) * made + share * paid


def _margin_gap(curve: Supply, y: Array, earned: Array) -> Array:
    """How far marginal cost at ``y`` is from what is earned, on the side that matters."""
    cost = curve.inverse(y)[0] - earned
    full, idle = y >= curve.capacity * (1.0 - 1e-12), y <= curve.capacity * 1e-12
    gap = np.where(full, np.maximum(cost, 0.0), np.where(idle, np.maximum(-cost, 0.0), cost))
    return np.where(curve.capacity > 0, np.abs(gap), 0.0)


SOUGHT = (clearing, limits, sourcing)
"""What a solver drives to zero; the rest follows from prices and rents by formula."""

CONDITIONS = (
    clearing, purchases, shipped, sourcing, index, landed, wedges, levies, limits, earnings, output,
    marginal, use, stocks, money, signs,
)  # fmt: skip
