"""The United States' own cells, pinned: customs records by partner, then the survey's totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world.cells import Content, Trade
from orepact.world.evidence import Evidence
from orepact.world.recipe import Recipe, StageRecipe, UsTotal
from orepact.world.register import ASSUMPTION
from orepact.world.trade import spread
from orepact.world.world import Array

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


def customs_cells(
    ev: Evidence, s: StageRecipe, c: Content, trade: Trade
) -> dict[str, dict[tuple[int, int], float]]:
    """Impose the United States' records with China, Mexico and Vietnam; return gross by code."""
    n = len(ev.regions)
    gross: dict[str, dict[tuple[int, int], float]] = {}
    fresh = np.zeros((n, n), dtype=bool)
    codes, largest = np.full((n, n), "", dtype=object), np.zeros((n, n))
    for r in ev.us_cells.filter(pl.col("hs6").is_in(list(c.factor))).iter_rows(named=True):
        code, partner = r["hs6"], r["exporter"] if r["importer"] == "USA" else r["importer"]
        o, d = ev.at(r["exporter"]), ev.at(r["importer"])
        if partner in s.comtrade_skip.get(code, []) or not c.keep[code][o]:
            continue
        if not fresh[o, d]:
            trade.t[o, d], fresh[o, d] = 0.0, True
        tonnes = r["t"] * c.row(code, n)[o]
        trade.t[o, d] += tonnes
        if tonnes > largest[o, d]:
            codes[o, d], largest[o, d] = code, tonnes
        gross.setdefault(code, {})[o, d] = r["t"]
    trade.mark(fresh, "customs", "pinned", "un-comtrade", codes)
    trade.pinned |= fresh
    return gross


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of United States trade: contained tonnes by partner, and what has none.

    ``assumed`` is the part of the cells whose total or partners are this project's assumption.
    """

    cells: Array
    assumed: Array
    unplaced: float


def totals(
    ev: Evidence,
    recipe: Recipe,
    entries: Sequence[UsTotal],
    c: Content,
    gross: Gross,
    trade: Trade,
    supply: Array,
    importing: bool,
) -> Side:
    """Place the survey's totals on partners.

    From each total the customs cells of its code (or, without a code, of the stage) are taken
    first; the rest goes to the other partners by the survey's or the recipe's shares, else in
    the proportions of the trade matrix; else it stays ``unplaced``. Raises
    :class:`WorldError` where customs cells exceed the total by over 5 %.
    """
    us, n = ev.at("USA"), len(ev.regions)
    line = (slice(None), us) if importing else (us, slice(None))
    pinned, observed = trade.pinned[line], trade.t[line]
    cells, assumed, unplaced = np.where(pinned, observed, 0.0), np.zeros(n), 0.0
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
        left, banned = _tonnes(ev, recipe, x), [us]
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
        shares = _shares(ev, recipe, x, observed, banned)
        if shares is None:
            unplaced += left * float(factor[us])
        elif left > 0:
            rest = supply if importing else np.zeros(n)
            placed = spread(left, shares, rest, banned) * factor
            cells = cells + placed
            if x.source == ASSUMPTION or isinstance(x.shares, Mapping):
                assumed = assumed + placed
    return Side(cells, assumed, unplaced)


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
    s: StageRecipe,
    c: Content,
    gross: Gross,
    trade: Trade,
    supply: Array,
) -> float:
    """Impose the survey's totals on the United States' imports and exports, in place.

    ``gross`` are the customs cells already imposed. Returns exports that have no partner, t.
    """
    us, unplaced = ev.at("USA"), 0.0
    for importing, entries in ((True, s.us_imports), (False, s.us_exports)):
        if entries is None:
            continue
        side = totals(ev, recipe, entries, c, gross, trade, supply, importing)
        line = (slice(None), us) if importing else (us, slice(None))
        where = np.zeros_like(trade.pinned)
        where[line] = (side.cells > 0) & ~trade.pinned[line]
        trade.t[line] = side.cells
        trade.mark(where, "customs", "pinned", "usgs-mcs-2026")
        guess = np.zeros_like(where)
        guess[line] = side.assumed > 0.5 * side.cells
        trade.mark(where & guess, "imputed", "pinned", ASSUMPTION)
        trade.pinned |= where
        unplaced += side.unplaced
    return unplaced


def _tonnes(ev: Evidence, recipe: Recipe, x: UsTotal) -> float:
    return (
        x.t if x.t is not None else salient(ev, x.chapter or recipe.chapter, str(x.detail)) - x.less
    )


def _shares(
    ev: Evidence, recipe: Recipe, x: UsTotal, observed: Array, banned: Sequence[int]
) -> dict[int, float] | None:
    """Partner shares of one total; None where neither the recipe nor a matrix knows them."""
    if isinstance(x.shares, str):
        known = ev.us_shares.get((x.chapter or recipe.chapter, x.shares))
        if known is None:
            raise WorldError(
                f"The survey's {x.chapter or recipe.chapter} has no import sources {x.shares!r}."
            )
        out: dict[int, float] = {}
        for place, share in known.items():
            if place:
                out[ev.at(place)] = out.get(ev.at(place), 0.0) + share
        return out
    if x.shares is not None:
        return {ev.at(place): share for place, share in x.shares.items()}
    cell = observed.copy()
    cell[list(banned)] = 0.0
    if cell.sum() <= 0:
        return None
    return {int(i): float(cell[i] / cell.sum()) for i in np.flatnonzero(cell)}
