"""Two hundred random hard worlds: what is said to be solved is solved, and nearly all is."""

import hard_more
import numpy as np
import pytest
from hard_worlds import Build, scoreboard, world


@pytest.mark.parametrize("build", [world, hard_more.world])
def test_hard_worlds(build: Build) -> None:
    """None is wrongly said to be solved; at most one in two hundred stalls, and says where."""
    lines, trials = scoreboard(range(200), build)
    table = "\n".join([*lines, *(f"{t.seed}: {t.message}" for t in trials if t.status != "solved")])
    status = [t.status for t in trials]
    assert status.count("wrong") == 0, table
    posed = len(status) - status.count("no equilibrium")
    assert posed >= 190, table
    assert status.count("stalled") <= 0.005 * posed, table
    assert all("Worst: " in t.message for t in trials if t.status == "stalled"), table


def test_the_worlds_are_hard() -> None:
    """Shortage, floors, bans and rents that bind are there in numbers."""
    short = walled = banned = quotas = 0
    for seed in range(200):
        m, w = world(seed)
        need = m.x0.sum(2)
        short += bool((m.supply.capacity[:, 0].sum(1) < 0.8 * need.sum(1)).any())
        walled += bool((w.floor > 1.5 * m.p0).any() or (w.duty > 1.0).any())
        banned += bool((w.open == 0).any())
        quotas += bool((w.limit < 0.5 * (w.limit_mask * m.x0).sum((1, 2, 3))).any())
    assert short > 150
    assert walled > 60
    assert banned > 30
    assert quotas > 60


def test_the_further_instruments_are_there_and_meet_the_others() -> None:
    seen = dict.fromkeys(("quota beyond", "rules", "relabelling", "movers", "mixed"), 0)
    for seed in range(200):
        m, w = hard_more.world(seed)
        seen["quota beyond"] += bool(w.tranches)
        seen["rules"] += bool(np.any(w.buys + w.sells > 0))
        seen["relabelling"] += w.any_alias
        seen["movers"] += m.mobile
        seen["mixed"] += bool(w.tranches and w.any_alias) or bool(
            np.any(w.floor > 0) and w.tranches
        )
    assert min(seen.values()) > 25, seen
