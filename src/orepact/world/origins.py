"""Origins traced through hubs, within one stage.

A shipment record names the last seller; what a hub bought and sold on carries the hub's name.
Tracing gives every tonne back to the region that supplied it, from output, scrap or stocks, on
the assumption that a region mixes what it supplies and what it buys before it uses or ships any.
"""

from __future__ import annotations

import numpy as np

from orepact.errors import WorldError
from orepact.world.world import Array, Chain


def trace(trade: Array, supply: Array) -> Array:
    """Tonnes supplied by each origin and used in each destination, (R, R).

    With ``x`` what passes through a region (its supply and its imports), ``A[o, d]`` the part
    of ``x[o]`` that is shipped to ``d`` and ``c`` the part that stays,

        traced = diag(supply) (I - A)^-1 diag(c)

    Rows sum to ``supply``, columns to what stays. ``trade`` is (R, R), its diagonal is not read.
    Source: Kastner, Kastner and Nonhebel 2011, Ecological Economics 70(6).

    Raises :class:`WorldError` where a region ships more than it has.

    >>> import numpy as np
    >>> t = np.array([[0.0, 10.0, 0.0], [0.0, 2.0, 8.0], [0.0, 0.0, 0.0]])   # A to hub B to C
    >>> trace(t, np.array([10.0, 0.0, 0.0])).round(9)
    array([[0., 2., 8.],
           [0., 0., 0.],
           [0., 0., 0.]])
    """
    abroad = trade.copy()
    np.fill_diagonal(abroad, 0.0)
    passing = supply + abroad.sum(axis=0)
    over = abroad.sum(axis=1) - passing
    if (over > 1e-6 * max(float(passing.sum()), 1e-300)).any():
        i = int(np.argmax(over))
        raise WorldError(f"Region {i} ships {over[i]:.4g} t more than it supplies and buys.")
    safe = np.where(passing > 0, passing, 1.0)
    shipped = abroad / safe[:, None]
    kept = np.clip(1 - shipped.sum(axis=1), 0.0, None)
    reached = np.linalg.solve((np.eye(len(supply)) - shipped).T, np.diag(supply)).T
    traced: Array = reached * kept[None, :]
    return traced


def traced(chain: Chain, stage: str) -> Array:
    """Shipments of one stage by origin after tracing hubs, (R, R), t; beside ``chain.trade``.

    Tariffs and floors by origin look at the last substantial transformation and see the direct
    flows: the market keeps those. Stocks sold are supply of the region that held them, but for
    what it bought for stock in the same year: that passed through.

    >>> from orepact import world
    >>> zinc = world.load().chain("zinc")
    >>> found, k = world.traced(zinc, "refined"), zinc.stage("refined")
    >>> found.shape == zinc.trade[k].shape
    True
    """
    k = chain.stage(stage)
    through = np.minimum(chain.stock_draw[k], chain.stock_build[k])
    supply = chain.output[k] + chain.secondary[k] + chain.stock_draw[k] - through
    return trace(chain.trade[k], supply)
