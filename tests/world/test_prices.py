"""World prices against the World Bank's and the IMF's averages of 2024, and stage margins."""

import polars as pl
import pytest

from orepact import units
from orepact.errors import WorldError
from orepact.world import prices
from orepact.world.prices import BENCHMARKS, OVERRIDES, REGIONAL, check_margins, margins

# USGS MCS 2026, 2024 values in the survey's own units; manganese metal: US imports from China
SURVEY = {
    ("zinc", "refined"): "1.26 USD/lb",
    ("copper", "refined"): "4.147 USD/lb",
    ("nickel", "refined"): "16812 USD/t",
    ("silver", "refined"): "28.37 USD/oz t",
    ("cobalt", "refined"): "11.84 USD/lb",
    ("manganese", "metal"): "1999.2 USD/t",
    ("tin", "refined"): "13.68 USD/lb",
    ("platinum", "refined"): "960.7 USD/oz t",
    ("aluminium", "metal"): "1.097 USD/lb",
}
# World Bank Pink Sheet of June 2026 and IMF Primary Commodity Prices, means of 2024
AVERAGES = {
    "world-bank-pink-sheet": {
        "Zinc": 2775.84,
        "Copper": 9142.14,
        "Nickel": 16813.96,
        "Silver": 28.269,
        "Aluminum": 2419.02,
        "Tin": 30066.27,
        "Platinum": 955.168,
    },
    "imf-pcps": {"Copper": 9142.10, "Nickel": 16815.97, "Cobalt": 26326.83, "Manganese": 2097.57},
}


def table(values):
    rows = [(m, s, "", float(v)) for (m, s), v in values.items()]
    return pl.DataFrame(rows, schema=("mineral", "stage", "region", "usd_per_t"), orient="row")


def test_the_survey_agrees_with_the_world_bank_and_the_imf():
    ours = table({key: units.price(text) for key, text in SURVEY.items()})
    checks = prices.price_checks(ours, AVERAGES)
    assert len(checks) == len(BENCHMARKS)
    ratio = {(r["mineral"], r["source"]): r["ratio"] for r in checks.iter_rows(named=True)}
    assert ratio["zinc", "world-bank-pink-sheet"] == pytest.approx(1.0007, abs=2e-4)
    assert ratio["cobalt", "imf-pcps"] == pytest.approx(0.9915, abs=2e-4)
    assert ratio["manganese", "imf-pcps"] == pytest.approx(0.953, abs=1e-3)


def test_a_price_per_pound_read_as_per_kilogram_is_caught():
    ours = table({("cobalt", "refined"): 11840.0})
    with pytest.raises(WorldError, match=r"cobalt refined stands at 11,840 USD/t.*imf-pcps"):
        prices.price_checks(ours, AVERAGES)


def test_cobalt_in_the_us_is_42_percent_above_lme():
    us = next(r for r in REGIONAL if r.mineral == "cobalt")
    ratio = float(units.price(us.price) / units.price("11.84 USD/lb"))
    assert ratio == pytest.approx(1.42, abs=0.005)


def test_spherical_graphite_has_no_margin_on_the_published_flake_price():
    edge = {("graphite", "spherical", "mined"): 2.2}
    raw = margins(table({("graphite", "mined"): 1050, ("graphite", "spherical"): 2200}), edge)
    assert raw["flag"].to_list() == ["not positive"]
    with pytest.raises(WorldError, match="graphite spherical sells at 2,200"):
        check_margins(raw)
    fines = next(o.usd_per_t for o in OVERRIDES if o.mineral == "graphite")
    mended = margins(table({("graphite", "mined"): fines, ("graphite", "spherical"): 2200}), edge)
    assert mended["flag"].to_list() == ["override"]
    assert mended["share"].to_list() == pytest.approx([0.4])


def test_antimony_trioxide_fails_on_unit_values_and_is_thin_on_the_assumed_price():
    edge = {("antimony", "trioxide", "metal"): 1.02}
    metal = ("antimony", "metal")
    observed = margins(table({metal: 17747.1, ("antimony", "trioxide"): 11454}), edge)
    assert observed["flag"].to_list() == ["not positive"]
    assumed = margins(table({metal: 17747.1, ("antimony", "trioxide"): 18634.4}), edge)
    assert assumed["flag"].to_list() == ["thin"]
    assert assumed["margin"].to_list() == pytest.approx([532.4], abs=0.1)
    check_margins(assumed)


def test_a_stage_with_two_feeds_pays_for_both():
    p = table({("m", "a"): 10, ("m", "b"): 20, ("m", "c"): 100})
    out = margins(p, {("m", "c", "a"): 2.0, ("m", "c", "b"): 3.0})
    assert out["margin"].to_list() == [20.0]
