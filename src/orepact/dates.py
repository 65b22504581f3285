"""Half-open intervals ``[from, until)`` and values that change over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from orepact.errors import DateError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Days from ``start`` (included) to ``end`` (excluded); ``None`` is open.

    >>> date(2027, 1, 1) in Interval(date(2026, 1, 1), date(2027, 1, 1))
    False
    """

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end <= self.start:
            raise DateError(
                f"The interval from {self.start} until {self.end} is empty. "
                "'until' is the first day on which it no longer holds and must come later."
            )

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share a day."""
        before = self.end is not None and other.start is not None and self.end <= other.start
        after = other.end is not None and self.start is not None and other.end <= self.start
        return not (before or after)


@dataclass(frozen=True, slots=True)
class Timeline(Generic[T]):
    """A value over time. A step without an end holds until the next step begins.

    >>> floor = Timeline.of([(date(2027, 1, 1), None, 110), (date(2028, 1, 1), None, 115)])
    >>> floor.at(date(2027, 6, 1)), floor.at(date(2026, 1, 1))
    (110, None)
    """

    steps: tuple[tuple[Interval, T], ...]

    @classmethod
    def of(cls, steps: Iterable[tuple[date | None, date | None, T]]) -> Timeline[T]:
        """Build from ``(from, until, value)``; overlapping intervals raise :class:`DateError`."""
        ordered = sorted(steps, key=lambda s: s[0] or date.min)
        out: list[tuple[Interval, T]] = []
        for i, (start, end, value) in enumerate(ordered):
            following = ordered[i + 1][0] if i + 1 < len(ordered) else None
            if i + 1 < len(ordered) and (following is None or following == start):
                raise DateError(f"Two values start on {start or 'the same open date'}. Keep one.")
            if end and following and end > following:
                raise DateError(
                    f"The value from {start} until {end} overlaps the one from {following}. "
                    f"End the first on {following}."
                )
            out.append((Interval(start, end or following), value))
        return cls(tuple(out))

    def at(self, day: date) -> T | None:
        """The value that holds on ``day``, or ``None`` where none does."""
        return next((value for span, value in self.steps if day in span), None)

    @property
    def start(self) -> date | None:
        """The first day with a value (``None``: since ever)."""
        return self.steps[0][0].start if self.steps else None
