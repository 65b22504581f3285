"""Floors at the border: levy and top-up per route, and how they move with prices.

Works on the borders that have a floor only: for each stage the ``N`` destinations with one.
With ``V`` the value compared with the floor (invoice, freight where the basis is CIF, duty
where it counts), linear in the producer price, ``V[o,d] = slope[o,d] p[o] + fixed[o,d]``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.market.namespace import namespace
from orepact.market.wedges import Wedges
from orepact.pact.floor import entry_top_up, levy_period, split_top_up

Array = Any


class Border(NamedTuple):
    """Constants of one stage's floored borders; ``pick`` (N, D) places them among all."""

    stage: int
    at: Array  # (N,) positions of the destinations
    pick: Array
    period_floor: Array  # (..., N) 0 where the floor is a top-up
    entry_floor: Array  # (..., N) 0 where it is a period levy
    slope: Array  # (..., O, N)
    fixed: Array  # (..., O, N)
    per_rent: Array  # (..., O, N) what a dollar of exporter's rent adds to the value
    barred: Array  # (O, N) 0 where the route may set the reference, inf where not
    weights: Array  # (O, N)
    averaged: Array  # (N,)
    group: Array  # (N, N) True where two destinations share a reference
    covered: Array  # (O, N) share of a route that pays
    response: Array  # (N,)
    taxed: Array  # (..., O, N) what a dollar of mark-up adds to the landed cost
    any_period: bool
    any_entry: bool
    any_average: bool
    any_group: bool


class Levied(NamedTuple):
    """What the floor of one stage comes to at given prices."""

    reference: Array  # (..., N)
    levy: Array  # (..., O, N) to the treasury
    markup: Array | None  # (..., O, N) to the exporter
    added: Array  # (..., O, N) to the landed cost
    dtop: Array | None  # (..., O, N) of a route's own top-up on its landed cost with its price
    first: Array | None  # (..., N) origin that sets the reference
    best: Array | None  # (..., N) destination whose reference its group takes


def borders(w: Wedges, freight: Array, shipped: Array) -> tuple[Border, ...]:
    """Work out the constants of every stage that has a floor."""
    xp = namespace(freight)
    out = []
    R = freight.shape[-1]
    floor = np.asarray(w.floor)
    for k in range(floor.shape[-2]):
        at = np.flatnonzero(np.any(np.reshape(floor[..., k, :] > 0, (-1, R)), axis=0))
        if not len(at):
            continue

        def route(v: Array, k: int = k, at: Array = at) -> Array:
            return v[..., k, :, :][..., at]

        def border(v: Array, k: int = k, at: Array = at) -> Array:
            return v[..., k, at]

        counts = xp.where(border(w.counts_duty), 1.0, 0.0)[..., None, :]
        duty = route(w.duty)
        per_rent = 1.0 + counts * duty
        fixed = (
            xp.where(border(w.on_cif), 1.0, 0.0)[..., None, :] * route(freight)
            + route(w.export_specific) * per_rent
            + counts * (duty * route(shipped) + route(w.specific))
        )
        weights = route(w.weights)
        response = border(w.response)[..., None, :]
        level, top_up = border(w.floor), border(w.top_up)
        group = border(w.group)
        out.append(
            Border(
                stage=k,
                at=at,
                pick=np.eye(R)[at],
                period_floor=xp.where(top_up, 0.0, level),
                entry_floor=xp.where(top_up, level, 0.0),
                slope=(1.0 + route(w.export_tax)) * per_rent,
                fixed=fixed,
                per_rent=per_rent,
                barred=xp.where(route(w.eligible), 0.0, xp.inf),
                weights=weights,
                averaged=np.sum(weights, axis=-2) > 0,
                group=(group[..., :, None] == group[..., None, :]) & (group[..., :, None] >= 0),
                covered=1.0 * route(w.covered),
                response=response,
                taxed=1.0 + route(w.rate),
                any_period=bool(np.any(~top_up)),
                any_entry=bool(np.any(top_up)),
                any_average=bool(np.any(weights)),
                any_group=bool(np.any(group >= 0)),
            )
        )
    return tuple(out)


def levied(b: Border, p: Array, rent: Array | None, extra: Array | None = None) -> Levied:
    """Levy and top-up at producer prices ``p`` (..., O).

    ``rent`` (..., O, N) is that of exporters, ``extra`` (..., O, N) duty that quotas add.
    """
    xp = namespace(p)
    value = p[..., :, None] * b.slope + b.fixed
    if rent is not None:
        value = value + rent * b.per_rent
    reference = xp.full(value.shape[:-2] + value.shape[-1:], xp.inf)
    first = best = levy = None
    if b.any_period:
        masked = value + b.barred
        first = xp.argmin(masked, axis=-2)
        reference = xp.min(masked, axis=-2)
        if b.any_average:
            reference = xp.where(b.averaged, xp.sum(b.weights * value, axis=-2), reference)
        if b.any_group:
            joint = xp.any(b.group, axis=-1)
            shared = xp.where(b.group, reference[..., None, :], xp.inf)
            best = xp.argmin(shared, axis=-1)
            reference = xp.where(joint, xp.min(shared, axis=-1), reference)
        due = levy_period(b.period_floor, reference, 0.0)
        levy = b.covered * due[..., None, :]
    if not b.any_entry:
        return Levied(reference, levy, None, levy, None, first, best)
    top = b.covered * entry_top_up(b.entry_floor[..., None, :], value, 0.0)
    collected, captured = split_top_up(top, b.response)
    levy = collected if levy is None else levy + collected
    taxed = b.taxed if extra is None else b.taxed + extra
    landed = b.covered * (b.response * taxed + (1.0 - b.response))
    dtop = xp.where(top > 0, -b.slope * landed, 0.0)
    added = levy + captured * taxed
    return Levied(reference, levy, captured, added, dtop, first, best)


def levy_slopes(b: Border, lev: Levied) -> Array:
    """Derivative of the period levy with producer prices, ``(..., N, O)``."""
    xp = namespace(b.slope)
    if lev.first is None:
        return xp.zeros((*lev.reference.shape, b.slope.shape[-2]))
    slope = xp.matrix_transpose(b.slope)
    lead = slope * (lev.first[..., None] == xp.arange(slope.shape[-1]))
    if b.any_average:
        lead = xp.where(b.averaged[..., None], xp.matrix_transpose(b.weights * b.slope), lead)
    if lev.best is not None:
        row = xp.take_along_axis(lead, lev.best[..., None], axis=-2)
        lead = xp.where(xp.any(b.group, axis=-1)[..., None], row, lead)
    binds = levy_period(b.period_floor, lev.reference, 0.0) > 0
    return xp.where(binds[..., None], -lead, 0.0)


def setters(b: Border, lev: Levied) -> Array:
    """Destination whose reference each destination takes, (..., N): its own, or its group's."""
    xp = namespace(b.slope)
    own = xp.arange(len(b.at))
    return own if lev.best is None else xp.where(xp.any(b.group, axis=-1), lev.best, own)
