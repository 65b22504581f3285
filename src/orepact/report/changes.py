"""What a second pact changes in a first, in the reader's language, and both side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from orepact.catalogue import mineral
from orepact.pact import Instrument, Pact
from orepact.pact import compare as texts
from orepact.pact.differences import Codes, Days, Level, Named, Place, Record, Subject, Value
from orepact.pact.instrument import Instrument as AnInstrument
from orepact.pact.party import Entry, Source
from orepact.pact.trade import PriceFloor
from orepact.report import clauses
from orepact.report.articles import Words, day_of, title, words
from orepact.report.clauses import lower, span
from orepact.report.language import Language, later
from orepact.report.numbers import SPACE
from orepact.report.terms import FIELDS
from orepact.said import Said

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "head": later("The text as a whole"),
        "parties": later("Parties"),
        "instruments": later("Articles"),
        "agreed": later("What counts as agreed"),
        "calendar": later("Calendar"),
        "lists": later("Lists of critical minerals"),
        "sources": later("Sources"),
    }
)
"""Parts of a text, in the order in which their changes are told."""

RECORDS: Mapping[str, str] = MappingProxyType(
    {
        "Calendar entry": later("Calendar entry “{name}”"),
        "List of": later("List: {name}"),
        "Source": later("Source “{name}”"),
    }
)
"""Records of a pact by their kind."""


@dataclass(frozen=True, slots=True)
class Part:
    """Changes of one part of a text, as sentences."""

    id: str
    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FloorRow:
    """Floors of both pacts at a stage, USD per contained tonne, and the change."""

    mineral: str
    stage: str
    unit: str
    a: str
    b: str
    change: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party's days in both pacts; empty where it is none."""

    name: str
    a: str
    b: str
    same: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pacts: what changes from ``a`` to ``b``, floors and parties side by side."""

    a: str
    b: str
    a_title: Words
    b_title: Words
    on: date
    parts: tuple[Part, ...]
    floors: tuple[FloorRow, ...]
    parties: tuple[PartyRow, ...]


def comparison(a: Pact, b: Pact, on: date, lang: Language) -> Comparison:
    """What ``b`` changes in ``a``; floors as they hold on a day."""
    found = texts.parts(a, b)
    return Comparison(
        a.id, b.id, words(a.title, lang), words(b.title, lang), on,
        tuple(
            Part(id, lang.say(name), tuple(sentence(s, lang) for s in found[id]))
            for id, name in PARTS.items()
            if found[id]
        ),
        tuple(floor_row(*row, lang) for row in floors(a, b, on)),
        tuple(_parties(a, b, lang)),
    )  # fmt: skip


def both_hold(a: Pact, b: Pact, today: date) -> date:
    """The first day on which everything of both pacts holds, else ``today``."""
    return max(day_of(a, today), day_of(b, today))


def sentence(text: Said, lang: Language) -> str:
    """One change in a language, with names for codes and fields."""
    values = {name: told(value, lang) for name, value in text.values.items()}
    found = lang.say(text.template, **values)
    return found[:1].upper() + found[1:]


def told(value: object, lang: Language) -> str:
    """What a sentence speaks of, in a language."""
    match value:
        case Codes((code,)):
            return lang.the(code)
        case Codes(codes):
            return lang.listed([lang.place(c) for c in codes])
        case Days(spans):
            return lang.listed([span(s, lang) for s in spans])
        case Subject(i, level):
            return _subject(i, lang, level)
        case Named(id, of):
            return lang.say("“{name}”", name=_called(of, id, lang))
        case Record(kind, id, of):
            return lang.say(RECORDS[kind], name=_called(of, id, lang))
        case Place():
            return _place(value, lang)
        case Value(name, held, of):
            if held is None or held == ():
                return lang.say("not stated")
            return clauses.worded(name, held, lang, of).removesuffix(".")
        case Level(text):
            return clauses.quantity(text, lang) if text else lang.say("not stated")
    raise TypeError(f"No words for {type(value).__name__}.")


def _subject(i: Instrument, lang: Language, level: bool = False) -> str:
    name = title(i, lang).text
    if isinstance(i, PriceFloor):
        text = lang.say("the floor on {name}", name=lower(name))
        at = clauses.quantity(i.floor.steps[0][1].text, lang)
        return lang.say("{text}, {level}", text=text, level=at) if level else text
    return lang.say("“{name}”", name=name)


def _called(of: object, id: str, lang: Language) -> str:
    if isinstance(of, AnInstrument):
        return title(of, lang).text
    if isinstance(of, Entry):
        return words(of.what, lang).text
    if isinstance(of, Source):
        return of.title
    return lang.place(id)


def _place(place: Place, lang: Language) -> str:
    names = [lower(lang.say(FIELDS[n])) for n in place.names]
    if isinstance(place.of, Pact):
        return ", ".join(names)
    if isinstance(place.of, Record):
        return ": ".join([told(place.of, lang), ", ".join(names)])
    who = told(place.who, lang)
    if place.names[0] == "floor":
        names = names[1:]
    return ": ".join([who, ", ".join([_subject(place.of.of, lang), *names])])


Levels = tuple[Decimal, ...]
Row = tuple[str, str, Levels, Levels]
"""Mineral, stage, the floors of the first and of the second pact there."""


def floors(a: Pact, b: Pact, on: date) -> list[Row]:
    """Floors in force on a day where either pact has one, USD per contained tonne."""
    first, second = _levels(a, on), _levels(b, on)
    keys = dict.fromkeys([*_stages(a), *_stages(b)])
    return [(m, s, first.get((m, s), ()), second.get((m, s), ())) for m, s in keys]


def _stages(pact: Pact) -> list[tuple[str, str]]:
    return [(i.mineral, i.stage) for i in pact.instruments if isinstance(i, PriceFloor)]


def _levels(pact: Pact, on: date) -> dict[tuple[str, str], Levels]:
    out: dict[tuple[str, str], Levels] = {}
    for i in pact.instruments:
        if isinstance(i, PriceFloor) and i.in_force(on):
            level = i.floor_at(on)
            if level is not None:
                key = (i.mineral, i.stage)
                out[key] = (*out.get(key, ()), level)
    return out


def change(a: Levels, b: Levels) -> float | None:
    """Relative change of a floor; ``None`` where either pact has none or several.

    >>> change((Decimal(100),), (Decimal(125),))
    0.25
    """
    if len(a) != 1 or len(b) != 1 or not a[0]:
        return None
    return float(b[0] / a[0] - 1)


def floor_row(m: str, stage: str, a: Levels, b: Levels, lang: Language) -> FloorRow:
    """Floors at a stage in words."""
    by = change(a, b)
    if by is not None:
        text = lang.say("the same") if a == b else f"{lang.percent(by)}{SPACE}%"
    elif a and b:
        text = lang.say("several floors")
    else:
        text = lang.say("new") if b else lang.say("gone") if a else ""
    unit = mineral(m).unit.removeprefix("t ")
    return FloorRow(
        lang.mineral(m), lang.stage(m, stage), f"USD/t{SPACE}{unit}", _amounts(a, lang),
        _amounts(b, lang), text,
    )  # fmt: skip


def _amounts(levels: Levels, lang: Language) -> str:
    if not levels:
        return lang.say("no floor")
    return "; ".join(lang.digits(clauses.plain(round(x, 2))) for x in levels)


def _parties(a: Pact, b: Pact, lang: Language) -> list[PartyRow]:
    def days(pact: Pact, code: str) -> str:
        return lang.listed([span(p.interval, lang) for p in pact.parties if p.code == code])

    codes = dict.fromkeys(p.code for pact in (a, b) for p in pact.parties)
    return [
        PartyRow(lang.place(c), days(a, c), days(b, c), days(a, c) == days(b, c)) for c in codes
    ]
