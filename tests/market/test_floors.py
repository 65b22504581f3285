"""Floors at the border by hand: basis, duties, which routes count and which pay."""

from dataclasses import replace

import numpy as np
import pytest
from markets import floored, make, one_stage

from orepact.market import Market, Wedges, solve
from orepact.market.equations import evaluate, frame
from orepact.market.state import State, unfold
from orepact.pact.floor import entry_top_up, levy_period

F = 14.0
A, B, C, D = range(4)


def at_base(m: Market, w: Wedges) -> State:
    """Wedges worked out at base prices, without a solve."""
    f = frame(m, w)
    return unfold(f, evaluate(f, m.p0, np.zeros(len(w.holder))))


def test_period_levy_is_the_same_for_every_origin_that_pays() -> None:
    m = one_stage()
    st = at_base(m, floored(m, [A, B], F))
    low = float(min(m.p0[0, C], m.p0[0, D]))
    for d in (A, B):
        assert st.reference[0, d] == low
        np.testing.assert_allclose(st.levy[0, [C, D], d], levy_period(F, low, 0.0))
        assert not np.any(st.levy[0, [A, B], d])  # members and own goods
    assert np.all(np.isinf(st.reference[0, [C, D]]))
    assert not np.any(st.levy[0, :, [C, D]])


@pytest.mark.parametrize("cif_importer", [False, True])
@pytest.mark.parametrize("on_cif", [False, True])
@pytest.mark.parametrize("counts", [False, True])
def test_basis(cif_importer: bool, on_cif: bool, counts: bool) -> None:
    """``V = invoice + freight (CIF) + duty on the importer's base (where it counts)``."""
    m = one_stage()
    m = replace(m, cif=np.full(4, cif_importer))
    tax, duty = 0.05 + 0 * m.duty, 0.08 * (1 - np.eye(4)) + 0 * m.duty
    node = np.zeros((1, 4), bool)
    w = floored(
        m, [A], F, on_cif=node | on_cif, counts_duty=node | counts, duty=duty,
        export_tax=tax, export_specific=0.1 + 0 * tax, specific=0.2 + 0 * tax,
    )  # fmt: skip
    st = at_base(m, w)
    invoice = 1.05 * m.p0[0] + 0.1
    freight = m.freight[0, :, A]
    owed = 0.08 * (invoice + (freight if cif_importer else 0.0)) + 0.2
    value = invoice + (freight if on_cif else 0.0) + (owed if counts else 0.0)
    low = float(np.min(value[1:]))
    assert st.reference[0, A] == pytest.approx(low, rel=1e-13)
    np.testing.assert_allclose(st.levy[0, 1:, A], max(0.0, F - low), rtol=1e-12)
    # the levy is no part of the customs value: it bears no duty
    np.testing.assert_allclose(
        st.c[0, 1:, A], (invoice + freight + owed)[1:] + st.levy[0, 1:, A], rtol=1e-12
    )
    top = replace(w, top_up=np.arange(4)[None] == A)
    np.testing.assert_allclose(
        at_base(m, top).levy[0, 1:, A],
        [float(entry_top_up(F, float(v), 0.0)) for v in value[1:]], rtol=1e-12,
    )  # fmt: skip


def test_a_mark_up_raises_the_invoice_and_bears_duty() -> None:
    m = one_stage()
    duty = 0.1 * (1 - np.eye(4)) + 0 * m.duty
    top = np.arange(4)[None] == A
    w = floored(m, [A], F, duty=duty, top_up=top, response=1.0 * top)
    st = at_base(m, w)
    np.testing.assert_allclose(st.invoice[0, 1:, A], F, rtol=1e-13)
    np.testing.assert_allclose(st.c[0, 1:, A], 1.1 * F + m.freight[0, 1:, A], rtol=1e-12)
    assert not np.any(st.levy)


