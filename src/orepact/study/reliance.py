"""How far a party lives on imports, and what others could send instead."""

from __future__ import annotations

from orepact.errors import InputError


def apparent_use(
    production: float, imports: float, exports: float, stock_fall: float = 0.0
) -> float:
    """``production + imports - exports + fall of stocks``, t; scrap counts as production.

    >>> apparent_use(10.0, 100.0, 20.0, 5.0)
    95.0
    """
    return production + imports - exports + stock_fall


def import_reliance(imports: float, exports: float, stock_fall: float, use: float) -> float:
    """Net import reliance ``(imports - exports + stock fall) / apparent use``.

    The definition of the US Geological Survey. Negative for net exporters; above 1 it is a
    contradiction of the inputs, since production cannot be negative.

    >>> import_reliance(imports=80.0, exports=20.0, stock_fall=0.0, use=100.0)
    0.6

    Raises :class:`InputError` where use is not positive or reliance exceeds 1.
    """
    if not use > 0:
        raise InputError(f"Apparent use is {use} t; reliance needs a positive use.")
    out = (imports - exports + stock_fall) / use
    if out > 1.0 + 1e-6:
        raise InputError(
            f"Net imports of {out * use:,.4g} t exceed the use of {use:,.4g} t: production would "
            "be negative. Mend the trade, the stocks or the use."
        )
    return min(out, 1.0)


def spare_elsewhere(capacity: float, output: float, exports: float) -> float:
    """Idle capacity outside the top supplier over what that supplier sends to the party.

    ``(capacity - output) / exports``: 1 means that others could just replace it, physically.
    Tonnes of contained substance a year, capacity and output outside the top supplier.

    >>> spare_elsewhere(capacity=130.0, output=100.0, exports=60.0)
    0.5

    Raises :class:`InputError` where the supplier sends nothing or output exceeds capacity.
    """
    if not exports > 0:
        raise InputError("The top supplier sends nothing: there is nothing to replace.")
    if output > capacity * (1 + 1e-6):
        raise InputError(f"Output of {output:,.4g} t exceeds the capacity of {capacity:,.4g} t.")
    return max(capacity - output, 0.0) / exports
