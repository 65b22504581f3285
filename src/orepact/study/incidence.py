"""Who bears the floor and the duties: at the border by price, in the accounts by money.

**At the border.** On a route, the landed cost is the producer price, what policy puts on top, and
real costs (freight, standards). With ``d`` the change from base to policy,

    wedge = d(c - p - real)        wedge = dc - dp - dreal

so the wedge falls on the buyer (``dc``, the rise of the landed cost), on the supplier (``-dp``, the
fall of the producer price) and on real costs (``-dreal``): three shares that add up to one on every
route. Who *keeps* it is another question: the importer's treasury (duties, levy), holders of import
licences, or the exporter's side (export tax, licences, invoices raised under a top-up). A share may
lie outside 0-1: in a chain, prices move for other reasons than the wedge.

**In the accounts.** Every line of :mod:`orepact.market.accounts`, by who it belongs to. The
matching cost is taken out of the surplus of users and processors, by tonnes, and told apart; the
parts add up to the change of the world's welfare, which is asserted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orepact.errors import AccountsError
from orepact.market import Outcome
from orepact.market.accounts import LINES, TOLERANCE, accounts
from orepact.market.protection import effective_protection

Array = Any
Money = dict[tuple[str, str], Array]

SPLIT = ("final users", "miners and processors", "importer rents", "exporter rents", "stocks")
"""Lines of the accounts that are told by stage, together, or with matching taken out."""
SMALLEST = 1e-9
"""Levies and rents below this share of the mean price are what the solver leaves."""
SHARED = 1e-3
"""A wedge below this share of the landed cost explains no change of prices: it is not divided."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Wedges and who bears them, USD/t on every route, (..., K, O, D).

    ``wedge = buyer + supplier + real`` exactly. ``kept`` names who keeps it and adds up to it too.
    ``touched`` marks routes on which the policy's own terms differ from the base's and that still
    carry trade; ``tonnes`` are the policy's shipments, ``landed`` the base's landed cost.
    """

    wedge: Array
    buyer: Array
    supplier: Array
    real: Array
    kept: dict[str, Array]
    touched: Array
    tonnes: Array
    landed: Array


def routes(base: Outcome, policy: Outcome, into: Sequence[int] | None = None) -> Routes:
    """Divide the wedge of every route, or of those ``into`` some destinations (then ``D`` is they).

    Raises :class:`AccountsError` where the layers of landed cost do not add up to it.
    """
    at = np.arange(len(policy.market.regions)) if into is None else np.asarray(into, int)
    one, two = (_parts(o, at) for o in (base, policy))
    change = {name: two[name] - one[name] for name in one}
    kept = {name: change[name] for name in ("treasury", "importers", "exporters")}
    buyer, supplier, real = change["landed"], -change["price"], -change["real"]
    tonnes = policy.state.x[..., at]
    touched = _differs(base, policy, at) & (tonnes > 0)
    return Routes(sum(kept.values()), buyer, supplier, real, kept, touched, tonnes, one["landed"])


def _parts(out: Outcome, at: Array) -> dict[str, Array]:
    """The layers of landed cost, USD/t; ``landed`` is the solver's own and not their sum."""
    market, w, st = out.market, out.wedges, out.state

    def to(v: Array) -> Array:
        return np.broadcast_to(v, st.c.shape)[..., at]

    freight = to(market.freight) + to(w.freight)
    price, invoice = to(st.p[..., :, None]), to(st.invoice)
    found = {
        "price": price,
        "real": freight + to(w.standard) + to(st.relabelling),
        "treasury": to(st.duties) + to(st.levy),
        "importers": to(st.importer_rent),
        "exporters": invoice - price,
    }
    landed, every = to(st.c), (-3, -2, -1)
    gap = np.max(np.abs(sum(found.values()) - landed), axis=every) / np.max(landed, axis=every)
    if np.any(np.where(out.converged, gap, 0.0) > TOLERANCE):
        raise AccountsError(
            "What stands between a producer price and the landed cost is more than incidence "
            "knows: duties, levies, rents, export taxes, freight and standards. Add the new layer "
            "to incidence.py, with who keeps it."
        )
    return {**found, "landed": landed}


def _differs(base: Outcome, policy: Outcome, at: Array) -> Array:
    """Routes across borders on which terms, levies or rents differ: (..., K, O, D)."""
    shape = policy.state.c.shape

    def change(one: Any, two: Any, name: str) -> Array:
        moved = getattr(two, name) - getattr(one, name)
        return np.broadcast_to(np.abs(moved), shape)[..., at]

    found = np.zeros((*shape[:-1], len(at)), dtype=bool)
    for name in ("duty", "specific", "export_tax", "export_specific", "floor_rate"):
        found |= change(base.wedges, policy.wedges, name) > 0
    least = SMALLEST * np.mean(policy.market.p0)
    for name in ("levy", "markup", "importer_rent", "exporter_rent", "relabelling"):
        found |= change(base.state, policy.state, name) > least
    return found & (np.arange(shape[-1])[:, None] != at)


@dataclass(frozen=True, slots=True)
class Border:
    """One member's border at one stage, means over tonnes: USD/t, and shares of the wedge.

    ``relief`` marks routes on which the policy takes charges off: the shares then say who gains.
    Shares are NaN without trade on touched routes, and where the wedge is too small to divide.
    """

    stage: str
    member: str
    relief: bool
    tonnes: Array
    wedge: Array
    buyer: Array
    supplier: Array
    real: Array
    kept: dict[str, Array]


