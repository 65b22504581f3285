"""Speed as ratios, side by side in one run, and the full-size checks; writes docs/bench.md.

Every ratio compares two things timed alternately in this process, so that it carries over to
another machine where the milliseconds do not.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import root

from orepact import pact, world
from orepact.market import Market, Wedges, calibrate, demand, solve, sourcing, supply
from orepact.market.equations import evaluate, frame, residual
from orepact.market.jacobian import jacobian
from orepact.study.simulate import simulate
from orepact.world.compiled import TABLES
from orepact.world.page import withheld_codes_table

ROOT = Path(__file__).parent.parent
R, K = 40, 2


def big(draws: int | None = None) -> Market:
    """Forty regions, ore to refined, every region trading with every other; seeded."""
    g = np.random.default_rng(0)
    inputs = np.zeros((K, K, R))
    inputs[1, 0] = 1.1
    p0 = np.array([10.0, 30.0])[:, None] * g.uniform(0.9, 1.1, (K, R))
    freight = np.where(np.eye(R), 0, g.uniform(0.5, 1.5, (K, R, R)))
    duty = np.where(np.eye(R), 0, g.uniform(0, 0.08, (K, R, R)))
    cif = np.arange(R) % 2 == 0
    c0 = p0[:, :, None] + freight + duty * (p0[:, :, None] + cif * freight)
    share = g.dirichlet(np.ones(R), (K, R)).transpose(0, 2, 1)
    P0 = (share * c0).sum(1)
    final = g.uniform(5, 20, (K, R)) * np.array([0.2, 1.0])[:, None]
    y, x = np.zeros((K, R)), np.zeros((K, R, R))
    for k in (1, 0):
        bought = final[k] + (inputs[1, 0] * y[1] if k == 0 else 0)
        x[k] = share[k] * bought
        y[k] = x[k].sum(1)
    m0 = p0.copy()
    m0[1] -= 1.1 * P0[0]
    one = np.ones((K, 1, R))
    sigma: Any = 4.0 if draws is None else g.uniform(2, 8, (draws, 1, 1))
    eps: Any = 0.8 * one if draws is None else g.uniform(0.3, 1.5, (draws, 1, 1, 1)) * one
    return Market.from_arrays(
        regions=[f"r{i}" for i in range(R)],
        stages=["ore", "refined"],
        p0=p0,
        x0=x,
        scale=y,
        inputs=inputs,
        freight=freight,
        duty=duty,
        cif=cif,
        supply=supply.Isoelastic(1.15 * y[:, None], one / 1.15, m0[:, None], eps, 0.5 * one),
        demand=demand.Isoelastic(final, P0, 0.4 * np.ones((K, R)), 5 * np.ones((K, R))),
        sourcing=sourcing.Logit(share, c0, P0, P0 / sigma),
    )


def policy(m: Market) -> Wedges:
    """A floor in five regions, a tariff in three of them, capacity binding."""
    w = Wedges.base(m)
    floor = np.zeros((K, R))
    floor[1, :5] = 1.3 * m.p0[1].max()
    covered = np.zeros((K, R, R), bool)
    covered[1, 5:, :5] = True
    duty = m.duty + np.where(np.eye(R), 0, 0.1 * (np.arange(R) < 3))
    return replace(w, floor=floor, covered=covered, eligible=covered, duty=duty)


def alternately(*jobs: Callable[[], object], rounds: int = 15) -> list[float]:
    """Best time of each job in seconds, the jobs taking turns."""
    best = [float("inf")] * len(jobs)
    for _ in range(rounds):
        for i, job in enumerate(jobs):
            start = time.perf_counter()
            job()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def scipy_root(m: Market, w: Wedges) -> Any:
    """The same equations and the same Jacobian in SciPy's hybrid solver."""
    f, shape = frame(m, w), m.p0.shape

    def fun(z: Any) -> Any:
        return residual(f, evaluate(f, np.exp(z).reshape(shape), np.zeros(0)))

    def jac(z: Any) -> Any:
        return jacobian(f, evaluate(f, np.exp(z).reshape(shape), np.zeros(0)))

    found = root(fun, np.log(m.p0).ravel(), jac=jac, tol=1e-11)
    assert np.max(np.abs(found.fun)) < 1e-8, found.message
    return found


