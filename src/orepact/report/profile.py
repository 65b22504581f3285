"""A mineral on one page, seen from one party: pictures first, each figure with how it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from orepact.catalogue import POOLS, screened
from orepact.report import drawing, findings, maps, numbers, page, ranges, supply, words
from orepact.report.keyfigures import key_figures
from orepact.report.ranges import Item, Ranges
from orepact.report.subject import Subject
from orepact.report.supply import Split
from orepact.study.losses import NOT_TOLD, TAKEN
from orepact.study.published import CHINA_STOP
from orepact.study.screened import Loss, Screen
from orepact.world import Screening, World
from orepact.world.register import Source, register

if TYPE_CHECKING:
    from jinja2 import Environment

STOPS = 6
"""Suppliers' stops shown."""

BASES: Mapping[str, str] = MappingProxyType(
    {
        **words.GRADES,
        "chain": "chain",
        "survey": "survey",
        "press": "press",
        "assumed": "assumed",
    }
)
"""How figures are known, as it stands beside them."""

HEADS, ROW, BAR, LINE = (545, 150), 40, 62, 19
"""Heights, px: what else stands in the left column (the map) and the right, a row of stops or uses,
a bar, a line of its key."""

USES = 6
"""Uses shown, the rest as one."""

SHADES = (1.0, 0.74, 0.54, 0.39, 0.28, 0.2)
"""Greys of the parts of a whole that are neither the party nor China, in their order."""

REST = 0.12
"""Grey of all others together."""

TIERS: Mapping[str, str] = MappingProxyType(
    {
        "": "",
        "niche": "about 2 % of",
        "product line": "about 15 % of",
        "most": "most of",
    }
)
"""How much of the using industry's output is made with the mineral, by tier (assumed)."""


class Use(NamedTuple):
    """One application: its share of a whole (0 to 1) and how much depends on it."""

    label: str
    share: float
    depends: str


class Whole(NamedTuple):
    """Uses whose shares add to one; ``of`` names the product where there are several wholes."""

    of: str
    uses: tuple[Use, ...]


