"""Who is a party and from when, what each calls critical, and where a statement comes from."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from orepact.dates import Interval
from orepact.pact.base import Day, Found, Strict, Text, refuse
from orepact.pact.scope import MineralList, Region, Regions

Status = Literal[
    "scenario",
    "consultation",
    "proposed",
    "announced",
    "signed",
    "in_force",
    "suspended",
    "ended",
]
"""Standing of an instrument; ``scenario`` is ours: no authority has published it."""

Confidence = Literal["official", "quoted", "press", "inferred"]


class Span(Strict):
    """Anything that holds from a day (included) until a day (excluded)."""

    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.from_ and self.until and self.until <= self.from_:
            what = f"'until' {self.until} is not after 'from' {self.from_}."
            raise refuse([Found(("until",), what, "Exchange them, or correct one.")])
        return self

    @property
    def interval(self) -> Interval:
        """Days on which it holds."""
        return Interval(self.from_, self.until)


class Source(Strict):
    """A document that a statement rests on, and how firmly."""

    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    date: Day | None = None
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    confidence: Confidence


class Party(Span):
    """A party to the pact and the days of its membership."""

    code: Region
    from_: Day = Field(alias="from")


class CriticalList(Span):
    """A party's own list of critical minerals: a published list, or minerals named here."""

    list: str | None = None
    minerals: MineralList | None = None
    status: Status | None = None
    source: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _names_something(self) -> CriticalList:
        if self.list is None and self.minerals is None:
            mend = "Add 'list' (the name of a published list) or 'minerals'."
            raise refuse([Found((), "The list names nothing.", mend)])
        return self


class Entry(Strict):
    """A dated commitment or event of the pact's calendar.

    ``due`` is the day by which it must be done, ``expires`` the last day of something that
    lapses by itself, ``done`` the day on which it was completed. ``repeats: yearly`` makes
    the following years due as well.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    what: Text
    owners: Regions = ()
    starts: Day | None = None
    due: Day | None = None
    expires: Day | None = None
    done: Day | None = None
    repeats: Literal["yearly"] | None = None
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _dated(self) -> Entry:
        if not (self.starts or self.due or self.expires):
            raise refuse([Found((), "The entry has no date.", "Add starts, due or expires.")])
        for name in ("due", "expires", "done"):
            end: date | None = getattr(self, name)
            if self.starts and end and end < self.starts:
                what = f"'{name}' {end} comes before 'starts' {self.starts}."
                raise refuse([Found((name,), what, "Exchange them, or correct one.")])
        if self.repeats and not self.due:
            raise refuse([Found(("repeats",), "Nothing is due to repeat.", "Add 'due'.")])
        return self
