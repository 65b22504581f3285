"""Sourcing: how a region's purchases spread over origins, and what the mix costs.

Landed costs ``c`` have shape ``(..., K, O, D)``, purchases ``Q`` and indices ``P``
``(..., K, D)``. Both forms satisfy Shephard's lemma ``dP/dc = s`` with ``s = x/Q``, and

    ds[o]/dc[o'] = -kappa[o] s[o] (o = o') + lam s[o] s[o'],

so the engine needs only ``P, s, kappa, lam`` of a form.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from array_api_compat import array_namespace

Array = Any


class Mix(NamedTuple):
    """Price index, tonnes per tonne bought, and the two curvatures of the form."""

    P: Array  # (..., K, D) USD/t
    s: Array  # (..., K, O, D)
    kappa: Array  # (..., K, O, D) 1/(USD/t)
    lam: Array  # (..., K, D) 1/(USD/t)


@dataclass(frozen=True, slots=True)
class Sourcing(abc.ABC):
    """A form of the sourcing mix. Abstract; the final forms follow."""

    weight: Array  # (..., K, O, D): zero closes a route

    @abc.abstractmethod
    def mix(self, c: Array, none: Array) -> Mix:
        """Mix at landed costs ``c``; ``none`` is the index where no source is open."""

    def opened(self, share: Array) -> Self:
        """Scale the weight of every route: 1 leaves it, 0 closes it."""
        return replace(self, weight=self.weight * share)


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

    def mix(self, c: Array, none: Array) -> Mix:
        xp = array_namespace(c)
        mu = self.mu[..., None, :]
        u = xp.where(self.weight > 0, (self.c0 - c) / mu, -xp.inf)
        top = xp.max(u, axis=-2, keepdims=True)
        top = xp.where(xp.isfinite(top), top, 0.0)
        e = self.weight * xp.exp(u - top)
        total = xp.sum(e, axis=-2, keepdims=True)
        supplied = total[..., 0, :] > 0
        s = e / xp.where(total > 0, total, 1.0)
        index = self.P0 - self.mu * (
            xp.log(xp.where(supplied, total[..., 0, :], 1.0)) + top[..., 0, :]
        )
        P = xp.where(supplied, index, none)
        kappa = xp.where(self.weight > 0, 1.0 / mu, 0.0)
        return Mix(P, s, kappa, 1.0 / self.mu)


@dataclass(frozen=True, slots=True)
class CES(Sourcing):
    """The form of published results; it does not keep tonnes.

    ``P = (sum_o w[o] c[o]^(1-sigma))^(1/(1-sigma))``, ``x[o] = Q w[o] (P/c[o])^sigma``.
    ``sigma`` is the substitution elasticity, above 1.
    """

    sigma: Array  # (..., K, D)

    def mix(self, c: Array, none: Array) -> Mix:
        xp = array_namespace(c)
        sigma = self.sigma[..., None, :]
        e = xp.where(self.weight > 0, self.weight * c ** (1.0 - sigma), 0.0)
        total = xp.sum(e, axis=-2)
        P = xp.where(total > 0, total, 1.0) ** (1.0 / (1.0 - self.sigma))
        s = xp.where(self.weight > 0, self.weight * (P[..., None, :] / c) ** sigma, 0.0)
        P = xp.where(total > 0, P, none)
        return Mix(P, s, sigma / c, self.sigma / P)


def elasticities(sourcing: Sourcing, c: Array, eta: Array, none: float = float("inf")) -> Array:
    """Elasticities of imports ``d ln x[o,d] / d ln c[r,d]``, shape ``(..., K, O, R, D)``.

    With expenditure shares ``theta = s c / P`` this is, for CES, Francois and Hall's GSIM
    matrix: own ``theta eta - (1 - theta) sigma``, cross ``theta[r] (eta + sigma)``, where
    ``eta`` (negative) is the elasticity of composite demand, shape ``(..., K, D)``.
    """
    xp = array_namespace(c)
    m = sourcing.mix(c, none)
    bought = m.s[..., None, :, :] * c[..., None, :, :]  # (..., K, 1, R, D)
    P = m.P[..., None, None, :]
    cross = bought * (m.lam[..., None, None, :] + eta[..., None, None, :] / P)
    eye = xp.eye(c.shape[-2])[:, :, None]
    return cross - eye * (m.kappa * c)[..., None, :, :]
