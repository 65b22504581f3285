"""Demand curves: each piece against numerical calculus, and continuity at the kinks."""

import numpy as np
import pytest
from scipy.integrate import quad

from orepact.market import demand
from orepact.market.demand import FLAT, WIDTH

D0, P0 = np.array([[10.0, 4.0, 7.0, 2.0]]), np.array([[50.0, 80.0, 100.0, 120.0]])
ISO = demand.Isoelastic(
    D0, P0, np.array([[0.4, 1.0, 1.8, 0.1]]), np.array([[3.0, 8.0, 1.5, np.inf]])
)
LINEAR = demand.Linear(
    np.array([[10.0, 4.0, 7.0, 3.0]]), np.array([[0.1, 0.01, 0.02, 0.0]]), P0
)  # the last is fixed demand
FORMS = [ISO, LINEAR]


def kinks(d: demand.Demand) -> list[np.ndarray]:
    if isinstance(d, demand.Linear):
        return [np.where(np.isfinite(d.choke()), d.choke(), 1e9)]
    top = np.where(np.isfinite(d.backstop), d.backstop, 1e6)
    return [FLAT * P0, top * P0, top * (1 + WIDTH) * P0]


@pytest.mark.parametrize("d", FORMS)
def test_slope_is_the_derivative(d: demand.Demand) -> None:
    for r in (-0.5, 0.02, 0.5, 1.0, 1.49, 1.7, 2.2, 3.3, 4.4, 9.0, 20.0):
        P, h = r * P0, 1e-6 * P0
        numeric = (d.quantity(P + h) - d.quantity(P - h)) / (2 * h)
        np.testing.assert_allclose(d.slope(P), numeric, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("d", FORMS)
def test_surplus_is_the_integral_of_use(d: demand.Demand) -> None:
    for r in (-0.3, 0.05, 0.4, 1.6, 3.5, 30.0):
        for i in range(4):
            to = float(P0[0, i])
            marks = sorted(
                float(k[0, i]) for k in kinks(d) if min(r, 1) * to < k[0, i] < max(r, 1) * to
            )
            area, _ = quad(
                lambda u, i=i: float(d.quantity(np.full((1, 4), u))[0, i]), r * to, to,
                points=marks or None, limit=200,
            )  # fmt: skip
            got = float(d.surplus(r * P0)[0, i])
            assert got == pytest.approx(area, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("d", FORMS)
def test_benefit_identity(d: demand.Demand) -> None:
    """``surplus = benefit - P D + P0 D0``, from closed forms of their own."""
    for r in (-2.0, 0.0, 0.03, FLAT, 0.8, 1.0, 1.5, 2.0, 3.0, 4.5, 8.0, 12.0, 100.0):
        P = r * P0
        right = d.benefit(P) - P * d.quantity(P) + P0 * d.quantity(P0)
        np.testing.assert_allclose(d.surplus(P), right, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("d", FORMS)
def test_every_piece_is_continuous_at_the_kinks(d: demand.Demand) -> None:
    for P in kinks(d):
        for piece in (d.quantity, d.surplus, d.benefit):
            np.testing.assert_allclose(
                piece(P * (1 - 1e-11)), piece(P * (1 + 1e-11)), rtol=1e-7, atol=1e-7
            )


@pytest.mark.parametrize("d", FORMS)
def test_use_never_rises_with_the_price(d: demand.Demand) -> None:
    D = np.stack([d.quantity(r * P0) for r in np.linspace(-1, 40, 800)])
    assert np.all(np.diff(D, axis=0) <= 1e-12)
    assert np.all(D >= 0)


def test_base_and_choke() -> None:
    np.testing.assert_allclose(ISO.quantity(P0), D0)
    np.testing.assert_allclose(ISO.slope(P0) * P0 / D0, -ISO.eta)
    choke = ISO.choke()
    assert np.isinf(choke[0, 3])
    choke[0, 3] = 0.0
    np.testing.assert_allclose(ISO.quantity(choke)[:, :3], 0.0, atol=1e-12)
    assert np.all(ISO.quantity(0.999 * choke)[:, :3] > 0)
    assert float(ISO.quantity(1000 * P0)[0, 3]) > 0  # no backstop: never gives up


def test_up_to_the_backstop_the_elasticity_holds() -> None:
    P = ISO.backstop[:, :3] * P0[:, :3] * 0.999
    part = demand.Isoelastic(*(getattr(ISO, f)[:, :3] for f in ("D0", "P0", "eta", "backstop")))
    np.testing.assert_allclose(part.slope(P) * P / part.quantity(P), -part.eta, rtol=1e-12)


def test_fixed_demand_loses_the_price_rise_on_every_tonne() -> None:
    P = P0 + 5.0
    assert float(LINEAR.surplus(P)[0, 3]) == pytest.approx(-5.0 * 3.0)
    assert np.isinf(LINEAR.choke()[0, 3])
