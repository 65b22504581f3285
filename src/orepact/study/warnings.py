"""What a reader must know before trusting a mineral's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from orepact.market import Outcome
from orepact.market.demand import Isoelastic as IsoelasticDemand
from orepact.market.instruments import is_simulated
from orepact.market.supply import Isoelastic
from orepact.pact import Pact
from orepact.pact.trade import PriceFloor
from orepact.said import Listed, Node, Place, Said, Share, StageName, Times, Whole, said

Array = Any

EXTREME = 3.0
"""Multiple of the base price from which a floor is remarked upon; the cited
precedents reach twice the 2024 price."""

CAPTIVE = 0.9
"""A reference that falls below this part of its base value is feeding its own levy."""

MUCH = 0.2
"""Share of the change in trade on opened routes from which a headline is flagged."""


def warnings(
    pact: Pact, on: date, base: Outcome, policy: Outcome, opened: float
) -> tuple[Said, ...]:
    """All warnings, as sentences."""
    return (
        *_opened(opened),
        *_incoherent(pact, on, base),
        *_extreme(base, policy),
        *_captive(base, policy),
        *_beyond(policy),
        *_closed(base, policy),
        *_not_unique(policy),
    )


def _opened(share: float) -> Iterator[Said]:
    if share > MUCH:
        yield said(
            "{share} of the change in trade runs over routes that carried nothing in the "
            "base year: read the direction, not the size.",
            share=Share(share),
        )


def _incoherent(pact: Pact, on: date, base: Outcome) -> Iterator[Said]:
    """Floors that leave a processor no margin: ``F[k] < sum a F[j] + conversion``."""
    market = base.market
    floors = {
        i.stage: float(F)
        for i in pact.in_force(on)
        if isinstance(i, PriceFloor) and is_simulated(i) and i.mineral == market.mineral
        if (F := i.floor_at(on)) is not None
    }
    weight = np.sum(market.x0, axis=-1)
    price = np.sum(market.p0 * weight, axis=-1) / np.maximum(np.sum(weight, axis=-1), 1e-300)
    for k, stage in enumerate(market.stages):
        feeds = [j for kk, j in market.edges if kk == k]
        if stage not in floors or not any(market.stages[j] in floors for j in feeds):
            continue
        a = [float(np.median(market.inputs[k, j][market.inputs[k, j] > 0])) for j in feeds]
        conversion = price[k] - sum(q * price[j] for q, j in zip(a, feeds, strict=True))
        inputs = sum(
            q * floors.get(market.stages[j], price[j]) for q, j in zip(a, feeds, strict=True)
        )
        least = inputs + conversion
        if floors[stage] < least * (1 - 1e-6):
            yield said(
                "The floors do not fit together: {stage} at {floor} USD/t is below its inputs at "
                "their floors plus base-year conversion, {least} USD/t. "
                "Processing inside the wall loses what the floor on its input takes.",
                stage=StageName(market.mineral, stage),
                floor=Whole(floors[stage]),
                least=Whole(least),
            )


def _extreme(base: Outcome, policy: Outcome) -> Iterator[Said]:
    """Floors so far above the base price that no elasticity was estimated there."""
    market, floor = policy.market, np.reshape(policy.wedges.floor, base.state.p.shape)
    for k, stage in enumerate(market.stages):
        price = float(np.median(market.p0[k][np.sum(market.x0[k], axis=-1) > 0]))
        if floor[k].max() > EXTREME * price:
            yield said(
                "The floor on {stage}, {floor} USD/t, is {times} times the base price: no "
                "elasticity was estimated so far from it. Is the unit right?",
                stage=StageName(market.mineral, stage),
                floor=Whole(float(floor[k].max())),
                times=Times(float(floor[k].max()) / price),
            )


def _captive(base: Outcome, policy: Outcome) -> Iterator[Said]:
    """Where a levy feeds on the price of an exporter that has nowhere else to go."""
    market, w, st = policy.market, policy.wedges, policy.state
    p0 = base.state.p
    for k, stage in enumerate(market.stages):
        floored = (w.floor[k] > 0) & ~w.top_up[k] & np.isfinite(st.reference[k])
        fell = []
        for d in np.flatnonzero(floored):
            weights = np.broadcast_to(w.weights, market.x0.shape)[k, :, d]
            if np.any(weights > 0):
                o = int(np.argmax(weights * (p0[k] - st.p[k])))
                ratio = weights @ st.p[k] / (weights @ p0[k])
            else:
                o = int(np.argmin(np.where(w.eligible[k, :, d], st.p[k], np.inf)))
                ratio = st.p[k, o] / p0[k, o]
            if ratio < CAPTIVE and np.any(st.levy[k, :, d] > 0):
                fell.append((float(ratio), market.regions[o], market.regions[d]))
        if fell:
            ratio, origin, into = min(fell)
            yield said(
                "The reference price of {stage} in {into} falls to {share} of the base year's: "
                "{origin} sells mostly to members, takes the levy off its price and pulls the "
                "reference down, which raises the levy on all. An average feeds this less, a "
                "named seller with other buyers hardly.",
                stage=StageName(market.mineral, stage),
                into=Place(into),
                share=Share(ratio),
                origin=Place(origin),
            )


def _beyond(policy: Outcome) -> Iterator[Said]:
    market, st = policy.market, policy.state
    users = market.demand
    if isinstance(users, IsoelasticDemand):
        backstop = users.backstop * users.P0
        high = (backstop < st.P) & (100 * backstop > st.P) & (st.Q > 0)
        if np.any(high):
            yield said(
                "Beyond the backstop, where users substitute: {places}.",
                places=_places(policy, high),
            )
    curve = market.supply
    if isinstance(curve, Isoelastic):
        low = np.any((st.m[..., None, :] < curve.avoidable * curve.x0) & (curve.capacity > 0), -2)
        if np.any(low):
            yield said(
                "Below avoidable cost, where plants close: {places}.", places=_places(policy, low)
            )


def _closed(base: Outcome, policy: Outcome) -> Iterator[Said]:
    empty = (policy.state.P > 100 * base.state.P) & (base.state.D > 0)
    if np.any(empty):
        yield said(
            "No source is open, so nothing is bought: {places}.", places=_places(policy, empty)
        )


def _not_unique(policy: Outcome) -> Iterator[Said]:
    """Prices that an entry top-up leaves open, with their range."""
    if policy.interval is None:
        return
    for k, r in np.argwhere(np.isfinite(policy.interval[..., 0])):
        low, high = policy.interval[k, r]
        yield said(
            "The producer price of {node} is not unique: anything from {low} to {high} USD/t "
            "solves the market.",
            node=_node(policy, k, r),
            low=Whole(float(low)),
            high=Whole(float(high)),
        )


def _node(policy: Outcome, k: int, r: int) -> Node:
    market = policy.market
    return Node(StageName(market.mineral, market.stages[k]), Place(market.regions[r]))


def _places(policy: Outcome, where: Array) -> Listed:
    """Name the largest few of the marked nodes."""
    market = policy.market
    marked = [tuple(int(i) for i in at) for at in np.argwhere(where)]
    size = np.sum(market.x0, axis=-1) + np.sum(market.x0, axis=-2)
    marked.sort(key=lambda at: -size[at])
    return Listed(tuple(_node(policy, k, r) for k, r in marked[:4]), max(0, len(marked) - 4))
