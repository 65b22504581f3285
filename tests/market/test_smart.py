"""SMART on a case made with the formulas of WITS, and against the engine."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.market import Market, Wedges, demand, solve, sourcing, supply
from orepact.market.smart import smart


def test_creation_and_diversion() -> None:
    found = smart(100.0, 300.0, 0.2, 0.1, Em=-1.5, sigma=1.5)
    assert found.creation[0] == pytest.approx(12.49999999999999)
    assert found.diversion[0] == pytest.approx(9.374999999999993)
    # 10 % of 121.875 and 20 % of 290.625, less 20 % of 400
    assert found.revenue == pytest.approx(0.1 * 121.875 + 0.2 * 290.625 - 80)
    assert found.consumers == pytest.approx(0.1 * 106.25)


def test_export_supply_damps_the_creation() -> None:
    assert smart(100.0, 300.0, 0.2, 0.1, Em=-1.5, sigma=1.5, Ex=1.5).creation[0] == pytest.approx(
        6.25
    )


@pytest.mark.parametrize("step", [1e-3, 1e-4])
def test_the_diversion_is_that_of_the_engine_for_a_small_step(step: float) -> None:
    """CES, world prices given, demand fixed: the error falls with the step."""
    one = np.ones((1, 3))
    x0 = np.array([[[0, 0, 100.0], [0, 0, 300.0], [0, 0, 0]]])
    share, sigma, t0 = x0[0] / 400, 1.5, 0.2
    c0 = (1 + t0) * one
    m = Market.from_arrays(
        regions=["A", "B", "importer"], stages=["metal"], p0=one, x0=x0, scale=400 * one,
        duty=np.where(x0 > 0, t0, 0.0),
        # marginal cost rises by 1e-9 a tonne: the world price is given
        supply=supply.Linear(
            np.array([[[1e6, 1e6, 0]]]), (1 - 1e-9 * 100) * one[:, None], 1e-9 * one[:, None]
        ),
        demand=demand.Isoelastic(400 * one * [0, 0, 1], c0, 1e-12 * one, np.inf * one),
        sourcing=sourcing.CES(share[None] + 0 * x0, sigma * one),
    )  # fmt: skip

    lower = m.duty - np.where(np.arange(3)[:, None] == 0, step, 0.0) * (x0 > 0)
    base, out = solve(m), solve(m, replace(Wedges.base(m), duty=lower))
    gained = out.state.x[0, 0, 2] - base.state.x[0, 0, 2]
    expected = smart(100.0, 300.0, t0, t0 - step, Em=0.0, sigma=sigma).diversion[0]
    assert gained == pytest.approx(expected, rel=3 * step)


@given(
    M=st.floats(0.1, 1e3), B=st.floats(0, 1e3), t0=st.floats(0, 2), t1=st.floats(0, 2),
    sigma=st.floats(0, 10),
)  # fmt: skip
def test_a_lower_duty_creates_and_diverts_and_a_higher_one_takes_both_back(
    M: float, B: float, t0: float, t1: float, sigma: float
) -> None:
    found = smart(M, B, t0, t1, Em=-1.0, sigma=sigma)
    assert found.creation[0] * (t0 - t1) >= 0
    assert found.diversion[0] * (t0 - t1) >= 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"favoured": [-1.0]}, "at least 0"),
        ({"favoured": [np.nan]}, "at least 0"),
        ({"Em": 0.5}, "Em = 0.5 must be at most 0"),
        ({"Ex": 0.0}, "above 0"),
        ({"sigma": np.nan}, "sigma = nan"),
        ({"t1": -1.0}, "above -1"),
    ],
)
def test_malformed(changed: dict[str, object], said: str) -> None:
    terms = {"favoured": [1.0], "others": 1.0, "t0": 0.1, "t1": 0.0, "Em": -1.0, "sigma": 2.0}
    with pytest.raises(InputError, match=said):
        smart(**{**terms, **changed})
