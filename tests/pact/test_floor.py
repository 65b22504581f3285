"""The floor function: one rule for decimals, floats and arrays."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.pact import floor

MONEY = st.decimals(0, 10_000_000, places=2, allow_nan=False, allow_infinity=False)
SHARE = st.decimals(0, 1, places=4)
RULES = [floor.levy_period, floor.entry_top_up]


@given(F=MONEY, R=MONEY, duty=MONEY, counts=st.booleans())
@pytest.mark.parametrize("rule", RULES)
def test_decimal_float_and_array_agree(rule, F, R, duty, counts):
    exact = rule(F, R, duty, counts)
    loose = rule(float(F), float(R), float(duty), counts)
    many = rule(np.array([float(F)] * 2), float(R), np.array([float(duty)] * 2), counts)
    assert loose == pytest.approx(float(exact), abs=1e-6)
    assert many.tolist() == [loose, loose]


@given(F=MONEY, R=MONEY, more=MONEY, duty=MONEY, counts=st.booleans())
def test_levy_is_never_negative_and_falls_with_the_price(F, R, more, duty, counts):
    levy = floor.levy_period(F, R, duty, counts)
    assert levy >= 0
    assert floor.entry_top_up(F, R + more, duty, counts) <= levy
    assert R + duty * counts + levy >= F


@given(F=MONEY, R=MONEY, duty=MONEY)
def test_counting_the_duty_never_raises_the_levy(F, R, duty):
    assert floor.levy_period(F, R, duty, True) <= floor.levy_period(F, R, duty, False)


@given(wedge=MONEY, response=SHARE)
def test_a_top_up_is_divided_without_rest(wedge, response):
    treasury, exporter = floor.split_top_up(wedge, response)
    assert treasury + exporter == wedge
    assert treasury >= 0
    assert exporter >= 0


@given(F=MONEY, P=MONEY)
def test_full_response_is_a_minimum_import_price(F, P):
    _, exporter = floor.split_top_up(floor.entry_top_up(F, P, Decimal(0)), Decimal(1))
    assert P + exporter == floor.minimum_import_price(F, P)


@given(F=MONEY, R=MONEY.filter(lambda x: x > 0))
def test_ad_valorem_closes_the_same_gap(F, R):
    rate = floor.ad_valorem(F, R, R)
    assert rate * R == pytest.approx(floor.levy_period(F, R, Decimal(0)), abs=Decimal("1e-15"))


@given(F=MONEY, freight=MONEY)
def test_basis_there_and_back(F, freight):
    there = floor.customs_basis(F, "FOB", "CIF", freight)
    assert floor.customs_basis(there, "CIF", "FOB", freight) == F
    assert floor.customs_basis(F, "CIF", "CIF", freight) == F


def test_a_missing_reference_is_not_a_zero_levy():
    assert np.isnan(floor.levy_period(100.0, float("nan"), 0.0))
    assert np.isnan(floor.levy_period(np.array([100.0]), np.array([np.nan]), 0.0))[0]


def test_contract_pays_below_the_strike_and_takes_back_above_the_threshold():
    # Lynas and JARE, 10 March 2026: 30 % of the price above 150 USD/kg, strike 110 USD/kg
    terms = {"strike": 110.0, "upside_share": 0.3, "upside_threshold": 150.0}
    paid = floor.contract_payment(np.array([60.0, 110.0, 140.0, 160.0]), **terms)
    assert paid.tolist() == [50.0, 0.0, 0.0, -3.0]
