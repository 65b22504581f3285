"""The figures that a result table shows, for each region asked for and the world."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market import Outcome
from orepact.market.accounts import LINES, accounts

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
    "purchases": "t",
    "imports": "t",
    "imports from members": "t",
    "imports from non-members": "t",
    "exports": "t",
    "floor levy": "USD",
    "tariffs": "USD",
    "welfare": "USD",
    "matching": "USD",
    "matching of final users": "USD",
    **{line: "USD" for line in LINES},
}
"""Unit of each variable; lines of welfare are changes from the base year."""


def metrics(out: Outcome, members: tuple[str, ...], regions: tuple[str, ...]) -> dict[Key, Array]:
    """Figures of one outcome, each with the outcome's leading axes.

    ``regions`` absent from the market have zero trade and output and no price. Prices of
    nodes that do not produce are NaN: they are not unique and mean nothing.
    """
    market, st = out.market, out.state
    x, price = st.x, out.price
    K, R = st.p.shape[-2:]
    abroad = np.where(np.eye(R), 0.0, x)
    inside = np.array([r in members for r in market.regions])
    made = np.maximum(st.y, 0.0)
    supplied = np.sum(x, axis=-1)
    bought = np.where(st.Q > 0, st.P, np.nan)
    by_route = {"floor levy": st.levy * x}
    base = market.cif * (market.freight + out.wedges.freight) + st.invoice
    by_route["tariffs"] = (out.wedges.duty * base + out.wedges.specific) * x
    a = accounts(market, out.wedges, st)
    found: dict[Key, Array] = {}

    def put(stage: str, region: str, **values: Array) -> None:
        for name, value in values.items():
            found[Key(stage, region, _NAMES[name])] = value

    nothing = np.zeros(st.p.shape[:-2])
    for k, stage in enumerate(market.stages):
        for code in regions:
            if code not in market.regions:
                put(stage, code, price=nothing + np.nan, index=nothing + np.nan, output=nothing,
                    purchases=nothing, imports=nothing, members=nothing, others=nothing,
                    exports=nothing, levy=nothing, tariffs=nothing)  # fmt: skip
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
            )  # fmt: skip
        total = supplied[..., k, :]
        mean = np.sum(np.nan_to_num(price[..., k, :]) * total, -1) / np.sum(total, -1)
        put(
            stage, WORLD, price=mean, index=np.sum(np.nan_to_num(bought[..., k, :]) * st.Q[..., k, :], -1)
            / np.sum(st.Q[..., k, :], -1), output=made[..., k, :].sum(-1),
            purchases=st.Q[..., k, :].sum(-1), imports=abroad[..., k, :, :].sum((-2, -1)),
            members=abroad[..., k, inside, :].sum((-2, -1)),
            others=abroad[..., k, ~inside, :].sum((-2, -1)),
            exports=abroad[..., k, :, :].sum((-2, -1)),
            levy=by_route["floor levy"][..., k, :, :].sum((-2, -1)),
            tariffs=by_route["tariffs"][..., k, :, :].sum((-2, -1)),
        )  # fmt: skip
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
    "index": "buyers' price",
    "output": "output",
    "purchases": "purchases",
    "imports": "imports",
    "members": "imports from members",
    "others": "imports from non-members",
    "exports": "exports",
    "levy": "floor levy",
    "tariffs": "tariffs",
}
