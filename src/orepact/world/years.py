"""Another year's chains: the balanced base year, with what that year's statistics say in its place.

Output moves with the publishers' series (:mod:`orepact.world.growth`). Trade starts from the base
year's balanced shipments, each moved with its origin's output; cells that the year's own
statistics give (matrices held, China's exports, EU imports) replace them, then the United States'
customs cells and totals of the year. Final use, stocks and own markets close each stage as in the
base year, and the whole is balanced the same way. Decisions in tonnes are scaled and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from orepact.catalogue import minerals
from orepact.world.balance import Priors, balance
from orepact.world.cells import CRUMB, KIND, WEIGHTS, Trade, contents
from orepact.world.evidence import Evidence
from orepact.world.flows import Solved
from orepact.world.gaps import fill_gaps
from orepact.world.growth import BASE, Growth, growth
from orepact.world.priors import Labels, close, proxy_shares
from orepact.world.recipe import Recipe, StageRecipe
from orepact.world.recorded import NOTHING, recorded
from orepact.world.register import ASSUMPTION
from orepact.world.series import Series
from orepact.world.trade import trace_hubs
from orepact.world.us_cells import customs_cells, fits, most, pin, salient
from orepact.world.world import Array
from orepact.world.year_evidence import carried, same_sources

YEARS = (2019, 2022, 2023, 2025)
SURVEY_SOURCE = "usgs-mcs-2026"
FLAGS = {"usgs-mcs-2025": "A", "usgs-mcs-2026": "A", "bgs-wms": "B"}

Proxies = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class YearInputs:
    """What one mineral's chain of a year is made from."""

    raw: Path
    survey: pl.DataFrame
    year: int
    ev: Evidence
    base: Evidence
    recipe: Recipe
    series: Series
    shipped: Solved
    proxies: Proxies
    price: Mapping[str, float]
    before: Mapping[tuple[str, str], float | None]


@dataclass(frozen=True, slots=True)
class YearSolved:
    """A year's chain, its recipe as scaled, its growth, and how its trade is known by stage."""

    solved: Solved
    recipe: Recipe
    growth: Mapping[str, Growth]
    trade: Mapping[str, str]


def base_output(shipped: Solved) -> dict[str, Array]:
    """The base year's published output by stage (R), t."""
    return {id: shipped.priors.output[k] for k, id in enumerate(shipped.priors.stages)}


def _change(x: YearInputs, chapter: str, details: tuple[str, ...]) -> float | None:
    """Change of a sum of United States statistics; None where one of them is withheld."""
    if not details or not x.ev.salient:
        return None
    for d in details:
        if x.ev.salient.get((chapter, d)) is None or x.base.salient.get((chapter, d)) is None:
            return None
    now, then = (sum(salient(ev, chapter, d) for d in details) for ev in (x.ev, x.base))
    return now / then if then > 0 else None


