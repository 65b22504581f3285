"""What one mineral of a run answers, in the reader's language: what a page leads with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from orepact.catalogue import mineral as find
from orepact.pact import Instrument
from orepact.pact.trade import PriceFloor
from orepact.report import drawing, flows, numbers, vega, view, words
from orepact.report.blocks import Cell, Line
from orepact.report.language import Language, later
from orepact.report.vega import Bar, Price, Spec
from orepact.report.view import Shown
from orepact.study.metrics import WORLD
from orepact.study.simulate import Figure, MineralRun, Run

SPACE = numbers.SPACE


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure to lead with: what it is, of whom, its text and range."""

    label: str
    of: str
    text: str
    spread: str
    role: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name, grade, floor, both flow panels as SVG, what is not drawn, the table."""

    id: str
    name: str
    grade: str
    floor: str
    before: str
    after: str
    unseen: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What an instrument came to."""

    name: str
    state: str
    binding: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in words, figures and pictures. ``lead`` is the stage that the headline is about;
    ``columns`` head the tables of the stages.
    """

    mineral: str
    unit: str
    headline: str
    lead: str
    ranges: bool
    tiles: tuple[Tile, ...]
    columns: tuple[str, ...]
    stages: tuple[Stage, ...]
    prices: Spec
    welfare: Spec
    states: tuple[State, ...]
    notes: tuple[str, ...]


COLUMNS = (
    later("Buyers' price, change"),
    later("Output, a year"),
    later("Output, change"),
    later("Imports from non-members, change a year"),
    later("Floor revenue, USD million a year"),
)


def answer(run: Run, lang: Language) -> Answer:
    """The answer of a run of one mineral."""
    (mr,) = run.minerals.values()
    id = mr.chain.mineral
    return Answer(
        mineral=lang.mineral(id),
        unit=find(id).unit,
        headline=_headline(run, mr, lang),
        lead=lead(run, mr)[0],
        ranges=run.draws > 0,
        tiles=tuple(_tiles(run, mr, lang)),
        columns=tuple(lang.say(c) for c in COLUMNS),
        stages=tuple(_stage(run, mr, s, lang) for s in mr.chain.stages),
        prices=price_chart(run, mr, lang),
        welfare=welfare_chart(run, mr, lang),
        states=tuple(_states(run, mr, lang)),
        notes=tuple(lang.note(w) for w in view.flags(run, mr)),
    )


def lead(run: Run, mr: MineralRun) -> tuple[str, str]:
    """Stage and member with which the story begins: the largest move of a buyers' price."""
    found = []
    for stage in mr.chain.stages:
        for m in run.members:
            moved = view.relative(view.figure(mr, stage, m, "buyers' price"))
            if moved is not None:
                found.append((abs(moved.mid), stage, m))
    if not found:
        return mr.chain.stages[-1], run.members[0]
    return max(found)[1:]


def _headline(run: Run, mr: MineralRun, lang: Language) -> str:
    stage, member = lead(run, mr)
    moved = view.relative(view.figure(mr, stage, member, "buyers' price"))
    id = mr.chain.mineral
    what = f"{_inside(lang.mineral(id))} ({_inside(lang.stage(id, stage))})"
    where = lang.place(member)
    if moved is None:
        return lang.say("{place} buys no {what}: nothing to pay more for.", place=where, what=what)
    size = lang.percent(abs(moved.mid)).lstrip("+")
    if size == "0":
        return lang.say("Nothing moves yet: buyers of {what} pay as before.", what=what)
    if moved.mid > 0:
        return lang.say("{place}: buyers of {what} pay {size} % more.",
                        place=where, what=what, size=size)  # fmt: skip
    return lang.say("{place}: buyers of {what} pay {size} % less.",
                    place=where, what=what, size=size)  # fmt: skip


