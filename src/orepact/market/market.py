"""One mineral's market: curves, routes and labels, ready to be solved.

Shapes: ``K`` stages, ``R`` regions (origins ``O`` and destinations ``D`` are the same list),
``B`` supply blocks. Every number may carry leading axes for scenarios and draws. Prices are
USD per tonne of contained substance, quantities tonnes a year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from orepact.errors import InputError, UnknownIdError, nearest
from orepact.market.checks import Rule, check_curve, fits
from orepact.market.demand import Demand
from orepact.market.relocation import relocated, relocated_slopes
from orepact.market.sourcing import Sourcing
from orepact.market.supply import Linear, Supply

Array = Any


@dataclass(frozen=True, slots=True)
class Market:
    """Everything the equations need; built by :func:`calibrate` or :meth:`from_arrays`.

    ========== ============ ==============================================================
    ``inputs``  K, K, R     tonnes of stage ``j`` per tonne of stage ``k`` made in ``r``
    ``credit``  K, R        co-product credits, USD per tonne of output
    ``draw``    K, R        supply from stocks whatever the price, t
    ``build``   K, R        purchases for stocks, t
    ``freight`` K, O, D     freight and insurance, USD/t
    ``duty``    K, O, D     base year's ad valorem duty, share
    ``cif``     D           whether duties are charged on value with freight
    ``p0``      K, O        base producer price, USD/t; where Newton starts
    ``x0``      K, O, D     base shipments, t (what a reference price is taken over)
    ``opened``  K, O, D     routes without base trade that are open all the same
    ``scale``   K, O        size of a node, t, by which residuals are divided; default: its
                            capacity. Give tonnes traded where a capacity stands for "any"
    ``mobility`` K, R       ``lambda``: how users move to where a stage rose less; 0: they stay
    ========== ============ ==============================================================

    ``secondary`` buys no inputs; its first block is scrap, further blocks are stock draws that
    answer to the price.
    """

    mineral: str
    stages: tuple[str, ...]
    regions: tuple[str, ...]
    supply: Supply
    secondary: Supply
    demand: Demand
    sourcing: Sourcing
    inputs: Array
    credit: Array
    draw: Array
    build: Array
    freight: Array
    duty: Array
    cif: Array
    p0: Array
    x0: Array
    opened: Array
    scale: Array
    mobility: Array
    edges: tuple[tuple[int, int], ...]
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if np.ndim(self.cif) != 1:
            raise InputError(
                f"cif has shape {np.shape(self.cif)}; it must be one flag per region. A customs "
                "basis does not vary by draw."
            )

    @classmethod
    def from_arrays(
        cls,
        *,
        regions: Sequence[str],
        stages: Sequence[str],
        supply: Supply,
        demand: Demand,
        sourcing: Sourcing,
        p0: Array,
        inputs: Array | None = None,
        credit: Array | None = None,
        secondary: Supply | None = None,
        draw: Array | None = None,
        build: Array | None = None,
        freight: Array | None = None,
        duty: Array | None = None,
        cif: Array | None = None,
        x0: Array | None = None,
        opened: Array | None = None,
        scale: Array | None = None,
        mobility: Array | None = None,
        mineral: str = "",
        notes: Mapping[str, str] | None = None,
    ) -> Market:
        """Build a market from plain arrays, for published cases and users' own.

        What is left out is zero: no inputs, freight, duties, stocks or scrap. Raises
        :class:`InputError` on a shape that does not fit the labels, on a label that stands
        twice, and on values that are no numbers or out of bounds.
        """
        K, R = len(stages), len(regions)
        full = {
            "inputs": _shaped("inputs", inputs, (K, K, R)),
            "credit": _shaped("credit", credit, (K, R)),
            "draw": _shaped("draw", draw, (K, R)),
            "build": _shaped("build", build, (K, R)),
            "freight": _shaped("freight", freight, (K, R, R)),
            "duty": _shaped("duty", duty, (K, R, R)),
            "p0": _shaped("p0", p0, (K, R)),
            "x0": _shaped("x0", x0, (K, R, R)),
        }
        if not np.all(full["p0"] > 0):
            raise InputError("p0 must be positive everywhere: it is where Newton starts.")
        for what, labels in (("Regions", regions), ("Stages", stages)):
            if twice := sorted({x for x in labels if list(labels).count(x) > 1}):
                raise InputError(f"{what} {twice} stand twice. Every label must be unique.")
        zeros = np.zeros((K, 1, R))
        secondary = secondary or Linear(zeros, zeros, 1.0 + zeros)
        for role, curve in (
            ("supply", supply),
            ("secondary", secondary),
            ("demand", demand),
            ("sourcing", sourcing),
        ):
            check_curve(role, curve, K, R)
        if scale is None:
            total = np.sum(supply.capacity, axis=-2)
            scale = np.maximum(total, 1e-6 * np.max(total)) + np.zeros((K, R))
        fits("scale", scale, Rule("KR", 0, open_=True), {"K": K, "R": R})
        mobility = np.zeros((1, 1)) if mobility is None else np.asarray(mobility, float)
        fits("mobility", mobility, Rule("KR", 0), {"K": K, "R": R})
        a = full["inputs"]
        edges = tuple((k, j) for k in range(K) for j in range(K) if np.any(a[..., k, j, :] != 0))
        if any(j >= k for k, j in edges):
            raise InputError(
                "inputs: a stage may only be made from stages before it. Order the stages."
            )
        return cls(
            mineral=mineral,
            stages=tuple(stages),
            regions=tuple(regions),
            supply=supply,
            secondary=secondary,
            demand=demand,
            sourcing=sourcing,
            cif=_flags("cif", cif, (R,)),
            opened=_flags("opened", opened, (K, R, R)),
            scale=scale,
            mobility=mobility,
            edges=edges,
            notes=MappingProxyType(dict(notes or {})),
            **full,
        )

    @property
    def mobile(self) -> bool:
        """Whether users of some stage move abroad when it becomes dear."""
        return bool(np.any(self.mobility > 0))

    def use(self, P: Array) -> Array:
        """Final use (..., K, R) at buyers' prices ``P``, t."""
        own = self.demand.quantity(P)
        if not self.mobile:
            return own
        return relocated(own, P, self.demand.P0, self.mobility)  # type: ignore[attr-defined]

    def use_slopes(self, P: Array) -> tuple[Array, Any, Any]:
        """Slopes of use: own (..., K, R), and the two vectors of :func:`relocated_slopes`."""
        fall = self.demand.slope(P)
        if not self.mobile:
            return fall, None, None
        own, P0 = self.demand.quantity(P), self.demand.P0  # type: ignore[attr-defined]
        return relocated_slopes(own, fall, P, P0, self.mobility)

    def stage(self, id: str) -> int:
        """Position of a stage, or :class:`UnknownIdError`."""
        if id not in self.stages:
            hint = nearest(id, self.stages)
            raise UnknownIdError(f"{self.mineral or 'This market'} has no stage '{id}'. {hint}")
        return self.stages.index(id)

    def region(self, code: str) -> int:
        """Position of a region, or :class:`UnknownIdError`."""
        if code not in self.regions:
            raise UnknownIdError(
                f"No region '{code}' in this market. {nearest(code, self.regions)}"
            )
        return self.regions.index(code)


def _shaped(name: str, value: Array | None, shape: tuple[int, ...]) -> Array:
    if value is None:
        return np.zeros(shape)
    value = np.asarray(value, float)
    if value.shape[-len(shape) :] != shape:
        raise InputError(
            f"{name} has shape {value.shape}; its last axes must be {shape} (stages, regions)."
        )
    if not np.all(np.isfinite(value)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])
        raise InputError(f"{name}{list(where)} is not a number. Give every cell a value.")
    return value


def _flags(name: str, value: Array | None, shape: tuple[int, ...]) -> Array:
    flags = np.zeros(shape, bool) if value is None else np.asarray(value, bool)
    if flags.shape != shape:
        raise InputError(f"{name} has shape {flags.shape}; it must be {shape}, without draws.")
    return flags
