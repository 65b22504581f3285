"""By-products: what the output of their hosts would let be recovered, region by region.

::

    host bound[r] = sum over hosts of  recoverable[h, r] * output[h, r]
    capacity[r]   = min(extraction plant[r], host bound[r]),  never below balanced output
    potential[r]  = max(0, host bound[r] - output[r])

``recoverable`` is tonnes of by-product per tonne of host, from ``hosts.csv``: nearly all of it is
assumed, hence a range. Where a by-product has a host that is named without a figure (one outside
the world, or a mine worked for the by-product itself) the bound is not whole and does not bind.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from orepact.catalogue import mineral, region
from orepact.errors import UnknownIdError, WorldError
from orepact.world.register import source
from orepact.world.world import Array

BOUNDS = ("plant", "host", "over host")
"""What limits a capacity: the plant, its hosts, or neither: output is above the host bound, which
contradicts one of the two figures and is shown, not mended."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host of a by-product; ``recoverable`` is (low, central, high) t per t of host, or None.

    ``host_stage`` is '' for a host outside the world; empty ``regions`` are all that no other row
    of the same host names.
    """

    mineral: str
    stage: str
    host: str
    host_stage: str
    regions: tuple[str, ...]
    recoverable: tuple[float, float, float] | None
    source: str
    why: str

    def __str__(self) -> str:
        return f"{self.host} {self.host_stage}".strip()


@dataclass(frozen=True, slots=True)
class Bound:
    """What hosts allow: ``t`` (3, R) low, central, high; ``whole`` (R); hosts' shares by region."""

    t: Array
    whole: NDArray[np.bool_]
    hosts: tuple[str, ...]


def _read(row: Mapping[str, str], where: str) -> Host:
    try:
        mineral(row["mineral"]).stage(row["stage"])
        if row["host_stage"]:
            mineral(row["host"]).stage(row["host_stage"])
        places = tuple(region(r) for r in row["regions"].split())
        cited = source(row["source"])
    except UnknownIdError as bad:
        raise WorldError(f"{where}: {bad}") from bad
    told = [row[c].strip() for c in ("low", "central", "high")]
    figures = None
    if any(told):
        try:
            low, central, high = (float(x) for x in told)
        except ValueError:
            raise WorldError(f"{where}: {told} is not low, central and high, t per t.") from None
        if not 0 <= low <= central <= high < 1 or not row["host_stage"]:
            raise WorldError(
                f"{where}: {low} / {central} / {high} t per t must rise from 0 and stay below 1, "
                "of a host in the world."
            )
        figures = (low, central, high)
    key = (row["mineral"], row["stage"], row["host"], row["host_stage"])
    return Host(*key, places, figures, cited, row["why"])


def read_hosts(text: str) -> tuple[Host, ...]:
    """Read rows of ``hosts.csv``, or raise :class:`WorldError` naming the line."""
    out = tuple(
        _read(row, f"hosts.csv, line {line}")
        for line, row in enumerate(csv.DictReader(text.splitlines()), start=2)
    )
    seen: set[tuple[str, ...]] = set()
    for h in out:
        for r in h.regions or ("",):
            key = (h.mineral, h.stage, h.host, h.host_stage, r)
            if key in seen:
                raise WorldError(f"hosts.csv: {' '.join(key).strip()} stands twice.")
            seen.add(key)
    return out


@cache
def hosts() -> tuple[Host, ...]:
    """All hosts of by-products, in the order of ``hosts.csv``.

    >>> [str(h) for h in hosts() if h.mineral == "gallium"]
    ['aluminium alumina', 'zinc refined']
    """
    return read_hosts(files(__package__).joinpath("hosts.csv").read_text("utf-8"))


def host_minerals(ids: Collection[str]) -> set[str]:
    """Minerals in the world that are hosts of the by-products among ``ids``."""
    return {h.host for h in hosts() if h.mineral in ids and h.host_stage}


def bound(
    rows: Collection[Host], outputs: Mapping[tuple[str, str], Array], axis: tuple[str, ...]
) -> Bound | None:
    """What the hosts of one by-product stage allow; None where none has a figure.

    ``outputs`` has the output (R) of every host stage, t.
    """
    n = len(axis)
    parts: dict[str, Array] = {}
    named = np.zeros(n, dtype=bool)
    for h in rows:
        own = {r for x in rows if str(x) == str(h) for r in x.regions}
        at = np.array([r in h.regions if h.regions else r not in own for r in axis])
        if h.recoverable is None:
            named |= at
            continue
        t = np.outer(h.recoverable, np.where(at, outputs[h.host, h.host_stage], 0.0))
        parts[str(h)] = parts.get(str(h), np.zeros((3, n))) + t
    if not parts:
        return None
    total = sum(parts.values(), np.zeros((3, n)))
    told = []
    for r in range(n):
        share = {k: t[1, r] / total[1, r] for k, t in parts.items() if t[1, r] > 0}
        ranked = sorted(share.items(), key=lambda x: -x[1])
        told.append(", ".join(f"{k} {100 * s:.0f} %" for k, s in ranked))
    return Bound(total, ~named, tuple(told))


def limit(plant: Array, output: Array, b: Bound | None) -> tuple[Array, NDArray[np.str_], Array]:
    """Capacity, what bounds it, and potential: each (R).

    >>> axis = ("AUS", "CHN", "KOR")
    >>> b = Bound(np.array([[2.0, 5, 1], [4, 10, 2], [8, 20, 4]]), np.ones(3, bool), ("",) * 3)
    >>> cap, what, potential = limit(np.array([0.0, 12, 9]), np.array([0.0, 6, 7]), b)
    >>> cap.tolist(), what.tolist(), potential.tolist()
    ([0.0, 10.0, 7.0], ['plant', 'host', 'over host'], [4.0, 4.0, 0.0])
    """
    what = np.full(plant.size, "plant", dtype="<U9")
    if b is None:
        return plant, what, np.zeros(plant.size)
    central = b.t[1]
    what[b.whole & (central < plant)] = "host"
    what[b.whole & (central < output * (1 - 1e-9))] = "over host"
    cap = np.where(what == "plant", plant, np.maximum(np.minimum(plant, central), output))
    return cap, what, np.maximum(central - output, 0.0)
