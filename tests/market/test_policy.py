"""Policies by hand: what each sets, and what it refuses."""

import numpy as np
import pytest
from markets import make, one_stage

from orepact.errors import InputError, NoMatchError, UnknownIdError
from orepact.market import Market, Wedges, demand, policy, solve, sourcing, supply


def test_policies_add_up() -> None:
    m = make()
    w = policy.tariff(m, "oxide", ["C", "D"], "A", rate=0.1, specific=2.0)
    w = policy.export_tax(m, "ore", "B", "all", rate=0.2, on=w)
    w = policy.standard(m, "oxide", "D", "A", 3.0, on=w)
    w = policy.quota(m, "oxide", "D", "A", limit=0.5, holder="importer", beyond=0.2, on=w)
    w = policy.ban(m, "magnet", "D", "B", on=w)
    base = Wedges.base(m)
    np.testing.assert_allclose(w.duty[1, 2:, 0] - base.duty[1, 2:, 0], 0.1)
    assert np.sum(w.duty != base.duty) == 2
    assert w.specific[1, 3, 0] == 2
    assert np.all(w.export_tax[0, 1, [0, 2, 3]] == 0.2)
    assert w.export_tax[0, 1, 1] == 0
    assert w.open[2, 3, 1] == 0
    assert w.tranches == (0,)
    assert solve(m, w).status.name == "converged"


def test_a_floor_takes_one_reference_for_all_where_asked() -> None:
    m = one_stage(1)
    apart = solve(m, policy.floor(m, "metal", ["A", "B"], 15.0, against=["C", "D"]))
    joint = solve(m, policy.floor(m, "metal", ["A", "B"], 15.0, against=["C", "D"], together=True))
    assert np.ptp(joint.state.levy[0, 2:, :2]) == 0
    assert joint.state.reference[0, 0] == joint.state.reference[0, 1]
    assert apart.status.name == "converged"
    entry = policy.floor(m, "metal", "A", 15.0, against="all", top_up=True, response=1.0)
    np.testing.assert_allclose(solve(m, entry).state.invoice[0, 1:, 0], 15.0)


@pytest.mark.parametrize("holder", ["exporter", "producers"])
@pytest.mark.parametrize("form", ["logit", "homogeneous"])
def test_a_rent_on_one_border_leaves_a_joint_reference_alone(holder: str, form: str) -> None:
    """The quota raises what B invoices to A; the lowest value of the two is then that into C."""
    one, share = np.ones((1, 3)), np.full((1, 3, 3), 1 / 3)
    gap = np.array([[[0.0, 1, 1], [1, 0, 1], [1, 1, 0]]])
    m = Market.from_arrays(
        regions=["A", "B", "C"], stages=["metal"], p0=50 * one, x0=10 * np.ones((1, 3, 3)),
        supply=supply.Linear(60 * one[:, None], 30 + np.array([[[9.0, 0, 9]]]), 0.9 * one[:, None]),
        demand=demand.Isoelastic(30 * one, 50 * one, 0.5 * one, 4 * one),
        freight=gap,
        sourcing=(
            sourcing.Logit(share, 50 + gap, 50 * one, 10 * one) if form == "logit"
            else sourcing.Homogeneous(np.ones((1, 3, 3)))
        ),
    )  # fmt: skip
    w = policy.quota(m, "metal", "B", "A", limit=0.2, holder=holder)
    w = policy.floor(m, "metal", ["A", "C"], 61.0, against="B", together=True, on=w)
    out = solve(m, w)
    assert out.status.name == "converged"
    assert out.state.rent[0] > 0.5
    np.testing.assert_allclose(out.state.reference[0, [0, 2]], out.state.p[0, 1])
    np.testing.assert_allclose(out.state.levy[0, 1, [0, 2]], 61 - out.state.p[0, 1])


def test_relabelling_takes_the_duty_of_the_other() -> None:
    m = one_stage(1)
    w = policy.tariff(m, "metal", "D", "A", rate=0.8)
    w = policy.relabelling(m, "metal", "D", "A", through="C", cost=1.0, full_at=12.0, on=w)
    out = solve(m, w)
    assert out.state.relabelled[0, 3, 0] == pytest.approx((0.8 * out.state.p[0, 3] - 1) / 11)


@pytest.mark.parametrize(
    ("build", "error", "said"),
    [
        (lambda m: policy.tariff(m, "metals", "A", "B"), UnknownIdError, "Did you mean 'metal'"),
        (lambda m: policy.tariff(m, "metal", "E", "B"), UnknownIdError, "No region 'E'"),
        (lambda m: policy.ban(m, "metal", "A", "A"), NoMatchError, "would change nothing"),
        (lambda m: policy.quota(m, "metal", "A", "B", limit=1.0, holder="me"), InputError, "'me'"),
        (
            lambda m: policy.floor(
                m, "metal", "A", 15.0, against="D",
                on=policy.floor(m, "metal", "A", 14.0, against="C"),
            ),
            InputError, "One border, one floor",
        ),
        (
            lambda m: policy.relabelling(
                m, "metal", "D", "A", through="C", cost=2.0, full_at=2.0
            ),
            InputError, "full_at = 2.0 must be above",
        ),
        (
            lambda m: policy.relabelling(
                m, "metal", "D", "A", through="C", cost=1.0, full_at=2.0,
                on=policy.floor(m, "metal", "A", 15.0, against=["C", "D"]),
            ),
            InputError, "meet a floor there themselves",
        ),
    ],
)  # fmt: skip
def test_refused(build, error, said) -> None:
    with pytest.raises(error, match=said):
        build(one_stage(1))


@pytest.mark.parametrize(
    "twice",
    [
        lambda m, w: policy.contract(m, "metal", "A", 20.0, benchmark="B", on=w),
        lambda m, w: policy.intervention(m, "metal", "A", 20.0, 1.0, on=w),
        lambda m, w: policy.release(m, "metal", "A", 1.0, trigger=9.0, on=w),
        lambda m, w: policy.relabelling(m, "metal", "D", "A", through="C", cost=1, full_at=2, on=w),
    ],
)
def test_a_second_on_the_same_place_is_refused(twice) -> None:
    m = one_stage(1)
    with pytest.raises(InputError, match=r"already|another instrument relabels"):
        twice(m, twice(m, None))


def test_no_goods_pass_as_ones_that_may_not_enter() -> None:
    m = one_stage(1)
    for w in (
        policy.ban(m, "metal", "C", "A"),
        policy.quota(m, "metal", "C", "A", limit=1.0, holder="importer"),
    ):
        with pytest.raises(InputError, match="banned or under a limit"):
            policy.relabelling(m, "metal", "D", "A", through="C", cost=1.0, full_at=2.0, on=w)
