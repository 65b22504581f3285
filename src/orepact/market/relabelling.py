"""Goods declared as what they are not: of another origin, or of another stage.

A route's goods may pass as those of an alias that pays less and meets no floor. To relabel the
share ``r`` of them costs ``cost r + rise r^2 / 2`` a tonne: papers and detours first, then what
gets harder the more is done. With ``w`` the charges that the alias saves a tonne, the cheapest is::

    r = mid(0, 1, (w - cost) / rise)        c = honest landed cost - w r + cost r + rise r^2 / 2

By the envelope theorem ``dc = (1 - r) dc_honest + r dc_alias``. Source: the costly evasion of Pitt
(1981), Smuggling and price disparity, with a linear marginal cost.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from orepact.market.namespace import namespace
from orepact.market.wedges import Wedges

Array = Any


class Alias(NamedTuple):
    """What is saved on a route, floors aside, is ``slope p + fixed``; all (K, O, D)."""

    slope: Array
    fixed: Array
    cost: Array
    rise: Array
    some: Array


def alias(w: Wedges, shipped: Array) -> Alias:
    """Constants of the routes whose goods may be relabelled."""
    xp = namespace(w.alias_cost)
    less = w.rate - w.alias_duty
    some = xp.isfinite(w.alias_cost)
    return Alias(
        slope=less * (1.0 + w.export_tax),
        fixed=less * (w.export_specific + shipped) + w.specific - w.alias_specific,
        cost=xp.where(some, w.alias_cost, 0.0),
        rise=w.alias_rise,
        some=some,
    )


def relabelled(
    a: Alias, p: Array, c: Array, gain: Array, added: Array, dtop: Array
) -> tuple[Array, Array, Array]:
    """Landed cost, its slope in the own price, and the share relabelled, (..., K, O, D).

    ``added`` is what floors add to the landed cost, ``dtop`` its slope in the own price.
    """
    xp = namespace(p)
    over = p[..., :, None] * a.slope + a.fixed + added - a.cost
    share = xp.where(a.some, xp.minimum(xp.maximum(over / a.rise, 0.0 * over), 1.0 + 0.0 * over), 0)
    saved = share * over - a.rise * share**2 / 2.0
    return c - saved, gain - share * (a.slope + dtop), share


def spent(a: Alias, share: Array) -> Array:
    """What relabelling costs, USD a tonne of the route's trade, (..., K, O, D)."""
    return a.cost * share + a.rise * share**2 / 2.0
