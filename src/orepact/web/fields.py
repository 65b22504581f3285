"""The simulator's fields, read from a query: each mistake is told at its field."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from orepact import units
from orepact.catalogue import POOLS, region, regions
from orepact.catalogue import mineral as find_mineral
from orepact.errors import OrepactError, UnitError, UnknownIdError
from orepact.pact import Pact
from orepact.pact.content import substances
from orepact.pact.vary import floor_on, last_day
from orepact.report.language import Language
from orepact.web.engine import Engine
from orepact.web.problems import FieldsError
from orepact.web.scenario import Scenario
from orepact.world import Chain
from orepact.world.compiled import BASE_YEAR
from orepact.world.compiled import years as held_years

FIRST_PACT, FIRST_MINERAL = "us-mexico-2026", "ndpr"
AHEAD = 10
"""Years after the pact's first that may be asked for."""
PASSED = ("lang", "ranges")
"""Fields of an address that say nothing about the scenario."""
MOST_TARIFF = Decimal(10)
MOST_PRICE = Decimal(10) ** 12
"""USD/t: beyond any metal."""
FAR = 3.0
"""How many base prices a slider reaches."""
OFFERED = ("USA", "MEX", "CAN", "EUN", "JPN", "KOR", "GBR", "AUS", "IND")
"""Members offered at first sight; any other can be named too."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A floor's field: what was written in it, the floor that this means, the pact's own, the base
    price, all in ``unit``.
    """

    stage: str
    written: str
    text: str
    own: str
    unit: str
    content: str
    price: float
    most: float
    step: float
    value: float


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they are to be shown, mistakes by field, and the scenario if there is none."""

    pact: str
    mineral: str
    year: int
    years: tuple[int, ...]
    base: int
    bases: tuple[int, ...]
    levers: tuple[Lever, ...]
    tariff: str
    ban: str
    by: str
    exporters: tuple[str, ...]
    members: tuple[str, ...]
    own_members: tuple[str, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    scenario: Scenario | None = None


def read(query: Sequence[tuple[str, str]], engine: Engine, lang: Language) -> Form:
    """Read a query; every mistake is in ``errors``, and ``scenario`` is then ``None``."""
    wrong: dict[str, str] = {}
    given: dict[str, str] = {}
    for key, value in query:
        if key in given and key != "members":
            wrong[key] = lang.say("'{key}' stands twice. Keep one.", key=key)
        joined = f"{given[key]},{value}" if key == "members" and key in given else value
        given[key] = joined.strip()

    def told(key: str, read_: Callable[[str], Any], default: Any) -> Any:
        text = given.get(key, "")
        if not text:
            return default
        try:
            return read_(text)
        except _WrongError as error:
            wrong[key] = lang.say(error.text, **error.values)
        except OrepactError as error:
            wrong[key] = f"{text}: {error}"
        return default

    first = FIRST_PACT if FIRST_PACT in engine.names else next(iter(engine.names))
    pact = engine.pact(told("pact", _one_of(engine.names), first))
    base = told("base", _year(held_years()), BASE_YEAR)
    world = engine.world(base)
    first_mineral = _first_mineral(pact, world.chains)
    chosen = told("mineral", lambda t: _mineral(t, world.chains), first_mineral)
    years = _years(pact)
    year = told("year", _year(years), _default_year(pact, years))
    day = last_day(year)
    own_members = pact.members(day)
    members = told("members", _members, own_members)
    chain = world.chain(chosen)
    levers = tuple(_levers(pact, chain, year, given, told))
    tariff = told("tariff", lambda t: _share(t, MOST_TARIFF), "")
    ban = told("ban", lambda t: _share(t, Decimal(1)), "")
    by = told("by", _region, _largest(chain, members))
    if ban and by in members:
        wrong["by"] = lang.say("The exporter is a member: a ban on its own pact means nothing.")
    known = {"pact", "mineral", "year", "base", "tariff", "ban", "by", "members", *PASSED}
    known |= {f"floor.{x.stage}" for x in levers}
    for key in given:
        if key not in known:
            error = _unknown(key, known - set(PASSED))
            wrong[key] = lang.say(error.text, **error.values)
    scenario = None
    if not wrong:
        scenario = Scenario(
            pact.id, chosen, year, base,
            tuple((x.stage, x.text) for x in levers if x.text != x.own),
            tariff, ban, by if ban else "CHN",
            members if set(members) != set(own_members) else (),
        )  # fmt: skip
    return Form(
        pact.id, chosen, year, years, base, held_years(), levers, given.get("tariff", ""),
        given.get("ban", ""), by, _exporters(chain, members, by), members, own_members,
        wrong, scenario,
    )  # fmt: skip


def whole(asked: Scenario, mineral: str | None, lang: Language) -> Scenario:
    """A scenario of a brief: without a mineral, the pact as it is on all that it names.

    Raises :class:`FieldsError` where levers are given and no mineral that they act on.
    """
    if mineral:
        return asked
    if asked.changes():
        raise FieldsError(
            {"mineral": lang.say("Choose a mineral: floors, tariffs, bans and members act on one.")}
        )
    return Scenario(asked.pact, "", asked.year, asked.base)


class _WrongError(Exception):
    """A mistake in a field, in words that can be translated."""

    def __init__(self, text: str, values: dict[str, object]) -> None:
        self.text, self.values = text, values


def say(text: str, /, **values: object) -> _WrongError:
    """A mistake; named ``say`` so that its text is listed for translation."""
    return _WrongError(text, values)


def _one_of(held: Collection[str]) -> Callable[[str], str]:
    def read_(text: str) -> str:
        if text in held:
            return text
        raise _unknown(text, held)

    return read_


def _unknown(text: str, held: Iterable[str]) -> _WrongError:
    """A mistake that names what is nearest, or what there is."""
    names = sorted(held)
    close = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
    if close:
        return say("There is no '{text}' here. Did you mean '{near}'?", text=text, near=close[0])
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return say("There is no '{text}' here. There is: {known}.", text=text, known=listed)


def _region(text: str) -> str:
    try:
        return region(text)
    except UnknownIdError:
        raise _unknown(text, regions()) from None


def _plain(text: str) -> None:
    """Refuse a comma: it parts decimals for some readers and thousands for others."""
    if "," in text or "_" in text:
        raise say("Write '{text}' without commas: a point before decimals, as 110.5.", text=text)


def _price(text: str) -> str:
    _plain(text)
    try:
        amount = units.price(text)
    except UnitError:
        raise say("'{text}' is no price with its unit. Write it as 110 USD/kg.",
                  text=text) from None  # fmt: skip
    if amount > MOST_PRICE:
        raise say("'{text}' is no real price. Check its digits and its unit.", text=text)
    if amount < 0:
        raise say("A floor cannot be below zero. Write 0 to take it off, with its unit.")
    return text


def _share(text: str, most: Decimal) -> str:
    _plain(text)
    try:
        amount = units.share(text)
    except UnitError:
        raise say("'{text}' is no share with its unit. Write it as 25 %.", text=text) from None
    if not 0 <= amount <= most:
        raise say("Write a share from 0 % to {most} %.", most=int(most * 100))
    return text if amount else ""


def _year(held: Sequence[int]) -> Callable[[str], int]:
    def read_(text: str) -> int:
        if text not in map(str, held):
            raise say("There is no year '{text}' here. Choose one from {first} to {last}.",
                      text=text, first=held[0], last=held[-1])  # fmt: skip
        return int(text)

    return read_


def _mineral(text: str, held: Mapping[str, Chain]) -> str:
    try:
        id = find_mineral(text).id
    except UnknownIdError:
        raise _unknown(text, held) from None
    if id not in held:
        raise say("The world of this year has no {mineral}. Choose 2024.", mineral=id)
    return id


def _members(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(_region(c.strip()) for c in text.split(",") if c.strip()))
    if not codes:
        raise say("A pact needs a member. Choose at least one.")
    if pools := [c for c in codes if c in POOLS and c != "EUN"]:
        raise say("{code} is a group of countries counted together, not a party.", code=pools[0])
    return codes


def _years(pact: Pact) -> tuple[int, ...]:
    first = min(p.from_ for p in pact.parties).year
    return tuple(range(first, first + AHEAD + 1))


def _default_year(pact: Pact, years: Sequence[int]) -> int:
    try:
        year = pact.default_date().year
    except OrepactError:
        begins = [i.interval.start.year for i in pact.instruments if i.interval.start]
        year = max(begins, default=years[0])
    return min(max(year, years[0]), years[-1])


def _first_mineral(pact: Pact, held: Mapping[str, Chain]) -> str:
    """The mineral shown first, else one that the pact names, else any that the world holds."""
    named = [m for i in pact.instruments for m, _ in i.targets() if m in held]
    return next((m for m in (FIRST_MINERAL, *named) if m in named), next(iter(held)))


def _levers(
    pact: Pact, chain: Chain, year: int, given: Mapping[str, str], told: Callable[..., Any]
) -> Iterator[Lever]:
    for k, stage in enumerate(chain.stages):
        held = floor_on(pact, chain.mineral, stage, last_day(year))
        own = held.floor.written(last_day(year)) if held else None
        content = held.basis.content if held else find_mineral(chain.mineral).unit[2:]
        factor = float(substances(chain.mineral)[content])
        made = np.where(np.isfinite(chain.price[k]), chain.trade[k].sum(axis=1), 0.0)
        price = float(np.nansum(chain.price[k] * made) / made.sum()) * factor
        unit, per = ("USD/kg", 1e3) if price >= 1e4 else ("USD/t", 1.0)
        text = told(f"floor.{stage}", _price, own or "")
        if text and not units.price(text):
            text = f"0 {unit}" if own else ""
        if own and text and units.price(text) == units.price(own):
            text = own
        value = float(units.price(text)) / per if text else 0.0
        most = _round_up(max(FAR * price / per, 1.3 * value))
        yield Lever(
            stage,
            given.get(f"floor.{stage}", text),
            text,
            own or "",
            unit,
            content,
            price / per,
            most,
            _round_up(most / 200),
            value,
        )


def _round_up(x: float) -> float:
    """The next number of one or two leading digits.

    >>> _round_up(276.2), _round_up(1.38)
    (280.0, 1.4)
    """
    power = 10.0 ** (np.floor(np.log10(x)) - 1)
    return float(round(np.ceil(x / power - 1e-9) * power, 10))


def _largest(chain: Chain, members: Sequence[str]) -> str:
    """China, whose exports are what is feared, else whoever outside makes most."""
    if "CHN" not in members:
        return "CHN"
    order = np.argsort(-chain.output[-1])
    return str(next(chain.regions[i] for i in order if chain.regions[i] not in members))


def _exporters(chain: Chain, members: Sequence[str], by: str) -> tuple[str, ...]:
    """Regions that a ban may be of: whoever ships much at any stage, largest first."""
    abroad = chain.trade * ~np.eye(len(chain.regions), dtype=bool)
    share = (abroad.sum(axis=2) / np.maximum(abroad.sum(axis=(1, 2))[:, None], 1e-9)).max(axis=0)
    order = [chain.regions[i] for i in np.argsort(-share) if share[i] > 0.005]
    found = [r for r in order if r not in members and (r == "EUN" or r not in POOLS)][:12]
    return tuple(dict.fromkeys((*found, by)))


def others(form: Form) -> tuple[str, ...]:
    """Regions that are not offered as members at first sight."""
    return tuple(r for r in regions() if r not in OFFERED and (r == "EUN" or r not in POOLS))
