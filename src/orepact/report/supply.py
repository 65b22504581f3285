"""Who makes each stage, and whom a party buys from: shares, from the chain or from surveys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from orepact.catalogue import POOLS, countries, screened_minerals
from orepact.catalogue import mineral as chain_mineral
from orepact.report import numbers, words
from orepact.study.dependence import bought
from orepact.world import KINDS, Chain, Screening

Array = Any

NAMED = 5
ORIGIN = "by origin"
MOVED = 0.02
"""Share of purchases that tracing must move before it is shown beside the direct ones."""
NOTED = 0.05
"""Share of purchases from which it is said that the seller makes none itself."""
WEAK = ("none", "imputed")
"""Kinds of shipment that are hatched."""

ASSUMED = ("assumed", "share of total")
"""Kinds of a survey's row that rest on an assumption: hatched too."""

STAGES: Mapping[str, str] = MappingProxyType(
    {"mined": "Mined", "alumina": "Alumina", "refined": "Refined"}
)
"""Stages of the surveys, in words and in order."""

TO_PARTY: Mapping[str, str] = MappingProxyType(
    {"USA": "imports of 2021-24, four largest sources", "EUN": "all supply of 2016-20"}
)
"""What the surveys' shares are of."""


@dataclass(frozen=True, slots=True)
class Part:
    """One region's share (0 to 1) of a whole; ``region`` is '' for all others together.

    ``country`` is the ISO 3166 code of the source where the region is a pool of countries.
    """

    region: str
    share: float
    weak: bool = False
    country: str = ""

    @property
    def name(self) -> str:
        """Name of the country or region."""
        if self.country:
            return countries()[self.country].name
        return words.place(self.region) if self.region else words.OTHERS


@dataclass(frozen=True, slots=True)
class Split:
    """A whole and its parts, largest first, others last. ``what`` says of what, with its unit.

    ``total`` in t, ``None`` where only shares are published; ``basis`` is a grade of the chain
    or ``survey``; ``parts`` may be empty, then ``why`` says why. ``note`` says what else the
    reader must know of the parts.
    """

    stage: str
    title: str
    what: str
    basis: str
    source: str
    total: float | None
    parts: tuple[Part, ...]
    why: str = ""
    note: str = ""

    @property
    def shares(self) -> Mapping[str, float]:
        """Shares by region, others left out."""
        out: dict[str, float] = {}
        for p in self.parts:
            if p.region:
                out[p.region] = out.get(p.region, 0.0) + p.share
        return out

    @property
    def shown(self) -> tuple[Part, ...]:
        """The largest parts, and the rest as one."""
        named = [p for p in self.parts if p.region]
        head, tail = named[:NAMED], [*named[NAMED:], *(p for p in self.parts if not p.region)]
        if len(tail) == 1 and tail[0].region:
            return (*head, tail[0])
        rest = sum(p.share for p in tail)
        weak = sum(p.share for p in tail if p.weak) > rest / 2
        return (*head, Part("", rest, weak)) if rest > 0 else tuple(head)


def makers(mineral: str, chain: Chain | None, held: Screening) -> tuple[Split, ...]:
    """Output by region at each stage, in order of production."""
    if chain is not None:
        return tuple(_made(chain, k) for k in range(len(chain.stages)))
    supply = held.of("supply", mineral).filter("preferred")
    order = sorted(supply["stage"].unique(), key=list(STAGES).index)
    return tuple(_surveyed(s, supply) for s in order)


def stage_title(mineral: str, stage: str, chain: Chain | None) -> str:
    """Name of a stage, of the chain or of the surveys."""
    return words.stage_name(chain.mineral, stage) if chain is not None else STAGES[stage]


def _parts(regions: Sequence[str], amounts: Array, weak: Callable[[int], bool]) -> list[Part]:
    total = float(amounts.sum())
    order = np.argsort(-amounts, kind="stable")
    return [
        Part(regions[i], float(amounts[i]) / total, weak(int(i))) for i in order if amounts[i] > 0
    ]


def _made(chain: Chain, k: int) -> Split:
    stage, made = chain.stages[k], chain.output[k]
    scenario = chain.grade[stage] == "scenario"
    unit = chain_mineral(chain.mineral).unit.removeprefix("t ")
    total = float(made.sum())
    return Split(
        stage, words.stage_name(chain.mineral, stage),
        f"{numbers.tonnes(total)} {unit}", chain.grade[stage], "", total,
        tuple(_parts(chain.regions, made, lambda _: scenario)),
    )  # fmt: skip


