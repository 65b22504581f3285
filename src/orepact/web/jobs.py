"""Computations that take longer than a reader waits: done one by one in a process of their own.

A job is known by what it computes: asked for twice, it is computed once. Whoever asked may leave;
when all have left, it is given up.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Literal

from orepact.errors import OrepactError
from orepact.web.problems import BusyError

State = Literal["waiting", "running", "done", "failed"]
KEPT = 128
"""Finished jobs that are remembered; the oldest are forgotten first."""
WAITING = 32
"""Jobs that may wait at once."""


@dataclass(frozen=True, slots=True)
class Job:
    """Where a computation stands: steps ``done`` of ``total``, and what came of it."""

    id: str
    state: State
    done: int = 0
    total: int = 0
    result: Any = None
    error: BaseException | None = None


class Jobs:
    """Jobs of one server; the process behind them starts with the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: OrderedDict[str, Future[Any]] = OrderedDict()
        self._steps: dict[str, tuple[int, int]] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._queue: Any = None
        self._left: Any = None
        self._watchers: Counter[str] = Counter()
        self._gone: set[str] = set()

    def submit(self, key: str, work: Callable[..., Any], *given: Any, watch: bool = False) -> Job:
        """Begin what ``key`` names, or find it begun; ``work(report, *given)`` runs elsewhere.

        Who says ``watch`` waits for it and may :meth:`leave`.
        Raises :class:`BusyError` where too many wait already.
        """
        id = hashlib.sha256(key.encode()).hexdigest()[:16]
        with self._lock:
            held = self._futures.get(id)
            self._watchers[id] += watch
            if id in self._gone:
                held = None
            if held is None or (held.done() and held.exception() is not None):
                if sum(not f.done() for f in self._futures.values()) >= WAITING:
                    raise BusyError(
                        f"{WAITING} computations are waiting already. Try again in a minute."
                    )
                self._futures[id] = self._started().submit(_do, id, work, *given)
                self._steps.pop(id, None)
                self._gone.discard(id)
                while len(self._futures) > KEPT:
                    old, future = next(iter(self._futures.items()))
                    if not future.done():
                        break
                    del self._futures[old]
                    self._steps.pop(old, None)
        found = self.get(id)
        assert found is not None
        return found

    def get(self, id: str) -> Job | None:
        """A job by its id, ``None`` where there is none (or it was forgotten)."""
        with self._lock:
            future = self._futures.get(id)
            done, total = self._steps.get(id, (0, 0))
        if future is None:
            return None
        if not future.done():
            return Job(id, "running" if total or future.running() else "waiting", done, total)
        if (error := future.exception()) is not None:
            return Job(id, "failed", done, total, error=error)
        return Job(id, "done", total, total, future.result())

    def leave(self, id: str) -> None:
        """One who asked for a job no longer waits for it."""
        with self._lock:
            future = self._futures.get(id)
            if future is None or future.done() or self._watchers[id] <= 0:
                return
            self._watchers[id] -= 1
            if self._watchers[id]:
                return
            if future.cancel():
                del self._futures[id]
            else:
                self._left.put(id)
                self._gone.add(id)

    def close(self) -> None:
        """Stop the process; what was waiting is given up."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            stop(pool)
            self._queue.put(None)

    def _started(self) -> ProcessPoolExecutor:
        broken = self._pool is not None and getattr(self._pool, "_broken", False)
        if self._pool is None or broken:
            context = get_context("spawn")
            self._queue = context.Queue()
            self._left = context.Queue()
            self._pool = ProcessPoolExecutor(1, context, _begin, (self._queue, self._left))
            threading.Thread(target=self._listen, args=(self._queue,), daemon=True).start()
        return self._pool

    def _listen(self, queue: Any) -> None:
        while (told := queue.get()) is not None:
            id, done, total = told
            with self._lock:
                self._steps[id] = (done, total)


def stop(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once: none outlives the server."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


class GivenUpError(OrepactError):
    """Nobody waits for a job any more."""


_told: Any = None
"""In the process of the jobs: where they tell how far they are."""
_left: Any = None
"""There too: where ids of jobs that nobody waits for come from."""
_gone: set[str] = set()


def _begin(told: Any, left: Any) -> None:
    global _told, _left
    _told, _left = told, left
    os.nice(10)  # live answers come first


def _do(id: str, work: Callable[..., Any], *given: Any) -> Any:
    def report(done: int, total: int) -> None:
        while not _left.empty():
            _gone.add(_left.get())
        if id in _gone:
            raise GivenUpError("Nobody waits for it any more. Ask again to begin anew.")
        _told.put((id, done, total))

    _gone.discard(id)
    report(0, 1)
    return work(report, *given)
