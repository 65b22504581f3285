"""Runs a command line as the installed program would, and says what came out where."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from orepact.cli.app import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def orepact(monkeypatch, capsys) -> Run:
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["orepact", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Ended(int(code or 0), *capsys.readouterr())

    return run


PACT = """\
format: orepact/1
id: small
price_level: nominal
title: {en: A small pact, es: Un pacto pequeño}
status: consultation
sources:
  ours: {title: Scenario of this test, publisher: orepact, confidence: inferred}
parties:
  - {code: USA, from: 2026-02-04}
  - {code: MEX, from: 2026-02-04}
instruments:
  - kind: price_floor
    id: zinc
    mineral: zinc
    stage: refined
    floor: [{from: 2027-01-01, value: 3500 USD/t}]
    basis: {incoterm: FOB, content: Zn, counts_duty: false}
    mode: period_levy
    reference: {rule: lowest_non_member, scope: destination, minimum_share: 2 %}
    in: [USA, MEX]
    applies_to: non_members
    status: scenario
    source: ours
"""


@pytest.fixture
def small(tmp_path):
    """A pact file with one floor; ``small(old, new)`` gives it with a change."""

    def write(old: str = "", new: str = "", name: str = "small.yaml"):
        assert old in PACT
        path = tmp_path / name
        path.write_text(PACT.replace(old, new, 1) if old else PACT, "utf-8")
        return path

    return write
