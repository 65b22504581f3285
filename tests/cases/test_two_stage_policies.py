"""Other policies on the two-stage economy, against a convex program of another kind.

With wedges per tonne the equilibrium maximises benefit of use less costs, freight and wedges,
subject to capacities and quotas (Samuelson 1952). The program is solved by sequential quadratic
programming (SciPy), which shares nothing with the complementarity solver; what a floor or a
contract comes to is given to it, and must be what its own result justifies.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from scipy.optimize import minimize
from test_two_stage import A, C, M, U, exact_two_stage

from orepact.market import Market, Outcome, accounts, policy, solve
from orepact.market.certificate import certify
from orepact.market.wedges import Wedges

CAP = np.array([[15.0, 12, 40, 90], [12.0, 10, 20, 110]])
COST = np.array([[30.0, 26, 20, 15], [28.0, 22, 18, 8]])
RISE = np.array([[1.0, 0.8, 0.5, 0.2], [0.6, 0.6, 0.4, 0.1]])
FREIGHT = np.array([
    [[0, 2, 5, 5], [2, 0, 6, 6], [5, 6, 0, 3], [5, 6, 3, 0]],
    [[0, 1, 3, 3], [1, 0, 4, 4], [3, 4, 0, 2], [3, 4, 2, 0]],
], float)  # fmt: skip
USE, ETA = np.array([30.0, 8, 22, 60]), np.array([0.4, 0.4, 0.4, 0.5])


class Program:
    """Tonnes of the optimum: output (2, 4), shipments (2, 4, 4), use (4,) and tonnes released."""

    def __init__(
        self,
        wedge: np.ndarray | None = None,
        limit: tuple[np.ndarray, float] | None = None,
        stock: tuple[int, float, float] = (U, 0.0, 0.0),
        pay: np.ndarray | None = None,
    ) -> None:
        wedge = np.zeros((2, 4, 4)) if wedge is None else wedge
        pay = np.zeros((2, 4)) if pay is None else pay
        where, most, trigger = stock

        def parts(v: np.ndarray) -> tuple[np.ndarray, ...]:
            return v[:8].reshape(2, 4), v[8:40].reshape(2, 4, 4), v[40:44], v[44:45]

        def value(v: np.ndarray) -> float:
            y, x, D, r = parts(v)
            e = 1 - 1 / ETA
            benefit = 60 * USE * ((np.maximum(D, 1e-6) / USE) ** e) / e
            cost = np.sum((COST - pay) * y + RISE * y**2 / 2) + np.sum((FREIGHT + wedge) * x)
            return float(cost + trigger * r[0] - np.sum(benefit)) / 1e3

        def slope(v: np.ndarray) -> np.ndarray:
            y, _, D, _ = parts(v)
            worth = 60 * (np.maximum(D, 1e-6) / USE) ** (-1 / ETA)
            each = [COST - pay + RISE * y, FREIGHT + wedge, -worth, np.array([trigger])]
            return np.concatenate([w.ravel() for w in each]) / 1e3

        def balances(v: np.ndarray) -> np.ndarray:
            y, x, D, r = parts(v)
            released = np.eye(4)[where] * r
            made = x.sum(2) - y
            return np.concatenate(
                [made.ravel(), x[0].sum(0) - 1.25 * y[1], x[1].sum(0) + released - D]
            )

        A = np.stack([balances(e) for e in np.eye(45)], axis=1)
        rules = [{"type": "eq", "fun": balances, "jac": lambda v: A}]
        if limit is not None:
            row = np.zeros(45)
            row[8:40] = limit[0].ravel()
            rules.append({
                "type": "ineq", "fun": lambda v: np.array([limit[1] - row @ v]),
                "jac": lambda v: -row[None],
            })  # fmt: skip
        start = np.concatenate([CAP.ravel() / 2, np.full(32, 5.0), USE, [most / 2]])
        bounds = [*((0, c) for c in CAP.ravel()), *((0, None),) * 32, *((1e-3, None),) * 4]
        found = minimize(
            value, start, jac=slope, bounds=[*bounds, (0, most)], constraints=rules,
            method="SLSQP", options={"maxiter": 2000, "ftol": 1e-15},
        )  # fmt: skip
        self.y, self.x, self.D, self.released = parts(found.x)
        assert np.max(np.abs(balances(found.x))) < 1e-7

    @property
    def prices(self) -> np.ndarray:
        """Marginal cost of ore (4,), where output is inside its bounds; NaN elsewhere."""
        y = self.y[0]
        return np.where((y > 1e-3) & (y < CAP[0] - 1e-3), COST[0] + RISE[0] * y, np.nan)


def arcs(origins: list[int], destinations: list[int]) -> np.ndarray:
    mask = np.zeros((2, 4, 4))
    mask[1][np.ix_(origins, destinations)] = 1.0
    return mask


def same(out: Outcome, program: Program) -> None:
    """Tonnes within 1e-3 of about 100: what sequential quadratic programming gives."""
    np.testing.assert_allclose(out.state.y, program.y, atol=2e-3)
    np.testing.assert_allclose(out.state.D[1], program.D, atol=2e-3)
    known = np.isfinite(program.prices)
    np.testing.assert_allclose(out.state.p[0][known], program.prices[known], atol=2e-3)
    assert certify(out).passed


CASES: dict[str, tuple[Callable[[Market], Wedges], Callable[[], Program]]] = {
    "a tariff on one origin": (
        lambda m: policy.tariff(m, "refined", "C", "U", specific=9.0),
        partial(Program, 9.0 * arcs([C], [U])),
    ),
    "a tariff on two origins": (
        lambda m: policy.tariff(m, "refined", ["A", "C"], ["U", "M"], specific=6.0),
        partial(Program, 6.0 * arcs([A, C], [U, M])),
    ),
    "an export quota": (
        lambda m: policy.quota(m, "refined", "C", "all", limit=20.0, holder="exporter"),
        partial(Program, limit=(arcs([C], [U, M, A]), 20.0)),
    ),
    "an import quota": (
        lambda m: policy.quota(m, "refined", "all", "U", limit=12.0, holder="importer"),
        partial(Program, limit=(arcs([M, A, C], [U]), 12.0)),
    ),
    "a release at a trigger, all of it": (
        lambda m: policy.release(m, "refined", "U", 3.0, trigger=60.0),
        partial(Program, stock=(U, 3.0, 60.0)),
    ),
    "a release under a tariff, part of it": (
        lambda m: policy.release(
            m, "refined", "U", 12.0, trigger=74.0,
            on=policy.tariff(m, "refined", ["A", "C"], "U", specific=9.0),
        ),
        partial(Program, 9.0 * arcs([A, C], [U]), stock=(U, 12.0, 74.0)),
    ),
    "a release that is not reached": (
        lambda m: policy.release(m, "refined", "U", 12.0, trigger=90.0), Program,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_policies(name: str) -> None:
    m = exact_two_stage()
    by_hand, program = CASES[name]
    same(solve(m, by_hand(m)), program())


def test_the_rent_of_an_export_quota_is_the_exporters() -> None:
    m = exact_two_stage()
    out = solve(m, CASES["an export quota"][0](m))
    shipped = float(out.state.x[1, C, [U, M, A]].sum())
    a = accounts(m, out.wedges, out.state)
    assert shipped == pytest.approx(20)
    assert out.state.rent[0] > 1
    assert a.lines["exporter rents"][C] == pytest.approx(20 * out.state.rent[0])
    assert a.lines["importer rents"].sum() == 0


def test_a_one_sided_floor() -> None:
    """The United States alone: the levy that its own effect justifies, by halving an interval."""
    m = exact_two_stage()
    out = solve(m, policy.floor(m, "refined", "U", 75.0, against=["A", "C"], reference="C"))
    levy = float(out.state.levy[1, C, U])
    assert levy > 0
    program = Program(levy * arcs([A, C], [U]))
    same(out, program)
    assert levy == pytest.approx(75.0 - out.state.p[1, C])


def test_a_contract_for_difference_on_a_benchmark() -> None:
    """The pay of the contract, given, makes the same output as a subsidy of as much."""
    m = exact_two_stage()
    w = policy.contract(m, "refined", "U", 80.0, benchmark="C", payer="U")
    out = solve(m, w)
    pay = 80.0 - out.state.p[1, C]
    subsidy = np.zeros((2, 4))
    subsidy[1, U] = pay
    same(out, Program(pay=subsidy))
    a = accounts(m, w, out.state)
    assert a.lines["budget"][U] == pytest.approx(-pay * out.state.y[1, U])
