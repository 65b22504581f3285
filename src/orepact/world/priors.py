"""From evidence to priors: one chain, its stages from the last to the first.

Kinds of shipment, in order of trust: the United States' own customs cells (pinned), BACI,
other customs records, margins of the largest traders, gaps filled from surpluses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import minerals
from orepact.world.balance import Priors
from orepact.world.cells import BALANCE, CRUMB, KIND, STOCK, WEIGHTS, Trade, contents
from orepact.world.evidence import Evidence
from orepact.world.facts import Citation
from orepact.world.gaps import fill_gaps
from orepact.world.recipe import Recipe, StageRecipe
from orepact.world.recorded import NOTHING, Hidden, recorded
from orepact.world.register import ASSUMPTION
from orepact.world.trade import trace_hubs
from orepact.world.us_cells import customs_cells, most, pin, salient
from orepact.world.world import Array


@dataclass(slots=True)
class Labels:
    """Where each prior comes from: source and note by (quantity, stage, region); cells' sources.

    ``most`` is what the United States' customs records allow of a cell at most, infinite elsewhere.
    """

    node: dict[tuple[str, int, int], tuple[str, str, str]] = field(default_factory=dict)
    kind: list[NDArray[np.int8]] = field(default_factory=list)
    source: list[NDArray[np.object_]] = field(default_factory=list)
    code: list[NDArray[np.object_]] = field(default_factory=list)
    most: list[Array] = field(default_factory=list)


Told = dict[int, tuple[str, str, str]]
"""Source, flag and note of a figure, by region."""


RESIDUAL = "residual split"
"""The sheet's word for what a publisher's other countries were split into."""


def published(ev: Evidence, recipe: Recipe, stage: str) -> tuple[Array, Told]:
    """Output of a stage by region as published or decided, scrap included (R), t, and by whom.

    A figure in place of a part of a residual leaves the other parts the rest of it.
    """
    s, t, told = recipe.stages[stage], np.zeros(len(ev.regions)), Told()
    rows = ev.output.filter((pl.col("mineral") == recipe.mineral) & (pl.col("stage") == stage))
    for r in rows.iter_rows(named=True):
        i = ev.regions.index(r["region"])
        t[i], told[i] = r["t"], (r["source"], r["flag"], r["detail"])
    split = [i for i, (_, _, detail) in told.items() if RESIDUAL in detail]
    for place, (tonnes, source, why) in s.other_countries.items():
        if (i := ev.at(place)) in split:
            split.remove(i)
            t[split] *= 1 - (tonnes - t[i]) / t[split].sum()
            t[i], told[i] = tonnes, (source, "A", why)
    for place, (tonnes, source, why) in s.output.items():
        i = ev.at(place)
        t[i], told[i] = tonnes, (source, "E" if source == ASSUMPTION else "A", why)
    if s.us_output:
        i = ev.at("USA")
        t[i] = sum(salient(ev, recipe.chapter, d) for d in s.us_output)
        told[i] = ("usgs-mcs-2026", "A", "; ".join(s.us_output))
    return t, told


def _output(
    ev: Evidence, recipe: Recipe, stage: str, k: int, labels: Labels
) -> tuple[Array, Array, Array]:
    """Primary output, its weight and secondary supply by region, t."""
    s, n = recipe.stages[stage], len(ev.regions)
    t, told = published(ev, recipe, stage)
    labels.node |= {("output", k, i): x for i, x in told.items()}
    shares = np.full(n, s.secondary_share.get("default", 0.0))
    for place, share in s.secondary_share.items():
        if place != "default":
            shares[ev.at(place)] = share
    secondary = t * shares
    for j in np.flatnonzero(secondary):
        labels.node["secondary", k, int(j)] = (ASSUMPTION, "E", f"{shares[j]:.3g} of published")
    for place, (tonnes, source, why) in s.secondary.items():
        i = ev.at(place)
        secondary[i] += tonnes
        labels.node["secondary", k, i] = (source, "E" if source == ASSUMPTION else "A", why)
    weight = np.array([WEIGHTS[told[i][1] if i in told else "E"] for i in range(n)])
    return t * (1 - shares), weight, secondary


def feed_tonnes(
    ev: Evidence, recipe: Recipe, stage: str, feed: str
) -> tuple[float, Mapping[str, float], Citation]:
    """Tonnes of ``feed`` per tonne of ``stage``: by default, by region, and where from."""
    s, facts = recipe.stages[stage], ev.facts[recipe.mineral, stage]
    assumed = Citation(ASSUMPTION, "", True)
    if s.feeds:
        own = s.feeds[feed]
        return own["default"], {r: a for r, a in own.items() if r != "default"}, assumed
    if s.input is not None:
        return s.input, s.input_regions, assumed
    return facts.input_tonnes, s.input_regions, facts.cite("input_source")


def inputs_array(ev: Evidence, recipe: Recipe) -> Array:
    """Tonnes of stage j per tonne of stage k made in r: (K, K, R)."""
    m, n = minerals()[recipe.mineral], len(ev.regions)
    K = len(m.stages)
    out = np.zeros((K, K, n))
    for k, stage in enumerate(m.stages):
        for feed in stage.inputs:
            j = m.stage_ids.index(feed)
            out[k, j], own, _ = feed_tonnes(ev, recipe, stage.id, feed)
            for place, a in own.items():
                out[k, j, ev.at(place)] = a
    return out


def proxy_shares(
    ev: Evidence, proxies: Mapping[str, Mapping[str, float]], name: str
) -> Array | None:
    """Shares of final use by region, or None where trade or the next stage decides.

    "industry" is half steel, half GDP: an assumption that keeps manufacturing countries above
    and service economies below their share of income.
    """
    if name in ("apparent", "none"):
        return None
    gdp = ev.gdp / ev.gdp.sum()
    out = np.zeros(len(ev.regions))
    for place, share in proxies["steel" if name == "industry" else name].items():
        out[ev.at(place)] += share
    out /= out.sum()
    return (out + gdp) / 2 if name == "industry" else out


def stage_trade(
    ev: Evidence,
    recipe: Recipe,
    stage: str,
    supply: Array,
    need: Array,
    proxy: Array | None,
    hide: Hidden = NOTHING,
) -> tuple[Trade, Array]:
    """All cells of one stage, own markets left out, and final use by proxy (zero if apparent)."""
    s, us = recipe.stages[stage], ev.at("USA")
    price = ev.facts[recipe.mineral, stage].number("price_2024_usd_per_t_contained")
    c = contents(ev, recipe.mineral, stage, s)
    trade = recorded(ev, s, c, price, hide)
    if s.use == "none":
        trade.t[:, (need == 0) & (np.arange(need.size) != us)] = 0.0
    trade.t[:, [ev.at(r) for r in s.transit]] = 0.0
    found = trade.t.copy()
    imports = None if hide.us else s.us_imports
    exports = None if hide.us else s.us_exports
    free = found.copy()
    if imports is not None:
        free[:, us] = 0.0
    if not hide.us:
        free[us, :] = 0.0
    traced = trace_hubs(free, np.maximum(supply - need, 0.2 * supply))
    passed = (traced > 2 * free) & (traced > 0)
    trade.mark(passed, "filled", "margins", "baci-v202601", trade.code)
    trade.t = np.where(free > 0, traced, np.where(found > 0, found, traced))
    unplaced = 0.0
    if not hide.us:
        gross = customs_cells(ev, s, c, trade)
        unplaced = pin(ev, recipe, stage, s, c, gross, trade, supply)
    use = fill_gaps(
        ev,
        s,
        trade,
        supply,
        need,
        proxy,
        imports is not None,
        exports is not None,
        unplaced,
        most(ev, s, c)[us],
    )
    trade.t[(trade.t < CRUMB * supply.sum()) & ~trade.pinned] = 0.0
    return trade, use


def close(
    ev: Evidence, s: StageRecipe, k: int, p: Priors, trade: Trade, use: Array, labels: Labels
) -> None:
    """Final use, stocks and own markets of one stage, in place."""
    need = np.einsum("jkr,jr->kr", p.inputs, p.output)[k]
    imports, exports = trade.t.sum(axis=0), trade.t.sum(axis=1)
    supply = p.output[k] + p.secondary[k]
    draw, build = np.zeros_like(supply), np.zeros_like(supply)
    for place, (tonnes, source, why) in s.draw.items():
        i = ev.at(place)
        draw[i] += tonnes
        labels.node["stock_draw", k, i] = (source, "E", why)
    stocked = np.zeros_like(supply)
    for place, (tonnes, source, why) in s.build.items():
        i = ev.at(place)
        stocked[i] += tonnes
        labels.node["stock_build", k, i] = (source, "E", why)
    short = np.maximum(exports - supply - draw, 0.0)
    pinned = trade.t.sum(axis=1, where=trade.pinned) > 0.5 * short
    pinned[ev.at("USA")] = True  # its imports are kept gross, so its re-exports must be too
    through = np.where(pinned, short, 0.0)
    for j in np.flatnonzero(through > 0.01 * (supply + imports)):
        labels.node["stock_draw", k, int(j)] = (
            BALANCE,
            "E",
            "recorded exports beyond own supply: re-exports or unrecorded supply",
        )
    draw += through
    recorded_in = trade.t.sum(axis=0, where=trade.pinned | (trade.kind != KIND["imputed"]))
    built = np.minimum(through, recorded_in)
    built = built + stocked
    left = np.maximum(supply + draw + imports - exports - need - built, 0.0)
    share = np.full(left.size, s.build_share.get("default", 0.0))
    for place, x in s.build_share.items():
        if place != "default":
            share[ev.at(place)] = x
    final = np.where(use > 0, use, left)
    floor = STOCK * (supply + draw + imports)
    build = built + share * final
    final = np.maximum((1 - share) * final, np.where(share < 1, floor, 0.0))
    p.stock_draw[k] = draw + floor
    p.weights["stock_draw"][k] = WEIGHTS["stock"]
    p.weights["stock_draw"][k, draw > 0] = WEIGHTS["through"]
    p.final_use[k], p.weights["final_use"][k] = final, WEIGHTS["use"]
    p.stock_build[k] = build
    p.weights["stock_build"][k] = np.where(built > 0.5 * build, WEIGHTS["through"], WEIGHTS["use"])
    bought = (need + final + build) > 0
    home = np.maximum(supply + p.stock_draw[k] - exports, 0.002 * (supply + p.stock_draw[k]))
    own = np.where(bought, home, 0.0)
    np.fill_diagonal(trade.t, own)
    at = np.diag(own > 0)
    trade.mark(at, "domestic", "domestic", BALANCE)


def assemble(
    ev: Evidence,
    recipe: Recipe,
    proxies: Mapping[str, Mapping[str, float]],
    hide: Hidden = NOTHING,
) -> tuple[Priors, Labels]:
    """Priors of one chain, with where each comes from."""
    ids, n = minerals()[recipe.mineral].stage_ids, len(ev.regions)
    K, labels = len(ids), Labels()
    grid = {q: np.zeros((K, n)) for q in ("output", "secondary", "stock_draw", "final_use")}
    p = Priors(
        name=recipe.mineral,
        stages=ids,
        regions=ev.regions,
        inputs=inputs_array(ev, recipe),
        **grid,
        stock_build=np.zeros((K, n)),
        trade=np.zeros((K, n, n)),
        weights={q: np.ones((K, n)) for q in ("output", "stock_draw", "final_use", "stock_build")}
        | {"trade": np.ones((K, n, n))},
    )
    for k, id in enumerate(ids):
        p.output[k], p.weights["output"][k], p.secondary[k] = _output(ev, recipe, id, k, labels)
    needs = np.einsum("jkr,jr->kr", p.inputs, p.output)
    for k, id in enumerate(ids):
        s = recipe.stages[id]
        supply = p.output[k] + p.secondary[k]
        for place, (tonnes, _, _) in s.draw.items():
            supply[ev.at(place)] += tonnes
        need = needs[k].copy()
        for place, (tonnes, _, _) in s.build.items():
            need[ev.at(place)] += tonnes
        trade, use = stage_trade(
            ev, recipe, id, supply, need, proxy_shares(ev, proxies, s.use), hide
        )
        close(ev, s, k, p, trade, use, labels)
        p.trade[k], p.weights["trade"][k] = trade.t, np.where(trade.weight > 0, trade.weight, 1.0)
        labels.kind.append(trade.kind)
        labels.source.append(trade.source)
        labels.code.append(trade.code)
        labels.most.append(most(ev, s, contents(ev, recipe.mineral, id, s)))
    return p, labels
