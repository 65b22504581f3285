"""The equations of one equilibrium, and their exact Jacobian.

Unknowns: log producer prices of all nodes, then one rent per limit. Residuals:

    (supply + scrap + stock draw + release - shipments) / scale      every node
    phi(rent / unit, (limit - shipments) / size)                     every limit

with ``phi(a, b) = a + b - sqrt(a^2 + b^2)`` of Fischer and Burmeister, zero exactly where
``0 <= a perp b >= 0``. Written against the array namespace of its inputs; leading axes are
scenarios and draws. What prices do not move is worked out once, in a :class:`Frame`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market.floors import Border, Levied, borders, levied
from orepact.market.market import Market
from orepact.market.namespace import namespace
from orepact.market.sourcing import Mixer
from orepact.market.wedges import Wedges
from orepact.pact.floor import contract_payment

Array = Any


class Frame(NamedTuple):
    """A market under given wedges, with all that does not depend on prices."""

    market: Market
    w: Wedges
    mix: Mixer
    freight: Array  # (K, O, D)
    shipped: Array  # (K, O, D) freight that the importer counts into customs value
    gain: Array  # (K, O, D) landed cost per dollar of producer price
    fixed: Array  # (K, O, D) the rest of landed cost, floors and rents aside
    per_rent: Array  # (G, K, O, D) landed cost per dollar of each limit's rent
    borders: tuple[Border, ...]
    given: Array  # (K, R) supply that prices do not move
    wanted: Array  # (K, R) purchases that prices do not move
    unit: Array  # (..., G) size of a rent, USD/t
    size: Array  # (..., G) size of a limit, t


def frame(market: Market, w: Wedges) -> Frame:
    """Work out the constants."""
    xp = namespace(market.p0)
    freight = market.freight + w.freight
    shipped = xp.where(market.cif, freight, 0.0)
    taxed = 1.0 + w.duty
    exporter = np.array([h != "importer" for h in w.holder], bool)[:, None, None, None]
    choke = market.demand.choke() * 1e3
    base = xp.sum(w.limit_mask * market.x0[..., None, :, :, :], axis=(-3, -2, -1))
    whole = xp.sum(market.scale, axis=(-2, -1))[..., None]
    mean = xp.mean(market.p0, axis=(-2, -1))[..., None]
    return Frame(
        market=market,
        w=w,
        mix=market.sourcing.mixer(w.open, xp.where(xp.isfinite(choke), choke, 1e12)),
        freight=freight,
        shipped=shipped,
        gain=(1.0 + w.export_tax) * taxed,
        fixed=w.export_specific * taxed + freight + w.duty * shipped + w.specific + w.standard,
        per_rent=w.limit_mask * xp.where(exporter, taxed[..., None, :, :, :], 1.0),
        borders=borders(w, freight, shipped),
        given=market.draw + w.release,
        wanted=market.build + w.purchase,
        unit=mean * np.ones(len(w.holder)),
        size=xp.maximum(xp.maximum(base, w.limit), 1e-6 * whole),
    )


class Point(NamedTuple):
    """What the residual and the Jacobian need at given prices and rents."""

    p: Array  # (K, O)
    rent: Array  # (G,)
    gain: Array  # (K, O, D)
    c: Array  # (K, O, D)
    P: Array  # (K, D)
    s: Array  # (K, O, D)
    kappa: Array  # (K, O, D) or (K, 1, D)
    lam: Array  # (K, D)
    m: Array  # (K, R) what a tonne earns its maker
    pay: Array  # (K, R) contract payment a tonne
    y: Array  # (K, R)
    slope: Array  # (K, R) dy/dm
    contract_slope: Array  # (K, R) dy/dpay
    D: Array  # (K, R)
    Q: Array  # (K, R)
    excess: Array  # (K, O) supply minus shipments, t
    levied: tuple[Levied, ...]


def evaluate(f: Frame, p: Array, rent: Array) -> Point:
    """Everything at producer prices ``p`` (K, O) and limit rents ``rent`` (G,)."""
    market, w = f.market, f.w
    xp = namespace(p)
    K = len(market.stages)
    gain, c = (
        f.gain,
        [p[..., k, :, None] * f.gain[..., k, :, :] + f.fixed[..., k, :, :] for k in range(K)],
    )
    for g in range(len(w.holder)):
        for k in range(K):
            c[k] = c[k] + f.per_rent[..., g, k, :, :] * rent[..., g, None, None]
    found = tuple(levied(b, p[..., b.stage, :], exporters(f, b, rent)) for b in f.borders)
    for b, lev in zip(f.borders, found, strict=True):
        c[b.stage] = c[b.stage] + lev.added @ b.pick
    c = xp.stack(c, axis=-3)
    if any(b.any_entry for b in f.borders):
        wide = xp.broadcast_to(gain, c.shape)
        own = [wide[..., k, :, :] for k in range(K)]
        for b, lev in zip(f.borders, found, strict=True):
            if lev.dtop is not None:
                own[b.stage] = own[b.stage] + lev.dtop @ b.pick
        gain = xp.stack(own, axis=-3)
    P, s, kappa, lam = f.mix(c)

    m = [p[..., k, :] + market.credit[..., k, :] for k in range(K)]
    for k, j in market.edges:
        m[k] = m[k] - market.inputs[..., k, j, :] * P[..., j, :]
    m = xp.stack(m, axis=-2)
    y, slope, pay, contract_slope = _output(f, p, m)
    D = market.demand.quantity(P)
    bought = [D[..., k, :] + f.wanted[..., k, :] for k in range(K)]
    for k, j in market.edges:
        bought[j] = bought[j] + market.inputs[..., k, j, :] * y[..., k, :]
    Q = xp.stack(bought, axis=-2)
    scrap = xp.sum(market.secondary.quantity(p[..., None, :]), axis=-2)
    excess = y + scrap + f.given - (s @ Q[..., None])[..., 0]
    return Point(
        p, rent, gain, c, P, s, kappa, lam, m, pay, y, slope, contract_slope, D, Q, excess, found
    )


def exporters(f: Frame, b: Border, rent: Array) -> Array | None:
    """Exporters' rents on the borders of one stage, (..., O, N)."""
    out = None
    for g, holder in enumerate(f.w.holder):
        if holder != "importer":
            mask = f.w.limit_mask[..., g, b.stage, :, :][..., b.at]
            add = mask * rent[..., g, None, None]
            out = add if out is None else out + add
    return out