def _output(
    x: YearInputs, k: int, id: str, g: Growth, p: Priors, labels: Labels
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Fill output, weights and scrap of one stage; return the regions the year's figures give."""
    old, us, s = x.shipped.priors, x.ev.at("USA"), x.series.stage(id)
    ratio = np.where(old.output[k] > 0, g.t / np.where(old.output[k] > 0, old.output[k], 1), 1.0)
    own, t, scrap = g.own.copy(), g.t.copy(), old.secondary[k] * ratio
    chapter = s.us_chapter or x.recipe.chapter
    details = s.us_output or tuple(x.recipe.stages[id].us_output)
    if (change := _change(x, chapter, details)) is not None and old.output[k, us] > 0:
        t[us], own[us] = old.output[k, us] * change, True
    if (scrapped := _change(x, chapter, s.us_secondary)) is not None:
        scrap[us] = old.secondary[k, us] * scrapped
    p.output[k], p.secondary[k] = t, scrap
    flag = np.where(own, FLAGS.get(g.source, "E"), "E")
    level = [x.shipped.labels.node.get(("output", k, i), ("", "", "")) for i in range(t.size)]
    scaled = own & (flag == "A") & [base[1] != "A" for base in level]
    flag = np.where(scaled, "B", flag)
    flag[us] = "A" if own[us] else "E"
    p.weights["output"][k] = [
        WEIGHTS[f if o else "carried"] for f, o in zip(flag, own, strict=True)
    ]
    moved = g.note if g.source == ASSUMPTION else f"carried from {BASE}, moved with the stage"
    for i in np.flatnonzero(t):
        source, trust, _ = level[i]
        scale = f"; scaled: its level is {source}'s, flag {trust}" if scaled[i] else ""
        note = g.note + scale
        told = (g.source, str(flag[i]), note) if own[i] else (ASSUMPTION, "E", moved)
        if i == us and change is not None:
            told = ("usgs-mcs-2026", "A", f"base year times {'; '.join(details)}")
        labels.node["output", k, int(i)] = told
    for i in np.flatnonzero(scrap):
        told = (ASSUMPTION, "E", f"carried from {BASE}, moved with output")
        if i == us and scrapped is not None:
            told = ("usgs-mcs-2026", "A", f"base year times {'; '.join(s.us_secondary)}")
        labels.node["secondary", k, int(i)] = told
    return own


def _stocks(x: YearInputs, id: str, s: StageRecipe) -> StageRecipe:
    """The stage with the year's own change of United States stocks, where it is published."""
    series, rise = x.series.stage(id), 0.0
    chapter = series.us_chapter or x.recipe.chapter
    for d in series.us_stocks:
        now, then = x.ev.salient.get((chapter, d)), x.before.get((chapter, d))
        if now is None or then is None:
            return s
        rise += now - then
    if rise == 0:
        return s
    figure = {"USA": (abs(rise), SURVEY_SOURCE, "; ".join(series.us_stocks))}
    if rise > 0:
        return replace(s, build={**s.build, **figure})
    return replace(s, draw={**s.draw, **figure})


def _carried_trade(x: YearInputs, k: int, supply: Array) -> Trade:
    """The base year's shipments between regions, each moved with its origin's supply."""
    old, then = x.shipped.priors, x.shipped.balanced
    had = old.output[k] + old.secondary[k]
    ratio = np.where(had > 0, supply / np.where(had > 0, had, 1.0), supply.sum() / had.sum())
    trade = Trade.empty(supply.size)
    trade.t = then.trade[k] * ratio[:, None]
    np.fill_diagonal(trade.t, 0.0)
    at = trade.t > 0
    imputed = at & (x.shipped.labels.kind[k] == KIND["imputed"])
    trade.mark(at, "carried", "margins", "")
    trade.mark(imputed, "imputed", "imputed", "")
    trade.source = np.where(at, x.shipped.labels.source[k], "")
    trade.code = np.where(at, x.shipped.labels.code[k], "")
    return trade


def _observe(x: YearInputs, id: str, s: StageRecipe, trade: Trade, supply: Array, need: Array,
             price: float) -> float:  # fmt: skip
    """Put the year's own cells in place; return the share of the base year's that they replace."""
    us = x.ev.at("USA")
    c = contents(x.ev, x.recipe.mineral, id, s)
    now = recorded(x.ev, s, c, price, NOTHING)
    old_s = x.recipe.stages[id]
    old_price = price / x.price[id]
    then = recorded(same_sources(x.base, x.ev), old_s, c, old_price, NOTHING)
    known = (now.t > 0) | (then.t > 0)
    known[us] = known[:, us] = False
    if s.use == "none":
        now.t[:, (need == 0) & (np.arange(need.size) != us)] = 0.0
    now.t[:, [x.ev.at(r) for r in s.transit]] = 0.0
    free = np.where(known, now.t, 0.0)
    found = trace_hubs(free, np.maximum(supply - need, 0.2 * supply))
    before = np.where(trade.kind == KIND["carried"], trade.t, 0.0)
    before[us] = before[:, us] = 0.0
    trade.t = np.where(known | (found > 0), found, trade.t)
    for name in ("kind", "weight", "source", "code"):
        new, held = getattr(now, name), getattr(trade, name)
        setattr(trade, name, np.where(known & (now.t > 0), new, held))
    fresh = (found > 0) & ~(now.t > 0)
    trade.mark(fresh, "filled", "margins", "baci-v202601", now.code)
    trade.mark(trade.t == 0, "none", "margins", "")
    return float(before[known].sum() / before.sum()) if before.sum() > 0 else 0.0


def _stage(x: YearInputs, k: int, id: str, p: Priors, labels: Labels, g: Growth,
           s: StageRecipe) -> str:  # fmt: skip
    """Trade, use and stocks of one stage; return how its trade is known."""
    us = x.ev.at("USA")
    supply = p.output[k] + p.secondary[k]
    need = np.einsum("jkr,jr->kr", p.inputs, p.output)[k]
    for place, (t, _, _) in s.draw.items():
        supply[x.ev.at(place)] += t
    for place, (t, _, _) in s.build.items():
        need[x.ev.at(place)] += t
    trade = _carried_trade(x, k, supply)
    price = x.ev.facts[x.recipe.mineral, id].number("price_2024_usd_per_t_contained") * x.price[id]
    share = _observe(x, id, s, trade, supply, need, price)
    c = contents(x.ev, x.recipe.mineral, id, s)
    old = x.shipped.labels
    gone = (old.source[k] == "un-comtrade") & (old.kind[k] == KIND["customs"])
    lines = np.zeros_like(gone)
    lines[us] = lines[:, us] = True
    trade.t[gone & lines] = 0.0
    cells = customs_cells(x.ev, s, c, trade)
    # where customs cells exceed the survey's total, it is of other goods that year
    if s.us_imports and not fits(x.ev, x.recipe, s.us_imports, trade, True):
        s = replace(s, us_imports=None)
    if s.us_exports and not fits(x.ev, x.recipe, s.us_exports, trade, False):
        s = replace(s, us_exports=None)
    some = bool(cells) or s.us_imports is not None or s.us_exports is not None
    unplaced = pin(x.ev, x.recipe, id, s, c, cells, trade, supply)
    if s.us_imports is None or s.us_exports is None:
        held = lines & (old.kind[k] == KIND["customs"]) & (trade.t > 0)
        trade.pinned |= held  # carried with the draw or stock that met it in the base year
    shares = proxy_shares(x.ev, x.proxies, s.use)
    known = (s.us_imports is not None, s.us_exports is not None)
    use = fill_gaps(x.ev, s, trade, supply, need, shares, *known, unplaced, most(x.ev, s, c)[us])
    trade.t[(trade.t < CRUMB * supply.sum()) & ~trade.pinned] = 0.0
    close(x.ev, s, k, p, trade, use, labels)
    for name, figures in (("stock_draw", s.draw), ("stock_build", s.build)):
        loose = [x.ev.at(r) for r, (_, source, _) in figures.items() if source == ASSUMPTION]
        p.weights[name][k, loose] = WEIGHTS["use"]
    p.trade[k], p.weights["trade"][k] = trade.t, np.where(trade.weight > 0, trade.weight, 1.0)
    labels.kind.append(trade.kind)
    labels.code.append(trade.code)
    labels.most.append(most(x.ev, s, c))
    labels.source.append(np.where(trade.source == "", "orepact-balance", trade.source))
    return "own" if share > 0.5 else "US cells only" if some else "carried"


def replace_stage(recipe: Recipe, id: str, s: StageRecipe) -> Recipe:
    """The recipe with one stage replaced."""
    return Recipe(recipe.mineral, recipe.chapter, {**recipe.stages, id: s})


def solve_year(x: YearInputs) -> YearSolved | None:
    """Assemble and balance one mineral's chain of a year; None where no series covers it."""
    ids, n = minerals()[x.recipe.mineral].stage_ids, len(x.ev.regions)
    K, labels = len(ids), Labels()
    found = growth(
        x.raw, x.survey, x.series, base_output(x.shipped), x.shipped.priors.inputs, x.year
    )
    if found is None:
        return None
    quantities = ("output", "stock_draw", "final_use", "stock_build")
    p = Priors(
        name=x.recipe.mineral,
        stages=ids,
        regions=x.ev.regions,
        inputs=x.shipped.priors.inputs,
        **{q: np.zeros((K, n)) for q in (*quantities, "secondary")},
        trade=np.zeros((K, n, n)),
        weights={q: np.ones((K, n)) for q in quantities} | {"trade": np.ones((K, n, n))},
    )
    recipe, exact = x.recipe, {}
    for k, id in enumerate(ids):
        g = found[id]
        own = _output(x, k, id, g, p, labels)
        exact[id] = Growth(p.output[k], own, g.factor, g.source, g.note)
        s = carried(x.recipe.stages[id], x.ev, x.base, x.recipe, g.factor, x.price[id])
        s = _stocks(x, id, s)
        recipe = replace_stage(recipe, id, s)
    known = {
        id: _stage(x, k, id, p, labels, exact[id], recipe.stages[id]) for k, id in enumerate(ids)
    }
    return YearSolved(Solved(p, labels, balance(p)), recipe, exact, known)
