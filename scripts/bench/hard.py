"""Two thousand random hard worlds, and a thousand with further instruments: how many are solved,
judged by the certificate."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "tests" / "market"))

import hard_more
from hard_worlds import scoreboard, world


def hard() -> list[str]:
    """The scoreboards, and what is said of each world that is not solved."""
    out = ["## Hard worlds"]
    for title, build, n in (
        ("", world, 2000),
        ("With tariff-rate quotas, stocks by rule, relabelling and movers:", hard_more.world, 1000),
    ):
        lines, trials = scoreboard(range(n), build)
        left = [t for t in trials if t.status in ("stalled", "wrong")]
        out += ["", *([title, ""] if title else []), *lines]
        out += ["", *(f"* {t.seed}: {t.message}" for t in left)]
    return out
