"""A pact as articles: what each says, since when, on what source, agreed or scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from orepact.catalogue import mineral
from orepact.errors import DateError
from orepact.pact import Instrument, Pact, left_out, simulated
from orepact.pact.base import Text
from orepact.pact.party import CriticalList, Source
from orepact.pact.trade import PriceFloor
from orepact.report import clauses
from orepact.report.clauses import span
from orepact.report.language import Language, later
from orepact.report.numbers import SPACE
from orepact.report.terms import COMMON, FIELDS, VALUES
from orepact.report.words import GROUPS

LEFT_OUT = {
    "codes": later("customs codes"),
    "exclusions": later("exclusions"),
    "free zones": later("free zones"),
}
"""Parts that the market engine does not act on, in words."""

LISTS = {"usgs-2025": later("Final 2025 List of Critical Minerals of the United States")}
"""Published lists by the names that pacts give them."""


LEVELS = {"error": later("error"), "warning": later("warning"), "note": later("note")}
"""How serious a remark is."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A source: what it is called, who published it when and where, how firm it is."""

    id: str
    title: str
    publisher: str
    day: str
    url: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a pact and the language they are in."""

    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Article:
    """One instrument in words. ``standing`` is agreed, scenario or open; ``holds`` on the day."""

    id: str
    title: Words
    standing: str
    standing_text: str
    status: str
    days: str
    holds: bool
    state: str
    clauses: tuple[tuple[str, str], ...]
    simulated: str
    source: Cited
    note: str


@dataclass(frozen=True, slots=True)
class Level:
    """A floor at a stage: as the text states it and per tonne of the contained unit."""

    article: Article
    mineral: str
    stage: str
    stated: str
    contained: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Floors that share all terms but their level."""

    clauses: tuple[tuple[str, str], ...]
    days: str
    state: str
    simulated: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Articles of one kind; floors stand in tables."""

    kind: str
    name: str
    articles: tuple[Article, ...]
    floors: tuple[Terms, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A party: since when, whether it is one on the day, what it calls critical itself."""

    code: str
    name: str
    days: str
    holds: bool
    list: str
    status: str
    source: Cited | None
    note: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A pact as it reads on a day."""

    id: str
    title: Words
    status: str
    prices: str
    note: str
    on: date
    members: tuple[Member, ...]
    groups: tuple[Group, ...]
    sources: tuple[Cited, ...]
    in_force: int
    agreed: int
    scenarios: int


def agreement(pact: Pact, on: date, lang: Language) -> Agreement:
    """The pact in words, as of a day."""
    standings = [standing(pact, i) for i in pact.instruments]
    return Agreement(
        id=pact.id,
        title=words(pact.title, lang),
        status=lang.status(pact.status),
        prices=prices(pact, lang),
        note=pact.note or "",
        on=on,
        members=tuple(members(pact, on, lang)),
        groups=tuple(groups(pact, on, lang)),
        sources=tuple(cited(pact, id, lang) for id in pact.sources),
        in_force=len(pact.in_force(on)),
        agreed=standings.count("agreed"),
        scenarios=standings.count("scenario"),
    )


def words(text: Text, lang: Language) -> Words:
    """Words of a pact in the reader's language, or in English where it has no others."""
    found = lang.text(text)
    return Words(found, "en" if found == text.en else lang.code)


def prices(pact: Pact, lang: Language) -> str:
    """Level of the prices that a pact states."""
    if pact.price_level == "nominal":
        return lang.say("nominal prices")
    return lang.say("prices of {year}", year=pact.price_level)


def members(pact: Pact, on: date, lang: Language) -> Iterator[Member]:
    """Every party with its days and its own list."""
    for p in pact.parties:
        own = pact.lists.get(p.code)
        yield Member(
            code=p.code,
            name=lang.place(p.code),
            days=span(p.interval, lang),
            holds=on in p.interval,
            list=_list(own, lang) if own else "",
            status=lang.status(own.status) if own and own.status else "",
            source=cited(pact, own.source, lang) if own and own.source else None,
            note=(own.note or "") if own else "",
        )


def _list(own: CriticalList, lang: Language) -> str:
    parts = []
    if own.list:
        parts.append(lang.say(LISTS[own.list]) if own.list in LISTS else own.list)
    if own.minerals:
        parts.append(lang.listed([lang.mineral(m) for m in own.minerals]))
    return "; ".join(parts)


def cited(pact: Pact, id: str, lang: Language) -> Cited:
    """A source of the pact."""
    s: Source = pact.sources[id]
    return Cited(
        id, s.title, s.publisher, lang.date(s.date) if s.date else "", s.url or "",
        lang.say(s.confidence),
    )  # fmt: skip


def groups(pact: Pact, on: date, lang: Language) -> Iterator[Group]:
    """Articles by kind, the kinds in the order of :data:`GROUPS`."""
    for kind, name in GROUPS.items():
        held = [i for i in pact.instruments if i.kind == kind]
        floors = [i for i in held if isinstance(i, PriceFloor)]
        rest = [article(pact, i, on, lang) for i in held if not isinstance(i, PriceFloor)]
        if held:
            yield Group(kind, lang.say(name), tuple(rest), tuple(terms(pact, floors, on, lang)))


