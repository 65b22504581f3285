"""Quantities with units, parsed once at the edge.

Inside the package prices are USD per tonne, masses tonnes, proportions shares of one.
Decimals are kept exact, so that a levy can be computed to the cent from the same file
that a market is simulated from.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from orepact.errors import UnitError

TONNES: dict[str, Decimal] = {
    "t": Decimal(1),
    "kt": Decimal(1000),
    "Mt": Decimal(1_000_000),
    "kg": Decimal("0.001"),
    "g": Decimal("0.000001"),
    "lb": Decimal("0.00045359237"),
    "oz t": Decimal("0.0000311034768"),
}
"""Mass units in tonnes; the pound and the troy ounce by their legal definitions."""

SHARES: dict[str, Decimal] = {"%": Decimal("0.01"), "pp": Decimal("0.01"), "share": Decimal(1)}

BEYOND = 100
"""Powers of ten that no amount has."""

_SHAPE = re.compile(r"^\s*([+-]?[0-9][0-9_,]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*$")


def split(
    text: object, kind: str = "a quantity", example: str = "110 USD/kg"
) -> tuple[Decimal, str]:
    """Number and unit of a text; :class:`UnitError` names the ``kind`` and shows an example.

    >>> split("1,250.5 USD/t")
    (Decimal('1250.5'), 'USD/t')
    """
    if not isinstance(text, str):
        raise UnitError(f"{text!r} has no unit. Write {kind} with its unit, as {example!r}.")
    found = _SHAPE.match(text)
    if not found:
        raise UnitError(f"{text!r} is not a number with a unit. Write {kind} as {example!r}.")
    try:
        number = Decimal(found[1].replace("_", "").replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the pattern admits only decimals
        raise UnitError(f"{text!r} is not a number. Write {kind} as {example!r}.") from None
    if number and abs(number.adjusted()) > BEYOND:
        raise UnitError(f"{text!r} is beyond any real amount. Check its digits and its unit.")
    if not found[2]:
        raise UnitError(f"{text!r} has no unit. Write {kind} with its unit, as {example!r}.")
    return number, found[2]


def price(text: object) -> Decimal:
    """Parse a price into USD per tonne, exactly.

    >>> price("110 USD/kg")
    Decimal('1.10E+5')
    >>> price("25 USD/lb").quantize(Decimal("0.01"))
    Decimal('55115.57')
    """
    number, unit = split(text, "a price", "110 USD/kg")
    currency, slash, mass = unit.partition("/")
    if currency.strip() != "USD" or not slash or mass.strip() not in TONNES:
        known = ", ".join(f"USD/{u}" for u in TONNES)
        raise UnitError(f"{text!r}: unit {unit!r} is not a price. Use one of {known}.")
    return number / TONNES[mass.strip()]


def money(text: object) -> Decimal:
    """Parse an amount into USD, exactly.

    >>> money("10 million USD")
    Decimal('10000000')
    """
    number, unit = split(text, "an amount", "10 million USD")
    scale = {"USD": 1, "million USD": 10**6, "billion USD": 10**9}
    if unit not in scale:
        raise UnitError(f"{text!r}: unit {unit!r} is not an amount. Use {', '.join(scale)}.")
    return number * scale[unit]


def mass(text: object) -> Decimal:
    """Parse a mass into tonnes, exactly.

    >>> mass("5 kt")
    Decimal('5000')
    """
    number, unit = split(text, "a mass", "5000 t")
    if unit not in TONNES:
        raise UnitError(f"{text!r}: unit {unit!r} is not a mass. Use one of {', '.join(TONNES)}.")
    return number * TONNES[unit]


def share(text: object) -> Decimal:
    """Parse a proportion into a share of one, exactly.

    >>> share("2 %")
    Decimal('0.02')
    """
    number, unit = split(text, "a share", "2 %")
    if unit not in SHARES:
        raise UnitError(f"{text!r}: unit {unit!r} is not a share. Use {', '.join(SHARES)}.")
    return number * SHARES[unit]


def days(text: object) -> int:
    """Parse a duration in whole days.

    >>> days("60 days")
    60
    """
    number, unit = split(text, "a duration", "60 days")
    if unit not in ("days", "day") or number != number.to_integral_value():
        raise UnitError(f"{text!r} is not whole days. Write it as '60 days'.")
    return int(number)
