"""The days of a pact on one line of time: what is due, overdue, in force, expired as of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date

from orepact.dates import Interval
from orepact.pact import Pact
from orepact.pact.calendar import Agenda, Event, timeline
from orepact.pact.party import Entry
from orepact.report.articles import Cited, Words, cited, title, words
from orepact.report.clauses import span
from orepact.report.language import Language, later
from orepact.report.words import GROUPS

NEAR = 3
"""A day within so many years of the first and last event is drawn on their line of time."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the line of time: where, in per cent of its length, and what it is."""

    x: float
    nature: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture: a bar from ``start`` to ``end`` (per cent) and its marks.

    ``state`` is done, overdue, due, upcoming, expiring, expired, holds, later or past.
    """

    what: Words
    days: str
    who: str
    state: str
    state_text: str
    start: float
    end: float
    open: bool
    marks: tuple[Mark, ...]
    source: Cited | None
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """All rows on one scale: ticks by year, and where the day is (``None``: beyond it)."""

    ticks: tuple[tuple[float, str], ...]
    now: float | None
    rows: tuple[Row, ...]


STATES = {
    "overdue": later("overdue"),
    "due": later("due soon"),
    "upcoming": later("to come"),
    "expiring": later("expires soon"),
    "expired": later("expired"),
    "done": later("done"),
    "holds": later("holds"),
    "later": later("not yet"),
    "past": later("no longer"),
}
"""Where something stands on the day."""


class Scale:
    """From days to per cent of the line, from the January before to the one after."""

    def __init__(self, days: Sequence[date]) -> None:
        self.first = date(min(days).year, 1, 1)
        self.last = date(max(days).year + 1, 1, 1)

    def at(self, day: date) -> float:
        """Place of a day, 0 to 100."""
        whole = (self.last - self.first).days
        return round(100 * min(max((day - self.first).days / whole, 0), 1), 2)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Beginnings of years, ten at most."""
        years = range(self.first.year, self.last.year)
        every = -(-len(years) // 10)
        return tuple((self.at(date(y, 1, 1)), str(y)) for y in years if not (y - years[0]) % every)


def line(pact: Pact, on: date, lang: Language) -> Line:
    """Calendar entries, memberships and instruments of a pact on one line of time."""
    days = [d for e in pact.calendar for d in (e.starts, e.due, e.expires, e.done) if d]
    spans = [p.interval for p in pact.parties] + [i.interval for i in pact.instruments]
    days += [d for s in spans for d in (s.start, s.end) if d]
    near = min(days).year - NEAR <= on.year <= max(days).year + NEAR
    scale = Scale([*days, on] if near else days)
    rows = [*_entries(pact, on, scale, lang), *_parties(pact, on, scale, lang)]
    rows += _instruments(pact, on, scale, lang)
    return Line(scale.ticks(), scale.at(on) if near else None, tuple(rows))


def shelves(agenda: Agenda) -> Iterator[tuple[str, Event]]:
    """Every event with the name of its list."""
    for f in fields(agenda):
        if f.name not in ("as_of", "soon"):
            for event in getattr(agenda, f.name):
                yield f.name, event


def _entries(pact: Pact, on: date, scale: Scale, lang: Language) -> Iterator[Row]:
    found: dict[str, str] = {}
    for shelf, event in shelves(timeline(pact, on)):
        if event.nature in ("due", "expires") or not _decided(pact, event.id):
            found.setdefault(event.id, shelf)  # what is overdue is said before what comes again
    for e in sorted(pact.calendar, key=lambda e: (e.starts or e.due or e.expires or e.done, e.id)):
        given = [(n, getattr(e, n)) for n in ("starts", "due", "expires", "done")]
        marks = [(n, d) for n, d in given if d]
        days = [d for _, d in marks]
        state = found.get(e.id, "past")
        yield Row(
            words(e.what, lang), _when(e, lang), lang.listed([lang.place(c) for c in e.owners]),
            state, lang.say(STATES[state]), scale.at(min(days)),
            100.0 if e.repeats else scale.at(max(days)), e.repeats is not None,
            tuple(Mark(scale.at(d), n) for n, d in marks if not (n == "due" and e.done == d)),
            cited(pact, e.source, lang), e.note or "",
        )  # fmt: skip


def _decided(pact: Pact, id: str) -> bool:
    """Whether something of this name has a day on which it is due or expires."""
    return any(e.id == id and (e.due or e.expires) for e in pact.calendar)


def _when(e: Entry, lang: Language) -> str:
    parts = []
    for name, text in (
        ("starts", later("starts {day}")), ("due", later("due {day}")),
        ("expires", later("expires {day}")), ("done", later("done {day}")),
    ):  # fmt: skip
        day = getattr(e, name)
        if day:
            parts.append(lang.say(text, day=lang.date(day)))
    if e.repeats:
        parts.append(lang.say("every year"))
    return ", ".join(parts)


def _parties(pact: Pact, on: date, scale: Scale, lang: Language) -> Iterator[Row]:
    alike: dict[Interval, list[str]] = {}
    for p in pact.parties:
        alike.setdefault(p.interval, []).append(p.code)
    for days, codes in alike.items():
        names = lang.listed([lang.place(c) for c in codes])
        text = lang.say("Membership: {names}", names=names)
        yield _bar(Words(text, lang.code), days, on in days, on, scale, lang)


def _instruments(pact: Pact, on: date, scale: Scale, lang: Language) -> Iterator[Row]:
    alike: dict[tuple[str, Interval, bool], list[Words]] = {}
    for i in pact.instruments:
        text = title(i, lang)
        alike.setdefault((i.kind, i.interval, i.in_force(on)), []).append(text)
    for (kind, days, holds), names in alike.items():
        text = names[0] if len(names) == 1 else _several(kind, len(names), lang)
        yield _bar(text, days, holds, on, scale, lang)


def _several(kind: str, n: int, lang: Language) -> Words:
    return Words(f"{lang.say(GROUPS[kind])} ({n})", lang.code)


def _bar(what: Words, days: Interval, holds: bool, on: date, scale: Scale, lang: Language) -> Row:
    state = "holds" if holds else "later" if days.start and on < days.start else "past"
    marks = [("begins", days.start), ("ends", days.end)]
    return Row(
        what, span(days, lang), "", state, lang.say(STATES[state]),
        scale.at(days.start or scale.first), scale.at(days.end or scale.last),
        days.end is None, tuple(Mark(scale.at(d), n) for n, d in marks if d), None, "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """A day of the agenda: what happens on it, who answers for it, where that is said."""

    day: str
    what: Words
    nature: str
    who: str
    source: Cited | None
    note: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Days that stand alike: overdue, due, to come and so on."""

    id: str
    name: str
    events: tuple[Happening, ...]


def shelved(agenda: Agenda, pact: Pact, lang: Language) -> tuple[Shelf, ...]:
    """The agenda in words; instruments of a kind that begin or end together are one event."""
    held: dict[str, dict[tuple[object, ...], list[Event]]] = {}
    for shelf, e in shelves(agenda):
        kind = next((i.kind for i in pact.instruments if i.id == e.id), None)
        held.setdefault(shelf, {}).setdefault((e.on, e.nature, kind or e.id), []).append(e)
    return tuple(
        Shelf(
            name, lang.say(name.capitalize()),
            tuple(_happening(pact, events, lang) for events in held[name].values()),
        )
        for name in held
    )  # fmt: skip


def _happening(pact: Pact, events: list[Event], lang: Language) -> Happening:
    e = events[0]
    entry = next((x for x in pact.calendar if x.id == e.id), None)
    instrument = next((i for i in pact.instruments if i.id == e.id), None)
    who = lang.listed([lang.place(c) for c in e.owners])
    if entry is not None:
        what = words(entry.what, lang)
    elif instrument is None:
        what, who = Words(lang.say("Membership: {names}", names=who), lang.code), ""
    elif len(events) > 1:
        what = _several(instrument.kind, len(events), lang)
    else:
        what = title(instrument, lang)
    source = cited(pact, e.source, lang) if e.source and len(events) == 1 else None
    note = (e.note or "") if len(events) == 1 else ""
    return Happening(lang.date(e.on), what, lang.say(e.nature), who, source, note)
