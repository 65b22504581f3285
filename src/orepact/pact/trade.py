"""Instruments at the border: price floors, preferences and trade actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from orepact.catalogue import minerals
from orepact.errors import nearest
from orepact.pact.base import Flag, Found, Strict, refuse
from orepact.pact.content import substances
from orepact.pact.instrument import Instrument, Scoped
from orepact.pact.party import Span
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
from orepact.pact.value import DatedMass, DatedPrice, DatedRate, DatedShare, Share

Mode = Literal[
    "period_levy", "entry_top_up", "minimum_import_price", "undertaking", "ad_valorem", "none"
]
Regime = Literal["covered", "suspended", "refunded"]
OriginRule = Literal[
    "substantial_transformation",
    "wholly_obtained",
    "country_of_mining",
    "country_of_refining",
    "mass_balance",
]


class Basis(Strict):
    """What the floor's price is a price of.

    ``content`` is the substance a tonne of which the price buys; ``incoterm: importer``
    means each importer's own customs basis; ``counts_duty`` adds other duties to the
    reference before it is compared.
    """

    incoterm: Literal["FOB", "CIF", "importer"]
    content: str
    grade: str | None = None
    counts_duty: Flag = False


class Reference(Strict):
    """Which price the floor is compared with.

    ``scope`` takes one reference per destination or one for the bloc; ``minimum_share`` is
    the share of base-year imports that a route must carry to count.
    """

    rule: Literal["lowest_non_member", "average_non_member", "named"]
    scope: Literal["destination", "bloc"] = "destination"
    minimum_share: Share = Decimal("0.02")
    origin: Region | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.rule == "named" and self.origin is None:
            raise refuse([Found((), "A named reference names no origin.", "Add 'origin'.")])
        if self.rule != "named" and self.origin is not None:
            mend = "Write rule: named, or drop 'origin'."
            raise refuse([Found(("origin",), f"Rule {self.rule} takes no origin.", mend)])
        return self


class Regimes(Strict):
    """How the floor meets each customs regime; what is left out is a question back."""

    consumption: Regime | None = None
    temporary_import: Regime | None = None
    free_zone: Regime | None = None
    drawback: Regime | None = None
    in_transit: Regime | None = None


class Exclusion(Span):
    """Entries that the floor does not touch: an end use, a holder, a volume a year."""

    end_use: str | None = None
    holder: str | None = None
    volume: DatedMass | None = None
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.end_use is None and self.holder is None and self.volume is None:
            mend = "Add end_use, holder or volume."
            raise refuse([Found((), "The exclusion excludes nothing in particular.", mend)])
        return self


class PriceFloor(Instrument):
    """A minimum price at one stage of one mineral, held at the border of the parties ``in``.

    ``invoice_response`` is the share of an entry top-up that exporters capture by raising
    their invoices. Under an undertaking the origins ``signed_by`` sell at the floor or
    above, and the others pay ``fallback_duty``.
    """

    principal = (("floor",),)

    kind: Literal["price_floor"] = "price_floor"
    mineral: MineralId
    stage: StageId
    floor: DatedPrice
    basis: Basis
    mode: Mode
    reference: Reference | None = None
    invoice_response: Share | None = None
    signed_by: Regions | None = None
    fallback_duty: DatedRate | None = None
    regimes: Regimes = Regimes()
    exclusions: tuple[Exclusion, ...] = ()
    codes: tuple[str, ...] = ()
    in_: Members = Field(default="members", alias="in")
    applies_to: Whom = "non_members"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        found = [Found(("stage",), *w[1:]) for w in mismatches((self.mineral,), (self.stage,))]
        found += _codes(self.codes, () if found else self.targets())
        known = substances(self.mineral)
        if self.basis.content not in known:
            what = f"'{self.basis.content}' is no substance of {self.mineral}."
            found.append(Found(("basis", "content"), what, nearest(self.basis.content, known)))
        if self.mode in ("period_levy", "ad_valorem") and self.reference is None:
            mend = "Add reference: {rule: lowest_non_member}."
            found.append(Found((), f"Mode {self.mode} compares with no reference.", mend))
        if self.mode == "entry_top_up" and self.invoice_response is None:
            what = "An entry top-up does not say how exporters answer it."
            mend = "Add invoice_response: 0 % (none raises the invoice) to 100 % (all do)."
            found.append(Found((), what, mend))
        if self.mode != "entry_top_up" and self.invoice_response is not None:
            what = f"Mode {self.mode} has no invoice response."
            found.append(Found(("invoice_response",), what, "Drop it, or use entry_top_up."))
        if self.mode == "undertaking" and None in (self.fallback_duty, self.signed_by):
            what = "An undertaking does not say who signs it and what the others pay."
            found.append(Found((), what, "Add signed_by: [CHN] and fallback_duty: 47.6 %."))
        if self.interval.start is None:
            what = "The floor has no first day."
            found.append(Found(("floor",), what, "Add from: 2027-01-01 to its first step."))
        if found:
            raise refuse(found)
        return self

    def targets(self) -> tuple[Target, ...]:
        """The one pair of mineral and stage."""
        return ((self.mineral, self.stage),)

    def floor_at(self, on: date) -> Decimal | None:
        """Floor on a day in USD per tonne of the contained unit, or ``None`` without one.

        A price of a compound is divided by its content: ``F = price / factor``.
        """
        stated = self.floor.at(on)
        return None if stated is None else stated / substances(self.mineral)[self.basis.content]


class Preference(Scoped):
    """A duty that goods of one party pay in another, in place of the ordinary one.

    Without ``stage`` or ``stages`` it covers every stage of its minerals.
    """

    needed = ("mineral",)

    principal = (("duty",),)

    kind: Literal["preference"] = "preference"
    between: Members = "members"
    duty: DatedRate
    origin: OriginRule
    codes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _codes_match(self) -> Self:
        found = _codes(self.codes, self.targets())
        if found:
            raise refuse(found)
        return self


class TradeAction(Scoped):
    """A duty, quota or ban: on imports from ``against``, or on exports to ``against``.

    ``rate`` is charged on the customs value, ``specific`` per contained tonne; the ``limit``
    is in contained tonnes a year, of all routes together. Beyond it a tariff-rate quota
    charges ``rate``, within it ``in_quota_rate``. ``share`` is the part of the trade that a
    ban closes. ``stacking: replace`` puts the duty in place of the ordinary one, ``add`` on
    top of it.
    """

    principal = (("rate", "specific"), ("limit",), ("share",))

    kind: Literal["trade_action"] = "trade_action"
    action: Literal[
        "tariff", "quota", "tariff_rate_quota", "export_tax", "export_quota", "export_ban"
    ]
    by: Members
    against: Whom
    rate: DatedRate | None = None
    in_quota_rate: DatedRate | None = None
    specific: DatedPrice | None = None
    limit: DatedMass | None = None
    share: DatedShare | None = None
    rent_holder: Literal["importer", "exporter", "producers"] | None = None
    stacking: Literal["replace", "add"] = "add"
    codes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs, allows = _ACTIONS[self.action]
        found = []
        for group in needs:
            if all(getattr(self, name) is None for name in group):
                wanted = " or ".join(f"'{name}'" for name in group)
                found.append(Found((), f"Action {self.action} needs {wanted}.", f"Add {wanted}."))
        for name in ("rate", "in_quota_rate", "specific", "limit", "share", "rent_holder"):
            if name not in allows and getattr(self, name) is not None:
                what = f"'{name}' means nothing for action {self.action}."
                found.append(Found((name,), what, f"Drop it; it takes {', '.join(allows)}."))
        if self.interval.start is None:
            what = f"Action {self.action} has no first day."
            found.append(Found((), what, "Add from: 2027-01-01."))
        found += self._more_beyond()
        found += _codes(self.codes, self.targets())
        if found:
            raise refuse(found)
        return self

    def _more_beyond(self) -> list[Found]:
        """A tariff-rate quota charges more beyond its limit than within it."""
        if self.rate is None or self.in_quota_rate is None:
            return []
        for span, beyond in self.rate.steps:
            for other, within in self.in_quota_rate.steps:
                if span.overlaps(other) and beyond.amount < within.amount:
                    what = (
                        f"The duty within the quota, {within.text}, exceeds {beyond.text} beyond."
                    )
                    return [Found(("in_quota_rate",), what, "Charge less within the quota.")]
        return []

    @property
    def on_exports(self) -> bool:
        """Whether it meets exports of ``by`` rather than imports into it."""
        return self.action.startswith("export")


_ACTIONS: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]] = {
    "tariff": ((("rate", "specific"),), ("rate", "specific")),
    "quota": ((("limit",), ("rent_holder",)), ("limit", "rent_holder")),
    "tariff_rate_quota": (
        (("limit",), ("rate", "specific"), ("rent_holder",)),
        ("rate", "in_quota_rate", "specific", "limit", "rent_holder"),
    ),
    "export_tax": ((("rate", "specific"),), ("rate", "specific")),
    "export_quota": ((("limit",), ("rent_holder",)), ("limit", "rent_holder")),
    "export_ban": ((("share",),), ("share",)),
}
"""Per action: groups of which one is needed, and all that it takes."""


def _codes(codes: tuple[str, ...], targets: Any) -> list[Found]:
    """Check customs codes: six to ten digits, under a heading of a targeted stage."""
    if not codes:
        return []
    known = {c for m, s in targets for c in minerals()[m].stage(s).hs6}
    found = []
    for i, code in enumerate(codes):
        digits = code.replace(".", "")
        if not digits.isascii() or not digits.isdigit() or not 6 <= len(digits) <= 10:
            mend = "Write 6 to 10 digits, as '2846.90'."
            found.append(Found(("codes", i), f"'{code}' is no customs code.", mend))
        elif digits[:6] not in known:
            what = f"Code '{code}' belongs to no stage that this instrument names."
            found.append(Found(("codes", i), what, nearest(digits[:6], known)))
    return found
