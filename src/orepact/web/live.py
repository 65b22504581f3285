"""Answers to scenarios, computed where there is a free core: what the processes behind pages do.

Every function takes the pacts by name (a library's name or a path), the scenario, and figures with
ranges where they have been drawn; it gives text or bytes. A process keeps its last answers.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from orepact import pact as pacts
from orepact.errors import OrepactError
from orepact.pact import Pact
from orepact.pact.write import dump
from orepact.report import vega
from orepact.report.answer import answer, price_chart, welfare_chart
from orepact.report.brief import brief as written
from orepact.report.brief_html import html as brief_html
from orepact.report.brief_pdf import data, pdf
from orepact.report.language import language
from orepact.report.records import records
from orepact.study.metrics import Key
from orepact.study.simulate import Figure, Run, simulate
from orepact.web.frame import fragment
from orepact.web.scenario import Scenario
from orepact.world import load

DRAWS = 128
SEED = 2026
KEPT = 64
"""Answers that a process keeps, some megabytes each."""

Name = str | Path
Ranges = tuple[dict[Key, Figure], int]
"""Figures with their ranges, and how many draws did not solve."""
Report = Callable[[int, int], None]

FEW = 4
"""Runs with ranges that the process of the jobs keeps."""


class Written(NamedTuple):
    """A brief as a fragment of a page, as a PDF and as data."""

    html: str
    pdf: bytes
    data: dict[str, Any]


_lock = threading.Lock()
_runs: OrderedDict[tuple[Name, Scenario], Run] = OrderedDict()
_kept: OrderedDict[tuple[Name, Scenario], Run] = OrderedDict()


@cache
def pact(name: Name) -> Pact:
    """A pact of the library, or one's own."""
    return pacts.read(name)


def central(name: Name, asked: Scenario) -> Run:
    """A scenario at central values: a few hundredths of a second, kept for the next reader."""
    at = (name, asked)
    with _lock:
        if at in _kept:
            _kept.move_to_end(at)
            return _kept[at]
    run = _run(name, asked, 0)
    with _lock:
        _kept[at] = run
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return run


def ranged(name: Name, asked: Scenario, ranges: Ranges | None) -> Run:
    """The same with figures that were drawn elsewhere."""
    run = central(name, asked)
    if ranges is None:
        return run
    held = replace(run.minerals[asked.mineral], figures=ranges[0], failed=ranges[1])
    return replace(run, draws=DRAWS, minerals={asked.mineral: held})


def draw_ranges(report: Report, name: Name, asked: Scenario) -> Ranges:
    """Ranges of a scenario: some seconds."""
    mr = _drawn(report, name, asked).minerals[asked.mineral]
    return mr.figures, mr.failed


def _drawn(report: Report, name: Name, asked: Scenario) -> Run:
    """A run with its ranges; the last few are kept for the brief and its other languages."""
    at = (name, asked)
    if at not in _runs:
        count = len(_minerals(name, asked))
        past: dict[str, int] = {}

        def progress(mineral: str, done: int, total: int) -> None:
            past[mineral] = done
            report(sum(past.values()), count * total)

        _runs[at] = _run(name, asked, DRAWS, progress)
        while len(_runs) > FEW:
            _runs.popitem(last=False)
    return _runs[at]


def _minerals(name: Name, asked: Scenario) -> list[str]:
    """The mineral of a scenario, or all that its pact names."""
    if asked.mineral:
        return [asked.mineral]
    named = {m for i in pact(name).instruments for m, _ in i.targets()}
    return [m for m in load(asked.base).chains if m in named]


def glance(name: Name, asked: Scenario, tag: str) -> str:
    """The answer at a glance, for the first page: its headline, and that stage before and after."""
    lang = language(tag)
    a = answer(central(name, asked), lang)
    stage = next(s for s in a.stages if s.id == a.lead)
    return fragment("glance.html.j2", lang, a=a, stage=stage, asked=asked)


def brief(name: Name, asked: Scenario, tag: str) -> str:
    """The brief at central values, as a fragment of a page."""
    return brief_html(written(central(name, asked), language(tag), source=str(name)))


def draw_brief(report: Report, name: Name, asked: Scenario, tag: str) -> Written:
    """The brief with its ranges: up to a minute."""
    held = written(_drawn(report, name, asked), language(tag), source=str(name))
    return Written(brief_html(held), pdf(held), data(held))


def page(name: Name, asked: Scenario, ranges: Ranges | None, tag: str, drawing: bool) -> str:
    """The answer as a fragment of a page, in the reader's language; in words where there is none.

    ``drawing`` says that ranges are on their way.
    """
    lang = language(tag)
    try:
        run = ranged(name, asked, ranges)
    except OrepactError as error:
        return fragment("failure.html.j2", lang, failure=str(error), link=asked.query())
    return fragment(
        "answer.html.j2", lang, a=answer(run, lang), asked=asked, link=asked.query(),
        drawing=drawing, draws=DRAWS, python=asked.python(DRAWS, str(name)),
    )  # fmt: skip


def document(name: Name, asked: Scenario, ranges: Ranges | None) -> dict[str, Any]:
    """The answer as one JSON document, units beside every figure."""
    run = ranged(name, asked, ranges)
    (mr,) = run.minerals.values()
    return {
        "scenario": pacts.SCENARIO,
        "query": asked.query(),
        "pact": asked.pact,
        "on": asked.on.isoformat(),
        "members": list(run.members),
        "base_year": run.year,
        "mineral": asked.mineral,
        "status": mr.policy.status.value,
        "draws": run.draws,
        "failed_draws": mr.failed,
        **records(run),
        "warnings": [str(w) for w in mr.warnings],
        "grades": dict(mr.chain.grade),
        "python": asked.python(run.draws, str(name)),
    }


def table(name: Name, asked: Scenario, ranges: Ranges | None) -> str:
    """All figures as CSV, units in a column of their own."""
    import polars as pl

    rows = records(ranged(name, asked, ranges))["figures"]
    return pl.DataFrame(rows, infer_schema_length=None).write_csv()


def text(name: Name, asked: Scenario) -> str:
    """The pact with what was changed, as a file that every command takes."""
    return dump(central(name, asked).pact)


def python(name: Name, asked: Scenario) -> str:
    """The lines of Python that give the same figures."""
    return asked.python(DRAWS, str(name))


def report(name: Name, asked: Scenario) -> str:
    """The full report of the scenario at central values: one page with every table."""
    from orepact.report.page import html

    return html(central(name, asked))


def chart(name: Name, asked: Scenario, ranges: Ranges | None, which: str, tag: str) -> str:
    """A chart as SVG, for pages without script and for printing."""
    run = ranged(name, asked, ranges)
    (mr,) = run.minerals.values()
    draw = price_chart if which == "prices" else welfare_chart
    return vega.svg(draw(run, mr, language(tag), "print"))


def _run(
    name: Name, asked: Scenario, draws: int, progress: Callable[[str, int, int], None] | None = None
) -> Run:
    return simulate(
        asked.of(pact(name)), load(asked.base), _minerals(name, asked), on=asked.on, draws=draws,
        seed=SEED, progress=progress,
    )  # fmt: skip
