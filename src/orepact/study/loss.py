"""What a shortfall costs: the pure functions, each named after its formula.

``N`` draws, ``U`` uses of the mineral. A use is one industry's share of the mineral's tonnes;
``at_stake`` is the output of that industry, USD, that depends on the mineral and cannot do
without it within the year: ``dependence x output x (1 - substitution)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.errors import InputError
from orepact.study.screened import Span

Array = Any


def extra_cost(use: Array, rise: Array, shortfall: Array) -> Array:
    """``D0 dP (1 - q/2)``: what users pay more, plus the triangle that they give up, USD.

    ``use`` D0 in t, ``rise`` dP in USD/t, ``shortfall`` q as a share of D0.

    >>> float(extra_cost(100.0, 50.0, 0.2))
    4500.0
    """
    return use * rise * (1.0 - shortfall / 2.0)


def at_stake(dependence: Array, output: Array, substitution: Array) -> Array:
    """``dependence x output x (1 - substitution)``, USD; shares 0 to 1.

    >>> float(at_stake(0.5, 1000.0, 0.2))
    400.0
    """
    for name, share in (("dependence", dependence), ("substitution", substitution)):
        _shares(name, share)
    return np.asarray(dependence * output * (1.0 - substitution))


def rationed(shortfall: Array, lacking: Array, share: Array) -> Array:
    """``lacking + share (shortfall - lacking)``: the part of a shortfall that nobody chose.

    A user who gives up a tonne because of its price loses less than the price rose, and that
    triangle is in :func:`extra_cost`. Output stops where no price brings the tonne: what is
    ``lacking`` at the backstop, and the ``share`` of the rest that contracts, licences or the
    want of a market keep from those who would pay. All are shares of use, 0 to 1.

    >>> float(rationed(0.5, 0.1, 0.25))
    0.2
    """
    for name, value in (("shortfall", shortfall), ("lacking", lacking), ("share", share)):
        _shares(name, value)
    if np.any(lacking > shortfall + 1e-9):
        raise InputError("More is lacking than the shortfall. Give both as shares of the same use.")
    return np.asarray(lacking + share * (shortfall - lacking))


def proportional(shortfall: Array, stake: Array) -> Array:
    """Output lost ``q x at_stake`` (N, U): every use goes short by the same share.

    ``shortfall`` (N,) between 0 and 1, ``stake`` (N, U) USD.
    """
    _shares("shortfall", shortfall)
    return np.asarray(shortfall)[..., None] * stake


def lowest_value_first(shortfall: Array, stake: Array, share: Array) -> Array:
    """Output lost (N, U) where tonnes are taken first from the use that loses least per tonne.

    Uses are emptied in order of ``at_stake / share`` until the shortfall is met. ``share`` (U,)
    of the mineral's tonnes adds to one. Never more than :func:`proportional` in sum.

    >>> lowest_value_first(np.array([0.5]), np.array([[10.0, 90.0]]), np.array([0.4, 0.6]))
    array([[10., 15.]])
    """
    _shares("shortfall", shortfall)
    if np.any(share <= 0) or abs(float(np.sum(share)) - 1.0) > 1e-6:
        raise InputError("Use shares must be positive and add to one. Leave empty uses out.")
    stake = np.asarray(stake)
    order = np.argsort(stake / share, axis=-1, kind="stable")
    sorted_share = np.take_along_axis(np.broadcast_to(share, stake.shape), order, axis=-1)
    before = np.cumsum(sorted_share, axis=-1) - sorted_share
    taken = np.clip((np.asarray(shortfall)[..., None] - before) / sorted_share, 0.0, 1.0)
    lost = np.empty_like(stake)
    np.put_along_axis(lost, order, taken * np.take_along_axis(stake, order, axis=-1), axis=-1)
    return lost


def value_added_lost(lost: Array, requirements: Array, content: Array) -> Array:
    """Value added lost in the using industries and all their domestic suppliers, USD (N,).

    ``lost`` (N, U) is output of the using industries. Final demand ``f`` that would cost just
    this output solves ``L_UU f = lost``, ``L`` being domestic total requirements (output of
    industry i per dollar of final demand for j); the loss is ``sum_j content_j f_j`` with
    ``content_j = sum_i v_i L_ij``, the domestic value added in a dollar of final demand
    (Leontief). Output that one using industry loses as the supplier of another is so counted
    once; where it already exceeds that industry's own loss, the larger one counts.

    >>> value_added_lost(np.array([[10.0]]), np.array([[1.25]]), np.array([0.8]))
    array([6.4])
    """
    final = np.linalg.solve(requirements, np.asarray(lost)[..., None])[..., 0]
    return np.asarray(np.sum(content * np.maximum(final, 0.0), axis=-1))


def expected_loss(probability: Array, loss: Array) -> Array:
    """``probability x loss``, USD a year.

    >>> float(expected_loss(0.02, 1e9))
    20000000.0
    """
    _shares("probability", probability)
    return probability * loss


def span(values: Array) -> Span:
    """5, 50 and 95 % quantile of the draws that solved.

    Raises :class:`InputError` where none did.
    """
    ok = np.asarray(values)[np.isfinite(values)]
    if not len(ok):
        raise InputError("No draw solved, so there is no range.")
    low, median, high = (float(q) for q in np.quantile(ok, (0.05, 0.5, 0.95)))
    return Span(low, median, high)


def _shares(name: str, value: Array) -> None:
    v = np.asarray(value, float)
    wrong = v[~((v >= 0) & (v <= 1))]
    if wrong.size:
        raise InputError(f"{name} must lie between 0 and 1; it holds {wrong.flat[0]:g}.")
