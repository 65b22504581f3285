"""The pacts that ship: they read, say what they are, and follow their own stated rule."""

from datetime import date
from decimal import Decimal

import pytest

from orepact import pact
from orepact.errors import UnknownIdError
from orepact.pact.trade import PriceFloor

START = date(2027, 1, 1)

# Prices of 2024 in USD per tonne contained. USGS Mineral Commodity Summaries 2026 unless a
# comment says otherwise.
PRICE_2024 = {
    ("zinc", "refined"): "2777.8",
    ("copper", "refined"): "9142.6",
    ("fluorspar", "mined"): "982.8",
    ("fluorspar", "hf"): "1789.5",  # assumed, 1,700 USD/t HF
    ("manganese", "alloy"): "1478.7",  # Comtrade, US imports of silicomanganese from Mexico
    ("graphite", "mined"): "600",  # assumed: fines and flake together
    ("graphite", "spherical"): "2200",  # assumed
    ("graphite", "anode"): "5000",  # assumed
    ("silver", "refined"): "912115.4",
    ("antimony", "metal"): "17747.1",  # BACI unit value
    ("antimony", "trioxide"): "18634.4",  # assumed, metal and 5 %
    ("gallium", "primary"): "300000",  # assumed
    ("gallium", "high_purity"): "439000",
    ("germanium", "refined"): "1991000",
    ("tungsten", "apt"): "39722.6",  # assumed from concentrate
    ("lithium", "refined"): "62799.4",
    ("nickel", "refined"): "16812",
    ("magnesium", "metal"): "2850",
}
FITTED = {("ndpr", "magnet"): Decimal(150_000)}
"""1.05 t of oxide at its floor and the conversion of 2024, 149,815 USD/t, rounded up."""
PRECEDENT = {
    ("ndpr", "oxide"): Decimal(110_000),  # 110 USD/kg, MP Materials' price protection
    ("cobalt", "refined"): Decimal(25) / Decimal("0.00045359237"),  # 25 USD/lb, Breakthrough
}


@pytest.mark.parametrize("name", pact.library())
def test_reads_and_has_a_first_day_with_everything_in_force(name):
    held = pact.read(name)
    assert held.id == name
    on = held.default_date()
    assert on == START
    assert set(held.in_force(on)) == set(held.instruments)
    assert set(held.members(on)) == {p.code for p in held.parties}


@pytest.mark.parametrize("name", pact.library())
def test_floors_are_scenarios_at_the_stated_level(name):
    floors = [i for i in pact.read(name).instruments if isinstance(i, PriceFloor)]
    assert {f.targets()[0] for f in floors} == {*PRICE_2024, *PRECEDENT, *FITTED}
    for f in floors:
        target = f.targets()[0]
        level = {**PRECEDENT, **FITTED}.get(target)
        level = level or Decimal("1.25") * Decimal(PRICE_2024[target])
        assert f.floor_at(START) == level, f.id
        assert f.floor_at(date(2026, 12, 31)) is None
        assert f.status == "scenario"
        if target in PRECEDENT:
            stated = "Cited precedent"
        elif target in FITTED:
            stated = "oxide at its floor of 110000 USD/t plus the 2024 conversion of 34315 USD/t"
        else:
            stated = f"price of {PRICE_2024[target]} USD/t"
        assert stated in f.note


def test_an_assumed_base_price_says_so():
    for f in pact.read("us-mexico-2026").instruments:
        if f.source == "price-assumption":
            assert "assumed" in f.note


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("us-mexico-2026", {"USA", "MEX"}),
        ("us-eu-2026", {"USA", "EUN"}),
        ("us-japan-2026", {"USA", "JPN"}),
        ("plurilateral-2026", {"USA", "MEX", "EUN", "JPN"}),
        ("plurilateral-with-canada", {"USA", "MEX", "EUN", "JPN", "CAN"}),
    ],
)
def test_members(name, members):
    assert set(pact.read(name).members(START)) == members


@pytest.mark.parametrize("name", pact.library())
def test_what_is_agreed_is_cited_and_names_no_mineral(name):
    held = pact.read(name)
    parts = {x.id: x for x in (*held.instruments, *held.calendar)}
    for id in held.agreed:
        assert held.sources[parts[id].source].confidence in ("official", "quoted", "press")
        assert getattr(parts[id], "targets", tuple)() == ()


def test_both_groups_of_minerals_are_covered():
    floors = {f.mineral for f in pact.read("us-mexico-2026").instruments if f.kind == "price_floor"}
    flows = {"zinc", "copper", "fluorspar", "manganese", "graphite", "silver", "antimony"}
    third = {"gallium", "germanium", "tungsten", "lithium", "ndpr", "cobalt", "nickel", "magnesium"}
    assert floors == flows | third


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(UnknownIdError, match="Did you mean 'us-mexico-2026'"):
        pact.read("us-mexico-2025")
