"""What a sentence on two texts speaks of: parties, days, instruments, fields and their values.

Each is a value with its English text; a report writes it in another language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orepact.dates import Interval
from orepact.pact.agreement import Pact
from orepact.pact.base import Strict, Text
from orepact.pact.instrument import Instrument
from orepact.pact.trade import PriceFloor
from orepact.pact.value import Dated


@dataclass(frozen=True, slots=True)
class Codes:
    """Parties by their codes."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.codes)


@dataclass(frozen=True, slots=True)
class Days:
    """Stretches of days."""

    spans: tuple[Interval, ...]

    def __str__(self) -> str:
        return " and ".join(_span(s.start, s.end) for s in self.spans)


@dataclass(frozen=True, slots=True)
class Subject:
    """An instrument that a sentence speaks of; ``level`` with the first value that it had."""

    of: Instrument
    level: bool = False

    def __str__(self) -> str:
        x = self.of
        text = f"{x.kind} {x.id}"
        if isinstance(x, PriceFloor):
            text = f"the floor on {x.mineral} {x.stage} ({x.id})"
        value = x.dated[0].steps[0][1].text if self.level and x.dated else ""
        return f"{text}{' at ' + value if value else ''}"


@dataclass(frozen=True, slots=True)
class Record:
    """A calendar entry, a list or a source of a pact, by its id."""

    kind: str
    id: str
    of: Strict | None

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the pact's head, of an instrument (of whom) or of a record, by its path."""

    of: Pact | Subject | Record
    path: tuple[str, ...]
    names: tuple[str, ...]
    who: Codes = Codes(())

    def within(self, name: str, alias: str) -> Place:
        """A field of the record that stands in this one."""
        return Place(self.of, (*self.path, alias), (*self.names, name), self.who)

    def __str__(self) -> str:
        path = ", ".join(self.path)
        if isinstance(self.of, Pact):
            return f"The pact's {path}"
        if isinstance(self.of, Record):
            return f"{self.of}: {path}"
        text = f"{self.who}: {self.of}"
        if self.names[0] == "floor":
            return ", ".join([text, *self.path[1:]])
        return f"{text}: {path}"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in a field of a record; nothing is 'not stated'."""

    name: str
    held: Any
    of: Any = None

    def __str__(self) -> str:
        return _said(self.held)


@dataclass(frozen=True, slots=True)
class Named:
    """Something of a pact by its id: an instrument, a calendar entry."""

    id: str
    of: Instrument | Strict | None

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Level:
    """A quantity as it is written."""

    text: str | None

    def __str__(self) -> str:
        return self.text or "not stated"


def _span(start: date | None, end: date | None) -> str:
    if start and end:
        return f"from {start} until {end}"
    return f"from {start}" if start else f"until {end}" if end else "at all times"


def _said(value: Any) -> str:
    if value is None or value == ():
        return "not stated"
    if isinstance(value, Text):
        return f"'{value.en}'" + (f" / '{value.es}'" if value.es else "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Dated):
        return "; ".join(f"{held.text} {_span(s.start, s.end)}" for s, held in value.steps)
    if isinstance(value, tuple):
        apart = "; " if isinstance(value[0], Strict) else ", "
        return apart.join(_said(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
    if isinstance(value, Strict):
        held = ((f.alias or n, getattr(value, n)) for n, f in type(value).model_fields.items())
        return ", ".join(f"{k} {_said(v)}" for k, v in held if v not in (None, ()))
    return str(value)
