"""Random hard worlds, seeded: short of capacity, walled off, floored, banned, under quotas.

One to four stages and three to twelve regions. The base year balances by construction; then every
plant gets 0.25 to 1.2 times the capacity that the base year needs, and one to six instruments of
every kind are thrown at the market together. Figures are invented.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from orepact.errors import AccountsError
from orepact.market import RESULTS, Market, Wedges, demand, solve, sourcing, supply
from orepact.market.certificate import certify

Array = Any
Rng = np.random.Generator


def world(seed: int) -> tuple[Market, Wedges]:
    """The market and the policy of one seed."""
    g = np.random.default_rng([2026, seed])
    m = market(g)
    w = Wedges.base(m)
    for i in range(int(g.integers(1, 7))):
        w = INSTRUMENTS[int(g.integers(len(INSTRUMENTS)))](g, m, w, f"{i}")
    return m, w


def market(g: Rng) -> Market:
    """Stages in a row (some with a second feed), a few regions that make nothing, in half of the
    markets one producer of nine tenths of the world at a stage."""
    K, R = int(g.integers(1, 5)), int(g.integers(3, 13))
    inputs = np.zeros((K, K, R))
    for k in range(1, K):
        inputs[k, k - 1] = g.uniform(0.8, 1.2) * g.uniform(0.95, 1.05, R)
        if k > 1 and g.random() < 0.4:
            inputs[k, k - 2] = g.uniform(0.1, 0.5)
    p0 = 10.0 * np.cumprod(g.uniform(1.5, 3.0, K))[:, None] * g.uniform(0.8, 1.25, (K, R))
    away = ~np.eye(R, dtype=bool)
    freight = np.where(away, p0.mean(1)[:, None, None] * g.uniform(0.01, 0.15, (K, R, R)), 0.0)
    duty = np.where(away, g.uniform(0.0, 0.15, (K, R, R)) * (g.random((K, R, R)) < 0.5), 0.0)
    cif = g.random(R) < 0.5
    makes = g.random((K, R)) < 0.8
    makes[:, :2] = True
    taste = g.gamma(g.uniform(0.3, 2.0), size=(K, R, R)) * makes[:, :, None] + 1e-12
    if g.random() < 0.5:
        taste[int(g.integers(K)), int(g.integers(2))] *= 9.0 * R
    taste = np.where(makes[:, :, None], taste / taste.sum(1, keepdims=True), 0.0)
    seed = 10.0 ** g.uniform(-4, -2) * makes[:, :, None] / makes.sum(1)[:, None, None]
    share = taste + seed
    share = share / share.sum(1, keepdims=True)
    c0 = p0[:, :, None] + freight + duty * (p0[:, :, None] + cif * freight)
    P0 = np.sum(share * c0, axis=1)
    final = g.lognormal(2.0, 1.0, (K, R)) * np.append(np.full(K - 1, 0.2), 1.0)[:, None]
    build = np.where(g.random((K, R)) < 0.1, 0.05 * final, 0.0)
    use, y, x = np.zeros((K, R)), np.zeros((K, R)), np.zeros((K, R, R))
    scrap, draw = np.zeros((K, R)), np.zeros((K, R))
    for k in range(K - 1, -1, -1):
        use[k] = final[k] + build[k] + sum(inputs[j, k] * y[j] for j in range(k + 1, K))
        x[k] = share[k] * use[k]
        made = x[k].sum(1)
        scrap[k] = np.where(g.random(R) < 0.3, 0.2 * made, 0.0)
        draw[k] = np.where(g.random(R) < 0.1, 0.05 * made, 0.0)
        y[k] = made - scrap[k] - draw[k]
    m0 = p0 - np.einsum("kjr,jr->kr", inputs, P0)
    credit = np.where(m0 < 0.05 * p0, 0.05 * p0 - m0, 0.0)
    cap = y * g.uniform(0.25, 1.2, (K, R))
    one = np.ones((K, 1, R))
    sigma = np.exp(g.uniform(np.log(1.5), np.log(60.0), (K, 1))) + 0 * P0
    ces = g.random() < 0.15
    return Market.from_arrays(
        mineral="trial",
        stages=["ore", "concentrate", "metal", "magnet"][:K],
        regions=[f"R{r}" for r in range(R)],
        p0=p0,
        x0=x,
        scale=np.maximum(x.sum(2), 1e-9 * x.sum((1, 2))[:, None]),
        inputs=inputs,
        freight=freight,
        duty=duty,
        cif=cif,
        credit=credit,
        draw=draw,
        build=build,
        supply=supply.Isoelastic(
            cap[:, None],
            np.where(cap > 0, np.minimum(1.0, y / np.where(cap > 0, cap, 1.0)), 1.0)[:, None],
            (m0 + credit)[:, None],
            g.uniform(0.1, 2.0, (K, 1, 1)) * one,
            g.uniform(0.1, 0.7, (K, 1, 1)) * one,
        ),
        secondary=supply.Isoelastic(2 * scrap[:, None], one / 2, p0[:, None], 0.3 * one, 0.1 * one),
        demand=demand.Isoelastic(
            final, P0, g.uniform(0.05, 1.0, (K, 1)) + 0 * P0, g.uniform(3.0, 8.0, (K, 1)) + 0 * P0
        ),
        sourcing=sourcing.CES(share * (c0 / P0[:, None]) ** (sigma[:, None] - 1), sigma)
        if ces
        else sourcing.Logit(share, c0, P0, P0 / sigma),
    )


# instruments: each takes the generator, the market, the wedges so far and its own name ------------


def _sides(g: Rng, m: Market) -> tuple[int, Array, Array]:
    """A stage, and some regions against some others, (R,) each."""
    R = len(m.regions)
    inside = np.zeros(R, bool)
    inside[g.choice(R, int(g.integers(1, max(2, R // 2))), replace=False)] = True
    return int(g.integers(len(m.stages))), inside, ~inside


def _routes(m: Market, k: int, origins: Array, destinations: Array) -> Array:
    out = np.zeros(m.x0.shape, bool)
    out[k] = origins[:, None] & destinations[None, :] & ~np.eye(len(origins), dtype=bool)
    return out


def _maker(g: Rng, m: Market, k: int) -> Array:
    """One origin (R,): the largest every second time."""
    made = m.x0[k].sum(1)
    largest = g.random() < 0.5
    o = int(np.argmax(made)) if largest else int(g.choice(np.flatnonzero(made > 0)))
    return np.arange(len(made)) == o


def tariff(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Duties up to 150 %, on some or all others; specific ones too."""
    k, inside, outside = _sides(g, m)
    routes = _routes(m, k, outside, inside)
    specific = g.uniform(0, 0.3) * m.p0[k].mean() * (g.random() < 0.3)
    return replace(
        w,
        duty=w.duty + np.where(routes, g.uniform(0.0, 1.5), 0.0),
        specific=w.specific + np.where(routes, specific, 0.0),
    )


