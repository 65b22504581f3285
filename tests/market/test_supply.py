"""Supply curves: each piece against numerical calculus, and continuity at the kinks."""

import numpy as np
import pytest
from scipy.integrate import quad

from orepact.market import supply

ISO = supply.Isoelastic(
    *(
        np.array(v)[None, :, None]
        for v in (
            [12.0, 5.0, 8.0],
            [0.8, 1.0, 0.5],
            [100.0, 140.0, 60.0],
            [0.7, 2.5, 0.05],
            [0.4, 0.9, 0.2],
        )
    )
)
LINEAR = supply.Linear(
    *(np.array(v)[None, :, None] for v in ([12.0, 5.0, 0.0], [10.0, 80.0, 1.0], [3.0, 0.5, 1.0]))
)
FORMS = [ISO, LINEAR]


def kinks(s: supply.Supply) -> np.ndarray:
    """Earnings (n, B) at which the curve bends: closure and capacity."""
    first = s.avoidable * s.x0 if isinstance(s, supply.Isoelastic) else s.intercept
    return np.concatenate([first, s.threshold()])[:, :, 0]


def at(x: np.ndarray | float) -> np.ndarray:
    return np.broadcast_to(np.asarray(x, float), (1, 3))[..., None]


@pytest.mark.parametrize("s", FORMS)
def test_slope_is_the_derivative(s: supply.Supply) -> None:
    for x in np.linspace(3.0, 260.0, 67):
        if np.min(np.abs(kinks(s) - x)) < 0.1:
            continue
        h = 1e-5 * x
        d = (s.quantity(at(x + h)) - s.quantity(at(x - h))) / (2 * h)
        np.testing.assert_allclose(s.slope(at(x)), d, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("s", FORMS)
def test_quantity_slope_gives_both(s: supply.Supply) -> None:
    for x in (-5.0, 20.0, 90.0, 400.0):
        y, slope = s.quantity_slope(at(x))
        np.testing.assert_array_equal(y, s.quantity(at(x)))
        np.testing.assert_array_equal(slope, s.slope(at(x)))


@pytest.mark.parametrize("s", FORMS)
def test_surplus_and_cost_add_up_to_earnings(s: supply.Supply) -> None:
    for x in (-30.0, 0.0, 5.0, 40.0, 56.0, 100.0, 126.0, 140.0, 500.0):
        np.testing.assert_allclose(
            s.surplus(at(x)) + s.cost(at(x)), x * s.quantity(at(x)), atol=1e-9
        )


@pytest.mark.parametrize("s", FORMS)
def test_surplus_is_the_integral_of_output(s: supply.Supply) -> None:
    for x in (30.0, 95.0, 300.0):
        for b in range(3):
            marks = sorted(float(v) for v in kinks(s)[:, b] if 0 < v < x)
            area, _ = quad(lambda u, b=b: float(s.quantity(at(u))[0, b, 0]), 0, x, points=marks)
            assert float(s.surplus(at(x))[0, b, 0]) == pytest.approx(area, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("s", FORMS)
def test_every_piece_is_continuous_at_the_kinks(s: supply.Supply) -> None:
    for row in kinks(s):
        for piece in (s.quantity, s.surplus, s.cost):
            lo, hi = (piece(at(row * (1 + e))) for e in (-1e-10, 1e-10))
            np.testing.assert_allclose(lo, hi, rtol=1e-7, atol=1e-5)


@pytest.mark.parametrize("s", FORMS)
def test_output_rises_to_capacity_and_no_further(s: supply.Supply) -> None:
    xs = np.linspace(-50, 2000, 400)
    y = np.stack([s.quantity(at(x)) for x in xs])
    assert np.all(np.diff(y, axis=0) >= 0)
    np.testing.assert_allclose(s.quantity(at(s.threshold()[:, :, 0])), s.capacity, rtol=1e-12)
    assert np.all(s.quantity(at(1e9)) <= s.capacity * (1 + 1e-15))
    assert np.all(s.slope(s.threshold() * 1.001) == 0)


def test_nothing_is_made_at_a_loss() -> None:
    for s in FORMS:
        assert np.all(s.quantity(at(-1e9)) == 0)
        assert np.all(s.surplus(at(-1e9)) == 0)
        assert np.all(s.cost(at(-1e9)) == 0)


def test_base_point() -> None:
    np.testing.assert_allclose(ISO.quantity(ISO.x0), ISO.capacity * ISO.use0)
    inside = ISO.use0 < 1
    eps = ISO.slope(ISO.x0) * ISO.x0 / ISO.quantity(ISO.x0)
    np.testing.assert_allclose(eps[inside], ISO.eps[inside])


def test_above_capacity_the_rest_is_scarcity_rent() -> None:
    top = ISO.threshold()
    rent = ISO.surplus(top + 7.0) - ISO.surplus(top)
    np.testing.assert_allclose(rent, 7.0 * ISO.capacity, rtol=1e-12)


def test_blocks_add_up() -> None:
    both = ISO.blocks(ISO)
    x = at(120.0)
    doubled = np.concatenate([x, x], axis=-2)
    assert both.quantity(doubled).shape == (1, 6, 1)
    np.testing.assert_allclose(both.quantity(doubled).sum(), 2 * ISO.quantity(x).sum())
    assert isinstance(both, supply.Isoelastic)
