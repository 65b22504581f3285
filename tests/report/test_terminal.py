from collections import Counter

import polars as pl
import pytest
from rich.console import Console

from orepact import report
from orepact.pact import SCENARIO
from orepact.report import numbers
from orepact.report.terminal import difference_table


def printed(parts, width=100):
    console = Console(width=width, record=True, file=None, quiet=True)
    with console.capture() as caught:
        console.quiet = False
        for part in parts:
            console.print(part)
    return caught.get()


@pytest.fixture(scope="module")
def shown(ranged, central, many):
    return {
        run.pact.id + str(run.draws): printed(report.terminal(run))
        for run in (ranged, central, many)
    }


def test_the_scenario_is_the_first_line_and_all_fits(shown):
    for text in shown.values():
        lines = text.splitlines()
        assert lines[0].strip() == SCENARIO
        assert max(map(len, lines)) <= 100
        assert "nan" not in text.lower()
        assert "not a forecast" in " ".join(text.split())


def test_a_narrow_terminal_folds_and_drops_nothing(ranged):
    wide, narrow = (printed(report.terminal(ranged), w) for w in (100, 80))
    assert max(map(len, narrow.splitlines())) <= 80
    assert "…" not in narrow

    def letters(text):
        return Counter(c for c in text if not c.isspace() and c != "─")

    assert letters(narrow) == letters(wide)


def test_grade_bindings_and_ranges_are_shown(shown, ranged):
    text = " ".join(shown["us-mexico-20268"].replace("\u00a0", " ").split())
    assert "Gallium, high purity (scenario data), scenario floor 548.8 USD/kg" in text
    assert "Price floor gallium-primary: binding" in text
    assert "no production" in text
    low, _, high = ranged.minerals["gallium"].figures["", "WLD", "welfare"].change
    assert f"{numbers.millions(low)} to {numbers.millions(high)}" in text


def test_central_values_say_so(shown):
    text = shown["us-mexico-20260"]
    assert "central values only" in " ".join(text.split())
    assert " to +" not in text


def test_a_line_tells_what_products_cost_more(shown):
    text = " ".join(shown["us-mexico-20268"].replace("\u00a0", " ").split())
    assert "USD more for one made in the United States (of its value): GaAs wafer +" in text
    assert "made in Mexico" not in text  # it buys no high-purity gallium
    assert "USD more" not in shown["us-mexico-20260"]


def test_members_beyond_two_are_summed(shown):
    assert "Members, central" in shown["plurilateral-with-canada8"]


def test_warnings_are_told(ranged, with_mineral):
    text = printed(report.terminal(with_mineral(ranged, "gallium", warnings=("Read this.",))))
    assert "Note: Read this." in text


def test_differences_of_two_runs():
    found = pl.DataFrame(
        {
            "mineral": ["zinc", "zinc"], "stage": ["refined", ""], "region": ["USA", "WLD"],
            "variable": ["output", "welfare"], "unit": ["t", "USD"], "first": [100.0, None],
            "second": [110.0, 5.0], "difference": [10.0, 5.0], "percent": [10.0, None],
        }
    )  # fmt: skip
    text = printed([difference_table(found, 1)])
    assert "1 of 2 central figures that differ" in text
    assert "+10" in text
    assert "whole chain" not in text
    assert "none" in printed([difference_table(found)])
