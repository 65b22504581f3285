"""What every instrument has, and the union of all kinds."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from orepact.dates import Interval
from orepact.pact.base import Day, Found, Text, refuse
from orepact.pact.party import Span, Status
from orepact.pact.scope import MineralId, Minerals, StageId, Stages, Target, matched, mismatches
from orepact.pact.value import Dated


class Instrument(Span):
    """One thing the parties do, or would do, with its standing and its source.

    ``from`` is the day on which it takes effect; the days on which it was announced,
    published and put into practice are kept apart where they are known.
    """

    principal: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of values over time without one of which, each, it does not hold."""

    kind: str
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Text | None = None
    status: Status
    source: str
    note: str | None = None
    announced: Day | None = None
    published: Day | None = None
    implemented: Day | None = None

    def targets(self) -> tuple[Target, ...]:
        """Pairs of mineral and stage that it touches; empty where it touches none."""
        return ()

    @model_validator(mode="after")
    def _values_hold(self) -> Self:
        own = Interval(self.from_, self.until)
        found = [
            Found((field.alias or name,), what, "Correct one of the dates.")
            for name, field in type(self).model_fields.items()
            for what in _never_held(getattr(self, name), own)
        ]
        if not found and not self.spans:
            what = "Its values share no day, so that it never holds."
            found.append(Found((), what, "Correct the dates of its values."))
        if found:
            raise refuse(found)
        return self

    @cached_property
    def dated(self) -> tuple[Dated, ...]:
        """Its values over time, in the order of the fields."""
        held = (getattr(self, name) for name in type(self).model_fields)
        return tuple(v for v in held if isinstance(v, Dated))

    def _stated(self, on: date) -> bool:
        """Whether every group of its principal values has one on a day."""
        for group in self.principal:
            held = [v for name in group if (v := getattr(self, name)) is not None]
            if held and all(v.at(on) is None for v in held):
                return False
        return True

    @cached_property
    def spans(self) -> tuple[Interval, ...]:
        """Stretches of days on which it holds: its own dates, where its values are stated.

        >>> from orepact.pact import read
        >>> read("us-mexico-2026").instrument("ndpr-oxide").spans
        (Interval(start=datetime.date(2027, 1, 1), end=None),)
        """
        steps = [span for value in self.dated for span, _ in value.steps]
        days = {
            d for span in (Interval(self.from_, self.until), *steps) for d in (span.start, span.end)
        }
        edges: list[date | None] = [None, *sorted(d for d in days if d), None]
        out: list[Interval] = []
        for start, end in pairwise(edges):
            first = start or (end - timedelta(days=1) if end else date.min)
            if not (first in Interval(self.from_, self.until) and self._stated(first)):
                continue
            if out and out[-1].end == start:
                out[-1] = Interval(out[-1].start, end)
            else:
                out.append(Interval(start, end))
        return tuple(out)

    @property
    def interval(self) -> Interval:
        """From the first day on which it holds until the last has passed."""
        spans = self.spans
        return Interval(spans[0].start, spans[-1].end)

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day; suspended and ended instruments never do."""
        live = self.status not in ("suspended", "ended")
        return live and on in Interval(self.from_, self.until) and self._stated(on)

    def named(self, language: str = "en") -> str:
        """Title in a language, or kind and id where it has none."""
        if self.title:
            return self.title.in_(language)
        return f"{self.kind.replace('_', ' ')} {self.id}"


def _never_held(value: object, own: Interval) -> list[str]:
    """Steps of a dated value that lie outside the instrument's own days, in words."""
    if not isinstance(value, Dated):
        return []
    begins = f" begins on {own.start}" if own.start else ""
    ends = f"{' and' if begins else ''} ends on {own.end}" if own.end else ""
    return [
        f"{held.text} from {span.start} never holds: the instrument{begins}{ends}."
        for span, held in value.steps
        if not span.overlaps(own)
    ]


class Scoped(Instrument):
    """An instrument on minerals and stages: one (``mineral``) or several (``minerals``)."""

    needed: ClassVar[tuple[str, ...]] = ("mineral", "stage")

    mineral: MineralId | None = None
    minerals: Minerals | None = None
    stage: StageId | None = None
    stages: Stages | None = None

    @model_validator(mode="after")
    def _one_scope(self) -> Scoped:
        found = []
        for one, many, example in (
            ("mineral", "minerals", "minerals: all"),
            ("stage", "stages", "stages: all"),
        ):
            if getattr(self, one) is not None and getattr(self, many) is not None:
                mend = f"Keep '{one}' for one or '{many}' for several."
                found.append(Found((many,), f"Both '{one}' and '{many}' are given.", mend))
            if one in self.needed and getattr(self, one) is None and getattr(self, many) is None:
                what = f"Neither '{one}' nor '{many}' is given."
                found.append(Found((), what, f"Add '{one}', or '{example}'."))
        key = "stage" if self.stage else "stages"
        for wrong in mismatches(*self._wanted()):
            found.append(Found((key,), wrong.what, wrong.mend))
        if not found and self._scoped() and not self.targets():
            mend = "Choose a stage that the catalogue has."
            found.append(Found((key,), "No mineral has this stage.", mend))
        if found:
            raise refuse(found)
        return self

    def _scoped(self) -> bool:
        return any((self.mineral, self.minerals, self.stage, self.stages))

    def _wanted(self) -> tuple[Any, Any]:
        one, stage = self.mineral, self.stage
        wanted: Literal["all"] | tuple[str, ...] = (one,) if one else self.minerals or "all"
        return wanted, ((stage,) if stage else self.stages or "all")

    def targets(self) -> tuple[Target, ...]:
        """Pairs of mineral and stage, in the order of the catalogue or of the file."""
        return matched(*self._wanted()) if self._scoped() else ()


class MaybeScoped(Scoped):
    """An instrument that may be general: without minerals and stages it has no targets."""

    needed = ()
