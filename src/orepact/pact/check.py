"""What a coherent pact may still get wrong: one function per check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

from orepact.catalogue import minerals
from orepact.dates import Interval
from orepact.errors import DateError
from orepact.pact.agreement import Pact
from orepact.pact.instrument import Instrument
from orepact.pact.kinds import left_out, simulated
from orepact.pact.support import Incentive
from orepact.pact.trade import PriceFloor
from orepact.said import Code, Exact, KindName, Listed, MineralName, StageName, later, said


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: an ``error`` defeats the pact's aim, a ``warning`` may, a ``note`` informs."""

    level: Literal["error", "warning", "note"]
    id: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.level}: {self.id}: {self.what} {self.mend}".rstrip()


def check(pact: Pact) -> list[Finding]:
    """Run every check; errors first, then warnings, then notes, each in the order of the file."""
    found = [finding for one in CHECKS for finding in one(pact)]
    return sorted(found, key=lambda f: ("error", "warning", "note").index(f.level))


def stages_ascend(pact: Pact) -> Iterator[Finding]:
    """A floor is not below the floor on its own input: ``F[k+1] >= F[k]`` per contained tonne.

    Necessary, not sufficient: a tonne needs at least a tonne of its input, and work. With
    recoveries and costs the condition is ``F[k+1] >= a F[k] + cost (1 + margin)``.
    """
    for lower, upper in _edges(pact):
        for on in _days(lower, upper):
            below, above = lower.floor_at(on), upper.floor_at(on)
            if below is not None and above is not None and above < below:
                what = said(
                    "From {day} the floor on {mineral} {stage} ({above} USD/t) is below that on "
                    "{input} ({below} USD/t).",
                    day=on, **_of(upper), above=Exact(above), below=Exact(below),
                    input=StageName(lower.mineral, lower.stage),
                )  # fmt: skip
                mend = said(
                    "Processing loses on every tonne: raise it to {below} USD/t or more.",
                    below=Exact(below),
                )
                yield Finding("error", upper.id, what, mend)
                break


def _of(f: PriceFloor) -> dict[str, object]:
    return {"mineral": MineralName(f.mineral), "stage": StageName(f.mineral, f.stage)}


def _codes(codes: Sequence[str]) -> Listed:
    return Listed(tuple(Code(c) for c in codes))


def _edges(pact: Pact) -> Iterator[tuple[PriceFloor, PriceFloor]]:
    floors = [i for i in pact.instruments if isinstance(i, PriceFloor)]
    for upper in floors:
        feeds = minerals()[upper.mineral].stage(upper.stage).inputs
        for lower in floors:
            if lower.mineral == upper.mineral and lower.stage in feeds:
                yield lower, upper


def _days(a: PriceFloor, b: PriceFloor) -> list[date]:
    """Days on which the pair of floors may change while both are in force."""
    starts = {s.start for x in (a, b) for s, _ in x.floor.steps if s.start}
    starts |= {x.interval.start for x in (a, b) if x.interval.start}
    return sorted(d for d in starts if a.in_force(d) and b.in_force(d))


def next_stage_is_covered(pact: Pact) -> Iterator[Finding]:
    """A floor at one stage moves imports to the next stage, unless that has one too."""
    floors = [i for i in pact.instruments if isinstance(i, PriceFloor)]
    covered = {(f.mineral, f.stage) for f in floors}
    for f in floors:
        for stage in minerals()[f.mineral].stages:
            if f.stage in stage.inputs and (f.mineral, stage.id) not in covered:
                what = said(
                    "{mineral} {stage} is made from {input} and has no floor.",
                    mineral=MineralName(f.mineral), stage=StageName(f.mineral, stage.id),
                    input=StageName(f.mineral, f.stage),
                )  # fmt: skip
                mend = said("Imports can move to that stage: consider a floor on it.")
                yield Finding("warning", f.id, what, mend)


def members_all_take_part(pact: Pact) -> Iterator[Finding]:
    """A member without the floor can ship its own output to the floor market and backfill."""
    everyone = tuple(dict.fromkeys(p.code for p in pact.parties))
    for f in pact.instruments:
        if isinstance(f, PriceFloor) and not isinstance(f.in_, str):
            outside = [c for c in everyone if c not in f.in_]
            if outside and f.applies_to == "non_members":
                what = said(
                    "{who} has no floor on {mineral} {stage}.", who=_codes(outside), **_of(f)
                )
                mend = said("It can sell its output to the others and use non-members' material.")
                yield Finding("warning", f.id, what, mend)


def nobody_is_paid_twice(pact: Pact) -> Iterator[Finding]:
    """A floor and a contract for difference on the same goods support the same tonnes."""
    for a, b in combinations(pact.instruments, 2):
        pair = {type(a): a, type(b): b}
        contract, floor = pair.get(Incentive), pair.get(PriceFloor)
        if not (isinstance(contract, Incentive) and isinstance(floor, PriceFloor)):
            continue
        same = floor.targets()[0] in contract.targets()
        if contract.form == "contract_for_difference" and same and _meet(a, b):
            what = said("It supports the same tonnes as floor '{id}'.", id=floor.id)
            mend = said("Results report the double support; end one where the other begins.")
            yield Finding("warning", contract.id, what, mend)


def _meet(a: Instrument, b: Instrument) -> bool:
    spans: list[Interval] = [a.interval, b.interval]
    return spans[0].overlaps(spans[1])