def terms(pact: Pact, floors: list[PriceFloor], on: date, lang: Language) -> Iterator[Terms]:
    """Floors with the same terms together, in the order of the file."""
    alike: dict[tuple[object, ...], list[tuple[PriceFloor, Article]]] = {}
    for f in floors:
        said = article(pact, f, on, lang)
        key = (said.clauses, said.days, said.state, said.simulated)
        alike.setdefault(key, []).append((f, said))
    for held in alike.values():
        first = held[0][1]
        levels = tuple(_level(f, said, lang) for f, said in held)
        yield Terms(first.clauses, first.days, first.state, first.simulated, levels)


def _level(f: PriceFloor, said: Article, lang: Language) -> Level:
    unit = mineral(f.mineral).unit.removeprefix("t ")
    steps = []
    for days, _ in f.floor.steps:
        first = days.start or f.interval.start
        amount = f.floor_at(first) if first else None
        if amount is not None:
            text = lang.digits(clauses.plain(round(amount, 2)))
            steps.append(f"{text}{SPACE}USD/t{SPACE}{unit}")
    stated = clauses.quantity(f.floor.steps[0][1].text, lang)
    if len(steps) > 1:
        stated = clauses.dated(f.floor, lang)
    return Level(
        said, lang.mineral(f.mineral), lang.stage(f.mineral, f.stage),
        f"{stated}{SPACE}{f.basis.content}", "; ".join(steps),
    )  # fmt: skip


_APART = {"price_floor": ("mineral", "stage", "floor", "basis", "reference")}


def article(pact: Pact, i: Instrument, on: date, lang: Language) -> Article:
    """An instrument in words."""
    skip = (*COMMON, *_APART.get(i.kind, ()), *(() if i.title else ("topic", "aim")))
    said = list(clauses.clauses(i, lang, skip))
    if isinstance(i, PriceFloor):
        said = [*clauses.clauses(i.basis, lang, ("content",)), *_compared(i, lang), *said]
    stands = standing(pact, i)
    return Article(
        id=i.id,
        title=title(i, lang),
        standing=stands,
        standing_text=lang.say(STANDINGS[stands]),
        status=lang.status(i.status),
        days=span(i.interval, lang),
        holds=i.in_force(on),
        state=lang.say(state(i, on)),
        clauses=tuple(said),
        simulated=_simulated(i, lang),
        source=cited(pact, i.source, lang),
        note=i.note or "",
    )


def _compared(f: PriceFloor, lang: Language) -> Iterator[tuple[str, str]]:
    if f.reference is None:
        return
    r = f.reference
    told = (
        lang.say("the price of goods from {place}", place=lang.place(r.origin))
        if r.origin
        else (lang.say(VALUES[r.rule]))
    )
    text = lang.say(
        "{reference}, for {scope}; a route counts from {share} of the base year's imports on",
        reference=told, scope=lang.say(VALUES[r.scope]),
        share=clauses.percent(r.minimum_share, lang),
    )  # fmt: skip
    yield lang.say(FIELDS["reference"]), text


def title(i: Instrument, lang: Language) -> Words:
    """What an article is called: its title, topic or aim, or what it is about."""
    topic = i.title or getattr(i, "topic", None) or getattr(i, "aim", None)
    if isinstance(topic, Text):
        return words(topic, lang)
    if isinstance(i, PriceFloor):
        return Words(f"{lang.mineral(i.mineral)}, {lang.stage_word(i.mineral, i.stage)}", lang.code)
    return Words(lang.instrument(i), lang.code)


STANDINGS = {
    "agreed": later("Agreed"),
    "scenario": later("Scenario"),
    "open": later("Not agreed"),
}
"""What a published text contains, what is ours, and what was said and not agreed."""


def standing(pact: Pact, i: Instrument) -> str:
    """Which of :data:`STANDINGS` an instrument has."""
    if i.id in pact.agreed:
        return "agreed"
    return "scenario" if i.status == "scenario" else "open"


def state(i: Instrument, on: date) -> str:
    """Whether an instrument holds on a day, in English words that are translated."""
    if i.in_force(on):
        return later("holds on this day")
    if i.status == "suspended":
        return later("is suspended")
    days = i.interval
    if i.status == "ended" or (days.end and days.end <= on):
        return later("holds no longer on this day")
    if days.start and on < days.start:
        return later("does not hold yet on this day")
    return later("pauses on this day")


def _simulated(i: Instrument, lang: Language) -> str:
    if not simulated(i):
        return lang.say("Recorded, not simulated.")
    parts = [lang.say(LEFT_OUT[p]) for p in left_out(i)]
    if parts:
        return lang.say("Simulated, but for: {parts}.", parts=lang.listed(parts))
    return lang.say("Simulated.")


def next_day(pact: Pact, on: date) -> date | None:
    """First day after ``on`` on which something of the pact begins, ends or is due."""
    from orepact.pact.calendar import timeline

    agenda = timeline(pact, on)
    days = [e.on for shelf in (agenda.due, agenda.expiring, agenda.upcoming) for e in shelf]
    return min(days, default=None)


def day_of(pact: Pact, today: date) -> date:
    """The day on which everything holds at once; ``today`` where there is none."""
    try:
        return pact.default_date()
    except DateError:
        return today
