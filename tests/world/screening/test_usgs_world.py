import pytest
from hypothesis import given
from hypothesis import strategies as st
from publishers import row

from orepact.errors import UnitError, WorldError
from orepact.world.sources.usgs_world import (
    by_country,
    import_rows,
    interval,
    mass_factor,
    pick,
    price_factor,
    survey,
)


@given(st.integers(0, 10**9))
def test_a_published_number_is_exact(n):
    assert interval(f"{n:,}") == (n, n, n)


@pytest.mark.parametrize("word", ["W", "NA", "XX", "", "Small", None])
def test_what_is_not_published_is_unknown_not_zero(word):
    assert interval(word) == (None, None, None)


def test_a_net_exporter_is_not_zero():
    assert interval("E") == (None, None, 0.0)


def test_a_word_the_survey_does_not_use_is_refused():
    with pytest.raises(WorldError, match="'about 5'"):
        interval("about 5")


def test_units_are_the_survey_s_or_refused():
    assert mass_factor("kilograms") * 1e6 == pytest.approx(1000)
    assert price_factor("dollars per troy ounce") == pytest.approx(32150.7466)
    assert price_factor("cents per pound") * 129.5 == pytest.approx(2854.986, abs=1e-3)
    with pytest.raises(UnitError, match="short tons"):
        mass_factor("short tons")
    with pytest.raises(UnitError, match="percent"):
        price_factor("percent")


def test_a_metric_ton_unit_is_ten_kilograms_whatever_the_unit_column_says():
    label = "Price, manganese content, dollars per metric ton unit"
    assert 5.53 * price_factor("dollars per metric ton", label) == pytest.approx(553)


def test_output_by_country_takes_every_form_and_the_total(survey_of):
    raw = survey_of(
        row("China", "Mine production", "70", "thousand metric tons"),
        row("Sweden", "Mine production: concentrate", "s", "thousand metric tons"),
        row("United States", "Mine production", "W", "thousand metric tons"),
        row("Other countries", "Mine production", "5", "thousand metric tons"),
        row("World total", "Mine production: rounded", "80", "thousand metric tons"),
        row("China", "Mine production", "99", year="2025"),
    )
    found = by_country(survey(raw), "TIN", "Mine production", 2024)
    t = dict(found.select("iso3", "t").iter_rows())
    assert t == {"CHN": 70000, "SWE": None, "USA": None, "": 5000, "WLD": 80000}
    assert found.filter(found["iso3"] == "SWE")["high"].item() == 500


def test_a_country_counted_twice_is_an_error(survey_of):
    raw = survey_of(row("China", "Mine production", "7"), row("China", "Mine production: ore", "2"))
    with pytest.raises(WorldError, match="counts 'CHN' twice"):
        by_country(survey(raw), "TIN", "Mine production", 2024)


def test_an_unknown_country_and_a_missing_statistic_name_themselves(survey_of):
    raw = survey_of(row("Ruritania", "Mine production", "7"))
    with pytest.raises(WorldError, match="Ruritania"):
        by_country(survey(raw), "TIN", "Mine production", 2024)
    with pytest.raises(WorldError, match=r"no 'Imports' for TIN .*Mine production"):
        pick(survey(raw), "TIN", "Imports", 2024)


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "data/01_production/usgs_mcs/MCS2026_Commodities_Data.csv"
    path.parent.mkdir(parents=True)
    path.write_text("MCS chapter,Section\nTIN,World\n")
    with pytest.raises(WorldError, match="no column 'Commodity'"):
        survey(tmp_path)


def test_countries_named_together_share_equally_within_bounds(survey_of):
    raw = survey_of(
        row("China, Germany, and Russia", "All", "90", "percent", "Import Sources"),
        row("Other countries", "All", "<10", "percent", "Import Sources"),
    )
    found = import_rows(survey(raw), "TIN", "All")
    assert found["iso3"].to_list() == ["CHN", "DEU", "RUS", ""]
    assert found["share"].to_list() == pytest.approx([0.3, 0.3, 0.3, 0.05])
    assert (found["low"][0], found["high"][0]) == (0.0, 0.9)
    with pytest.raises(WorldError, match="no import sources 'Ore'"):
        import_rows(survey(raw), "TIN", "Ore")
