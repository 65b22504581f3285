"""The United States' own cells, pinned: customs records by partner, then the survey's totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world.cells import KIND, Content, Trade
from orepact.world.evidence import Evidence
from orepact.world.recipe import Recipe, StageRecipe, UsTotal
from orepact.world.register import ASSUMPTION
from orepact.world.trade import spread
from orepact.world.world import Array

EMBARGOED = ("IRN",)
"""Regions that the United States buys nothing from, whatever the survey leaves unnamed."""

HALF = 0.5
"""Share of an origin's supply that goes to the United States at most where no source names it: an
assumption. At no stage does the United States import above a third of the world's supply."""

Gross = Mapping[str, Mapping[tuple[int, int], float]]


def salient(ev: Evidence, chapter: str, detail: str) -> float:
    """One United States statistic, t; withheld or unknown raises :class:`WorldError`."""
    if (chapter, detail) not in ev.salient:
        known = sorted(d for c, d in ev.salient if c == chapter)
        raise WorldError(f"The survey's {chapter} has no row {detail!r}. It has {known}.")
    value = ev.salient[chapter, detail]
    if value is None:
        raise WorldError(f"The survey withholds {chapter}: {detail}. Give tonnes in the recipe.")
    return value


def records(ev: Evidence, c: Content) -> dict[str, dict[tuple[int, int], float]]:
    """Gross tonnes by code that the United States records with China, Mexico and Vietnam.

    Nothing traded is zero; so is what an exporter sells under a code that is not this stage.
    """
    gross: dict[str, dict[tuple[int, int], float]] = {}
    for r in ev.us_cells.filter(pl.col("hs6").is_in(list(c.factor))).iter_rows(named=True):
        o, d = ev.at(r["exporter"]), ev.at(r["importer"])
        gross.setdefault(r["hs6"], {})[o, d] = r["t"] if c.keep[r["hs6"]][o] else 0.0
    for code, exporter, importer in sorted(ev.us_none):
        if code in c.factor:
            gross.setdefault(code, {})[ev.at(exporter), ev.at(importer)] = 0.0
    return gross


def skipped(ev: Evidence, s: StageRecipe, code: str, pair: tuple[int, int]) -> bool:
    """Whether the recipe takes a record to be of another product."""
    us = ev.at("USA")
    partner = ev.regions[pair[0] if pair[1] == us else pair[1]]
    return partner in s.comtrade_skip.get(code, [])


def most(ev: Evidence, s: StageRecipe, c: Content) -> Array:
    """Contained tonnes (R x R) that the United States' records allow at most; else infinite.

    A cell is bounded where every code of the stage is recorded; what the recipe takes to be of
    another product counts gross, since its content is not known. Where trade under the codes is
    not used at all, it counts at the most that the recipe says they hold.
    """
    n = len(ev.regions)
    if s.at_most:
        every = np.ones(n, dtype=bool)
        c = Content(s.at_most, {k: {} for k in s.at_most}, dict.fromkeys(s.at_most, every))
    total, known = np.zeros((n, n)), np.zeros((n, n), dtype=int)
    for code, cells in records(ev, c).items():
        factor = c.row(code, n)
        for pair, t in cells.items():
            known[pair] += 1
            total[pair] += t * (1.0 if skipped(ev, s, code, pair) else factor[pair[0]])
    return np.where((known > 0) & (known == len(c.factor)), total, np.inf)


