"""Filling what no statistic gives: from surpluses to deficits, mildly nearer first."""

from __future__ import annotations

import numpy as np

from orepact.errors import WorldError
from orepact.world.cells import BALANCE, Trade
from orepact.world.evidence import Evidence
from orepact.world.recipe import StageRecipe
from orepact.world.trade import fill, gravity, pour
from orepact.world.world import Array


def fill_gaps(
    ev: Evidence,
    s: StageRecipe,
    trade: Trade,
    supply: Array,
    need: Array,
    proxy: Array | None,
    imports_known: bool,
    exports_known: bool,
    us_exports: float,
    bounds: Array,
) -> Array:
    """Ship what is over to where it lacks, and return final use by proxy.

    ``bounds`` (R) are what customs allow of the United States' exports, by destination.
    """
    n, us = len(ev.regions), ev.at("USA")
    fixed = np.zeros(n, dtype=bool)
    fixed[[ev.at(r) for r in s.no_trade]] = True
    exporters = np.zeros(n, dtype=bool)
    exporters[[ev.at(r) for r in s.no_use]] = True
    exporters |= s.use == "none"
    imports, exports = trade.t.sum(axis=0), trade.t.sum(axis=1)
    use = np.zeros(n)
    if proxy is not None:
        world = max(0.0, supply.sum() - need.sum())
        if s.use_cap is not None:
            world = min(world, s.use_cap * supply.sum())
        shares = np.where(exporters, 0.0, proxy)
        if imports_known:
            shares[us] = 0.0
            use[us] = max(0.0, supply[us] + imports[us] - exports[us] - us_exports - need[us])
            world = max(0.0, world - use[us])
        use += world * shares / shares.sum()
    home = np.maximum(supply - exports, 0.0)
    wanted = need + use
    deficit = np.maximum(wanted - imports - home, 0.0)
    surplus = np.maximum(home - np.maximum(wanted - imports, 0.0), 0.0)
    deficit[fixed] = surplus[fixed] = 0.0
    if imports_known:
        deficit[us] = 0.0
    if exports_known:
        surplus[us] = 0.0
    if us_exports > 0:
        deficit = deficit - _place_us(ev, trade, us_exports, deficit, imports, bounds)
    first, other = np.where(exporters, surplus, 0.0), np.where(exporters, 0.0, surplus)
    if proxy is None:
        lacking = max(0.0, deficit.sum() - first.sum())
        other = other * min(1.0, lacking / other.sum()) if other.sum() > 0 else other
        over = first.sum() - deficit.sum()
        if over > 0 and s.use == "none":
            first = first * deficit.sum() / first.sum()
        elif over > 0:
            base = np.maximum(imports + home - wanted, 0.0) + 0.2 * (imports + home)
            base = np.where(exporters | fixed, 0.0, base) + deficit
            if imports_known:
                base[us] = 0.0
            if base.sum() > 0:
                deficit = deficit + over * base / base.sum()
    rows = first + other
    if rows.sum() < deficit.sum() and rows.sum() > 0:
        deficit = deficit * rows.sum() / deficit.sum()
    t = fill(np.where(trade.pinned, 0.0, gravity(ev.distance)), rows, deficit)
    trade.put(t > 0, t, "imputed", "imputed", BALANCE)
    return use


def _place_us(
    ev: Evidence, trade: Trade, total: float, deficit: Array, imports: Array, bounds: Array
) -> Array:
    """Send the United States' unplaced exports where goods lack; return deficits they meet."""
    us = ev.at("USA")
    targets = np.where(trade.pinned[us], 0.0, deficit)
    if targets.sum() <= 0:
        targets = np.where(trade.pinned[us], 0.0, imports)
    targets[us] = 0.0
    room = pour(total, targets, bounds)
    if room.sum() < (1 - 1e-9) * total:
        raise WorldError(
            f"The survey has the United States export {total:,.4g} t of which no partner is known, "
            "and no other region uses or imports any. Check GDP and output of the others, and "
            "what customs record."
        )
    row = np.zeros(targets.size)
    row[us] = total
    sent = fill(gravity(ev.distance), row, room)
    trade.put(sent > 0, sent, "imputed", "unplaced", "usgs-mcs-2026")
    met: Array = np.minimum(sent.sum(axis=0), deficit)
    return met
