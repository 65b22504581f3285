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
from pathlib import Path

import numpy as np
import polars as pl
from engine import against_scipy, scaling
from gravity import beside_gegravity
from hard import hard
from pages import pages
from timing import alternately

from orepact import pact, world
from orepact.market import calibrate, solve
from orepact.study.simulate import simulate
from orepact.world.compiled import TABLES
from orepact.world.page import withheld_codes_table

ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    """Measure, check and write."""
    start = time.perf_counter()
    lines = ["# Benchmarks", "", *_machine(), "", "Best of 15 rounds, the jobs taking turns.", ""]
    for part in (
        against_scipy,
        beside_gegravity,
        scaling,
        hard,
        pages,
        _whole_runs,
        _world,
        _holdout,
    ):
        lines += [*part(), ""]
        print(f"{part.__name__}: {time.perf_counter() - start:.0f} s so far", file=sys.stderr)
    (ROOT / "docs" / "bench.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")
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
