"""Our screen beside what others have published: as it comes out, nothing fitted.

Three comparisons: a Chinese stop of gallium and germanium (US Geological Survey, Open-File Report
2024-1057), the order of expected losses behind the United States' list of 2025, and the European
Commission's supply risk of 2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from orepact.errors import InputError
from orepact.study.concentration import governed_hhi
from orepact.study.losses import banned
from orepact.study.ranking import spearman
from orepact.study.screened import Loss, Screen, Span
from orepact.study.supply_risk import supply_risk
from orepact.world import Screening, World

CHINA_STOP: Mapping[str, float] = MappingProxyType({"gallium": 1.5, "germanium": 0.26})
"""Published rise of the price, a share: gallium *over* 150 %, germanium about 26 %."""

GDP_LOSS = (1.7e9, 3.4e9, 9.0e9)
"""Published loss of United States GDP from both together, USD: low, central, high."""

LEADERS = (
    "samarium", "rhodium", "lutetium", "terbium", "dysprosium", "gallium", "germanium",
    "gadolinium", "tungsten", "niobium", "magnesium",
)  # fmt: skip
"""Leaders by expected loss behind the United States' list of 2025, as reported, largest first."""


def china_stop(
    world: World, held: Screening, draws: int = 64, seed: int = 2026
) -> dict[str, list[Loss]]:
    """Chinese exports of gallium and germanium stop in every form: price by stage, and one loss.

    >>> from orepact import world
    >>> found = china_stop(world.load(), world.screening(), draws=4)
    >>> [x.stage for x in found["gallium"]]
    ['primary', 'high_purity']
    """
    return {m: banned(m, world.chain(m), "USA", "CHN", held, draws, seed) for m in CHINA_STOP}


@dataclass(frozen=True, slots=True)
class Order:
    """Minerals in a published order and in ours: rank by rank, and Spearman's correlation."""

    rho: float
    rows: tuple[tuple[str, int, int, float], ...]


def expected_by_mineral(screen: Screen) -> dict[str, float]:
    """Expected annual loss by mineral, USD: its stage with the largest sum over suppliers."""
    found: dict[str, float] = {}
    for r in screen.rows:
        if r.expected_loss.value is not None:
            found[r.mineral] = max(found.get(r.mineral, 0.0), r.expected_loss.value)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def leaders(screen: Screen) -> Order:
    """The published leaders: mineral, published rank, our rank among all, our loss in USD.

    Raises :class:`InputError` where the screen lacks one of them.
    """
    ours = expected_by_mineral(screen)
    if missing := [m for m in LEADERS if m not in ours]:
        raise InputError(f"The screen has no expected loss for {', '.join(missing)}.")
    place = {m: i for i, m in enumerate(ours, 1)}
    rows = tuple((m, i, place[m], ours[m]) for i, m in enumerate(LEADERS, 1))
    return Order(spearman([-i for _, i, _, _ in rows], [x for *_, x in rows]), rows)


@dataclass(frozen=True, slots=True)
class EuRisk:
    """The 2023 study at one stage: indices from its country shares, and the published risk.

    ``low`` and ``high`` bound the risk over every import reliance from 0 to 1, which the data
    we hold do not give, and over the range of the substitution index. ``eu`` is ``None`` where
    the study has no shares of the Union's own sourcing at this stage.
    """

    mineral: str
    stage: str
    world: float
    eu: float | None
    low: float
    high: float
    published: float


def eu_risks(held: Screening) -> tuple[list[EuRisk], list[str]]:
    """Supply risk from the shares of 2023 beside the published one, at the stage of higher risk.

    Country by country, the Union's members apart, each weighted by its trade parameter. The second
    result names minerals left out: not published, no shares, or a group
    (light and heavy rare earths, platinum metals) published as one.
    """
    known = dict(held.governance.select("region", "scaled").iter_rows())
    groups = dict(held.minerals.select("id", "group").iter_rows())
    found, left_out = [], []
    for mineral in held.minerals["id"].to_list():
        published = held.eu.filter(
            (pl.col("mineral") == mineral) & (pl.col("year") == "2023") & pl.col("sr").is_not_null()
        )
        rows = held.supply.filter(
            (pl.col("mineral") == mineral)
            & (pl.col("source") == "eu-crm-2023")
            & (pl.col("origin") == "study")
        )
        if groups[mineral] or len(published) != 1 or rows.is_empty():
            left_out.append(mineral)
            continue
        stages = [
            _eu_risk(held, rows, mineral, stage, known, float(published["sr"][0]))
            for stage in rows["stage"].unique(maintain_order=True).to_list()
        ]
        found.append(max(stages, key=lambda r: r.low + r.high))
    return found, left_out


def _eu_risk(
    held: Screening,
    supply: pl.DataFrame,
    mineral: str,
    stage: str,
    known: Mapping[str, float],
    published: float,
) -> EuRisk:
    at = (pl.col("mineral") == mineral) & (pl.col("stage") == stage) & (pl.col("region") != "")
    world = supply.filter(at)
    gs = _index(world, known, "trade")
    own = held.origins.filter(at & (pl.col("party") == "EUN") & (pl.col("source") == "eu-crm-2023"))
    eu = None if own.is_empty() else _index(own, known, "t")
    factor = {
        r["factor"]: (r["low"], r["high"])
        for r in held.of("factors", mineral).iter_rows(named=True)
    }
    rates, indices = factor["eol_rir"], factor["si"]
    risks = [
        supply_risk(
            global_hhi=gs, eu_hhi=eu, import_reliance=reliance, eol_rir=rate, substitution=index,
            supply_used="GS only" if eu is None else "GS + EUS",
        )
        for reliance in (0.0, 1.0)
        for rate in rates
        for index in indices
    ]  # fmt: skip
    return EuRisk(mineral, stage, gs, eu, min(risks), max(risks), published)


def _index(rows: pl.DataFrame, known: Mapping[str, float], trade: str) -> float:
    """``HHI_WGI,t`` of the shares of the whole told apart by country; a member has the region's
    score."""
    held = rows.filter(pl.col("share") > 0).with_columns(pl.col(trade).fill_null(1.0))
    by = held.group_by("country").agg(
        pl.col("share").sum(), pl.col(trade).max(), pl.col("region").first()
    )
    by = by.sort("country")
    made, t, place = (dict(by.select("country", c).iter_rows()) for c in ("share", trade, "region"))
    return governed_hhi(made, {c: known[r] for c, r in place.items()}, t)


def eu_order(risks: list[EuRisk]) -> float:
    """Spearman's correlation of the world's index with the published risk."""
    return spearman([r.world for r in risks], [r.published for r in risks])


def both(bans: Mapping[str, list[Loss]]) -> Span:
    """Losses of several bans added quantile by quantile, as if they moved together."""
    spans = [x[0].loss for x in bans.values() if x[0].loss is not None]
    return Span(*(sum(q) for q in zip(*spans, strict=True)))
