"""Instruments of conduct: standards, cooperation, circumvention, screening, mapping, response."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from orepact.pact.base import Found, FrozenMap, Strict, Text, refuse
from orepact.pact.instrument import Instrument, MaybeScoped
from orepact.pact.scope import (
    Members,
    MineralId,
    Region,
    Regions,
    StageId,
    Target,
    Whom,
    mismatches,
)
from orepact.pact.value import DatedPrice, DatedShare, Days, Share


class Standard(MaybeScoped):
    """A rule for mining, processing or trade: what it costs a tonne, whose proof counts."""

    principal = (("cost",),)

    kind: Literal["standard"] = "standard"
    topic: Text
    by: Members = "members"
    applies_to: Whom = "all"
    cost: DatedPrice | None = None
    recognises: Whom | None = None


class Cooperation(MaybeScoped):
    """Technical and regulatory work that saves freight and compliance cost between parties."""

    principal = (("freight_saving", "standard_saving"),)

    kind: Literal["cooperation"] = "cooperation"
    topic: Text
    between: Members = "members"
    freight_saving: DatedShare | None = None
    standard_saving: DatedShare | None = None


class Circumvention(Instrument):
    """Goods that enter under a name that pays less: a scenario of how others answer.

    Goods ``of`` some origins pass as those of the region ``through``, or as another stage,
    ``declared_as``. It starts to pay where it saves ``cost`` a tonne, and all of the goods are
    relabelled where it saves ``full_at``.
    """

    principal = (("cost",), ("full_at",))

    kind: Literal["circumvention"] = "circumvention"
    mineral: MineralId
    stage: StageId
    of: Whom = "non_members"
    into: Members = "members"
    through: Region | None = None
    declared_as: StageId | None = None
    cost: DatedPrice
    full_at: DatedPrice

    @model_validator(mode="after")
    def _whole(self) -> Self:
        found = [Found(("stage",), *w[1:]) for w in mismatches((self.mineral,), (self.stage,))]
        if (self.through is None) == (self.declared_as is None):
            what = "Goods pass as those of another region or as another stage."
            found.append(Found((), what, "Give one of 'through' and 'declared_as'."))
        elif self.declared_as is not None and not found:
            wrong = mismatches((self.mineral,), (self.declared_as,))
            found += [Found(("declared_as",), *w[1:]) for w in wrong]
            if self.declared_as == self.stage:
                what = f"Stage {self.stage} passes as itself."
                found.append(Found(("declared_as",), what, "Name another stage."))
        if self.interval.start is None:
            found.append(Found((), "It has no first day.", "Add from: 2027-01-01."))
        for span, full in self.full_at.steps:
            first = span.start or self.interval.start
            starts = self.cost.at(first) if first else None
            if starts is not None and full.amount <= starts:
                what = f"All is relabelled at {full.text}, not above where it starts."
                found.append(Found(("full_at",), what, "Make full_at larger than cost."))
        if found:
            raise refuse(found)
        return self

    def targets(self) -> tuple[Target, ...]:
        """The one pair of mineral and stage."""
        return ((self.mineral, self.stage),)


class Screening(MaybeScoped):
    """Limits on who may own or control: thresholds of ownership by regions of concern."""

    kind: Literal["screening"] = "screening"
    topic: Text
    by: Members = "members"
    of_concern: Regions | None = None
    ownership_limit: Share | None = None

    @model_validator(mode="after")
    def _limit_has_owners(self) -> Self:
        if self.ownership_limit is not None and self.of_concern is None:
            what = "An ownership limit says nothing of whose ownership."
            raise refuse([Found(("ownership_limit",), what, "Add 'of_concern'.")])
        return self


class Mapping(MaybeScoped):
    """Exchange of geological data on deposits."""

    kind: Literal["mapping"] = "mapping"
    topic: Text
    between: Members = "members"
    datasets: tuple[str, ...] = ()


class Step(Strict):
    """One step of a response, with the days within which it must be taken."""

    what: Text
    within: Days | None = None
    owners: Regions = ()


class Response(MaybeScoped):
    """A joint answer to a disruption: what sets it off, the steps, the parties' shares."""

    kind: Literal["response"] = "response"
    topic: Text
    trigger: Text | None = None
    steps: tuple[Step, ...] = Field(default=())
    shares: FrozenMap[Share] | None = None

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if self.shares is not None and sum(self.shares.values()) != 1:
            total = 100 * sum(self.shares.values())
            what, mend = f"They add up to {total:f} %.", "Make the shares add up to 100 %."
            raise refuse([Found(("shares",), what, mend)])
        return self
