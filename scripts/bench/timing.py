"""Times of jobs that take turns, and Markdown tables of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable


def alternately(*jobs: Callable[[], object], rounds: int = 15) -> list[float]:
    """Best time of each job in seconds, the jobs taking turns."""
    best = [float("inf")] * len(jobs)
    for _ in range(rounds):
        for i, job in enumerate(jobs):
            start = time.perf_counter()
            job()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def ms(seconds: float) -> str:
    """Milliseconds, three figures."""
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table, figures to the right."""
    first, *others = head
    lines = [f"| {' | '.join((first, *others))} |", f"|---|{'--:|' * len(others)}"]
    return [*lines, *(f"| {' | '.join(str(c) for c in row)} |" for row in rows)]