def agreed_is_no_scenario(pact: Pact) -> Iterator[Finding]:
    """What a published text contains is not a scenario and does not rest on inference."""
    for x in (*pact.instruments, *pact.calendar):
        if x.id not in pact.agreed:
            continue
        if isinstance(x, Instrument) and x.status == "scenario":
            what = said("It is listed as agreed and has status scenario.")
            mend = said("Correct the status, or take it out of 'agreed'.")
            yield Finding("error", x.id, what, mend)
        if pact.sources[x.source].confidence == "inferred":
            what = said("It is listed as agreed and its source '{id}' is inferred.", id=x.source)
            mend = said("Cite the text, or take it out of 'agreed'.")
            yield Finding("error", x.id, what, mend)


def lists_are_cited(pact: Pact) -> Iterator[Finding]:
    """A party's list has a standing and a source."""
    for code, x in pact.lists.items():
        lacks = tuple(n for n in ("status", "source") if getattr(x, n) is None)
        if lacks:
            what = said(_UNCITED[lacks], place=_codes([code]))
            yield Finding("warning", code, what, said("State whose it is."))


_UNCITED = {
    ("status",): later("The list of {place} has no status."),
    ("source",): later("The list of {place} has no source."),
    ("status", "source"): later("The list of {place} has no status and no source."),
}


def regimes_are_stated(pact: Pact) -> Iterator[Finding]:
    """A floor says how it meets each customs regime; else an entry ends in a question."""
    for f in pact.instruments:
        if isinstance(f, PriceFloor):
            open_ = [n for n in type(f.regimes).model_fields if getattr(f.regimes, n) is None]
            if open_:
                what = said("Regimes not stated: {names}.", names=", ".join(open_))
                mend = said(
                    "Entries under them end in a question: state covered, suspended or refunded."
                )
                yield Finding("note", f.id, what, mend)


def baskets_are_named(pact: Pact) -> Iterator[Finding]:
    """A six-digit code that holds several minerals cannot tell them apart at the border."""
    holders: dict[str, set[str]] = {}
    for m in minerals().values():
        for s in m.stages:
            for code in s.hs6:
                holders.setdefault(code, set()).add(m.id)
    for f in pact.instruments:
        if isinstance(f, PriceFloor) and not f.codes:
            for code in minerals()[f.mineral].stage(f.stage).hs6:
                others = sorted(holders[code] - {f.mineral})
                if others:
                    what = said(
                        "Code {code} also holds {minerals}.", code=f"{code[:4]}.{code[4:]}",
                        minerals=Listed(tuple(MineralName(m) for m in others)),
                    )  # fmt: skip
                    yield Finding("note", f.id, what, said("State national codes that split it."))


def top_ups_are_shown_at_both_ends(pact: Pact) -> Iterator[Finding]:
    """Under a top-up exporters may raise their invoices and keep the wedge themselves."""
    for f in pact.instruments:
        if isinstance(f, PriceFloor) and f.mode == "entry_top_up":
            what = said(
                "It assumes that exporters capture {share} of the wedge.", share=f.invoice_response
            )
            yield Finding("warning", f.id, what, said("Compare with 0 % and with 100 %."))


def all_can_hold_at_once(pact: Pact) -> Iterator[Finding]:
    """There is a day on which everything is in force."""
    try:
        pact.default_date()
    except DateError as error:
        yield Finding("warning", pact.id, str(error), "")


def spanish_is_complete(pact: Pact) -> Iterator[Finding]:
    """Titles and calendar entries exist in both languages."""
    texts = [(pact.id, pact.title), *((e.id, e.what) for e in pact.calendar)]
    texts += [(i.id, i.title) for i in pact.instruments if i.title]
    for id, text in texts:
        if not text.es:
            what = said("'{text}' has no Spanish text.", text=text.en)
            yield Finding("note", id, what, said("Add 'es'."))


def recorded_only(pact: Pact) -> Iterator[Finding]:
    """Kinds and modes that the market engine does not act on yet."""
    for x in pact.instruments:
        if not simulated(x):
            what = said("{kind} is recorded, not simulated.", kind=KindName(x.kind))
            yield Finding("note", x.id, what, "")


def simulated_in_part(pact: Pact) -> Iterator[Finding]:
    """Parts of simulated instruments that only the border applies, one remark per part."""
    for part, template in _IN_PART.items():
        ids = [x.id for x in pact.instruments if part in left_out(x)]
        if ids:
            yield Finding("note", pact.id, said(template, ids=", ".join(ids)), "")


_IN_PART = {
    "codes": later("Simulated as if without their codes: {ids}."),
    "exclusions": later("Simulated as if without their exclusions: {ids}."),
    "free zones": later("Simulated as if without their free zones: {ids}."),
}


CHECKS: tuple[Callable[[Pact], Iterator[Finding]], ...] = (
    stages_ascend,
    next_stage_is_covered,
    members_all_take_part,
    nobody_is_paid_twice,
    agreed_is_no_scenario,
    lists_are_cited,
    top_ups_are_shown_at_both_ends,
    all_can_hold_at_once,
    regimes_are_stated,
    baskets_are_named,
    spanish_is_complete,
    recorded_only,
    simulated_in_part,
)
"""All checks, in the order in which they report."""
