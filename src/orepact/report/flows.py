"""The flow picture: who ships to whom at one stage, before and after, laid out as a Sankey.

Of a pact are drawn the shipments that start or end in a member, its own supply included; trade
among third countries is stated in words beside the picture, since it would dwarf the rest. Both
panels of a stage have one scale: the height of a band is its tonnes. Of the world without a pact
one panel a stage shows all shipments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from orepact.report import words
from orepact.report.language import Language, language
from orepact.study.simulate import MineralRun

if TYPE_CHECKING:
    from orepact.world import Chain

Array = Any

WEAK = ("none", "imputed")
"""Kinds of shipment that are hatched: imputed by the balance; none on its own route in the base
year, be it opened or traced through the stocks of a third country."""

SCALE = 190.0
"""Height of the larger total of the two panels."""
SLOT = 31.0
"""Least height of a node, so that two lines of text fit beside it."""
GAP = 7.0
NAMED = 5
"""Third countries named on each side; the rest are drawn as one."""
LEAST = 0.02
"""Share of what is drawn below which a third country is not named."""


@dataclass(frozen=True, slots=True)
class Node:
    """A region on one side: its place (px from the top), height, tonnes before and after."""

    name: str
    role: str
    y: float
    height: float
    base: float
    now: float


@dataclass(frozen=True, slots=True)
class Band:
    """A shipment between two nodes: tops and height in px, tonnes, whether the data are weak."""

    origin: str
    destination: str
    role: str
    y0: float
    y1: float
    height: float
    tonnes: float
    weak: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One stage at one time. ``unseen`` are tonnes shipped from third countries to others."""

    stage: str
    after: bool
    height: float
    origins: tuple[Node, ...]
    destinations: tuple[Node, ...]
    bands: tuple[Band, ...]
    total: float
    unseen: float


def panels(
    mr: MineralRun, stage: str, members: Sequence[str], lang: Language | None = None
) -> tuple[Panel, Panel]:
    """The two panels of a stage, before and after, on one scale and in one order."""
    k = mr.chain.stages.index(stage)
    market = mr.base.market
    both = [mr.base.state.x[k], mr.policy.state.x[k]]
    inside = np.array([r in members for r in market.regions])
    seen = inside[:, None] | inside[None, :]
    foreign = ~seen & ~np.eye(len(inside), dtype=bool)
    weak = weak_routes(mr.chain, k, market.regions) | market.opened[k]
    unseen = [float(x[foreign].sum()) for x in both]
    before, after = laid(
        stage, [x * seen for x in both], weak, market.regions, members, lang or language(), unseen
    )
    return before, after


def world_panel(
    chain: Chain, stage: str, party: str, lang: Language | None = None, named: int = NAMED
) -> Panel:
    """All shipments of a stage in the base year, own supply included: the party, China and the
    ``named`` largest by name. Of scenario data every band is weak.
    """
    k = chain.stage(stage)
    weak = weak_routes(chain, k, chain.regions) | (chain.grade[stage] == "scenario")
    (panel,) = laid(
        stage, [chain.trade[k]], weak, chain.regions, (party,), lang or language(), [0.0], named
    )
    return panel


def laid(
    stage: str, matrices: Sequence[Array], weak: Array, regions: Sequence[str],
    members: Sequence[str], lang: Language, unseen: Sequence[float], named: int = NAMED,
) -> tuple[Panel, ...]:  # fmt: skip
    """One panel for each matrix of shipments (O, D), t: one scale, one order of the nodes.

    ``weak`` (O, D) are routes of weak data; ``unseen`` tonnes left out of each matrix.
    """
    most = np.maximum.reduce(matrices)
    left = _groups(most, 1, regions, members, lang, named)
    right = _groups(most, 0, regions, members, lang, named)
    grouped = [_grouped(x, left, right) for x in matrices]
    doubtful = [_grouped(x * weak, left, right) for x in matrices]
    total = max(float(m.sum()) for m in grouped)
    scale = SCALE / total if total > 0 else 0.0
    rows = [np.maximum.reduce([m.sum(axis) for m in grouped]) for axis in (1, 0)]
    tops = [_tops(tonnes * scale) for tonnes in rows]
    height = max(top[-1] for top in tops) - GAP
    made = []
    for n, m in enumerate(grouped):
        sides = [
            _nodes(g, top, [x.sum(axis) for x in grouped], n, scale)
            for g, top, axis in zip((left, right), tops, (1, 0), strict=True)
        ]
        bands = _bands(m, doubtful[n], sides[0], sides[1], scale)
        made.append(
            Panel(stage, n == 1, height, sides[0], sides[1], bands, float(m.sum()), unseen[n])
        )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    role: str
    at: tuple[int, ...]