def main() -> None:
    """Measure, check and write."""
    lines = ["# Benchmarks", "", *_machine(), "", "Best of 15 rounds, the jobs taking turns.", ""]
    m = big()
    w = policy(m)
    out = solve(m, w)
    reference = np.exp(scipy_root(m, w).x).reshape(m.p0.shape)
    assert np.max(np.abs(out.state.p / reference - 1)) < 1e-7
    ours, theirs = alternately(lambda: solve(m, w), lambda: scipy_root(m, w))
    lines += [
        f"## {R} regions, {K} stages: floor, tariffs, capacity",
        "",
        "| what | time | ratio |",
        "|---|---|---|",
        f"| one solve, accounts checked | {ours * 1e3:.2f} ms | 1 |",
        f"| `scipy.optimize.root`, same equations and Jacobian | {theirs * 1e3:.2f} ms | "
        f"{theirs / ours:.1f} times ours |",
    ]
    for n in (32, 128):
        mb = big(n)
        wb = policy(mb)
        steps = solve(mb, wb).iterations
        f = frame(mb, wb)
        J = jacobian(f, evaluate(f, np.broadcast_to(mb.p0, (n, K, R)), np.zeros((n, 0))))
        b = np.ones((n, K * R, 1))

        def algebra(J: Any = J, b: Any = b, steps: int = steps) -> None:
            for _ in range(steps):
                np.linalg.solve(J, b)

        batch, bare = alternately(lambda mb=mb, wb=wb: solve(mb, wb), algebra, rounds=7)
        lines.append(
            f"| batch of {n}, per solve ({steps} steps) | {batch / n * 1e3:.2f} ms | "
            f"{batch / bare:.1f} times the bare linear algebra ({bare / n * 1e3:.2f} ms); "
            f"SciPy one by one takes {theirs / (batch / n):.1f} times ours |"
        )
    lines += ["", *_whole_runs(), "", *_world(), "", *_holdout()]
    (ROOT / "docs" / "bench.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def _machine() -> list[str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return [
        f"Commit {commit}, {time.strftime('%Y-%m-%d')}; {cpu}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, NumPy {np.__version__}."
    ]


def _whole_runs() -> list[str]:
    agreed, w = pact.read("us-mexico-2026"), world.load()
    simulate(agreed, w, draws=0)
    (central,) = alternately(lambda: simulate(agreed, w, draws=0), rounds=5)
    start = time.perf_counter()
    run = simulate(agreed, w, draws=128)
    ranges = time.perf_counter() - start
    failed = sum(r.failed for r in run.minerals.values())
    command = [sys.executable, "-c", "from orepact.cli.app import main; main()", "--help"]
    (help_,) = alternately(
        lambda: subprocess.run(command, capture_output=True, check=True), rounds=5
    )
    bases = {m: solve(calibrate(c)).state for m, c in w.chains.items()}
    drift = max(
        float(np.max(np.abs(st.p / calibrate(w.chain(m)).p0 - 1))) for m, st in bases.items()
    )
    return [
        "## Whole runs",
        "",
        "| what | measured |",
        "|---|---|",
        f"| us-mexico-2026, {len(run.minerals)} minerals, central values, world loaded | "
        f"{central:.2f} s |",
        f"| the same with 128 draws | {ranges:.1f} s, {failed} draws not solved |",
        f"| `orepact --help` | {help_:.2f} s |",
        f"| largest drift of a base-year price when nothing changes | {drift:.1e} |",
    ]


def _world() -> list[str]:
    """Loading in fresh processes; building in one of its own, for its time and peak memory."""
    load = [sys.executable, "-c", "from orepact import world; world.load()"]
    bare = [sys.executable, "-c", "import numpy, polars, orepact.world"]
    whole, imports = alternately(
        *(lambda c=c: subprocess.run(c, check=True) for c in (load, bare)), rounds=9
    )
    size = sum(p.stat().st_size for p in TABLES.rglob("*.parquet"))
    sources = os.environ.get("OREPACT_SOURCES")
    build = "not measured: OREPACT_SOURCES names no folder of sources"
    if sources:
        with tempfile.TemporaryDirectory() as out:
            command = [sys.executable, "-m", "orepact", "world", "build", "--out", out]
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        build = f"{seconds:.0f} s, at most {peak:.1f} GB (limits: 180 s, 2 GB)"
    return [
        "## The world",
        "",
        "| what | measured |",
        "|---|---|",
        f"| load, in a fresh process, imports left out | {whole - imports:.2f} s (limit 0.3 s) |",
        f"| tables of all years | {size / 1e6:.1f} MB (limit 10 MB) |",
        f"| build from the publishers' files | {build} |",
    ]


def _holdout() -> list[str]:
    held = pl.read_parquet(TABLES / "holdout.parquet")
    lines = ["## Trade withheld from the balance", ""]
    lines += [
        "Absolute error as a share of the trade withheld, by code and by the seed used instead.",
        "",
    ]
    return [*lines, *withheld_codes_table(held).splitlines()]


if __name__ == "__main__":
    main()
