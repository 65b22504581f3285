"""What changed between two texts, in words: per party and date.

Every sentence is English text that remembers its values, so that other languages say it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from orepact.dates import Interval
from orepact.pact.agreement import Head, Pact
from orepact.pact.base import Strict, Text
from orepact.pact.differences import Codes, Days, Level, Named, Place, Record, Subject, Value
from orepact.pact.instrument import Instrument
from orepact.pact.party import Party
from orepact.pact.value import Dated
from orepact.said import Said, said


def diff(a: Pact, b: Pact) -> list[Said]:
    """Sentences that say what ``b`` changes in ``a``; empty where they say the same.

    >>> from datetime import date
    >>> from orepact.pact import read
    >>> a = read("us-mexico-2026")
    >>> diff(a, a.with_member("CAN", from_=date(2028, 1, 1)))
    ['CAN becomes a party from 2028-01-01; what binds the members binds it too.']
    """
    return [sentence for part in parts(a, b).values() for sentence in part]


def parts(a: Pact, b: Pact) -> dict[str, list[Said]]:
    """The same by the part of the text that changes."""
    entries = [{e.id: e for e in p.calendar} for p in (a, b)]
    return {
        "head": list(_head(a, b)),
        "parties": list(_parties(a, b)),
        "instruments": list(_instruments(a, b)),
        "calendar": list(_records("Calendar entry", entries[0], entries[1])),
        "lists": list(_records("List of", a.lists, b.lists)),
        "agreed": list(_agreed(a, b)),
        "sources": list(_records("Source", a.sources, b.sources)),
    }


def _head(a: Pact, b: Pact) -> Iterator[Said]:
    for name in Head.model_fields:
        yield from _field(Place(a, (name,), (name,)), a, b, name)


def _parties(a: Pact, b: Pact) -> Iterator[Said]:
    before, after = _spells(a.parties), _spells(b.parties)
    for code in [*before, *(c for c in after if c not in before)]:
        old, new = before.get(code, ()), after.get(code, ())
        party = Codes((code,))
        if old == new:
            continue
        if not old:
            yield said(
                "{party} becomes a party {days}; what binds the members binds it too.",
                party=party, days=Days(new),
            )  # fmt: skip
        elif not new:
            yield said(
                "{party} is no longer a party; it was one {days}.", party=party, days=Days(old)
            )
        else:
            yield said(
                "{party} is a party {days} instead of {before}.",
                party=party, days=Days(new), before=Days(old),
            )  # fmt: skip


def _spells(parties: Sequence[Party]) -> dict[str, tuple[Interval, ...]]:
    out: dict[str, tuple[Interval, ...]] = {}
    for p in parties:
        out[p.code] = (*out.get(p.code, ()), p.interval)
    return out


def _instruments(a: Pact, b: Pact) -> Iterator[Said]:
    before, after = {i.id: i for i in a.instruments}, {i.id: i for i in b.instruments}
    for id in [*before, *(i for i in after if i not in before)]:
        old, new = before.get(id), after.get(id)
        if old is None and new is not None:
            yield said(
                "{who}: {what} is new {days}.",
                who=_bound(b, new), what=Subject(new, True), days=_when(new),
            )  # fmt: skip
        elif new is None and old is not None:
            yield said(
                "{who}: {what} is gone; it held {days}.",
                who=_bound(a, old), what=Subject(old, True), days=_when(old),
            )  # fmt: skip
        elif old is not None and new is not None and old != new:
            if type(old) is type(new):
                yield from _changed(a, b, old, new)
            else:
                yield said(
                    "{who}: {what} stands in place of {before}.",
                    who=_bound(b, new), what=Subject(new, True), before=Subject(old, True),
                )  # fmt: skip


_BINDING = ("in_", "between", "by", "holders", "paid_by")
"""Fields that say which parties an instrument binds."""


def _changed(a: Pact, b: Pact, old: Instrument, new: Instrument) -> Iterator[Said]:
    were, are = _bound(a, old).codes, _bound(b, new).codes
    if all(getattr(old, name, None) == getattr(new, name, None) for name in _BINDING):
        were = are = ()  # whoever joined or left is told as a party
    for code in were:
        if code not in are:
            yield said("{who}: {what} no longer holds here.", who=Codes((code,)), what=Subject(new))
    for code in are:
        if code not in were:
            yield said(
                "{who}: {what} holds here too, {days}.",
                who=Codes((code,)), what=Subject(new), days=_when(new),
            )  # fmt: skip
    for name, field in type(new).model_fields.items():
        if name not in _BINDING:
            place = Place(Subject(new), (field.alias or name,), (name,), _bound(b, new))
            yield from _field(place, old, new, name)


def _bound(pact: Pact, x: Instrument) -> Codes:
    """The parties that an instrument binds."""
    everyone = tuple(dict.fromkeys(p.code for p in pact.parties))
    for name in _BINDING:
        held = getattr(x, name, None)
        if held is not None:
            one = (held,) if isinstance(held, str) else held
            return Codes(everyone if held == "members" else one)
    return Codes(everyone)


def _when(x: Instrument) -> Days:
    return Days((x.interval,))


def _agreed(a: Pact, b: Pact) -> Iterator[Said]:
    for id in b.agreed:
        if id not in a.agreed:
            yield said("{id} counts as agreed.", id=_named(b, id))
    for id in a.agreed:
        if id not in b.agreed:
            yield said("{id} no longer counts as agreed.", id=_named(a, id))


def _named(pact: Pact, id: str) -> Named:
    held = {x.id: x for x in (*pact.calendar, *pact.instruments)}
    return Named(id, held.get(id))


def _records(
    kind: str, before: Mapping[str, Strict], after: Mapping[str, Strict]
) -> Iterator[Said]:
    for id in [*before, *(i for i in after if i not in before)]:
        old, new = before.get(id), after.get(id)
        if new is None:
            yield said("{record} is gone.", record=Record(kind, id, old))
        elif old is None:
            yield said("{record} is new.", record=Record(kind, id, new))
        elif old != new:
            for name, field in type(new).model_fields.items():
                place = Place(Record(kind, id, new), (field.alias or name,), (name,))
                yield from _field(place, old, new, name)


def _field(place: Place, before: Any, after: Any, name: str) -> Iterator[Said]:
    """Say how one value changed; records are entered, dated values told day by day."""
    old, new = getattr(before, name), getattr(after, name)
    if old == new:
        return
    if isinstance(old, Dated) and isinstance(new, Dated):
        yield from _dated(place, old, new)
    elif isinstance(old, Strict) and type(old) is type(new) and not isinstance(old, Text):
        for inner, field in type(old).model_fields.items():
            yield from _field(place.within(inner, field.alias or inner), old, new, inner)
    else:
        yield said(
            "{place} is {new} instead of {old}.",
            place=place, new=Value(name, new, after), old=Value(name, old, before),
        )  # fmt: skip


def _dated(place: Place, old: Dated, new: Dated) -> Iterator[Said]:
    """One sentence per stretch of days on which the values differ."""
    days: set[date | None] = set()
    for value in (old, new):
        for span, _ in value.steps:
            days |= {span.start, span.end}
    edges = sorted(d for d in days if d is not None)
    starts = [date.min, *edges]
    for start, end in zip(starts, [*edges, None], strict=True):
        if old.at(start) == new.at(start):
            continue
        span = Interval(start if start != date.min else None, end)
        yield said(
            "{place} is {new} {days} instead of {old}.",
            place=place, new=Level(new.written(start)), days=Days((span,)),
            old=Level(old.written(start)),
        )  # fmt: skip
