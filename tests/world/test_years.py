"""Worlds of other years: what they rest on, that they balance, and what they refuse."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact import world
from orepact.catalogue import minerals, regions
from orepact.errors import UnknownIdError, WorldError
from orepact.world import compiled, controls
from orepact.world.growth import link
from orepact.world.recipe import load_recipes
from orepact.world.register import check_sources
from orepact.world.series import load_series
from orepact.world.world import Covered
from orepact.world.year_evidence import carried
from orepact.world.years import YEARS

CHN, CHL, PER = (regions().index(r) for r in ("CHN", "CHL", "PER"))
MISSED = {(2023, "US manganese apparent use")}
"""Independent figures that a year's world misses; docs/data.md names them."""


def base(**t: float) -> np.ndarray:
    out = np.zeros(len(regions()))
    for code, tonnes in t.items():
        out[regions().index(code)] = tonnes
    return out


def test_a_series_moves_the_base_whatever_its_unit() -> None:
    t, own, factor = link(base(CHN=50, CHL=30), {"CHN": 8, "CHL": 2}, {"CHN": 4, "CHL": 2}, "x")
    assert (t[CHN], t[CHL], factor) == (100, 30, pytest.approx(130 / 80))
    assert own.sum() == 2


@given(st.floats(1e-3, 1e3), st.floats(0.5, 2))
def test_units_cancel_and_growth_does_not(unit: float, growth: float) -> None:
    made = base(CHN=50, CHL=30)
    then = {"CHN": 4 * unit, "CHL": 2 * unit}
    t, _, factor = link(made, {k: v * growth for k, v in then.items()}, then, "x")
    assert factor == pytest.approx(growth)
    assert t == pytest.approx(made * growth)


def test_a_country_that_drops_out_of_print_is_not_a_fall() -> None:
    t, own, factor = link(base(CHN=50, CHL=30), {"CHN": 4}, {"CHN": 4, "CHL": 2}, "x")
    assert factor == 1.0
    assert own[CHN]
    assert not own[CHL]
    assert t[CHL] == 0.0  # left to the caller, which moves it with the stage


def test_a_mine_closed_since_is_there_again_and_one_the_base_leaves_out_is_not() -> None:
    now, then = {"CHN": 4, "PER": 2, "CHL": 1}, {"CHN": 4, "PER": 0, "CHL": 1}
    t, own, _ = link(base(CHN=40), now, then, "x")
    assert t[PER] == pytest.approx(20)
    assert t[CHL] == 0
    assert own[PER]


def test_a_wrong_unit_in_one_year_raises() -> None:
    with pytest.raises(WorldError, match="another unit"):
        link(base(CHN=50), {"CHN": 4000.0}, {"CHN": 4.0}, "titanium mineral, 2023")
    with pytest.raises(WorldError, match="no region that produces"):
        link(base(CHN=50), {"PER": 4.0}, {"PER": 4.0}, "x")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('[zinc.mined]\nbsg = { file = "zinc", commodity = "zinc" }', "unknown key 'bsg'"),
        ('[unobtainium.mined]\nus_output = ["x"]', "unobtainium"),
        ('[zinc.minned]\nus_output = ["x"]', "minned"),
        (
            '[zinc.refined]\nprice = [{ source = "lme", series = "Zinc" }]',
            "'lme' is not in",
        ),
    ],
)
def test_a_mistake_in_the_series_is_named(text: str, match: str) -> None:
    with pytest.raises((WorldError, UnknownIdError), match=match):
        load_series(text)


def test_every_series_names_a_mineral_with_a_recipe() -> None:
    assert set(load_series()) <= set(load_recipes()[0])


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_the_minerals_that_its_coverage_offers(year: int) -> None:
    table = world.coverage().filter(pl.col("year") == year)
    offered = table.filter("offered")
    shares = offered.group_by("mineral").agg(pl.col("output_share").max())
    assert shares["output_share"].min() >= 0.6
    assert set(offered["mineral"]) == set(world.load(year).chains)
    assert set(table["mineral"]) == set(world.load().chains)
    for row in table.filter(~pl.col("offered")).iter_rows(named=True):
        with pytest.raises(WorldError, match=f"no world of {year} with {row['mineral']}.*2024"):
            world.load(year).chain(row["mineral"])