def test_only_eligible_routes_set_the_reference_and_all_covered_pay() -> None:
    m = one_stage()
    high = C if m.p0[0, C] > m.p0[0, D] else D
    w = floored(m, [A, B], F)
    eligible = w.eligible & (np.arange(4) == high)[:, None]
    st = at_base(m, replace(w, eligible=eligible))
    assert st.reference[0, A] == m.p0[0, high]
    np.testing.assert_allclose(st.levy[0, [C, D], A], F - m.p0[0, high])


def test_average_over_fixed_weights() -> None:
    m = one_stage()
    w = floored(m, [A, B], F)
    base = np.where(w.eligible, m.x0, 0.0)
    weights = base / np.maximum(base.sum(1, keepdims=True), 1e-300)
    st = at_base(m, replace(w, weights=weights))
    for d in (A, B):
        mean = np.average(m.p0[0, [C, D]], weights=m.x0[0, [C, D], d])
        assert st.reference[0, d] == pytest.approx(mean, rel=1e-13)


def test_an_average_goes_on_without_an_origin_that_is_closed() -> None:
    m = one_stage()
    w = floored(m, [A], F)
    base = np.where(w.eligible, m.x0, 0.0)
    open_ = w.open.copy()
    open_[0, C, A] = 0.0
    w = replace(w, weights=base / np.maximum(base.sum(1, keepdims=True), 1e-300), open=open_)
    st = solve(m, w).state
    assert st.reference[0, A] == pytest.approx(
        float(np.average(st.p[0, [B, D]], weights=m.x0[0, [B, D], A])), rel=1e-10
    )


def test_a_bloc_shares_its_lowest_reference() -> None:
    m = one_stage()
    m = replace(m, cif=np.array([True, False, False, False]))
    group = np.array([[0, 0, -1, -1]])
    w = floored(m, [A, B], F, on_cif=np.broadcast_to(m.cif, (1, 4)))
    apart, joint = at_base(m, w), at_base(m, replace(w, group=group))
    assert apart.reference[0, A] != apart.reference[0, B]
    np.testing.assert_allclose(joint.reference[0, :2], np.min(apart.reference[0, :2]))


def test_no_eligible_route_no_levy() -> None:
    m = one_stage()
    w = floored(m, [A], F)
    st = at_base(m, replace(w, eligible=w.eligible & False))
    assert np.isinf(st.reference[0, A])
    assert not np.any(st.levy)


def test_exporters_rent_counts_in_the_reference_and_importers_does_not() -> None:
    m = one_stage()
    for holder, counted in (("importer", 0.0), ("exporter", 1.0), ("producers", 1.0)):
        mask = np.zeros((1, 1, 4, 4))
        mask[0, 0, [B, C, D], A] = 1.0
        w = floored(m, [A], F, limit_mask=mask, limit=np.ones(1), holder=(holder,))
        f = frame(m, w)
        st = unfold(f, evaluate(f, m.p0, np.ones(1)))
        assert st.reference[0, A] == pytest.approx(float(np.min(m.p0[0, 1:])) + counted)


def test_a_floor_reaches_its_own_stage_only() -> None:
    m = make()
    st = at_base(m, floored(m, [A], 1.5 * float(m.p0[1].max()), k=1))
    assert np.any(st.levy[1])
    assert not np.any(st.levy[[0, 2]])


def test_response_moves_the_wedge_from_treasury_to_exporter_only() -> None:
    """Without duties landed costs are the same at any response; who keeps the wedge differs."""
    m = one_stage()
    top = np.arange(4)[None] == A
    outs = [
        solve(m, floored(m, [A], F, top_up=top, response=r * top)).state for r in (0.0, 0.5, 1.0)
    ]
    for st in outs[1:]:
        np.testing.assert_allclose(st.x, outs[0].x, rtol=1e-9)
        np.testing.assert_allclose(st.levy + st.markup, outs[0].levy, rtol=1e-8, atol=1e-9)
