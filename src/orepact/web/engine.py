"""What the server computes and keeps: worlds, pacts, answers at central values, ranges as jobs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from orepact import pact as pacts
from orepact.errors import InputError, UnknownIdError, nearest
from orepact.pact import Pact
from orepact.pact.files import library
from orepact.study.metrics import Key
from orepact.study.simulate import Figure, Run, simulate
from orepact.web.jobs import Job, Jobs
from orepact.web.scenario import Scenario
from orepact.world import World, load
from orepact.world.compiled import BASE_YEAR

DRAWS = 128
SEED = 2026
KEPT = 512
"""Answers kept: each is a few megabytes at most."""

Report = Callable[[int, int], None]
Ranges = tuple[dict[Key, Figure], int]
"""Figures with their ranges, and how many draws did not solve."""


class Engine:
    """Everything a page may ask for. ``files`` are pacts of the user's own, by their path."""

    def __init__(self, files: Sequence[Path] = ()) -> None:
        own = {pacts.read(path).id: path.resolve() for path in files}
        if taken := sorted(set(own) & set(library())):
            raise InputError(f"A pact '{taken[0]}' is in the library. Give yours another id.")
        self.names: Mapping[str, str | Path] = {**{n: n for n in library()}, **own}
        self.jobs = Jobs()
        self._lock = threading.Lock()
        self._answers: OrderedDict[Scenario, Run] = OrderedDict()

    def pact(self, name: str) -> Pact:
        """A pact by its id; :class:`UnknownIdError` for one that is not held."""
        if name not in self.names:
            raise UnknownIdError(f"There is no pact '{name}' here. {nearest(name, self.names)}")
        return _pact(self.names[name])

    def world(self, year: int = BASE_YEAR) -> World:
        """The world of a year."""
        return load(year)

    def answer(self, asked: Scenario) -> Run:
        """A scenario at central values: a few hundredths of a second, kept for the next reader."""
        with self._lock:
            if asked in self._answers:
                self._answers.move_to_end(asked)
                return self._answers[asked]
        run = _run(asked, self.pact(asked.pact), 0)
        with self._lock:
            self._answers[asked] = run
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return run

    def ranges(self, asked: Scenario) -> Job:
        """The job that draws the ranges of a scenario; its result is :data:`Ranges`."""
        name = self.pact(asked.pact) and self.names[asked.pact]
        return self.jobs.submit(f"ranges {asked}", draw_ranges, asked, name)

    def ranged(self, asked: Scenario) -> Run | None:
        """A scenario with its ranges, where they have been drawn."""
        job = self.ranges(asked)
        if job.state != "done":
            return None
        figures, failed = job.result
        run = self.answer(asked)
        held = replace(run.minerals[asked.mineral], figures=figures, failed=failed)
        return replace(run, draws=DRAWS, seed=SEED, minerals={asked.mineral: held})


def draw_ranges(report: Report, asked: Scenario, name: str | Path) -> Ranges:
    """Ranges of a scenario; runs in the process of the jobs."""
    run = _run(asked, _pact(name), DRAWS, lambda _, done, total: report(done, total))
    mr = run.minerals[asked.mineral]
    return mr.figures, mr.failed


def _run(
    asked: Scenario,
    pact: Pact,
    draws: int,
    progress: Callable[[str, int, int], None] | None = None,
) -> Run:
    return simulate(
        asked.of(pact), load(asked.base), [asked.mineral], on=asked.on, draws=draws,
        seed=SEED, progress=progress,
    )  # fmt: skip


@cache
def _pact(name: str | Path) -> Pact:
    return pacts.read(name)
