"""Numbers as text: sensible digits, real minus signs, units, ranges.

Every function refuses what is not a number: a missing price is a word, never a figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from orepact.errors import ResultError

MINUS = "\u2212"
SPACE = "\u00a0"
"""No-break space between a number and its unit."""

Text = Callable[[float], str]


def _rounded(x: float, digits: int) -> tuple[float, int]:
    """Round to ``digits`` significant digits; return the value and its decimals."""
    size = abs(x)
    if size == 0 or size < 0.005:
        return 0.0, 0
    if size >= 100:
        shift = digits - 1 - math.floor(math.log10(size))
        value = round(x, shift)
        return value, max(0, shift) if value != round(value) else 0
    decimals = 1 if size >= 0.995 else 2
    value = round(x, decimals)
    return value, decimals if abs(value) < 100 else 0


def number(x: float, digits: int = 3) -> str:
    """A level with sensible digits and thousands separators.

    >>> number(412834.9), number(3472.25, 4), number(99.97), number(0.038), number(0.0)
    ('413,000', '3,472', '100', '0.04', '0')
    """
    _refuse(x)
    value, decimals = _rounded(x, digits)
    if value == 0:
        return "0"
    text = f"{abs(value):,.{decimals}f}"
    return (MINUS if value < 0 else "") + text


def signed(x: float, digits: int = 3) -> str:
    """A change with its sign; what rounds to nothing is ``0``.

    >>> signed(412.83), signed(-8.63), signed(1e-7)
    ('+413', '−8.6', '0')
    """
    text = number(x, digits)
    return text if text == "0" or text.startswith(MINUS) else "+" + text


def percent(x: float) -> str:
    """A relative change, given as a share, in per cent with its sign.

    >>> percent(0.8708), percent(-0.0213), percent(0.0001), percent(12.4)
    ('+87', '−2.1', '0', '+1,240')
    """
    _refuse(x)
    value = 100 * x
    if abs(value) < 0.05:
        return "0"
    if abs(value) >= 100:
        return signed(value)
    text = f"{abs(value):.0f}" if abs(value) >= 9.95 else f"{abs(value):.1f}"
    return (MINUS if value < 0 else "+") + text


def share(x: float) -> str:
    """A share (0 to 1) in per cent with its unit; ends are said only where they are reached.

    >>> share(0.4567), share(0.9996), share(1.0), share(0.034), share(0.0004)
    ('46\\xa0%', 'over 99.9\\xa0%', '100\\xa0%', '3.4\\xa0%', 'under 0.1\\xa0%')
    """
    _refuse(x)
    value = 100 * x
    if 0 < value < 0.05:
        return f"under 0.1{SPACE}%"
    if 99.95 <= value < 100 - 1e-7:
        return f"over 99.9{SPACE}%"
    plain = value < 1e-9 or 9.95 <= value < 98.95 or value > 99.999999
    return f"{value:.0f}{SPACE}%" if plain else f"{value:.1f}{SPACE}%"


def millions(x: float) -> str:
    """A change of money, given in USD, in millions of USD with its sign.

    >>> millions(-8634955.0), millions(99483549.0), millions(270812.0)
    ('−8.6', '+99.5', '+0.27')
    """
    return signed(x / 1e6)


def tonnes(x: float) -> str:
    """A quantity with its unit: t, from 10,000 t in kt, from 10 million t in Mt.

    >>> tonnes(1518.7), tonnes(589837.0), tonnes(23230036.0), tonnes(0.001)
    ('1,520\\xa0t', '590\\xa0kt', '23.2\\xa0Mt', 'under 0.01\\xa0t')
    """
    _refuse(x)
    size = abs(x)
    if 1e-9 < size < 0.005:
        return f"under 0.01{SPACE}t"
    scale, unit = (1e6, "Mt") if size >= 9.995e6 else (1e3, "kt") if size >= 9995 else (1.0, "t")
    return f"{number(x / scale)}{SPACE}{unit}"


def signed_tonnes(x: float) -> str:
    """A change of a quantity with sign and unit.

    >>> signed_tonnes(-935.6), signed_tonnes(0.0)
    ('−936\\xa0t', '0\\xa0t')
    """
    if abs(x) < 0.005:
        return f"0{SPACE}t"
    return ("+" if x > 0 else "") + tonnes(x)


def price(x: float, digits: int = 3) -> str:
    """A price given in USD/t, with its unit; from 10,000 USD/t in USD/kg.

    >>> price(110000.0), price(3472.25, 4)
    ('110\\xa0USD/kg', '3,472\\xa0USD/t')
    """
    _refuse(x)
    if abs(x) >= 1e4:
        return f"{number(x / 1e3, digits)}{SPACE}USD/kg"
    return f"{number(x, digits)}{SPACE}USD/t"


def between(low: float, high: float, text: Text) -> str:
    """A range from its two ends, each written by ``text``; empty where both are nothing.

    >>> between(0.73, 0.94, percent)
    '+73 to +94'
    """
    first, last = text(low), text(high)
    return "" if {first, last} == {text(0.0)} else f"{first} to {last}"


def listed(words: list[str]) -> str:
    """Words in a row, the last after 'and'.

    >>> listed(["Canada", "Japan", "China"])
    'Canada, Japan and China'
    """
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def _refuse(x: float) -> None:
    if not math.isfinite(x):
        raise ResultError(
            f"A report met {x} where a number belongs. Show what is missing in words instead."
        )