@pytest.mark.parametrize("year", YEARS)
def test_a_year_balances_and_keeps_the_contract_of_a_chain(year: int) -> None:
    for chain in world.load(year).chains.values():
        sizes = np.maximum(chain.output.sum(axis=1), 1e-300)
        for gap in compiled.residuals(chain):
            assert (np.abs(gap).max(axis=1) < 1e-6 * sizes).all()
        assert set(chain.grade) == set(minerals()[chain.mineral].stage_ids)
        assert (chain.price > 0).all()


@pytest.mark.parametrize("year", YEARS)
def test_what_is_not_of_the_year_says_so(year: int) -> None:
    held = compiled.tables(year=year)
    check_sources(held["nodes"]["source"].to_list())
    check_sources(held["prices"]["source"].to_list())
    decided = held["nodes"].filter(
        (pl.col("source") == "orepact-assumption") & pl.col("quantity").str.contains("stock|sec")
    )
    assert decided.height > 0
    assert decided["note"].str.starts_with("carried from 2024").all()
    made = held["nodes"].filter(pl.col("quantity") == "output")
    assumed = made.filter(pl.col("source") == "orepact-assumption")
    assert assumed["note"].str.contains("carried from 2024").all()
    assert (assumed["flag"] == "E").all()
    for chain in world.load(year).chains.values():
        for c in world.load(year).coverage:
            if c.mineral == chain.mineral and c.output_share < 0.6:
                assert chain.grade[c.stage] == "scenario"


@pytest.mark.parametrize("year", [y for y in YEARS if y > 2019])
def test_the_survey_of_the_year_is_met(year: int) -> None:
    table = controls.compare(world.load(year))
    assert table.filter(pl.col("mark") == "imposed").height > 10
    held = table.filter(pl.col("mark") != "different basis")
    missed = {(year, r["name"]) for r in held.filter(~pl.col("inside")).iter_rows(named=True)}
    assert missed == {m for m in MISSED if m[0] == year}


def test_output_as_published() -> None:
    """USGS MCS 2025: gallium, China, 621 t in 2023; BGS: 600 t in 2022, 357 t in 2019."""
    for year, tonnes in ((2019, 357), (2022, 600), (2023, 621)):
        chain = world.load(year).chain("gallium")
        assert chain.output[0, chain.region("CHN")] == pytest.approx(tonnes, rel=0.01)
    cobalt = world.load(2022).chain("cobalt")  # BGS 2022, refined: China 125 kt
    made = cobalt.output[cobalt.stage("refined"), CHN]
    assert made == pytest.approx(125_000, rel=0.03)


def test_prices_of_the_year() -> None:
    """MCS 2026: lithium carbonate 63,700 USD/t in 2022, 11,800 in 2024; Pink Sheet: zinc."""
    then, now = world.load(2022).chain("lithium"), world.load().chain("lithium")
    assert (then.price / now.price)[1] == pytest.approx(63_700 / 11_800)
    assert world.load(2019).chain("gallium").price == pytest.approx(
        world.load().chain("gallium").price
    )


def test_decisions_in_tonnes_are_scaled_and_marked() -> None:
    recipe = load_recipes()[0]["cobalt"]

    year = SimpleNamespace(salient={("COBALT", "Exports"): 1.0})
    s = carried(recipe.stages["mined"], year, year, recipe, 0.5, 2.0)
    tonnes, source, why = s.build["CHN"]
    assert tonnes == recipe.stages["mined"].build["CHN"][0] / 2
    assert source == "orepact-assumption"
    assert why.startswith("carried from 2024: ")
    lacking = carried(recipe.stages["refined"], year, year, recipe, 1.0, 1.0)
    assert lacking.us_imports is None  # that survey prints no imports: cells are carried
    assert lacking.us_exports is not None


def test_years_are_loaded_once_and_told() -> None:
    assert world.load(2022) is world.load(2022)
    assert world.load(2022).year == 2022
    assert isinstance(world.load(2022).coverage[0], Covered)
    with pytest.raises(WorldError, match=r"no world of 2020.*2019, 2022, 2023, 2024, 2025"):
        world.load(2020)


def test_tables_of_all_years_are_small() -> None:
    assert sum(p.stat().st_size for p in compiled.TABLES.rglob("*.parquet")) < 10e6
