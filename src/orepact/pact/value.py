"""Exact quantities and quantities over time, read from texts with units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from orepact import units
from orepact.dates import Interval, Timeline
from orepact.errors import DateError, InputError, UnitError
from orepact.pact.base import DAY_SCHEMA, Found, Reader, day, refuse, shown, split, unknown_key


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount in tonnes, USD/t, USD, shares or days, and how it was written.

    Two quantities are equal when their amounts are: 0.11 USD/g is 110 USD/kg.
    """

    amount: Decimal
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Dated:
    """A quantity over time: what pact files call a dated value.

    >>> from datetime import date
    >>> floor = read_dated("price")([{"from": "2027-01-01", "value": "110 USD/kg"}])
    >>> floor.at(date(2027, 6, 1)), floor.at(date(2026, 6, 1))
    (Decimal('1.10E+5'), None)
    """

    timeline: Timeline[Quantity]

    def at(self, on: date) -> Decimal | None:
        """The amount on a day, or ``None`` where no value is stated."""
        held = self.timeline.at(on)
        return None if held is None else held.amount

    def written(self, on: date) -> str | None:
        """The value on a day as the file writes it."""
        held = self.timeline.at(on)
        return None if held is None else held.text

    @property
    def steps(self) -> tuple[tuple[Interval, Quantity], ...]:
        """Intervals and their quantities, in order."""
        return self.timeline.steps

    @property
    def start(self) -> date | None:
        """The first day with a value (``None``: since ever)."""
        return self.timeline.start

    @property
    def end(self) -> date | None:
        """The first day after the last value (``None``: no end is stated)."""
        return self.timeline.steps[-1][0].end


class Measure(NamedTuple):
    """A kind of quantity: its parser, its unit when written back, its largest amount."""

    parse: Callable[[object], Decimal | int]
    unit: str
    high: Decimal | None
    bounds: str
    example: str


MEASURES: Mapping[str, Measure] = {
    "price": Measure(units.price, "USD/t", None, "0 USD/t or more", "110 USD/kg"),
    "share": Measure(units.share, "share", Decimal(1), "between 0 % and 100 %", "30 %"),
    "rate": Measure(units.share, "share", None, "0 % or more", "25 %"),
    "mass": Measure(units.mass, "t", None, "0 t or more", "5000 t"),
    "money": Measure(units.money, "USD", None, "0 USD or more", "10 million USD"),
    "days": Measure(units.days, "days", None, "0 days or more", "60 days"),
}
_PATTERN = r"^\s*[+-]?[0-9][0-9_,.eE+-]*\s*\S.*$"


def _amount(measure: Measure, text: object) -> Decimal:
    amount = Decimal(measure.parse(text))
    if amount and not -18 <= amount.adjusted() <= 18:
        raise UnitError(f"{text!r} is beyond any real amount. Check its digits and its unit.")
    if amount < 0 or (measure.high is not None and amount > measure.high):
        raise UnitError(f"{text!r} is out of range. It must be {measure.bounds}.")
    return amount


def _plain(amount: Decimal, unit: str) -> str:
    return f"{amount:f} {unit}"


def read_quantity(kind: str) -> Callable[[Any], Decimal]:
    """Return the reader of one exact amount without dates."""
    measure = MEASURES[kind]

    def read(raw: Any) -> Decimal:
        if isinstance(raw, Decimal):
            raw = _plain(raw, measure.unit)
        try:
            return _amount(measure, raw)
        except InputError as error:
            raise refuse([Found((), *split(error))]) from None

    return read


def read_dated(kind: str) -> Callable[[Any], Dated]:
    """Return the reader of a value over time: a text, or a list of ``{from, until, value}``."""
    measure = MEASURES[kind]

    def read(raw: Any) -> Dated:
        if isinstance(raw, Dated):
            return raw
        if isinstance(raw, str):
            try:
                held = Quantity(_amount(measure, raw), " ".join(raw.split()))
            except InputError as error:
                raise refuse([Found((), *split(error))]) from None
            return Dated(Timeline(((Interval(), held),)))
        if not isinstance(raw, list | tuple) or not raw:
            form = f"'{measure.example}' or [{{from: 2027-01-01, value: {measure.example}}}]"
            what = f"{shown(raw)} stands where a value over time is expected."
            raise refuse([Found((), what, f"Write {form}.")])
        found: list[Found] = []
        steps = [_step(measure, i, item, found) for i, item in enumerate(raw)]
        if found:
            raise refuse(found)
        try:
            return Dated(Timeline.of([s for s in steps if s]))
        except DateError as error:
            raise refuse([Found((), *split(error))]) from None

    return read


def _step(
    measure: Measure, i: int, item: Any, found: list[Found]
) -> tuple[date | None, date | None, Quantity] | None:
    if not isinstance(item, Mapping):
        form = f"Write {{from: 2027-01-01, value: {measure.example}}}."
        found.append(Found((i,), f"{shown(item)} is not a step.", form))
        return None
    before = len(found)
    for key in item:
        if key not in ("from", "until", "value"):
            found.append(unknown_key((i, key), ("from", "until", "value")))
    days: dict[str, date | None] = {"from": None, "until": None}
    for key in days:
        if item.get(key) is not None:
            try:
                days[key] = day(item[key])
            except DateError as error:
                found.append(Found((i, key), *split(error)))
    if "value" not in item:
        found.append(Found((i,), "The step has no 'value'.", f"Add value: {measure.example}."))
        return None
    start, end = days["from"], days["until"]
    if start and end and end <= start:
        what = f"'until' {end} is not after 'from' {start}."
        found.append(Found((i, "until"), what, "Exchange them, or correct one."))
    try:
        held = Quantity(_amount(measure, item["value"]), " ".join(str(item["value"]).split()))
    except InputError as error:
        found.append(Found((i, "value"), *split(error)))
    return (start, end, held) if len(found) == before else None


def _write_dated(value: Dated) -> Any:
    if len(value.steps) == 1 and value.steps[0][0] == Interval():
        return value.steps[0][1].text
    out = []
    for span, held in value.steps:
        step = {"from": span.start, "until": span.end, "value": held.text}
        out.append({k: str(v) for k, v in step.items() if v is not None})
    return out


def _quantity_reader(kind: str) -> Reader:
    unit, example = MEASURES[kind].unit, MEASURES[kind].example
    schema = {"type": "string", "pattern": _PATTERN, "examples": [example]}
    return Reader(read_quantity(kind), lambda v: _plain(v, unit), schema)


def _dated_reader(kind: str) -> Reader:
    text = {"type": "string", "pattern": _PATTERN, "examples": [MEASURES[kind].example]}
    step = {
        "type": "object",
        "properties": {"from": DAY_SCHEMA, "until": DAY_SCHEMA, "value": text},
        "required": ["value"],
        "additionalProperties": False,
    }
    many = {"type": "array", "items": step, "minItems": 1}
    return Reader(read_dated(kind), _write_dated, {"anyOf": [text, many]})


Share = Annotated[Decimal, _quantity_reader("share")]
Days = Annotated[Decimal, _quantity_reader("days")]
DatedPrice = Annotated[Dated, _dated_reader("price")]
DatedShare = Annotated[Dated, _dated_reader("share")]
DatedRate = Annotated[Dated, _dated_reader("rate")]
DatedMass = Annotated[Dated, _dated_reader("mass")]
DatedMoney = Annotated[Dated, _dated_reader("money")]
DatedDays = Annotated[Dated, _dated_reader("days")]
