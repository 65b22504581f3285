"""Effective protection: what duties and levies do to the margin of a stage.

    ERP[k,r] = (D[k,r] - sum_j a[j] D[j,r]) / (c0[k,r] - sum_j a[j] c0[j,r])

``D`` is duty plus levy per tonne on the marginal non-member route, the one that carried most in
the base year, and ``c0`` its base landed cost. A floor on ore alone makes it negative for the
refiner. Not defined (NaN) where the denominator is not positive or no such route exists.
Source: Corden (1966), The structure of a tariff system and the effective protective rate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.market.equilibrium import Outcome

Array = Any


def effective_protection(base: Outcome, policy: Outcome, members: tuple[str, ...]) -> Array:
    """Effective rate of protection under ``policy``, a share, (..., K, R)."""
    market, st = base.market, policy.state
    R = len(market.regions)
    outside = np.array([r not in members for r in market.regions])
    x0 = base.state.x * (outside[:, None] & ~np.eye(R, dtype=bool))
    marginal = np.argmax(x0, axis=-2)[..., None, :]
    exists = np.max(x0, axis=-2) > 0

    def on_route(v: Array) -> Array:
        wide = np.broadcast_to(v, np.broadcast_shapes(np.shape(v), x0.shape))
        return np.take_along_axis(wide, marginal, axis=-2)[..., 0, :]

    D = on_route(st.duties + st.levy + st.markup)
    c0 = on_route(base.state.c)
    up, down, known = D.copy(), c0.copy(), exists.copy()
    for k, j in market.edges:
        a = market.inputs[..., k, j, :]
        up[..., k, :] -= a * D[..., j, :]
        down[..., k, :] -= a * c0[..., j, :]
        known[..., k, :] &= exists[..., j, :] | (a == 0)
    defined = known & (down > 0)
    return np.where(defined, up / np.where(defined, down, 1.0), np.nan)
