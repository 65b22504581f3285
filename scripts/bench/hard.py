"""Two thousand random hard worlds: how many are solved, judged by the certificate."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "tests" / "market"))

from hard_worlds import scoreboard


def hard() -> list[str]:
    """The scoreboard of seeds 0 to 1999, and what is said of each world that is not solved."""
    lines, trials = scoreboard(range(2000))
    left = [t for t in trials if t.status in ("stalled", "wrong")]
    return ["## Hard worlds", "", *lines, "", *(f"* {t.seed}: {t.message}" for t in left)]
