"""What policy puts between a producer and a buyer, as arrays.

Built from a pact by :func:`orepact.market.instruments.wedges`, or by hand. Shapes as in
:mod:`orepact.market.market`, with ``G`` limits and ``J`` contracts.

=================== ============ =============================================================
``export_tax``      K, O, D     share of the producer price, kept by the exporter's treasury
``export_specific`` K, O, D     the same in USD/t
``freight``         K, O, D     change of freight through cooperation, USD/t
``duty``            K, O, D     ad valorem duty in force, share of the customs base
``specific``        K, O, D     specific duty, USD/t
``open``            K, O, D     share of the route's suppliers that may ship: 0 is a ban
``standard``        K, O, D     cost of complying with a standard, USD/t; a real cost
``release``         K, R        tonnes put on the market from public stocks
``purchase``        K, R        tonnes bought for public stocks
=================== ============ =============================================================

**Floors**, one per stage and destination:

``floor`` (K, D) USD/t, 0 for none; ``covered`` (K, O, D) routes that pay; ``eligible``
(K, O, D) routes the reference price is taken over; ``weights`` (K, O, D) fixed base weights
where the rule is ``average`` (zero: take the lowest); ``counts_duty``, ``on_cif``,
``top_up`` and ``response`` (K, D). ``group`` (K, D) makes destinations share the lowest
reference of their group. With ``V`` the invoice value on the floor's terms::

    period levy    l[d]   = max(0, F[d] - (R[d] + counts_duty t R[d])),  R[d] = lowest V[o,d]
    entry top-up   w[o,d] = max(0, F[d] - (V[o,d] + counts_duty t V[o,d])),
                   of which exporters capture the share ``response`` by raising invoices

**Limits**: ``limit_mask`` (G, K, O, D), ``limit`` (G,) tonnes, ``holder`` who keeps the rent, and
``limit_id`` the instrument that sets it.
**Contracts**: on ``contracted`` (K, R), a share of capacity, the producer is paid
``max(0, strike - B) - upside max(0, B - threshold)`` a tonne on top of the price, at most
``pay_cap`` and at least ``-back_cap``; ``B`` is the producer price of ``benchmark`` (K, R), an
index into origins, and ``payer`` (K, R) the region whose budget pays.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from orepact.market.market import Market

Array = Any

HOLDERS = ("importer", "exporter", "producers")


@dataclass(frozen=True, slots=True)
class Wedges:
    """The arrays above; :meth:`base` gives the base year's own."""

    duty: Array
    export_tax: Array
    export_specific: Array
    freight: Array
    specific: Array
    open: Array
    standard: Array
    release: Array
    purchase: Array
    floor: Array
    covered: Array
    eligible: Array
    weights: Array
    counts_duty: Array
    on_cif: Array
    top_up: Array
    response: Array
    group: Array
    contracted: Array
    strike: Array
    threshold: Array
    upside: Array
    pay_cap: Array
    back_cap: Array
    benchmark: Array
    payer: Array
    limit: Array = field(default_factory=lambda: np.zeros(0))
    limit_mask: Array = field(default_factory=lambda: np.zeros((0, 1, 1, 1)))
    holder: tuple[str, ...] = ()
    limit_id: tuple[str, ...] = ()

    @classmethod
    def base(cls, market: Market) -> Wedges:
        """No policy beyond the base year's duties."""
        K, R = len(market.stages), len(market.regions)
        route, node = np.zeros((K, R, R)), np.zeros((K, R))
        off, flags = np.zeros((K, R, R), bool), np.zeros((K, R), bool)
        return cls(
            duty=market.duty,
            export_tax=route,
            export_specific=route,
            freight=route,
            specific=route,
            open=1.0 + route,
            standard=route,
            release=node,
            purchase=node,
            floor=node,
            covered=off,
            eligible=off,
            weights=route,
            counts_duty=flags,
            on_cif=flags,
            top_up=flags,
            response=node,
            group=-np.ones((K, R), int),
            contracted=node,
            strike=node,
            threshold=node + np.inf,
            upside=node,
            pay_cap=node + np.inf,
            back_cap=node + np.inf,
            benchmark=np.zeros((K, R), int),
            payer=np.broadcast_to(np.arange(R), (K, R)),
        )

    @property
    def any_contract(self) -> bool:
        """Whether some producer has a contract for difference."""
        return bool(np.any(self.contracted > 0))

    def toward(self, base: Wedges, theta: float, market: Market, R0: Array) -> Wedges:
        """Policy scaled from ``base`` (0) to this one (1), for continuation.

        Floors rise from the base reference price ``R0`` (K, D), limits fall from one and a
        half times base shipments.
        """
        mix = {
            f: (1 - theta) * getattr(base, f) + theta * getattr(self, f)
            for f in (
                "duty", "export_tax", "export_specific", "freight", "specific", "open", "standard",
                "release", "purchase", "contracted",
            )
        }  # fmt: skip
        rising = np.where(self.floor > 0, R0 + theta * np.maximum(self.floor - R0, 0.0), 0.0)
        slack = 1.5 * np.sum(self.limit_mask * market.x0[..., None, :, :, :], axis=(-3, -2, -1))
        limit = self.limit + (1 - theta) * np.maximum(slack - self.limit, 0.0)
        return replace(self, **mix, floor=np.minimum(rising, self.floor), limit=limit)
