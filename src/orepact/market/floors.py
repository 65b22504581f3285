"""Floors at the border: levy and top-up per route, and how they move with prices.

Works on the borders that have a floor only: for each stage the ``N`` destinations with one.
With ``V`` the value compared with the floor (invoice, freight where the basis is CIF, duty
where it counts), linear in the producer price, ``V[o,d] = slope[o,d] p[o] + fixed[o,d]``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from array_api_compat import array_namespace

from orepact.market.wedges import Wedges
from orepact.pact.floor import entry_top_up, levy_period, split_top_up

Array = Any


class Border(NamedTuple):
    """Constants of one stage's floored borders; ``pick`` (N, D) places them among all."""

    stage: int
    at: Array  # (N,) positions of the destinations
    pick: Array
    floor: Array  # (..., N)
    slope: Array  # (..., O, N)
    fixed: Array  # (..., O, N)
    per_rent: Array  # (..., O, N) what a dollar of exporter's rent adds to the value
    barred: Array  # (..., O, N) 0 where the route may set the reference, inf where not
    weights: Array  # (..., O, N)
    averaged: Array  # (..., N)
    group: Array  # (..., N, N) True where two destinations share a reference
    covered: Array  # (..., O, N)
    uniform: Array  # (..., N) True for a period levy, False for a top-up
    response: Array  # (..., 1, N)
    landed: Array  # (..., O, N) what a dollar of mark-up and levy adds to the landed cost


class Levied(NamedTuple):
    """What the floor of one stage comes to at given prices."""

    reference: Array  # (..., N)
    levy: Array  # (..., O, N) to the treasury
    markup: Array  # (..., O, N) to the exporter
    dlevy: Array  # (..., N, O) of the uniform levy with the producer price
    dtop: Array  # (..., O, N) of a route's own top-up on its landed cost with its own price


def borders(w: Wedges, freight: Array, shipped: Array) -> tuple[Border, ...]:
    """Work out the constants of every stage that has a floor."""
    xp = array_namespace(freight)
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
        group = border(w.group)
        out.append(
            Border(
                stage=k,
                at=at,
                pick=np.eye(R)[at],
                floor=border(w.floor),
                slope=(1.0 + route(w.export_tax)) * per_rent,
                fixed=fixed,
                per_rent=per_rent,
                barred=xp.where(route(w.eligible), 0.0, xp.inf),
                weights=weights,
                averaged=np.sum(weights, axis=-2) > 0,
                group=(group[..., :, None] == group[..., None, :]) & (group[..., :, None] >= 0),
                covered=xp.where(route(w.covered), 1.0, 0.0),
                uniform=~border(w.top_up),
                response=response,
                landed=response * (1.0 + duty) + (1.0 - response),
            )
        )
    return tuple(out)


def levied(b: Border, p: Array, rent: Array | None) -> Levied:
    """Levy and top-up at producer prices ``p`` (..., O); ``rent`` (..., O, N) of exporters."""
    xp = array_namespace(p)
    value = p[..., :, None] * b.slope + b.fixed
    if rent is not None:
        value = value + rent * b.per_rent
    masked = value + b.barred
    reference = xp.min(masked, axis=-2)
    first = xp.argmin(masked, axis=-2)
    slope = xp.broadcast_to(b.slope, value.shape)
    lead = xp.matrix_transpose(slope) * (first[..., None] == xp.arange(p.shape[-1]))
    if np.any(b.averaged):
        reference = xp.where(b.averaged, xp.sum(b.weights * value, axis=-2), reference)
        lead = xp.where(b.averaged[..., None], xp.matrix_transpose(b.weights * slope), lead)
    if np.any(b.group):
        joint = xp.any(b.group, axis=-1)
        shared = xp.where(b.group, reference[..., None, :], xp.inf)
        best = xp.argmin(shared, axis=-1)
        reference = xp.where(joint, xp.min(shared, axis=-1), reference)
        row = xp.take_along_axis(lead, best[..., None], axis=-2)
        lead = xp.where(joint[..., None], row, lead)
    uniform = levy_period(xp.where(b.uniform, b.floor, 0.0), reference, 0.0)
    dlevy = xp.where((uniform > 0)[..., None], -lead, 0.0)
    top = b.covered * entry_top_up(xp.where(b.uniform, 0.0, b.floor)[..., None, :], value, 0.0)
    collected, captured = split_top_up(top, b.response)
    levy = b.covered * uniform[..., None, :] + collected
    dtop = xp.where(top > 0, -slope * b.landed, 0.0)
    return Levied(reference, levy, captured, dlevy, dtop)
