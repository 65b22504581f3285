"""What trade statistics record of one stage: BACI, China's exports, EU imports, largest traders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orepact.world.cells import Content, Trade
from orepact.world.evidence import Evidence
from orepact.world.recipe import StageRecipe
from orepact.world.trade import fill, gravity, ras
from orepact.world.world import Array


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a hold-out withholds: codes' matrices, or the United States' own cells."""

    codes: frozenset[str] = frozenset()
    seed: str = "gravity"
    us: bool = False


NOTHING = Hidden()


def recorded(ev: Evidence, s: StageRecipe, c: Content, price: float, hide: Hidden) -> Trade:
    """Cells that some statistic gives, before hubs are traced and totals imposed."""
    n, us = len(ev.regions), ev.at("USA")
    out = Trade.empty(n)
    off = ~np.eye(n, dtype=bool)
    for code in c.factor:
        if code in ev.gross and code not in hide.codes:
            t = c.of(code, ev.gross[code])
            source = ev.gross_source[code]
            weight = "observed" if source == "baci-v202601" else "customs"
            if code in s.china:
                t[ev.at("CHN")] = 0.0
            out.put(off & (t > 0), t, "observed", weight, source, code)
    for code, (low, high) in s.china.items():
        cn = ev.at("CHN")
        t = np.zeros((n, n))
        for r in ev.china.filter(pl.col("hs6") == code).iter_rows(named=True):
            if low <= r["usd"] / r["t"] < high:
                t[cn, ev.at(r["importer"])] += r["t"] * c.row(code, n)[cn]
        out.put(off & (t > 0), t, "observed", "customs", "un-comtrade", code)
    eu = ev.at("EUN")
    before = out.t[:, eu].copy()
    for code in s.eu:
        held = code[:6] in ev.gross and code[:6] in c.factor and code[:6] not in hide.codes
        if held and code[:6] not in ev.partial:
            continue
        t = np.zeros((n, n))
        for r in ev.eu.filter(pl.col("cn8") == code).iter_rows(named=True):
            t[ev.at(r["exporter"]), eu] += r["usd"] / (s.eu_price or price)
        t[us] = 0.0
        if held:
            t[before > 0] = 0.0
        out.put(off & (t > 0), t, "customs", "margins", "eurostat-comext", code)
    for code in c.factor:
        whole = code in ev.gross and code not in ev.partial
        if (code in s.margins and not whole) or code in hide.codes:
            t = _from_margins(ev, s, c, code, price, out, hide)
            out.put(off & (t > 0), t, "filled", "margins", "baci-v202601", code)
    return out


def _from_margins(
    ev: Evidence, s: StageRecipe, c: Content, code: str, price: float, known: Trade, hide: Hidden
) -> Array:
    """A code's matrix from its largest traders, skipping rows and columns known otherwise."""
    n, us = len(ev.regions), ev.at("USA")
    rows, columns = np.zeros(n), np.zeros(n)
    if code in hide.codes:
        m = c.of(code, ev.gross[code])
        for vector, side in ((rows, m.sum(axis=1)), (columns, m.sum(axis=0))):
            top = np.argsort(side)[::-1][:8]
            vector[top] = side[top]
            rest = np.flatnonzero(side[np.argsort(side)[::-1][8:]] > 0)
            others = np.argsort(side)[::-1][8:][rest]
            vector[others] = (m.sum() - vector.sum()) / max(len(others), 1)
    else:
        factor = c.row(code, n)
        for r in ev.margins.filter(pl.col("hs6") == code).iter_rows(named=True):
            i = ev.at(r["region"])
            tonnes = (
                r["share"] * r["world_tonnes"] * factor[i]
                if s.margins[code] == "tonnes"
                else r["value_usd"] / price
            )
            (rows if r["side"] == "exporter" else columns)[i] += tonnes
        for place in s.margin_skip:
            rows[ev.at(place)] = columns[ev.at(place)] = 0.0
        rows[us] = columns[us] = 0.0
        if known.t[:, ev.at("EUN")].sum() > 0:
            columns[ev.at("EUN")] = 0.0
        if not c.keep[code].all():
            rows[~c.keep[code]] = 0.0
    if hide.seed == "older" and code in hide.codes and code in ev.older:
        seed = ev.older[code] * np.where(c.keep[code], c.row(code, n), 0.0)[:, None]
        seed = seed + 1e-6 * seed.sum() * gravity(ev.distance) / gravity(ev.distance).sum()
        return _two_way(seed, rows, columns)
    flat = 1.0 - np.eye(n)
    return fill(flat if hide.seed == "flat" else gravity(ev.distance), rows, columns)


def _two_way(seed: Array, rows: Array, columns: Array) -> Array:
    total = min(rows.sum(), columns.sum())
    return ras(seed, rows * total / rows.sum(), columns * total / columns.sum())