def _inside(name: str) -> str:
    """A name inside a sentence; abbreviations keep their capitals."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _tiles(run: Run, mr: MineralRun, lang: Language) -> Iterator[Tile]:
    stage, member = lead(run, mr)
    at = lang.stage(mr.chain.mineral, stage)

    def percent(x: float) -> str:
        return f"{lang.percent(x)}{SPACE}%"

    buys = view.relative(view.figure(mr, stage, member, "buyers' price"))
    yield _tile(
        lang.say("Buyers' price"), f"{at}, {lang.place(member)}", buys, percent, lang, "member"
    )
    maker = max(run.members, key=lambda m: abs(_moved(view.figure(mr, stage, m, "output"))))
    made = view.change(view.figure(mr, stage, maker, "output"))
    yield _tile(
        lang.say("Output"), f"{at}, {lang.place(maker)}", made, lang.signed_tonnes, lang, "member"
    )
    money_of = [(m, view.change(view.figure(mr, "", m, "welfare"))) for m in run.members]
    who, most = max(money_of, key=lambda p: abs(p[1].mid) if p[1] else 0.0)
    yield _tile(
        lang.say("Welfare, USD million a year"),
        lang.place(who),
        most,
        lang.millions,
        lang,
        "member",
    )
    if "CHN" not in run.members:
        china = view.change(view.figure(mr, "", "CHN", "welfare"))
        yield _tile(
            lang.say("Welfare, USD million a year"),
            lang.place("CHN"),
            china,
            lang.millions,
            lang,
            "china",
        )


def _moved(f: Figure) -> float:
    shown = view.change(f)
    return shown.mid if shown else 0.0


def _tile(
    label: str, of: str, x: Shown | None, write: Callable[[float], str], lang: Language, role: str
) -> Tile:
    if x is None:
        return Tile(label, of, lang.say("none"), "", role)
    return Tile(label, of, write(x.mid), _spread(x, write, lang), role)


def _spread(x: Shown, write: Callable[[float], str], lang: Language) -> str:
    if x.low is None or x.high is None:
        return ""
    return lang.between(x.low, x.high, write)


def _stage(run: Run, mr: MineralRun, stage: str, lang: Language) -> Stage:
    name = lang.stage(mr.chain.mineral, stage)
    before, after = flows.panels(mr, stage, run.members, lang)
    pictures = [
        drawing.panel_svg(p, flows.describe(p, name, run.year, lang), lang) for p in (before, after)
    ]
    floor = next((f for f in view.floors(run, mr) if f.stage == stage), None)
    return Stage(
        stage, name, lang.grade(mr.chain.grade[stage]),
        f"{floor.written} {_content(run, floor.id)}" if floor else "",
        pictures[0], pictures[1], flows.unseen(before, after, lang),
        tuple(_line(mr, stage, r, run, lang) for r in (*run.regions, WORLD)),
    )  # fmt: skip


def _content(run: Run, id: str) -> str:
    content = getattr(run.pact.instrument(id), "basis", None)
    return content.content if content else ""


def _line(mr: MineralRun, stage: str, region: str, run: Run, lang: Language) -> Line:
    def get(variable: str) -> Figure:
        return view.figure(mr, stage, region, variable)

    def percent(x: float) -> str:
        return f"{lang.percent(x)}{SPACE}%"

    price, made = view.relative(get("buyers' price")), get("output")
    level, grown = view.after(made), view.relative(made)
    none = Cell(lang.say("none"), muted=True)
    makes = made.base > 0 or (level is not None and level.mid > 0)
    return Line(
        lang.place(region),
        (
            _cell(price, percent, lang) if price else Cell(lang.say("no purchases"), muted=True),
            _cell(level, lang.tonnes, lang) if makes and level else none,
            _cell(grown, percent, lang) if grown else none,
            _cell(view.change(get("imports from non-members")), lang.signed_tonnes, lang),
            _cell(view.after(get("floor levy")), lambda x: lang.number(x / 1e6), lang),
        ),
        role=words.role(region, run.members),
    )  # fmt: skip


def _cell(x: Shown | None, write: Callable[[float], str], lang: Language) -> Cell:
    if x is None:
        return Cell(lang.say("none"), muted=True)
    return Cell(write(x.mid), _spread(x, write, lang))


def price_chart(run: Run, mr: MineralRun, lang: Language, theme: str = "light") -> Spec:
    """What buyers of the members pay at each stage, before and after, beside the floor."""
    held = {f.stage: f.usd_per_t for f in view.floors(run, mr)}
    rows = []
    for stage in mr.chain.stages:
        weak = mr.chain.grade[stage] != "balanced"
        for m in run.members:
            f = view.figure(mr, stage, m, "buyers' price")
            moved = view.relative(f)
            if moved is None:
                continue
            after, low, high = (None if x is None else f.base * (1 + x) for x in moved)
            label = f"{lang.stage(mr.chain.mineral, stage)}, {lang.place(m)}"
            role = words.role(m, run.members)
            rows.append(Price(label, f.base, after or 0.0, low, high, held.get(stage), weak, role))
    return vega.prices(rows, lang, theme, year=run.year)


def welfare_chart(run: Run, mr: MineralRun, lang: Language, theme: str = "light") -> Spec:
    """What each region gains or loses, USD million a year."""
    weak = any(g != "balanced" for g in mr.chain.grade.values())
    rows = []
    for region in run.regions:
        x = view.change(view.figure(mr, "", region, "welfare"))
        if x is None:
            rows.append(Bar(lang.place(region), None, text=lang.say("none")))
            continue
        x = x.scaled(1e-6)
        spread = _spread(x, lang.signed, lang)
        text = f"{lang.signed(x.mid)} ({spread})" if spread else lang.signed(x.mid)
        role = words.role(region, run.members)
        rows.append(Bar(lang.place(region), x.mid, x.low, x.high, weak, role, text))
    return vega.welfare(rows, lang, theme)


def _called(i: Instrument, mineral: str, lang: Language) -> str:
    """A floor by its stage, any other instrument by its title or kind."""
    if isinstance(i, PriceFloor) and not i.title:
        return f"{lang.kind(i.kind)}, {lang.stage_word(mineral, i.stage)}"
    return lang.instrument(i)


def _states(run: Run, mr: MineralRun, lang: Language) -> Iterator[State]:
    for e in mr.effects:
        if e.state in ("not in force", "recorded, not simulated"):
            continue
        i = run.pact.instrument(e.id)
        detail = ""
        if e.distance is not None:
            detail = f"{lang.number(e.distance)} {lang.say(e.unit)}"
        yield State(
            _called(i, mr.chain.mineral, lang), lang.say(e.state), e.state == "binding", detail
        )
