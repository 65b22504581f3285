"""What a profile is about."""

from __future__ import annotations

from dataclasses import dataclass

from orepact.catalogue import Screened, mineral
from orepact.study.screened import Loss, ScreenRow
from orepact.world import Chain


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: the mineral, its chain if any, the party, its rows, bloc and draws."""

    mineral: Screened
    chain: Chain | None
    party: str
    year: int
    rows: tuple[ScreenRow, ...]
    members: tuple[str, ...] = ()
    draws: int = 0

    @property
    def name(self) -> str:
        """Name of what is counted: the mineral's, or the chain's where several share it."""
        return mineral(self.chain.mineral).name if self.chain is not None else self.mineral.name

    @property
    def worst(self) -> ScreenRow:
        """The most concentrated stage, of those that are no scenario where there are any."""
        known = [r for r in self.rows if r.world_hhi.known]
        firm = [r for r in known if r.grade != "scenario"]
        return max(firm or known or self.rows, key=lambda r: r.world_hhi.value or 0.0)

    @property
    def placed(self) -> ScreenRow:
        """The stage by which the mineral is ranked for the party."""
        return min(self.rows, key=lambda r: r.place)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every supplier's stop at every stage, dearest in expectation first."""
        found = [x for r in self.rows for x in r.losses]
        return tuple(sorted(found, key=lambda x: -size(x)))


def size(x: Loss) -> float:
    """What losses are ordered by: expected money, else the shortfall."""
    return x.expected_mean if x.expected_mean is not None else x.shortfall.median
