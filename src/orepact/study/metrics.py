"""The figures that a result table shows, for each region asked for and the world."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market import Outcome
from orepact.market.accounts import LINES, accounts
from orepact.market.protection import effective_protection
from orepact.study.incidence import borders

Array = Any
WORLD = "WLD"


class Key(NamedTuple):
    """Stage ('' for the whole chain), region and variable of one figure."""

    stage: str
    region: str
    variable: str


UNITS = {
    "producer price": "USD/t",
    "buyers' price": "USD/t",
    "output": "t",
    "margin": "USD/t",
    "effective protection": "share",
    "wedge": "USD/t",
    "borne by buyers": "share",
    "borne by suppliers": "share",
    "purchases": "t",
    "use that moved in": "t",
    "imports": "t",
    "imports from members": "t",
    "imports from non-members": "t",
    "exports": "t",
    "floor levy": "USD",
    "tariffs": "USD",
    "welfare": "USD",
    "matching": "USD",
    "matching of final users": "USD",
    **dict.fromkeys(LINES, "USD"),
}
"""Unit of each variable; lines of welfare are changes from the base year."""


def metrics(
    base: Outcome, out: Outcome, members: tuple[str, ...], regions: tuple[str, ...]
) -> dict[Key, Array]:
    """Figures of outcome ``out``, each with its leading axes; protection and wedges are against
    ``base``, wedges of members only.

    ``regions`` absent from the market have zero trade and output and no price. Prices of
    nodes that do not produce are NaN: they are not unique and mean nothing.
    """
    market, st = out.market, out.state
    x, price = st.x, out.price
    abroad = np.where(np.eye(len(market.regions)), 0.0, x)
    inside = np.array([r in members for r in market.regions])
    made = np.maximum(st.y, 0.0)
    makes = np.sum(market.supply.capacity, axis=-2) > 0
    supplied = np.sum(x, axis=-1)
    bought = np.where(st.Q > 0, st.P, np.nan)
    by_route = {"floor levy": st.levy * x, "tariffs": st.duties * x}
    moved = st.D - market.demand.quantity(st.P) if market.mobile else None
    a = accounts(market, out.wedges, st)
    erp = effective_protection(base, out, members)
    found: dict[Key, Array] = {}

    def put(stage: str, region: str, **values: Array) -> None:
        for name, value in values.items():
            found[Key(stage, region, _NAMES[name])] = value

    nothing = np.zeros(st.p.shape[:-2])
    wedges = {(b.stage, b.member): b for b in borders(base, out, members) if not b.relief}
    for k, stage in enumerate(market.stages):
        for code in regions:
            if code not in market.regions:
                put(stage, code, price=nothing + np.nan, index=nothing + np.nan, output=nothing,
                    purchases=nothing, imports=nothing, members=nothing, others=nothing,
                    exports=nothing, levy=nothing, tariffs=nothing, margin=nothing + np.nan,
                    erp=nothing + np.nan)  # fmt: skip
                continue
            r = market.region(code)
            own = price[..., k, r] if market.x0[..., k, r, :].sum() > 0 else nothing + np.nan
            put(
                stage, code, price=own, index=bought[..., k, r], output=made[..., k, r],
                purchases=st.Q[..., k, r],
                imports=abroad[..., k, :, r].sum(-1),
                members=abroad[..., k, inside, r].sum(-1),
                others=abroad[..., k, ~inside, r].sum(-1),
                exports=abroad[..., k, r, :].sum(-1),
                levy=by_route["floor levy"][..., k, :, r].sum(-1),
                tariffs=by_route["tariffs"][..., k, :, r].sum(-1),
                margin=np.where(makes[..., k, r], st.m[..., k, r], np.nan),
                erp=np.where(makes[..., k, r], erp[..., k, r], np.nan),
            )  # fmt: skip
            if moved is not None:
                put(stage, code, moved=moved[..., k, r])
        for code in (m for m in members if m in regions):
            b = wedges.get((stage, code))
            wedge, buyers, suppliers = (
                (nothing, nothing + np.nan, nothing + np.nan) if b is None
                else (np.where(np.isnan(b.wedge), 0.0, b.wedge), b.buyer, b.supplier)
            )  # fmt: skip
            put(stage, code, wedge=wedge, buyers=buyers, suppliers=suppliers)
        total, Q = supplied[..., k, :], st.Q[..., k, :]
        levy, tariffs = (by_route[n][..., k, :, :].sum((-2, -1)) for n in ("floor levy", "tariffs"))
        put(
            stage,
            WORLD,
            price=_mean(price[..., k, :], total),
            index=_mean(bought[..., k, :], Q),
            output=made[..., k, :].sum(-1),
            purchases=Q.sum(-1),
            imports=abroad[..., k, :, :].sum((-2, -1)),
            members=abroad[..., k, inside, :].sum((-2, -1)),
            others=abroad[..., k, ~inside, :].sum((-2, -1)),
            exports=abroad[..., k, :, :].sum((-2, -1)),
            levy=levy,
            tariffs=tariffs,
        )
    totals = {
        **a.lines,
        "welfare": a.welfare,
        "matching": a.matching.sum(-2),
        "matching of final users": a.matching_final.sum(-2),
    }
    for name, value in totals.items():
        for code in regions:
            at = market.regions.index(code) if code in market.regions else None
            found[Key("", code, name)] = nothing if at is None else value[..., at]
        found[Key("", WORLD, name)] = value.sum(-1)
    return found


_NAMES = {
    "price": "producer price",
    "margin": "margin",
    "erp": "effective protection",
    "moved": "use that moved in",
    "index": "buyers' price",
    "wedge": "wedge",
    "buyers": "borne by buyers",
    "suppliers": "borne by suppliers",
    "output": "output",
    "purchases": "purchases",
    "imports": "imports",
    "members": "imports from members",
    "others": "imports from non-members",
    "exports": "exports",
    "levy": "floor levy",
    "tariffs": "tariffs",
}


def _mean(values: Array, weights: Array) -> Array:
    """Mean over regions, weighted by tonnes; regions without a value have no tonnes."""
    total = np.where(weights > 0, values * weights, 0.0)
    return np.sum(total, axis=-1) / np.sum(weights, axis=-1)
