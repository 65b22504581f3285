"""The floor function: one rule for the market and for the border.

Pure arithmetic on decimals, floats or NumPy arrays alike: prices in USD per tonne of the
contained unit, duties and freight in USD per tonne, shares of one. ``F`` is the floor and
``R`` the reference price, both customs values on the importer's basis before duties.

Source: the levy of a minimum entry price held by adjustable tariffs, as the European entry
price system for fruit and vegetables (Delegated Regulation (EU) 2017/891, articles 73-74)
computes it per consignment, and a trigger price per period.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

Incoterm = Literal["FOB", "CIF"]
Number = Any
"""A ``Decimal``, a ``float`` or an array; the result is of the same kind."""


def positive_part(x: Number) -> Number:
    """``max(0, x)``, elementwise; NaN stays NaN.

    >>> positive_part(Decimal("-1.5")), positive_part(2.0)
    (Decimal('0'), 2.0)
    """
    if isinstance(x, Decimal):
        return max(Decimal(0), x)
    if hasattr(x, "__array_namespace__"):
        xp = x.__array_namespace__()
        return xp.maximum(x, xp.zeros_like(x))
    return 0.0 if x <= 0 else x


def levy_period(F: Number, R: Number, duty: Number, counts_duty: bool = False) -> Number:
    """Levy per tonne that is the same for every entry of a period.

    ``max(0, F - (R + counts_duty * duty))``, with ``R`` the period's reference price.

    >>> levy_period(Decimal(110000), Decimal(60000), Decimal(3000))
    Decimal('50000')
    >>> levy_period(Decimal(110000), Decimal(60000), Decimal(3000), counts_duty=True)
    Decimal('47000')
    """
    return positive_part(F - (R + duty) if counts_duty else F - R)


def entry_top_up(F: Number, P: Number, duty: Number, counts_duty: bool = False) -> Number:
    """Levy per tonne on one entry: the same rule against its own declared value ``P``.

    ``max(0, F - (P + counts_duty * duty))``

    >>> entry_top_up(Decimal(100), Decimal(120), Decimal(0))
    Decimal('0')
    """
    return levy_period(F, P, duty, counts_duty)


def split_top_up(wedge: Number, invoice_response: Number) -> tuple[Number, Number]:
    """Divide a top-up between treasury and exporter: ``((1 - i) wedge, i wedge)``.

    An exporter who raises the invoice keeps that part of the wedge; at 1 the top-up works
    as a minimum import price.

    >>> split_top_up(Decimal(50), Decimal("0.2"))
    (Decimal('40.0'), Decimal('10.0'))
    """
    kept = wedge * invoice_response
    return wedge - kept, kept


def minimum_import_price(F: Number, P: Number) -> Number:
    """Price that an exporter must invoice: ``max(F, P)``; an entry below ``F`` is refused."""
    return P + positive_part(F - P)


def ad_valorem(F: Number, R: Number, base: Number) -> Number:
    """Duty rate that closes the gap: ``max(0, F - R) / base``, a share of the customs base.

    >>> ad_valorem(Decimal(125), Decimal(100), Decimal(100))
    Decimal('0.25')
    """
    return positive_part(F - R) / base


def customs_basis(
    F: Number, stated: Incoterm, valued: Incoterm, freight_and_insurance: Number
) -> Number:
    """Convert a price from the basis it is stated on to the importer's valuation basis.

    ``CIF = FOB + freight and insurance``

    >>> customs_basis(Decimal(100), "FOB", "CIF", Decimal(7))
    Decimal('107')
    """
    if stated == valued:
        return F
    return F + freight_and_insurance if valued == "CIF" else F - freight_and_insurance


def contract_payment(
    benchmark: Number, strike: Number, upside_share: Number, upside_threshold: Number
) -> Number:
    """Pay of a contract for difference per tonne; negative flows back to the payer.

    ``max(0, strike - B) - share * max(0, B - threshold)``

    Source: MP Materials' price protection agreement with the United States, from 1 October
    2025 (110 USD/kg NdPr, 30 % of the upside once production is full).

    >>> contract_payment(Decimal(60), Decimal(110), Decimal("0.3"), Decimal(110))
    Decimal('50.0')
    >>> contract_payment(Decimal(150), Decimal(110), Decimal("0.3"), Decimal(110))
    Decimal('-12.0')
    """
    support = positive_part(strike - benchmark)
    return support - upside_share * positive_part(benchmark - upside_threshold)
