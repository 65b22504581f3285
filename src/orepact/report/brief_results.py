"""What a pact does, in pictures and tables of the brief: prices, welfare, flows, who bears it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from orepact.report import brief_choice as choice
from orepact.report import flows, view, words
from orepact.report.blocks import Cell, Line, Table
from orepact.report.brief_blocks import SPACE, Block, Chart, Flow, Part, Pen, Point
from orepact.report.language import Language, later
from orepact.report.vega import Bar, Price
from orepact.report.view import Shown
from orepact.study.downstream import Cost, downstream
from orepact.study.incidence import Border, borders
from orepact.study.metrics import WORLD
from orepact.study.simulate import MineralRun, Run

ROWS = 10
"""Rows of a chart at most."""
BORDERS = 10
"""Rows of the table of borders at most."""
COLUMNS = 3
"""Up to so many members have a column of prices each; more share one."""

MONEY = (
    ("final users", later("Final users")),
    ("miners and processors", later("Miners and processors")),
    ("scrap", later("Scrap dealers")),
    ("floor levy", later("Floor levy revenue")),
    ("tariffs", later("Tariff revenue")),
)
KEEPERS = {
    "treasury": later("the importer's treasury"),
    "importers": later("holders of import licences"),
    "exporters": later("the exporter's side"),
}


def prices(run: Run, lang: Language) -> Part:
    """What buyers pay at each floored stage, before and after."""
    rows = price_rows(run, lang)
    caption = lang.say(
        "Dot: with the pact; black stroke: the floor; line at 100: {year}. Hollow dot: weak data. "
        "At the right, USD before and after.",
        year=run.year,
    )
    if run.draws:
        caption += " " + lang.say("Bar: 5 to 95 % range.")
    every = [(mr, s, m) for mr, s in choice.floored(run) for m in run.members
             if choice.price(run, mr, s, m)]  # fmt: skip
    if len(rows) < len(every):
        caption += " " + lang.say("Shown are the minerals where welfare changes most.")
    title = lang.say("What buyers pay")
    if not rows:
        none = lang.say("No member buys at a stage that the pact touches.")
        return Part(title, (Point("", none),))
    said = lang.say("Prices that buyers pay, before and with the pact")
    return Part(title, (Chart(said, caption, rows, run.year),))


def price_rows(run: Run, lang: Language) -> tuple[Price, ...]:
    """Rows of the price chart: whole stages, as many as there is room for."""
    found: list[Price] = []
    for mr, stage in choice.floored(run):
        floor = next((f.usd_per_t for f in view.floors(run, mr) if f.stage == stage), None)
        own = []
        for m in run.members:
            moved = choice.price(run, mr, stage, m)
            if moved is None:
                continue
            base = view.figure(mr, stage, m, "buyers' price").base
            after, low, high = (None if x is None else base * (1 + x) for x in moved)
            label = f"{Pen(lang).label(mr.chain.mineral, stage)} · {lang.place(m)}"
            weak = mr.chain.grade[stage] != "balanced"
            own.append(Price(label, base, after or base, low, high, floor, weak))
        if found and len(found) + len(own) > ROWS:
            break
        found += own
    return tuple(found)


def welfare(run: Run, lang: Language) -> Part:
    """Welfare by member, China and the world, and whose money it is in the members."""
    pen = Pen(lang)
    weak = any(view.grade(mr) != "balanced" for mr in choice.ordered(run))
    rows = []
    for code in choice.told_regions(run):
        x = choice.summed(run, [code]).scaled(1e-6)
        rows.append(
            Bar(lang.place(code), *x, weak, words.role(code, run.members),
                pen.ranged(x, lang.signed))
        )  # fmt: skip
    caption = lang.say("Bar: change with the pact. Dashed and pale: some of the data are weak.")
    if run.draws:
        caption += " " + lang.say(
            "Black line: 5 to 95 % range. Hollow: the range holds both signs."
        )
    title = lang.say("Welfare by country")
    if len(run.minerals) > 1:
        title = lang.say("Welfare by country, all minerals together")
        caption += " " + lang.say("Draws of different minerals are taken as independent.")
    chart = Chart(title, caption, tuple(rows), run.year)
    return Part(lang.say("Who gains and who loses"), (chart, _money(run, lang)))


def _money(run: Run, lang: Language) -> Table:
    pen, lines = Pen(lang), []
    for line, name in MONEY:
        held = [choice.summed(run, [m], line) for m in run.members]
        if any(lang.millions(x.mid) != "0" for x in held):
            cells = tuple(pen.cell(x, lang.millions) for x in held)
            lines.append(Line(lang.say(name), cells))
    nets = tuple(pen.cell(choice.summed(run, [m]), lang.millions) for m in run.members)
    lines.append(Line(lang.say("Welfare"), nets, strong=True))
    caption = lang.say(
        "Whose money it is: change, USD million a year. Welfare is the sum of these lines and of "
        "smaller ones not shown."
    )
    columns = tuple(lang.place(m) for m in run.members)
    return Table(caption, lang.say("Who"), columns, tuple(lines), _grade(run, lang))


def _grade(run: Run, lang: Language, held: Sequence[MineralRun] = ()) -> str:
    return lang.grade(words.weakest([view.grade(mr) for mr in held or run.minerals.values()]))


def every(run: Run, lang: Language) -> Part | None:
    """A row for each stage of each mineral that changes; ``None`` for one mineral alone."""
    told = choice.stages(run)
    if len(run.minerals) == 1:
        return None
    pen, many = Pen(lang), len(run.members) > COLUMNS
    regions = (*run.members, WORLD)
    priced = [lang.say("all members")] if many else [lang.place(m) for m in run.members]
    lines = []
    for at, (mr, stage) in enumerate(told):
        first = at == 0 or told[at - 1][0] is not mr
        floor = next((f for f in view.floors(run, mr) if f.stage == stage), None)
        paid = [choice.price(run, mr, stage, m) for m in run.members]
        cells = _ends(paid, lang) if many else [_percent(x, lang) for x in paid]
        nets = [
            Cell(lang.millions(x.mid)) if first and (x := _net(mr, r)) else Cell("")
            for r in regions
        ]
        lines.append(
            Line(
                pen.label(mr.chain.mineral, stage),
                (Cell(lang.price(floor.usd_per_t) if floor else ""), *cells, *nets),
            )
        )
    groups = (
        ("", 1),
        (lang.say("Buyers' price, %"), len(priced)),
        (lang.say("Welfare, USD million"), len(regions)),
    )
    columns = (lang.say("Floor"), *priced, *(lang.place(r) for r in regions))
    caption = lang.say("Every stage that the pact touches; welfare is that of the whole chain.")
    caption += " " + (lang.say("Medians.") if run.draws else lang.say("Central values."))
    table = Table(
        caption, lang.say("Mineral and stage"), columns, tuple(lines), _grade(run, lang), groups
    )
    blocks: list[Block] = [table] if lines else []
    still = [mr.chain.mineral for mr in run.minerals.values() if not choice.changes(mr)]
    if still:
        names = lang.listed([Pen(lang).inside(id) for id in still])
        blocks.append(Point("", lang.say("Nothing changes for {names}.", names=names)))
    return Part(lang.say("All minerals"), tuple(blocks))


def _net(mr: MineralRun, region: str) -> Shown | None:
    return view.change(view.figure(mr, "", region, "welfare"))


def _percent(x: Shown | None, lang: Language) -> Cell:
    return Cell("–", muted=True) if x is None else Cell(lang.percent(x.mid))


def _ends(paid: Sequence[Shown | None], lang: Language) -> list[Cell]:
    """The least and the greatest of several members."""
    known = [x.mid for x in paid if x is not None]
    if not known:
        return [Cell("–", muted=True)]
    low, high = lang.percent(min(known)), lang.percent(max(known))
    return [Cell(low if low == high else lang.say("{low} to {high}", low=low, high=high))]


def moves(run: Run, lang: Language) -> Part | None:
    """Shipments before and after of the minerals where most happens."""
    found = []
    for mr in choice.detailed(run):
        stage = choice.busiest(run, mr)
        name = Pen(lang).label(mr.chain.mineral, stage)
        panels = flows.panels(mr, stage, run.members, lang)
        heads = (str(run.year), lang.say("with the pact"))
        told = tuple(
            (head, p, flows.describe(p, name, run.year, lang))
            for head, p in zip(heads, panels, strict=True)
        )
        found.append(Flow(name, flows.unseen(*panels, lang), told))
    if not found:
        return None
    how = lang.say(
        "Origins stand at the left, destinations at the right; a band is as wide as the contained "
        "tonnes a year that it carries. Blue: from a member; orange: from China; grey: from other "
        "countries. Hatched: weak data (imputed, traced through stocks, or no "
        "trade in the base year). Central values."
    )
    return Part(lang.say("What moves"), (*found, Point("", how)))


def bearers(run: Run, lang: Language) -> Part | None:
    """Who bears the charges at the border, and what products cost more."""
    held = [t for t in (_border_table(run, lang), _products(run, lang)) if t is not None]
    return Part(lang.say("Who bears it"), tuple(held)) if held else None


def _border_table(run: Run, lang: Language) -> Table | None:
    lines: list[Line] = []
    left = 0
    for mr in choice.ordered(run):
        for b in borders(mr.base, mr.policy, run.members):
            if b.relief or math.isnan(float(b.buyer)):
                continue
            if len(lines) < BORDERS:
                lines.append(_border(mr, b, lang))
            else:
                left += 1
    if not lines:
        return None
    caption = lang.say(
        "Who bears floor and duties, per tonne that meets them. A share outside 0 to 100 means "
        "that prices move for other reasons too."
    )
    if left:
        caption += " " + lang.say("{count} smaller rows are left out.", count=left)
    columns = (
        lang.say("Imports that meet it, t"), lang.say("Charge, USD/t"),
        lang.say("Borne by buyers, %"), lang.say("Borne by suppliers, %"), lang.say("Kept by"),
    )  # fmt: skip
    return Table(caption, lang.say("Stage and member"), columns, tuple(lines), _grade(run, lang))


def _border(mr: MineralRun, b: Border, lang: Language) -> Line:
    pen = Pen(lang)

    def shown(variable: str, central: float) -> Shown:
        return view.after(view.figure(mr, b.stage, b.member, variable)) or Shown(central)

    def plain(x: float) -> str:
        return lang.percent(x).lstrip("+")

    head = f"{pen.label(mr.chain.mineral, b.stage)} · {lang.place(b.member)}"
    keeper = max(b.kept, key=lambda k: float(b.kept[k]))
    return Line(
        head,
        (
            Cell(lang.number(float(b.tonnes))),
            pen.cell(shown("wedge", float(b.wedge)), lang.signed),
            pen.cell(shown("borne by buyers", float(b.buyer)), plain),
            pen.cell(shown("borne by suppliers", float(b.supplier)), plain),
            Cell(lang.say(KEEPERS[keeper])),
        ),
    )


def _products(run: Run, lang: Language) -> Table | None:
    costs = downstream(run)
    lines = []
    for p in dict.fromkeys(c.product for c in costs if c.known):
        own = {c.member: c for c in costs if c.product == p}
        cells = tuple(_product(own[m], lang) for m in run.members)
        if any(c.text not in ("0", "–") for c in cells):
            name = lang.say(p.short)
            lines.append(Line(name[:1].upper() + name[1:], cells))
    if not lines:
        return None
    caption = lang.say(
        "What one product costs more where it is made: USD and, below, the share of its value. "
        "Kilograms of mineral in it are weak data."
    )
    columns = tuple(lang.place(m) for m in run.members)
    return Table(caption, lang.say("Product"), columns, tuple(lines), lang.grade("mostly imputed"))


def _product(c: Cost, lang: Language) -> Cell:
    if not c.known:
        return Cell("–", muted=True)
    money, share = (
        Shown(central) if three is None else Shown(three[1], three[0], three[2])
        for central, three in ((c.change, c.change_range), (c.share, c.share_range))
    )
    text = Pen(lang).ranged(money, lang.signed)
    small = 0 < abs(share.mid) < 0.0005
    of = lang.say("under {number}", number=lang.digits("0.1")) if small else lang.percent(share.mid)
    return Cell(text, "" if text == "0" else f"{of}{SPACE}%", text == "0")
