"""From a balanced chain to a market whose base year reproduces itself.

``s0`` are the base shares of purchases, ``c0`` the landed costs with the base year's own
duties, ``P0 = sum s0 c0`` and ``mu = P0/sigma``; what observed prices leave over cancels in
``c - c0``. Gross margins under :data:`THIN` of the price are lifted to it by a co-product
credit and listed in the market's notes, since a supply curve needs a margin to climb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.market.demand import Isoelastic as DemandCurve
from orepact.market.market import Market
from orepact.market.sourcing import CES, Homogeneous, Logit, Sourcing
from orepact.market.supply import Isoelastic as SupplyCurve
from orepact.world.world import Chain

Array = Any
Values = Mapping[tuple[str, str], Any]
"""A parameter's value, or one per draw, by stage ('' for the whole chain) and name."""

READ = (
    "avoidable", "backstop", "eps", "eta", "freight_scale", "secondary_eps", "seed", "sigma",
    "spare",
)  # fmt: skip
"""Parameters that calibration reads; the world holds others for other purposes."""

THIN = 0.05
RESERVE = 0.5
"""Holders sell the base year's stock draws in full down to this share of the base price, below
it in proportion: nobody sells for nothing."""

STEEPEST = 10.0
"""Cap on ``eps p0/m0``: a thin margin must not make a plant's output follow its price tenfold."""


def central(chain: Chain) -> dict[tuple[str, str], float]:
    """Central value of every parameter of a chain."""
    return {key: r.central for key, r in chain.parameters.items()}


