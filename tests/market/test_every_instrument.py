"""Every instrument: solved with closed accounts, in closed form, and a property of each."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import every, make, one_stage

from orepact.errors import InputError
from orepact.market import Market, Outcome, Wedges, accounts, demand, solve, sourcing, supply
from orepact.market.certificate import certify
from orepact.market.relocation import relocated

A, B = 0, 1
INSTRUMENTS = tuple(every(make()))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_each_binds_and_its_accounts_close(name: str) -> None:
    """Accounts are asserted by the solve; the certificate rebuilds every condition without it."""
    m = make(3)
    base = solve(m)
    out = solve(m, every(m)[name])
    assert out.status.name == "converged"
    assert np.max(np.abs(out.state.p / base.state.p - 1)) > 1e-6
    found = certify(out)
    assert found.passed, found.worst()


@pytest.mark.parametrize("name", [n for n in INSTRUMENTS if n != "all together"])
def test_users_who_move_leave_the_accounts_closed(name: str) -> None:
    m = replace(make(4), mobility=np.array([[0.0], [0.0], [3.0]]))
    out = solve(m, every(m)[name])
    own = m.demand.quantity(out.state.P)
    assert np.sum(out.state.D - own) == pytest.approx(0, abs=1e-9 * np.sum(own))
    found = certify(out)
    assert found.passed, found.worst()


# one seller with marginal cost 10 + y/2, one buyer with demand 100 - 2 P, freight 3
def pair(form: str = "logit", **terms: object) -> tuple[Market, Wedges]:
    one = np.ones((1, 2))
    weight, freight = np.zeros((1, 2, 2)), np.zeros((1, 2, 2))
    weight[0, A, B], freight[0, A, B] = 1.0, 3.0
    flat = np.zeros((1, 2, 2))
    m = Market.from_arrays(
        regions=["A", "B"], stages=["metal"], p0=20 * one, freight=freight,
        x0=30.0 * weight, scale=30 * one,
        supply=supply.Linear(
            np.array([[[1000.0, 0.0]]]), 10.0 * one[:, None], 0.5 * one[:, None]
        ),
        demand=demand.Linear(100 * one * [0, 1], 2.0 * one, 23 * one),
        sourcing=sourcing.Logit(weight, flat, 0 * one, one)
        if form == "logit"
        else sourcing.Homogeneous(weight),
    )  # fmt: skip
    w = Wedges.base(m)
    spread = {
        name: np.where(weight > 0, v, getattr(w, name)) if np.ndim(v) == 0 and name not in NODES
        else v
        for name, v in terms.items()
    }  # fmt: skip
    return m, replace(w, **spread)


NODES = ("buys", "support", "sells", "trigger", "floor", "response", "top_up")


def at_b(v: float, off: float = 0.0) -> np.ndarray:
    return np.array([[off, v]])


def settled(out: Outcome) -> tuple[float, float, float]:
    """Producer price of the seller, the buyer's price, tonnes."""
    s = out.state
    return float(s.p[0, A]), float(s.P[0, B]), float(s.x[0, A, B])


def free(wedge: float = 0.0) -> tuple[float, float, float]:
    """10 + y/2 + 3 + wedge = P, 100 - 2 P = y."""
    P = (13.0 + wedge + 50.0) / 2.0
    return 10 + (100 - 2 * P) / 2, P, 100 - 2 * P


