"""Standards, cooperation, and goods that are declared as what they are not."""

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
    region,
    routes,
    stages,
    value,
)
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact.conduct import Circumvention, Cooperation, Standard

Array = Any


def standard(i: Standard, w: Wedges, market: Market, members: tuple[str, ...], on: date) -> Applied:
    """What it costs a tonne to comply, for origins whose proof is not recognised, at home too."""
    bound = meant(market, i.applies_to, members)
    if i.recognises is not None:
        bound = bound & ~meant(market, i.recognises, members)
    by = meant(market, i.by, members)
    where = stages(i, market)[:, None, None] & bound[:, None] & by
    cost = value(i.cost.at(on)) if i.cost else 0.0
    traded = open_routes(market, where)
    return replace(w, standard=w.standard + np.where(where, cost, 0.0)), bool(np.any(traded))


def cooperation(
    i: Cooperation, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> Applied:
    """Shares of freight and of the cost of standards that are saved between the parties."""
    who = meant(market, i.between, members)
    where = routes(stages(i, market), who, who)
    freight, proof = (value(v.at(on)) if v else 0.0 for v in (i.freight_saving, i.standard_saving))
    saved = np.where(where, freight * (market.freight + w.freight), 0.0)
    return replace(
        w,
        freight=w.freight - saved,
        standard=w.standard * np.where(where, 1.0 - proof, 1.0),
    ), bool(np.any(open_routes(market, where)))


def free_to_pass(id: str, w: Wedges, where: Array, passing: Array) -> None:
    """Refuse a second alias of a route, and one that may not enter freely itself.

    ``where`` (K, O, D) are the routes whose goods pass, ``passing`` those whose name they take.
    """
    if np.any(np.isfinite(w.alias_cost) & where):
        raise InputError(
            f"'{id}' relabels goods of a route that another instrument relabels. Which name they "
            "would take is not determined: keep one."
        )
    if np.any((w.open < 1) & passing) or np.any((w.limit_mask > 0) & passing):
        raise InputError(
            f"'{id}' passes goods off as ones that are banned or under a limit there: whose quota "
            "would they fill? Name another origin or stage."
        )


def circumvention(
    i: Circumvention, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> Applied:
    """Goods of some origins that enter under another origin's, or another stage's, name."""
    of, into = meant(market, i.of, members), meant(market, i.into, members)
    k = market.stages.index(i.stage)
    if i.through is not None:
        t, j = region(i.through, i.id, market), k
        of, into = (v & (np.arange(len(v)) != t) for v in (of, into))
        paid = {n: getattr(w, n)[..., k, t, :][..., None, None, :] for n in ("rate", "specific")}
        floored = w.covered[..., k, t, :] > 0
    else:
        j = market.stage(str(i.declared_as))
        paid = {n: getattr(w, n)[..., j, :, :][..., None, :, :] for n in ("rate", "specific")}
        floored = np.any(w.covered[..., j, :, :] > 0, axis=-2)
    if np.any(floored & into):
        d = market.regions[int(np.flatnonzero(np.any(np.atleast_2d(floored & into), axis=0))[0])]
        name = f"{i.through} goods" if i.through else f"stage {i.declared_as}"
        raise InputError(
            f"'{i.id}' passes goods off as {name}, which meet a floor in {d} themselves: the levy "
            "would be due all the same, and to save a duty alone beside it is not modelled. Name "
            "an origin or stage without the floor."
        )
    here = np.arange(len(market.stages)) == k
    where = routes(here, of, into)
    passing = np.zeros_like(where)
    passing[j] = where[k] if i.through is None else into & (np.arange(len(into)) == t)[:, None]
    free_to_pass(i.id, w, where, passing)
    matched = bool(np.any(open_routes(market, where)))
    cost, full = (value(v.at(on)) for v in (i.cost, i.full_at))

    def put(old: Array, new: Array) -> Array:
        return np.where(where, new, old)

    return replace(
        w,
        alias_duty=put(w.alias_duty, paid["rate"]),
        alias_specific=put(w.alias_specific, paid["specific"]),
        alias_cost=put(w.alias_cost, cost),
        alias_rise=put(w.alias_rise, full - cost),
    ), matched
