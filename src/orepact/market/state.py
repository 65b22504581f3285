"""A solved market in full: every price, flow and wedge, in the shapes of the market."""

from __future__ import annotations

from typing import Any, NamedTuple

from orepact.market.equations import Frame, Point
from orepact.market.namespace import namespace

Array = Any


class State(NamedTuple):
    """``K`` stages, ``O`` origins, ``D`` destinations, ``G`` limits; USD/t and tonnes."""

    p: Array  # (K, O) producer price
    rent: Array  # (G,)
    invoice: Array  # (K, O, D) what duties are charged on, FOB
    markup: Array  # (K, O, D) part of a top-up that exporters put on the invoice
    levy: Array  # (K, O, D) what the treasury collects under a floor
    reference: Array  # (K, D) reference price of a floor, inf where there is none
    importer_rent: Array  # (K, O, D)
    exporter_rent: Array  # (K, O, D) licence rents of exporters and producers
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


def unfold(f: Frame, pt: Point) -> State:
    """Work out the whole state at a solved point."""
    p, rent = pt.p, pt.rent
    xp = namespace(p)
    w = f.w
    shape = pt.c.shape
    importer = exporter = xp.zeros(shape)
    for g, holder in enumerate(w.holder):
        add = w.limit_mask[..., g, :, :, :] * rent[..., g, None, None, None]
        if holder == "importer":
            importer = importer + add
        else:
            exporter = exporter + add
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
    up = xp.stack(markup, axis=-3)
    invoice = p[..., :, None] * (1.0 + w.export_tax) + w.export_specific + exporter + up
    x = pt.s * pt.Q[..., None, :]
    return State(
        p=pt.p,
        rent=rent,
        invoice=invoice,
        markup=up,
        levy=xp.stack(levy, axis=-3),
        reference=xp.stack(reference, axis=-2),
        importer_rent=importer,
        exporter_rent=exporter,
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
    )
