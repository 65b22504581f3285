"""The random hard worlds once more, with the instruments that they do not have yet thrown in.

Tariff-rate quotas, ad valorem floors, standards, stocks by rule, relabelling, users who move.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hard_worlds import INSTRUMENTS, _holder, _limited, _maker, _routes, _sides, market

from orepact.market import Market, Wedges

Array = Any
Rng = np.random.Generator


def world(seed: int) -> tuple[Market, Wedges]:
    """The market and the policy of one seed; what cannot stand together is left out."""
    g = np.random.default_rng([2027, seed])
    m = market(g)
    if g.random() < 0.3:
        m = replace(m, mobility=np.array([[g.uniform(0.0, 4.0)]]))
    w = Wedges.base(m)
    for i in range(int(g.integers(0, 4))):
        w = INSTRUMENTS[int(g.integers(len(INSTRUMENTS)))](g, m, w, f"old {i}")
    for i in range(int(g.integers(1, 4))):
        w = MORE[int(g.integers(len(MORE)))](g, m, w, f"{i}")
    return m, _relabelled(g, m, w) if g.random() < 0.4 else w


def tariff_rate_quota(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Up to 150 % beyond, and a sum a tonne every third time."""
    k, inside, outside = _sides(g, m)
    outside = _maker(g, m, k) if g.random() < 0.5 else outside
    routes = _routes(m, k, outside, inside)
    n = len(w.holder)
    w = _limited(w, m, routes, g.uniform(0, 1.2), _holder(g), f"tariff-rate quota {id}")
    if len(w.holder) == n:
        return w
    mask = w.limit_mask[-1]
    specific = g.uniform(0, 0.3) * m.p0[k].mean() * (g.random() < 0.3)

    def grown(held: Array, new: Array) -> Array:
        wide = np.zeros((n, *mask.shape))
        wide[: len(held)] = held
        return np.concatenate([wide, new[None]])

    return replace(
        w,
        beyond=grown(w.beyond, g.uniform(0.01, 1.5) * mask),
        beyond_specific=grown(w.beyond_specific, specific * mask),
    )


def ad_valorem_floor(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """A rate up to 80 %."""
    k, inside, outside = _sides(g, m)
    routes = _routes(m, k, outside, inside)
    return replace(w, floor_rate=w.floor_rate + np.where(routes, g.uniform(0, 0.8), 0.0))


def standard(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """A cost up to a third of the price, and freight saved elsewhere."""
    k, inside, outside = _sides(g, m)
    cost = g.uniform(0, 0.3) * m.p0[k].mean()
    saved = np.where(_routes(m, k, inside, inside), 0.5 * m.freight, 0.0)
    return replace(
        w,
        standard=w.standard + np.where(_routes(m, k, outside, inside), cost, 0.0),
        freight=w.freight - saved,
    )


def rules(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Bought up to half of use below 1.2 times the price, sold up to a quarter above 0.8 to 2."""
    k, inside, _ = _sides(g, m)
    here = np.zeros(w.buys.shape, bool)
    here[k] = inside & (m.x0[k].sum(0) > 0)
    used = m.x0.sum(-2)
    P0 = np.sum(m.x0 * (m.p0[:, :, None] + m.freight), axis=-2) / np.where(used > 0, used, 1.0)
    if g.random() < 0.5:
        return replace(
            w,
            buys=np.where(here, g.uniform(0, 0.5) * used, w.buys),
            support=np.where(here, np.minimum(g.uniform(0.7, 1.2) * P0, w.trigger), w.support),
        )
    trigger = np.maximum(g.uniform(0.8, 2.0) * P0, w.support)
    return replace(
        w,
        sells=np.where(here, g.uniform(0.01, 0.25) * used, w.sells),
        trigger=np.where(here, trigger, w.trigger),
    )


MORE = (tariff_rate_quota, tariff_rate_quota, ad_valorem_floor, standard, rules, rules)


def _relabelled(g: Rng, m: Market, w: Wedges) -> Wedges:
    """Some goods pass as those of a region that pays an ordinary duty, where no limit stands."""
    k, inside, outside = _sides(g, m)
    routes = _routes(m, k, outside, inside) & ~np.any(w.limit_mask > 0, axis=-4)
    base = m.p0[k].mean()
    cost = g.uniform(0, 0.1) * base
    return replace(
        w,
        alias_duty=np.where(routes, 0.05, w.alias_duty),
        alias_cost=np.where(routes, cost, w.alias_cost),
        alias_rise=np.where(routes, g.uniform(0.02, 1.0) * base, w.alias_rise),
    )