@pytest.mark.parametrize("form", ["logit", "homogeneous"])
class TestClosedForms:
    def solved(self, form: str, **terms: object) -> Outcome:
        return solve(*pair(form, **terms))

    def test_free_trade(self, form: str) -> None:
        assert settled(self.solved(form)) == pytest.approx(free())

    def test_a_standard_is_a_real_cost(self, form: str) -> None:
        out = self.solved(form, standard=4.0)
        assert settled(out) == pytest.approx(free(4.0))
        a = accounts(out.market, out.wedges, out.state)
        assert a.real["standards"] == pytest.approx(4 * free(4.0)[2])

    def test_cooperation_saves_freight(self, form: str) -> None:
        assert settled(self.solved(form, freight=-1.5)) == pytest.approx(free(-1.5))

    def test_an_ad_valorem_floor_is_a_duty_to_the_levy(self, form: str) -> None:
        # FOB: P = 1.25 p + 3, p = 10 + y/2, y = 100 - 2 P = 94 - 2.5 p  =>  2.25 p = 57
        out = self.solved(form, floor_rate=0.25)
        p = 57 / 2.25
        assert settled(out) == pytest.approx((p, 1.25 * p + 3, 94 - 2.5 * p))
        a = accounts(out.market, out.wedges, out.state)
        assert a.lines["floor levy"][B] == pytest.approx(0.25 * p * (94 - 2.5 * p))
        assert a.lines["tariffs"][B] == 0

    @pytest.mark.parametrize("holder", ["importer", "exporter", "producers"])
    @pytest.mark.parametrize(
        ("limit", "y", "share"),
        # duty 4 beyond: wedge 4 gives 33 t, none gives 37 t
        [(40.0, 37.0, 0.0), (35.0, 35.0, 0.5), (20.0, 33.0, 1.0), (0.0, 33.0, 1.0)],
    )
    def test_a_tariff_rate_quota(
        self, form: str, limit: float, y: float, share: float, holder: str
    ) -> None:
        one = np.zeros((1, 1, 2, 2))
        one[0, 0, A, B] = 1.0
        out = self.solved(
            form, limit_mask=one, limit=np.array([limit]), holder=(holder,),
            beyond_specific=4.0 * one,
        )  # fmt: skip
        p, P, tonnes = settled(out)
        assert tonnes == pytest.approx(y)
        assert P - p - 3 == pytest.approx(4 * share, abs=1e-8)
        assert out.state.rent[0] == pytest.approx(share, abs=1e-8)
        a = accounts(out.market, out.wedges, out.state)
        line, who = {
            "importer": ("importer rents", B), "exporter": ("exporter rents", A),
            "producers": ("miners and processors", A),
        }[holder]  # fmt: skip
        own = y**2 / 4 if holder == "producers" else 0.0  # producers' surplus, y^2 / (2 x 2)
        assert a.lines[line][who] == pytest.approx(4 * share * min(limit, y) + own, abs=1e-6)
        assert a.lines["tariffs"][B] == pytest.approx(4 * share * max(y - limit, 0), abs=1e-6)

    def test_an_intervention_holds_its_price(self, form: str) -> None:
        # at P = 33: y = 2 (33 - 3 - 10) = 40, use 34: 6 t bought, of at most 10
        out = self.solved(form, buys=at_b(10.0), support=at_b(33.0))
        assert settled(out) == pytest.approx((30, 33, 40))
        assert out.state.net_stock[0, B] == pytest.approx(6)

    def test_an_intervention_that_runs_out_of_room(self, form: str) -> None:
        # use 100 - 2 P + 2 = y = 2 (P - 13)  =>  P = 32
        out = self.solved(form, buys=at_b(2.0), support=at_b(33.0))
        assert settled(out) == pytest.approx((29, 32, 38))
        a = accounts(out.market, out.wedges, out.state)
        assert a.lines["stocks"][B] == pytest.approx(-2 * 32)

    def test_a_sale_at_a_trigger(self, form: str) -> None:
        # at P = 30: y = 34, use 40: 6 t sold, of at most 10
        out = self.solved(form, sells=at_b(10.0), trigger=at_b(30.0, np.inf))
        assert settled(out) == pytest.approx((27, 30, 34))
        assert out.state.net_stock[0, B] == pytest.approx(-6)

    def test_a_rule_that_is_not_reached_does_nothing(self, form: str) -> None:
        out = self.solved(
            form, buys=at_b(5.0), support=at_b(31.0), sells=at_b(5.0), trigger=at_b(32.0, np.inf)
        )
        assert settled(out) == pytest.approx(free())
        assert np.all(np.abs(out.state.net_stock) < 1e-7)


def test_relabelling_in_closed_form() -> None:
    """A duty of 6 USD/t, none under the alias: what is not relabelled pays, and it costs."""
    terms = {"specific": 6.0, "alias_cost": 2.0, "alias_rise": 10.0, "alias_duty": 0.0}
    out = solve(*pair(**terms))
    r = (6 - 2) / 10
    spent = 2 * r + 10 * r**2 / 2
    p, P, y = free((1 - r) * 6 + spent)
    assert settled(out) == pytest.approx((p, P, y))
    assert out.state.relabelled[0, A, B] == pytest.approx(r)
    a = accounts(out.market, out.wedges, out.state)
    assert a.lines["tariffs"][B] == pytest.approx((1 - r) * 6 * y)
    assert a.real["relabelling"] == pytest.approx(spent * y)