def _surveyed(stage: str, supply: pl.DataFrame) -> Split:
    own = supply.filter((pl.col("stage") == stage) & (pl.col("share") > 0))
    rows = _by_region(own.with_columns(weak=pl.col("kind").is_in(ASSUMED)))
    parts = tuple(Part(*r) for r in rows.select("region", "share", "weak", "own").iter_rows())
    total = float(own["t"].sum()) if own["t"].null_count() == 0 else None
    first = own.row(0, named=True)
    size = numbers.tonnes(total) if total is not None else "shares only"
    what = ", ".join(x for x in (size, first["form"], first["year"]) if x)
    basis = "assumed" if sum(p.share for p in parts if p.weak) > 0.5 else "survey"
    return Split(stage, STAGES[stage], what, basis, first["source"], total, parts)


def _by_region(rows: pl.DataFrame) -> pl.DataFrame:
    """Shares added up by region, of pools by country (``own``), largest first, the rest last."""
    pooled = pl.col("region").is_in([p for p in POOLS if p != "EUN"])
    own = pl.when(pooled).then(pl.col("country")).otherwise(pl.lit(""))
    both = rows.group_by("region", own=own).agg(pl.col("share").sum(), pl.col("weak").any())
    return both.sort(pl.col("region") == "", -pl.col("share"), "region", "own")


def sources(mineral: str, party: str, chain: Chain | None, held: Screening) -> tuple[Split, ...]:
    """Whom the party buys from at each stage; where hubs re-export, by origin too."""
    if chain is None:
        return _bought(mineral, party, held)
    out = []
    for k, stage in enumerate(chain.stages):
        d = chain.region(party)
        last, origin = bought(chain, stage, party)
        weak = np.isin(chain.kind[k][:, d], [KINDS.index(w) for w in WEAK])
        weak |= chain.grade[stage] == "scenario"
        title, unit = words.stage_name(chain.mineral, stage), chain_mineral(chain.mineral).unit
        total = float(last.sum())
        if total <= 0:
            why = f"{words.the(party)} buys none abroad"
            out.append(Split(stage, title, "", chain.grade[stage], "", 0.0, (), why))
            continue
        what = f"{numbers.tonnes(total)} {unit.removeprefix('t ')}"
        direct = tuple(_parts(chain.regions, last, weak.item))
        note = _unmade(chain, k, direct)
        out.append(Split(stage, title, what, chain.grade[stage], "", total, direct, note=note))
        scenario = np.full(len(origin), chain.grade[stage] == "scenario")
        parts = tuple(_parts(chain.regions, origin, scenario.item)) if origin.any() else ()
        before = {p.region: p.share for p in direct}
        if any(abs(p.share - before.get(p.region, 0.0)) > MOVED for p in parts):
            whole = float(origin.sum())
            out.append(
                Split(stage, f"{title}, traced through hubs", ORIGIN, chain.grade[stage], "",
                      whole, parts)
            )  # fmt: skip
    return tuple(out)


def _unmade(chain: Chain, k: int, parts: Sequence[Part]) -> str:
    """Which of the largest sellers make none new, and where what they sell comes from."""
    told = []
    for p in parts[:NAMED]:
        o = chain.region(p.region)
        scrap, stocks, made = (
            float(x[k, o]) for x in (chain.secondary, chain.stock_draw, chain.output)
        )
        if made > 0 or p.share < NOTED:
            continue
        sold = "scrap, assumed" if scrap > stocks else "stocks" if stocks > 0 else "what it bought"
        told.append(f"{p.name} (sells {sold})")
    return f"No new output: {', '.join(told)}." if told else ""


def _bought(mineral: str, party: str, held: Screening) -> tuple[Split, ...]:
    own = held.of("origins", mineral).filter((pl.col("party") == party) & (pl.col("share") > 0))
    if own.is_empty():
        name = screened_minerals()[mineral].name.lower()
        why = f"no source held says where {words.the(party)} buys {name}"
        return (Split("", "All stages", "", "survey", "", None, (), why),)
    found = []
    for stage in sorted(own["stage"].unique(), key=list(STAGES).index):
        rows = own.filter(pl.col("stage") == stage).with_columns(weak=pl.lit(False))
        ordered = _by_region(rows).select("region", "share", "weak", "own")
        parts = tuple(Part(*r) for r in ordered.iter_rows())
        source = str(rows["source"][0])
        found.append(Split(stage, STAGES[stage], TO_PARTY[party], "survey", source, None, parts))
    return tuple(found)
