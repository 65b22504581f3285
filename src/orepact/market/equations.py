"""The equations of one equilibrium, and what its unknowns are.

Unknowns: log producer prices of all nodes; then one rent per limit, for a tariff-rate quota the
share of what is due beyond it; then tonnes bought or sold by each rule on stocks. Residuals:

    (supply + scrap + stock draw + release - shipments) / scale      every node
    phi(rent / unit, (limit - shipments) / size)                     every limit
    phi(a, -phi(top - a, -b))                                        where a is bounded above

with ``phi(a, b) = a + b - sqrt(a^2 + b^2)`` of Fischer and Burmeister, zero exactly where
``0 <= a perp b >= 0``, and its form for two bounds (Billups 1995): ``a = 0`` where ``b > 0``,
``a = top`` where ``b < 0``, ``b = 0`` between. Written against the array namespace of its inputs;
leading axes are scenarios and draws. What prices do not move is worked out once, in a
:class:`Frame`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market.floors import Border, Levied, borders, levied
from orepact.market.market import Market
from orepact.market.namespace import namespace
from orepact.market.relabelling import Alias, alias, relabelled
from orepact.market.sourcing import Mixer
from orepact.market.wedges import Wedges
from orepact.pact.floor import contract_payment

Array = Any


class Rule(NamedTuple):
    """Stocks at a node that are bought (``sign`` 1) or sold (-1) by rule, up to ``most`` tonnes."""

    sign: float
    k: int
    r: int
    price: Array  # (...,) at which the rule starts, USD/t
    most: Array  # (...,) t


class Charge(NamedTuple):
    """Landed cost as a function of prices and rents, at the duties that quotas leave."""

    taxed: Array  # (K, O, D) landed cost per dollar of invoice
    gain: Array  # (K, O, D) landed cost per dollar of producer price
    fixed: Array  # (K, O, D) the rest of landed cost, floors and rents aside
    per_rent: Array  # (G, K, O, D) landed cost per dollar of each limit's rent
    extra: Array | None  # (K, O, D) duty that quotas add, share of the customs base


class Frame(NamedTuple):
    """A market under given wedges, with all that does not depend on prices."""

    market: Market
    w: Wedges
    mix: Mixer
    freight: Array  # (K, O, D)
    shipped: Array  # (K, O, D) freight that the importer counts into customs value
    within: Charge  # at the duties within quotas
    tranches: tuple[int, ...]  # limits that are tariff-rate quotas
    borders: tuple[Border, ...]
    alias: Alias | None
    given: Array  # (K, R) supply that prices do not move
    wanted: Array  # (K, R) purchases that prices do not move
    rules: tuple[Rule, ...]
    unit: Array  # (..., G + H) size of a rent, USD/t; of a share, 1; of stocks, t
    size: Array  # (..., G + H) size of a limit, t; of a rule's price, USD/t
    top: Array | None  # (..., G + H) upper bound in units, where there is one


def frame(market: Market, w: Wedges) -> Frame:
    """Work out the constants."""
    xp = namespace(market.p0)
    freight = market.freight + w.freight
    shipped = xp.where(market.cif, freight, 0.0)
    choke = market.demand.choke() * 1e3
    rules = _rules(w)
    unit, size, top = _sizes(market, w, rules)
    tranches = w.tranches
    return Frame(
        market=market,
        w=w,
        mix=market.sourcing.mixer(w.open, xp.where(xp.isfinite(choke), choke, 1e12)),
        freight=freight,
        shipped=shipped,
        within=_charge(w, freight, shipped, w.rate, w.specific, None),
        tranches=tranches,
        borders=borders(w, freight, shipped),
        alias=alias(w, shipped) if w.any_alias else None,
        given=market.draw + w.release,
        wanted=market.build + w.purchase,
        rules=rules,
        unit=unit,
        size=size,
        top=top,
    )


def _charge(
    w: Wedges, freight: Array, shipped: Array, rate: Array, specific: Array, extra: Array | None
) -> Charge:
    xp = namespace(rate)
    taxed = 1.0 + rate
    exporter = np.array([h != "importer" for h in w.holder], bool)[:, None, None, None]
    return Charge(
        taxed=taxed,
        gain=(1.0 + w.export_tax) * taxed,
        fixed=w.export_specific * taxed + freight + rate * shipped + specific + w.standard,
        per_rent=w.limit_mask * xp.where(exporter, taxed[..., None, :, :, :], 1.0),
        extra=extra,
    )


def charged(f: Frame, rent: Array) -> Charge:
    """Landed cost at the shares ``rent`` (..., G) of tariff-rate quotas that are filled."""
    if not f.tranches:
        return f.within
    w, extra, specific = f.w, 0.0, f.w.specific
    for g in f.tranches:
        share = rent[..., g, None, None, None]
        if len(w.beyond):
            extra = extra + share * w.beyond[g]
        if len(w.beyond_specific):
            specific = specific + share * w.beyond_specific[g]
    extra = extra + 0.0 * f.shipped
    return _charge(w, f.freight, f.shipped, w.rate + extra, specific, extra)


def _rules(w: Wedges) -> tuple[Rule, ...]:
    out = []
    for sign, most, price in ((1.0, w.buys, w.support), (-1.0, w.sells, w.trigger)):
        for k, r in np.argwhere(np.any(np.reshape(most, (-1, *most.shape[-2:])) > 0, axis=0)):
            some = most[..., k, r]
            start = np.where(some > 0, price[..., k, r], 1.0)
            out.append(Rule(sign, int(k), int(r), start, some))
    return tuple(out)


def _sizes(market: Market, w: Wedges, rules: tuple[Rule, ...]) -> tuple[Array, Array, Array | None]:
    """Units of the rents and of stocks, sizes of what bounds them, and upper bounds."""
    G, tranches = len(w.holder), w.tranches
    base = np.sum(w.limit_mask * market.x0[..., None, :, :, :], axis=(-3, -2, -1))
    whole = np.sum(market.scale, axis=(-2, -1))[..., None]
    mean = np.mean(market.p0, axis=(-2, -1))[..., None]
    unit = mean * np.ones(G)
    size = np.maximum(np.maximum(base, w.limit), 1e-6 * whole)
    if not rules and not tranches:
        return unit, size, None
    shared = np.isin(np.arange(G), tranches)
    units = [np.where(shared, 1.0, unit)]
    tops = [np.where(shared, 1.0, np.inf) + 0.0 * unit]
    sizes = [size]
    for rule in rules:
        most = np.max(rule.most)
        units.append(most * np.ones(1))
        tops.append(np.asarray(rule.most)[..., None] / most)
        sizes.append(np.asarray(rule.price)[..., None])
    return _row(units), _row(sizes), _row(tops)


def _row(parts: list[Array]) -> Array:
    lead = np.broadcast_shapes(*(v.shape[:-1] for v in parts))
    return np.concatenate([np.broadcast_to(v, (*lead, v.shape[-1])) for v in parts], axis=-1)


class Point(NamedTuple):
    """What the residual and the Jacobian need at given prices and rents."""

    p: Array  # (K, O)
    rent: Array  # (G,)
    stock: Array  # (H,) t, signed: what each rule adds to purchases
    charge: Charge
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
    alias: Array | None  # (K, O, D) share of a route's goods that is relabelled


def evaluate(f: Frame, p: Array, dual: Array) -> Point:
    """Everything at producer prices ``p`` (K, O), limit rents and stocks ``dual`` (G + H,)."""
    market, G = f.market, len(f.w.holder)
    xp = namespace(p)
    K = len(market.stages)
    rent = dual if dual.shape[-1] == G else dual[..., :G]
    to = charged(f, rent)
    gain = to.gain
    c = [p[..., k, :, None] * gain[..., k, :, :] + to.fixed[..., k, :, :] for k in range(K)]
    for g in range(G):
        if g not in f.tranches:
            for k in range(K):
                c[k] = c[k] + to.per_rent[..., g, k, :, :] * rent[..., g, None, None]
    found = tuple(
        levied(
            b, p[..., b.stage, :], exporters(f, b, rent),
            None if to.extra is None else to.extra[..., b.stage, :, :][..., b.at],
        )
        for b in f.borders
    )  # fmt: skip
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
    share = None
    if f.alias is not None:
        added, less = c - p[..., :, None] * to.gain - to.fixed, gain - to.gain
        c, gain, share = relabelled(f.alias, p, c, gain, added, less)
    P, s, kappa, lam = f.mix(c)

    m = [p[..., k, :] + market.credit[..., k, :] for k in range(K)]
    for k, j in market.edges:
        m[k] = m[k] - market.inputs[..., k, j, :] * P[..., j, :]
    m = xp.stack(m, axis=-2)
    y, slope, pay, contract_slope = _output(f, p, m)
    D = market.use(P)
    bought = [D[..., k, :] + f.wanted[..., k, :] for k in range(K)]
    for k, j in market.edges:
        bought[j] = bought[j] + market.inputs[..., k, j, :] * y[..., k, :]
    stock = dual[..., G:]
    if f.rules:
        stock = stock * np.array([rule.sign for rule in f.rules])
    for h, rule in enumerate(f.rules):
        here = np.arange(P.shape[-1]) == rule.r
        bought[rule.k] = bought[rule.k] + stock[..., h, None] * here
    Q = xp.stack(bought, axis=-2)
    scrap = xp.sum(market.secondary.quantity(p[..., None, :]), axis=-2)
    excess = y + scrap + f.given - (s @ Q[..., None])[..., 0]
    return Point(
        p, rent, stock, to, gain, c, P, s, kappa, lam, m, pay, y, slope, contract_slope, D, Q,
        excess, found, share,
    )  # fmt: skip


def exporters(f: Frame, b: Border, rent: Array) -> Array | None:
    """Exporters' rents on the borders of one stage, (..., O, N)."""
    out = None
    for g, holder in enumerate(f.w.holder):
        if holder != "importer" and g not in f.tranches:
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
    """What is bounded below by zero, and what it answers to, each in its own size, (..., G + H)."""
    xp = namespace(pt.p)
    G = len(f.w.holder)
    unit, size = f.unit, f.size
    a, b = [], []
    if G:
        x = pt.s * pt.Q[..., None, :]
        shipped = xp.sum(f.w.limit_mask * x[..., None, :, :, :], axis=(-3, -2, -1))
        a, b = [pt.rent / unit[..., :G]], [(f.w.limit - shipped) / size[..., :G]]
    for h, rule in enumerate(f.rules):
        tonnes, price = rule.sign * pt.stock[..., h], pt.P[..., rule.k, rule.r]
        a.append((tonnes / unit[..., G + h])[..., None])
        b.append((rule.sign * (price - rule.price) / size[..., G + h])[..., None])
    if not f.rules:
        return a[0], b[0]
    lead = np.broadcast_shapes(*(v.shape[:-1] for v in (*a, *b)))
    joined = [
        xp.concat([xp.broadcast_to(v, (*lead, v.shape[-1])) for v in part], axis=-1)
        for part in (a, b)
    ]
    return joined[0], joined[1]


