"""The tables that ship: complete, cited, and equal to what the publishers print."""

import os
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest

from orepact.catalogue import regions, screened, screened_minerals
from orepact.errors import UnknownIdError, WorldError
from orepact.world import screening
from orepact.world.screening import build
from orepact.world.screening.data import FOLDER, assemble


@pytest.fixture(scope="module")
def held():
    return {p.stem: pl.read_parquet(p) for p in FOLDER.glob("*.parquet")}


def test_every_name_leads_to_one_mineral():
    names = [a for m in screened_minerals().values() for a in m.names]
    assert len(names) == len(set(names))
    with pytest.raises(UnknownIdError, match="Did you mean"):
        screened("neodimium")


def test_the_lists_have_sixty_and_the_study_s_materials():
    lists = screening().lists
    us = lists.filter(pl.col("party") == "USA")
    assert len(us) == 60
    assert us.filter(pl.col("confidence") == "press")["mineral"].to_list() == [
        "metallurgical_coal", "uranium",
    ]  # fmt: skip
    eu = set(lists.filter(pl.col("party") == "EUN")["mineral"].to_list())
    assert set(screened_minerals()) - set(us["mineral"].to_list()) <= eu
    # 34 materials; light and heavy rare earths and platinum-group metals each count as one
    groups = {screened_minerals()[m].group for m in eu} - {""}
    assert sum(not screened_minerals()[m].group for m in eu) + len(groups) == 34


# Mineral Commodity Summaries 2026, net import reliance in 2024, percent
RELIANCE = {
    "antimony": "86", "cobalt": "74", "copper": "45", "gallium": "100", "lithium": ">50",
    "manganese": "100", "nickel": "43", "palladium": "34", "platinum": "85", "potash": "94",
    "silver": "68", "tellurium": "<25", "tin": "75", "tungsten": ">50", "vanadium": "46",
    "beryllium": "E", "dysprosium": "100", "neodymium": "53",
}  # fmt: skip


@pytest.mark.parametrize(("mineral", "text"), RELIANCE.items())
def test_reliance_is_the_survey_s(mineral, text):
    assert screening().of("us", mineral)["nir_text"].to_list() == [text]


def test_the_identity_holds_within_ten_points_but_for_what_is_explained():
    off = screening().us.filter(pl.col("difference").abs() > 0.10)
    assert set(off["product"].to_list()) == {"manganese", "rare-earth compounds and metals"}
    assert (off["why"].str.len_chars() > 20).all()
    exact = screening().us.filter(pl.col("difference").is_not_null(), pl.col("why") == "")
    assert len(exact) > 25
    assert (exact["difference"].abs() < 0.01).mean() > 0.8


@pytest.mark.parametrize(
    ("mineral", "stage", "country", "share"),
    [("gallium", "refined", "CHN", 839 / 848), ("cobalt", "mined", "COD", 226 / 301.59),
     ("niobium", "mined", "BRA", 104 / 112.544), ("silver", "mined", "MEX", 5780 / 25342)],
)  # fmt: skip
def test_output_is_the_survey_s(mineral, stage, country, share):
    rows = (
        screening()
        .of("supply", mineral)
        .filter(pl.col("preferred"), pl.col("stage") == stage, pl.col("country") == country)
    )
    assert rows["share"].item() == pytest.approx(share, rel=1e-3)


def test_prices_are_in_dollars_per_tonne():
    price = dict(screening().us.select("product", "price").iter_rows())
    assert price["cobalt"] == pytest.approx(16.77 / 0.00045359237)
    assert price["palladium"] == pytest.approx(994.9 / 31.1034768e-6)
    assert price["tungsten"] == pytest.approx(25200)


def test_only_three_minerals_have_no_supply():
    have = set(screening().supply["mineral"].to_list())
    assert set(screened_minerals()) - have == {"cesium", "rubidium", "uranium"}


def test_every_region_that_supplies_has_a_governance_figure():
    s = screening()
    rated = set(s.governance["region"].to_list())
    assert set(regions()) <= rated
    assert (s.governance["scaled"].is_between(0, 10)).all()


def test_every_mineral_has_uses_class_and_recycling():
    s = screening()
    for id in screened_minerals():
        assert s.of("uses", id)["tier"].str.len_chars().sum() > 0
        assert set(s.of("parameters", id)["parameter"].to_list()) == {"eps", "eta", "spare"}
        assert {"eol_rir", "si", "replaceable"} <= set(s.of("factors", id)["factor"].to_list())
    for name in ("uses", "factors", "parameters", "world"):
        frame = getattr(s, name)
        assert frame.filter(
            (pl.col("low") > pl.col("central")) | (pl.col("central") > pl.col("high"))
        ).is_empty()


def test_value_added_is_the_gross_domestic_product_of_2017():
    total = screening().industries["value_added"].sum() / 1e6
    assert total == pytest.approx(19.6, abs=0.1)  # trillion USD, BEA


def test_the_tables_are_small():
    assert sum(p.stat().st_size for p in FOLDER.glob("*.parquet")) < 1.5e6


def test_an_unknown_table_or_industry_is_named():
    with pytest.raises(WorldError, match=r"'useses'.*'uses'"):
        screening().of("useses", "tin")
    with pytest.raises(WorldError, match="not by mineral"):
        screening().of("governance", "tin")
    with pytest.raises(WorldError, match="No industry '33441'"):
        screening().gdp_loss({"33441": 1.0})


def _with(frame, column, value):
    return frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(column))
        .alias(column)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("us", "mineral", "unobtainium", "'us' holds an unknown mineral"),
        ("supply", "region", "ATL", "unknown region 'ATL'"),
        ("origins", "party", "ATL", "unknown party 'ATL'"),
        ("supply", "share", 0.9, "supply: the shares of"),
        ("origins", "share", 0.999, "origins: the shares of"),
        ("eu", "source", "hearsay", "hearsay"),
        ("governance", "mean6", float("nan"), "holds a NaN"),
    ],
)
def test_a_damaged_table_is_refused(held, table, column, value, message):
    damaged = held | {table: _with(held[table], column, value)}
    with pytest.raises((WorldError, UnknownIdError), match=message):
        assemble(damaged)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(WorldError, match=r"'minerals.parquet' is missing"):
        screening(tmp_path)


@pytest.mark.skipif(
    not Path(os.environ.get("OREPACT_SOURCES", "/nowhere")).is_dir(),
    reason="needs the publishers' files",
)
def test_the_same_files_give_the_tables_that_ship(held):
    made = build.compile(Path(os.environ["OREPACT_SOURCES"]))
    names = {f.name for f in fields(screening()) if f.name != "direct"} | {"requirements"}
    assert set(made) == names == set(held)
    for name, frame in made.items():
        assert frame.equals(held[name]), name