def _output(f: Frame, p: Array, m: Array) -> tuple[Array, Array, Array, Array]:
    """Output and its slope, with the contracted share of capacity paid its difference."""
    market, w = f.market, f.w
    xp = namespace(p)
    y, slope = market.supply.quantity_slope(m[..., None, :])
    y, slope = xp.sum(y, axis=-2), xp.sum(slope, axis=-2)
    if not w.any_contract:
        return y, slope, xp.zeros_like(m), xp.zeros_like(m)
    B = _benchmark(w, p, m)
    pay = contract_payment(B, w.strike, w.upside, w.threshold)
    pay = xp.where(w.contracted > 0, xp.maximum(xp.minimum(pay, w.pay_cap), -w.back_cap), 0.0)
    yc, sc = market.supply.quantity_slope((m + pay)[..., None, :])
    contract_slope = w.contracted * xp.sum(sc, axis=-2)
    y = (1 - w.contracted) * y + w.contracted * xp.sum(yc, axis=-2)
    return y, (1 - w.contracted) * slope + contract_slope, pay, contract_slope


def _benchmark(w: Wedges, p: Array, like: Array) -> Array:
    xp = namespace(p)
    wide = xp.broadcast_to(p, like.shape)
    return xp.take_along_axis(wide, xp.broadcast_to(w.benchmark, like.shape), axis=-1)


def pairs(f: Frame, pt: Point) -> tuple[Array, Array]:
    """Rents and slacks of the limits, each in its own size, ``(..., G)``."""
    xp = namespace(pt.p)
    x = pt.s * pt.Q[..., None, :]
    shipped = xp.sum(f.w.limit_mask * x[..., None, :, :, :], axis=(-3, -2, -1))
    return pt.rent / f.unit, (f.w.limit - shipped) / f.size


def residual(f: Frame, pt: Point) -> Array:
    """Residuals in the order of the unknowns, flat: ``(..., K*R + G)``."""
    xp = namespace(pt.p)
    nodes = pt.excess / f.market.scale
    flat = xp.reshape(nodes, (*nodes.shape[:-2], -1))
    if not f.w.holder:
        return flat
    a, b = pairs(f, pt)
    return xp.concat([flat, a + b - xp.sqrt(a * a + b * b)], axis=-1)
