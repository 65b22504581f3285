"""The page of a screen: minerals in order as a picture, the figures behind it, the lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orepact.catalogue import screened_minerals
from orepact.report import findings, numbers, page, ranges, words
from orepact.report.profile import environment, style, subject
from orepact.report.ranges import Item, Ranges
from orepact.report.supply import stage_title
from orepact.study.ranking import WEIGHTS
from orepact.study.screened import Metric, Screen, ScreenRow, Span
from orepact.world import Screening, World
from orepact.world.register import register

SHOWN = 35
"""Minerals in the picture."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table: text, its shade 0 to 5 (``None``: not known), basis, why."""

    text: str
    shade: int | None
    basis: str
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """One mineral of the table at its most vulnerable stage."""

    id: str
    name: str
    stage: str
    link: str
    cells: tuple[Cell, ...]
    lists: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: heading, what to take, how to write it, how bad it is (0 to 1)."""

    head: str
    take: Callable[[ScreenRow], Metric]
    write: Callable[[float], str]
    bad: Callable[[float], float]


def _percent(x: float) -> str:
    return f"{100 * x:.0f}"


RELIANCE = "Net import reliance, %"
ELSEWHERE = "exports at this stage; the survey’s figure is of the product named"

COLUMNS = (
    Column(
        "Expected loss, USD million", lambda r: r.expected_loss,
        lambda x: numbers.number(x / 1e6), lambda x: math.log10(max(x, 1e6) / 1e6) / 4,
    ),
    Column("Composite, 0 to 1", lambda r: r.score, lambda x: f"{x:.2f}", lambda x: x),
    Column(
        RELIANCE, lambda r: r.import_reliance,
        lambda x: _percent(x) if x > 0 else "exports", lambda x: x,
    ),
    Column("Largest maker, %", lambda r: r.top_share, _percent, lambda x: x),
    Column("HHI", lambda r: r.world_hhi, lambda x: f"{x:,.0f}", lambda x: x / 1e4),
    Column("Governance- weighted", lambda r: r.governed_hhi, lambda x: f"{x:.1f}", lambda x: x / 6),
    Column("Largest source, %", lambda r: r.top_source_share, _percent, lambda x: x),
    Column(
        "Spare elsewhere, times", lambda r: r.spare_elsewhere,
        lambda x: numbers.number(x, 2) if x < 10 else "over 10", lambda x: 1 - min(x, 1),
    ),
    Column("Recycled, %", lambda r: r.recycling, _percent, lambda x: 1 - x),
    Column("Replaceable, %", lambda r: r.substitution, _percent, lambda x: 1 - x),
    Column("EU supply risk", lambda r: r.eu_supply_risk, lambda x: f"{x:.1f}", lambda x: x / 5),
)  # fmt: skip


def index(screen: Screen, world: World, held: Screening, links: Mapping[str, str]) -> str:
    """The page of a screen; ``links`` are the addresses of profiles by mineral."""
    from markupsafe import Markup

    rows, apart, unknown = screen.ranking()
    who = words.the(screen.party)
    names = list(held.lists["list"].unique(maintain_order=True))
    money = any(r.expected_loss.known for r in rows)
    columns = COLUMNS if money else COLUMNS[1:]
    lines = [_line(r, columns, world, links, names) for r in rows]
    cited = {i for t in (held.us, held.eu, held.supply, held.origins, held.uses, held.governance,
                         held.lists) for i in t["source"].unique()}  # fmt: skip
    return environment().get_template("screen.html.j2").render(
        style=Markup(style()),
        who=who,
        year=screen.year,
        draws=screen.draws,
        seed=screen.seed,
        title=_title(screen, rows),
        story=_story(screen, rows, world),
        chart=_chart(screen, rows[:SHOWN], world, links),
        shown=min(SHOWN, len(rows)),
        ranked=len(rows),
        money=money,
        heads=[c.head for c in columns],
        lines=lines,
        groups=[
            (head, told, [(_name(r), links.get(r.mineral, "")) for r in found])
            for head, told, found in (
                ("Seen from the world only", _apart(screen.party), apart),
                ("Too little known to rank", "no source gives their output by country.", unknown),
            )
            if found
        ],
        together=_together(rows),
        weights=[(k, f"{100 * w:.0f} %") for k, w in WEIGHTS.items()],
        lists=_lists(held),
        disagree=_disagree(rows, held),
        notes=screen.notes,
        registered=[s for id, s in register().items() if id in cited],
        versions=page.versions(),
    )  # fmt: skip


def _name(r: ScreenRow) -> str:
    return screened_minerals()[r.mineral].name


def _apart(party: str) -> str:
    """Why minerals are not ranked for the party: most concentrated in the world first."""
    who = words.the(party)
    return (
        f"how far {who} relies on imports is not known, or it uses none: no score; the most "
        "concentrated in the world first."
    )


def _together(rows: Sequence[ScreenRow]) -> str:
    """Which minerals share one chain, and so one set of figures."""
    shared: dict[str, list[str]] = {}
    for r in rows:
        if chain := screened_minerals()[r.mineral].chain:
            shared.setdefault(chain, []).append(_name(r))
    pairs = [numbers.listed(sorted(names)) for names in shared.values() if len(names) > 1]
    return f"Counted in one chain, so with one set of figures: {'; '.join(pairs)}." if pairs else ""


def _stage(r: ScreenRow, world: World) -> str:
    chain = world.chains.get(screened_minerals()[r.mineral].chain)
    return "" if r.stage == "unknown" else stage_title(r.mineral, r.stage, chain).lower()


def _title(screen: Screen, rows: Sequence[ScreenRow]) -> str:
    who = words.the(screen.party)
    if not rows:
        return f"No mineral can be ranked for {who}"
    alone = {screened_minerals()[r.mineral].chain or r.mineral: r for r in reversed(rows)}
    first = sorted(alone.values(), key=lambda r: r.place)[:3]  # of one chain, one mineral
    names = numbers.listed([_name(r).lower() for r in first])
    if rows[0].expected_loss.known:
        return f"{findings.capital(who)} stands to lose most if others stop exporting {names}"
    return f"{findings.capital(who)} is most vulnerable in {names}"


def _story(screen: Screen, rows: Sequence[ScreenRow], world: World) -> list[str]:
    out = []
    first = rows[0] if rows else None
    if first is not None and (x := first.worst) is not None and x.expected_mean is not None:
        total = first.expected_loss.value or 0.0
        of = findings.product(subject(screen, world, first.mineral), x.stage)
        part = findings.money(x.expected_mean)
        by = words.the(x.supplier)
        whose = f"its suppliers, {part} of it by {by}" if part != findings.money(total) else by
        out.append(
            f"The largest expected loss, {findings.money(total)} a year: {of} that is stopped by "
            f"{whose}."
        )
    makers: dict[str, int] = {}
    for r in rows:
        if r.top_share.value is not None and r.top_share.value > 0.5:
            makers[r.top_supplier] = makers.get(r.top_supplier, 0) + 1
    if makers:
        top, n = max(makers.items(), key=lambda item: (item[1], item[0]))
        out.append(
            f"{findings.capital(words.the(top))} makes more than half of the world’s output of "
            f"{n} of {len(rows)} ranked minerals at their most vulnerable stage."
        )
    full = sum((r.import_reliance.value or 0.0) >= findings.ALL for r in rows)
    if full:
        out.append(
            f"{findings.capital(words.the(screen.party))} imports all it uses of {full} of them, "
            "at that stage."
        )
    return out


def _chart(
    screen: Screen, rows: Sequence[ScreenRow], world: World, links: Mapping[str, str]
) -> Ranges | None:
    if not rows:
        return None
    if not any(r.expected_loss.known for r in rows):
        items = [_scored(r, world, links, screen.party) for r in rows]
        return ranges.ranges("Composite score, 0 safe to 1 vulnerable", items)
    items = [_lost(r, world, links, screen.party) for r in rows if r.expected_loss.known]
    axis = "Expected loss, USD million a year; each step of the axis is ten times the last"
    return ranges.ranges(axis, items, scale=1e-6, log=True)


def _lost(r: ScreenRow, world: World, links: Mapping[str, str], party: str) -> Item:
    x, mean = r.worst, r.expected_loss.value
    assert x is not None
    assert mean is not None
    e = r.expected_range or Span(mean, mean, mean)
    note = f"{_stage(r, world)}, {words.place(x.supplier)}"
    return Item(
        _name(r), words.role(x.supplier, (party,)), Span(e.low, mean, e.high),
        numbers.number(mean / 1e6),
        numbers.between(e.low / 1e6, e.high / 1e6, numbers.number), note, x.basis == "assumed",
        links.get(r.mineral, ""),
    )  # fmt: skip


def _scored(r: ScreenRow, world: World, links: Mapping[str, str], party: str) -> Item:
    value = r.score.value or 0.0
    note = ", ".join(x for x in (_stage(r, world), words.place(r.top_supplier)) if x)
    return Item(
        _name(r), words.role(r.top_supplier, (party,)),
        Span(value, value, value), f"{value:.2f}", "", note, False, links.get(r.mineral, ""),
    )  # fmt: skip


def _line(
    r: ScreenRow,
    columns: Sequence[Column],
    world: World,
    links: Mapping[str, str],
    names: Sequence[str],
) -> Line:
    cells = []
    for c in columns:
        m = c.take(r)
        if m.value is None:
            cells.append(Cell("–", None, "", words.spelt(m.why)))
            continue
        shade = min(5, max(0, int(6 * min(max(c.bad(m.value), 0.0), 1.0))))
        text = m.shown.removesuffix(f"{numbers.SPACE}%") or c.write(m.value)
        why = words.spelt(m.why)
        if c.head == RELIANCE and (elsewhere := _elsewhere(r)):
            text, why = f"{text}; {elsewhere}", f"{why + '; ' if why else ''}{ELSEWHERE}"
        cells.append(Cell(text, shade, m.basis or "", why))
    return Line(
        r.mineral, _name(r), _stage(r, world),
        links.get(r.mineral, ""), tuple(cells),
        ", ".join(name.rsplit(" ", 1)[0] for name in names if name in r.lists),
    )  # fmt: skip


def _elsewhere(r: ScreenRow) -> str:
    """The survey's reliance and its product, where the party exports at the row's own stage."""
    m, own = r.published_reliance, r.import_reliance.value
    if own is None or own > 0 or not (m.shown or (m.value or 0) > 0):
        return ""
    return f"{m.why.partition(':')[0]} {m.shown or _percent(m.value or 0)}".replace(
        f"{numbers.SPACE}%", ""
    )


def _lists(held: Screening) -> list[tuple[str, list[str]]]:
    """What stands on all lists, and on one only."""
    parts = held.lists.group_by("list", maintain_order=True)
    by = {str(name[0]): set(part["mineral"]) for name, part in parts}
    names = {id: m.name for id, m in screened_minerals().items()}
    both = set.intersection(*by.values()) if by else set()
    out = [(f"On both lists, {numbers.listed(sorted(by))}", sorted(names[m] for m in both))]
    for name, held_ in sorted(by.items()):
        others = set().union(*(v for k, v in by.items() if k != name))
        out.append((f"Only on {name}", sorted(names[m] for m in held_ - others)))
    return [(head, found) for head, found in out if found]


def _disagree(rows: Sequence[ScreenRow], held: Screening) -> list[str]:
    """Where our order and the lists part: high with us and on one list only, low and on both."""
    quarter = len(rows) // 4
    if not quarter:
        return []
    names = {id: m.name for id, m in screened_minerals().items()}
    count = len(set(held.lists["list"]))
    high = [names[r.mineral] for r in rows[:quarter] if len(r.lists) < count]
    low = [names[r.mineral] for r in rows[-quarter:] if len(r.lists) == count]
    out = []
    if high:
        out.append(f"In the first quarter of this order, but not on both: {numbers.listed(high)}.")
    if low:
        out.append(f"On both lists, but in the last quarter of this order: {numbers.listed(low)}.")
    return out
