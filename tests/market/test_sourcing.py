"""Sourcing: tonnes kept, Shephard's lemma, curvature, duality and the homogeneous limit."""

import numpy as np
import pytest

from orepact.market.sourcing import CES, Logit, Sourcing

g = np.random.default_rng(7)
K, R = 2, 4
C0 = g.uniform(8.0, 12.0, (K, R, R))
SHARE = g.dirichlet(np.ones(R), (K, R)).transpose(0, 2, 1)
P0 = np.sum(SHARE * C0, axis=1)
SIGMA = g.uniform(1.5, 12.0, (K, R))
OPEN, NONE = np.ones((K, R, R)), np.full((K, R), 1e5)
LOGIT = Logit(SHARE, C0, P0, P0 / SIGMA)
CES_ = CES(SHARE * (C0 / P0[:, None]) ** SIGMA[:, None], SIGMA)
FORMS = [LOGIT, CES_]
C = C0 * g.uniform(0.8, 1.3, C0.shape)


def test_logit_keeps_tonnes() -> None:
    for c in (C, 5 * C, C0 + g.uniform(-3, 90, C0.shape)):
        np.testing.assert_allclose(LOGIT.mixer(OPEN, NONE)(c).s.sum(1), 1.0, rtol=1e-14)


@pytest.mark.parametrize("form", FORMS)
def test_base_reproduces_itself(form: Sourcing) -> None:
    m = form.mixer(OPEN, NONE)(C0)
    np.testing.assert_allclose(m.s, SHARE, rtol=1e-12)
    np.testing.assert_allclose(m.P, P0, rtol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_shephard(form: Sourcing) -> None:
    """``dP/dc = s``."""
    mix, h = form.mixer(OPEN, NONE), 1e-6
    s = mix(C).s
    for o in range(R):
        e = np.zeros_like(C)
        e[:, o] = h
        d = (mix(C + e).P - mix(C - e).P) / (2 * h)
        np.testing.assert_allclose(d, s[:, o], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("form", FORMS)
def test_curvature(form: Sourcing) -> None:
    """``ds[o]/dc[r] = -kappa[o] s[o] (o = r) + lam s[o] s[r]``."""
    mix, h = form.mixer(OPEN, NONE), 1e-6
    m = mix(C)
    kappa = np.broadcast_to(m.kappa, C.shape)
    for r in range(R):
        e = np.zeros_like(C)
        e[:, r] = h
        d = (mix(C + e).s - mix(C - e).s) / (2 * h)
        expected = m.lam[:, None] * m.s * m.s[:, [r]]
        expected[:, r] -= kappa[:, r] * m.s[:, r]
        np.testing.assert_allclose(d, expected, rtol=1e-6, atol=1e-8)


def test_substitution_elasticity_at_the_base() -> None:
    """Raising one source's cost by 1 % at even costs lowers its odds by sigma %."""
    even = np.broadcast_to(P0[:, None], C0.shape)
    m = Logit(SHARE, even, P0, P0 / SIGMA).mixer(OPEN, NONE)
    c = even.copy()
    c[:, 0] = c[:, 0] * (1 + 1e-6)
    s0, s1 = m(even).s, m(c).s
    odds = np.log(s1[:, 0] / s1[:, 1]) - np.log(s0[:, 0] / s0[:, 1])
    np.testing.assert_allclose(odds / 1e-6, -SIGMA, rtol=1e-5)


def test_ces_is_its_own_dual() -> None:
    """What the mix costs is its index: ``sum c s = P``."""
    m = CES_.mixer(OPEN, NONE)(C)
    np.testing.assert_allclose(np.sum(C * m.s, axis=1), m.P, rtol=1e-12)


def test_matching_cost_of_the_logit() -> None:
    """``P - sum c s = mu KL(s, s0) + sum (s0 - s) c0``: the second term is the worth of what
    base users paid more for, so the sum is positive for sure only at even base costs."""
    m = LOGIT.mixer(OPEN, NONE)(C)
    divergence = np.sum(m.s * np.log(m.s / SHARE), axis=1)
    moved = np.sum((SHARE - m.s) * C0, axis=1)
    left = m.P - np.sum(C * m.s, axis=1)
    np.testing.assert_allclose(left, LOGIT.mu * divergence + moved, rtol=1e-9, atol=1e-12)
    even = np.broadcast_to(P0[:, None], C0.shape)
    m = Logit(SHARE, even, P0, P0 / SIGMA).mixer(OPEN, NONE)(C)
    assert np.all(m.P - np.sum(C * m.s, axis=1) > 0)


def test_logit_tends_to_the_cheapest_in_change_of_cost() -> None:
    """As sigma grows, P tends to ``min (c - c0) + P0``, within ``mu ln(1/s0)``."""
    best = np.min(C - C0, axis=1) + P0
    bound = np.max(-np.log(SHARE), axis=1)
    last = np.inf
    for sigma in (1e1, 1e2, 1e3, 1e5):
        mu = P0 / sigma
        gap = Logit(SHARE, C0, P0, mu).mixer(OPEN, NONE)(C).P - best
        assert np.all(gap >= -1e-9)
        assert np.all(gap <= mu * bound + 1e-9)
        assert np.max(gap) < last
        last = float(np.max(gap))
    s = Logit(SHARE, C0, P0, P0 / 1e7).mixer(OPEN, NONE)(C).s
    assert np.all(np.argmax(s, axis=1) == np.argmin(C - C0, axis=1))


@pytest.mark.parametrize("form", FORMS)
def test_a_closed_route_ships_nothing_and_costs_variety(form: Sourcing) -> None:
    shut = OPEN.copy()
    shut[0, 1, 2] = 0.0
    m, all_ = form.mixer(shut, NONE)(C0), form.mixer(OPEN, NONE)(C0)
    assert m.s[0, 1, 2] == 0
    assert m.P[0, 2] > all_.P[0, 2]
    other = np.ones((K, R), bool)
    other[0, 2] = False
    np.testing.assert_allclose(m.P[other], all_.P[other])


@pytest.mark.parametrize("form", FORMS)
def test_without_any_source_the_index_is_the_one_for_none(form: Sourcing) -> None:
    shut = OPEN.copy()
    shut[1, :, 3] = 0.0
    m = form.mixer(shut, NONE)(C)
    assert m.P[1, 3] == 1e5
    assert np.all(m.s[1, :, 3] == 0)
    assert np.all(np.isfinite(m.s))


def test_logit_does_not_overflow() -> None:
    for scale in (1e-6, 1e9):
        m = LOGIT.mixer(OPEN, NONE)(C0 * scale)
        assert np.all(np.isfinite(m.P))
        np.testing.assert_allclose(m.s.sum(1), 1.0)
