"""What a pact does to the cost of a product: kilograms times the rise of what its maker pays.

    cost = sum over parts of  kg x P[mineral, stage, member] / 1000        USD a product

``P`` is the buyers' price index of the member where the product is made, so the maker has switched
suppliers as far as it pays. The product itself may be imported: a floor on its materials does not
touch that, which is how such costs are escaped. Ranges join the draws of each mineral, which are
independent between minerals, with draws of the kilograms and of the product's value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orepact.market.calibrate import between
from orepact.study.bills import Part, Product, shipped
from orepact.study.metrics import Key
from orepact.study.simulate import ROUNDING, Run
from orepact.study.together import JOINT, Range, joint, quantiles

Array = Any

STATES = ("counted", "not named by the pact", "not in this run", "not bought there")
"""A part that the pact does not name costs what it did: its change is zero, not unknown."""


@dataclass(frozen=True, slots=True)
class PartCost:
    """One part of a product in one member, USD a product, central; None where not counted."""

    part: Part
    state: str
    before: float | None
    change: float | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What the counted minerals of a product cost where it is made, USD a product.

    ``share`` is the change as a share of the product's value. The ranges are 5-50-95 % quantiles
    of the joint draws, None without draws. ``whole`` is false where a part could not be counted:
    then both costs and the change are those of the counted parts alone.
    """

    product: Product
    member: str
    parts: tuple[PartCost, ...]
    before: float
    change: float
    share: float
    before_range: Range | None
    change_range: Range | None
    share_range: Range | None

    @property
    def whole(self) -> bool:
        """Whether every part is counted or untouched."""
        return all(p.state in STATES[:2] for p in self.parts)

    @property
    def known(self) -> bool:
        """Whether the run holds every mineral of it that the pact names, and some is counted."""
        held = {p.state for p in self.parts}
        return "not in this run" not in held and bool(held & set(STATES[:2]))


def downstream(
    run: Run, held: tuple[Sequence[Product], Sequence[Part]] | None = None
) -> tuple[Cost, ...]:
    """Cost of every product in every member; ``held`` are products and bills of one's own."""
    products, parts = held or shipped()
    index = joint(run)
    return tuple(
        _cost(run, p, [x for x in parts if x.product == p.id], m, index)
        for p in products
        for m in run.members
    )


def _state(run: Run, part: Part, member: str) -> str:
    if part.mineral not in run.minerals:
        named = {m for i in run.pact.instruments for m, _ in i.targets()}
        return "not in this run" if part.mineral in named else "not named by the pact"
    f = run.minerals[part.mineral].figures[Key(part.stage, member, "buyers' price")]
    return "counted" if math.isfinite(f.base) and math.isfinite(f.central) else "not bought there"


def _cost(
    run: Run, product: Product, parts: Sequence[Part], member: str, index: Mapping[str, Array]
) -> Cost:
    rows, counted = [], []
    for part in parts:
        state = _state(run, part, member)
        if state == "counted":
            f = run.minerals[part.mineral].figures[Key(part.stage, member, "buyers' price")]
            tonnes, moved = part.kg[1] / 1000.0, f.central - f.base
            moved = 0.0 if abs(moved) <= ROUNDING * f.base else moved
            rows.append(PartCost(part, state, tonnes * f.base, tonnes * moved))
            counted.append(part)
        else:
            zero = 0.0 if state == "not named by the pact" else None
            rows.append(PartCost(part, state, None, zero))
    before = sum(r.before or 0.0 for r in rows)
    change = sum(r.change or 0.0 for r in rows)
    ranges: tuple[Range | None, ...] = (None,) * 3
    if run.draws and all(p.mineral in index for p in counted):
        ranges = _ranges(run, product, counted, member, index)
    return Cost(product, member, tuple(rows), before, change, change / product.value[1], *ranges)


def _ranges(
    run: Run, product: Product, parts: Sequence[Part], member: str, index: Mapping[str, Array]
) -> tuple[Range, Range, Range]:
    rng = np.random.default_rng((run.seed, len(run.minerals)))
    value = between(*product.value, rng.random(JOINT))
    before, change = np.zeros(JOINT), np.zeros(JOINT)
    for part in parts:
        kg = between(*part.kg, rng.random(JOINT)) / 1000.0
        base, after = (
            x[index[part.mineral]] for x in run.minerals[part.mineral].prices[part.stage, member]
        )
        moved = after - base
        before += kg * base
        change += kg * np.where(np.abs(moved) <= ROUNDING * base, 0.0, moved)
    return quantiles(before), quantiles(change), quantiles(change / value)