def weak_routes(chain: Chain, k: int, regions: Sequence[str]) -> Array:
    """Routes (O, D) among regions that rest on weak data."""
    from orepact.world import KINDS

    keep = [chain.regions.index(r) for r in regions]
    return np.isin(chain.kind[k][np.ix_(keep, keep)], [KINDS.index(w) for w in WEAK])


def _groups(
    most: Array, axis: int, regions: Sequence[str], members: Sequence[str], lang: Language,
    most_named: int,
) -> tuple[_Group, ...]:  # fmt: skip
    """Nodes of one side: members, China, the largest third countries, all others."""
    size = most.sum(axis)
    total = float(size.sum())
    named = [regions.index(r) for r in members if r in regions and size[regions.index(r)] > 0]
    third = [i for i in np.argsort(-size, kind="stable") if regions[i] not in members]
    large = [int(i) for i in third if total > 0 and size[i] >= LEAST * total][:most_named]
    china = regions.index("CHN") if "CHN" in regions else -1
    if china in third and size[china] > 0 and (china in large or size[china] > 0.2 * LEAST * total):
        large = [china, *(i for i in large if i != china)]
    rest = tuple(int(i) for i in third if i not in large and size[i] > 0)
    if len(rest) == 1:
        large, rest = [*large, rest[0]], ()
    found = [
        _Group(lang.place(regions[i]), words.role(regions[i], members), (i,))
        for i in (*named, *large)
    ]
    if rest:
        found.append(_Group(lang.say(words.OTHERS), "rest", rest))
    return tuple(found)


def _grouped(x: Array, left: tuple[_Group, ...], right: tuple[_Group, ...]) -> Array:
    return np.array([[x[np.ix_(o.at, d.at)].sum() for d in right] for o in left]).reshape(
        len(left), len(right)
    )


def _tops(heights: Array) -> list[float]:
    top, found = 0.0, []
    for h in heights:
        found.append(top)
        top += max(float(h), SLOT) + GAP
    return [*found, top]


def _nodes(
    groups: tuple[_Group, ...], tops: list[float], sums: list[Array], n: int, scale: float
) -> tuple[Node, ...]:
    found = []
    for i, g in enumerate(groups):
        slot, h = tops[i + 1] - tops[i] - GAP, float(sums[n][i]) * scale
        y = tops[i] + (slot - h) / 2
        found.append(Node(g.name, g.role, y, h, float(sums[0][i]), float(sums[n][i])))
    return tuple(found)


def _bands(
    m: Array, doubtful: Array, left: tuple[Node, ...], right: tuple[Node, ...], scale: float
) -> tuple[Band, ...]:
    """Bands stacked at both ends in the order of the nodes, so that none crosses needlessly."""
    used0, used1, found = [n.y for n in left], [n.y for n in right], []
    for i, o in enumerate(left):
        for j, d in enumerate(right):
            if (h := float(m[i, j]) * scale) > 0:
                weak = bool(doubtful[i, j] > 0.5 * m[i, j])
                found.append(
                    Band(o.name, d.name, o.role, used0[i], used1[j], h, float(m[i, j]), weak)
                )
                used0[i], used1[j] = used0[i] + h, used1[j] + h
    return tuple(found)


def describe(panel: Panel, stage: str, year: int, lang: Language | None = None) -> str:
    """What a panel shows, in a sentence, for those who do not see it."""
    lang = lang or language()
    when = lang.say("with the pact") if panel.after else lang.say("in {year}", year=year)
    largest = sorted(panel.bands, key=lambda b: -b.tonnes)[:4]
    if not largest:
        return lang.say("{stage} {when}: no shipment starts or ends in a member.",
                        stage=stage, when=when)  # fmt: skip
    parts = [
        lang.say("{origin} to {destination} {tonnes}", origin=b.origin, destination=b.destination,
                 tonnes=lang.tonnes(b.tonnes))
        for b in largest
    ]  # fmt: skip
    return lang.say("{stage} {when}: the largest shipments are {shipments}.",
                    stage=stage, when=when, shipments=lang.listed(parts))  # fmt: skip


def unseen(before: Panel, after: Panel, lang: Language | None = None) -> str:
    """Trade among third countries, which is not drawn, in words."""
    lang = lang or language()
    if before.unseen <= 0 and after.unseen <= 0:
        return ""
    return lang.say(
        "Not drawn: trade among third countries, {before} before, {change} with the pact.",
        before=lang.tonnes(before.unseen), change=lang.signed_tonnes(after.unseen - before.unseen),
    )  # fmt: skip
