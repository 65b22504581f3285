"""Sourcing: how a region's purchases spread over origins, and what the mix costs.

Landed costs ``c`` have shape ``(..., K, O, D)``, purchases ``Q`` and indices ``P``
``(..., K, D)``. Both forms satisfy Shephard's lemma ``dP/dc = s`` with ``s = x/Q``, and

    ds[o]/dc[o'] = -kappa[o] s[o] (o = o') + lam s[o] s[o'],

so the engine needs only ``P, s, kappa, lam`` of a form.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from orepact.market.namespace import namespace

Array = Any


class Mix(NamedTuple):
    """Price index, tonnes per tonne bought, and the two curvatures of the form."""

    P: Array  # (..., K, D) USD/t
    s: Array  # (..., K, O, D)
    kappa: Array  # (..., K, O, D) or one for all origins (..., K, 1, D), 1/(USD/t)
    lam: Array  # (..., K, D) 1/(USD/t)


Mixer = Callable[[Array], Mix]


@dataclass(frozen=True, slots=True)
class Sourcing(abc.ABC):
    """A form of the sourcing mix. Abstract; the final forms follow."""

    weight: Array  # (..., K, O, D): zero closes a route

    @abc.abstractmethod
    def mixer(self, open: Array, none: Array) -> Mixer:
        """The mix as a function of landed costs, with what does not change worked out once.

        ``open`` (..., K, O, D) scales the weight of every route, 0 closes it; ``none``
        (..., K, D) is the index of a destination without any open source.
        """


@dataclass(frozen=True, slots=True)
class Logit(Sourcing):
    """Keeps tonnes: ``sum_o x = Q`` exactly.

    ``s[o] = w[o] exp(-(c[o]-c0[o])/mu) / sum`` and
    ``P = P0 - mu ln sum_o w[o] exp(-(c[o]-c0[o])/mu)``, with ``w`` the base shares,
    ``c0`` the base landed costs and ``mu = P0/sigma`` in USD/t. As ``sigma`` grows the mix
    tends to the cheapest source in ``c - c0 + P0``.
    """

    c0: Array
    P0: Array
    mu: Array

    def mixer(self, open: Array, none: Array) -> Mixer:
        xp = namespace(self.weight)
        weight = self.weight * open
        steep = 1.0 / self.mu
        sharp = steep[..., None, :]
        log = xp.log(xp.where(weight > 0, weight, 1.0))
        at0 = xp.where(weight > 0, log + self.c0 * sharp, -xp.inf)

        def mix(c: Array) -> Mix:
            xp = namespace(c)
            u = at0 - c * sharp
            top = xp.max(u, axis=-2, keepdims=True)
            top = xp.where(xp.isfinite(top), top, 0.0)
            e = xp.exp(u - top)
            total = xp.sum(e, axis=-2)
            supplied = total > 0
            safe = xp.where(supplied, total, 1.0)
            s = e * (1.0 / safe)[..., None, :]
            index = self.P0 - self.mu * (xp.log(safe) + top[..., 0, :])
            return Mix(xp.where(supplied, index, none), s, sharp, steep)

        return mix


@dataclass(frozen=True, slots=True)
class CES(Sourcing):
    """The form of published results; it does not keep tonnes.

    ``P = (sum_o w[o] c[o]^(1-sigma))^(1/(1-sigma))``, ``x[o] = Q w[o] (P/c[o])^sigma``.
    ``sigma`` is the substitution elasticity, above 1.
    """

    sigma: Array  # (..., K, D)

    def mixer(self, open: Array, none: Array) -> Mixer:
        weight, sigma = self.weight * open, self.sigma[..., None, :]

        def mix(c: Array) -> Mix:
            xp = namespace(c)
            total = xp.sum(weight * c ** (1.0 - sigma), axis=-2)
            supplied = total > 0
            P = xp.where(supplied, total, 1.0) ** (1.0 / (1.0 - self.sigma))
            s = weight * (P[..., None, :] / c) ** sigma
            return Mix(xp.where(supplied, P, none), s, sigma / c, self.sigma / P)

        return mix


@dataclass(frozen=True, slots=True)
class Homogeneous(Sourcing):
    """One good whatever its origin: all is bought where ``c - c0 + P0`` is lowest.

    The limit of the logit as ``mu`` falls; ``weight`` above 0 opens a route. With ``c0`` and ``P0``
    at zero it is the plain homogeneous good; with base landed costs the base year is an
    equilibrium. Solved by complementarity (:mod:`orepact.market.homogeneous`), which decides who
    ships where costs tie.
    """

    c0: Array = 0.0
    P0: Array = 0.0

    def mixer(self, open: Array, none: Array) -> Mixer:
        xp = namespace(self.weight)
        shift = xp.where(self.weight * open > 0, self.premium(), xp.inf)

        def mix(c: Array) -> Mix:
            index = xp.min(c + shift, axis=-2)
            first = xp.argmin(c + shift, axis=-2)
            s = xp.where(first[..., None, :] == xp.arange(c.shape[-2])[:, None], 1.0, 0.0)
            flat = xp.zeros(index.shape)
            return Mix(xp.where(xp.isfinite(index), index, none), s, flat[..., None, :], flat)

        return mix

    def premium(self) -> Array:
        """``P0 - c0`` (..., K, O, D): what a route's good is worth beyond its landed cost."""
        xp = namespace(self.weight)
        P0 = xp.asarray(self.P0)
        return (P0[..., None, :] if P0.ndim else P0) - self.c0 + 0.0 * self.weight


def elasticities(sourcing: Sourcing, c: Array, eta: Array) -> Array:
    """Elasticities of imports ``d ln x[o,d] / d ln c[r,d]``, shape ``(..., K, O, R, D)``.

    With expenditure shares ``theta = s c / P`` this is, for CES, Francois and Hall's GSIM
    matrix: own ``theta eta - (1 - theta) sigma``, cross ``theta[r] (eta + sigma)``, where
    ``eta`` (negative) is the elasticity of composite demand, shape ``(..., K, D)``.
    """
    xp = namespace(c)
    m = sourcing.mixer(xp.ones_like(c), xp.full(eta.shape, xp.inf))(c)
    bought = m.s[..., None, :, :] * c[..., None, :, :]  # (..., K, 1, R, D)
    P = m.P[..., None, None, :]
    cross = bought * (m.lam[..., None, None, :] + eta[..., None, None, :] / P)
    eye = xp.eye(c.shape[-2])[:, :, None]
    return cross - eye * (m.kappa * c)[..., None, :, :]
