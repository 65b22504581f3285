"""Policies by hand: wedges of a market of one's own, one function per instrument.

Each takes a market and the labels of its stages and regions, adds one instrument to the wedges
``on`` (default: the base year's) and returns new ones, so that policies add up::

    w = tariff(m, "refined", "C", "U", rate=0.25)
    w = quota(m, "refined", "C", ["M"], limit=10.0, holder="exporter", on=w)
    out = solve(m, w)

Unknown labels, and an instrument without any open route, raise. Prices are USD/t, tonnes a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from orepact.errors import InputError, NoMatchError
from orepact.market.instruments.conduct import free_to_pass
from orepact.market.instruments.trade import limited
from orepact.market.market import Market
from orepact.market.wedges import HOLDERS, Wedges

Array = Any
Labels = str | Sequence[str]
"""A region's label, several, or ``all``."""


def routes(m: Market, stage: str, origins: Labels, destinations: Labels) -> Array:
    """Cross-border routes (K, O, D) of a stage that can be open, as a mask."""
    mask = np.zeros(m.p0.shape[-2:] + m.p0.shape[-1:], bool)
    mask[m.stage(stage)] = np.outer(_at(m, origins), _at(m, destinations))
    mask &= ~np.eye(len(m.regions), dtype=bool)
    weight = np.reshape(m.sourcing.weight, (-1, *mask.shape)) > 0
    mask &= np.any(weight, axis=0)
    if not np.any(mask):
        raise NoMatchError(
            f"No open route of {stage} runs from {origins} to {destinations}: the instrument would "
            "change nothing. Correct its regions or its stage."
        )
    return mask


def _at(m: Market, labels: Labels) -> Array:
    if labels == "all":
        return np.ones(len(m.regions), bool)
    named = [labels] if isinstance(labels, str) else labels
    return np.isin(np.arange(len(m.regions)), [m.region(r) for r in named])


def _node(m: Market, stage: str, region: str) -> Array:
    out = np.zeros(m.p0.shape[-2:], bool)
    out[m.stage(stage), m.region(region)] = True
    return out


def _once(what: str, held: Array, here: Array, stage: str, region: str) -> None:
    if np.any((held > 0) & here):
        raise InputError(
            f"A {what} of {stage} in {region} stands there already. Join the two into one."
        )


def _on(m: Market, on: Wedges | None) -> Wedges:
    return Wedges.base(m) if on is None else on


