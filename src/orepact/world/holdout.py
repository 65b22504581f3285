"""Accuracy, measured: known cells are withheld, the world is balanced again, errors reported.

Only these figures and the controls marked *independent* say how far a filled cell can be
trusted; agreement with what was imposed says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from orepact.catalogue import minerals
from orepact.world.cells import contents
from orepact.world.evidence import Evidence
from orepact.world.flows import Solved, solve
from orepact.world.recipe import Recipe
from orepact.world.recorded import Hidden
from orepact.world.world import Array

SEEDS = ("flat", "gravity", "older")
"""How a withheld matrix is filled from its eight largest exporters and importers and its total:
evenly, mildly nearer first (what ships where nothing older is held), or along the 2022 matrix."""


def wape(found: Array, true: Array) -> float:
    """Sum of absolute errors over the sum of the true figures.

    >>> import numpy as np
    >>> wape(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    0.5
    """
    return float(np.abs(found - true).sum() / true.sum())


def _off_diagonal(s: Solved, k: int) -> Array:
    t: Array = s.balanced.trade[k].copy()
    np.fill_diagonal(t, 0.0)
    return t


def misplaced(found: Array, true: Array) -> float | None:
    """Part of a total put in the wrong place; None without a true total, 1 if none is found.

    >>> import numpy as np
    >>> misplaced(np.array([1.0, 1.0]), np.array([1.0, 3.0]))
    0.25
    """
    if true.sum() <= 0:
        return None
    if found.sum() <= 0:
        return 1.0
    return float(np.abs(found / found.sum() - true / true.sum()).sum() / 2)


def codes(
    ev: Evidence,
    recipes: Mapping[str, Recipe],
    proxies: Mapping[str, Mapping[str, float]],
    shipped: Mapping[str, Solved],
) -> pl.DataFrame:
    """Withhold each code's matrix in turn; for ``us_share`` the United States' cells as well.

    Columns test ("code"), mineral, stage, code, seed, wape (errors over the code's trade),
    us_share (share of United States imports put on the wrong origin), trade_t.
    """
    us, rows = ev.at("USA"), []
    for id, recipe in recipes.items():
        for k, stage in enumerate(minerals()[id].stages):
            c = contents(ev, id, stage.id, recipe.stages[stage.id])
            for code in c.factor:
                if ev.gross_source.get(code) != "baci-v202601" or code not in ev.older:
                    continue
                true = _off_diagonal(shipped[id], k)
                trade = float(c.of(code, ev.gross[code]).sum())
                for seed in SEEDS:
                    hidden = Hidden(codes=frozenset({code}), seed=seed)
                    found = _off_diagonal(solve(ev, recipe, proxies, hidden), k)
                    error = float(np.abs(found - true).sum()) / trade
                    blind = Hidden(codes=frozenset({code}), seed=seed, us=True)
                    found = _off_diagonal(solve(ev, recipe, proxies, blind), k)
                    off = misplaced(found[:, us], true[:, us])
                    rows.append(("code", id, stage.id, code, seed, error, off, trade))
    return _table(rows)


def release(
    ev: Evidence, recipes: Mapping[str, Recipe], proxies: Mapping[str, Mapping[str, float]]
) -> dict[str, Solved]:
    """Balance again without the United States' own cells and totals: what others always get."""
    return {id: solve(ev, r, proxies, Hidden(us=True)) for id, r in recipes.items()}


def released(
    ev: Evidence, free: Mapping[str, Solved], shipped: Mapping[str, Solved]
) -> pl.DataFrame:
    """Errors of the United States' cells where its own records are withheld (:func:`release`).

    Columns as in :func:`codes`; ``wape`` is over the United States' cells at the stage.
    """
    us, rows = ev.at("USA"), []
    for id, again in free.items():
        for k, stage in enumerate(minerals()[id].stages):
            found, true = _off_diagonal(again, k), _off_diagonal(shipped[id], k)
            a = np.concatenate([found[us], found[:, us]])
            b = np.concatenate([true[us], true[:, us]])
            if b.sum() <= 0:
                continue
            off = misplaced(found[:, us], true[:, us])
            rows.append(("us", id, stage.id, "", "gravity", wape(a, b), off, float(b.sum())))
    return _table(rows)


Row = tuple[str, str, str, str, str, float, float | None, float]


def _table(rows: list[Row]) -> pl.DataFrame:
    schema = {
        **dict.fromkeys(("test", "mineral", "stage", "code", "seed"), pl.String),
        **dict.fromkeys(("wape", "us_share", "trade_t"), pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