def residual(f: Frame, pt: Point) -> Array:
    """Residuals in the order of the unknowns, flat: ``(..., K*R + G + H)``."""
    xp = namespace(pt.p)
    nodes = pt.excess / f.market.scale
    flat = xp.reshape(nodes, (*nodes.shape[:-2], -1))
    if not f.w.holder and not f.rules:
        return flat
    a, b = pairs(f, pt)
    if f.top is not None:
        capped, t = _capped(xp, f.top, a)
        inner = xp.sqrt(t * t + b * b) - t + b  # -phi(t, -b)
        b = xp.where(capped, inner, b)
    return xp.concat([flat, a + b - xp.sqrt(a * a + b * b)], axis=-1)


def bounded_slopes(f: Frame, pt: Point) -> tuple[Array, Array]:
    """Derivative of each bounded unknown's residual in itself and in what it answers to."""
    xp = namespace(pt.p)
    a, b = pairs(f, pt)
    below, inside = 0.0 * b, 1.0 + 0.0 * b
    if f.top is not None:
        capped, t = _capped(xp, f.top, a)
        r = xp.sqrt(t * t + b * b)
        safe = xp.where(r > 0, r, 1.0)
        below = xp.where(capped, xp.where(r > 0, 1.0 - t / safe, 1.0 - 2**-0.5), below)
        inside = xp.where(capped, xp.where(r > 0, 1.0 + b / safe, 1.0 - 2**-0.5), inside)
        b = xp.where(capped, r - t + b, b)
    r = xp.sqrt(a * a + b * b)
    safe = xp.where(r > 0, r, 1.0)
    da = xp.where(r > 0, 1.0 - a / safe, 1.0 - 2**-0.5)
    db = xp.where(r > 0, 1.0 - b / safe, 1.0 - 2**-0.5)
    return (da + db * below) / f.unit, db * inside / f.size


def _capped(xp: Any, top: Array, a: Array) -> tuple[Array, Array]:
    """Which unknowns have an upper bound, and how far below it they are."""
    capped = xp.isfinite(top)
    return capped, xp.where(capped, top, 1.0) - a
