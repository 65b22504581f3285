"""The agreement itself: a frozen value; every change is a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from orepact.catalogue import regions
from orepact.errors import DateError, PactError, Problem, UnknownIdError, nearest
from orepact.pact.base import Found, FrozenMap, Path, Reader, Strict, Text, refuse, shown
from orepact.pact.explain import explained
from orepact.pact.instrument import Instrument
from orepact.pact.kinds import KINDS, AnyInstrument
from orepact.pact.party import CriticalList, Entry, Party, Source
from orepact.pact.rules import Draft, broken

SCENARIO = "Scenario: no authority has published these floors."
"""First line of every output."""

FORMAT = "orepact/1"
"""The format that this version reads."""


def _read_level(raw: Any) -> str | int:
    text = str(raw)
    if text == "nominal":
        return text
    if text.isascii() and text.isdigit() and 1900 <= int(text) <= 2200:
        return int(text)
    mend = "Write 'nominal' or the year of the prices, as 2024."
    raise refuse([Found((), f"{shown(raw)} is no price level.", mend)])


_LEVEL = {"anyOf": [{"const": "nominal"}, {"type": "integer", "minimum": 1900, "maximum": 2200}]}
PriceLevel = Annotated[Literal["nominal"] | int, Reader(_read_level, lambda v: v, _LEVEL)]


class Head(Strict):
    """What stands at the head of a pact file."""

    format: Literal["orepact/1"] = "orepact/1"
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Text
    status: Literal["consultation", "signed", "in_force", "suspended", "ended"]
    price_level: PriceLevel = "nominal"
    note: str | None = None


class Pact(Head):
    """An agreement on critical minerals, its parties, dates, instruments and sources.

    ``agreed`` holds the ids that a published text contains; everything else is a scenario.
    Contradictions between its parts raise :class:`~orepact.errors.PactError`.
    """

    sources: FrozenMap[Source]
    parties: tuple[Party, ...] = Field(min_length=1)
    lists: FrozenMap[CriticalList] = Field(default_factory=lambda: FrozenMap({}))
    calendar: tuple[Entry, ...] = ()
    agreed: tuple[str, ...] = ()
    instruments: tuple[AnyInstrument, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        problems = [Problem(dotted(f.path), f.what, f.mend) for f in broken(Draft.of(self))]
        if problems:
            raise PactError(problems)
        return self

    def members(self, on: date) -> tuple[str, ...]:
        """Codes of the parties that are members on a day, in the order of the file."""
        return tuple(dict.fromkeys(p.code for p in self.parties if on in p.interval))

    def resolve(self, whom: str | tuple[str, ...], on: date) -> tuple[str, ...]:
        """Regions that ``members``, ``non_members``, ``all`` or a list of codes mean on a day."""
        if not isinstance(whom, str):
            return whom
        members = self.members(on)
        if whom == "members":
            return members
        if whom == "non_members":
            return tuple(r for r in regions() if r not in members)
        if whom == "all":
            return regions()
        raise UnknownIdError(
            f"'{whom}' names no regions. {nearest(whom, ('members', 'non_members', 'all'))}"
        )

    def in_force(self, on: date) -> tuple[Instrument, ...]:
        """Instruments that hold on a day, in the order of the file."""
        return tuple(i for i in self.instruments if i.in_force(on))

    def instrument(self, id: str) -> Instrument:
        """One instrument, or :class:`~orepact.errors.UnknownIdError`."""
        for i in self.instruments:
            if i.id == id:
                return i
        known = [i.id for i in self.instruments]
        raise UnknownIdError(f"{self.id} has no instrument '{id}'. {nearest(id, known)}")

    def default_date(self) -> date:
        """First day on which every dated instrument is in force and every party a member.

        Suspended and ended instruments are left out. Raises
        :class:`~orepact.errors.DateError` where no such day exists.
        """
        live = [i for i in self.instruments if i.status not in ("suspended", "ended")]
        codes = {p.code for p in self.parties}
        spans = [s for i in live for s in i.spans] + [p.interval for p in self.parties]
        days = sorted({s.start for s in spans if s.start is not None})
        for on in days:
            if all(i.in_force(on) for i in live) and codes == set(self.members(on)):
                return on
        last = days[-1]
        idle = [i.id for i in live if not i.in_force(last)]
        idle += sorted(codes - set(self.members(last)))
        raise DateError(
            f"No day has everything in force: on {last}, when the last begins, {', '.join(idle)} "
            "does not hold. State a date."
        )

    def with_instrument(self, instrument: Instrument | Mapping[str, Any]) -> Pact:
        """A new pact with one more instrument, given as such or as its keys and values."""
        if not isinstance(instrument, Instrument):
            instrument = _instrument(instrument)
        return self._with(instruments=(*self.instruments, instrument))

    def without(self, *ids: str) -> Pact:
        """A new pact without these instruments, calendar entries or parties."""
        known = [*(i.id for i in self.instruments), *(e.id for e in self.calendar)]
        known += [p.code for p in self.parties]
        for id in ids:
            if id not in known:
                raise UnknownIdError(f"{self.id} has no '{id}' to leave out. {nearest(id, known)}")
        return self._with(
            instruments=tuple(i for i in self.instruments if i.id not in ids),
            calendar=tuple(e for e in self.calendar if e.id not in ids),
            parties=tuple(p for p in self.parties if p.code not in ids),
            lists={k: v for k, v in self.lists.items() if k not in ids},
            agreed=tuple(a for a in self.agreed if a not in ids),
        )

    def with_member(self, code: str, from_: date, until: date | None = None) -> Pact:
        """A new pact with one more party from a day on."""
        return self._with(parties=(*self.parties, Party(code=code, from_=from_, until=until)))

    def with_source(self, id: str, source: Source | Mapping[str, Any]) -> Pact:
        """A new pact with one more source."""
        held = source if isinstance(source, Source) else Source.model_validate(source)
        return self._with(sources=self._sources(id, held))

    def _sources(self, id: str, source: Source) -> dict[str, Source]:
        """Sources with one more; an id that another has is refused."""
        if id in self.sources and self.sources[id] != source:
            mend = "Give the new one another id."
            raise PactError([Problem(f"sources.{id}", "This id is taken.", mend)])
        return {**self.sources, id: source}

    def with_sourced(
        self,
        id: str,
        source: Source,
        instruments: Iterable[Mapping[str, Any]],
        without: Iterable[str] = (),
    ) -> Pact:
        """A new pact with instruments that rest on one source, in place of some of its own."""
        gone = set(without)
        kept = (i for i in self.instruments if i.id not in gone)
        return self._with(
            sources=self._sources(id, source),
            agreed=tuple(a for a in self.agreed if a not in gone),
            instruments=(*kept, *(_instrument({**raw, "source": id}) for raw in instruments)),
        )

    def _with(self, **changed: object) -> Pact:
        held = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**held, **changed})


def _instrument(raw: Mapping[str, Any]) -> Instrument:
    kind = str(raw.get("kind"))
    if kind not in KINDS:
        raise UnknownIdError(f"Unknown kind '{kind}'. {nearest(kind, KINDS)}")
    try:
        return KINDS[kind].model_validate(raw)
    except ValidationError as error:
        label = str(raw.get("id", kind))
        raise PactError(
            Problem(dotted((label, *f.path)), f.what, f.mend) for f in explained(error)
        ) from None


def dotted(path: Path) -> str:
    """Write a path as ``instruments[3].source``."""
    parts: Iterable[str] = (f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return "".join(parts).lstrip(".")
