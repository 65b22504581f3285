"""What changed between two texts, in words: per party and date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from orepact.pact.agreement import Head, Pact
from orepact.pact.base import Strict, Text
from orepact.pact.instrument import Instrument
from orepact.pact.party import Party, Span
from orepact.pact.trade import PriceFloor
from orepact.pact.value import Dated


def diff(a: Pact, b: Pact) -> list[str]:
    """Sentences that say what ``b`` changes in ``a``; empty where they say the same.

    >>> from datetime import date
    >>> from orepact.pact import read
    >>> a = read("us-mexico-2026")
    >>> diff(a, a.with_member("CAN", from_=date(2028, 1, 1)))
    ['CAN becomes a party from 2028-01-01; what binds the members binds it too.']
    """
    return [
        *_head(a, b),
        *_parties(a, b),
        *_instruments(a, b),
        *_records("calendar entry", {e.id: e for e in a.calendar}, {e.id: e for e in b.calendar}),
        *_records("list of", a.lists, b.lists),
        *_agreed(a, b),
        *_records("source", a.sources, b.sources),
    ]


def _head(a: Pact, b: Pact) -> Iterator[str]:
    for name in Head.model_fields:
        yield from _field(f"The pact's {name}", getattr(a, name), getattr(b, name))


def _parties(a: Pact, b: Pact) -> Iterator[str]:
    before, after = _spells(a.parties), _spells(b.parties)
    for code in [*before, *(c for c in after if c not in before)]:
        old, new = before.get(code, []), after.get(code, [])
        if old == new:
            continue
        if not old:
            yield f"{code} becomes a party {_spans(new)}; what binds the members binds it too."
        elif not new:
            yield f"{code} is no longer a party; it was one {_spans(old)}."
        else:
            yield f"{code} is a party {_spans(new)} instead of {_spans(old)}."


def _spells(parties: Sequence[Party]) -> dict[str, list[Party]]:
    out: dict[str, list[Party]] = {}
    for p in parties:
        out.setdefault(p.code, []).append(p)
    return out


def _spans(spans: Sequence[Span]) -> str:
    return " and ".join(_span(s.interval.start, s.interval.end) for s in spans)


def _span(start: date | None, end: date | None) -> str:
    if start and end:
        return f"from {start} until {end}"
    return f"from {start}" if start else f"until {end}" if end else "at all times"


def _instruments(a: Pact, b: Pact) -> Iterator[str]:
    before, after = {i.id: i for i in a.instruments}, {i.id: i for i in b.instruments}
    for id in [*before, *(i for i in after if i not in before)]:
        old, new = before.get(id), after.get(id)
        if old is None and new is not None:
            yield f"{_bound(b, new)}: {_brief(new)} is new {_when(new)}."
        elif new is None and old is not None:
            yield f"{_bound(a, old)}: {_brief(old)} is gone; it held {_when(old)}."
        elif old is not None and new is not None and old != new:
            if type(old) is type(new):
                yield from _changed(a, b, old, new)
            else:
                yield f"{_bound(b, new)}: {_brief(new)} stands in place of {_brief(old)}."


_BINDING = ("in_", "between", "by", "holders", "paid_by")
"""Fields that say which parties an instrument binds."""


def _changed(a: Pact, b: Pact, old: Instrument, new: Instrument) -> Iterator[str]:
    were, are = _codes(a, old), _codes(b, new)
    if all(getattr(old, name, None) == getattr(new, name, None) for name in _BINDING):
        were = are = ()  # whoever joined or left is told as a party
    for code in were:
        if code not in are:
            yield f"{code}: {_subject(new)} no longer holds here."
    for code in are:
        if code not in were:
            yield f"{code}: {_subject(new)} holds here too, {_when(new)}."
    for name, field in type(new).model_fields.items():
        if name in _BINDING:
            continue
        label = f"{_bound(b, new)}: {_subject(new)}"
        if name != "floor":
            label += f": {field.alias or name}"
        yield from _field(label, getattr(old, name), getattr(new, name))


def _codes(pact: Pact, x: Instrument) -> tuple[str, ...]:
    everyone = tuple(dict.fromkeys(p.code for p in pact.parties))
    for name in _BINDING:
        held = getattr(x, name, None)
        if held is not None:
            return everyone if held == "members" else (held,) if isinstance(held, str) else held
    return everyone


def _bound(pact: Pact, x: Instrument) -> str:
    """The parties that an instrument binds, by code."""
    return ", ".join(_codes(pact, x))


def _subject(x: Instrument) -> str:
    if isinstance(x, PriceFloor):
        return f"the floor on {x.mineral} {x.stage} ({x.id})"
    return f"{x.kind} {x.id}"


def _brief(x: Instrument) -> str:
    """One phrase for an instrument, with its first dated value."""
    value = x.dated[0].steps[0][1].text if x.dated else ""
    return f"{_subject(x)}{' at ' + value if value else ''}"


def _when(x: Instrument) -> str:
    return _span(x.interval.start, x.interval.end)


def _agreed(a: Pact, b: Pact) -> Iterator[str]:
    for id in b.agreed:
        if id not in a.agreed:
            yield f"{id} counts as agreed."
    for id in a.agreed:
        if id not in b.agreed:
            yield f"{id} no longer counts as agreed."


def _records(
    label: str, before: Mapping[str, Strict], after: Mapping[str, Strict]
) -> Iterator[str]:
    for id in [*before, *(i for i in after if i not in before)]:
        old, new = before.get(id), after.get(id)
        if old is None:
            yield _upper(f"{label} {id} is new.")
        elif new is None:
            yield _upper(f"{label} {id} is gone.")
        elif old != new:
            for name, field in type(new).model_fields.items():
                yield from _field(
                    _upper(f"{label} {id}: {field.alias or name}"),
                    getattr(old, name),
                    getattr(new, name),
                )


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _field(label: str, old: Any, new: Any) -> Iterator[str]:
    """Say how one value changed; records are entered, dated values told day by day."""
    if old == new:
        return
    if isinstance(old, Dated) and isinstance(new, Dated):
        yield from _dated(label, old, new)
    elif isinstance(old, Strict) and type(old) is type(new) and not isinstance(old, Text):
        for name, field in type(old).model_fields.items():
            inner = f"{label}, {field.alias or name}"
            yield from _field(inner, getattr(old, name), getattr(new, name))
    else:
        yield f"{label} is {_said(new)} instead of {_said(old)}."


def _dated(label: str, old: Dated, new: Dated) -> Iterator[str]:
    """One sentence per stretch of days on which the values differ."""
    days: set[date | None] = set()
    for value in (old, new):
        for span, _ in value.steps:
            days |= {span.start, span.end}
    edges = sorted(d for d in days if d is not None)
    starts = [date.min, *edges]
    for start, end in zip(starts, [*edges, None], strict=True):
        was, now = old.at(start), new.at(start)
        if was == now:
            continue
        when = _span(start if start != date.min else None, end)
        yield f"{label} is {new.written(start) or 'not stated'} {when} instead of " + (
            f"{old.written(start) or 'not stated'}."
        )


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
        return ", ".join(_said(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
    if isinstance(value, Strict):
        return str(value.model_dump(mode="json", by_alias=True, exclude_none=True))
    return str(value)
