"""What a brief rests on: drivers, assumptions, grades, warnings, limits, how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from orepact import __version__
from orepact.market.instruments import is_simulated
from orepact.report import brief_choice as choice
from orepact.report import view, words
from orepact.report.blocks import Cell, Line, Table
from orepact.report.brief_blocks import Block, Part, Pen, Point
from orepact.report.language import Language, later
from orepact.study.draws import STRUCTURE
from orepact.study.simulate import MineralRun, Run
from orepact.study.warnings import warnings
from orepact.world.register import ASSUMPTION, register

WEAK = 0.3
"""Rank correlations below this are not told."""
DRIVERS = 6
"""Sentences on drivers at most."""
WARNED = 8
"""Warnings told in full at most."""

KINDS = {
    **words.KINDS,
    "screening": later("Investment screening"),
    "mapping": later("Geological mapping"),
    "response": later("Response to disruptions"),
    "research": later("Research"),
    "project": later("Projects"),
}

LIMITS = (
    later(
        "It compares two states of {year}: the world as it was and the same world with the pact in "
        "force. It is no forecast, and no path from one to the other."
    ),
    later("It builds no new mine or plant: output grows only within what stands."),
    later(
        "It does not simulate investment screening, research, stock days, regulatory cooperation "
        "or anything else that moves no price of its own."
    ),
    later("It foresees no answer of other governments beyond what the pact file holds."),
    later("It knows stages and yearly tonnes, not single contracts, firms or customs entries."),
)


def drives(run: Run, lang: Language) -> Part:
    """What moves the results most, in words."""
    title = lang.say("What drives the result")
    if not run.draws:
        none = lang.say("No draws were made, so nothing can be said on what drives the result.")
        return Part(title, (Point("", none),))
    found = list(_drivers(run, lang))
    if not found:
        return Part(title, (Point("", lang.say("No single parameter stands out.")),))
    how = lang.say(
        "In brackets the rank correlation with the result: near 1 or −1, the parameter decides it "
        "almost alone."
    )
    return Part(title, (Point("", how), *found[:DRIVERS]))


def _drivers(run: Run, lang: Language) -> Iterator[Point]:
    for mr in choice.detailed(run):
        stage = choice.busiest(run, mr)
        for at, variable, text in (
            ("", "welfare", later("welfare {place:in}")),
            (stage, "buyers' price", later("price {place:in}")),
        ):
            for m in run.members:
                told = [
                    _driver(mr, key, rho, lang)
                    for key, rho in view.figure(mr, at, m, variable).drivers[:2]
                    if abs(rho) >= WEAK
                ]
                if told:
                    what = lang.say(text, place=lang.named(m))
                    head = f"{Pen(lang).label(mr.chain.mineral, at or stage)}, {what}"
                    if not at:
                        head = f"{lang.mineral(mr.chain.mineral)}, {what}"
                    yield Point(head, ". ".join(told) + ".")


def _driver(mr: MineralRun, key: tuple[str, str], rho: float, lang: Language) -> str:
    name = lang.parameter(mr.chain.mineral, *key)
    size = lang.signed(rho)
    name = name[:1].upper() + name[1:]
    if key == STRUCTURE:
        return f"{name} ({size})"
    if rho > 0:
        return lang.say("{name}: the higher, the larger the change ({size})", name=name, size=size)
    return lang.say("{name}: the higher, the smaller the change ({size})", name=name, size=size)


def assumed(run: Run, lang: Language) -> Part:
    """Assumed parameters with ranges, grades of data, warnings."""
    held = choice.detailed(run) or list(run.minerals.values())[: choice.DETAIL]
    every = [r for mr in run.minerals.values() for r in mr.chain.parameters.values()]
    count = lang.say(
        "The answer rests on {all} parameters of behaviour, of which {assumed} are assumed, each "
        "with a range; {sourced} of them after a published figure.",
        all=len(every), assumed=sum(1 for r in every if r.assumed),
        sourced=sum(1 for r in every if r.assumed and r.source != ASSUMPTION),
    )  # fmt: skip
    blocks: list[Block] = [Point("", count)]
    lines = [line for mr in held for line in _ranges(run, mr, lang)]
    if lines:
        caption = lang.say("The parameters that matter most, with the range drawn from")
        columns = tuple(lang.say(x) for x in (later("low"), later("central"), later("high")))
        columns += (lang.say("known from"),)
        blocks.append(Table(caption, lang.say("Parameter"), columns, tuple(lines), ""))
    blocks += [*_grades(run, lang), *_duties(run, lang), *_warnings(run, lang)]
    return Part(lang.say("What is assumed"), tuple(blocks))


def _ranges(run: Run, mr: MineralRun, lang: Language) -> Iterator[Line]:
    """The parameters that drive the mineral's welfare and prices; without draws, none."""
    stage = choice.busiest(run, mr) if choice.changes(mr) else mr.chain.stages[-1]
    keys = [
        key
        for m in run.members
        for at, variable in (("", "welfare"), (stage, "buyers' price"))
        for key, rho in view.figure(mr, at, m, variable).drivers
        if abs(rho) >= WEAK and key in mr.chain.parameters
    ]
    for at, name in dict.fromkeys(keys):
        r = mr.chain.parameters[at, name]
        publisher = register()[r.source].publisher
        known = publisher if not r.assumed else lang.say("assumed")
        if r.assumed and r.source != ASSUMPTION:
            known = lang.say("assumed, after {publisher}", publisher=publisher)
        three = (Cell(lang.digits(f"{x:,.3g}")) for x in (r.low, r.central, r.high))
        id = mr.chain.mineral
        head = Pen(lang).pair(lang.mineral(id), lang.parameter(id, at, name))
        yield Line(head, (*three, Cell(known)))


