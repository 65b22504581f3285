"""The question that a brief asks and the answer that it gives, in a few sentences with figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orepact.market.instruments import is_simulated
from orepact.pact.trade import PriceFloor
from orepact.report import brief_choice as choice
from orepact.report import view
from orepact.report.brief_blocks import Part, Pen, Point
from orepact.report.language import Language, later
from orepact.report.view import Shown
from orepact.study.metrics import WORLD
from orepact.study.simulate import MineralRun, Run

FEW = 3
"""Up to so many members are told one by one; of more, the two ends and the sum."""
NAMED = 6
"""Up to so many minerals are named in the question."""

LINES = (
    ("final users", later("final users {change}")),
    ("miners and processors", later("miners and processors {change}")),
    ("scrap", later("scrap dealers {change}")),
    ("floor levy", later("floor revenue of the treasury {change}")),
)


def question(run: Run, lang: Language) -> Part:
    """What the pact would do, for whom and when, what is agreed and what is scenario."""
    return Part(lang.say("The question"), tuple(_question(run, lang)))


def _question(run: Run, lang: Language) -> Iterator[Point]:
    pen, held = Pen(lang), choice.floors(run)
    members = lang.listed([lang.the(m) for m in run.members])
    ids = list(dict.fromkeys(mr.chain.mineral for mr, _ in held)) or list(run.minerals)
    what = (
        lang.listed([pen.inside(id) for id in ids])
        if len(ids) <= NAMED
        else lang.say("{count} minerals", count=len(ids))
    )
    text = (
        lang.say(
            "Who pays and who gains if {members} put price floors under {minerals}, "
            "as the pact stands on {date}?",
            date=lang.date(run.on), members=members, minerals=what,
        )
        if held
        else lang.say(
            "Who pays and who gains if {members} apply this pact to {minerals}, "
            "as it stands on {date}?",
            date=lang.date(run.on), members=members, minerals=what,
        )
    )  # fmt: skip
    yield Point("", text)
    if held:
        levied = any(
            isinstance(i, PriceFloor) and i.mode in ("period_levy", "entry_top_up")
            for i in (run.pact.instrument(f.id) for _, f in held)
        )
        how = lang.say("Price floors simulated: {count}.", count=len(held))
        if levied:
            how += " " + lang.say(
                "What comes in below its floor pays the difference at the border; goods of members "
                "are free of it unless the pact says otherwise."
            )
        yield Point(lang.say("Simulated"), how)
    agreed = sum(1 for i in run.pact.instruments if i.id in run.pact.agreed)
    acting = [
        i
        for i in run.pact.in_force(run.on)
        if is_simulated(i) and any(m in run.minerals for m, _ in i.targets())
    ]
    published = sum(1 for i in acting if i.id in run.pact.agreed)
    yield Point(
        lang.say("Agreed"),
        lang.say(
            "The published text holds {agreed} of the {all} points of this file; of the "
            "{acting} instruments simulated here it holds {published}.",
            agreed=agreed, all=len(run.pact.instruments), acting=len(acting), published=published,
        ),
    )  # fmt: skip
    yield Point(
        lang.say("Not agreed"),
        lang.say("Everything else, the levels of the floors among it, is a scenario of this file.")
        if held
        else lang.say("Everything else is a scenario of this file."),
    )


def answer(run: Run, lang: Language) -> Part:
    """Who pays, who gains, what moves, by how much."""
    points = [
        _prices(run, lang), _welfare(run, lang), *_lines(run, lang), *_moves(run, lang),
        _others(run, lang),
    ]  # fmt: skip
    kept = tuple(p for p in points if p is not None)
    if not choice.ordered(run):
        kept = (Point("", lang.say("Nothing changes: no instrument binds on this date.")),)
    return Part(lang.say("The answer"), (Point("", how_to_read(run, lang)), *kept))


def how_to_read(run: Run, lang: Language) -> str:
    """What the figures are: medians with ranges, or central values alone."""
    if run.draws:
        return lang.say(
            "Figures are changes from {year}: the median of {draws} draws of what is uncertain "
            "and, in brackets, the range that holds nine in ten of them (5 to 95 %).",
            year=run.year, draws=run.draws,
        )  # fmt: skip
    return lang.say(
        "Figures are changes from {year} at central values. No draws were made, so there are no "
        "ranges: take no figure as exact.",
        year=run.year,
    )


def sentences(parts: Sequence[str]) -> str:
    """Parts one after the other, each a sentence.

    >>> sentences(["zinc: more", "tin: less"])
    'Zinc: more. Tin: less.'
    """
    return " ".join(f"{p[:1].upper()}{p[1:]}." for p in parts)


def _at(lang: Language, figure: str, member: str) -> str:
    return lang.say("{figure} {place:in}", figure=figure, place=lang.named(member))


def _prices(run: Run, lang: Language) -> Point | None:
    """The stage whose buyers pay most more, and the one where least happens."""
    pen = Pen(lang)
    rows = []
    for mr, stage in choice.floored(run):
        paid = [(m, x) for m in run.members if (x := choice.price(run, mr, stage, m))]
        if paid:
            rows.append((max(x.mid for _, x in paid), mr, stage, paid))
    if not rows:
        return None
    rows.sort(key=lambda r: -r[0])

    def told(paid: Sequence[tuple[str, Shown]]) -> str:
        held = sorted(paid, key=lambda p: -p[1].mid)
        if len(held) > FEW:
            held = [held[0], held[-1]]
        return lang.listed([_at(lang, pen.change(x), m) for m, x in held])

    def what(at: int) -> str:
        return pen.inside(rows[at][1].chain.mineral, rows[at][2])

    if len(rows) == 1:
        text = lang.say("Buyers of {what} pay: {figures}.", what=what(0), figures=told(rows[0][3]))
    else:
        text = lang.say(
            "Of {count} stages, prices rise most for {what}: {figures}; least for {other}: "
            "{others}.",
            count=len(rows), what=what(0), figures=told(rows[0][3]), other=what(-1),
            others=told(rows[-1][3]),
        )  # fmt: skip
    return Point(lang.say("What buyers pay"), text)


def _welfare(run: Run, lang: Language) -> Point:
    """Welfare of the members, together where they are several and one by one where few."""
    pen = Pen(lang)
    each = [(m, choice.summed(run, [m])) for m in run.members]
    parts = []
    if len(each) > 1:
        both = choice.summed(run, run.members)
        parts.append(pen.pair(lang.say("members together"), _net(both, pen)))
    parts += [_of(m, x, pen) for m, x in each]
    return Point(lang.say("Welfare, USD million a year"), sentences(parts))


def _of(code: str, x: Shown, pen: Pen) -> str:
    return pen.pair(pen.lang.place(code), _net(x, pen))


def _net(x: Shown, pen: Pen) -> str:
    """A loss or a gain with its range; where the sign is not settled, the figure as it is."""
    say, write = pen.lang.say, pen.lang.millions
    if x.unsettled or write(x.mid) == "0":
        return pen.ranged(x, write)
    size = Shown(*_size(x))

    def plain(v: float) -> str:
        return write(v).lstrip("+")

    told = pen.ranged(size, plain)
    return say("a gain of {size}", size=told) if x.mid > 0 else say("a loss of {size}", size=told)


def _size(x: Shown) -> tuple[float, float | None, float | None]:
    """A figure without its sign: middle and ends."""
    if x.low is None or x.high is None:
        return abs(x.mid), None, None
    low, high = sorted((abs(x.low), abs(x.high)))
    return abs(x.mid), low, high


def _lines(run: Run, lang: Language) -> Iterator[Point]:
    """Whose money it is, a sentence a member; of many members together."""
    pen = Pen(lang)
    groups: list[tuple[tuple[str, ...], str]] = [((m,), lang.place(m)) for m in run.members]
    if len(groups) > FEW:
        groups = [(run.members, lang.say("members together"))]
    parts = []
    for codes, name in groups:
        held = [
            lang.say(text, change=lang.millions(x.mid))
            for line, text in LINES
            if lang.millions((x := choice.summed(run, codes, line)).mid) != "0"
        ]
        if held:
            parts.append(pen.pair(name, ", ".join(held)))
    if parts:
        yield Point(lang.say("Who pays, who gains, USD million a year"), sentences(parts))


def _moves(run: Run, lang: Language) -> Iterator[Point]:
    """Output and imports of the minerals where most happens."""
    parts = []
    for mr in choice.detailed(run):
        stage = choice.busiest(run, mr)
        told = [
            x
            for x in (
                _largest(run, mr, stage, "output", lang.say("output {figures}"), lang),
                _largest(
                    run, mr, stage, "imports from non-members",
                    lang.say("imports from non-members {figures}"), lang,
                ),
            )
            if x
        ]  # fmt: skip
        if told:
            pen = Pen(lang)
            parts.append(pen.pair(pen.inside(mr.chain.mineral, stage), ", ".join(told)))
    if parts:
        yield Point(lang.say("What moves, contained tonnes a year"), sentences(parts))


def _largest(run: Run, mr: MineralRun, stage: str, variable: str, text: str, lang: Language) -> str:
    """A change in the members where it is largest, as tonnes."""
    held = [
        (m, x)
        for m in run.members
        if (x := view.change(view.figure(mr, stage, m, variable))) and abs(x.mid) >= 0.5
    ]
    held.sort(key=lambda p: -abs(p[1].mid))
    figures = [_at(lang, Pen(lang).ranged(x, lang.signed_tonnes), m) for m, x in held[:1]]
    return text.format(figures=lang.listed(figures)) if figures else ""


def _others(run: Run, lang: Language) -> Point:
    """China and the world."""
    pen, codes = Pen(lang), [c for c in ("CHN", WORLD) if c not in run.members]
    parts = [_of(c, choice.summed(run, [c]), pen) for c in codes]
    text = sentences(parts)
    world = choice.summed(run, [WORLD])
    if (world.high if world.high is not None else world.mid) < 0:
        text += " " + lang.say(
            "The world as a whole loses, because purchases move to dearer sources."
        )
    return Point(lang.say("China and the world, welfare in USD million a year"), text)
