"""SMART, the single-market simulation of UNCTAD and the World Bank (WITS), as published.

Trade that a lower duty on some suppliers creates, and trade that it diverts from the others. A
small module of its own, for comparison with the literature: it keeps no tonnes, and the diversion
is what the engine's CES form gives for a small change of duty with demand fixed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orepact.errors import InputError

Array = Any


class Smart(NamedTuple):
    """In the unit of the trade values: of each favoured supplier, then for the importer."""

    creation: Array  # (A,) imports that the lower price adds
    diversion: Array  # (A,) imports that move to it from the other suppliers
    revenue: float  # change of tariff revenue, at unchanged world prices
    consumers: float  # change of consumers' surplus, triangle included


def smart(
    favoured: Array, others: float, t0: float, t1: float, *, Em: float, sigma: float,
    Ex: float = np.inf,
) -> Smart:  # fmt: skip
    """Change the duty on ``favoured`` suppliers from ``t0`` to ``t1``; ``others`` keep ``t0``.

    ``favoured`` (A,) and ``others`` are imports at world prices, ``Em`` the elasticity of import
    demand (negative), ``sigma`` that of substitution, ``Ex`` that of export supply::

        TC = M Em r / (1 - Em/Ex)      TD = M B / (M + B) sigma |r|      r = (1 + t1)/(1 + t0) - 1

    A higher duty gives a negative creation, and diverts from the favoured. Source: Laird and Yeats
    (1986), The UNCTAD trade policy simulation model; WITS user's manual.

    >>> found = smart([100.0], 300.0, 0.2, 0.1, Em=-1.5, sigma=1.5)
    >>> round(float(found.creation[0]), 3), round(float(found.diversion[0]), 3)
    (12.5, 9.375)
    """
    M = np.atleast_1d(np.asarray(favoured, float))
    if not (np.all(np.isfinite(M)) and np.all(M >= 0) and 0 <= others < np.inf):
        raise InputError("Imports must be numbers of at least 0, at world prices.")
    if not (np.isfinite(Em) and Em <= 0 <= sigma < np.inf and Ex > 0):
        raise InputError(
            f"Em = {Em} must be at most 0, sigma = {sigma} at least 0 and Ex = {Ex} above 0 "
            "(inf for a given world price)."
        )
    if not (t0 > -1 and t1 > -1):
        raise InputError(f"Duties t0 = {t0} and t1 = {t1} are shares of the value, above -1.")
    r = (1 + t1) / (1 + t0) - 1
    creation = M * Em * r / (1 - Em / Ex)
    both = M + others
    diversion = -np.sign(r) * M * others / np.where(both > 0, both, 1.0) * sigma * abs(r)
    whole = np.sum(M + creation + diversion)
    revenue = t1 * whole + t0 * (others - np.sum(diversion)) - t0 * (np.sum(M) + others)
    consumers = (t0 - t1) * (np.sum(M) + np.sum(creation) / 2)
    return Smart(creation, diversion, float(revenue), float(consumers))
