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
``floor_rate``      K, O, D     ad valorem duty due under a floor, share of the customs base
=================== ============ =============================================================

**Floors**, one per stage and destination:

``floor`` (K, D) USD/t, 0 for none; ``covered`` (K, O, D) share of a route that pays; ``eligible``
(K, O, D) routes the reference price is taken over; ``weights`` (K, O, D) fixed base weights
where the rule is ``average`` (zero: take the lowest); ``counts_duty``, ``on_cif``,
``top_up`` and ``response`` (K, D). ``group`` (K, D) makes destinations share the lowest
reference of their group. With ``V`` the invoice value on the floor's terms::

    period levy    l[d]   = max(0, F[d] - (R[d] + counts_duty t R[d])),  R[d] = lowest V[o,d]
    entry top-up   w[o,d] = max(0, F[d] - (V[o,d] + counts_duty t V[o,d])),
                   of which exporters capture the share ``response`` by raising invoices

**Limits**: ``limit_mask`` (G, K, O, D), ``limit`` (G,) tonnes, ``holder`` who keeps the rent, and
``limit_id`` the instrument that sets it. A limit with a duty ``beyond`` (G, K, O, D), a share of
the customs base, or ``beyond_specific``, USD/t, is a tariff-rate quota: ``duty`` and ``specific``
are those within it, and the rent is a share of what is due beyond::

    0 <= rent <= 1,  rent = 0 where limit > shipments, rent = 1 where limit < shipments

**Stocks by rule** (K, R), in the market of the holder at the price ``P`` of its buyers: up to
``buys`` tonnes are bought where ``P`` would fall below ``support``, up to ``sells`` tonnes are sold
where it would rise above ``trigger``::

    bought = mid(0, buys, bought - (P - support))       sold = mid(0, sells, sold + (P - trigger))

**Relabelling**: goods of a route may be declared as of another origin or stage, which pays
``alias_duty`` and ``alias_specific`` and no floor (K, O, D). To relabel the share ``r`` costs
``alias_cost r + alias_rise r^2 / 2`` a tonne, a real cost, so that with ``w`` the saving a tonne::

    r = mid(0, 1, (w - alias_cost) / alias_rise)        ``alias_cost`` inf: not possible

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
    floor_rate: Array
    buys: Array
    support: Array
    sells: Array
    trigger: Array
    alias_duty: Array
    alias_specific: Array
    alias_cost: Array
    alias_rise: Array
    limit: Array = field(default_factory=lambda: np.zeros(0))
    limit_mask: Array = field(default_factory=lambda: np.zeros((0, 1, 1, 1)))
    holder: tuple[str, ...] = ()
    limit_id: tuple[str, ...] = ()
    beyond: Array = field(default_factory=lambda: np.zeros((0, 1, 1, 1)))
    beyond_specific: Array = field(default_factory=lambda: np.zeros((0, 1, 1, 1)))

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
            covered=route,
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
            floor_rate=route,
            buys=node,
            support=node,
            sells=node,
            trigger=node + np.inf,
            alias_duty=route,
            alias_specific=route,
            alias_cost=route + np.inf,
            alias_rise=1.0 + route,
        )

    @property
    def any_contract(self) -> bool:
        """Whether some producer has a contract for difference."""
        return bool(np.any(self.contracted > 0))

    @property
    def rate(self) -> Array:
        """Ad valorem duty of a route in all, quotas aside: ordinary and due under a floor."""
        return self.duty + self.floor_rate

    @property
    def tranches(self) -> tuple[int, ...]:
        """Limits that are tariff-rate quotas."""
        more = [(i, v) for v in (self.beyond, self.beyond_specific) for i in range(len(v))]
        return tuple(sorted({i for i, v in more if np.any(v[i] != 0)}))

    @property
    def any_alias(self) -> bool:
        """Whether some route's goods may be relabelled."""
        return bool(np.any(np.isfinite(self.alias_cost)))

    def toward(self, base: Wedges, theta: float, market: Market, R0: Array) -> Wedges:
        """Policy scaled from ``base`` (0) to this one (1), for continuation.

        Floors rise from the base reference price ``R0`` (K, D), limits fall from one and a
        half times base shipments.
        """
        mix = {
            f: (1 - theta) * getattr(base, f) + theta * getattr(self, f)
            for f in (
                "duty", "export_tax", "export_specific", "freight", "specific", "open", "standard",
                "release", "purchase", "contracted", "floor_rate", "buys", "sells",
            )
        }  # fmt: skip
        rising = np.where(self.floor > 0, R0 + theta * np.maximum(self.floor - R0, 0.0), 0.0)
        slack = 1.5 * np.sum(self.limit_mask * market.x0[..., None, :, :, :], axis=(-3, -2, -1))
        limit = self.limit + (1 - theta) * np.maximum(slack - self.limit, 0.0)
        return replace(
            self, **mix, floor=np.minimum(rising, self.floor), limit=limit,
            beyond=theta * self.beyond, beyond_specific=theta * self.beyond_specific,
        )  # fmt: skip
