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
    """Work out the whole state at a solved point; what is zero everywhere takes no memory."""
    p, rent, w = pt.p, pt.rent, f.w
    xp = namespace(p)
    shape = pt.c.shape
    x = pt.s * pt.Q[..., None, :]
    importer: Array = 0.0
    exporter: Array = 0.0
    producer: Array = 0.0
    over: Array = 0.0
    for g, holder in enumerate(w.holder):
        if g in f.tranches:
            continue
        add = w.limit_mask[..., g, :, :, :] * rent[..., g, None, None, None]
        if holder == "importer":
            importer = importer + add
        else:
            exporter = exporter + add
            producer = producer + add if holder == "producers" else producer
    due, up, reference = _floors(f, pt)
    if pt.alias is not None:
        due, up = (1.0 - pt.alias) * due, (1.0 - pt.alias) * up
    bare = p[..., :, None] * (1.0 + w.export_tax) + w.export_specific
    honest = _plus(bare + f.shipped, exporter)
    customs = _plus(honest, up)  # licences under these quotas are not dutiable twice
    for g in f.tranches:
        more = _beyond(f, g, rent, customs)
        filled = _within(f, g, x)[..., None, None, None]
        if w.holder[g] == "importer":
            importer = importer + filled * more
        else:
            kept = filled * more / (1.0 + w.rate)
            exporter, honest = exporter + kept, honest + kept
            producer = producer + kept if w.holder[g] == "producers" else producer
        over = over + (1.0 - filled) * more
    if pt.alias is None:
        duties = w.duty * _plus(honest, up) + w.specific
    else:  # what is declared under its own name, and what is not
        honest = (1.0 - pt.alias) * honest
        hidden = w.alias_duty * (bare + f.shipped) + w.alias_specific
        duties = w.duty * _plus(honest, up) + (1.0 - pt.alias) * w.specific + pt.alias * hidden
    if np.any(w.floor_rate):
        due = due + w.floor_rate * _plus(honest, up)

    def wide(v: Array) -> Array:
        return xp.broadcast_to(xp.asarray(v), shape)

    return State(
        p=pt.p,
        rent=rent,
        stock=pt.stock,
        invoice=wide(_plus(_plus(bare, exporter), up)),
        markup=wide(up),
        duties=wide(_plus(duties, over)),
        levy=wide(due),
        reference=reference,
        importer_rent=wide(importer),
        exporter_rent=wide(exporter),
        producer_rent=wide(producer),
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
        relabelled=wide(0.0 if pt.alias is None else pt.alias),
        relabelling=wide(0.0 if f.alias is None else spent(f.alias, pt.alias)),
    )


def _plus(one: Array, two: Array) -> Array:
    """The sum, without a pass over what is zero everywhere."""
    return one if isinstance(two, float) and two == 0.0 else one + two


def _floors(f: Frame, pt: Point) -> tuple[Array, Array, Array]:
    """Levies and mark-ups (..., K, O, D), 0.0 where there are none, and references (..., K, D)."""
    xp = namespace(pt.p)
    shape = pt.c.shape
    levy: Array = 0.0
    markup: Array = 0.0
    reference = xp.full(shape[:-2] + shape[-1:], xp.inf)
    for b, lev in zip(f.borders, pt.levied, strict=True):
        here = np.arange(shape[-3]) == b.stage
        levy = levy + here[:, None, None] * (lev.levy @ b.pick)[..., None, :, :]
        if lev.markup is not None:
            markup = markup + here[:, None, None] * (lev.markup @ b.pick)[..., None, :, :]
        known = xp.isfinite(lev.reference)
        spread = xp.where(known, lev.reference, 0.0) @ b.pick
        set_ = here[:, None] & ((xp.where(known, 1.0, 0.0) @ b.pick) > 0)[..., None, :]
        reference = xp.where(set_, spread[..., None, :], reference)
    return levy, markup, reference


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
