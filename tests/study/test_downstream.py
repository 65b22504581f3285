"""What a pact does to a product, against prices and kilograms by hand."""

import numpy as np
import pytest

from orepact import pact, world
from orepact.study.bills import Part, Product
from orepact.study.downstream import Cost, downstream
from orepact.study.metrics import Key
from orepact.study.simulate import Run, simulate

PACT = pact.read("us-mexico-2026")
EARTH = world.load()
HOW = ("orepact-assumption", "assumed", "by hand")


def thing(*parts: tuple[str, str, tuple[float, float, float]], value: float = 1000.0):
    made = Product("thing", "A thing", "thing", (0.8 * value, value, 1.5 * value), *HOW)
    return [made], [Part("thing", m, s, kg, *HOW) for m, s, kg in parts]


def cost(run: Run, member: str, held) -> Cost:
    return next(c for c in downstream(run, held) if c.member == member)


@pytest.fixture(scope="module")
def ranged() -> Run:
    return simulate(PACT, EARTH, ["gallium", "ndpr", "tin"], draws=16)


def price(run: Run, mineral: str, stage: str, member: str):
    return run.minerals[mineral].figures[Key(stage, member, "buyers' price")]


def test_cost_is_kilograms_times_the_buyers_price(ranged: Run) -> None:
    held = thing(("gallium", "high_purity", (0.1, 0.2, 0.4)), ("ndpr", "magnet", (1, 2, 3)))
    found = cost(ranged, "USA", held)
    ga, nd = price(ranged, "gallium", "high_purity", "USA"), price(ranged, "ndpr", "magnet", "USA")
    assert found.before == pytest.approx(0.2e-3 * ga.base + 2e-3 * nd.base)
    moved = 0.2e-3 * (ga.central - ga.base) + 2e-3 * (nd.central - nd.base)
    assert found.change == pytest.approx(moved)
    assert found.change > 0
    assert found.share == pytest.approx(moved / 1000)
    assert found.whole
    assert [p.change for p in found.parts] == pytest.approx(
        [0.2e-3 * (ga.central - ga.base), 2e-3 * (nd.central - nd.base)]
    )


def test_ranges_join_draws_of_prices_and_kilograms(ranged: Run) -> None:
    """Without a range of kilograms it is that of the price; with one, it is wider."""
    exact = cost(ranged, "USA", thing(("ndpr", "magnet", (2.0, 2.0, 2.0))))
    f = price(ranged, "ndpr", "magnet", "USA")
    # 4096 picks among 16 draws: each stands about 256 times, so quantiles lie between neighbours
    before, after = ranged.minerals["ndpr"].prices["magnet", "USA"]
    steps = np.sort(2e-3 * (after - before))
    low, mid, high = exact.change_range
    assert steps[0] <= low <= steps[1]
    assert steps[-2] <= high <= steps[-1]
    assert 2e-3 * f.change[0] <= mid <= 2e-3 * f.change[2]
    wide = cost(ranged, "USA", thing(("ndpr", "magnet", (1.0, 2.0, 3.0))))
    assert wide.change_range[2] - wide.change_range[0] > 2 * (high - low)
    assert wide.change_range[1] == pytest.approx(mid, rel=0.05)
    low, mid, high = wide.share_range
    assert low < wide.share < high


def test_the_same_run_gives_the_same_ranges(ranged: Run) -> None:
    assert downstream(ranged) == downstream(ranged)


def test_minerals_are_drawn_apart(ranged: Run) -> None:
    """The sum of two spreads less than their ranges added up."""
    two = [("ndpr", "magnet", (28.0, 28.0, 28.0)), ("gallium", "high_purity", (3.0, 3.0, 3.0))]
    spreads = []
    for held in (thing(two[0]), thing(two[1]), thing(*two)):
        low, _, high = cost(ranged, "USA", held).change_range
        spreads.append(high - low)
    assert max(spreads[:2]) < spreads[2] < sum(spreads[:2])


def test_what_the_pact_does_not_touch_costs_what_it_did(ranged: Run) -> None:
    """A pact of gallium's floors alone leaves tin as it is."""
    kept = tuple(i for i in PACT.instruments if not i.targets() or i.id.startswith("gallium"))
    held = {name: getattr(PACT, name) for name in type(PACT).model_fields}
    narrow = type(PACT)(**{**held, "instruments": kept})
    run = simulate(narrow, EARTH, ["gallium"], draws=0)
    found = cost(run, "USA", thing(("tin", "refined", (1, 2, 3))))
    assert found.parts[0].state == "not named by the pact"
    assert found.change == found.share == 0.0
    assert found.whole


def test_parts_outside_the_run_or_the_market_are_told(ranged: Run) -> None:
    found = cost(ranged, "USA", thing(("cobalt", "refined", (1, 2, 3))))
    assert found.parts[0].state == "not in this run"
    assert found.parts[0].change is None
    assert not found.known
    found = cost(ranged, "MEX", thing(("gallium", "high_purity", (1, 2, 3))))
    assert found.parts[0].state == "not bought there"
    assert not found.known
    mixed = thing(("ndpr", "magnet", (1, 2, 3)), ("cobalt", "refined", (1, 2, 3)))
    assert not cost(ranged, "MEX", mixed).known
    partly = thing(("ndpr", "magnet", (1, 2, 3)), ("gallium", "high_purity", (1, 2, 3)))
    found = cost(ranged, "MEX", partly)
    assert found.known
    assert not found.whole


def test_central_runs_have_no_ranges() -> None:
    run = simulate(PACT, EARTH, ["gallium"], draws=0)
    for found in downstream(run):
        assert found.change_range is None
        assert found.share_range is None
