"""Where a result rests on duties that are assumed rather than read in a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from orepact.market import Outcome, Wedges
from orepact.market.instruments import applied, is_simulated, touches
from orepact.pact import Pact
from orepact.pact.trade import Preference
from orepact.said import Held, Listed, Place, Said, Share, Whole, said
from orepact.world import Chain

Array = Any


@dataclass(frozen=True, slots=True)
class Basis:
    """A region's imports at one stage, USD of customs value, and the share on assumed duties."""

    stage: str
    region: str
    imports: float
    assumed: float


def basis(base: Outcome, flags: Array, regions: tuple[str, ...]) -> tuple[Basis, ...]:
    """What the regions import at each stage before the pact, where they import anything.

    ``flags`` (K, O, D) over the market's regions.
    """
    value, found = _imports(base), []
    for r in (r for r in regions if r in base.market.regions):
        d = base.market.region(r)
        for k, stage in enumerate(base.market.stages):
            total = float(value[k, :, d].sum())
            if total > 0:
                rest = float(value[k, flags[k, :, d], d].sum())
                found.append(Basis(stage, r, total, rest / total))
    return tuple(found)


def on_market(base: Outcome, chain: Chain, flags: Array) -> Array:
    """Flags (K, R, R) of all regions, on those of the market (K, O, D)."""
    keep = [chain.region(r) for r in base.market.regions]
    return flags[np.ix_(range(len(chain.stages)), keep, keep)]


def _imports(base: Outcome) -> Array:
    """Customs value of trade across borders (K, O, D), USD, central values."""
    market, st = base.market, base.state
    value = (st.invoice + market.cif * market.freight) * st.x
    return np.where(np.eye(len(market.regions)), 0.0, value)


def duty_warnings(
    pact: Pact, on: date, base: Outcome, flags: Array, found: tuple[Basis, ...]
) -> tuple[Said, ...]:
    """Sentences on what rests on assumed duties: imports by region, savings of preferences."""
    return (*_shares(found), *_savings(pact, on, base, flags))


def _shares(found: tuple[Basis, ...]) -> Iterator[Said]:
    parts = []
    for r in dict.fromkeys(b.region for b in found):
        own = [b for b in found if b.region == r]
        total = sum(b.imports for b in own)
        share = sum(b.imports * b.assumed for b in own) / total
        if share >= 0.005:
            parts.append(Held(Place(r), Share(share)))
    if parts:
        yield said(
            "Duties are assumed, not read from a schedule, on this share of the value of imports: "
            "{shares}.",
            shares=Listed(tuple(parts)),
        )


def _savings(pact: Pact, on: date, base: Outcome, flags: Array) -> Iterator[Said]:
    """Preferences whose saving, at the trade before the pact, is wholly or partly assumed."""
    market, members, value = base.market, pact.members(on), _imports(base)
    before = Wedges.base(market)
    for i in pact.in_force(on):
        if not isinstance(i, Preference) or not is_simulated(i) or not touches(i, market):
            continue
        saved = value * (before.duty - applied(i, before, market, members, on)[0].duty)
        total, rest = float(saved.sum()), float(saved[flags].sum())
        if rest > 0:
            yield said(
                "Preference '{id}' takes off duties of USD {total} a year at the trade before the "
                "pact; {share} of that is assumed duty.",
                id=i.id,
                total=Whole(total),
                share=Share(rest / total),
            )
