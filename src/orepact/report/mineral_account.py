"""What the world knows of one mineral in one year, stage by stage, seen from one party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orepact.catalogue import POOLS, mineral, screened_minerals
from orepact.report import drawing, flows, maps, regions_table, supply
from orepact.report.language import Language
from orepact.report.panorama import Row
from orepact.report.regions_table import Line
from orepact.report.supply import ORIGIN, Split
from orepact.world import Chain, Screening

SHOWN = 7
"""Places named in a list of shares, the rest as one."""


@dataclass(frozen=True, slots=True)
class Share:
    """A place's share (0 to 1); ``place`` is a region's or country's code, '' for all others."""

    place: str
    share: float
    weak: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its row of the world's table, who makes, uses and sells it.

    ``total_t`` are contained tonnes of output, ``None`` where only shares are published; ``form``
    says in English what a survey measures, ``of_year`` of when, ``source`` whose it is; ``note``
    what to know of a chain. ``sources`` sell to the party, ``origins`` the same traced through
    hubs where that differs. ``lines`` are those of a chain only.
    """

    id: str
    name: str
    grade: str
    note: str
    form: str
    of_year: str
    source: str
    total_t: float | None
    row: Row
    makers: tuple[Share, ...]
    users: tuple[Share, ...]
    sources: tuple[Share, ...]
    origins: tuple[Share, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A mineral in a year, seen from a party; ``unit`` is what its tonnes contain."""

    mineral: str
    name: str
    unit: str
    year: int
    party: str
    chained: bool
    stages: tuple[Stage, ...]


def name(id: str, lang: Language) -> str:
    """Name of a chain's or a screened mineral.

    >>> from orepact.report.language import language
    >>> name("rhodium", language("es"))
    'Rodio'
    """
    held = screened_minerals()
    return lang.say(held[id].name) if id in held else lang.mineral(id)


def stage_name(id: str, stage: str, chained: bool, lang: Language) -> str:
    """Name of a stage of a chain or of the surveys; '' where none is known."""
    return lang.stage(id, stage) if chained else lang.say(supply.STAGES.get(stage, ""))


def account(
    id: str, chain: Chain | None, found: Sequence[Row], held: Screening, year: int, party: str,
    lang: Language,
) -> Account:  # fmt: skip
    """The account of a mineral from its chain, else from surveys; ``found`` are its rows."""
    own = id if id in screened_minerals() else _named(id)
    made = {s.stage: s for s in supply.makers(own, chain, held)}
    bought = supply.sources(own, party, chain, held)
    stages = []
    for row in found:
        split = made.get(row.stage)
        direct, traced = (
            [s for s in bought if s.stage == row.stage and (s.what == ORIGIN) == t]
            for t in (False, True)
        )
        stages.append(
            Stage(
                row.stage, stage_name(id, row.stage, chain is not None, lang), row.grade,
                chain.notes[row.stage] if chain is not None else "",
                *(("", "", "") if chain is not None else _survey(own, row.stage, held)),
                split.total if split is not None else None, row,
                _shares(split), _users(chain, row.stage),
                _shares(direct[0] if direct else None), _shares(traced[0] if traced else None),
                regions_table.lines(chain, row.stage, party) if chain is not None else (),
            )
        )  # fmt: skip
    unit = mineral(id).unit.removeprefix("t ") if chain is not None else ""
    return Account(id, name(id, lang), unit, year, party, chain is not None, tuple(stages))


def _survey(mineral: str, stage: str, held: Screening) -> tuple[str, str, str]:
    """What a survey measures, of which year, and its source; blank where there is none."""
    rows = held.of("supply", mineral).filter("preferred", stage=stage)
    found = rows.select("form", "year", "source").head(1).rows()
    return found[0] if found else ("", "", "")


def _named(chain: str) -> str:
    return next(m.id for m in screened_minerals().values() if m.chain == chain)


def _shares(split: Split | None) -> tuple[Share, ...]:
    parts = split.parts if split is not None else ()
    return tuple(Share(p.country or p.region, p.share, p.weak) for p in parts)


def _users(chain: Chain | None, stage: str) -> tuple[Share, ...]:
    if chain is None:
        return ()
    weak = chain.grade[stage] == "scenario"
    found = sorted(regions_table.uses(chain, stage).items(), key=lambda p: -p[1])
    return tuple(Share(r, t, weak) for r, t in found)


def largest(shares: Sequence[Share], most: int = SHOWN) -> tuple[Share, ...]:
    """The largest places and the rest as one, which adds up to the same.

    >>> [s.place for s in largest([Share("CHN", 0.7, False), Share("", 0.3, True)])]
    ['CHN', '']
    """
    named = [s for s in shares if s.place]
    tail = [*named[most:], *(s for s in shares if not s.place)]
    if len(tail) == 1 and tail[0].place:
        return tuple(named)
    rest = sum(s.share for s in tail)
    weak = sum(s.share for s in tail if s.weak) > rest / 2
    return (*named[:most], Share("", rest, weak)) if rest > 0 else tuple(named[:most])


@dataclass(frozen=True, slots=True)
class Map:
    """A map as SVG with what it shows in words; ``pools`` are groups with a share, in words."""

    svg: str
    title: str
    pools: str


def world_map(s: Stage, shares: Sequence[Share], title: str, party: str, lang: Language) -> Map:
    """Shares of a stage by region on a map, weak data hatched."""
    from orepact.catalogue import region

    by: dict[str, float] = {}
    for x in shares:
        if x.place:
            by[region(x.place)] = by.get(region(x.place), 0.0) + x.share
    weak = {region(x.place) for x in shares if x.place and x.weak}
    first = [f"{lang.place(r)} {lang.share(v)}" for r, v in sorted(by.items(), key=_size)[:4]]
    told = lang.say("{title}: {shares}", title=title, shares=lang.listed(first))
    pools = [
        f"{lang.place(r)} {lang.share(v)}"
        for r, v in sorted(by.items(), key=_size)
        if r in POOLS and r != "EUN"
    ]
    svg = maps.world_map(by, told, party=party, weak=weak, lang=lang)
    return Map(svg, title, lang.listed(pools))


def _size(item: tuple[str, float]) -> float:
    return -item[1]


def flow(chain: Chain, s: Stage, party: str, year: int, lang: Language) -> str:
    """All shipments of a stage as a picture with its description."""
    panel = flows.world_panel(chain, s.id, party, lang)
    return drawing.panel_svg(panel, flows.describe(panel, s.name, year, lang), lang)
