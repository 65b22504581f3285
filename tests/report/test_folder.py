"""Two runs side by side: order, what does not exist, what only one holds."""

import json

import polars as pl
import pytest

from orepact.errors import InputError
from orepact.report.folder import describe, differences, document, unshared

KEYS = ("mineral", "stage", "region", "variable", "unit")


@pytest.fixture
def run_of(tmp_path):
    """A folder with the figures of a run: key without unit -> (base, central)."""

    def write(name: str, figures):
        out = tmp_path / name
        out.mkdir()
        rows = [(*k, "t", b, c) for k, (b, c) in figures.items()]
        pl.DataFrame(rows, schema=[*KEYS, "base", "central"], orient="row").write_parquet(
            out / "figures.parquet"
        )
        return out

    return write


Z = ("zinc", "refined")


def test_traces_do_not_lead(run_of) -> None:
    a = run_of("a", {(*Z, "USA", "exports"): (0, 1000.0), (*Z, "MEX", "exports"): (0, 0.001)})
    b = run_of("b", {(*Z, "USA", "exports"): (0, 1100.0), (*Z, "MEX", "exports"): (0, 0.01)})
    found = differences(a, b)
    assert found["region"].to_list() == ["USA", "MEX"]
    assert found["percent"].to_list() == pytest.approx([10.0, 900.0])


def test_what_does_not_exist_is_no_zero(run_of) -> None:
    price = (*Z, "USA", "producer price")
    a, b = run_of("a", {price: (None, None)}), run_of("b", {price: (None, 3000.0)})
    (row,) = differences(a, b).iter_rows(named=True)
    assert (row["first"], row["second"], row["difference"], row["percent"]) == (
        None, 3000.0, None, None,
    )  # fmt: skip
    assert differences(a, a).is_empty()


def test_from_nothing_has_no_percentage(run_of) -> None:
    levy = (*Z, "USA", "floor levy")
    a, b = run_of("a", {levy: (0.0, 0.0)}), run_of("b", {levy: (0.0, 5.0)})
    (row,) = differences(a, b).iter_rows(named=True)
    assert (row["difference"], row["percent"]) == (5.0, None)


def test_lines_of_welfare_are_changes_and_stages_are_levels(run_of) -> None:
    line, stage = ("zinc", "", "USA", "welfare"), (*Z, "USA", "output")
    a = run_of("a", {line: (100.0, 90.0), stage: (100.0, 90.0)})
    b = run_of("b", {line: (100.0, 80.0), stage: (100.0, 80.0)})
    first = {r["stage"]: r["first"] for r in differences(a, b).iter_rows(named=True)}
    assert first == {"": -10.0, "refined": 90.0}


def test_only_figures_of_both(run_of) -> None:
    mine, shared = ("gallium", "primary", "JPN", "output"), (*Z, "USA", "output")
    a = run_of("a", {mine: (1.0, 1.0), shared: (1.0, 1.0)})
    b = run_of("b", {shared: (1.0, 2.0)})
    assert differences(a, b)["mineral"].to_list() == ["zinc"]
    assert unshared(a, b) == "mineral gallium; region JPN"
    assert unshared(b, a) == ""
    with pytest.raises(InputError, match="share no figure"):
        differences(b, run_of("c", {mine: (1.0, 1.0)}))


def test_rounding_is_no_difference(run_of) -> None:
    key = (*Z, "USA", "output")
    a, b = run_of("a", {key: (0.0, 1.0)}), run_of("b", {key: (0.0, 1.0 + 1e-12)})
    assert differences(a, b).is_empty()


def test_a_run_describes_what_it_came_from(central) -> None:
    told = describe(central, "mine.yaml")
    assert told["pact"]["id"] == "us-mexico-2026"
    assert told["pact"]["read_from"] == "mine.yaml"
    assert told["seed"] is None
    assert told["world_sha256"]
    assert all(len(h) == 64 for h in (told["pact"]["sha256"], *told["world_sha256"].values()))
    assert json.loads(document(central))["manifest"]["minerals"] == ["manganese", "magnesium"]
