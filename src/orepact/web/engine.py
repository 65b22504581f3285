"""What stands behind the pages: the pacts by name, the worlds, and processes that compute."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from orepact import errors
from orepact import pact as pacts
from orepact.errors import InputError, NotSolvedError, OrepactError, UnknownIdError, nearest
from orepact.pact import Pact
from orepact.pact.files import library
from orepact.web import live
from orepact.web.jobs import Job, Jobs, stop
from orepact.web.scenario import Scenario
from orepact.world import World, load
from orepact.world.compiled import BASE_YEAR

T = TypeVar("T")


class Engine:
    """Everything a page may ask for.

    ``files`` are pacts of the user's own, by their path. With ``workers`` live answers are
    computed in so many processes, without in the one that asks.
    """

    def __init__(self, files: Sequence[Path] = (), workers: int = 0) -> None:
        own = {pacts.read(path).id: path.resolve() for path in files}
        if taken := sorted(set(own) & set(library())):
            raise InputError(f"A pact '{taken[0]}' is in the library. Give yours another id.")
        self.names: Mapping[str, str | Path] = {**{n: n for n in library()}, **own}
        self.jobs = Jobs()
        self._workers = workers
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor | None:
        """Processes that have the world at hand before anybody asks."""
        if not self._workers:
            return None
        pool = ProcessPoolExecutor(self._workers, get_context("spawn"))
        for _ in range(self._workers):
            pool.submit(load)
        return pool

    def close(self) -> None:
        """Stop every process."""
        self.jobs.close()
        if self._pool is not None:
            stop(self._pool)

    def pact(self, name: str) -> Pact:
        """A pact by its id; :class:`UnknownIdError` for one that is not held."""
        if name not in self.names:
            raise UnknownIdError(f"There is no pact '{name}' here. {nearest(name, self.names)}")
        return live.pact(self.names[name])

    def world(self, year: int = BASE_YEAR) -> World:
        """The world of a year."""
        return load(year)

    def live(self, work: Callable[..., T], asked: Scenario, *given: Any) -> T:
        """``work(name, asked, *given)`` of :mod:`orepact.web.live`, on a free core.

        Raises what the work raises.
        """
        name = self.names[asked.pact]
        if self._pool is None:
            return work(name, asked, *given)
        try:
            done, found = self._pool.submit(_caught, work, name, asked, *given).result()
        except BrokenProcessPool:  # a process was killed from outside: begin anew, once
            self._pool = self._started()
            assert self._pool is not None
            done, found = self._pool.submit(_caught, work, name, asked, *given).result()
        if not done:
            raise _raised(*found)
        return found  # type: ignore[no-any-return]

    def ranges(self, asked: Scenario, watch: bool = False) -> Job:
        """The job that draws the ranges of a scenario; its result is :data:`live.Ranges`."""
        name = self.names[asked.pact]
        return self.jobs.submit(f"ranges {asked}", live.draw_ranges, name, asked, watch=watch)

    def brief(self, asked: Scenario, tag: str) -> Job:
        """The job that writes a brief with its ranges, as HTML and PDF."""
        name = self.names[asked.pact]
        return self.jobs.submit(f"brief {tag} {asked}", live.draw_brief, name, asked, tag)


def _caught(work: Callable[..., T], *given: Any) -> tuple[bool, Any]:
    """A result, or what an error says: not every exception survives the way between processes."""
    try:
        return True, work(*given)
    except OrepactError as error:
        return False, (type(error).__name__, str(error))


def _raised(name: str, text: str) -> OrepactError:
    unsolved = issubclass(getattr(errors, name, InputError), errors.ResultError)
    return NotSolvedError(text) if unsolved else InputError(text)


def cores() -> int:
    """Processes for live answers: one a core, four at most."""
    return min(os.cpu_count() or 1, 4)
