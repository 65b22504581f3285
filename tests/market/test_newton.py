"""The loop itself, on systems with known roots."""

from typing import Any

import numpy as np
import pytest

from orepact.market.newton import newton


def run(f: Any, df: Any, z: Any, **kw: Any) -> Any:
    return newton(lambda z: (f(z), z), df, np.asarray(z, float), **kw)


def test_square_roots_in_a_batch() -> None:
    want = np.array([[2.0], [9.0], [1e-4]])
    root = run(lambda z: z * z - want, lambda z: 2 * z[..., None], np.ones((3, 1)))
    assert root.converged.all()
    np.testing.assert_allclose(root.z, np.sqrt(want), rtol=1e-6)


def test_each_member_as_if_alone() -> None:
    A = np.random.default_rng(0).normal(size=(5, 3, 3)) + 4 * np.eye(3)

    def f(z: np.ndarray, A: np.ndarray) -> np.ndarray:
        return (A @ z[..., None])[..., 0] + 0.3 * np.sin(z) - 1.0

    def df(z: np.ndarray, A: np.ndarray) -> np.ndarray:
        return A + 0.3 * np.cos(z)[..., None] * np.eye(3)

    many = run(lambda z: f(z, A), lambda z: df(z, A), np.zeros((5, 3)))
    for i in range(5):
        one = run(lambda z, i=i: f(z, A[i]), lambda z, i=i: df(z, A[i]), np.zeros(3))
        np.testing.assert_allclose(many.z[i], one.z, rtol=1e-13)


def test_a_system_without_a_root_is_not_called_solved() -> None:
    root = run(lambda z: z * z + 1.0, lambda z: 2 * z[..., None], np.array([3.0]))
    assert not root.converged


def test_one_stalled_member_leaves_the_others_alone() -> None:
    shift = np.array([[-4.0], [1.0]])
    root = run(lambda z: z * z + shift, lambda z: 2 * z[..., None], np.full((2, 1), 3.0))
    assert root.converged.tolist() == [True, False]
    assert root.z[0, 0] == pytest.approx(2.0, rel=1e-10)


def test_solved_at_the_start_takes_no_step() -> None:
    root = run(lambda z: z - 1.0, lambda z: np.ones((1, 1)), np.array([1.0]))
    assert root.converged
    assert root.iterations == 0


def test_no_step_is_longer_than_the_bound() -> None:
    seen: list[float] = []

    def f(z: np.ndarray) -> np.ndarray:
        seen.append(float(z[0]))
        return z - 10.0

    root = run(f, lambda z: np.ones((1, 1)), np.array([0.0]), bound=0.5)
    assert root.converged
    assert np.max(np.diff(seen)) <= 0.5 + 1e-12


def test_a_singular_jacobian_is_survived() -> None:
    """The second unknown moves nothing: it stays where it is."""
    root = run(
        lambda z: np.stack([z[0] ** 3 - 8.0, 0.0 * z[1]]),
        lambda z: np.array([[3 * z[0] ** 2, 0.0], [0.0, 0.0]]),
        np.array([1.0, 5.0]),
    )
    assert root.converged
    np.testing.assert_allclose(root.z, [2.0, 5.0], rtol=1e-8)


def test_a_kink_is_crossed() -> None:
    """Fischer-Burmeister of ``0 <= z perp z - 1 >= 0`` from the wrong side."""

    def f(z: np.ndarray) -> np.ndarray:
        return z + (z - 1) - np.hypot(z, z - 1)

    def df(z: np.ndarray) -> np.ndarray:
        r = np.hypot(z, z - 1)
        return ((1 - z / r) + (1 - (z - 1) / r))[..., None]

    root = run(f, df, np.array([-3.0]))
    assert root.converged
    assert root.z[0] == pytest.approx(1.0, abs=1e-9)


def test_a_residual_that_must_rise_first_is_let_rise() -> None:
    """Rosenbrock's valley: descent follows its floor, a longer memory crosses its walls."""

    def f(z: np.ndarray) -> np.ndarray:
        return np.stack([10.0 * (z[1] - z[0] ** 2), 1.0 - z[0]])

    def df(z: np.ndarray) -> np.ndarray:
        return np.array([[-20.0 * z[0], 10.0], [-1.0, 0.0]])

    slow, fast = (run(f, df, [-1.2, 1.0], bound=10.0, memory=m) for m in (1, 8))
    assert slow.converged
    assert fast.converged
    np.testing.assert_allclose(fast.z, [1.0, 1.0], rtol=1e-8)
    assert fast.iterations < slow.iterations


def test_not_a_number_is_not_a_root() -> None:
    root = run(lambda z: z * np.nan, lambda z: np.ones((1, 1)), np.array([1.0]))
    assert not root.converged