def borders(base: Outcome, policy: Outcome, members: tuple[str, ...]) -> tuple[Border, ...]:
    """What the routes into each member come to, charges added and charges taken off apart."""
    market = policy.market
    held = [m for m in members if m in market.regions]
    if base is policy or not held:
        return ()
    found = routes(base, policy, [market.region(m) for m in held])
    out = []
    for k, stage in enumerate(market.stages):
        for d, member in enumerate(held):
            for relief in (False, True):
                b = _border(found, k, d, relief)
                if b is not None:
                    out.append(Border(stage, member, relief, *b))
    return tuple(out)


def _border(r: Routes, k: int, d: int, relief: bool) -> tuple[Any, ...] | None:
    at = (..., k, slice(None), d)
    sign = r.wedge[at] < 0 if relief else r.wedge[at] > 0
    weight = np.where(r.touched[at] & sign, r.tonnes[at], 0.0)
    if not np.any(weight > 0):
        return None
    tonnes = weight.sum(-1)

    def total(v: Array) -> Array:
        return np.sum(np.where(weight > 0, v[at], 0.0) * weight, axis=-1)

    def over(v: Array, by: Array) -> Array:
        return np.where(by != 0, v / np.where(by != 0, by, 1.0), np.nan)

    wedge = total(r.wedge)
    whole = np.where(np.abs(wedge) > SHARED * total(r.landed), wedge, 0.0)
    shares = (over(total(v), whole) for v in (r.buyer, r.supplier, r.real))
    kept = {name: over(total(v), whole) for name, v in r.kept.items()}
    return tonnes, over(wedge, tonnes), *shares, kept


def money(base: Outcome, policy: Outcome) -> Money:
    """Change of each part of the world's welfare, USD a year by region (..., R).

    Keys are (who, stage): ``producers``, ``users`` and ``matching`` by stage; ``rents``,
    ``stocks`` and every other line of the accounts for the whole chain (''). Raises
    :class:`AccountsError` where the parts do not add up to the change of welfare.
    """
    one, two = (_money(o) for o in (base, policy))
    found = {key: two[key] - one[key] for key in one}
    size = np.maximum(*(np.sum(o.state.c * o.state.x, axis=(-3, -2, -1)) for o in (base, policy)))
    whole = [accounts(o.market, o.wedges, o.state).welfare for o in (base, policy)]
    gap = np.max(np.abs(sum(found.values()) - (whole[1] - whole[0])), axis=-1) / size
    if not np.all(gap <= TOLERANCE):
        raise AccountsError(
            f"The parts of welfare miss its change by {np.max(gap):.2g} of what buyers pay; at "
            f"most {TOLERANCE:g} is allowed. Report the inputs that led here."
        )
    return found


def _money(out: Outcome) -> Money:
    """Levels of the parts of welfare; matching is a cost, so below zero."""
    market, st = out.market, out.state
    a = accounts(market, out.wedges, st)
    blank = np.zeros_like(a.lines["final users"])
    kept = a.lines["miners and processors"] - a.by_stage.sum(-2)
    found: Money = {}
    users = market.demand.surplus(st.P)
    per_tonne = np.where(st.Q > 0, a.matching / np.where(st.Q > 0, st.Q, 1.0), 0.0)
    taken = np.zeros_like(st.Q)
    for k, stage in enumerate(market.stages):
        fed = blank
        for j in (j for kk, j in market.edges if kk == k):
            tonnes = market.inputs[..., k, j, :] * st.y[..., k, :]
            fed = fed + per_tonne[..., j, :] * tonnes
            taken[..., j, :] += tonnes
        found["producers", stage] = a.by_stage[..., k, :] + fed
        found["users", stage] = users[..., k, :] + a.matching_final[..., k, :]
        found["matching", stage] = -a.matching[..., k, :]
    for name in (n for n in LINES if n not in SPLIT):
        found[name, ""] = a.lines[name] + blank
    found["rents", ""] = a.lines["importer rents"] + a.lines["exporter rents"] + kept
    stored = st.Q - st.D - taken
    found["stocks", ""] = a.lines["stocks"] + np.sum(per_tonne * stored, axis=-2)
    return found


@dataclass(frozen=True, slots=True)
class Margin:
    """A member's plants at one stage: effective protection and what their margin does, shares."""

    stage: str
    member: str
    protection0: float
    protection: float
    realised: float


def margins(base: Outcome, policy: Outcome, members: tuple[str, ...]) -> Iterator[Margin]:
    """Effective protection before and after beside the realised change ``m/m0 - 1``."""
    market = base.market
    before, after = (effective_protection(base, o, members) for o in (base, policy))
    makes = np.sum(market.supply.capacity, axis=-2) > 0
    for k, stage in enumerate(market.stages):
        for member in (m for m in members if m in market.regions):
            r = market.region(member)
            if np.all(makes[..., k, r]):
                m0, m1 = float(base.state.m[k, r]), float(policy.state.m[k, r])
                rates = float(before[k, r]), float(after[k, r])
                yield Margin(stage, member, *rates, m1 / m0 - 1.0 if m0 > 0 else float("nan"))
