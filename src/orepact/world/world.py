"""The world of a base year: balanced chains, their parameters with ranges, and their sources.

A :class:`Chain` is one mineral. Its arrays are labelled by ``stages`` and ``regions``:

========================  =========  ==========================================================
array                     shape      meaning and unit
========================  =========  ==========================================================
``inputs``                K, K, R    tonnes of stage j bought per tonne of stage k made in r
``output``                K, R       primary output, t
``capacity``              K, R       output that the plants in place could reach, t
``potential``             K, R       by-product in the hosts' output that is not recovered, t
``secondary``             K, R       supply from scrap, t
``stock_draw``            K, R       supply from stocks, t
``final_use``             K, R       use outside the chain, t
``stock_build``           K, R       purchases for stocks, t
``trade``                 K, R, R    shipments from origin to destination, domestic included, t
``kind``                  K, R, R    how a shipment is known, index into :data:`KINDS`
``price``                 K, R       producer price, USD/t
``freight``               K, R, R    freight and insurance, USD/t
``duty``                  3, K, R, R ad valorem duty in force in the base year, share;
                                     low, central, high (equal where known)
``duty_assumed``          K, R, R    whether the duty rests on an assumed row
``cif``                   R          whether the region values imports with freight
========================  =========  ==========================================================

Balance, exact to 1e-6 of the world's output at each stage::

    sum_d trade[k, o, d] = output[k, o] + secondary[k, o] + stock_draw[k, o]
    sum_o trade[k, o, d] = final_use[k, d] + stock_build[k, d]
                           + sum_j inputs[j, k, d] * output[j, d]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import unchained
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world.baskets import Basket

Array = NDArray[np.float64]

KINDS = ("none", "domestic", "observed", "customs", "filled", "imputed", "carried")
"""How a shipment is known: own market, trade statistics, the importer's customs records
(weights times grade), filled from marginals, imputed by the balance, carried from the base year
and moved with its origin."""

GRADES = ("balanced", "mostly imputed", "scenario")


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter with its range, its source, and whether it is assumed rather than read."""

    low: float
    central: float
    high: float
    unit: str
    source: str
    assumed: bool

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high:
            raise WorldError(
                f"Range {self.low} / {self.central} / {self.high} ({self.source}) is not in order."
            )


@dataclass(frozen=True, slots=True, repr=False)
class Chain:
    """One mineral's balanced base year. See the module for shapes and units."""

    mineral: str
    stages: tuple[str, ...]
    regions: tuple[str, ...]
    inputs: Array
    output: Array
    capacity: Array
    potential: Array
    secondary: Array
    stock_draw: Array
    final_use: Array
    stock_build: Array
    trade: Array
    kind: NDArray[np.int8]
    price: Array
    freight: Array
    duty: Array
    duty_assumed: NDArray[np.bool_]
    cif: NDArray[np.bool_]
    parameters: Mapping[tuple[str, str], Range]
    grade: Mapping[str, str]
    notes: Mapping[str, str]
    baskets: Mapping[str, tuple[Basket, ...]]

    def __repr__(self) -> str:
        flows = int(np.count_nonzero(self.trade))
        return (
            f"<Chain {self.mineral}: {' > '.join(self.stages)}; {len(self.regions)} regions, "
            f"{flows:,} shipments>"
        )

    def stage(self, id: str) -> int:
        """Position of a stage."""
        if id not in self.stages:
            raise UnknownIdError(f"{self.mineral} has no stage '{id}'. {nearest(id, self.stages)}")
        return self.stages.index(id)

    def region(self, code: str) -> int:
        """Position of a region."""
        if code not in self.regions:
            raise UnknownIdError(f"No region '{code}' here. {nearest(code, self.regions)}")
        return self.regions.index(code)


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of one stage in one year rests on that year's statistics; see ``coverage``.

    Where a mineral is not ``offered``, ``stage`` is '' and ``why`` says so in a sentence.
    """

    year: int
    mineral: str
    stage: str
    offered: bool
    output_share: float
    trade: str
    price: str
    duties: str
    sources: str
    why: str


@dataclass(frozen=True, slots=True)
class Structure:
    """A mineral's chain by another publisher's output figures, and its share of the draws."""

    id: str
    source: str
    what: str
    weight: float
    chain: Chain


def _none(chain: Chain) -> tuple[Structure, ...]:
    return ()


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """The world of one base year, with its table of dated duties.

    ``structures(chain)`` reads what other publishers' figures make of a chain; nothing for one that
    is not the base year's as preferred: an alternative already, of another year, or changed.
    """

    year: int
    chains: Mapping[str, Chain]
    duties: pl.DataFrame
    coverage: tuple[Covered, ...] = ()
    structures: Callable[[Chain], tuple[Structure, ...]] = _none

    def __repr__(self) -> str:
        return f"<World {self.year}: {len(self.chains)} chains, {len(self.duties):,} duties>"

    def chain(self, mineral: str) -> Chain:
        """Return one mineral's chain.

        Raises :class:`UnknownIdError` for an unknown mineral, and :class:`WorldError` where the
        year's statistics do not carry it, saying which years do.
        """
        if mineral not in self.chains:
            for c in self.coverage:
                if c.mineral == mineral and not c.offered:
                    raise WorldError(c.why)
            hint = unchained(mineral) or nearest(mineral, self.chains)
            raise UnknownIdError(f"The world of {self.year} has no '{mineral}'. {hint}")
        return self.chains[mineral]