def customs_cells(
    ev: Evidence, s: StageRecipe, c: Content, trade: Trade
) -> dict[str, dict[tuple[int, int], float]]:
    """Impose the United States' records with China, Mexico and Vietnam; return gross by code.

    A cell is pinned where some code of the stage was traded, or none was and all are recorded.
    Records that the recipe skips are left out, unless nothing was traded.
    """
    n = len(ev.regions)
    gross = {
        code: {p: t for p, t in cells.items() if t == 0 or not skipped(ev, s, code, p)}
        for code, cells in records(ev, c).items()
    }
    known, t = np.zeros((n, n), dtype=int), np.zeros((n, n))
    codes, largest = np.full((n, n), "", dtype=object), np.zeros((n, n))
    for code, cells in gross.items():
        factor = c.row(code, n)
        for (o, d), tonnes in cells.items():
            known[o, d] += 1
            t[o, d] += tonnes * factor[o]
            if tonnes * factor[o] > largest[o, d]:
                codes[o, d], largest[o, d] = code, tonnes * factor[o]
    fresh = (t > 0) | ((known > 0) & (known == len(c.factor)))
    trade.t = np.where(fresh, t, trade.t)
    trade.mark(fresh, "customs", "pinned", "un-comtrade", codes)
    trade.mark(fresh & (t == 0), "none", "pinned", "")
    trade.pinned |= fresh
    return gross


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of United States trade: contained tonnes by partner, and what has none.

    ``assumed`` is the part of the cells whose total or partners are this project's assumption,
    ``unnamed`` that which the survey leaves to "other countries".
    """

    cells: Array
    assumed: Array
    unnamed: Array
    unplaced: float


def totals(
    ev: Evidence,
    recipe: Recipe,
    entries: Sequence[UsTotal],
    c: Content,
    gross: Gross,
    trade: Trade,
    supply: Array,
    makers: Array,
    bounds: Array,
    importing: bool,
) -> Side:
    """Place the survey's totals on partners.

    From each total the customs cells of its code (or, without a code, of the stage) are taken
    first; the rest goes to the other partners by the survey's or the recipe's shares, else in
    the proportions of the trade matrix; else it stays ``unplaced``. What the shares leave to other
    countries goes along the matrix where one is held, else along ``supply``, to none of a region's
    ``makers`` (R) more than the smallest named share of the total, nor more than :data:`HALF` of
    the region's supply; what finds no room goes to the named. No partner gets more than ``bounds``
    (R x R) allow. Raises :class:`WorldError` where customs cells exceed the total by over 5 %.
    """
    us, n = ev.at("USA"), len(ev.regions)
    line = (slice(None), us) if importing else (us, slice(None))
    pinned, observed = trade.pinned[line], trade.t[line]
    cells, assumed, unnamed = np.where(pinned, observed, 0.0), np.zeros(n), np.zeros(n)
    unplaced, bound = 0.0, bounds[line]
    plain = [x for x in entries if x.code is None]
    pool = _pool(ev, recipe, plain)
    free = max(0.0, pool - cells.sum()) / pool if pool > 0 else 1.0
    if not fits(ev, recipe, entries, trade, importing):
        raise WorldError(
            f"{recipe.mineral}: United States customs cells ({cells.sum():.4g} t) exceed the "
            f"survey's total ({pool:.4g} t). Skip the cells that are of another product."
        )
    for x in entries:
        factor = np.full(n, x.factor) if x.code is None else c.row(x.code, n)
        if not importing:
            factor = np.full(n, factor[us])
        whole = left = _tonnes(ev, recipe, x)
        banned = [us]
        closed = [ev.at(r) for r in (*EMBARGOED, *x.without)]
        if x.code is None:
            left *= free
            banned += list(np.flatnonzero(pinned))
        else:
            for code in (x.code, *x.also):
                for (o, d), t in gross.get(code, {}).items():
                    if (d if importing else o) == us:
                        left -= t
                        banned.append(o if importing else d)
        left = max(left, 0.0)
        shares, least = _shares(ev, recipe, x, observed, banned)
        if shares is None:
            unplaced += left * float(factor[us])
        elif left > 0:
            seeds = [_matrix(ev, c, x, observed), supply.copy()] if importing else []
            for seed in seeds:
                seed[closed] = 0.0
            room = np.minimum(least * whole * makers, HALF * supply / factor)
            named, rest = spread(left, shares, seeds, np.minimum(room, bound / factor), banned)
            over = named * factor > bound
            if over.any():
                full = np.where(over, bound / factor, 0.0)
                banned += list(np.flatnonzero(over))
                named, rest = spread(left - full.sum(), shares, seeds, room, banned)
                named = named + full
            if x.shares is None:
                guessed = trade.kind[line] == KIND["imputed"]
                named, rest = np.where(guessed, 0.0, named), np.where(guessed, named, rest)
            cells = cells + (named + rest) * factor
            unnamed = unnamed + rest * factor
            if x.source == ASSUMPTION or isinstance(x.shares, Mapping):
                assumed = assumed + named * factor
    return Side(cells, assumed, unnamed, unplaced)


def makers(ev: Evidence, mineral: str, stage: str, s: StageRecipe) -> Array:
    """Countries of every region (R) that are known to make a stage, at least one."""
    own = [s.makers.get(r, ev.makers.get((mineral, stage, r), 1)) for r in ev.regions]
    return np.array(own, dtype=float)


def _matrix(ev: Evidence, c: Content, x: UsTotal, observed: Array) -> Array:
    """Recorded trade (R) that shows where a total comes from; zero where no matrix is whole."""
    codes = (*c.factor,) if x.code is None else (x.code, *x.also)
    held = [code for code in codes if code in ev.gross and code not in ev.partial]
    if not held:
        return np.zeros_like(observed)
    if x.code is None:
        return observed.copy()
    us = ev.at("USA")
    column: Array = np.sum([np.where(c.keep[k], ev.gross[k][:, us], 0.0) for k in held], axis=0)
    return column


def _pool(ev: Evidence, recipe: Recipe, plain: Sequence[UsTotal]) -> float:
    return sum(_tonnes(ev, recipe, x) * x.factor for x in plain)


def fits(
    ev: Evidence, recipe: Recipe, entries: Sequence[UsTotal], trade: Trade, importing: bool
) -> bool:
    """Whether customs cells exceed the survey's totals (those without a code) by 5 % at most."""
    us = ev.at("USA")
    line = (slice(None), us) if importing else (us, slice(None))
    plain = [x for x in entries if x.code is None]
    cells = float(trade.t[line][trade.pinned[line]].sum())
    return not plain or _pool(ev, recipe, plain) >= 0.95 * cells


