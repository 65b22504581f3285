"""Read a pact: from the library, a file or a text; everything that is wrong, at once."""

from __future__ import annotations

from pathlib import Path

from orepact.errors import PactError, Problem
from orepact.pact.agreement import Pact
from orepact.pact.build import build
from orepact.pact.compose import load
from orepact.pact.files import File, fetch


def read(name_or_path: str | Path) -> Pact:
    """Read a pact by its name in the library, or from a file (``.yaml``, ``.yml``).

    Raises :class:`~orepact.errors.PactError` with every problem of the file, each with file,
    line, column, what was found and how to mend it.

    >>> read("us-mexico-2026").id
    'us-mexico-2026'
    """
    return _read(fetch(name_or_path))


def read_text(text: str, name: str = "pact.yaml") -> Pact:
    """Read a pact from its text; ``extends`` then reaches the library only."""
    return _read(File(text, name, None))


def _read(file: File) -> Pact:
    problems: list[Problem] = []
    root = load(file, problems)
    pact, found = build(root) if root is not None else (None, [])
    told = {p.where for p in problems}
    problems += [p for p in found if p.where not in told]  # no second mistake from the first
    if pact is None or problems:
        raise PactError(sorted(dict.fromkeys(problems), key=_place))
    return pact


def _place(problem: Problem) -> tuple[str, int, int]:
    file, line, column = problem.where.rsplit(":", 2)
    return file, int(line), int(column)
