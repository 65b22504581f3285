"""The whole world in one table: every mineral at every stage, seen from one party in one year."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from orepact.catalogue import minerals, screened_minerals
from orepact.report.language import Language, later
from orepact.report.reasons import reason
from orepact.report.supply import STAGES
from orepact.study.screened import Metric, Screen, ScreenRow

SORTS = {
    "mineral": later("Mineral"),
    "share": later("Share of the largest maker"),
    "hhi": later("Concentration of output"),
    "reliance": later("Import reliance"),
}
"""What the table can be sorted by; figures largest first."""


UNKNOWN = "unknown"
"""Stage of a mineral whose supply no source gives by country."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, ``None`` where it is not known; ``shown`` where only a bound is published.

    ``basis`` is the weakest of what it rests on, ``why`` the reason or a remark.
    """

    value: float | None
    basis: str | None
    why: str
    shown: str


@dataclass(frozen=True, slots=True)
class Row:
    """A mineral at a stage: shares and reliance 0 to 1 (below 0 a net exporter), HHI to 10,000.

    ``mineral`` is the chain's id, else the screened mineral's; codes of places are '' where no
    source says who. ``maker`` makes most of the world's, ``source`` sells most to the party.
    """

    mineral: str
    stage: str
    chained: bool
    grade: str
    maker: str
    maker_share: Figure
    hhi: Figure
    reliance: Figure
    source: str
    source_share: Figure
    source_hhi: Figure
    lists: tuple[str, ...]


def rows(screen: Screen, chains: Iterable[str], lang: Language) -> tuple[Row, ...]:
    """A row for each mineral and stage in the catalogue's order; screened minerals that share a
    chain stand in one, on the lists of any of them.
    """
    held = set(chains)
    found: dict[tuple[str, str], Row] = {}
    for r in screen.rows:
        chain = screened_minerals()[r.mineral].chain
        id = chain if chain in held else r.mineral
        made = _row(r, id, chain in held, lang)
        before = found.get((id, r.stage))
        lists = (*before.lists, *made.lists) if before else made.lists
        found[id, r.stage] = replace(made, lists=tuple(dict.fromkeys(lists)))

    def place(r: Row) -> tuple[bool, int, int]:
        ids: tuple[str, ...] = tuple(minerals() if r.chained else screened_minerals())
        stages = minerals()[r.mineral].stage_ids if r.chained else (*STAGES, UNKNOWN)
        return not r.chained, ids.index(r.mineral), stages.index(r.stage)

    return tuple(sorted(found.values(), key=place))


def _row(r: ScreenRow, id: str, chained: bool, lang: Language) -> Row:
    def figure(m: Metric) -> Figure:
        return Figure(m.value, m.basis, reason(m.why, lang), bound(m.shown, lang))

    return Row(
        id, r.stage, chained, r.grade, r.top_supplier, figure(r.top_share), figure(r.world_hhi),
        figure(r.import_reliance), r.top_source, figure(r.top_source_share),
        figure(r.source_hhi), r.lists,
    )  # fmt: skip


def bound(shown: str, lang: Language) -> str:
    """A published bound in a language.

    >>> from orepact.report.language import language
    >>> bound("over 50\\u00a0%", language("es"))
    'más de 50\\xa0%'
    """
    word, _, number = shown.partition(" ")
    return lang.say(f"{word} {{number}}", number=lang.digits(number)) if number else shown


def ordered(found: Iterable[Row], by: str, name: Callable[[str], str]) -> list[Row]:
    """Rows sorted by one of :data:`SORTS`; what is not known stands last."""
    figures: dict[str, Callable[[Row], Figure]] = {
        "share": lambda r: r.maker_share,
        "hhi": lambda r: r.hhi,
        "reliance": lambda r: r.reliance,
    }
    if by == "mineral":
        return sorted(found, key=lambda r: name(r.mineral).casefold())
    of = figures[by]

    def place(r: Row) -> tuple[bool, float]:
        value = of(r).value
        return value is None, -(value or 0.0)

    return sorted(found, key=place)
