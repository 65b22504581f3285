"""The homogeneous good through the market: closed forms, conditions, instruments, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.market import Market, Wedges, accounts, demand, solve, sourcing, supply


def market(R: int = 2, seed: int = 0, cap: float = 1e3) -> Market:
    """One stage, ``R`` regions, linear supply and demand, all routes open."""
    rng = np.random.default_rng(seed)
    one = np.ones((1, R))
    return Market.from_arrays(
        regions=[f"R{i}" for i in range(R)], stages=["metal"], p0=50 * one,
        supply=supply.Linear(cap * one[:, None], rng.uniform(5, 40, (1, 1, R)),
                             rng.uniform(0.2, 2, (1, 1, R))),
        demand=demand.Linear(rng.uniform(40, 120, (1, R)), rng.uniform(0.3, 1, (1, R)), 50 * one),
        freight=rng.uniform(1, 8, (1, R, R)) * (1 - np.eye(R)),
        sourcing=sourcing.Homogeneous(np.ones((1, R, R))), scale=50 * one,
    )  # fmt: skip


def small(duty: float = 0.0, limit: float | None = None, holder: str = "exporter") -> tuple:
    """A: cost 10 + y; B: demand 100 - P, no supply; freight 4."""
    m = Market.from_arrays(
        regions=["A", "B"], stages=["metal"], p0=np.full((1, 2), 50.0),
        supply=supply.Linear(np.array([[[1e3, 0.0]]]), np.array([[[10.0, 0]]]), np.ones((1, 1, 2))),
        demand=demand.Linear(np.array([[0.0, 100.0]]), np.array([[0.0, 1.0]]),
                             np.full((1, 2), 50.0)),
        freight=np.array([[[0.0, 4.0], [4.0, 0.0]]]),
        sourcing=sourcing.Homogeneous(np.ones((1, 2, 2))), scale=np.full((1, 2), 50.0),
        duty=None,
    )  # fmt: skip
    w = Wedges.base(m)
    w = replace(w, duty=w.duty + duty * np.array([[[0, 1], [0, 0]]]))
    if limit is not None:
        mask = np.zeros((1, 1, 2, 2))
        mask[0, 0, 0, 1] = 1.0
        w = replace(w, limit=np.array([limit]), limit_mask=mask, holder=(holder,),
                    limit_id=("q",))  # fmt: skip
    return m, w


def test_two_places_by_hand():
    # p = 10 + x, P = 100 - x = p + 4: x = 43
    out = solve(*small())
    assert out.state.x[0, 0, 1] == pytest.approx(43)
    assert out.state.p[0, 0] == pytest.approx(53)
    assert out.state.P[0, 1] == pytest.approx(57)


def test_a_tariff_by_hand():
    # P = p (1 + .5) + 4, duty on the invoice: 100 - x = 1.5 (10 + x) + 4, x = 81 / 2.5
    out = solve(*small(duty=0.5))
    assert out.state.x[0, 0, 1] == pytest.approx(81 / 2.5)
    lines = accounts(out.market, out.wedges, out.state).lines
    assert lines["tariffs"][1] == pytest.approx(0.5 * (10 + 32.4) * 32.4)


@pytest.mark.parametrize("holder", ["exporter", "importer", "producers"])
def test_a_quota_by_hand(holder):
    # x = 20: p = 30, P = 80, rent 80 - 4 - 30 = 46
    out = solve(*small(limit=20.0, holder=holder))
    assert out.state.rent == pytest.approx([46])
    lines = accounts(out.market, out.wedges, out.state).lines
    kept = {"exporter": lines["exporter rents"][0], "importer": lines["importer rents"][1],
            "producers": lines["miners and processors"][0] - 20**2 / 2}  # fmt: skip
    assert kept[holder] == pytest.approx(46 * 20)


def test_a_slack_quota_has_no_rent():
    assert solve(*small(limit=44.0)).state.rent == pytest.approx([0], abs=1e-8)


def test_a_contract_pays_the_difference_and_shifts_supply():
    # strike 70 on all capacity, benchmark own price: y = 60, P = 40, p = 36, pay 34
    m, w = small()
    here = np.array([[1.0, 0.0]])
    w = replace(w, contracted=here, strike=70 * here)
    out = solve(m, w)
    assert out.state.y[0, 0] == pytest.approx(60)
    assert out.state.p[0, 0] == pytest.approx(36)
    assert accounts(m, w, out.state).lines["budget"].sum() == pytest.approx(-34 * 60)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_every_route_in_use_lands_at_the_price_and_every_other_at_no_less(seed, R):
    out = solve(market(R, seed))
    gap = out.state.c[0] - out.state.P[0]
    assert np.min(gap) > -1e-7
    assert np.max(np.abs(gap * out.state.x[0])) < 1e-5


@pytest.mark.parametrize("seed", range(8))
def test_a_steep_logit_comes_near(seed):
    m = market(3, seed)
    even = np.full((1, 3, 3), 1 / 3)
    found = None
    for mu in (4.0, 1.0, 0.25, 0.1, 0.05, 0.02):
        steep = sourcing.Logit(even, 0 * even, 0 * m.p0, mu + 0 * m.p0)
        found = solve(replace(m, sourcing=steep), start=found)
    exact = solve(m)
    used = exact.state.y > 1e-6
    assert used.any()
    # the logit's price error is a few mu: 0.02 ln(3) a stage
    assert found.state.p[used] == pytest.approx(exact.state.p[used], abs=0.1)


def test_an_entry_top_up_has_no_determinate_answer():
    m, w = small()
    on = np.array([[False, True]])
    covered = np.zeros((1, 2, 2), bool)
    covered[0, 0, 1] = True
    w = replace(w, floor=np.where(on, 75.0, 0.0), top_up=on, covered=covered, eligible=covered)
    with pytest.raises(InputError, match="Use period_levy"):
        solve(m, w)


def test_draws_are_solved_one_by_one():
    m, w = small()
    both = replace(w, duty=np.stack([w.duty, w.duty + np.array([[[0, 0.5], [0, 0]]])]))
    out = solve(m, both)
    assert out.state.x[:, 0, 0, 1] == pytest.approx([43, 32.4])
    assert out.converged.shape == (2,)
