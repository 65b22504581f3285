"""Instruments of conduct: standards, cooperation, screening, mapping and response."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from orepact.pact.base import Found, FrozenMap, Strict, Text, refuse
from orepact.pact.instrument import MaybeScoped
from orepact.pact.scope import Members, Regions, Whom
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