def calibrate(chain: Chain, values: Values | None = None, *, form: str = "logit") -> Market:
    """Build the market of one mineral.

    ``values`` replaces central parameters; one-dimensional arrays become a leading axis of
    draws. Every route is opened by the ``seed`` share of a destination's purchases, spread over
    origins by their supply; set it to 0 to keep routes without trade closed. Raises
    :class:`WorldError` where a figure is missing, and :class:`UnknownIdError` on a value for a
    parameter that the chain does not have.
    """
    _known(chain, values or {})
    v = {**central(chain), **(values or {})}
    keep = _present(chain)
    K, R = len(chain.stages), len(keep)
    at = np.ix_(range(K), keep)
    at3 = np.ix_(range(K), keep, keep)
    at4 = np.ix_(range(3), range(K), keep, keep)
    lead = np.broadcast_shapes(*(np.shape(x) for x in v.values()))

    def param(name: str) -> Array:
        """One value per stage, shape (..., K, 1)."""
        per = [v.get((s, name), v.get(("", name))) for s in chain.stages]
        for s, x in zip(chain.stages, per, strict=True):
            if x is None:
                raise WorldError(
                    f"{chain.mineral}: parameter '{name}' is missing at stage {s}. Add it, with "
                    "low, central, high and a source, to the world's parameters."
                )
        return np.stack([np.broadcast_to(np.asarray(x), lead) for x in per], axis=-1)[..., None]

    p0, y0 = chain.price[at], chain.output[at]
    inputs = chain.inputs[np.ix_(range(K), range(K), keep)]
    freight = chain.freight[at3] * param("freight_scale")[..., None]
    duty = _drawn(chain.duty[at4], np.broadcast_to(v.get(("", "duty"), 0.5), lead))
    cif = chain.cif[keep]
    slack = np.maximum(chain.capacity[at] - y0, 0.0)
    spare, spare0 = param("spare"), _stated(chain, "spare")
    relative = spare / (1 - spare) / (spare0 / (1 - spare0))
    cap = np.where(y0 > 0, y0 + slack * relative, 0.0)
    direct, draw, build = _direct(chain.trade[at3], chain.stock_draw[at], chain.stock_build[at])
    trade = _seeded(direct, param("seed")[..., None])

    bought = np.sum(direct, axis=-2)
    c0 = p0[:, :, None] + freight + duty * (p0[:, :, None] + cif * freight)
    share = trade / np.where(bought > 0, bought, 1.0)[:, None, :]
    P0 = np.sum(share * c0, axis=-2)
    P0 = np.where(bought > 0, P0, np.max(p0, axis=-1, keepdims=True))

    m0 = np.broadcast_to(p0, P0.shape).copy()
    for k in range(K):
        for j in range(k):
            m0[..., k, :] -= inputs[k, j] * P0[..., j, :]
    lifted = (m0 < THIN * p0) & (y0 > 0) & np.any(inputs != 0, axis=1)
    credit = np.where(lifted, THIN * p0 - m0, 0.0)
    m0 = np.where(y0 > 0, m0 + credit, p0)
    steep = param("eps") * p0 / m0
    eps = np.minimum(param("eps") + 0 * m0, STEEPEST * m0 / p0)
    use0 = np.where(y0 > 0, y0 / np.where(cap > 0, cap, 1.0), 1.0)
    scrap = chain.secondary[at]
    one = np.ones((K, 1, R))
    sourcing: Sourcing
    if form == "logit":
        sourcing = Logit(share, c0, P0, P0 / param("sigma"))
    elif form == "ces":
        sigma = param("sigma") + 0 * P0
        weight = share * (c0 / P0[..., None, :]) ** sigma[..., None, :]
        sourcing = CES(weight, sigma)
    elif form == "homogeneous":
        sourcing = Homogeneous(np.where(share > 0, 1.0, 0.0), c0, P0)
    else:
        raise WorldError(f"Unknown sourcing form '{form}'. Use 'logit', 'ces' or 'homogeneous'.")
    return Market.from_arrays(
        mineral=chain.mineral,
        stages=chain.stages,
        regions=[chain.regions[i] for i in keep],
        p0=p0,
        x0=trade,
        opened=(direct == 0) & np.any(np.reshape(trade, (-1, *trade.shape[-3:])) > 0, axis=0),
        scale=np.maximum(np.sum(direct, axis=-1), 1e-9 * np.sum(bought, -1)[:, None]),
        inputs=inputs,
        freight=freight,
        duty=duty,
        cif=cif,
        credit=credit,
        build=build,
        supply=SupplyCurve(
            cap[..., None, :],
            np.broadcast_to(use0, cap.shape)[..., None, :],
            m0[..., None, :],
            eps[..., None, :],
            param("avoidable")[..., None] * one,
        ),
        secondary=SupplyCurve(
            2 * scrap[:, None],
            0.5 * one,
            p0[:, None],
            param("secondary_eps")[..., None] * one,
            0.1 * one,
        ).blocks(SupplyCurve(draw[:, None], one, p0[:, None], 0.02 * one, RESERVE * one)),
        demand=DemandCurve(
            chain.final_use[at], P0, param("eta") + 0 * P0, param("backstop") + 0 * P0
        ),
        sourcing=sourcing,
        notes=_notes(chain, keep, lifted, steep),
    )


def levied(market: Market, chain: Chain, rates: Array, values: Values | None = None) -> Market:
    """The market with other duties to start from, ``rates`` (3, K, R, R) over all regions.

    Shares, prices and flows stay those calibrated at the base year's duties, so that to solve it
    gives the base year as these duties would have it. ``values`` are those it was calibrated
    with: one draw moves the duties of both.
    """
    keep = [chain.region(r) for r in market.regions]
    u = np.asarray((values or {}).get(("", "duty"), 0.5))
    chosen = rates[np.ix_(range(3), range(len(chain.stages)), keep, keep)]
    return replace(market, duty=_drawn(chosen, u))


def _drawn(rates: Array, u: Array) -> Array:
    """Duties (..., K, R, R) at a draw ``u`` (...) between low, central and high."""
    low, central, high = rates
    return between(low, central, high, u[..., None, None, None])


