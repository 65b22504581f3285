"""Instruments that spend: incentives, stockpiles, research and projects."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from orepact.errors import nearest
from orepact.pact.base import Day, Found, FrozenMap, Strict, Text, refuse
from orepact.pact.content import substances
from orepact.pact.instrument import MaybeScoped, Scoped
from orepact.pact.scope import Members, Region
from orepact.pact.value import DatedDays, DatedMass, DatedMoney, DatedPrice, DatedShare, Share


class Benchmark(Strict):
    """The price that a contract settles against: a region's producer price or a named index."""

    region: Region | None = None
    name: str | None = None
    tax_basis: Literal["excluding_tax", "including_tax"]

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.region is None) == (self.name is None):
            what = "A benchmark is either a region's price or a named index."
            raise refuse([Found((), what, "Keep one of 'region' and 'name'.")])
        return self


class Incentive(Scoped):
    """Public money for output: grant, loan, tax credit, contract for difference, offtake.

    A contract for difference pays ``max(0, strike - B)`` on ``tonnes`` a year and takes back
    ``upside_share * max(0, B - upside_threshold)``; ``cap_per_year`` bounds what it pays and
    ``upside_cap_per_year`` what it takes back. ``content`` is what the strike is a price of.
    """

    principal = (("strike",), ("tonnes",), ("amount",), ("rate",))

    kind: Literal["incentive"] = "incentive"
    form: Literal["grant", "loan", "tax_credit", "contract_for_difference", "offtake"]
    region: Region
    paid_by: Region
    content: str | None = None
    tonnes: DatedMass | None = None
    strike: DatedPrice | None = None
    benchmark: Benchmark | None = None
    upside_share: Share | None = None
    upside_threshold: DatedPrice | None = None
    cap_per_year: DatedMoney | None = None
    upside_cap_per_year: DatedMoney | None = None
    amount: DatedMoney | None = None
    rate: DatedShare | None = None
    recipient: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        found = [
            Found((), f"Form {self.form} needs '{name}'.", f"Add '{name}'.")
            for name in _NEEDS[self.form]
            if getattr(self, name) is None
        ]
        if (self.upside_share is None) != (self.upside_threshold is None):
            what = "An upside needs both its share and its threshold."
            found.append(Found((), what, "Add upside_share or upside_threshold."))
        if self.form == "contract_for_difference":
            found += self._contract()
        if found:
            raise refuse(found)
        return self

    def _contract(self) -> list[Found]:
        found = []
        if self.mineral is None or self.stage is None:
            what = "A contract for difference covers one mineral at one stage."
            found.append(Found((), what, "Write 'mineral' and 'stage'."))
        elif self.content is not None and self.content not in substances(self.mineral):
            what = f"'{self.content}' is no substance of {self.mineral}."
            hint = nearest(self.content, substances(self.mineral))
            found.append(Found(("content",), what, hint))
        if self.interval.start is None:
            what = "The contract has no first day."
            found.append(Found((), what, "Add from: 2027-01-01."))
        return found


_NEEDS: dict[str, tuple[str, ...]] = {
    "grant": ("amount",),
    "loan": ("amount",),
    "tax_credit": ("rate",),
    "contract_for_difference": ("tonnes", "strike", "benchmark"),
    "offtake": ("tonnes",),
}


class Stockpile(MaybeScoped):
    """Stocks that the holders keep: target in days of cover, who contributes, when it is used.

    By rule, up to ``buy_at_most`` a year is bought where the price at home is below ``buy_below``,
    and up to ``sell_at_most`` sold where it is above ``sell_above``; ``content`` is what the prices
    are prices of, and the tonnes are shared by ``contributions``.
    """

    principal = (("target",), ("buy_at_most", "sell_at_most"))

    kind: Literal["stockpile"] = "stockpile"
    holders: Members
    target: DatedDays | None = None
    contributions: FrozenMap[Share] | None = None
    release: Text | None = None
    content: str | None = None
    buy_below: DatedPrice | None = None
    buy_at_most: DatedMass | None = None
    sell_above: DatedPrice | None = None
    sell_at_most: DatedMass | None = None

    @model_validator(mode="after")
    def _rule_is_whole(self) -> Self:
        found = []
        for price, most in (("buy_below", "buy_at_most"), ("sell_above", "sell_at_most")):
            if (getattr(self, price) is None) != (getattr(self, most) is None):
                what = "A rule on stocks needs both its price and its tonnes."
                found.append(Found((), what, f"Add {price} or {most}."))
        ruled = self.buy_at_most is not None or self.sell_at_most is not None
        if ruled and (self.mineral is None or self.stage is None):
            what = "A rule on stocks covers one mineral at one stage."
            found.append(Found((), what, "Write 'mineral' and 'stage'."))
        if ruled and self.interval.start is None:
            found.append(Found((), "The rule has no first day.", "Add from: 2027-01-01."))
        if self.content is not None and self.mineral is not None:
            known = substances(self.mineral)
            if self.content not in known:
                what = f"'{self.content}' is no substance of {self.mineral}."
                found.append(Found(("content",), what, nearest(self.content, known)))
        found += self._no_cross()
        if found:
            raise refuse(found)
        return self

    def _no_cross(self) -> list[Found]:
        """Stocks are not bought and sold at one price on any day."""
        if self.buy_below is None or self.sell_above is None:
            return []
        for span, low in self.buy_below.steps:
            for other, high in self.sell_above.steps:
                if span.overlaps(other) and low.amount > high.amount:
                    what = f"Stocks are bought below {low.text} and sold above {high.text} at once."
                    return [Found(("sell_above",), what, "Sell above the price of buying.")]
        return []

    @model_validator(mode="after")
    def _contributions_add_up(self) -> Self:
        if self.contributions is not None and sum(self.contributions.values()) != 1:
            total = 100 * sum(self.contributions.values())
            mend = "Make the contributions add up to 100 %."
            raise refuse([Found(("contributions",), f"They add up to {total:f} %.", mend)])
        return self


class Research(MaybeScoped):
    """A joint research aim: which parameter it would move, by how much, how likely, when."""

    kind: Literal["research"] = "research"
    between: Members = "members"
    aim: Text
    parameter: Literal["recovery", "substitution", "recycling", "unit_cost"] | None = None
    size: Share | None = None
    probability: Share | None = None
    ready: Day | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        target = ("parameter", "size", "probability", "ready")
        given = [n for n in target if getattr(self, n) is not None]
        missing = [n for n in target if n not in given]
        if given and missing:
            what = f"The target gives {', '.join(given)} only."
            raise refuse([Found((), what, f"Add {', '.join(missing)}, or drop the target.")])
        return self


class Project(MaybeScoped):
    """A mine, plant or factory of mutual interest, in a party or a third country."""

    principal = (("capacity",),)

    kind: Literal["project"] = "project"
    name: str
    region: Region | None = None
    activity: tuple[Literal["mining", "processing", "manufacturing", "recycling"], ...] = ()
    capacity: DatedMass | None = None
    conduct: str | None = None
