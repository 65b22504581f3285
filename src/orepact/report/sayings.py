"""Every sentence that a reader can meet, for those who translate and for the test of languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orepact.catalogue import minerals
from orepact.catalogue.regions import regions
from orepact.report import words


def sayings(source: Path) -> dict[str, str]:
    """Sentences by their English text, each with where it stands, of the package at ``source``."""
    return {text: where for where, text in (*_called(source), *_named())}


def _called(source: Path) -> Iterator[tuple[str, str]]:
    """Texts given to ``say`` in code and templates."""
    from babel.messages.extract import extract_from_dir

    methods = [("**.py", "python"), ("**/templates/**.j2", "jinja2")]
    options: dict[str, dict[str, Any]] = {"**/templates/**.j2": {"silent": "false"}}
    found = extract_from_dir(str(source), methods, options, keywords={"say": None, "later": None})
    for file, line, text, *_ in found:
        if isinstance(text, str) and text:
            yield f"{file}:{line}", text


def _named() -> Iterator[tuple[str, str]]:
    """Names that tables hold: minerals, stages, regions, parameters, kinds, lines, grades."""
    for m in minerals().values():
        yield "minerals.toml", m.name
        for s in m.stages:
            yield "minerals.toml", s.name
    yield "words.py", words.stage_name("zinc", "")
    for code in regions():
        yield "regions.csv", words.place(code)
    for table in (words.PARAMETERS, words.KINDS, words.LINES, words.GRADES):
        for text in table.values():
            yield "words.py", text
