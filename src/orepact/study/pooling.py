"""A chain with fewer regions: those named stay as they are, all others become one.

A hundred draws of a dozen regions cost less than one of seventy, so ranges are worked out here
and central values in the full chain. A region whose exports stop must be named: a pool would
leak the stop through its other members.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.world import Chain

Array = Any
REST = "XXX"  # not a stand-in: ISO's own code for "no country", which no region can have
"""Code of the pool of all other regions."""


def pooled(chain: Chain, keep: Collection[str]) -> Chain:
    """The chain with the regions ``keep`` and one pool of all others.

    Tonnes add up, so the balance stays exact. Prices and input coefficients of the pool are
    means by output, freight and duties by tonnes shipped (plain means where nothing is).
    """
    if not keep:
        raise InputError("Name the regions that stay on their own, at least one.")
    held = [chain.region(r) for r in dict.fromkeys(keep)]
    n = len(held)
    if n == len(chain.regions):
        return chain
    at = np.full(len(chain.regions), n)
    at[held] = np.arange(n)
    M = np.zeros((n + 1, len(at)))
    M[at, np.arange(len(at))] = 1.0

    def nodes(v: Array) -> Array:
        return v @ M.T

    def routes(v: Array) -> Array:
        return M @ v @ M.T

    trade = routes(chain.trade)
    made, out = np.sum(chain.trade, axis=-1), nodes(np.sum(chain.trade, axis=-1))
    mean = M / M.sum(1, keepdims=True)

    def by_tonnes(v: Array, weight: Array, total: Array) -> Array:
        return np.where(total > 0, (v * weight) @ M.T / np.where(total > 0, total, 1.0), v @ mean.T)

    def by_route(v: Array) -> Array:
        some = trade > 0
        return np.where(some, routes(v * chain.trade) / np.where(some, trade, 1.0),
                        mean @ v @ mean.T)  # fmt: skip

    return replace(
        chain,
        regions=(*(chain.regions[i] for i in held), REST),
        inputs=np.stack([by_tonnes(a, chain.output[k], nodes(chain.output[k]))
                         for k, a in enumerate(chain.inputs)]),
        **{
            name: nodes(getattr(chain, name))
            for name in ("output", "capacity", "secondary", "stock_draw", "final_use",
                         "stock_build")
        },
        trade=trade,
        kind=np.zeros(trade.shape, np.int8),
        price=by_tonnes(chain.price, made, out),
        freight=by_route(chain.freight),
        duty=np.stack([by_route(d) for d in chain.duty]),
        cif=nodes(chain.cif * 1.0) > 0.5 * M.sum(1),
    )  # fmt: skip
