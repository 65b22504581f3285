"""One equilibrium and batches, against SciPy on the same equations; how time grows with size."""

from __future__ import annotations

import time

import numpy as np
from markets import big, policy, scipy_root
from timing import alternately, ms, table

from orepact.market import Market, Wedges, solve
from orepact.market.batch import take
from orepact.market.equations import evaluate, frame
from orepact.market.jacobian import jacobian
from orepact.study.simulate import CHUNK

SIZES = (10, 20, 40, 80, 160)
STAGES = (1, 2, 3, 4)
DRAWS = (1, 10, 100, 1_000, 10_000)


def against_scipy() -> list[str]:
    """Forty regions, two stages: one solve, SciPy three ways, batches."""
    m = big()
    w = policy(m)
    out = solve(m, w)
    for other in (scipy_root(m, w), scipy_root(m, w, exact=False)):
        assert np.max(np.abs(out.state.p / np.exp(other.x).reshape(m.p0.shape) - 1)) < 1e-7
    ours, exact, hybr, lm = alternately(
        lambda: solve(m, w),
        lambda: scipy_root(m, w),
        lambda: scipy_root(m, w, exact=False),
        lambda: scipy_root(m, w, "lm", exact=False),
    )
    rows = [
        ("one solve, accounts checked", ms(ours), "1"),
        ("`scipy.optimize.root`, same equations and Jacobian", *_over(exact, ours)),
        ("the same, finite differences once, then Broyden's updates (`hybr`)", *_over(hybr, ours)),
        ("the same, finite differences at every step (`lm`)", *_over(lm, ours)),
    ]
    for n in (32, 128):
        mb = big(draws=n)
        wb = policy(mb)
        steps = solve(mb, wb).iterations
        f = frame(mb, wb)
        J = jacobian(f, evaluate(f, np.broadcast_to(mb.p0, (n, *mb.p0.shape)), np.zeros((n, 0))))
        b = np.ones((n, mb.p0.size, 1))

        def algebra(J: object = J, b: object = b, steps: int = steps) -> None:
            for _ in range(steps):
                np.linalg.solve(J, b)

        batch, bare = alternately(lambda mb=mb, wb=wb: solve(mb, wb), algebra, rounds=7)
        each = batch / n
        rows.append((
            f"batch of {n}, per solve ({steps} steps)",
            ms(each),
            f"{batch / bare:.1f} times the bare linear algebra; SciPy one by one takes "
            f"{exact / each:.1f} (its Jacobian given), {hybr / each:.0f} (`hybr`) and "
            f"{lm / each:.0f} (`lm`) times ours",
        ))  # fmt: skip
    head = "## 40 regions, 2 stages: floor, tariffs, capacity"
    return [head, "", *table(("what", "time", "ratio"), rows)]


def _over(theirs: float, ours: float) -> tuple[str, str]:
    return ms(theirs), f"{theirs / ours:.1f} times ours"


def scaling() -> list[str]:
    """Regions, stages and draws."""
    lines = ["## How time grows", "", "Two stages, by number of regions:", ""]
    lines += _sizes(("regions", [(R, 2) for R in SIZES]))
    lines += ["", "Forty regions, by number of stages:", ""]
    lines += _sizes(("stages", [(40, K) for K in STAGES]))
    lines += [
        "",
        f"Forty regions, two stages, by number of draws, in chunks of {CHUNK}, each draw solved "
        "under the policy from the base year:",
        "",
        *table(("draws", "time", "a draw", "not solved"), [_drawn(n) for n in DRAWS]),
    ]
    return lines


def _sizes(what: tuple[str, list[tuple[int, int]]]) -> list[str]:
    name, sizes = what
    rows = []
    for R, K in sizes:
        m, mb = big(R, K), big(R, K, CHUNK)
        w, wb = policy(m), policy(mb)
        rounds = 7 if R * K < 160 else 3
        ours, batch, theirs = alternately(
            lambda m=m, w=w: solve(m, w),
            lambda mb=mb, wb=wb: solve(mb, wb),
            lambda m=m, w=w: scipy_root(m, w, exact=False),
            rounds=rounds,
        )
        each = batch / CHUNK
        rows.append((
            R if name == "regions" else K, R * K, ms(ours), ms(each), ms(theirs),
            f"{theirs / ours:.1f}", f"{theirs / each:.0f}",
        ))  # fmt: skip
    head = (
        name, "unknowns", "one solve", f"a solve of {CHUNK}", "SciPy, finite differences",
        "over one solve", f"over a solve of {CHUNK}",
    )  # fmt: skip
    return table(head, rows)


def _drawn(n: int) -> tuple[str, ...]:
    m = big(draws=n)
    w = policy(m)

    def chunks() -> int:
        return sum(_failed(take(m, (np.arange(i, min(i + CHUNK, n)),)), w)
                   for i in range(0, n, CHUNK))  # fmt: skip

    best, failed = float("inf"), 0
    for _ in range(5 if n <= 100 else 1):
        start = time.perf_counter()
        failed = chunks()
        best = min(best, time.perf_counter() - start)
    return f"{n:,}", ms(best), ms(best / n), str(failed)


def _failed(m: Market, w: Wedges) -> int:
    out = solve(m, w, must_solve=False)
    return int(np.sum(~np.asarray(out.converged)))
