"""Filling what no statistic gives: from surpluses to deficits, mildly nearer first."""

from __future__ import annotations

import numpy as np

from orepact.world.cells import BALANCE, Trade
from orepact.world.evidence import Evidence
from orepact.world.recipe import StageRecipe
from orepact.world.trade import fill, gravity
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
) -> Array:
    """Ship what is over to where it lacks, and return final use by proxy."""
    n, us = len(ev.regions), ev.at("USA")
    fixed = np.zeros(n, dtype=bool)
    fixed[[ev.at(r) for r in s.no_trade]] = True
    exporters = np.zeros(n, dtype=bool)
    exporters[[ev.at(r) for r in s.no_use]] = True
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
    first, other = np.where(exporters, surplus, 0.0), np.where(exporters, 0.0, surplus)
    if proxy is None:
        lacking = max(0.0, deficit.sum() - first.sum())
        other = other * min(1.0, lacking / other.sum()) if other.sum() > 0 else other
        over = first.sum() - deficit.sum()
        if over > 0:
            base = np.maximum(imports + home - wanted, 0.0) + 0.2 * (imports + home)
            base = np.where(exporters | fixed, 0.0, base) + deficit
            if imports_known:
                base[us] = 0.0
            if base.sum() > 0:
                deficit = deficit + over * base / base.sum()
    rows = first + other
    if rows.sum() < deficit.sum() and rows.sum() > 0:
        deficit = deficit * rows.sum() / deficit.sum()
    t = fill(gravity(ev.distance), rows, deficit)
    if us_exports > 0:
        targets = np.maximum(deficit, 0.0) if deficit.sum() > 0 else imports
        targets = np.where(np.arange(n) == us, 0.0, targets)
        targets[trade.pinned[us]] = 0.0
        row = np.zeros(n)
        row[us] = us_exports
        add = fill(gravity(ev.distance), row, targets * us_exports / targets.sum())
        short = np.maximum(t.sum(axis=0), 1e-300)
        t *= np.clip(1 - add.sum(axis=0) / short, 0.05, 1.0)[None, :]
        trade.put(add > 0, add, "imputed", "unplaced", "usgs-mcs-2026")
    trade.put(t > 0, t, "imputed", "imputed", BALANCE)
    return use