def pin(
    ev: Evidence,
    recipe: Recipe,
    id: str,
    s: StageRecipe,
    c: Content,
    gross: Gross,
    trade: Trade,
    supply: Array,
) -> float:
    """Impose the survey's totals on the United States' imports and exports, in place.

    What the survey prints of a partner is pinned; what it leaves to other countries is imputed.
    ``gross`` are the customs cells already imposed. Returns exports that have no partner, t.
    """
    us, unplaced, bounds = ev.at("USA"), 0.0, most(ev, s, c)
    made = makers(ev, recipe.mineral, id, s)
    for importing, entries in ((True, s.us_imports), (False, s.us_exports)):
        if entries is None:
            continue
        side = totals(ev, recipe, entries, c, gross, trade, supply, made, bounds, importing)
        line = (slice(None), us) if importing else (us, slice(None))
        where = np.zeros_like(trade.pinned)
        where[line] = (side.cells > 0) & ~trade.pinned[line]
        trade.t[line] = side.cells
        trade.mark(where, "customs", "pinned", "usgs-mcs-2026")
        guess, other = np.zeros_like(where), np.zeros_like(where)
        guess[line] = side.assumed > 0.5 * side.cells
        other[line] = side.unnamed > 0.5 * side.cells
        trade.mark(where & guess, "imputed", "pinned", ASSUMPTION)
        trade.mark(where & other, "imputed", "unplaced", "usgs-mcs-2026")
        trade.pinned |= where & ~other
        unplaced += side.unplaced
    return unplaced


def _tonnes(ev: Evidence, recipe: Recipe, x: UsTotal) -> float:
    return (
        x.t if x.t is not None else salient(ev, x.chapter or recipe.chapter, str(x.detail)) - x.less
    )


def _shares(
    ev: Evidence, recipe: Recipe, x: UsTotal, observed: Array, banned: Sequence[int]
) -> tuple[dict[int, float] | None, float]:
    """Partner shares of one total and the smallest of a country.

    None where neither the recipe nor a matrix knows them.
    """
    if isinstance(x.shares, str):
        known = ev.us_shares.get((x.chapter or recipe.chapter, x.shares))
        if known is None:
            raise WorldError(
                f"The survey's {x.chapter or recipe.chapter} has no import sources {x.shares!r}."
            )
        given = {place: share for place, share in known.items() if place}
    elif x.shares is not None:
        given = dict(x.shares)
    else:
        cell = observed.copy()
        cell[list(banned)] = 0.0
        if cell.sum() <= 0:
            return None, 0.0
        return {int(i): float(cell[i] / cell.sum()) for i in np.flatnonzero(cell)}, 0.0
    out: dict[int, float] = {}
    for place, share in given.items():
        out[ev.at(place)] = out.get(ev.at(place), 0.0) + share
    return out, min(given.values(), default=1.0)
