"""A floor on oxide moves magnets abroad; a floor on magnets brings them back."""

from datetime import date

import numpy as np
import pytest

from orepact import pact, world
from orepact.errors import InputError
from orepact.market import calibrate, solve
from orepact.market.instruments import wedges
from orepact.study.shifting import Shift, floored_stages, shifting

EARTH = world.load()
PACT = pact.read("plurilateral-2026")
DAY = PACT.default_date()
BOTH = ("oxide", "magnet")


@pytest.fixture(scope="module")
def rows() -> dict[tuple[tuple[str, ...], str, str], Shift]:
    return {(r.floors_on, r.member, r.stage): r for r in shifting(PACT, EARTH, "ndpr")}


def test_every_set_of_floors_member_and_stage_has_one_row(rows) -> None:
    stages = EARTH.chain("ndpr").stages
    sets = (("oxide",), ("magnet",), BOTH)
    assert list(rows) == [(s, m, k) for s in sets for m in PACT.members(DAY) for k in stages]


def test_a_floor_on_oxide_alone_moves_japans_magnets_abroad(rows) -> None:
    r = rows[("oxide",), "JPN", "magnet"]
    assert r.output < 0.9 * r.output0
    assert r.imports > 1.1 * r.imports0


def test_floors_on_both_stages_bring_them_back(rows) -> None:
    """What is shipped on is refunded the floor on its oxide, so that both floors together add."""
    alone, both = rows[("oxide",), "JPN", "magnet"], rows[BOTH, "JPN", "magnet"]
    assert alone.output < both.output0 < both.output
    assert both.imports < alone.imports


def test_a_floor_makes_its_own_stage_at_home(rows) -> None:
    for stage in BOTH:
        r = rows[(stage,), "JPN", stage]
        assert r.output > r.output0
        assert r.imports < r.imports0


def test_the_base_is_the_same_in_every_set(rows) -> None:
    chain = EARTH.chain("ndpr")
    for (_, member, stage), r in rows.items():
        first = rows[("oxide",), member, stage]
        assert (r.output0, r.imports0) == (first.output0, first.imports0)
        k, at = chain.stage(stage), chain.region(member)
        assert r.output0 == pytest.approx(chain.output[k, at], abs=0.5)


def test_all_floors_are_the_pact_itself(rows) -> None:
    m = calibrate(EARTH.chain("ndpr"))
    out = solve(m, wedges(PACT, m, DAY))
    for member in PACT.members(DAY):
        at = m.region(member)
        for stage in m.stages:
            k, r = m.stage(stage), rows[BOTH, member, stage]
            abroad = np.delete(out.state.x[k, :, at], at).sum()
            assert r.output == pytest.approx(out.state.y[k, at], rel=1e-6, abs=1e-6)
            assert r.imports == pytest.approx(abroad, rel=1e-6, abs=1e-6)


def test_floored_stages_are_those_in_force() -> None:
    assert floored_stages(PACT, "ndpr", DAY) == {"oxide": "ndpr-oxide", "magnet": "ndpr-magnet"}
    assert floored_stages(PACT, "ndpr", date(2026, 6, 1)) == {}


@pytest.mark.parametrize(
    ("held", "mineral", "on", "found"),
    [
        (PACT, "zinc", None, "floors on 1 stages of zinc"),
        (PACT.without("ndpr-magnet"), "ndpr", None, "floors on 1 stages of ndpr"),
        (PACT, "ndpr", date(2026, 6, 1), "floors on 0 stages of ndpr on 2026-06-01"),
    ],
)
def test_it_takes_two_floors(held, mineral, on, found) -> None:
    with pytest.raises(InputError, match=found):
        shifting(held, EARTH, mineral, on)


def test_a_floor_on_natural_graphite_alone_does_not_leak_to_synthetic() -> None:
    """Feeds stand in fixed proportion: synthetic falls with anode, as decision 0004 says."""
    rows = {
        (r.floors_on, r.member, r.stage): r
        for r in shifting(pact.read("us-mexico-2026"), EARTH, "graphite")
    }
    anode, synthetic = (rows[("spherical",), "USA", s] for s in ("anode", "synthetic"))
    assert anode.output < 0.99 * anode.output0
    assert synthetic.output / synthetic.output0 == pytest.approx(
        anode.output / anode.output0, abs=2e-3
    )
