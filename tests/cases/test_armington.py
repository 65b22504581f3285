"""Single-stage CES results: a floor with two importers, and a tariff on one of three sources."""

from dataclasses import replace

import numpy as np
import pytest

from orepact.market import Market, Wedges, demand, solve, sourcing, supply

U, M, C = range(3)


@pytest.fixture
def bloc() -> Market:
    """Three regions, base prices 1, substitution elasticity 8."""
    x0 = np.array([[6.0, 0.5, 0.0], [2.0, 5.0, 0.0], [20.0, 3.0, 60.0]])[None]
    bought, made = x0.sum(1), x0.sum(2)
    cap = np.array([[[9.0, 9.0, 1000.0]]])
    one = np.ones((1, 3))
    return Market.from_arrays(
        regions=["U", "M", "C"],
        stages=["metal"],
        p0=one,
        x0=x0,
        scale=made,
        supply=supply.Isoelastic(
            cap,
            made[:, None] / cap,
            one[:, None],
            np.array([[[1.0, 1.0, 2.0]]]),
            0.3 * one[:, None],
        ),
        demand=demand.Isoelastic(bought, one, 0.4 * one, np.inf * one),
        sourcing=sourcing.CES(x0 / bought[:, None], 8.0 * one),
    )


def test_exporter_specific_floor(bloc: Market) -> None:
    """An entry price of 1.15 on C into U and M; two independent solvers agree to 1e-8."""
    base = Wedges.base(bloc)
    covered = np.zeros((1, 3, 3), bool)
    covered[0, C, [U, M]] = True
    floor = np.array([[1.15, 1.15, 0.0]])
    w = replace(base, floor=floor, covered=covered, top_up=floor > 0)
    out = solve(bloc, w)
    st = out.state
    np.testing.assert_allclose(st.p[0], [1.11421896, 1.10465001, 0.98293275], atol=1e-8)
    np.testing.assert_allclose(st.P[0], [1.13798311, 1.11964695, 0.98293275], atol=1e-8)
    np.testing.assert_allclose(st.y[0], [7.24242325, 7.73255009, 80.19101335], atol=2e-8)
    np.testing.assert_allclose(
        st.x[0],
        [
            [6.74557699, 0.49684626, 0.0],
            [2.40915416, 5.32339593, 0.0],
            [17.46141695, 2.31502087, 60.41457554],
        ],
        atol=2e-8,
    )
    np.testing.assert_allclose(st.levy[0, C], [0.16706725, 0.16706725, 0.0], atol=1e-8)
    revenue = np.sum(st.levy[0] * st.x[0], axis=0)
    np.testing.assert_allclose(revenue, [2.91723094, 0.38676417, 0.0], atol=2e-8)


def test_tariff_on_one_of_three_sources() -> None:
    """Domestic, subject and other supply; structure of USITC EC 2017-07-B."""
    v0 = np.array([60.0, 30.0, 10.0])
    n = 4  # the fourth region buys, the first three sell
    x0 = np.zeros((1, n, n))
    x0[0, :3, 3] = v0
    cap = np.zeros((1, 1, n))
    cap[0, 0, :3] = 1e6
    one = np.ones((1, n))
    use0 = np.ones((1, 1, n))
    use0[0, 0, :3] = v0 / 1e6
    bought = np.array([[0.0, 0.0, 0.0, 100.0]])
    m = Market.from_arrays(
        regions=["home mill", "subject", "other", "home"],
        stages=["metal"],
        p0=one,
        x0=x0,
        scale=np.maximum(x0.sum(2), 1.0),
        supply=supply.Isoelastic(
            cap, use0, one[:, None], np.array([[[1.0, 10.0, 10.0, 1.0]]]), 0.01 * one[:, None]
        ),
        demand=demand.Isoelastic(bought, one, one, np.inf * one),
        sourcing=sourcing.CES(x0 / 100.0, 4.0 * one),
    )
    duty = np.zeros((1, n, n))
    duty[0, 1, 3] = 0.1
    st = solve(m, replace(Wedges.base(m), duty=duty)).state
    np.testing.assert_allclose(
        st.p[0, :3], [1.021240380567909, 0.9804681963874006, 1.0075346536760454], rtol=1e-10
    )
    np.testing.assert_allclose(
        st.c[0, :3, 3], [1.021240380567909, 1.0785150160261407, 1.0075346536760454], rtol=1e-10
    )
    np.testing.assert_allclose(
        st.x[0, :3, 3] / v0, [1.021240380567909, 0.8209847867178082, 1.077953244992565], rtol=1e-9
    )
    assert st.P[0, 3] == pytest.approx(1.0356506878850473, rel=1e-10)
    np.testing.assert_allclose(
        (st.c * st.x)[0, :3, 3],
        [62.57591489414924, 26.563332612125237, 10.860752493725535],
        rtol=1e-9,
    )
