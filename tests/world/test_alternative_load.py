"""The alternatives that ship: which balance, what they say, and what is refused."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from orepact import world
from orepact.errors import UnknownIdError, WorldError
from orepact.world import alternative_load
from orepact.world.alternative import load_alternatives
from orepact.world.compiled import residuals

EARTH = world.load()
LISTED = [(m, a.id) for m, of in load_alternatives().items() for a in of]
REFUSED = {("lithium", "usgs-2026"), ("nickel", "iea-2025")}


def test_every_alternative_of_the_list_is_in_the_table() -> None:
    table = world.alternatives()
    held = dict(
        zip(zip(table["mineral"], table["id"], strict=True), table["balanced"], strict=True)
    )
    assert list(held) == LISTED
    assert {key for key, balanced in held.items() if not balanced} == REFUSED
    refused = table.filter(~pl.col("balanced"))
    assert (refused["why"] != "").all()
    assert (table.filter(pl.col("balanced"))["why"] == "").all()


@pytest.mark.parametrize(
    ("mineral", "stage", "region", "preferred", "theirs"),
    [
        ("lithium", "mined", "CHN", 56_900, 41_400),  # IEA 2025, USGS 2026
        ("cobalt", "mined", "COD", 226_000, 181_800),  # USGS 2026, IEA 2025
        ("graphite", "mined", "CHN", 1_270_000, 1_580_000),  # USGS 2026, IEA 2025
        ("antimony", "mined", "CHN", 40_000, 60_000),  # USGS 2026, USGS 2025
        ("antimony", "mined", "RUS", 40_000, 13_000),
        ("ndpr", "oxide", "MYS", 5_600, 3_625),  # Lynas, IEA 2025
    ],
)  # fmt: skip
def test_figures_as_published(
    mineral: str, stage: str, region: str, preferred: float, theirs: float
) -> None:
    rows = world.rivals(mineral, stage, region)
    assert rows["base_t"][0] == pytest.approx(preferred, rel=0.002)
    assert rows["t"].to_list() == pytest.approx([theirs] * len(rows), rel=0.002)


@pytest.mark.parametrize(("mineral", "id"), [x for x in LISTED if x not in REFUSED])
def test_a_chain_of_another_publisher_balances_and_differs(mineral: str, id: str) -> None:
    own, base = alternative_load.chain(mineral, id), EARTH.chain(mineral)
    for gap in residuals(own):
        assert np.abs(gap).max() < 1e-6 * own.output.sum()
    assert np.abs(own.output - base.output).sum() > 0.005 * base.output.sum()
    np.testing.assert_array_equal(own.price, base.price)
    np.testing.assert_array_equal(own.duty, base.duty)
    assert own.parameters == base.parameters


def test_a_world_with_one_chosen() -> None:
    other = world.load(alternatives={"cobalt": "iea-2025"})
    assert other.chain("cobalt").output[0].sum() == pytest.approx(273_000, rel=0.01)
    assert other.chain("zinc") is EARTH.chain("zinc")
    assert other.structures(other.chain("cobalt")) == ()
    assert [s.id for s in other.structures(other.chain("antimony"))] == ["usgs-2025"]
    assert world.load() is EARTH


def test_what_has_no_alternative_has_no_structure() -> None:
    assert EARTH.structures(EARTH.chain("zinc")) == ()
    assert EARTH.structures(EARTH.chain("nickel")) == ()  # the one listed does not balance
    earlier = world.load(2022)
    assert earlier.structures(earlier.chain("lithium")) == ()


def test_a_chain_that_somebody_changed_has_none_either() -> None:
    """Its alternatives would not carry the change."""
    changed = replace(EARTH.chain("antimony"), capacity=2 * EARTH.chain("antimony").capacity)
    assert EARTH.structures(changed) == ()


@pytest.mark.parametrize(
    ("chosen", "error", "said"),
    [
        ({"cobalt": "iea-2024"}, UnknownIdError, "Did you mean 'iea-2025'"),
        ({"zinc": "iea-2025"}, UnknownIdError, "No other publisher's figures are held for it"),
        ({"cobold": "iea-2025"}, UnknownIdError, "Did you mean 'cobalt'"),
        ({"lithium": "usgs-2026"}, WorldError, "would move published output of refined"),
        ({"nickel": "iea-2025"}, WorldError, "countries add up to"),
    ],
)
def test_what_is_refused(chosen: dict[str, str], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        world.load(alternatives=chosen)


def test_other_years_have_none() -> None:
    with pytest.raises(WorldError, match="Alternatives are of 2024"):
        world.load(2022, alternatives={"cobalt": "iea-2025"})


def test_a_folder_without_them_has_an_empty_table(tmp_path) -> None:
    assert alternative_load.alternatives(tmp_path).is_empty()
    assert alternative_load.rivals("zinc", "mined", "CHN", tmp_path).is_empty()
    assert alternative_load.structures(tmp_path, EARTH.chains, EARTH.chain("zinc")) == ()
