"""What every instrument has, and the union of all kinds."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal

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

    @property
    def dated(self) -> tuple[Dated, ...]:
        """Its values over time, in the order of the fields."""
        held = (getattr(self, name) for name in type(self).model_fields)
        return tuple(v for v in held if isinstance(v, Dated))

    @property
    def interval(self) -> Interval:
        """Days on which it holds: as stated, else as its own dated values say.

        Where only the values are dated it begins with the earliest and ends when the last
        has ended.
        """
        start, end = self.from_, self.until
        if self.dated and start is None:
            starts = [v.start for v in self.dated if v.start is not None]
            start = min(starts) if starts else None
        if self.dated and end is None:
            ends = [v.end for v in self.dated if not _always(v)]
            end = max((e for e in ends if e), default=None) if all(ends) else None
        return Interval(start, end)

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day; suspended and ended instruments never do."""
        return self.status not in ("suspended", "ended") and on in self.interval

    def named(self, language: str = "en") -> str:
        """Title in a language, or kind and id where it has none."""
        return self.title.in_(language) if self.title else f"{self.kind} {self.id}"


def _always(value: Dated) -> bool:
    return len(value.steps) == 1 and value.steps[0][0] == Interval()


class Scoped(Instrument):
    """An instrument on minerals and stages: one (``mineral``) or several (``minerals``)."""

    needs_scope: ClassVar[bool] = True

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
            if self.needs_scope and getattr(self, one) is None and getattr(self, many) is None:
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

    needs_scope = False
