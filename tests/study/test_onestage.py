import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.study.onestage import stopped

share = st.floats(0.3, 0.95)
unit = st.floats(0.01, 0.5)


def test_without_supply_response_demand_alone_clears():
    rise, short, _ = stopped(0.5, 0.6, 0.0, 0.0, 0.0, 0.5, 1e6)
    assert rise == pytest.approx((0.8 / 0.5) ** 2 - 1)
    assert short == pytest.approx(1 - 0.5 / 0.8)


def test_with_supply_response_both_give():
    rise, short, lacking = stopped(0.5, 0.6, 0.0, 0.5, 0.9, 0.5, 1e6)
    assert rise == pytest.approx(0.8 / 0.5 - 1)
    assert short == pytest.approx(1 - (0.8 / 0.5) ** -0.5)
    assert lacking == 0


def test_at_capacity_the_price_goes_on_alone():
    rise, short, _ = stopped(0.5, 0.6, 0.0, 2.0, 0.1, 1.0, 1e6)
    assert rise == pytest.approx(0.8 / (0.5 / 0.9) - 1)
    assert short == pytest.approx(1 - (0.5 / 0.9) / 0.8)


def test_at_the_backstop_the_price_stops_and_the_shortfall_is_what_lacks():
    rise, short, lacking = stopped(0.9, 8 / 9, 0.0, 0.1, 0.1, 0.1, 5.0)
    supplied = 0.1 * min(5.0**0.1, 1 / 0.9) / 0.9
    assert rise == pytest.approx(4.0)
    assert short == pytest.approx(1 - supplied)
    assert lacking == pytest.approx(5.0**-0.1 - supplied)


@given(share, unit, st.floats(0.01, 0.5), unit, unit)
def test_more_scrap_and_more_spare_never_make_it_worse(s, eps, eta, spare, scrap):
    low = stopped(s, 0.8, 0.0, eps, spare, eta, 10.0)
    more = stopped(s, 0.8, scrap, eps, spare, eta, 10.0)
    wide = stopped(s, 0.8, 0.0, eps, min(0.9, spare + 0.2), eta, 10.0)
    fewer = stopped(s, 0.4, 0.0, eps, spare, eta, 10.0)
    for x in (more, wide, fewer):
        assert x[0] <= low[0] + 1e-9
        assert x[1] <= low[1] + 1e-9
    assert 0 <= low[2] <= low[1] <= 1
    assert low[0] >= 0


@given(st.floats(0.1, 0.9))
def test_the_smaller_the_exports_the_smaller_the_stop_down_to_none(s):
    rise, short, lacking = stopped(s, 1e-9, 0.0, 0.2, 0.1, 0.2, 10.0)
    assert rise == pytest.approx(0, abs=1e-6)
    assert short == pytest.approx(0, abs=1e-6)
    assert lacking == 0


def test_a_supplier_that_sends_nothing_cannot_stop():
    with pytest.raises(InputError, match="a stop would touch nothing"):
        stopped(0.3, np.array([0.1, 0.0]), 0.0, 0.1, 0.1, 0.1, 10.0)


def test_no_elasticity_gives_the_backstop_without_a_warning() -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rise, _, _ = stopped(0.5, 0.6, 0.0, 0.0, 0.3, 1e-3, 100.0)
    assert float(rise) == 99.0
