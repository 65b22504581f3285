"""How concentrated supply is: each function is named after its measure, shares are 0 to 1.

Shares are given by supplier, of the whole. HHI runs from ``10,000/n`` (n equal suppliers) to
10,000 (one supplier). Where shares add to less than one, the rest is not told apart and counts as
no concentration: the index is then a lower bound.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from orepact.errors import InputError

Shares = Mapping[str, float]

TOLERANCE = 1e-6
DOMINANT = 0.65
"""Share above which one supplier is a single point of failure: the EU's benchmark for a single
third country (Regulation (EU) 2024/1252, Article 5)."""

WGI_SPAN = (-2.5, 2.5)
"""Scale of the Worldwide Governance Indicators, from worst to best."""


def shares(amounts: Mapping[str, float]) -> dict[str, float]:
    """Shares of a total, suppliers of nothing left out.

    >>> shares({"CHN": 3.0, "USA": 1.0, "FRA": 0.0})
    {'CHN': 0.75, 'USA': 0.25}

    Raises :class:`InputError` on a negative amount or a total of zero.
    """
    if bad := [k for k, v in amounts.items() if not v >= 0]:
        raise InputError(f"Supply of {', '.join(bad)} is negative or no number. Mend the amounts.")
    total = sum(amounts.values())
    if total <= 0:
        raise InputError("Nothing is supplied, so there are no shares. Give a positive total.")
    return {k: v / total for k, v in amounts.items() if v > 0}


def hhi(of: Shares) -> float:
    """Herfindahl-Hirschman index ``10,000 sum_c S_c^2``.

    >>> hhi({"A": 0.5, "B": 0.5}), hhi({"A": 0.5})
    (5000.0, 2500.0)

    Raises :class:`InputError` where the shares add to more than one.
    """
    _whole(of)
    return 1e4 * sum(s * s for s in of.values())


def bloc_hhi(of: Shares, members: Collection[str]) -> float:
    """HHI of what a bloc faces: ``10,000 sum_c S_c^2`` over suppliers outside it.

    Supply from members counts as no concentration at all, so the index falls with every member
    and is zero where members supply everything. (The other reading, members as one supplier,
    would call a bloc that supplies itself a monopoly.)

    >>> bloc_hhi({"CHN": 0.6, "USA": 0.3, "MEX": 0.1}, ["USA", "MEX"])
    3600.0
    """
    _whole(of)
    return 1e4 * sum(s * s for c, s in of.items() if c not in members)


def scaled_governance(wgi: float) -> float:
    """Mean of the six Worldwide Governance Indicators on the EU's scale: 0 best, 10 worst.

    ``WGI = 10 (2.5 - wgi) / 5``

    >>> scaled_governance(-2.5), scaled_governance(0.0), scaled_governance(2.5)
    (10.0, 5.0, 0.0)
    """
    low, high = WGI_SPAN
    if not low <= wgi <= high:
        raise InputError(f"A governance score of {wgi} is not between {low} and {high}.")
    return 10.0 * (high - wgi) / (high - low)


def governed_hhi(of: Shares, governance: Mapping[str, float], trade: Mapping[str, float]) -> float:
    """The EU's ``HHI_WGI,t = sum_c S_c^2 WGI_c t_c``, 0 to about 10.

    ``governance`` is ``WGI_c`` on the scale of :func:`scaled_governance`; ``trade`` is ``t_c``,
    1 without restriction, above 1 under export taxes, quotas or bans, 0.8 within a trade
    agreement (European Commission 2017, Methodology for establishing the EU list of critical
    raw materials). Not multiplied by 10,000.

    >>> governed_hhi({"A": 0.5, "B": 0.5}, {"A": 4.0, "B": 2.0}, {"A": 1.0, "B": 0.8})
    1.4

    Raises :class:`InputError` where a supplier lacks either value.
    """
    _whole(of)
    for name, known in (("governance score", governance), ("trade parameter", trade)):
        if missing := [c for c in of if c not in known]:
            raise InputError(f"No {name} for {', '.join(missing)}. Give one, or drop the index.")
    return sum(s * s * governance[c] * trade[c] for c, s in of.items())


def top(of: Shares) -> tuple[str, float]:
    """Largest supplier and its share; of equals, the first in alphabetical order."""
    if not of:
        raise InputError("There is no supplier to be the largest. Give shares.")
    name = min(of, key=lambda c: (-of[c], c))
    return name, of[name]


def single_point_of_failure(
    of: Shares, domestic_producers: int | None = None, above: float = DOMINANT
) -> bool:
    """One supplier above a stated share, or one producer in the country itself.

    ``domestic_producers`` is ``None`` where it is not known; then the share alone decides.
    """
    return top(of)[1] > above or domestic_producers == 1


def _whole(of: Shares) -> None:
    if not of or any(not 0 <= s <= 1 + TOLERANCE for s in of.values()):
        raise InputError("Shares must be given, each between 0 and 1.")
    if sum(of.values()) > 1.0 + TOLERANCE:
        raise InputError(f"Shares add to {sum(of.values()):.6f}, over one. Use shares() first.")
