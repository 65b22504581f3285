"""Contracts for difference, and stocks that are bought and sold by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from orepact.errors import InputError
from orepact.market.instruments.places import Applied, meant, region, stages, value
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact.content import substances
from orepact.pact.support import Incentive, Stockpile


def contract(i: Incentive, w: Wedges, market: Market, on: date) -> Applied:
    """A contract on a share of a region's capacity, tonnes over capacity."""
    named = stages(i, market)
    if i.region not in market.regions:
        return w, False
    r, k = market.region(i.region), int(np.flatnonzero(named)[0])
    cap = np.sum(np.asarray(market.supply.capacity)[..., k, :, r], axis=-1)
    if not np.all(cap > 0) or i.benchmark is None or i.benchmark.region is None:
        return w, False
    if np.any(w.contracted[..., k, r] > 0):
        raise InputError(
            f"Contract '{i.id}' meets another contract on {market.stages[k]} {market.mineral} in "
            f"{i.region} on {on}. Join them into one."
        )
    b, payer = (region(c, i.id, market) for c in (i.benchmark.region, i.paid_by))
    if not np.any(market.x0[..., k, b, :] > 0):
        raise InputError(
            f"Contract '{i.id}' settles against the price of {market.stages[k]} "
            f"{market.mineral} in {i.benchmark.region}, which ships none. Name another benchmark."
        )
    content = float(substances(market.mineral)[i.content]) if i.content else 1.0
    tonnes = value(i.tonnes.at(on) if i.tonnes else None) * content
    strike = value(i.strike.at(on) if i.strike else None) / content
    threshold = value(i.upside_threshold.at(on) if i.upside_threshold else None, np.inf) / content
    cap_pay = value(i.cap_per_year.at(on) if i.cap_per_year else None, np.inf) / tonnes
    back = value(i.upside_cap_per_year.at(on) if i.upside_cap_per_year else None, np.inf) / tonnes
    share = np.minimum(tonnes / cap, 1.0)
    here = np.zeros((len(market.stages), len(market.regions)), bool)
    here[k, r] = True
    return replace(
        w,
        contracted=np.where(here, share[..., None, None], w.contracted),
        strike=np.where(here, strike, w.strike),
        threshold=np.where(here, threshold, w.threshold),
        upside=np.where(here, value(i.upside_share), w.upside),
        pay_cap=np.where(here, cap_pay, w.pay_cap),
        back_cap=np.where(here, back, w.back_cap),
        benchmark=np.where(here, b, w.benchmark),
        payer=np.where(here, payer, w.payer),
    ), True


def stockpile(
    i: Stockpile, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> Applied:
    """Tonnes that holders buy below one price and sell above another, in their own markets."""
    k = int(np.flatnonzero(stages(i, market))[0])
    held = np.flatnonzero(meant(market, i.holders, members))
    bought = np.mean(np.reshape(np.sum(market.x0, axis=-2), (-1, *w.floor.shape[-2:])), axis=0)[k]
    held = held[bought[held] > 0]
    if not len(held):
        return w, False
    content = float(substances(market.mineral)[i.content]) if i.content else 1.0
    buys, support, sells, trigger = (
        np.array(getattr(w, n), float) for n in ("buys", "support", "sells", "trigger")
    )
    for r in held:
        code = market.regions[r]
        if len(held) > 1 and (i.contributions is None or code not in i.contributions):
            raise InputError(
                f"'{i.id}' is held by {len(held)} parties and does not say what part {code} has. "
                "Add it to 'contributions'."
            )
        share = float(i.contributions[code]) if i.contributions else 1.0
        if buys[..., k, r].any() or sells[..., k, r].any():
            raise InputError(
                f"'{i.id}' meets another rule on stocks of {market.stages[k]} {market.mineral} in "
                f"{code} on {on}. Join them into one."
            )
        if i.buy_below and i.buy_at_most:
            support[..., k, r] = value(i.buy_below.at(on)) / content
            buys[..., k, r] = share * value(i.buy_at_most.at(on)) * content
        if i.sell_above and i.sell_at_most:
            trigger[..., k, r] = value(i.sell_above.at(on), np.inf) / content
            sells[..., k, r] = share * value(i.sell_at_most.at(on)) * content
        if np.any(sells[..., k, r] >= bought[r]):
            raise InputError(
                f"'{i.id}' would sell {sells[..., k, r].max():,.0f} t of {market.stages[k]} "
                f"{market.mineral} in {code}, which buys {bought[r]:,.0f} t a year. Sell less."
            )
    return replace(w, buys=buys, support=support, sells=sells, trigger=trigger), True