@cache
def environment() -> Environment:
    """Templates of profiles and screens."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("orepact.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters["capitalize_first"] = findings.capital
    env.globals |= {"bases": dict(BASES), "shades": SHADES, "rest": REST, "share": numbers.share}
    return env


@cache
def style() -> str:
    """The style sheet of reports with that of profiles."""
    folder = files(__package__).joinpath("templates")
    return "".join(folder.joinpath(n).read_text("utf-8") for n in ("style.css", "profile.css"))


def subject(screen: Screen, world: World, mineral: str) -> Subject:
    """What a page is about. Raises :class:`InputError` where the screen has no such mineral."""
    m = screened(mineral)
    screen.row(m.id)
    chain = world.chains.get(m.chain) if m.chain else None
    rows = tuple(r for r in screen.rows if r.mineral == m.id)
    order = chain.stages if chain is not None else tuple(supply.STAGES)
    place = {s: n for n, s in enumerate(order)}
    return Subject(
        m, chain, screen.party, screen.year,
        tuple(sorted(rows, key=lambda r: place.get(r.stage, len(place)))), screen.members,
        screen.draws,
    )  # fmt: skip


def profile(screen: Screen, world: World, held: Screening, mineral: str, home: str = "") -> str:
    """The profile of a mineral as one self-contained HTML page; ``home`` links to the screen."""
    from markupsafe import Markup

    s = subject(screen, world, mineral)
    made = supply.makers(s.mineral.id, s.chain, held)
    bought = supply.sources(s.mineral.id, s.party, s.chain, held)
    printed, of = findings.published(s, held)
    drawn = next((x for x in made if x.stage == s.worst.stage), None)
    rows = key_figures(s, held)
    half = (len(rows) + 1) // 2
    uses = _uses(s, held)
    stops = _stops(s)
    return environment().get_template("profile.html.j2").render(
        style=Markup(style()),
        hatches=Markup(drawing.hatches()),
        name=s.mineral.name,
        symbol=s.mineral.symbol,
        who=words.the(s.party),
        party=s.party,
        year=s.year,
        draws=screen.draws,
        home=home,
        title=findings.title(s, printed, of),
        story=findings.story(s, bought, held),
        flags=findings.flags(s, made, held),
        map=Markup(_map(s, drawn)) if drawn else "",
        map_stage=drawn.title if drawn else "not known",
        map_basis=drawn.basis if drawn else "",
        map_why=words.spelt(s.worst.world_hhi.why or "no source held gives it by country"),
        classes=maps.legend(),
        pooled=_pooled(drawn),
        makers=made,
        sources=bought,
        weak=any(p.weak for x in (*made, *bought) for p in x.parts),
        stops=stops,
        money=any(x.loss is not None for x in s.losses),
        stops_why=words.spelt(s.worst.expected_loss.why) or "no supplier's stop was computed",
        uses=uses,
        uses_at=_uses_at(
            made, bought, len(stops.rows) if stops else 0, sum(len(w.uses) for w in uses)
        ),
        uses_note=_uses_note(s, held),
        felt=_felt(s),
        singly=_singly(s),
        key_stage=drawn.title.lower() if drawn else "all stages",
        figures_left=rows[:half],
        figures_right=rows[half:],
        notes=[*_chain_notes(s), *screen.notes],
        registered=_sources(s, made, bought, held),
        versions=page.versions(),
    )  # fmt: skip


def _map(s: Subject, drawn: Split) -> str:
    leaders = [f"{p.name} {numbers.share(p.share)}" for p in drawn.parts if p.region][:3]
    title = f"Map of {s.mineral.name.lower()}, {drawn.title.lower()}: {numbers.listed(leaders)}"
    return maps.world_map(drawn.shares, title, party=s.party)


def _pooled(drawn: Split | None) -> str:
    """Which pools of countries, hatched on the map, have a share; and which countries if told."""
    told = []
    for region, share in (drawn.shares if drawn else {}).items():
        if region in POOLS and region != "EUN":
            own = [p.name for p in drawn.parts if p.region == region and p.country] if drawn else []
            named = f" ({', '.join(own)})" if own else ""
            told.append(f"{words.place(region)} {numbers.share(share)}{named}")
    return f"Hatched, counted together: {'; '.join(told)}." if told else ""


def _uses_at(made: Sequence[Split], bought: Sequence[Split], stops: int, uses: int) -> str:
    """Where the uses leave the least paper blank: below the left column, the right, or both."""
    bars = sum(BAR + LINE * (len(s.shown) > 3) + LINE * bool(s.note) for s in (*made, *bought))
    left, right = HEADS[0] + ROW * stops, HEADS[1] + bars
    if abs(left - right) < (70 + ROW * uses) / 2:
        return "wide"
    return "left" if left < right else "right"


def _stops(s: Subject) -> Ranges | None:
    found = s.losses[:STOPS]
    if not found:
        return None
    if all(x.loss is not None for x in found):
        top = max(x.loss.high for x in found if x.loss is not None)
        unit, scale = ("billion", 1e-9) if top >= 1e9 else ("million", 1e-6)
        axis = f"Loss to {words.the(s.party)}, USD {unit}"
        return ranges.ranges(axis, [_stop(s, x, scale) for x in found], scale=scale)
    own = s.chain is not None or not any(NOT_TOLD in x.why for x in found)
    where = f"in {words.the(s.party)}" if own else "outside the supplier"
    axis = f"Use given up {where}, %"
    return ranges.ranges(axis, [_stop(s, x, 100.0) for x in found], scale=100.0)


def _felt(s: Subject) -> str:
    """Whose price and shortfall stand beside the stops."""
    if s.chain is not None:
        return f"medians of what buyers in {words.the(s.party)} meet"
    if not any(NOT_TOLD in x.why for x in s.losses):
        told = f"medians, the price of all buyers outside the supplier, short {words.the(s.party)}"
        taken = any(TAKEN in x.why for x in s.losses)
        return f"{told}, taken to import all as its reliance is not known" if taken else told
    return f"medians of all buyers outside the supplier, not told apart for {words.the(s.party)}"


def _singly(s: Subject) -> str:
    """That the stages of a chain are stopped one by one, and where a stop of all stands."""
    if len({x.stage for x in s.losses}) < 2:
        return ""
    told = "Stages are stopped one at a time"
    if s.mineral.id in CHINA_STOP:
        return f"{told}; what it does if China stops every form at once: docs/vulnerability.md."
    return f"{told}; a stop of every form at once is not shown."


def _stop(s: Subject, x: Loss, scale: float) -> Item:
    space = numbers.SPACE
    shown = x.loss if x.loss is not None else x.shortfall
    text = numbers.number(shown.median * scale)
    spread = numbers.between(shown.low * scale, shown.high * scale, numbers.number)
    stage = supply.stage_title(s.mineral.id, x.stage, s.chain).lower()
    note = (
        f"price {numbers.percent(x.price_rise.median)}{space}%, short "
        f"{numbers.number(100 * x.shortfall.median, 2)}{space}%, "
        f"{numbers.share(x.probability.median)} a year"
    )
    if x.expected_mean is not None:
        note += f"; expected {findings.money(x.expected_mean)}"
    if x.unsolved:
        note += f"; {findings.mild(x, s.draws)}"
    return Item(
        f"{words.place(x.supplier)}, {stage}", words.role(x.supplier, (s.party,)), shown, text,
        spread, note, x.basis == "assumed",
    )  # fmt: skip


def _uses(s: Subject, held: Screening) -> tuple[Whole, ...]:
    parts = held.of("uses", s.mineral.id).partition_by("of", maintain_order=True)
    several = len(parts) > 1
    return tuple(Whole(_whole(s, x) if several else "", _applications(x, held)) for x in parts)


def _whole(s: Subject, rows: pl.DataFrame) -> str:
    """What the shares are of: ``Titanium sponge``."""
    stages = rows["stage"].filter(rows["stage"] != "").unique(maintain_order=True)
    named = [findings.product(s, stage) for one in stages for stage in one.split()]
    told = numbers.listed(list(dict.fromkeys(named))) or s.name
    judged = ", judged by this project" if rows["share_assumed"].all() else ""
    return f"Of {told}{judged}"


def _applications(rows: pl.DataFrame, held: Screening) -> tuple[Use, ...]:
    order = pl.col("tier").replace_strict({t: n for n, t in enumerate(TIERS)})
    names = held.industries.select(industry="code", named="name")
    both = (
        rows.join(names, on="industry", how="left", maintain_order="left")
        .sort(order, descending=True, maintain_order=True)
        .group_by("application", maintain_order=True)
        .agg(
            pl.col("share").first(),
            pl.col("tier").first(),
            pl.col("named").filter(pl.col("tier") == pl.col("tier").first()),
        )
    )
    found = [
        (findings.capital(a), x, _depends(TIERS[t], [n for n in ns if n]))
        for a, x, t, ns in both.iter_rows()
    ]
    found.sort(key=lambda u: (-u[1], u[0]))
    if len(found) > USES:
        rest = sum(x for _, x, _ in found[USES - 1 :])
        found = [*found[: USES - 1], (f"{len(found) - USES + 1} other uses", rest, "")]
    return tuple(Use(*u) for u in found)


def _depends(part: str, industries: Sequence[str]) -> str:
    """How much of which industry's output depends on a use: about 15 % of motors."""
    if not part or not industries:
        return ""
    first = industries[0].removesuffix(" manufacturing")
    first = first[:1].lower() + first[1:]
    more = len(industries) - 1
    others = f" and {more} other {'industry' if more == 1 else 'industries'}" if more else ""
    return f"{part} output of: {first}{others}"