@given(duty=st.floats(0, 40), cost=st.floats(0, 10), rise=st.floats(0.1, 50))
@settings(max_examples=30)
def test_relabelling_never_raises_the_buyers_price(duty: float, cost: float, rise: float) -> None:
    terms = {"specific": duty, "alias_cost": cost, "alias_rise": rise}
    honest, out = solve(*pair(specific=duty)), solve(*pair(**terms))
    assert out.state.P[0, B] <= honest.state.P[0, B] + 1e-9
    assert out.state.P[0, B] >= free(min(duty, cost))[1] - 1e-9
    if abs(duty - cost) > 1e-9:
        assert (out.state.relabelled[0, A, B] > 0) == (duty > cost)


def test_relabelling_under_a_quota_is_refused() -> None:
    one = np.zeros((1, 1, 2, 2))
    one[0, 0, A, B] = 1.0
    with pytest.raises(InputError, match="whose quota would the goods fill"):
        solve(*pair(alias_cost=1.0, limit_mask=one, limit=np.ones(1), holder=("importer",)))


def test_a_homogeneous_good_takes_no_relabelling_and_no_shared_tariff_rate_quota() -> None:
    with pytest.raises(InputError, match="all of it would be relabelled"):
        solve(*pair("homogeneous", alias_cost=1.0))
    one = np.ones((1, 1, 2, 2))
    quota = {"limit_mask": one, "limit": np.ones(1), "holder": ("importer",), "beyond": 0.1 * one}
    with pytest.raises(InputError, match="one quota per origin and destination"):
        solve(*pair("homogeneous", **quota))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"buys": at_b(1.0)}, r"buys\[0, 1\] is bought at no price"),
        ({"sells": at_b(1.0)}, r"sells\[0, 1\] is sold at no price"),
        (
            {"buys": at_b(1.0), "support": at_b(9.0), "sells": at_b(1.0), "trigger": at_b(8.0, 1)},
            "bought and sold at once",
        ),
        ({"floor_rate": -0.1}, "floor_rate.* must be at least 0"),
        ({"alias_rise": 0.0, "alias_cost": 1.0}, "alias_rise.* must be above 0"),
        (
            {"limit_mask": np.zeros((1, 1, 2, 2)), "limit": np.ones(1), "holder": ("importer",),
             "beyond": np.ones((1, 1, 2, 2))},
            "outside its limit",
        ),
    ],
)  # fmt: skip
def test_malformed_wedges(terms: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        solve(*pair(**terms))


def test_users_move_in_closed_form() -> None:
    """Use fixed in all: a tariff of one region moves it in the ratio of prices to -lambda."""
    m = one_stage(R=2, eta=1e-12, sigma=500.0)
    weight = np.zeros((1, 2, 2))
    weight[0, 0] = 1.0  # the first region supplies both
    made = m.x0.sum()
    one = np.ones((1, 2))
    m = replace(
        m, sourcing=sourcing.Logit(weight, 0 * m.x0, 0 * one, one), freight=0 * m.freight,
        supply=supply.Linear(np.array([[[2 * made, 0]]]), 0 * one[:, None], one[:, None]),
        demand=replace(m.demand, P0=made * one), mobility=np.array([[2.0]]),
    )  # fmt: skip
    w = replace(Wedges.base(m), specific=0.5 * made * np.array([[[0, 0], [1.0, 1.0]]]))
    w = replace(w, specific=np.where(np.arange(2) == 1, 0.5 * made, 0.0) + 0 * m.x0)
    out = solve(m, w)
    assert out.state.p[0, 0] == pytest.approx(made)  # use fixed, so output and its price are
    D0 = m.x0[0].sum(0)
    n = D0 * np.array([1.0, 1.5**-2])
    np.testing.assert_allclose(out.state.D[0], made * n / n.sum(), rtol=1e-9)
    a = accounts(m, w, out.state)
    moved = float(out.state.D[0, 0] - D0[0])
    assert a.real["moving"] == pytest.approx(moved * (1.5 * made - made))


@given(lam=st.floats(0, 10), dear=st.floats(0.2, 5))
def test_moving_keeps_world_use_and_goes_where_it_is_cheaper(lam: float, dear: float) -> None:
    own, one = np.array([[3.0, 5.0, 2.0]]), np.ones((1, 3))
    D = relocated(own, one * [1, 1, dear], one, np.array([[lam]]))
    assert D.sum() == pytest.approx(own.sum())
    assert (D[0, 2] - own[0, 2]) * (dear - 1) <= 1e-12


@pytest.mark.parametrize("holder", ["importer", "exporter", "producers"])
@given(limit=st.floats(0.0, 2.0), beyond=st.floats(0.01, 1.5))
@settings(max_examples=15)
def test_a_tariff_rate_quota_lies_between_its_two_duties(
    holder: str, limit: float, beyond: float
) -> None:
    """Several routes, ad valorem, a customs value with freight: never below free, never above."""
    m = replace(one_stage(2), cif=np.array([True, False, True, False]))
    mask = np.zeros((1, 1, 4, 4))
    mask[0, 0, 2:, 0] = 1.0
    taken = float(np.sum(mask * m.x0))
    w = replace(
        Wedges.base(m), limit_mask=mask, limit=np.array([limit * taken]), holder=(holder,),
        beyond=beyond * mask,
    )  # fmt: skip
    out = solve(m, w)
    within, full = solve(m), solve(m, replace(Wedges.base(m), duty=m.duty + beyond * mask[0]))
    P = out.state.P[0, 0]
    assert within.state.P[0, 0] - 1e-8 <= P <= full.state.P[0, 0] + 1e-8
    shipped = float(np.sum(mask * out.state.x))
    share = float(out.state.rent[0])
    assert -1e-9 <= share <= 1 + 1e-9
    if 1e-6 < share < 1 - 1e-6:
        assert shipped == pytest.approx(limit * taken, rel=1e-7)
    elif share <= 1e-6:
        assert shipped <= limit * taken * (1 + 1e-6) + 1e-9
    else:
        assert shipped >= limit * taken * (1 - 1e-6)


@given(sold=st.floats(0.05, 0.9), trigger=st.floats(1.0, 1.5), tariff=st.floats(0, 1))
@settings(max_examples=25)
def test_stocks_are_sold_only_at_their_trigger(sold: float, trigger: float, tariff: float) -> None:
    m = one_stage(3)
    duty = np.zeros((1, 4, 4))
    duty[0, 1:, 0] = tariff
    P0 = float(solve(m).state.P[0, 0])
    most = sold * float(m.x0[0, :, 0].sum())
    here = np.array([[1.0, 0, 0, 0]])
    w = replace(
        Wedges.base(m), duty=m.duty + duty, sells=most * here,
        trigger=np.where(here > 0, trigger * P0, np.inf),
    )  # fmt: skip
    without = solve(m, replace(Wedges.base(m), duty=m.duty + duty))
    out = solve(m, w, must_solve=False)
    if out.status.name == "oversold":  # only where more is for sale than is used without it
        assert most > float(without.state.D[0, 0])
        assert "metal in A" in out.message
        return
    tonnes, P = -float(out.state.net_stock[0, 0]), float(out.state.P[0, 0])
    assert -1e-7 <= tonnes <= most * (1 + 1e-9)
    assert float(without.state.P[0, 0]) + 1e-8 >= P
    if tonnes < most * (1 - 1e-6):
        assert trigger * P0 * (1 + 1e-8) >= P
    if tonnes > most * 1e-6:
        assert trigger * P0 * (1 - 1e-8) <= P


@pytest.mark.parametrize("most", [60.0, 100.0, 150.0, 1e4])
def test_stocks_of_one_good_that_meet_all_use_are_certified(most: float) -> None:
    """Beyond what is used at the trigger nothing is bought abroad, and the rest stays in stock."""
    out = solve(*pair("homogeneous", sells=at_b(most), trigger=at_b(10.0, np.inf)))
    found = certify(out)
    assert found.passed, found.worst()
    assert -float(out.state.net_stock[0, B]) == pytest.approx(min(most, 80.0))
