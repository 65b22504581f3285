"""Clauses of a pact in words: its fields, what may stand in them, quantities over time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from orepact import units
from orepact.catalogue import regions
from orepact.dates import Interval
from orepact.pact import Instrument
from orepact.pact.base import FrozenMap, Strict, Text
from orepact.pact.trade import Regimes
from orepact.pact.value import Dated
from orepact.report.language import Language
from orepact.report.numbers import SPACE
from orepact.report.terms import FIELDS, RENTS, UNITS, VALUES, VERBATIM


def quantity(text: str, lang: Language) -> str:
    """A quantity as the file writes it, all of its digits kept, in the language's marks.

    >>> from orepact.report.language import language
    >>> quantity("1140144.25 USD/t", language("en"))
    '1,140,144.25\\xa0USD/t'
    """
    number, unit = units.split(text)
    if unit in units.SHARES:
        return percent(number * units.SHARES[unit], lang)
    said = lang.say(UNITS[unit]) if unit in UNITS else unit
    return f"{lang.digits(plain(number))}{SPACE}{said}"


def percent(share: Decimal, lang: Language) -> str:
    """A share of one in per cent, exactly.

    >>> from orepact.report.language import language
    >>> percent(Decimal("0.02"), language("fr"))
    '2\\xa0%'
    """
    return f"{lang.digits(plain(share * 100))}{SPACE}%"


def plain(x: Decimal) -> str:
    """All digits of a number and no zeros after them, with marks for thousands.

    >>> plain(Decimal("3472.250")), plain(Decimal("1.1E+5"))
    ('3,472.25', '110,000')
    """
    text = f"{x:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(days: Interval, lang: Language) -> str:
    """Days from the first to the last, in words."""
    last = days.end - timedelta(days=1) if days.end else None
    if days.start and last:
        return lang.say("from {start} to {last}", start=lang.date(days.start), last=lang.date(last))
    if days.start:
        return lang.say("from {start} on", start=lang.date(days.start))
    if last:
        return lang.say("to {last}", last=lang.date(last))
    return lang.say("at all times")


def dated(value: Dated, lang: Language) -> str:
    """A value over time: each with its days."""
    steps = value.steps
    if len(steps) == 1 and steps[0][0] == Interval():
        return quantity(steps[0][1].text, lang)
    return "; ".join(f"{quantity(held.text, lang)} {span(days, lang)}" for days, held in steps)


def clauses(
    record: Strict, lang: Language, skip: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Names and words of what a record states, in the order of its fields."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name not in skip and value is not None and value not in ((), {}):
            yield lang.say(FIELDS[name]), worded(name, value, lang, record)


def worded(name: str, value: Any, lang: Language, record: Any = None) -> str:
    """What stands in a field, in words; ``record`` is what the field belongs to."""
    if isinstance(value, Dated):
        return dated(value, lang)
    if isinstance(value, Text):
        return lang.text(value)
    if isinstance(value, bool):
        word = "true" if value else "false"
        return lang.say(VALUES[word])
    if isinstance(value, Decimal):
        return _amount(name, value, lang)
    if isinstance(value, date):
        return lang.date(value)
    if isinstance(value, FrozenMap):
        return ", ".join(f"{lang.place(k)} {worded(name, v, lang)}" for k, v in value.items())
    if isinstance(value, Regimes):
        return _regimes(value, lang)
    if isinstance(value, Strict):
        pairs = clauses(value, lang)
        return "; ".join(stated(lower(label), text, lang) for label, text in pairs)
    if isinstance(value, tuple):
        if value and isinstance(value[0], Strict):
            return "; ".join(f"({n}) {worded(name, v, lang)}" for n, v in enumerate(value, 1))
        return lang.listed([worded(name, v, lang, record) for v in value])
    return _word(name, str(value), lang, record)


def stated(name: str, text: str, lang: Language) -> str:
    """A name and what is said of it."""
    return lang.say("{name}: {text}", name=name, text=text)


def lower(name: str) -> str:
    """A name inside a sentence."""
    return name[:1].lower() + name[1:]


def _regimes(regimes: Regimes, lang: Language) -> str:
    """How the floor meets the customs regimes, those that it meets alike together."""
    alike: dict[str, list[str]] = {}
    for name in type(regimes).model_fields:
        value = getattr(regimes, name)
        how = lang.say(VALUES[value]) if value else lang.say("not stated")
        alike.setdefault(how, []).append(lower(lang.say(FIELDS[name])))
    return "; ".join(stated(how, lang.listed(names), lang) for how, names in alike.items())


def _word(name: str, value: str, lang: Language, record: Any) -> str:
    if name in ("minerals", "stages") and value == "all":
        return lang.say("every one")
    if name in ("mineral", "minerals"):
        return lang.mineral(value)
    if name in ("stage", "stages", "declared_as"):
        mineral = getattr(record, "mineral", None)
        return lang.stage_word(mineral, value) if mineral else _stage(value, record, lang)
    if name == "status":
        return lang.status(value)
    if name == "rent_holder" and value in RENTS:
        return lang.say(RENTS[value])
    if name in VERBATIM:
        return value
    if value in VALUES:
        return lang.say(VALUES[value])
    return lang.place(value) if value in regions() else value


def _stage(value: str, record: Any, lang: Language) -> str:
    """A stage of several minerals: its name in the first of them that has it."""
    for mineral, stage in record.targets():
        if stage == value:
            return lang.stage_word(mineral, stage)
    return value


def _amount(name: str, value: Decimal, lang: Language) -> str:
    if name == "within":
        return f"{plain(value)}{SPACE}{lang.say(UNITS['days'])}"
    return percent(value, lang)


def standing(instrument: Instrument, agreed: bool, lang: Language) -> str:
    """Agreed, scenario, or neither: what parties have said and not agreed on."""
    if agreed:
        return lang.say("Agreed")
    if instrument.status == "scenario":
        return lang.say("Scenario")
    return lang.say("Not agreed")
