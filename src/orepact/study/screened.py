"""What a screen holds: frozen rows, every figure with how it is known or why it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from orepact.errors import InputError

Basis = Literal["chain", "survey", "press", "assumed"]
"""How a figure is known: from a balanced chain, from a survey's tables, from press reports, or
from an assumption of ours."""


class Span(NamedTuple):
    """5, 50 and 95 % quantile of a sample."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. ``value`` is ``None`` where it is not known; then ``why`` says the reason.

    ``basis`` is the weakest of what the figure rests on; ``why`` may remark on a known value.

    >>> Metric(None, why="the survey gives no capacity").known
    False
    """

    value: float | None
    basis: Basis | None = None
    why: str = ""

    def __post_init__(self) -> None:
        if self.value is None and not self.why:
            raise InputError("A figure that is not known needs the reason why.")
        if self.value is not None and self.basis is None:
            raise InputError(
                f"The figure {self.value} needs a basis: chain, survey, press, assumed."
            )

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Loss:
    """One supplier's exports stopped for a year: what it does to a party.

    ``price_rise`` and ``shortfall`` are shares of the party's base price and use (of its final
    stages, weighted by tonnes); ``world_price_rise`` is outside the supplier. Money in USD of
    the base year: ``extra_cost`` on what is still bought, ``output_lost`` value added of using
    industries and their suppliers, ``loss`` the sum, ``expected`` times the annual
    ``probability``. The three are ``None`` for parties without input-output tables.
    ``engine`` is ``chain`` (every stage, every region) or ``one stage``.
    """

    mineral: str
    stage: str
    supplier: str
    party: str
    share: float
    engine: Literal["chain", "one stage"]
    basis: Basis
    probability: Span
    world_price_rise: Span
    price_rise: Span
    shortfall: Span
    extra_cost: Span | None
    output_lost: Span | None
    loss: Span | None
    expected: Span | None
    expected_mean: float | None
    unsolved: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScreenRow:
    """One mineral at one stage, seen from one party.

    Shares 0 to 1, HHI 0 to 10,000, ``eu_supply_risk`` on the Commission's scale, tonnes of
    contained substance, USD of the base year. ``top_source`` is where the party buys,
    ``top_supplier`` who makes most of the world's. ``single_point`` is 1 or 0. ``losses`` are
    sorted by expected loss (by shortfall where no money is computed).
    """

    mineral: str
    stage: str
    party: str
    grade: str
    use_t: Metric
    import_reliance: Metric
    published_reliance: Metric
    world_hhi: Metric
    governed_hhi: Metric
    bloc_hhi: Metric
    source_hhi: Metric
    top_supplier: str
    top_share: Metric
    top_source: str
    top_source_share: Metric
    traced_source: str
    traced_share: Metric
    spare_elsewhere: Metric
    recycling: Metric
    substitution: Metric
    single_point: Metric
    eu_supply_risk: Metric
    losses: tuple[Loss, ...]
    expected_loss: Metric
    score: Metric
    lists: tuple[str, ...]

    @property
    def worst(self) -> Loss | None:
        """The supplier whose stop costs most in expectation."""
        return self.losses[0] if self.losses else None


@dataclass(frozen=True, slots=True)
class Screen:
    """All rows for one party, most vulnerable first, and what the numbers rest on."""

    party: str
    year: int
    pact: str
    members: tuple[str, ...]
    draws: int
    seed: int
    rows: tuple[ScreenRow, ...]
    notes: tuple[str, ...]

    def row(self, mineral: str, stage: str | None = None) -> ScreenRow:
        """The row of a mineral (at its most vulnerable stage unless one is named)."""
        for r in self.rows:
            if r.mineral == mineral and stage in (None, r.stage):
                return r
        at = f" at stage {stage}" if stage else ""
        raise InputError(f"The screen of {self.party} has no row for {mineral}{at}.")

    def ranking(self) -> list[ScreenRow]:
        """One row a mineral: its stage with the highest score, in order."""
        first = {r.mineral: r for r in reversed(self.rows)}
        return [r for r in self.rows if first[r.mineral] is r]
