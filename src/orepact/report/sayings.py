"""Every sentence that a reader can meet, for those who translate and for the test of languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from orepact.catalogue import minerals, region_name
from orepact.catalogue.regions import countries, regions
from orepact.catalogue.screened import screened_minerals
from orepact.market import RESULTS
from orepact.market.effects import Standing, Unit
from orepact.pact import SCENARIO
from orepact.pact.calendar import Agenda, Nature
from orepact.pact.party import Confidence
from orepact.report import terms, words
from orepact.study.bills import CONFIDENCE, shipped
from orepact.study.metrics import UNITS, WORLD

KEYWORDS = {"say": None, "later": None, "said": None}
"""Functions whose first argument is a sentence."""


def sayings(source: Path) -> dict[str, str]:
    """Sentences by their English text, each with where it stands, of the package at ``source``."""
    return {text: where for where, text in (*_called(source), *_named())}


def _called(source: Path) -> Iterator[tuple[str, str]]:
    """Texts given to ``say`` in code and templates."""
    from babel.messages.extract import extract_from_dir

    methods = [("**.py", "python"), ("**/templates/**.j2", "jinja2")]
    options: dict[str, dict[str, Any]] = {"**/templates/**.j2": {"silent": "false"}}
    found = extract_from_dir(str(source), methods, options, KEYWORDS)
    for file, line, text, *_ in found:
        if isinstance(text, str) and text:
            yield f"{file}:{line}", text


def _named() -> Iterator[tuple[str, str]]:
    """Names that tables hold: minerals, stages, regions, figures, instruments, states."""
    for m in minerals().values():
        yield "minerals.toml", m.name
        for s in m.stages:
            yield "minerals.toml", s.name
    for held in screened_minerals().values():
        yield "screened.toml", held.name
    yield "words.py", words.stage_name("zinc", "")
    for code in (*countries(), *regions(), WORLD):
        yield "regions.csv", words.place(code)
    for code in ("EUN", "ARE", "PNG"):
        yield "regions.csv", region_name(code)
    yield "words.py", words.OTHERS
    for table in (words.PARAMETERS, words.KINDS, words.LINES, words.GRADES, words.STATUSES):
        for text in table.values():
            yield "words.py", text
    yield "agreement.py", SCENARIO
    for p in shipped()[0]:
        yield "products.csv", p.short
    for table in (words.GROUPS, terms.FIELDS, terms.VALUES, terms.RENTS, terms.UNITS):
        for text in table.values():
            yield "clauses.py", text
    for text in (*UNITS, *get_args(Confidence), *CONFIDENCE, *get_args(Nature)):
        yield "metrics.py", text
    for result in RESULTS:
        yield "equilibrium.py", result.value
    for text in (*get_args(Standing), *filter(None, get_args(Unit))):
        yield "effects.py", text
    for f in fields(Agenda):
        if f.name not in ("as_of", "soon"):
            yield "calendar.py", f.name.capitalize()
