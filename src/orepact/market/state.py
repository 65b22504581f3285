"""A solved market in full: every price, flow and wedge, in the shapes of the market."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market.equations import Frame, Point
from orepact.market.namespace import namespace
from orepact.market.relabelling import spent

Array = Any


class State(NamedTuple):
    """``K`` stages, ``O`` origins, ``D`` destinations, ``G`` limits; USD/t and tonnes."""

    p: Array  # (K, O) producer price
    rent: Array  # (G,) USD/t; of a tariff-rate quota the share of what is due beyond it
    stock: Array  # (H,) t that each rule on stocks adds to purchases
    invoice: Array  # (K, O, D) what duties are charged on, FOB
    markup: Array  # (K, O, D) part of a top-up that exporters put on the invoice
    duties: Array  # (K, O, D) what the treasury collects in duties, floors aside
    levy: Array  # (K, O, D) what the treasury collects under a floor
    reference: Array  # (K, D) reference price of a floor, inf where there is none
    importer_rent: Array  # (K, O, D)
    exporter_rent: Array  # (K, O, D) licence rents of exporters and producers
    producer_rent: Array  # (K, O, D) the part of it that producers keep
    c: Array  # (K, O, D) landed cost
    P: Array  # (K, D) buyers' price index
    s: Array  # (K, O, D) tonnes shipped per tonne bought
    m: Array  # (K, R) what a tonne earns its maker
    pay: Array  # (K, R) contract payment a tonne
    y: Array  # (K, R) primary output
    slope: Array  # (K, R) dy/dm
    D: Array  # (K, R) final use
    Q: Array  # (K, R) tonnes bought
    x: Array  # (K, O, D) shipments
    excess: Array  # (K, O) supply minus shipments
    own: Array  # (K, O) fall of shipments per dollar of the own price, Q and rivals fixed
    net_stock: Array  # (K, R) t bought for stocks by rule, less what is sold
    relabelled: Array  # (K, O, D) share of a route's goods that is declared as of another
    relabelling: Array  # (K, O, D) what that costs, USD per tonne of the route

    @property
    def dual(self) -> Array:
        """Rents, and what each rule on stocks bought or sold, (..., G + H): where to start."""
        return _dual(self.rent, self.stock)


def _dual(rent: Array, stock: Array) -> Array:
    xp = namespace(rent)
    return xp.concat([rent, xp.abs(stock)], axis=-1) if stock.shape[-1] else rent


def unfold(f: Frame, pt: Point) -> State:
    """Work out the whole state at a solved point."""
    p, rent = pt.p, pt.rent
    xp = namespace(p)
    w = f.w
    shape = pt.c.shape
    x = pt.s * pt.Q[..., None, :]
    importer = exporter = producer = over = xp.zeros(shape)
    bare = p[..., :, None] * (1.0 + w.export_tax) + w.export_specific
    for g, holder in enumerate(w.holder):
        add = w.limit_mask[..., g, :, :, :] * rent[..., g, None, None, None]
        if g in f.tranches:
            continue
        if holder == "importer":
            importer = importer + add
        else:
            exporter = exporter + add
            producer = producer + add if holder == "producers" else producer
    K = shape[-3]
    blank, none = xp.zeros(shape[:-3] + shape[-2:]), xp.full(shape[:-3] + shape[-1:], xp.inf)
    levy, markup, reference = [blank] * K, [blank] * K, [none] * K
    for b, lev in zip(f.borders, pt.levied, strict=True):
        levy[b.stage] = blank + lev.levy @ b.pick
        if lev.markup is not None:
            markup[b.stage] = blank + lev.markup @ b.pick
        at = xp.any(b.pick > 0, axis=0)
        spread = xp.where(xp.isfinite(lev.reference), lev.reference, 0.0) @ b.pick
        finite = xp.where(xp.isfinite(lev.reference), 1.0, 0.0) @ b.pick
        reference[b.stage] = xp.where(at & (finite > 0), spread, none)
    honest = 1.0 if pt.alias is None else 1.0 - pt.alias
    up, due = honest * xp.stack(markup, axis=-3), honest * xp.stack(levy, axis=-3)
    customs = bare + exporter + up + f.shipped  # licences under these quotas are not dutiable twice
    for g in f.tranches:
        more = _beyond(f, g, rent, customs)
        filled = _within(f, g, x)[..., None, None, None]
        if w.holder[g] == "importer":
            importer = importer + filled * more
        else:
            kept = filled * more / (1.0 + w.rate)
            exporter = exporter + kept
            producer = producer + kept if w.holder[g] == "producers" else producer
        over = over + (1.0 - filled) * more
    invoice = bare + exporter + up
    declared = honest * (bare + exporter + f.shipped) + up  # under its own name
    duties = w.duty * declared + honest * w.specific + over
    if pt.alias is not None:
        duties = duties + pt.alias * (w.alias_duty * (bare + f.shipped) + w.alias_specific)
    return State(
        p=pt.p,
        rent=rent,
        stock=pt.stock,
        invoice=invoice,
        markup=up,
        duties=duties,
        levy=due + w.floor_rate * declared,
        reference=xp.stack(reference, axis=-2),
        importer_rent=importer,
        exporter_rent=exporter,
        producer_rent=producer,
        c=pt.c,
        P=pt.P,
        s=pt.s,
        m=pt.m,
        pay=pt.pay,
        y=pt.y,
        slope=pt.slope,
        D=pt.D,
        Q=pt.Q,
        x=x,
        excess=pt.excess,
        own=xp.sum(x * pt.kappa * pt.gain, axis=-1),
        net_stock=_net(f, pt),
        relabelled=xp.zeros(shape) if pt.alias is None else pt.alias,
        relabelling=xp.zeros(shape) if f.alias is None else spent(f.alias, pt.alias),
    )


def _beyond(f: Frame, g: int, rent: Array, value: Array) -> Array:
    """What a tariff-rate quota adds to landed cost, (..., K, O, D)."""
    share = rent[..., g, None, None, None]
    due = 0.0 * value
    if len(f.w.beyond):
        due = due + f.w.beyond[g] * value
    if len(f.w.beyond_specific):
        due = due + f.w.beyond_specific[g]
    return share * due


def _within(f: Frame, g: int, x: Array) -> Array:
    """Share of the tonnes under a tariff-rate quota that it covers, (...,)."""
    xp = namespace(x)
    shipped = xp.sum(f.w.limit_mask[..., g, :, :, :] * x, axis=(-3, -2, -1))
    limit = f.w.limit[..., g] + 0.0 * shipped
    return xp.minimum(limit / xp.where(shipped > 0, shipped, 1.0), xp.ones_like(shipped))


def _net(f: Frame, pt: Point) -> Array:
    xp = namespace(pt.p)
    out = xp.zeros(pt.Q.shape)
    for h, rule in enumerate(f.rules):
        K, R = out.shape[-2:]
        here = (np.arange(K)[:, None] == rule.k) & (np.arange(R) == rule.r)
        out = out + here * pt.stock[..., h, None, None]
    return out