def _known(chain: Chain, values: Values) -> None:
    for stage, name in values:
        if (stage, name) not in chain.parameters and (stage, name) != ("", "duty"):
            names = [f"{s} {n}".strip() for s, n in chain.parameters] + ["duty"]
            raise UnknownIdError(
                f"{chain.mineral} has no parameter '{name}' at stage '{stage}'. "
                f"{nearest(f'{stage} {name}'.strip(), names)}"
            )


def _stated(chain: Chain, name: str) -> Array:
    """Central value by stage (K, 1), which must be between 0 and 1."""
    out = []
    for s in chain.stages:
        r = chain.parameters.get((s, name), chain.parameters.get(("", name)))
        if r is None or not 0 < r.central < 1:
            raise WorldError(f"{chain.mineral} {s}: '{name}' must lie between 0 and 1.")
        out.append(r.central)
    return np.array(out)[:, None]


def _present(chain: Chain) -> Array:
    """Regions that make, ship or use the mineral at some stage."""
    size = np.sum(chain.output + chain.secondary, axis=0) + np.sum(chain.trade, axis=(0, 1))
    return np.flatnonzero(size + np.sum(chain.trade, axis=(0, 2)) > 0)


def between(low: Array, central: Array, high: Array, u: Array) -> Array:
    """Low, central and high at u = 0, 1/2 and 1, straight lines between.

    >>> between(1.0, 2.0, 6.0, np.array([0.0, 0.5, 0.75, 1.0])).tolist()
    [1.0, 2.0, 4.0, 6.0]
    """
    up = central + (2 * u - 1) * (high - central)
    return np.where(u < 0.5, low + 2 * u * (central - low), up)


def _direct(trade: Array, draw: Array, build: Array) -> tuple[Array, Array, Array]:
    """Trace re-exports to their origins: what a region buys for stock and ships from stock.

    Customs records show goods that pass through (Chinese magnets shipped on from the United
    States) as purchases for stock and as sales from stock. They are shipped directly here, from
    the region's suppliers to its customers in proportion, and keep every total of the others.
    """
    x, draw, build = trade.copy(), draw.copy(), build.copy()
    for k, r in np.argwhere(np.minimum(draw, build) > 0):
        out, into = x[k, r].copy(), x[k, :, r].copy()
        out[r] = into[r] = 0.0
        t = min(draw[k, r], build[k, r], out.sum(), into.sum())
        if t > 0:
            x[k, r] -= t * out / out.sum()
            x[k, :, r] -= t * into / into.sum()
            x[k] += t * np.outer(into / into.sum(), out / out.sum())
            draw[k, r] -= t
            build[k, r] -= t
    return np.maximum(x, 0.0), draw, build


def _seeded(trade: Array, seed: Array) -> Array:
    """Open every route a little: ``(1 - seed) x + seed r c / T``.

    The proportional table ``r c / T`` has the same totals by origin ``r`` and destination
    ``c`` as the base trade, so the mixture balances exactly whatever the seed.
    """
    rows, cols = np.sum(trade, axis=-1), np.sum(trade, axis=-2)
    total = np.sum(rows, axis=-1)[:, None, None]
    spread = rows[:, :, None] * cols[:, None, :] / np.where(total > 0, total, 1.0)
    return (1.0 - seed) * trade + seed * spread


def _notes(chain: Chain, keep: Array, lifted: Array, steep: Array) -> dict[str, str]:
    notes = dict(chain.notes)
    ever = np.any(np.reshape(lifted, (-1, *lifted.shape[-2:])), axis=0)
    thin = [f"{chain.stages[k]} in {chain.regions[keep[r]]}" for k, r in np.argwhere(ever)]
    if thin:
        notes["thin margins"] = (
            f"Gross margin under {THIN:.0%} of the price, lifted to it by a co-product credit: "
            f"{', '.join(thin)}."
        )
    if np.any(steep > STEEPEST):
        notes["steep supply"] = (
            f"Implied price elasticity up to {np.max(steep):.0f}, capped at {STEEPEST:.0f}."
        )
    return notes
