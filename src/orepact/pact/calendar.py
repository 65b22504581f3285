"""What is due, overdue, coming and expiring as of a day; and the same as iCalendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from orepact.dates import Interval
from orepact.pact.agreement import SCENARIO, Pact
from orepact.pact.party import Entry
from orepact.pact.value import Dated

Nature = Literal["starts", "due", "expires", "begins", "changes", "ends"]


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that happens on a day: of a calendar entry, an instrument or a party.

    ``starts``, ``due`` and ``expires`` come from calendar entries; ``begins``, ``changes``
    and ``ends`` are the first day, a new dated value and the first day without it of an
    instrument or a membership.
    """

    on: date
    id: str
    nature: Nature
    what: str = field(compare=False)
    owners: tuple[str, ...] = field(compare=False)
    source: str | None = field(compare=False)
    note: str | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The calendar as of a day; ``due`` and ``expiring`` fall within ``soon`` days of it."""

    as_of: date
    soon: int
    overdue: tuple[Event, ...]
    due: tuple[Event, ...]
    upcoming: tuple[Event, ...]
    expiring: tuple[Event, ...]
    expired: tuple[Event, ...]
    done: tuple[Event, ...]


def timeline(pact: Pact, as_of: date, soon: int = 30, language: str = "en") -> Agenda:
    """Sort the pact's events by where they stand on a day.

    Overdue is what had to be done before ``as_of`` and is not known to be done; expired is
    what lapsed before it. Whatever comes after ``soon`` days is upcoming, and of a yearly
    event its next day only.
    """
    shelves: dict[str, list[Event]] = {
        name: [] for name in ("overdue", "due", "upcoming", "expiring", "expired", "done")
    }
    later = as_of + timedelta(days=soon)
    for entry in pact.calendar:
        for event in _entry_events(entry, as_of, language):
            shelf = _shelf(event, entry.done, as_of, later)
            if shelf:
                shelves[shelf].append(event)
    for event in _other_events(pact, language):
        shelf = _shelf(event, None, as_of, later)
        if shelf:
            shelves[shelf].append(event)
    return Agenda(as_of, soon, **{name: tuple(sorted(held)) for name, held in shelves.items()})


def _shelf(event: Event, done: date | None, as_of: date, later: date) -> str | None:
    """Name of the list that an event belongs to, or ``None`` when it is merely past."""
    if event.nature == "due":
        if done is not None and done <= as_of:
            return "done"
        if event.on < as_of:
            return "overdue"
        return "due" if event.on <= later else "upcoming"
    if event.nature in ("expires", "ends"):
        if event.on < as_of:
            return "expired"
        return "expiring" if event.on <= later else "upcoming"
    return "upcoming" if event.on >= as_of else None


def _entry_events(entry: Entry, as_of: date, language: str) -> Iterator[Event]:
    def event(on: date, nature: Nature) -> Event:
        what = entry.what.in_(language)
        return Event(on, entry.id, nature, what, entry.owners, entry.source, entry.note)

    if entry.starts:
        yield event(entry.starts, "starts")
    if entry.expires:
        yield event(entry.expires, "expires")
    if entry.due and entry.repeats is None:
        yield event(entry.due, "due")
    elif entry.due:
        day, years = entry.due, 0
        while day < as_of:
            if entry.done is None or entry.done < day:
                yield event(day, "due")
            years += 1
            day = _years_later(entry.due, years)
        yield event(day, "due")


def _years_later(day: date, years: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


def _other_events(pact: Pact, language: str) -> Iterator[Event]:
    """First days, changes and ends of instruments and memberships."""
    for party in pact.parties:
        for on, nature in _ends_of(party.interval):
            yield Event(
                on, party.code, nature, f"membership of {party.code}", (party.code,), None, None
            )
    for x in pact.instruments:
        for on, nature in _ends_of(x.interval):
            yield Event(on, x.id, nature, x.named(language), (), x.source, x.note)
        for on in sorted({d for value in x.dated for d in _changes(value)}):
            if on != x.interval.start and on in x.interval:
                yield Event(on, x.id, "changes", x.named(language), (), x.source, x.note)


def _ends_of(span: Interval) -> Iterator[tuple[date, Nature]]:
    if span.start:
        yield span.start, "begins"
    if span.end:
        yield span.end, "ends"


def _changes(value: Dated) -> Iterator[date]:
    for span, _ in value.steps:
        if span.start:
            yield span.start
        if span.end:
            yield span.end


def ics(pact: Pact, language: str = "en") -> bytes:
    """The whole calendar as iCalendar (RFC 5545), one all-day event per day.

    The same pact gives the same bytes: the time stamp of each event is its own day.
    """
    import icalendar  # slow to import, and only needed here

    out = icalendar.Calendar()
    out.add("prodid", "-//orepact//pact//EN")
    out.add("version", "2.0")
    out.add("x-wr-calname", pact.title.in_(language))
    out.add("x-wr-caldesc", SCENARIO)
    yearly = {e.id for e in pact.calendar if e.repeats}
    events = [x for e in pact.calendar for x in _entry_events(e, date.min, language)]
    for event in sorted([*events, *_other_events(pact, language)]):
        item = icalendar.Event()
        item.add("uid", f"{pact.id}.{event.id}.{event.nature}.{event.on:%Y%m%d}@orepact")
        item.add("dtstamp", datetime.combine(event.on, time(), UTC))
        item.add("dtstart", event.on)
        item.add("summary", f"{event.what} ({event.nature})")
        lines = [
            f"Owners: {', '.join(event.owners)}" if event.owners else "",
            f"Source: {pact.sources[event.source].title}" if event.source else "",
            event.note or "",
        ]
        item.add("description", "\n".join(filter(None, lines)))
        item.add("transp", "TRANSPARENT")
        if event.id in yearly and event.nature == "due":
            item.add("rrule", {"freq": "yearly"})
        out.add_component(item)
    return bytes(out.to_ical())