def _grades(run: Run, lang: Language) -> Iterator[Point]:
    parts = []
    for grade in words.GRADES:
        ids = [mr.chain.mineral for mr in run.minerals.values() if view.grade(mr) == grade]
        if ids:
            names = lang.listed([Pen(lang).inside(id) for id in ids])
            parts.append(Pen(lang).pair(lang.grade(grade), names))
    yield Point(lang.say("Grade of the data"), "; ".join(parts) + ".")


def _duties(run: Run, lang: Language) -> Iterator[Point]:
    parts = []
    for m in run.members:
        held = [b for mr in run.minerals.values() for b in mr.duty_basis if b.region == m]
        whole = sum(b.imports for b in held)
        if whole > 0:
            share = sum(b.imports * b.assumed for b in held) / whole
            parts.append(f"{lang.place(m)} {lang.share(share)}")
    if parts:
        yield Point(
            lang.say("Duties"),
            lang.say(
                "Assumed, not read from a schedule, on this share of the value of imports: "
                "{shares}.", shares=", ".join(parts),
            ),
        )  # fmt: skip


def _warnings(run: Run, lang: Language) -> Iterator[Point]:
    found = []
    for mr in choice.ordered(run):
        name = lang.mineral(mr.chain.mineral)
        own = warnings(run.pact, run.on, mr.base, mr.policy, mr.opened_share)
        found += [(name, lang.note(w)) for w in own]
        if mr.failed:
            lost = lang.say(
                "{failed} of {draws} draws did not solve; ranges rest on the others.",
                failed=mr.failed, draws=run.draws,
            )  # fmt: skip
            found.append((name, lost))
    for name, text in found[:WARNED]:
        yield Point(lang.say("Warning, {mineral}", mineral=name), text)
    if len(found) > WARNED:
        yield Point(
            "",
            lang.say("{count} more warnings stand in the full report.", count=len(found) - WARNED),
        )


def limits(run: Run, lang: Language, source: str) -> Part:
    """What the brief does not tell, and how to make it again."""
    points = [Point("", lang.say(text, year=run.year)) for text in LIMITS]
    idle = [i for i in run.pact.in_force(run.on) if not is_simulated(i)]
    if idle:
        kinds = [(lang.say(KINDS[k]), sum(1 for i in idle if i.kind == k))
                 for k in dict.fromkeys(i.kind for i in idle)]  # fmt: skip
        told = ", ".join(f"{name} ({n})" for name, n in kinds)
        points.append(Point(lang.say("Recorded, not simulated"), told + "."))
    made = lang.say(
        "orepact {version}, base year {year}, {draws} draws, seed {seed}. The same command gives "
        "the same file, byte for byte:",
        version=__version__, year=run.year, draws=run.draws, seed=run.seed,
    )  # fmt: skip
    points.append(Point(lang.say("How it was made"), made))
    return Part(
        lang.say("What it does not tell"),
        (*points, Point(command(run, lang, source), "", code=True)),
    )


def command(run: Run, lang: Language, source: str) -> str:
    """The command line that makes the brief again."""
    named = {m for i in run.pact.instruments for m, _ in i.targets()}
    words_ = ["orepact", "brief", source, "--on", run.on.isoformat(), "--lang", lang.code]
    if set(run.minerals) != named:
        words_ += ["--minerals", ",".join(run.minerals)]
    words_ += ["--draws", str(run.draws), "--seed", str(run.seed)] if run.draws else ["--central"]
    if run.duties != "base":
        words_ += ["--duties", run.duties]
    if run.year != 2024:
        words_ += ["--year", str(run.year)]
    return " ".join(words_)