def floor(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """A floor up to twice the base price, of every kind."""
    k, inside, outside = _sides(g, m)
    inside = inside & (w.floor[k] == 0)
    if not inside.any():
        return w
    routes = _routes(m, k, outside, inside)
    F = g.uniform(0.7, 2.0) * m.p0[k].mean()
    kind = ("lowest", "average", "bloc", "top_up")[int(g.integers(4))]
    here = np.zeros(w.floor.shape, bool)
    here[k] = inside
    imports = np.where(routes, m.x0, 0.0)
    total = imports.sum(1, keepdims=True)
    eligible = routes & (imports > 0) & (imports >= 0.02 * total)
    weights = np.where(eligible, imports, 0.0) * (kind == "average")
    sums = weights.sum(1, keepdims=True)
    response = (0.0, 1.0, g.random())[int(g.integers(3))]
    return replace(
        w,
        floor=np.where(here, F, w.floor),
        covered=np.maximum(w.covered, routes),
        eligible=w.eligible | eligible,
        weights=w.weights + weights / np.where(sums > 0, sums, 1.0),
        counts_duty=w.counts_duty | (here & (g.random() < 0.3)),
        on_cif=w.on_cif | (here & (m.cif if g.random() < 0.7 else np.zeros(len(inside), bool))),
        top_up=w.top_up | (here & (kind == "top_up")),
        response=np.where(here, response, w.response),
        group=np.where(here & (kind == "bloc"), 1 + w.group.max(), w.group),
    )


def ban(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Exports banned in full, or down to a part of base tonnes; to all or to some."""
    k, some, _ = _sides(g, m)
    who = _maker(g, m, k)
    routes = _routes(m, k, who, np.ones_like(who) if g.random() < 0.6 else some)
    if g.random() < 0.5:
        return replace(w, open=w.open * np.where(routes, 0.0, 1.0))
    return _limited(w, m, routes, 1 - g.uniform(0.2, 1.0), "producers", f"ban {id}")


def import_quota(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Imports of some from all others or from one, down to nothing."""
    k, inside, outside = _sides(g, m)
    if g.random() < 0.5:
        outside = _maker(g, m, k)
    return _limited(
        w, m, _routes(m, k, outside, inside), g.uniform(0, 1.2), _holder(g), f"import quota {id}"
    )


def export_quota(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Exports of one to all others."""
    k = int(g.integers(len(m.stages)))
    who = _maker(g, m, k)
    routes = _routes(m, k, who, np.ones_like(who))
    return _limited(w, m, routes, g.uniform(0, 1.2), _holder(g), f"export quota {id}")


def _holder(g: Rng) -> str:
    return ("importer", "exporter", "producers")[int(g.integers(3))]


def _limited(w: Wedges, m: Market, routes: Array, share: float, holder: str, id: str) -> Wedges:
    mask = np.where(routes & (m.x0 > 0), 1.0, 0.0)
    if not mask.any():
        return w
    held = np.broadcast_to(w.limit_mask, (len(w.holder), *mask.shape))
    return replace(
        w,
        limit_mask=np.concatenate([held, mask[None]]),
        limit=np.append(w.limit, share * np.sum(mask * m.x0)),
        holder=(*w.holder, holder),
        limit_id=(*w.limit_id, id),
    )


def export_tax(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """Up to 60 % of the price, or a fixed sum."""
    k = int(g.integers(len(m.stages)))
    who = _maker(g, m, k)
    routes = _routes(m, k, who, np.ones_like(who))
    if g.random() < 0.3:
        specific = np.where(routes, g.uniform(0, 0.5) * m.p0[k].mean(), 0.0)
        return replace(w, export_specific=w.export_specific + specific)
    return replace(w, export_tax=w.export_tax + np.where(routes, g.uniform(0, 0.6), 0.0))


def contract(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """A contract for difference on part of one plant's capacity."""
    k = int(g.integers(len(m.stages)))
    here = np.zeros(w.strike.shape, bool)
    here[k] = _maker(g, m, k)
    base = m.p0[k].mean()
    bench = int(np.argmax(m.x0[k].sum(1)))
    upside = (0.0, 0.3)[int(g.integers(2))]
    return replace(
        w,
        contracted=np.where(here, g.uniform(0.1, 1.0), w.contracted),
        strike=np.where(here, g.uniform(0.8, 2.0) * base, w.strike),
        threshold=np.where(here, 1.5 * base, w.threshold),
        upside=np.where(here, upside, w.upside),
        pay_cap=np.where(here, np.inf if g.random() < 0.5 else 0.3 * base, w.pay_cap),
        benchmark=np.where(here, bench, w.benchmark),
    )


def stocks(g: Rng, m: Market, w: Wedges, id: str) -> Wedges:
    """A release or a purchase, up to a fifth of what the region uses; one release in ten may come
    from where nothing can leave, which has no equilibrium."""
    k, inside, _ = _sides(g, m)
    if g.random() < 0.9:
        inside = inside & (m.x0[k].sum(1) > 0)
    tonnes = np.zeros(w.release.shape)
    tonnes[k] = np.where(inside, g.uniform(0, 0.2) * m.x0[k].sum(0), 0.0)
    if g.random() < 0.6:
        return replace(w, release=w.release + tonnes)
    return replace(w, purchase=w.purchase + 0.5 * tonnes)


INSTRUMENTS: tuple[Callable[[Rng, Market, Wedges, str], Wedges], ...] = (
    tariff, floor, floor, ban, import_quota, export_quota, export_tax, contract, stocks,
)  # fmt: skip


# how the solver does -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one world."""

    seed: int
    status: str  # "solved", "no equilibrium", "stalled" or "wrong"
    worst: float  # largest residual of the certificate
    message: str
    seconds: float


Build = Callable[[int], tuple[Market, Wedges]]


def trial(seed: int, build: Build = world) -> Trial:
    """Solve one world and certify it. ``wrong`` is a claim that the certificate refutes, or
    accounts that do not balance."""
    m, w = build(seed)
    start = time.perf_counter()
    try:
        out = solve(m, w, must_solve=False)
    except AccountsError as e:
        return Trial(seed, "wrong", np.inf, str(e), time.perf_counter() - start)
    seconds = time.perf_counter() - start
    c = certify(out)
    worst = max(c.residuals.values())
    if bool(np.all(out.converged)):
        said = c.worst(1)
        return Trial(
            seed, "solved" if c.passed else "wrong", worst, said[0] if said else "", seconds
        )
    honest = out.status in (RESULTS.no_supply, RESULTS.no_outlet, RESULTS.oversold)
    return Trial(seed, "no equilibrium" if honest else "stalled", worst, out.message, seconds)


def scoreboard(seeds: Iterable[int], build: Build = world) -> tuple[list[str], list[Trial]]:
    """A table in Markdown of how many worlds are solved, and every trial behind it."""
    trials = [trial(s, build) for s in seeds]
    n = Counter(t.status for t in trials)
    named = sum("Worst:" in t.message for t in trials if t.status == "stalled")
    solved = [t.worst for t in trials if t.status == "solved"]
    spent = np.array([t.seconds for t in trials])
    lines = [
        f"| {len(trials)} random hard worlds | measured |",
        "|---|---|",
        f"| solved, certificate within 1e-9 | {n['solved']} |",
        f"| no equilibrium, said so | {n['no equilibrium']} |",
        f"| stalled, said so | {n['stalled']}, of which {named} name the place |",
        f"| said to be solved, refuted by the certificate | {n['wrong']} |",
        f"| largest residual among the solved | {max(solved, default=0.0):.1e} |",
        f"| seconds in all, median and longest | {spent.sum():.1f}, {np.median(spent):.3f}, "
        f"{spent.max():.2f} |",
    ]
    return lines, trials
