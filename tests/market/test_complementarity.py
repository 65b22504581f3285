"""Complementarity: closed forms, random monotone problems, an honest residual."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from orepact.market.complementarity import complement


def linear(M, q):
    return lambda z: (M @ z + q, csr_array(M))


def test_bounds_that_bind_and_that_do_not():
    found = complement(linear(np.diag([1.0, 2.0]), np.array([-3.0, 4.0])), np.ones(2), np.zeros(2))
    assert found.converged
    assert found.z == pytest.approx([3.0, 0.0])


def test_without_a_bound_it_is_an_equation():
    free = np.array([-np.inf, 0.0])
    found = complement(linear(np.eye(2), np.array([5.0, 1.0])), np.zeros(2), free)
    assert found.z == pytest.approx([-5.0, 0.0])


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_monotone_problems_are_solved_and_the_residual_is_true(seed, n):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(n, n))
    M, q = A @ A.T + 0.1 * np.eye(n) + (A - A.T), rng.normal(size=n) * 10
    found = complement(linear(M, q), np.ones(n), np.zeros(n))
    assert found.converged
    F = M @ found.z + q
    assert np.all(found.z >= 0)
    assert np.all(F >= -1e-8)
    assert abs(found.z @ F) < 1e-6


def test_two_goods_that_are_one_have_a_step_all_the_same():
    # z1 and z2 are perfect substitutes: only the sum is determined
    M, q = np.ones((2, 2)), np.array([-4.0, -4.0])
    found = complement(linear(M, q), np.array([1.0, 0.5]), np.zeros(2))
    assert found.converged
    assert found.z.sum() == pytest.approx(4.0)


def test_what_has_no_solution_is_not_called_one():
    # z >= 0 with F = -1 everywhere
    found = complement(linear(np.zeros((1, 1)), np.array([-1.0])), np.ones(1), np.zeros(1))
    assert not found.converged
    assert found.worst == pytest.approx(1.0)
