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
    ``shown`` is what is printed in place of the value where only an interval is known, as
    ``over 50 %``: the value, its middle or central one, then only enters scores.

    >>> Metric(None, why="the survey gives no capacity").known
    False
    """

    value: float | None
    basis: Basis | None = None
    why: str = ""
    shown: str = ""

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
    sorted by expected loss (by shortfall where no money is computed). ``expected_loss`` is the
    mean over draws of all suppliers' stops at this stage together, ``expected_range`` the
    quantiles of the same sum.
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
    expected_range: Span | None
    score: Metric
    lists: tuple[str, ...]

    @property
    def worst(self) -> Loss | None:
        """The supplier whose stop costs most in expectation."""
        return self.losses[0] if self.losses else None

    @property
    def place(self) -> tuple[int, float, str, str]:
        """What rows are sorted by: expected loss, else the score, else the world's HHI."""
        for n, m in enumerate((self.expected_loss, self.score, self.world_hhi)):
            if m.value is not None:
                return n, -m.value, self.mineral, self.stage
        return 3, 0.0, self.mineral, self.stage


class Ranking(NamedTuple):
    """One row a mineral at its worst stage: ranked for the party, only seen from the world (its
    own reliance on imports is not known, so no score), and of which too little is known."""

    ranked: tuple[ScreenRow, ...]
    apart: tuple[ScreenRow, ...]
    unknown: tuple[ScreenRow, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """All rows for one party by :attr:`ScreenRow.place`, and what the numbers rest on."""

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

    def ranking(self) -> Ranking:
        """One row a mineral, its first, in order: the order of every table and picture."""
        groups: tuple[list[ScreenRow], ...] = ([], [], [])
        for r in {r.mineral: r for r in reversed(self.rows)}.values():
            groups[max(0, r.place[0] - 1)].append(r)
        return Ranking(*(tuple(sorted(g, key=lambda r: r.place)) for g in groups))
