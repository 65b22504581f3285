"""What the parts of a pact must not contradict: one function per rule.

Each takes a :class:`Draft` and yields mistakes. A draft may lack the parts that could not
be read, so that these rules report together with everything else that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from orepact.catalogue import regions
from orepact.dates import Interval
from orepact.errors import nearest
from orepact.pact.base import Found, Path
from orepact.pact.instrument import Instrument
from orepact.pact.party import Entry, Party
from orepact.pact.trade import Preference, PriceFloor, TradeAction

if TYPE_CHECKING:
    from orepact.pact.agreement import Pact


@dataclass(frozen=True, slots=True)
class Draft:
    """The readable parts of a pact with their paths; ids and sources also of unreadable ones.

    ``cited`` are the sources that something cites, ``ids`` those of instruments and
    calendar entries, ``listed`` the parties with a list of minerals, ``codes`` those of all
    parties.
    """

    parties: tuple[tuple[Path, Party], ...]
    instruments: tuple[tuple[Path, Instrument], ...]
    calendar: tuple[tuple[Path, Entry], ...]
    codes: frozenset[str]
    sources: frozenset[str]
    cited: tuple[tuple[Path, str], ...]
    ids: tuple[tuple[Path, str], ...]
    agreed: tuple[tuple[Path, str], ...]
    listed: tuple[str, ...]

    @classmethod
    def of(cls, pact: Pact) -> Draft:
        """View of a pact whose parts have all been read."""
        instruments = [(("instruments", i), x) for i, x in enumerate(pact.instruments)]
        calendar = [(("calendar", i), x) for i, x in enumerate(pact.calendar)]
        cited: list[tuple[Path, str]] = [
            ((*path, "source"), x.source) for path, x in (*instruments, *calendar)
        ]
        cited += [(("lists", k, "source"), x.source) for k, x in pact.lists.items() if x.source]
        for path, x in instruments:
            for j, exclusion in enumerate(getattr(x, "exclusions", ())):
                cited.append(((*path, "exclusions", j, "source"), exclusion.source))
        return cls(
            parties=tuple((("parties", i), p) for i, p in enumerate(pact.parties)),
            instruments=tuple(instruments),
            calendar=tuple(calendar),
            codes=frozenset(p.code for p in pact.parties),
            sources=frozenset(pact.sources),
            cited=tuple(cited),
            ids=tuple(((*path, "id"), x.id) for path, x in (*instruments, *calendar)),
            agreed=tuple((("agreed", i), a) for i, a in enumerate(pact.agreed)),
            listed=tuple(pact.lists),
        )


def ids_are_unique(draft: Draft) -> Iterator[Found]:
    """Instruments and calendar entries share one set of ids."""
    seen = set()
    for path, id in draft.ids:
        if id in seen:
            yield Found(path, f"Id '{id}' stands twice.", "Give each its own id.")
        seen.add(id)


def sources_exist(draft: Draft) -> Iterator[Found]:
    """Whatever is cited is listed under ``sources``."""
    for path, id in draft.cited:
        if id not in draft.sources:
            yield Found(path, f"Unknown source '{id}'.", nearest(id, draft.sources))


def agreed_exists(draft: Draft) -> Iterator[Found]:
    """Whatever is agreed is an instrument or a calendar entry."""
    known = {id for _, id in draft.ids}
    for i, (path, id) in enumerate(draft.agreed):
        if id not in known:
            what = f"'{id}' is agreed but is neither an instrument nor a calendar entry."
            yield Found(path, what, nearest(id, known))
        if id in [other for _, other in draft.agreed[:i]]:
            yield Found(path, f"'{id}' is agreed twice.", "Keep one.")


def memberships_do_not_overlap(draft: Draft) -> Iterator[Found]:
    """A party that leaves and comes back has two entries that share no day."""
    for (_, a), (path, b) in combinations(draft.parties, 2):
        if a.code == b.code and a.interval.overlaps(b.interval):
            what = f"{b.code} is a party twice from {b.from_}; first from {a.from_}."
            yield Found(path, what, "Keep one, or end the first with 'until'.")


_OF_PARTIES: Mapping[str, tuple[str, ...]] = {
    "price_floor": ("in_",),
    "preference": ("between",),
    "standard": ("by",),
    "cooperation": ("between",),
    "screening": ("by",),
    "mapping": ("between",),
    "research": ("between",),
    "stockpile": ("holders", "contributions"),
    "response": ("shares",),
}
"""Fields whose codes must be parties, by kind."""


def named_parties_are_parties(draft: Draft) -> Iterator[Found]:
    """Whoever holds, shares or lists something is a party, on some day of the instrument."""
    if not draft.codes or draft.codes - set(regions()):
        return  # who is a party is itself in doubt
    for path, x in draft.instruments:
        for field in _OF_PARTIES.get(x.kind, ()):
            named = getattr(x, field)
            if named is None or isinstance(named, str):
                continue
            key = field.rstrip("_")
            for i, code in enumerate(named):
                at: Path = (*path, key, i if isinstance(named, tuple) else code)
                yield from _is_party(draft, at, code, x.interval)
    for code in draft.listed:
        yield from _is_party(draft, ("lists", code), code, Interval())


def _is_party(draft: Draft, path: Path, code: str, span: Interval) -> Iterator[Found]:
    if code not in draft.codes:
        yield Found(path, f"'{code}' is not a party.", nearest(code, draft.codes))
        return
    held = [p.interval for _, p in draft.parties if p.code == code]
    if held and not any(span.overlaps(h) for h in held):
        what = f"'{code}' is no member on any day {_days(span)}."
        yield Found(path, what, "Correct the dates of one of them.")


def _days(span: Interval) -> str:
    until = f" until {span.end}" if span.end else ""
    return f"from {span.start or 'the beginning'}{until}"


def floors_do_not_overlap(draft: Draft) -> Iterator[Found]:
    """One floor per mineral, stage, importing party, origin and day."""
    floors = [(p, x) for p, x in draft.instruments if isinstance(x, PriceFloor)]
    for (_, a), (path, b) in combinations(floors, 2):
        if a.targets() != b.targets() or not _same_days(a, b):
            continue
        shared = _shared(draft, a.in_, b.in_)
        if shared and _shared(draft, a.applies_to, b.applies_to):
            first = _first_common(a, b)
            what = (
                f"'{b.id}' and '{a.id}' both set a floor on {b.mineral} {b.stage} in "
                f"{', '.join(sorted(shared))} from {first}."
            )
            yield Found(path, what, "End one before the other begins, or give them other parties.")


def duties_do_not_overlap(draft: Draft) -> Iterator[Found]:
    """One preference, and one duty that replaces, per target, route and day."""
    for kind in (Preference, TradeAction):
        held = [(p, x) for p, x in draft.instruments if isinstance(x, kind) and _replaces(x)]
        for (_, a), (path, b) in combinations(held, 2):
            targets = [t for t in a.targets() if t in b.targets()]
            if not targets or not _same_days(a, b) or not _same_route(draft, a, b):
                continue
            if a.codes and b.codes and not set(a.codes) & set(b.codes):
                continue
            more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
            what = (
                f"'{b.id}' and '{a.id}' both set the duty on {' '.join(targets[0])}{more} from "
                f"{_first_common(a, b)}."
            )
            yield Found(path, what, "End one before the other begins, or narrow its scope.")


def _replaces(x: Any) -> bool:
    if isinstance(x, Preference):
        return True
    duty = x.action in ("tariff", "tariff_rate_quota")
    return bool(duty and x.stacking == "replace")


def _same_route(draft: Draft, a: Any, b: Any) -> bool:
    if isinstance(a, Preference):
        return len(_shared(draft, a.between, b.between)) > 1
    return bool(_shared(draft, a.by, b.by) and _shared(draft, a.against, b.against))


def routes_exist(draft: Draft) -> Iterator[Found]:
    """An instrument between regions touches at least one route."""
    for path, x in draft.instruments:
        if isinstance(x, PriceFloor):
            routes = _routes(draft, x.in_, x.applies_to)
            key, what = "applies_to", "The floor applies to no other region than its own."
        elif isinstance(x, TradeAction):
            routes = _routes(draft, x.by, x.against)
            key, what = "against", "The action meets no other region than its own."
        elif isinstance(x, Preference):
            routes = _routes(draft, x.between, x.between)
            key, what = "between", "A preference needs two parties."
        else:
            continue
        if not routes:
            yield Found((*path, key), what, "Name another region.")


def _routes(draft: Draft, here: Any, there: Any) -> bool:
    a, b = _codes(draft, here), _codes(draft, there)
    return any(o != d for o in a for d in b)


def _codes(draft: Draft, whom: Any) -> frozenset[str]:
    if not isinstance(whom, str):
        return frozenset(whom)
    if whom == "members":
        return draft.codes
    return frozenset(regions()) - (draft.codes if whom == "non_members" else frozenset())


def _shared(draft: Draft, a: Any, b: Any) -> frozenset[str]:
    return _codes(draft, a) & _codes(draft, b)


def _same_days(a: Instrument, b: Instrument) -> bool:
    live = a.status not in ("suspended", "ended") and b.status not in ("suspended", "ended")
    return live and any(s.overlaps(t) for s in a.spans for t in b.spans)


def _first_common(a: Instrument, b: Instrument) -> str:
    pairs = ((s, t) for s in a.spans for t in b.spans if s.overlaps(t))
    starts = [d for span in next(pairs) for d in (span.start,) if d]
    return str(max(starts)) if starts else "the beginning"


RULES: tuple[Callable[[Draft], Iterator[Found]], ...] = (
    ids_are_unique,
    sources_exist,
    agreed_exists,
    memberships_do_not_overlap,
    named_parties_are_parties,
    floors_do_not_overlap,
    duties_do_not_overlap,
    routes_exist,
)
"""All rules, in the order in which they report."""


def broken(draft: Draft) -> list[Found]:
    """Every breach of every rule."""
    return [found for rule in RULES for found in rule(draft)]
