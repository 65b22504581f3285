import math

import numpy as np
import polars as pl
import pytest

from orepact import report
from orepact.report.tables import COLUMNS
from orepact.study.simulate import Figure


def test_columns_are_those_that_are_promised(ranged):
    found = report.tables(ranged)
    assert list(found) == [
        "figures", "flows", "welfare", "instruments", "duties", "drivers", "borders", "incidence",
        "products", "parts",
    ]  # fmt: skip
    for name, table in found.items():
        assert tuple(table.columns) == COLUMNS[name]
        assert len(table)
        numbers = table.select(pl.selectors.float())
        assert not numbers.select(pl.all().is_nan().any()).row(0).count(True)


def test_a_key_stands_once(ranged):
    found = report.tables(ranged)
    for name, key in (
        ("figures", ("mineral", "stage", "region", "variable")),
        ("flows", ("mineral", "stage", "origin", "destination")),
        ("welfare", ("mineral", "region", "line")),
        ("instruments", ("mineral", "id")),
        ("duties", ("mineral", "stage", "region")),
        ("borders", ("mineral", "stage", "member", "charges")),
        ("incidence", ("mineral", "region", "who", "stage")),
        ("products", ("product", "member")),
        ("parts", ("product", "member", "mineral", "stage")),
    ):
        assert not found[name].select(key).is_duplicated().any()


def test_figures_are_those_of_the_run(ranged):
    figures = report.tables(ranged)["figures"]
    f = ranged.minerals["gallium"].figures["", "USA", "welfare"]
    row = figures.filter(
        (pl.col("mineral") == "gallium") & (pl.col("stage") == "") & (pl.col("region") == "USA")
        & (pl.col("variable") == "welfare")
    ).row(0, named=True)  # fmt: skip
    assert (row["base"], row["central"], row["unit"]) == (f.base, f.central, "USD")
    assert tuple(row[f"change_{q}"] for q in ("p5", "p50", "p95")) == f.change
    assert row["grade"] == "scenario"


def test_what_does_not_exist_is_null(ranged, with_figures):
    nan = math.nan
    key = ("primary", "USA", "producer price")
    run = with_figures(ranged, "gallium", {key: Figure(nan, nan, (nan,) * 3, (nan,) * 3)})
    figures = report.tables(run)["figures"]
    row = figures.filter(
        (pl.col("mineral") == "gallium") & (pl.col("stage") == key[0])
        & (pl.col("region") == key[1]) & (pl.col("variable") == key[2])
    ).row(0, named=True)  # fmt: skip
    assert row["base"] is None
    assert row["after_p50"] is None


def test_without_draws_quantiles_are_null(central):
    found = report.tables(central)
    assert found["figures"]["change_p50"].null_count() == len(found["figures"])
    assert found["drivers"].is_empty()


def test_flows_add_up_to_the_market(ranged):
    flows = report.tables(ranged)["flows"]
    for id, mr in ranged.minerals.items():
        mine = flows.filter(pl.col("mineral") == id)
        assert mine["base_t"].sum() == pytest.approx(mr.base.state.x.sum(), rel=1e-12)
        assert mine["policy_t"].sum() == pytest.approx(mr.policy.state.x.sum(), rel=1e-12)
        opened = mine.filter(pl.col("kind") == "opened")
        assert len(opened) == np.sum(
            (mr.base.state.x + mr.policy.state.x > 0) & mr.base.market.opened
        )
        assert "none" not in mine["kind"].to_list()


def test_lines_add_up_to_welfare_and_regions_to_the_world(ranged):
    welfare = report.tables(ranged)["welfare"]
    size = welfare["policy"].abs().max()
    parts = welfare.filter(~pl.col("line").is_in(["welfare", "matching"]))
    keys = ("mineral", "region")
    sums = parts.group_by(keys).agg(pl.col("change").sum().alias("parts"))
    both = welfare.filter(pl.col("line") == "welfare").join(sums, on=keys, validate="1:1")
    assert both.select((pl.col("change") - pl.col("parts")).abs().max()).item() < 1e-9 * size
    world = pl.col("region") == "WLD"
    summed = welfare.filter(~world).group_by("mineral", "line").agg(pl.col("change").sum())
    joined = welfare.filter(world).join(summed, on=["mineral", "line"], validate="1:1")
    gap = joined.select((pl.col("change") - pl.col("change_right")).abs().max()).item()
    assert gap < 1e-9 * size
    figure = ranged.minerals["gallium"].figures["", "USA", "welfare"]
    own = welfare.filter(
        (pl.col("mineral") == "gallium")
        & (pl.col("region") == "USA")
        & (pl.col("line") == "welfare")
    )["change"].item()
    assert own == pytest.approx(figure.central - figure.base, rel=1e-9)


def test_parts_of_incidence_add_up_to_welfare(ranged):
    found = report.tables(ranged)
    size = found["welfare"]["policy"].abs().max()
    parts = found["incidence"].group_by("mineral", "region").agg(pl.col("change").sum())
    whole = found["welfare"].filter(pl.col("line") == "welfare", pl.col("region") != "WLD")
    both = whole.join(parts, on=["mineral", "region"], validate="1:1")
    assert len(both) == len(whole) == len(parts)
    gap = both.select((pl.col("change") - pl.col("change_right")).abs().max()).item()
    assert gap < 1e-9 * size


def test_shares_at_a_border_add_up(ranged):
    borders = report.tables(ranged)["borders"].drop_nulls("buyers")
    assert len(borders)
    for parts in (("buyers", "suppliers", "real_costs"), ("treasury", "importers", "exporters")):
        total = borders.select(pl.sum_horizontal(parts)).to_series()
        assert total.to_list() == pytest.approx([1.0] * len(borders))
    figures = report.tables(ranged)["figures"].filter(pl.col("variable") == "borne by buyers")
    added = borders.filter(pl.col("charges") == "added").join(
        figures, left_on=["mineral", "stage", "member"], right_on=["mineral", "stage", "region"]
    )
    assert added["buyers"].to_list() == pytest.approx(added["central"].to_list())


def test_products_are_their_parts(ranged):
    """A run of NdPr and gallium holds every mineral of the two wafers of gallium, and no pack."""
    found = report.tables(ranged)
    assert set(found["products"]["product"]) == {"wafer-gaas", "wafer-gan"}
    sums = found["parts"].group_by("product", "member").agg(pl.sum("before", "change"))
    both = found["products"].join(sums, on=["product", "member"], validate="1:1")
    for what in ("before", "change"):
        assert both[what].to_list() == pytest.approx(both[f"{what}_right"].to_list())
    assert both["share"].to_list() == pytest.approx((both["change"] / both["value"]).to_list())
