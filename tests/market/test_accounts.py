"""Accounts: they close, they can fail, and each line goes to whom it should."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from markets import everything, floored, limited, make, one_stage

from orepact.errors import AccountsError
from orepact.market import Market, Outcome, Wedges, accounts, solve
from orepact.market.accounts import LINES, check


def lines(out: Outcome) -> dict[str, np.ndarray]:
    return accounts(out.market, out.wedges, out.state).lines


@pytest.fixture(scope="module")
def full() -> Outcome:
    """Everything switched on: duties, floors, export tax, limits, a contract, a release."""
    m = make()
    e = everything(m)
    out = solve(m, replace(e, limit=e.limit * [0.1, 0.5, 0.5], strike=2 * e.strike))
    assert np.all(out.state.rent > 0)
    assert np.any(out.state.pay > 0)
    assert np.any(out.state.levy > 0)
    assert np.any(out.state.markup > 0)
    return out


@pytest.mark.parametrize("form", ["logit", "ces"])
@pytest.mark.parametrize("seed", range(3))
def test_they_close_on_every_solve(seed: int, form: str) -> None:
    m = make(seed, form=form)
    out = solve(m, everything(m))
    check(out.market, out.wedges, out.state)  # as solve has done


PERTURBED = (
    "p", "x", "c", "P", "y", "D", "Q", "m", "levy", "markup", "invoice", "importer_rent",
    "exporter_rent",
)  # fmt: skip


@pytest.mark.parametrize("name", PERTURBED)
def test_a_wrong_figure_is_caught(full: Outcome, name: str) -> None:
    """A thousandth too much anywhere in one array of the state: the check fails."""
    v = getattr(full.state, name)
    at = np.unravel_index(int(np.argmax(np.abs(v))), v.shape)
    wrong = np.array(v)
    wrong[at] *= 1.001
    check(full.market, full.wedges, full.state)
    with pytest.raises(AccountsError, match="differ by"):
        check(full.market, full.wedges, full.state._replace(**{name: wrong}))


@pytest.mark.parametrize("name", ["x", "p"])
def test_not_a_number_is_caught(full: Outcome, name: str) -> None:
    wrong = np.array(getattr(full.state, name))
    wrong[0, 0] = np.nan
    with pytest.raises(AccountsError):
        check(full.market, full.wedges, full.state._replace(**{name: wrong}))


@pytest.mark.parametrize("what", ["duty", "specific", "standard", "export_tax", "release"])
def test_a_wedge_that_nobody_receives_is_caught(full: Outcome, what: str) -> None:
    """The state was solved under other wedges than the ones accounted for."""
    v = np.array(getattr(full.wedges, what), float) + 0.01
    with pytest.raises(AccountsError):
        check(full.market, replace(full.wedges, **{what: v}), full.state)


def test_only_solved_members_are_checked() -> None:
    m = one_stage()
    duty = np.stack([m.duty, m.duty + 0.1])
    out = solve(m, replace(Wedges.base(m), duty=duty))
    x = np.array(out.state.x)
    x[1, 0, 0, 0] *= 2
    wrong = out.state._replace(x=x)
    check(m, out.wedges, wrong, np.array([True, False]))
    with pytest.raises(AccountsError):
        check(m, out.wedges, wrong, np.array([True, True]))


def test_tariffs_on_the_customs_value_of_the_importer() -> None:
    """A values with freight (CIF), B without (FOB): duty base by hand."""
    m = one_stage()
    m = replace(m, cif=np.array([True, False, False, False]))
    duty = 0.1 * (1 - np.eye(4)) + 0 * m.duty
    st = solve(m, replace(Wedges.base(m), duty=duty, specific=0.02 + 0 * duty)).state
    p, f, x = st.p[0], m.freight[0], st.x[0]
    out = lines(solve(m, replace(Wedges.base(m), duty=duty, specific=0.02 + 0 * duty)))
    others = [1, 2, 3]
    a = sum((0.1 * (p[o] + f[o, 0]) + 0.02) * x[o, 0] for o in others) + 0.02 * x[0, 0]
    b = sum((0.1 * p[o] + 0.02) * x[o, 1] for o in (0, 2, 3)) + 0.02 * x[1, 1]
    assert out["tariffs"][0] == pytest.approx(a, rel=1e-12)
    assert out["tariffs"][1] == pytest.approx(b, rel=1e-12)


@pytest.mark.parametrize("holder", ["importer", "exporter", "producers"])
def test_rent_goes_to_its_holder_and_only_exporters_rent_is_dutiable(holder: str) -> None:
    m = one_stage()
    duty = 0.1 * (1 - np.eye(4)) + 0 * m.duty
    w = replace(limited(m, 0, [2], [0], 0.5, holder), duty=duty)
    out = solve(m, w)
    st, got = out.state, lines(out)
    rent, x = float(st.rent[0]), float(st.x[0, 2, 0])
    assert rent > 0
    money = rent * x
    assert got["importer rents"][0] == pytest.approx(money if holder == "importer" else 0.0)
    assert got["exporter rents"][2] == pytest.approx(money if holder == "exporter" else 0.0)
    plain = np.sum(m.supply.surplus(st.m[:, None]), axis=(0, 1))[2]
    extra = money if holder == "producers" else 0.0
    assert got["miners and processors"][2] == pytest.approx(plain + extra)
    dutiable = st.p[0, 2] + (0.0 if holder == "importer" else rent)
    assert st.invoice[0, 2, 0] == pytest.approx(dutiable)
    landed = dutiable * 1.1 + m.freight[0, 2, 0] + (rent if holder == "importer" else 0.0)
    assert st.c[0, 2, 0] == pytest.approx(landed)
    for line in ("importer rents", "exporter rents"):
        assert np.count_nonzero(got[line]) <= 1


def test_levy_goes_to_the_treasury_of_the_floor() -> None:
    m = one_stage()
    out = solve(m, floored(m, [0], 14.0))
    got, st = lines(out), out.state
    assert got["floor levy"][0] == pytest.approx(float(np.sum(st.levy[0, :, 0] * st.x[0, :, 0])))
    assert got["floor levy"][0] > 0
    assert np.all(got["floor levy"][1:] == 0)
    assert np.all(st.levy[0, 0] == 0)  # own goods pay none
    assert not np.any(got["exporter rents"])


@pytest.mark.parametrize("response", [0.0, 0.3, 1.0])
def test_a_top_up_is_split_by_the_invoice_response(response: float) -> None:
    m = one_stage()
    top = np.arange(4)[None] == 0
    w = floored(m, [0], 14.0, top_up=top, response=np.where(top, response, 0.0))
    out = solve(m, w)
    st, got = out.state, lines(out)
    gap = np.maximum(14.0 - st.p[0], 0.0) * (np.arange(4) > 0)
    np.testing.assert_allclose(st.levy[0, :, 0], (1 - response) * gap, rtol=1e-9)
    np.testing.assert_allclose(st.markup[0, :, 0], response * gap, rtol=1e-9)
    kept = response * gap * st.x[0, :, 0]
    np.testing.assert_allclose(got["exporter rents"], kept, rtol=1e-9, atol=1e-12)
    if response == 1.0:  # a minimum import price: the invoice is the floor
        np.testing.assert_allclose(st.invoice[0, 1:, 0], 14.0, rtol=1e-12)
        assert not np.any(got["floor levy"])


def test_export_tax_goes_to_the_origin() -> None:
    m = one_stage()
    tax = np.zeros((1, 4, 4))
    tax[0, 2, [0, 1]] = 0.2
    out = solve(m, replace(Wedges.base(m), export_tax=tax, export_specific=tax))
    st, got = out.state, lines(out)
    paid = (0.2 * st.p[0, 2] + 0.2) * (st.x[0, 2, 0] + st.x[0, 2, 1])
    np.testing.assert_allclose(got["export taxes"], [0, 0, paid, 0], rtol=1e-12)


def test_standards_and_freight_are_real_costs_of_nobody() -> None:
    m = one_stage()
    standard = np.zeros((1, 4, 4))
    standard[0, 1, 0] = 0.5
    out = solve(m, replace(Wedges.base(m), standard=standard, freight=-0.1 * m.freight))
    a = accounts(m, out.wedges, out.state)
    assert a.real["standards"] == pytest.approx(0.5 * out.state.x[0, 1, 0])
    assert a.real["freight"] == pytest.approx(float(np.sum(0.9 * m.freight * out.state.x)))


def test_stocks_buy_dear_and_sell_at_the_producer_price() -> None:
    m = one_stage()
    node = np.zeros((1, 4))
    buy, sell = node.copy(), node.copy()
    buy[0, 0], sell[0, 2] = 2.0, 3.0
    out = solve(m, replace(Wedges.base(m), purchase=buy, release=sell))
    st, got = out.state, lines(out)
    np.testing.assert_allclose(got["stocks"], [-2 * st.P[0, 0], 0, 3 * st.p[0, 2], 0], rtol=1e-12)


class TestContract:
    def run(self, **changed: Any) -> tuple[Market, Outcome]:
        """Two fifths of A's capacity at a strike of 14, settled against C, paid by B."""
        m = one_stage()
        terms = {
            "contracted": np.array([[0.4, 0, 0, 0]]),
            "strike": np.array([[14.0, 0, 0, 0]]),
            "benchmark": np.array([[2, 0, 0, 0]]),
            "payer": np.array([[1, 1, 2, 3]]),
        }
        return m, solve(m, replace(Wedges.base(m), **{**terms, **changed}))

    def test_pays_the_difference_on_contracted_tonnes_only(self) -> None:
        m, out = self.run()
        st, got = out.state, lines(out)
        pay = 14.0 - st.p[0, 2]
        assert st.pay[0].tolist() == pytest.approx([pay, 0, 0, 0])
        under = 0.4 * np.sum(m.supply.quantity((st.m + st.pay)[:, None]), axis=(0, 1))[0]
        free = 0.6 * np.sum(m.supply.quantity(st.m[:, None]), axis=(0, 1))[0]
        assert st.y[0, 0] == pytest.approx(under + free)
        assert under <= 0.4 * np.sum(m.supply.capacity[0, :, 0]) + 1e-12
        np.testing.assert_allclose(got["budget"], [0, -pay * under, 0, 0], rtol=1e-12)

    def test_budget_is_what_producers_get(self) -> None:
        """The payment enters producers' surplus and leaves the budget: nothing is lost."""
        m, out = self.run()
        st = out.state
        without = accounts(m, out.wedges, st).lines["miners and processors"][0]
        m1, m2 = (np.sum(m.supply.surplus(v[:, None]), (0, 1))[0] for v in (st.m, st.m + st.pay))
        assert without == pytest.approx(0.6 * m1 + 0.4 * m2)

    def test_above_the_strike_it_pays_nothing(self) -> None:
        m, out = self.run(strike=np.array([[1.0, 0, 0, 0]]))
        assert not np.any(out.state.pay)
        np.testing.assert_allclose(out.state.p, m.p0, rtol=1e-9)

    def test_the_cap_bounds_it(self) -> None:
        _, out = self.run(pay_cap=np.array([[0.75, np.inf, np.inf, np.inf]]))
        assert out.state.pay[0, 0] == 0.75

    def test_the_upside_flows_back(self) -> None:
        share = {"upside": np.array([[0.3, 0, 0, 0]]), "threshold": np.array([[8.0, 1, 1, 1]])}
        low = {"strike": np.array([[8.0, 0, 0, 0]])}
        _, out = self.run(**share, **low)
        back = 0.3 * (out.state.p[0, 2] - 8.0)
        assert out.state.pay[0, 0] == pytest.approx(-back)
        assert lines(out)["budget"][1] > 0
        _, out = self.run(**share, **low, back_cap=np.array([[0.1, 1, 1, 1]]))
        assert out.state.pay[0, 0] == pytest.approx(-0.1)


def test_matching_is_shared_by_tonnes() -> None:
    m = make()
    out = solve(m, everything(m))
    a = accounts(m, out.wedges, out.state)
    st = out.state
    np.testing.assert_allclose(a.matching, st.P * st.Q - np.sum(st.c * st.x, axis=-2), rtol=1e-9)
    np.testing.assert_allclose(a.matching_final, a.matching * st.D / st.Q, rtol=1e-9)
    assert np.sum(a.matching) == pytest.approx(float(a.real["matching"]))


def test_at_the_base_there_is_no_matching_cost() -> None:
    m = one_stage()
    a = accounts(m, Wedges.base(m), solve(m).state)
    np.testing.assert_allclose(a.matching, 0.0, atol=1e-9 * np.sum(m.x0 * 10))


def test_welfare_is_the_sum_of_the_lines(full: Outcome) -> None:
    a = accounts(full.market, full.wedges, full.state)
    assert set(a.lines) == set(LINES)
    np.testing.assert_allclose(a.welfare, np.sum([a.lines[n] for n in LINES], axis=0))