def tariff(
    m: Market, stage: str, origins: Labels, destinations: Labels, *,
    rate: float = 0.0, specific: float = 0.0, on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Add a duty: ``rate`` of the customs value, ``specific`` USD/t."""
    w, where = _on(m, on), routes(m, stage, origins, destinations)
    return replace(w, duty=w.duty + rate * where, specific=w.specific + specific * where)


def export_tax(
    m: Market, stage: str, origins: Labels, destinations: Labels, *,
    rate: float = 0.0, specific: float = 0.0, on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Add a tax on exports: ``rate`` of the producer price, ``specific`` USD/t."""
    w, where = _on(m, on), routes(m, stage, origins, destinations)
    return replace(
        w,
        export_tax=w.export_tax + rate * where,
        export_specific=w.export_specific + specific * where,
    )


def ban(
    m: Market, stage: str, origins: Labels, destinations: Labels, *, on: Wedges | None = None
) -> Wedges:
    """Close routes."""
    w = _on(m, on)
    return replace(w, open=w.open * ~routes(m, stage, origins, destinations))


def quota(
    m: Market, stage: str, origins: Labels, destinations: Labels, *,
    limit: float, holder: str, beyond: float = 0.0, beyond_specific: float = 0.0,
    id: str = "quota", on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Limit the tonnes of routes taken together; ``holder`` keeps the rent.

    With a duty ``beyond`` (a share of the customs value) or ``beyond_specific`` (USD/t) it is a
    tariff-rate quota. ``holder`` is importer, exporter or producers.
    """
    if holder not in HOLDERS:
        raise InputError(f"'{holder}' cannot hold a rent. It is one of {', '.join(HOLDERS)}.")
    mask = 1.0 * routes(m, stage, origins, destinations)
    more = [v * mask if beyond or beyond_specific else None for v in (beyond, beyond_specific)]
    return limited(_on(m, on), mask, np.array([float(limit)]), holder, id, *more)


def floor(
    m: Market, stage: str, destinations: Labels, price: float, *,
    against: Labels, reference: Labels | None = None, top_up: bool = False,
    response: float = 0.0, counts_duty: bool = False, on_cif: bool = False,
    together: bool = False, on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Hold a price at the border of ``destinations`` against origins ``against``.

    By default the levy is the same for every origin, ``max(0, price - R)`` with ``R`` the lowest
    value of origins ``reference`` (default: ``against``); ``together`` takes one ``R`` for all
    destinations. ``top_up`` compares each origin with its own value instead, of which exporters
    capture the share ``response``: at 1 it is a minimum import price.
    """
    w, k = _on(m, on), m.stage(stage)
    covered = routes(m, stage, against, destinations)
    eligible = covered if reference is None else routes(m, stage, reference, destinations)
    here = np.zeros(m.p0.shape[-2:], bool)
    here[k] = np.any(covered[k], axis=0)
    if np.any(here & (w.floor > 0)):
        raise InputError(f"A floor on {stage} stands there already. One border, one floor.")
    return replace(
        w,
        floor=np.where(here, price, w.floor),
        covered=w.covered + covered,
        eligible=w.eligible | (eligible & (not top_up)),
        top_up=w.top_up | (here & top_up),
        response=np.where(here, response, w.response),
        counts_duty=w.counts_duty | (here & counts_duty),
        on_cif=w.on_cif | (here & on_cif),
        group=np.where(here & together, 1 + np.max(w.group), w.group),
    )


def contract(
    m: Market, stage: str, region: str, strike: float, *, benchmark: str, share: float = 1.0,
    upside: float = 0.0, threshold: float = np.inf, payer: str | None = None,
    on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Pay the producers of a region ``max(0, strike - B)``, ``B`` the price in ``benchmark``.

    On the ``share`` of their capacity, by the budget of ``payer`` (default: their own); ``upside``
    of ``max(0, B - threshold)`` flows back.
    """
    w, here = _on(m, on), _node(m, stage, region)
    _once("contract", w.contracted, here, stage, region)
    return replace(
        w,
        contracted=np.where(here, share, w.contracted),
        strike=np.where(here, strike, w.strike),
        upside=np.where(here, upside, w.upside),
        threshold=np.where(here, threshold, w.threshold),
        benchmark=np.where(here, m.region(benchmark), w.benchmark),
        payer=np.where(here, m.region(payer or region), w.payer),
    )


def intervention(
    m: Market, stage: str, region: str, price: float, most: float, *, on: Wedges | None = None
) -> Wedges:
    """Buy up to ``most`` tonnes for stocks where the buyers' price would fall below ``price``."""
    w, here = _on(m, on), _node(m, stage, region)
    _once("intervention", w.buys, here, stage, region)
    return replace(w, buys=np.where(here, most, w.buys), support=np.where(here, price, w.support))


def release(
    m: Market, stage: str, region: str, most: float, *, trigger: float | None = None,
    on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Sell up to ``most`` tonnes of stocks to buyers in a region.

    Where their price would rise above ``trigger``; without one, at any price above nothing. Either
    way it takes the place of what they would buy.
    """
    w, here = _on(m, on), _node(m, stage, region)
    _once("release", w.sells, here, stage, region)
    start = 1e-9 if trigger is None else trigger
    return replace(w, sells=np.where(here, most, w.sells), trigger=np.where(here, start, w.trigger))


def standard(
    m: Market, stage: str, origins: Labels, destinations: Labels, cost: float, *,
    on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Add a cost of compliance, USD/t: a real cost that nobody receives."""
    w = _on(m, on)
    return replace(w, standard=w.standard + cost * routes(m, stage, origins, destinations))


def relabelling(
    m: Market, stage: str, origins: Labels, destinations: Labels, *, through: str,
    cost: float, full_at: float, on: Wedges | None = None,
) -> Wedges:  # fmt: skip
    """Let goods pass as those of ``through``, from a saving of ``cost`` on, all at ``full_at``.

    Last, when every duty stands.
    """
    if not full_at > cost >= 0:
        raise InputError(f"full_at = {full_at} must be above cost = {cost}, and that at least 0.")
    w, where = _on(m, on), routes(m, stage, origins, destinations)
    t, k = m.region(through), m.stage(stage)
    where[k, t] = where[k, :, t] = False
    if np.any(where & (w.covered[..., k, t, :] > 0)):
        raise InputError(f"Goods of {through} meet a floor there themselves: nothing is saved.")
    passing = np.zeros_like(where)
    passing[k, t] = np.any(where[k], axis=0)
    free_to_pass("relabelling", w, where, passing)
    own = {n: getattr(w, n)[..., k, t, :][..., None, None, :] for n in ("rate", "specific")}
    return replace(
        w,
        alias_duty=np.where(where, own["rate"], w.alias_duty),
        alias_specific=np.where(where, own["specific"], w.alias_specific),
        alias_cost=np.where(where, cost, w.alias_cost),
        alias_rise=np.where(where, full_at - cost, w.alias_rise),
    )
