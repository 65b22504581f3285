"""Leading axes of markets and wedges: their shape, and one member of many."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from orepact.market.market import Market
from orepact.market.wedges import Wedges

Array = Any
Batched = TypeVar("Batched", Market, Wedges)

_CORE = {
    Market: {"inputs": 3, "freight": 3, "duty": 3, "x0": 3, "opened": 3},
    Wedges: {
        "duty": 3, "export_tax": 3, "export_specific": 3, "freight": 3, "specific": 3,
        "open": 3, "standard": 3,
        "covered": 3, "eligible": 3, "weights": 3, "limit": 1, "limit_mask": 4,
        "floor_rate": 3, "alias_duty": 3, "alias_specific": 3, "alias_cost": 3, "alias_rise": 3,
        "beyond": 4, "beyond_specific": 4,
    },
}  # fmt: skip
_CURVES = {"supply": 3, "secondary": 3, "demand": 2, "sourcing": 2}


def _axes(owner: Any, name: str) -> int:
    return _CORE.get(type(owner), {}).get(name, 2)


def _arrays(obj: Any) -> list[tuple[Any, int]]:
    out = []
    for f in fields(obj):
        v = getattr(obj, f.name)
        if f.name in _CURVES and is_dataclass(v):
            for g in fields(v):
                n = 3 if g.name in ("weight", "c0") else _CURVES[f.name]
                out.append((getattr(v, g.name), n))
        elif isinstance(v, np.ndarray):
            out.append((v, _axes(obj, f.name)))
    return out


def batch_shape(obj: Market | Wedges) -> tuple[int, ...]:
    """Leading axes of a market or of wedges: scenarios and draws."""
    return np.broadcast_shapes(*(np.shape(v)[:-n] for v, n in _arrays(obj)))


def take(obj: Batched, at: tuple[Any, ...]) -> Batched:
    """One member of a batch (or, by an array of positions, several) of markets or wedges."""

    def pick(v: Array, n: int) -> Array:
        lead = v.ndim - n
        if lead <= 0:
            return v
        own = zip(v.shape[:lead], at[len(at) - lead :], strict=True)
        return v[tuple(0 if size == 1 else i for size, i in own)]

    changes: dict[str, Any] = {}
    for f in fields(obj):
        v = getattr(obj, f.name)
        if f.name in _CURVES and is_dataclass(v):
            inner = {
                g.name: pick(
                    np.asarray(getattr(v, g.name)),
                    3 if g.name in ("weight", "c0") else _CURVES[f.name],
                )
                for g in fields(v)
            }
            changes[f.name] = replace(v, **inner)  # type: ignore[type-var]
        elif isinstance(v, np.ndarray):
            changes[f.name] = pick(v, _axes(obj, f.name))
    return replace(obj, **changes)
