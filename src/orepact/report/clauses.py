"""Clauses of a pact in words: its fields, what may stand in them, quantities over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
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

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "price_floor": "Price floors",
        "preference": "Preferences",
        "trade_action": "Trade actions",
        "standard": "Standards",
        "cooperation": "Cooperation",
        "circumvention": "Circumvention",
        "incentive": "Incentives",
        "screening": "Investment screening",
        "mapping": "Geological mapping",
        "response": "Rapid response",
        "research": "Research",
        "stockpile": "Stockpiles",
        "project": "Projects",
    }
)
"""Articles by the kind of their instruments, in the order of a text."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "topic": "Topic",
        "aim": "Aim",
        "mineral": "Mineral",
        "minerals": "Minerals",
        "stage": "Stage",
        "stages": "Stages",
        "announced": "Announced",
        "published": "Published",
        "implemented": "Put into practice",
        "floor": "Floor",
        "basis": "Price of",
        "mode": "How it is held",
        "reference": "Compared with",
        "invoice_response": "Part of the top-up that exporters capture",
        "signed_by": "Signed by",
        "fallback_duty": "Duty on those who do not sign",
        "regimes": "Customs regimes",
        "exclusions": "Exclusions",
        "codes": "Customs codes",
        "in_": "Held by",
        "applies_to": "Applies to goods of",
        "between": "Between",
        "duty": "Duty",
        "origin": "Rule of origin",
        "action": "Measure",
        "by": "Applied by",
        "against": "Against",
        "rate": "Rate",
        "in_quota_rate": "Rate within the quota",
        "specific": "Duty per contained tonne",
        "limit": "Limit, contained tonnes a year",
        "share": "Part of the trade that is closed",
        "rent_holder": "Who keeps the rent of the quota",
        "stacking": "With other duties",
        "cost": "Cost per tonne",
        "recognises": "Recognises the proof of",
        "freight_saving": "Freight saved",
        "standard_saving": "Cost of compliance saved",
        "of": "Goods of",
        "into": "Into",
        "through": "Passing as goods of",
        "declared_as": "Declared as",
        "full_at": "All of it where it saves",
        "of_concern": "Owners of concern",
        "ownership_limit": "Limit of ownership",
        "datasets": "Data sets",
        "trigger": "Trigger",
        "steps": "Steps",
        "shares": "Shares",
        "form": "Form",
        "region": "In",
        "paid_by": "Paid by",
        "content": "Price of a tonne of",
        "tonnes": "Quantity a year",
        "strike": "Strike price",
        "benchmark": "Settled against",
        "upside_share": "Part of the upside paid back",
        "upside_threshold": "Paid back above",
        "cap_per_year": "Paid at most a year",
        "upside_cap_per_year": "Paid back at most a year",
        "amount": "Amount",
        "recipient": "Recipient",
        "holders": "Held by",
        "target": "Target",
        "contributions": "Contributions",
        "release": "Release",
        "buy_below": "Bought below",
        "buy_at_most": "Bought at most a year",
        "sell_above": "Sold above",
        "sell_at_most": "Sold at most a year",
        "parameter": "What it would move",
        "size": "By how much",
        "probability": "Probability",
        "ready": "Ready",
        "name": "Name",
        "activity": "Activity",
        "capacity": "Capacity",
        "conduct": "Conduct",
        "id": "Identifier",
        "title": "Title",
        "status": "Status",
        "price_level": "Price level",
        "note": "Note",
        "source": "Source",
        "from_": "First day",
        "until": "First day after it",
        "incoterm": "Basis of the price",
        "grade": "Grade",
        "counts_duty": "Other duties count",
        "rule": "Rule",
        "scope": "Reference for",
        "minimum_share": "Least share of a route",
        "consumption": "Import for consumption",
        "temporary_import": "Temporary import",
        "free_zone": "Free zone",
        "drawback": "Drawback",
        "in_transit": "Transit",
        "end_use": "End use",
        "holder": "Holder",
        "volume": "Volume a year",
        "tax_basis": "Taxes",
        "what": "What",
        "within": "Within",
        "owners": "Who",
        "list": "List",
        "starts": "Starts",
        "due": "Due on",
        "expires": "Expires on",
        "done": "Done on",
        "repeats": "Repeats",
        "publisher": "Publisher",
        "date": "Date",
        "url": "Address",
        "confidence": "Confidence",
        "kind": "Kind",
        "format": "Format",
    }
)
"""Fields of every record of a pact, as their readers call them."""

VALUES: Mapping[str, str] = MappingProxyType(
    {
        "members": "the parties",
        "non_members": "all who are not parties",
        "all": "all",
        "period_levy": "a levy per tonne that closes the gap to the reference, the same for all "
        "entries of a period",
        "entry_top_up": "a levy on each entry that closes the gap to its declared value",
        "minimum_import_price": "entries below the floor are refused",
        "undertaking": "exporters undertake to sell at the floor or above",
        "ad_valorem": "a duty in per cent that closes the gap to the reference",
        "none": "announced, not held at the border",
        "lowest_non_member": "the lowest price of a country that is not a party",
        "average_non_member": "the average price of the countries that are not parties",
        "named": "the price of a named origin",
        "destination": "each country of destination",
        "bloc": "the parties together",
        "importer": "the customs basis of each importer",
        "FOB": "free on board (FOB)",
        "CIF": "cost, insurance and freight (CIF)",
        "covered": "the floor applies",
        "suspended": "the levy is suspended",
        "refunded": "the levy is refunded",
        "substantial_transformation": "substantial transformation",
        "wholly_obtained": "wholly obtained",
        "country_of_mining": "country of mining",
        "country_of_refining": "country of refining",
        "mass_balance": "mass balance",
        "tariff": "tariff",
        "quota": "quota",
        "tariff_rate_quota": "tariff-rate quota",
        "export_tax": "export tax",
        "export_quota": "export quota",
        "export_ban": "export ban",
        "exporter": "the exporter",
        "producers": "the producers",
        "replace": "in place of them",
        "add": "on top of them",
        "grant": "grant",
        "loan": "loan",
        "tax_credit": "tax credit",
        "contract_for_difference": "contract for difference",
        "offtake": "offtake",
        "excluding_tax": "taxes excluded",
        "including_tax": "taxes included",
        "recovery": "recovery",
        "substitution": "substitution",
        "recycling": "recycling",
        "unit_cost": "unit cost",
        "mining": "mining",
        "processing": "processing",
        "manufacturing": "manufacturing",
        "yearly": "every year",
        "nominal": "nominal prices",
        "true": "yes",
        "false": "no",
    }
)
"""Words that may stand in a field, as their readers say them."""

RENTS: Mapping[str, str] = MappingProxyType({"importer": "the importer"})
"""Words that mean another thing in the field ``rent_holder``."""

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "days": "days",
        "million USD": "million USD",
        "billion USD": "billion USD",
    }
)
"""Units that languages write differently."""

COMMON = ("kind", "id", "title", "status", "source", "note", "from_", "until")
"""Fields that every article shows in a place of its own."""

VERBATIM = (
    "codes", "content", "grade", "name", "recipient", "conduct", "datasets", "end_use", "holder",
    "list", "note", "source", "publisher", "url", "id", "format", "title",
)  # fmt: skip
"""Fields whose text stands as it is written."""


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
