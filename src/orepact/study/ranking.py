"""Order minerals: a plain weighted composite, rank correlation, and how lists overlap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from orepact.errors import InputError

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "import reliance": 0.25,
        "concentration": 0.25,
        "governance": 0.20,
        "spare capacity": 0.10,
        "recycling": 0.10,
        "substitution": 0.10,
    }
)
"""Weights of the composite: ours, stated so that they can be argued with."""


def composite(
    components: Mapping[str, float | None], weights: Mapping[str, float] = WEIGHTS
) -> tuple[float, float]:
    """``sum_i w_i x_i / sum_i w_i``, a component that is not known as 0, and the weight known.

    Components are 0 (safe) to 1 (vulnerable). What is not known so never raises the score: it is
    a lower bound.

    >>> composite({"import reliance": 1.0, "concentration": 0.5}, {"import reliance": 1.0,
    ...            "concentration": 1.0, "governance": 2.0})
    (0.375, 0.5)

    Raises :class:`InputError` on a component that has no weight, lies outside 0 to 1, or where
    nothing is known.
    """
    if unknown := set(components) - set(weights):
        raise InputError(
            f"No weight for {', '.join(sorted(unknown))}. Known: {', '.join(weights)}."
        )
    known = {k: v for k, v in components.items() if v is not None}
    if bad := [k for k, v in known.items() if not 0.0 <= v <= 1.0]:
        raise InputError(f"Components must lie between 0 and 1: {', '.join(bad)} do not.")
    if not known:
        raise InputError("No component is known, so there is no score.")
    whole = sum(weights.values())
    weight = sum(weights[k] for k in known) / whole
    return sum(weights[k] * v for k, v in known.items()) / whole, weight


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation; ties share their mean rank.

    >>> spearman([1, 2, 3, 4], [10, 20, 30, 40]), spearman([1, 2, 3], [3, 2, 1])
    (1.0, -1.0)
    """
    if len(one) != len(other) or len(one) < 3:
        raise InputError("A rank correlation needs two lists of the same length, three at least.")
    from scipy.stats import rankdata  # 1 s to import

    a, b = (rankdata(np.asarray(v, float)) for v in (one, other))
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    if size == 0:
        raise InputError("All values of a list are equal: there is no order to compare.")
    return round(float(np.sum(a * b)) / size, 12)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two lists beside each other."""

    first: str
    second: str
    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def overlap(first: str, a: Collection[str], second: str, b: Collection[str]) -> Overlap:
    """What stands on both lists and on one only, in alphabetical order.

    >>> overlap("US", {"tin", "gallium"}, "EU", {"gallium", "helium"}).only_second
    ('helium',)
    """
    one, two = set(a), set(b)
    return Overlap(first, second, *(tuple(sorted(s)) for s in (one & two, one - two, two - one)))


def disagreements(
    order: Sequence[str], lists: Mapping[str, Collection[str]], top: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Minerals among our first ``top`` on no list, and those on a list in our last ``top``.

    ``order`` has the most vulnerable first.

    >>> disagreements(["a", "b", "c", "d"], {"US": {"b", "d"}}, top=2)
    (('a',), ('d',))
    """
    named = set().union(*lists.values()) if lists else set()
    high = tuple(m for m in order[:top] if m not in named)
    low = tuple(m for m in order[max(top, len(order) - top) :] if m in named)
    return high, low
