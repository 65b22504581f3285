"""A market whose good is one whatever its origin, solved exactly.

The same market, wedges, curves, floors and accounts as everywhere; only the sourcing differs:
every route in use lands at the buyers' price, every other at no less. Draws are solved one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.market.batch import batch_shape, take
from orepact.market.complementarity import ENOUGH
from orepact.market.equations import Frame, Point, charged, exporters, frame
from orepact.market.floors import levied, levy_slopes, setters
from orepact.market.market import Market
from orepact.market.newton import Root
from orepact.market.proximal import steps
from orepact.market.spatial import Balance, Network, settle
from orepact.market.state import State, unfold
from orepact.market.supply import Supply
from orepact.market.wedges import Wedges
from orepact.pact.floor import contract_payment

Array = Any


def exact(market: Market, w: Wedges, active: Array, tol: float) -> tuple[Root, State]:
    """The equilibrium of every member, one by one, with its state in the shapes of the market."""
    batch = np.broadcast_shapes(active.shape[:-2], batch_shape(market), batch_shape(w))
    found = [
        _one(take(market, at), take(w, at), active[at] if active.ndim > 2 else active, tol)
        for at in np.ndindex(*batch)
    ]
    if not batch:
        return found[0]
    roots, states = zip(*found, strict=True)
    state = State(
        *(np.reshape(np.stack(v), (*batch, *v[0].shape)) for v in zip(*states, strict=True))
    )
    z, r, ok = (
        np.stack([getattr(root, name) for root in roots]) for name in ("z", "r", "converged")
    )
    return Root(
        np.reshape(z, (*batch, -1)), np.reshape(r, (*batch, -1)), np.reshape(ok, batch),
        max(root.iterations for root in roots), None,
    ), state  # fmt: skip


def _one(market: Market, w: Wedges, active: Array, tol: float) -> tuple[Root, State]:
    f = frame(market, w)
    net, places = network(f, active)
    tonnes = np.maximum(market.scale, np.sum(market.x0, axis=-2))
    tonnes = np.maximum(tonnes, 1e-9 * np.max(tonnes))
    start = _base(f, places, net) if np.any(market.x0 > 0) else None
    near = None
    plain = not (len(w.holder) or w.any_contract or np.any(w.sells) or np.any(w.buys))
    if start is not None and plain:
        near = steps(f, net, start, places.blocks, active)
    found = settle(
        net, market.p0.ravel(), tonnes.ravel(), near or start, tol=ENOUGH if near else tol
    )
    state = unfold(f, _point(f, places, found))
    z = np.concatenate([state.p.ravel(), state.rent])
    root = Root(z, np.full(z.shape, found.residual), np.asarray(found.converged),
                found.iterations, found.worst)  # fmt: skip
    return root, state


def _base(f: Frame, at: Places, n: Network) -> Balance:
    """The base year as a start: its prices, shipments and outputs."""
    market = f.market
    base = market.p0[..., None]
    c = base + market.freight + market.duty * (base + market.cif * market.freight)
    P = np.min(c + market.sourcing.premium(), axis=-2).ravel()  # type: ignore[attr-defined]
    m = market.p0 + market.credit
    for up, j in market.edges:
        m[up] = m[up] - market.inputs[up, j] * P.reshape(market.p0.shape)[j]
    (k, b, r), (k2, b2, r2) = at.blocks
    made = market.supply.quantity(m[:, None, :])[k, b, r]
    scrap = market.secondary.quantity(market.p0[:, None, :])[k2, b2, r2]
    share = np.asarray(f.w.contracted)[k, r]
    y = np.concatenate([(made * (1 - share))[share < 1], (made * share)[share > 0], scrap])
    zero = np.zeros(P.size)
    return Balance(y, np.zeros(len(y)), np.where(at.beyond < 0, market.x0[at.k, at.o, at.d], 0.0),
                   market.p0.ravel(), P, zero,
                   np.zeros(len(n.limit)), zero, zero, 0.0, "", False, 0)  # fmt: skip


class Places:
    """Which stage, origin and destination each arc and maker of the network stands for.

    ``beyond`` is the tariff-rate quota beyond which an arc runs, or -1.
    """

    def __init__(self, f: Frame, active: Array) -> None:
        market = f.market
        open_ = (market.sourcing.weight * f.w.open > 0) & active[..., :, None]
        k, o, d = np.nonzero(open_)
        quota = np.full(len(k), -1)
        for g in f.tranches:  # beyond its quota a route goes on, at the duty due there
            mine = np.flatnonzero(f.w.limit_mask[g][k, o, d] > 0)
            k, o, d = (np.concatenate([v, v[mine]]) for v in (k, o, d))
            quota = np.concatenate([quota, np.full(len(mine), g)])
        self.k, self.o, self.d, self.beyond = k, o, d, quota
        self.R = len(market.regions)
        self.blocks = [
            np.nonzero((curve.capacity > 0) & active[..., None, :])
            for curve in (market.supply, market.secondary)
        ]


def network(f: Frame, active: Array) -> tuple[Network, Places]:
    """The market as a network: places are stage and region, ``k R + r``."""
    market, w, at = f.market, f.w, Places(f, active)
    K, R = len(market.stages), at.R
    parts, signs = [], []
    (k, b, r), (k2, b2, r2) = at.blocks
    share = np.asarray(w.contracted)[k, r]
    plain, bound = share < 1, share > 0
    for curve, pick, weight in (
        (market.supply, (k[plain], b[plain], r[plain]), 1 - share[plain]),
        (market.supply, (k[bound], b[bound], r[bound]), share[bound]),
        (market.secondary, (k2, b2, r2), np.ones(len(k2))),
    ):
        parts.append((_flat(curve, pick), weight, pick))
        signs.append(len(weight))
    n = np.cumsum([0, *signs])
    stage = np.concatenate([p[0] for _, _, p in parts])
    region = np.concatenate([p[2] for _, _, p in parts])
    inputs = np.zeros((K * R, len(stage)))
    for i in range(n[2]):  # scrap buys nothing
        inputs[np.arange(K) * R + region[i], i] = market.inputs[stage[i], :, region[i]]

    def cost(y: Array) -> tuple[Array, Array]:
        found = [
            curve.inverse(y[i:j] / weight)
            for (curve, weight, _), i, j in zip(parts, n[:-1], n[1:], strict=True)
        ]
        slopes = [s / weight for (_, s), (_, weight, _) in zip(found, parts, strict=True)]
        return np.concatenate([v for v, _ in found]), np.concatenate(slopes)

    arcs = (at.k, at.o, at.d)
    gain, landed, per_rent, limits = _terms(f, at)
    fixed = landed + market.sourcing.premium()[arcs]  # type: ignore[attr-defined]
    none = np.zeros(len(at.k))
    credit = np.zeros(len(stage))
    credit[: n[2]] = market.credit[stage[: n[2]], region[: n[2]]]

    def use(P: Array) -> tuple[Array, Array]:
        P = P.reshape(K, R)
        own, weight, vector = market.use_slopes(P)
        if weight is None:
            return market.use(P).ravel(), own.ravel()
        slope = np.diag(own.ravel())
        for i in range(K):
            at = slice(i * R, (i + 1) * R)
            slope[at, at] += np.outer(weight[i], vector[i])
        return market.use(P).ravel(), slope

    return Network(
        cost=cost,
        capacity=np.concatenate([c.capacity * weight for c, weight, _ in parts]),
        lands=stage * R + region,
        origin=at.k * R + at.o,
        market=at.k * R + at.d,
        carriage=lambda x: (fixed, none),
        use=use,
        inputs=inputs,
        credit=credit,
        gain=gain,
        given=f.given.ravel(),
        wanted=f.wanted.ravel(),
        limits=limits,
        limit=w.limit,
        per_rent=per_rent,
        levy=_levy(f, at) if f.borders else None,
        pay=_pay(f, stage, region, n) if w.any_contract else None,
        release=w.sells.ravel(),
        trigger=w.trigger.ravel(),
        buys=w.buys.ravel(),
        support=w.support.ravel(),
    ), at


def _terms(f: Frame, at: Places) -> tuple[Array, Array, Array, Array]:
    """Landed cost of each arc per dollar of price, the rest, per dollar of rents, and limits."""
    w, arcs = f.w, (at.k, at.o, at.d)
    to = f.within
    gain, landed = to.gain[arcs].copy(), to.fixed[arcs].copy()
    limits = w.limit_mask[:, at.k, at.o, at.d] if len(w.holder) else np.zeros((0, len(at.k)))
    per_rent = to.per_rent[:, at.k, at.o, at.d].copy()
    for g in f.tranches:
        full = charged(f, np.where(np.arange(len(w.holder)) == g, 1.0, 0.0))
        mine = at.beyond == g
        gain[mine], landed[mine] = full.gain[arcs][mine], full.fixed[arcs][mine]
        per_rent[:, mine] = full.per_rent[:, at.k, at.o, at.d][:, mine]
        limits = limits * ~(mine & (np.arange(len(w.holder))[:, None] == g))
    return gain, landed, per_rent * (limits > 0), limits


def _flat(curve: Supply, pick: tuple[Array, Array, Array]) -> Supply:
    """The picked blocks of a supply curve, in a row."""
    shape = curve.capacity.shape
    return replace(curve, **{
        c.name: np.broadcast_to(getattr(curve, c.name), shape)[pick] for c in fields(curve)
    })  # fmt: skip


def _levy(f: Frame, at: Places) -> Callable[[Array, Array], tuple[Array, Any, Any]]:
    """What floors add on each arc, with slopes in origin prices and limit rents."""
    from scipy.sparse import coo_array, csr_array

    K, R, A, G = len(f.market.stages), at.R, len(at.k), len(f.w.holder)
    exporter = np.array([h != "importer" for h in f.w.holder], bool)

    under = []  # the arcs that pay on each border, and its number for their destination
    for b in f.borders:
        place = np.full(R, -1)
        place[b.at] = np.arange(len(b.at))
        arcs = np.flatnonzero((at.k == b.stage) & (place[at.d] >= 0))
        n = place[at.d[arcs]]
        share = b.covered[at.o[arcs], n]
        paying = share > 0
        under.append((arcs[paying], n[paying], share[paying, None]))

    def levy(p: Array, g: Array) -> tuple[Array, Any, Any]:
        p = p.reshape(K, R)
        added, dg = np.zeros(A), np.zeros((A, G))
        rows, columns, values = ([np.zeros(0, t)] for t in (int, int, float))
        for b, (arcs, n, share) in zip(f.borders, under, strict=True):
            found = levied(b, p[b.stage], exporters(f, b, g))
            added[arcs] = found.added[at.o[arcs], n]
            slopes = levy_slopes(b, found)  # (N, O)
            own = share * slopes[n]
            row, o = np.nonzero(own)
            rows.append(arcs[row])
            columns.append(b.stage * R + o)
            values.append(own[row, o])
            if G:
                mask = (f.w.limit_mask * exporter[:, None, None, None])[:, b.stage][..., b.at]
                sets = setters(b, found)
                by_value = slopes / b.slope.T[sets]
                per_rent = (b.per_rent + 0 * b.slope)[:, sets]
                by_rent = np.einsum("no,on,gon->ng", by_value, per_rent, mask[..., sets])
                dg[arcs] = share * by_rent[n]
        where = tuple(np.concatenate(v) for v in (rows, columns))
        dp = coo_array((np.concatenate(values), where), shape=(A, K * R)).tocsr()
        return added, dp, csr_array(dg)

    return levy


def _pay(f: Frame, stage: Array, region: Array, n: Array) -> Callable[[Array], tuple[Array, Any]]:
    """What contracts pay on top of the price, on the contracted blocks, and its slope."""
    from scipy.sparse import csr_array

    w, R = f.w, len(f.market.regions)
    shape = len(stage), len(f.market.stages) * R
    rows = np.arange(n[1], n[2])
    k, r = stage[rows], region[rows]
    column = k * R + w.benchmark[k, r]
    terms = [v[k, r] for v in (w.strike, w.threshold, w.upside, w.pay_cap, w.back_cap)]
    strike, threshold, upside, cap, back = terms

    def pay(p: Array) -> tuple[Array, Any]:
        B = p[column]
        out, slope = np.zeros(shape[0]), np.zeros(len(rows))
        out[rows] = np.clip(contract_payment(B, strike, upside, threshold), -back, cap)
        slope = np.where((strike > B) & (out[rows] < cap), -1.0, 0.0)
        slope = np.where((threshold < B) & (out[rows] > -back), slope - upside, slope)
        return out, csr_array((slope, (rows, column)), shape=shape)

    return pay


def _point(f: Frame, at: Places, b: Balance) -> Point:
    """The solved network in the shapes of the market."""
    market, w = f.market, f.w
    K, R = len(market.stages), at.R
    touched = np.zeros((K, R), bool)
    touched[at.k, at.o] = True
    p = np.where(touched, b.p[: K * R].reshape(K, R), market.p0)
    P = b.P.reshape(K, R)
    rent = _shares(f, at, b, p)
    found = tuple(levied(e, p[e.stage], exporters(f, e, rent)) for e in f.borders)
    to = charged(f, rent)
    c = p[..., None] * to.gain + to.fixed
    for g in range(len(w.holder)):
        if g not in f.tranches:
            c = c + to.per_rent[g] * rent[g]
    for e, lev in zip(f.borders, found, strict=True):
        c[e.stage] = c[e.stage] + lev.added @ e.pick
    x = np.zeros((K, R, R))
    np.add.at(x, (at.k, at.o, at.d), b.x)
    m = p + market.credit
    for up, j in market.edges:
        m[up] = m[up] - market.inputs[up, j] * P[j]
    y = np.zeros((K, R))
    (k, _, r), (k2, _, r2) = at.blocks
    share = np.asarray(w.contracted)[k, r]
    plain, bound = share < 1, share > 0
    stage, region = (np.concatenate([v[plain], v[bound]]) for v in (k, r))
    np.add.at(y, (stage, region), b.y[: len(stage)])
    scrap = np.zeros((K, R))
    np.add.at(scrap, (k2, r2), b.y[len(stage) :])
    D = market.use(P)
    stock = np.array([
        b.bought[rule.k * R + rule.r] if rule.sign > 0 else -b.released[rule.k * R + rule.r]
        for rule in f.rules
    ])  # fmt: skip
    Q = D + f.wanted + (b.bought - b.released).reshape(K, R)
    for up, j in market.edges:
        Q[j] = Q[j] + market.inputs[up, j] * y[up]
    s = x / np.where(Q > 0, Q, 1.0)[:, None, :]
    pay = np.zeros((K, R))
    if w.any_contract:
        k_of = np.arange(K)[:, None]
        B = p[k_of, w.benchmark]
        pay = np.clip(contract_payment(B, w.strike, w.upside, w.threshold), -w.back_cap, w.pay_cap)
        pay = np.where(w.contracted > 0, pay, 0.0)
    flat = np.zeros((K, R))
    slope = np.sum(market.supply.slope(m[:, None, :]), axis=-2)
    excess = y + scrap + f.given - x.sum(axis=-1)
    return Point(p, rent, stock, to, to.gain, c, P, s, flat[:, None, :], flat, m, pay, y, slope,
                 flat, D, Q, excess, found, None)  # fmt: skip


def _shares(f: Frame, at: Places, b: Balance, p: Array) -> Array:
    """Limit rents, USD/t; of a tariff-rate quota as a share of what is due beyond it."""
    rent = b.limit_rent.copy()
    for g in f.tranches:
        within, full = (
            charged(f, np.where(np.arange(len(rent)) == g, share, 0.0)) for share in (0.0, 1.0)
        )
        k, o, d = (int(v[0]) for v in np.nonzero(f.w.limit_mask[g] > 0))
        due = p[k, o] * (full.gain - within.gain)[k, o, d] + (full.fixed - within.fixed)[k, o, d]
        rent[g] = min(rent[g] * within.per_rent[g, k, o, d] / due, 1.0)
    return rent


def refuse(w: Wedges) -> None:
    """Refuse what has no exact form here."""
    if w.any_alias:
        raise InputError(
            "Relabelling is not offered for a homogeneous good: all of it would be relabelled, or "
            "none. Use the logit."
        )
    for g in w.tranches:
        if np.sum(w.limit_mask[g] > 0) > 1:
            name = w.limit_id[g] if w.limit_id else f"limit {g}"
            raise InputError(
                f"Tariff-rate quota '{name}' covers several routes. For a homogeneous good who "
                "fills it is not determined: write one quota per origin and destination."
            )
