"""The convex potential behind a market without ad valorem or endogenous wedges.

With specific wedges only, excess supply is the gradient in producer prices of

    Phi(p) = sum PS(m) + sum scrap + sum (draw + release) p + sum CS(P) - sum (build + purchase) P

which is convex: the index ``P`` is concave in prices, consumers' surplus falls and is convex in
``P``, and producers' surplus rises and is convex in the margin. Its minimum is the
equilibrium, so a trust-region method reaches it from anywhere. Source: the integrability of
Shephard's lemma, as in spatial price equilibrium (Samuelson 1952).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.market.equations import Frame, Point, evaluate
from orepact.market.jacobian import jacobian

Array = Any


def has_potential(f: Frame) -> bool:
    """Whether landed costs rise dollar for dollar with prices and nothing else moves them."""
    return (
        not f.borders
        and not f.w.holder
        and not f.rules
        and f.alias is None
        and not f.w.any_contract
        and bool(np.all(f.within.gain == 1))
    )


def potential(f: Frame, pt: Point) -> Array:
    """Value of the potential, USD (...,)."""
    market = f.market
    producers = np.sum(market.supply.surplus(pt.m[..., None, :]), axis=(-3, -2, -1))
    scrap = np.sum(market.secondary.surplus(pt.p[..., None, :]), axis=(-3, -2, -1))
    users = np.sum(market.demand.surplus(pt.P) - f.wanted * pt.P, axis=(-2, -1))
    return producers + scrap + users + np.sum(f.given * pt.p, axis=(-2, -1))


def minimise(f: Frame, p0: Array, index: Array) -> Array | None:
    """Prices (K, R) at the minimum over the active nodes ``index``, from ``p0``.

    One market, no batch. Trust region with the exact Hessian; prices in units of ``p0`` and
    the potential in units of the market's value. ``None`` where the potential has no minimum.
    """
    from scipy.optimize import minimize

    shape, unit = p0.shape, p0.ravel()[index]
    value = float(np.sum(f.market.scale * f.market.p0))

    def prices(q: Array) -> Array:
        p = p0.ravel().copy()
        p[index] = unit * q
        return p.reshape(shape)

    def phi(q: Array) -> float:
        return float(potential(f, evaluate(f, prices(q), np.zeros(0)))) / value

    def gradient(q: Array) -> Array:
        pt = evaluate(f, prices(q), np.zeros(0))
        g: Array = pt.excess.ravel()[index] * unit / value
        return g

    def hessian(q: Array) -> Array:
        pt = evaluate(f, prices(q), np.zeros(0))
        J = jacobian(f, pt) * f.market.scale.ravel()[:, None] / pt.p.ravel()
        H = J[np.ix_(index, index)] * unit[:, None] * unit / value
        return (H + H.T) / 2

    try:
        found = minimize(
            phi, np.ones(len(index)), jac=gradient, hess=hessian, method="trust-exact",
            options={"gtol": 1e-13, "maxiter": 500},
        )  # fmt: skip
    except ValueError:  # no minimum: more is to be sold than anybody takes at any price
        return None
    return prices(np.maximum(found.x, 1e-9))