def _uses_note(s: Subject, held: Screening) -> str:
    assumed = held.of("uses", s.mineral.id)["share_assumed"]
    whose = "judged by this project" if assumed.all() else "of the EU’s study of 2023"
    if assumed.any() and not assumed.all():
        whose += " where not said"
    return f"Shares {whose}; how far an industry depends on it is judged by this project (assumed)."


def _chain_notes(s: Subject) -> list[str]:
    if s.chain is None:
        return [
            "No balanced chain of this mineral: supply from surveys, a stop of exports as one "
            "market with assumed elasticities."
        ]
    return [
        f"{words.stage_name(s.chain.mineral, k)}: {text}"
        for k, text in s.chain.notes.items()
        if text
    ]


def _sources(
    s: Subject, made: Sequence[Split], bought: Sequence[Split], held: Screening
) -> list[Source]:
    """Registered sources of what the page shows, in the order of the register."""
    ids = {x.source for x in (*made, *bought) if x.source}
    for table in ("us", "eu", "uses", "lists", "factors", "parameters"):
        ids |= set(held.of(table, s.mineral.id)["source"])
    ids |= set(held.governance["source"]) | {"natural-earth-110m"}
    if any(x.loss is not None for x in s.losses):
        ids |= set(held.industries["source"])
    if s.chain is not None:
        ids |= {"usgs-mcs-2026", "cepii-baci"} & set(register())
    return [x for id, x in register().items() if id in ids]
