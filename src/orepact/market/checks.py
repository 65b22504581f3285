"""Refuse arrays that do not fit a market: shapes, numbers, bounds.

One table per object; letters are axes: stage ``K``, region ``R``, origin ``O``, destination
``D``, block ``B``, limit ``G``. Leading axes are free, and an axis of length one stands for all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.errors import InputError

Array = Any
INF = float("inf")


class Rule(NamedTuple):
    """Axes of an array and the bounds of its values; ``open_`` leaves the lower bound out."""

    axes: str
    low: float = -INF
    high: float = INF
    open_: bool = False
    infinite: bool = False


CURVES: dict[str, dict[str, Rule]] = {
    "supply": {
        "capacity": Rule("KBR", 0),
        "use0": Rule("KBR", 0, 1, open_=True),
        "x0": Rule("KBR", 0, open_=True),
        "eps": Rule("KBR", 0, open_=True),
        "avoidable": Rule("KBR", 0, 1, open_=True),
        "intercept": Rule("KBR"),
        "rise": Rule("KBR", 0, open_=True),
    },
    "demand": {
        "D0": Rule("KR", 0),
        "P0": Rule("KR", 0),
        "eta": Rule("KR", 0),
        "backstop": Rule("KR", 1, infinite=True),
        "intercept": Rule("KR", 0),
        "fall": Rule("KR", 0),
    },
    "sourcing": {
        "weight": Rule("KOD", 0),
        "c0": Rule("KOD"),
        "P0": Rule("KD"),
        "mu": Rule("KD", 0, open_=True),
        "sigma": Rule("KD", 1, open_=True),
    },
}
CURVES["secondary"] = CURVES["supply"]

WEDGES: dict[str, Rule] = {
    "duty": Rule("KOD", -1, open_=True),
    "export_tax": Rule("KOD", -1, open_=True),
    "export_specific": Rule("KOD"),
    "freight": Rule("KOD"),
    "specific": Rule("KOD"),
    "open": Rule("KOD", 0, 1),
    "standard": Rule("KOD"),
    "release": Rule("KR", 0),
    "purchase": Rule("KR", 0),
    "floor": Rule("KD", 0),
    "covered": Rule("KOD", 0, 1),
    "eligible": Rule("KOD"),
    "weights": Rule("KOD", 0),
    "counts_duty": Rule("KD"),
    "on_cif": Rule("KD"),
    "top_up": Rule("KD"),
    "response": Rule("KD", 0, 1),
    "group": Rule("KD"),
    "contracted": Rule("KR", 0, 1),
    "strike": Rule("KR", 0),
    "threshold": Rule("KR", 0, infinite=True),
    "upside": Rule("KR", 0, 1),
    "pay_cap": Rule("KR", 0, infinite=True),
    "back_cap": Rule("KR", 0, infinite=True),
    "benchmark": Rule("KR", 0),
    "payer": Rule("KR", 0),
    "floor_rate": Rule("KOD", 0),
    "buys": Rule("KR", 0),
    "support": Rule("KR", 0),
    "sells": Rule("KR", 0),
    "trigger": Rule("KR", 0, infinite=True),
    "alias_duty": Rule("KOD", -1, open_=True),
    "alias_specific": Rule("KOD"),
    "alias_cost": Rule("KOD", 0, infinite=True),
    "alias_rise": Rule("KOD", 0, open_=True),
    "beyond": Rule("GKOD", 0),
    "beyond_specific": Rule("GKOD", 0),
    "limit": Rule("G", 0),
    "limit_mask": Rule("GKOD", 0, 1),
}


def fits(name: str, value: Array, rule: Rule, sizes: dict[str, int]) -> None:
    """Raise :class:`InputError` where an array breaks its rule."""
    v = np.asarray(value)
    n = len(rule.axes)
    tail = dict(zip(rule.axes, v.shape[-n:], strict=False))
    if v.ndim and (v.ndim < n or any(tail[a] not in (1, sizes.get(a, tail[a])) for a in tail)):
        wanted = ", ".join(f"{a} = {sizes[a]}" if a in sizes else a for a in rule.axes)
        raise InputError(f"{name} has shape {v.shape}; its last axes must be ({wanted}).")
    if v.dtype == bool:
        return
    low = v > rule.low if rule.open_ else v >= rule.low
    bad = ~(low & (v <= rule.high) & (rule.infinite | np.isfinite(v)))
    if np.any(bad):
        at = tuple(int(i) for i in np.argwhere(bad)[0])
        span = f"{'above' if rule.open_ else 'at least'} {rule.low:g}, " if rule.low > -INF else ""
        span += f"at most {rule.high:g}, " if rule.high < INF else ""
        raise InputError(f"{name}{list(at)} is {v[at]}. It must be {span}and a number.")


def check_curve(role: str, curve: Any, K: int, R: int) -> None:
    """Check ``supply``, ``secondary``, ``demand`` or ``sourcing``."""
    sizes = {"K": K, "R": R, "O": R, "D": R}
    for field in curve.__dataclass_fields__:
        if field in CURVES[role]:
            fits(f"{role}.{field}", getattr(curve, field), CURVES[role][field], sizes)


def check_wedges(w: Any, K: int, R: int, holders: tuple[str, ...]) -> None:
    """Check all arrays of wedges, and the holders of rents."""
    sizes = {"K": K, "R": R, "O": R, "D": R, "G": len(w.holder)}
    for name, rule in WEDGES.items():
        value = getattr(w, name)
        if name in ("beyond", "beyond_specific") and not len(value):
            continue
        fits(name, value, rule, sizes)
    for h in w.holder:
        if h not in holders:
            raise InputError(f"'{h}' cannot hold a rent. It is one of {', '.join(holders)}.")
    floored = np.asarray(w.floor) > 0
    idle = floored & ~np.any(w.covered, axis=-2)
    if np.any(idle):
        k, d = (int(i) for i in np.argwhere(idle)[0][-2:])
        raise InputError(f"The floor at stage {k}, destination {d} covers no route. Set 'covered'.")
    _check_quotas(w)
    _check_rules(w)
    if not w.any_alias:
        return
    hidden = np.isfinite(w.alias_cost)
    if np.any(hidden & np.any(np.asarray(w.limit_mask) > 0, axis=-4)):
        raise InputError(
            "A route under a limit or a tariff-rate quota cannot be relabelled as well: whose "
            "quota would the goods fill? Lift one of the two."
        )


def _check_quotas(w: Any) -> None:
    """Tariff-rate quotas charge on their own routes, and a limit of zero is a plain tariff."""
    for name in ("beyond", "beyond_specific"):
        value = getattr(w, name)
        if len(value) not in (0, len(w.holder)):
            raise InputError(f"{name} has {len(value)} rows; it must have one for every limit.")
        if len(value) and np.any((value != 0) & ~(np.asarray(w.limit_mask) > 0)):
            raise InputError(f"{name} charges a route outside its limit. Set it within limit_mask.")


def _check_rules(w: Any) -> None:
    for most, price, word in (("buys", "support", "bought"), ("sells", "trigger", "sold")):
        bad = (getattr(w, most) > 0) & ~((getattr(w, price) > 0) & np.isfinite(getattr(w, price)))
        if np.any(bad):
            at = [int(i) for i in np.argwhere(bad)[0]]
            raise InputError(f"{most}{at} is {word} at no price: set {price}{at}, in USD/t.")
    both = (w.buys > 0) & (w.sells > 0) & (w.support > w.trigger)
    if np.any(both):
        at = [int(i) for i in np.argwhere(both)[0]]
        raise InputError(
            f"support{at} is above trigger{at}: stocks would be bought and sold at once. Lower the "
            "one or raise the other."
        )
