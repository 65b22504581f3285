"""The table of key figures of a profile: value, how it is known, and why it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from orepact.report import numbers, supply, words
from orepact.report.findings import published
from orepact.report.numbers import SPACE
from orepact.report.subject import Subject
from orepact.study.rows import printed
from orepact.study.screened import Metric, ScreenRow
from orepact.world import Screening
from orepact.world.hosts import hosts

Write = Callable[[float], str]

MANY = 10
"""Spare capacity from which its size says no more: others could replace the supplier many times."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One row: name, value in words with its unit, basis ('' where not known), remark."""

    name: str
    text: str
    basis: str
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return bool(self.basis)


def figure(name: str, m: Metric, write: Write, note: str = "") -> KeyFigure:
    """A metric as a row."""
    if m.value is None or m.basis is None:
        return KeyFigure(name, "not known", "", words.spelt(m.why))
    return KeyFigure(name, m.shown or write(m.value), m.basis, note or words.spelt(m.why))


def key_figures(s: Subject, held: Screening) -> tuple[KeyFigure, ...]:
    """Figures of the most concentrated stage; of the mineral where they have no stage."""
    r = s.worst
    who = words.the(s.party)
    text, product = published(s, held)
    name = "Net import reliance, published"
    told = (
        KeyFigure(name, _printed(text), "survey", product)
        if text
        else KeyFigure(name, "not known", "", f"no survey held publishes one for {who}")
    )
    ours = figure("Net import reliance, ours", r.import_reliance, _reliance)
    own = (ours,) if s.chain is not None else ()  # else it is the published one
    bloc = f"HHI outside {'the members of the pact' if len(s.members) > 1 else who}"
    return (
        told,
        *own,
        figure("Use a year", r.use_t, numbers.tonnes),
        figure("Concentration of output (HHI, 10,000 is one maker)", r.world_hhi, _index),
        figure("Weighted by governance (EU scale, 10 is worst)", r.governed_hhi, _one),
        figure(bloc, r.bloc_hhi, _index),
        figure("Concentration of its sources (HHI)", r.source_hhi, _index),
        figure("Spare capacity elsewhere", r.spare_elsewhere, _times, _spare_note(r)),
        figure("One supplier above 65 % of output", r.single_point, _yes),
        figure("Recycled share of supply", r.recycling, numbers.share),
        figure("Can be replaced within a year", r.substitution, numbers.share),
        _host(s, held),
        figure("EU supply risk 2023 (critical from 1)", r.eu_supply_risk, _one),
        _composite(s),
    )


def _composite(s: Subject) -> KeyFigure:
    """The score that ranks the mineral, with its stage where that is not the stage of the page."""
    r, here = s.placed, s.worst
    note = words.spelt(r.score.why)
    if r.stage != here.stage:
        own = _two(here.score.value) if here.score.value is not None else "not known"
        ranked, at = (supply.stage_title(s.mineral.id, x.stage, s.chain).lower() for x in (r, here))
        note = "; ".join(t for t in (f"ranked at {ranked}; {at}: {own}", note) if t)
    return figure("Composite score (0 safe, 1 vulnerable)", r.score, _two, note)


def _printed(text: str) -> str:
    return "net exporter" if text == "E" else printed(text) or f"{text}{SPACE}%"


def _reliance(x: float) -> str:
    return numbers.share(x) if x > 0 else "net exporter"


def _index(x: float) -> str:
    return f"{x:,.0f}"


def _one(x: float) -> str:
    return f"{x:.1f}"


def _two(x: float) -> str:
    return f"{x:.2f}"


def _yes(x: float) -> str:
    return "yes" if x else "no"


def _times(x: float) -> str:
    return f"{numbers.number(x)} times" if x < MANY else f"over {MANY} times"


def _spare_note(r: ScreenRow) -> str:
    return f"what {words.the(r.top_supplier)} sends" if r.spare_elsewhere.known else ""


def _host(s: Subject, held: Screening) -> KeyFigure:
    """How much of the output comes with a host's, which hosts, and what they leave unrecovered."""
    name = "Made as a by-product"
    rows = held.of("factors", s.mineral.id).filter(pl.col("factor") == "byproduct")
    if rows.is_empty():
        return KeyFigure(name, "not known", "", "no source held gives it")
    r = rows.row(0, named=True)
    note = _left(s) if r["central"] else ""
    basis = "assumed" if r["assumed"] else "survey"
    return KeyFigure(name, f"{numbers.share(r['central'])} of output", basis, note)


def _left(s: Subject) -> str:
    """Which metals it comes with, and what of it their output leaves unrecovered (assumed)."""
    rows = [h for h in hosts() if s.chain is not None and h.mineral == s.chain.mineral]
    if s.chain is None or not rows:
        return "its hosts and what they leave unrecovered are not held"
    names = numbers.listed(list(dict.fromkeys(h.host for h in rows)))
    k = s.chain.stage(rows[0].stage)
    left, made = float(s.chain.potential[k].sum()), float(s.chain.output[k].sum())
    told = f"with {names}"
    if left <= 0:
        return told
    return f"{told}; unrecovered there: {_times(left / made)} its output (assumed)"
