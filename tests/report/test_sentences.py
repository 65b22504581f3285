import math
from dataclasses import replace

import pytest

from orepact.report import sentences, view
from orepact.study.simulate import Figure


def plain(parts):
    return [p.replace("\u00a0", " ") for p in parts]


def fig(base, low, mid, high):
    """A figure with a change of ``mid`` and a range."""
    return Figure(base, base + mid, (base + low, base + mid, base + high), (low, mid, high))


@pytest.fixture
def by_hand(ranged, with_figures):
    """Gallium at high purity, with round numbers."""
    nan = math.nan
    made = {
        ("high_purity", "USA", "buyers' price"): fig(400e3, 80e3, 100e3, 120e3),
        ("high_purity", "MEX", "buyers' price"): Figure(nan, nan, (nan,) * 3, (nan,) * 3),
        ("high_purity", "USA", "output"): fig(10.0, 1.0, 2.0, 3.0),
        ("high_purity", "CHN", "output"): fig(100.0, -7.0, -5.0, -4.0),
        ("high_purity", "USA", "imports from non-members"): fig(8.0, -3.0, -2.0, -1.0),
        ("", "USA", "final users"): fig(0.0, -9e6, -8e6, -7e6),
        ("", "USA", "miners and processors"): fig(1e6, 2e6, 3e6, 4e6),
        ("", "USA", "scrap"): fig(1e6, 0.0, 0.0, 0.0),
        ("", "USA", "floor levy"): fig(0.0, 3e6, 4e6, 5e6),
        ("", "USA", "welfare"): fig(5e6, -2e6, -1e6, 1e6),
        ("", "MEX", "welfare"): fig(0.0, 0.0, 0.0, 0.0),
        ("", "WLD", "welfare"): fig(5e6, -4e6, -3e6, -2e6),
    }
    return with_figures(ranged, "gallium", made)


def test_story_says_who_pays_who_produces_and_who_gains(by_hand):
    story = plain(sentences.mineral_story(by_hand, by_hand.minerals["gallium"]))
    assert (
        "The scenario floor of 548.8 USD/kg on high purity binds. Buyers in the United States pay "
        "25 % more (+20 to +30 %)." in story
    )
    assert (
        "Output of high purity rises by 2.0 t (+20 %) in the United States and falls by 5.0 t "
        "(−5.0 %) in China; Mexico has none." in story
    )
    assert (
        "Imports of high purity from non-members fall by 2.0 t (−25 %) in the United States."
        in story
    )
    assert (
        "In the United States final users lose USD 8.0 million, miners and processors gain USD 3.0 "
        "million and the treasury collects USD 4.0 million under the floor a year; on balance "
        "welfare falls by USD 1.0 million (−2.0 to +1.0; the sign is not settled)." in story
    )
    assert "In Mexico welfare does not change noticeably." in story
    assert story[-1] == "World welfare falls by USD 3.0 million (−4.0 to −2.0)."


def test_without_draws_nothing_pretends_to_be_a_range(central):
    for mr in central.minerals.values():
        assert not any(
            " to " in s.replace("to bind", "") for s in sentences.mineral_story(central, mr)
        )


@pytest.mark.parametrize(
    ("state", "distance", "unit", "said"),
    [
        (
            "not binding", 1500.0, "USD/t by which the reference exceeds the floor",
            "does not bind: 1,500 USD/t by which the reference exceeds the floor.",
        ),
        ("no reference", None, "", ": no reference."),
        ("recorded, not simulated", None, "", ": recorded, not simulated."),
    ],
)  # fmt: skip
def test_floors_that_do_not_bind_say_so(ranged, with_mineral, state, distance, unit, said):
    effects = tuple(
        replace(e, state=state, distance=distance, unit=unit) if e.kind == "price_floor" else e
        for e in ranged.minerals["gallium"].effects
    )
    run = with_mineral(ranged, "gallium", effects=effects)
    first = plain(sentences.mineral_story(run, run.minerals["gallium"]))[0]
    assert first.startswith("The scenario floor of 375 USD/kg on primary")
    assert first.endswith(said)
    assert "pay" not in first


def test_of_many_members_the_most_and_the_least_are_told(many):
    mr = many.minerals["zinc"]
    moves = [
        view.relative(view.figure(mr, "refined", m, "buyers' price")).mid for m in many.members
    ]
    first = plain(sentences.mineral_story(many, mr))[0]
    assert "(the most and the least of 5 members)" in first
    assert f"{100 * max(moves):.1f} % more" in first or f"{100 * max(moves):.0f} % more" in first


def test_every_story_calls_each_floor_a_scenario(ranged, central, many):
    for run in (ranged, central, many):
        for mr in run.minerals.values():
            told = sentences.mineral_story(run, mr)
            held = view.floors(run, mr)
            assert held
            assert sum(s.startswith("The scenario floor of ") for s in told) == len(held)


def test_the_run_counts_only_settled_signs(by_hand):
    story = plain(sentences.run_story(by_hand))
    usa = next(s for s in story if s.startswith("The United States:"))
    nets = [by_hand.minerals[m].figures["", "USA", "welfare"].change for m in by_hand.minerals]
    down = sum(high < 0 for _, _, high in nets)
    assert f"welfare falls in {down or 'none'} " in usa
    assert down < len(nets), "gallium by hand is unsettled"
