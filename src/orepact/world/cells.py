"""Cells of one stage's trade while it is put together, and how far each prior is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.evidence import Evidence
from orepact.world.recipe import StageRecipe
from orepact.world.trade import contained
from orepact.world.world import KINDS, Array

BALANCE = "orepact-balance"
WEIGHTS: Mapping[str, float] = {
    "A": 30.0,  # output as published by USGS
    "B": 15.0,  # by IEA or BGS
    "C": 6.0,  # residual split
    "D": 4.0,  # press
    "E": 2.0,  # assumed
    "carried": 0.3,  # output of another year without statistics: gives way to what has some
    "pinned": 20.0,
    "observed": 5.0,
    "customs": 3.0,
    "margins": 1.0,
    "unplaced": 2.0,  # a published total whose partners are imputed
    "imputed": 0.2,
    "domestic": 0.5,
    "use": 0.3,
    "stock": 3.0,
    "through": 10.0,  # goods that pass through stocks: recorded re-exports
}
"""How far each prior is trusted. Scaling all trade weights by 0.2 or 5 moves no control value by
more than 1.3 %."""

STOCK = 0.003
"""Prior stock draw, share of a region's supply: the discrepancy every base year has."""

CRUMB = 2e-6
"""Cells below this share of the world's supply are left out, unless pinned."""

KIND = {k: i for i, k in enumerate(KINDS)}


@dataclass(slots=True)
class Trade:
    """Cells of one stage while it is put together: R x R tonnes, kinds, weights, sources, codes.

    ``code`` is the customs code of a cell's larger part, '' where none gives it.
    """

    t: Array
    kind: NDArray[np.int8]
    weight: Array
    source: NDArray[np.object_]
    code: NDArray[np.object_]
    pinned: NDArray[np.bool_]

    @classmethod
    def empty(cls, n: int) -> Trade:
        """No trade among ``n`` regions."""
        z = np.zeros((n, n))
        text = np.full((n, n), "", dtype=object)
        return cls(z.copy(), z.astype(np.int8), z.copy(), text, text.copy(), z.astype(bool))

    def put(
        self,
        where: NDArray[np.bool_],
        t: Array,
        kind: str,
        weight: str,
        source: str,
        code: str = "",
    ) -> None:
        """Add tonnes to cells; a cell's kind and source are those of its larger part.

        A pinned cell is whole: adding to one raises :class:`WorldError`.
        """
        if (where & self.pinned).any():
            o, d = np.argwhere(where & self.pinned)[0]
            raise WorldError(
                f"{t[o, d]:.4g} t ({kind}) would be added to the pinned cell {o}, {d}."
            )
        larger = where & (t > self.t)
        self.t = np.where(where, self.t + t, self.t)
        self.mark(larger, kind, weight, source, code)

    def mark(
        self,
        where: NDArray[np.bool_],
        kind: str,
        weight: str,
        source: str,
        code: str | NDArray[np.object_] = "",
    ) -> None:
        """Say how cells are known."""
        self.kind[where] = KIND[kind]
        self.weight[where] = WEIGHTS[weight]
        self.source[where] = source
        self.code[where] = code[where] if isinstance(code, np.ndarray) else code


@dataclass(frozen=True, slots=True)
class Content:
    """Contained tonnes per gross tonne by code and exporter, and who exports this stage."""

    factor: Mapping[str, float]
    by_exporter: Mapping[str, Mapping[int, float]]
    keep: Mapping[str, NDArray[np.bool_]]

    def of(self, code: str, gross: Array) -> Array:
        """Contained matrix of one code."""
        return contained(gross, self.factor[code], self.by_exporter[code], self.keep[code])

    def row(self, code: str, n: int) -> Array:
        """Factor by exporter (R)."""
        out = np.full(n, self.factor[code])
        for i, f in self.by_exporter[code].items():
            out[i] = f
        return out


def contents(ev: Evidence, mineral: str, stage: str, s: StageRecipe) -> Content:
    """Factors of one stage's codes: the recipe's, else the sheet's."""
    facts = s.factors if s.factors is not None else ev.facts[mineral, stage].factors
    wanted = {c: facts[c] for c in minerals()[mineral].stage(stage).hs6 if c in facts}
    n = len(ev.regions)
    by: dict[str, Mapping[int, float]] = {}
    keep: dict[str, NDArray[np.bool_]] = {}
    for code in wanted:
        own = s.exporter_factors.get(code, {})
        by[code] = {ev.at(r): f for r, f in own.items() if r != "default"}
        mask = np.ones(n, dtype=bool)
        if code in s.only:
            mask[:] = False
            mask[[ev.at(r) for r in s.only[code]]] = True
        if code in s.except_:
            mask[[ev.at(r) for r in s.except_[code]]] = False
        keep[code] = mask
    base = {c: s.exporter_factors.get(c, {}).get("default", f) for c, f in wanted.items()}
    return Content(base, by, keep)
