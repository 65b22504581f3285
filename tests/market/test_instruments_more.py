"""From a pact's text to the market: floors of every mode, quotas, conduct, stocks, false names."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from markets import make
from test_instruments import CAN, CHN, DAY, MEX, SINCE, USA, action, agreed, built, floor, market

from orepact.errors import InputError, NoMatchError, PactError
from orepact.market import Market, Wedges, accounts, solve
from orepact.market.effects import Effect, effects
from orepact.market.instruments import wedges
from orepact.market.instruments.floor import _passes

ZINC = {"mineral": "zinc", "stage": "refined"}


def state(*instruments: dict[str, Any], m: Market | None = None) -> tuple[Effect, Any]:
    """What the last instrument came to, and the outcome."""
    m = m or market()
    p = agreed(*instruments)
    out = solve(m, wedges(p, m, DAY))
    return effects(p, out, DAY)[-1], out


class TestFloorModes:
    def test_an_ad_valorem_floor_closes_the_gap_at_base_prices(self) -> None:
        w = built(floor(mode="ad_valorem"))
        m = market()
        # USA values FOB: the cheaper of Canada and China at the base; MEX with freight
        for d, names in ((USA, ("p0",)), (MEX, ("p0", "freight"))):
            worth = m.p0[0] + (m.freight[0, :, d] if "freight" in names else 0)
            expected = max(0.0, 14 - worth[2:].min()) / worth[2:].min()
            np.testing.assert_allclose(w.floor_rate[0, 2:, d], expected)
        assert np.all(w.floor_rate[0, :, 2:] == 0)
        assert np.all(w.floor == 0)

    def test_where_it_is_stated_free_on_board_the_duty_is_still_on_the_customs_value(self) -> None:
        basis = {"incoterm": "FOB", "content": "Zn", "counts_duty": False}
        w, m = built(floor(mode="ad_valorem", basis=basis)), market()
        o = 2 + int(np.argmin(m.p0[0, 2:]))
        expected = (14 - m.p0[0, o]) / (m.p0[0, o] + m.freight[0, o, MEX])
        np.testing.assert_allclose(w.floor_rate[0, 2:, MEX], expected)

    def test_its_effect_and_its_line(self) -> None:
        effect, out = state(floor(mode="ad_valorem"))
        assert (effect.state, effect.unit) == ("binding", "USD/t, largest levy")
        a = accounts(out.market, out.wedges, out.state)
        assert a.lines["floor levy"][USA] > 0

    def test_below_the_market_it_changes_nothing(self) -> None:
        low = floor(mode="ad_valorem", floor=[{"from": date(2027, 1, 1), "value": "5 USD/t"}])
        effect, out = state(low)
        base = solve(market())
        np.testing.assert_allclose(out.state.p, base.state.p, rtol=1e-9)
        assert effect.state == "not binding"
        assert effect.distance == pytest.approx(float(market().p0[0, 2:].min()) - 5)

    def test_who_signs_an_undertaking_sells_at_the_floor_and_others_pay(self) -> None:
        _, out = state(
            floor(mode="undertaking", reference=None, signed_by=["CAN"], fallback_duty="40 %")
        )
        w, s = out.wedges, out.state
        assert s.invoice[0, CAN, USA] == pytest.approx(14)
        assert s.markup[0, CAN, USA] > 0
        assert s.markup[0, CHN, USA] == 0
        assert w.floor_rate[0, CHN, USA] == pytest.approx(0.4)
        assert w.floor_rate[0, CAN, USA] == 0
        assert s.levy[0, CHN, USA] == pytest.approx(0.4 * s.p[0, CHN])
        a = accounts(out.market, w, s)
        assert a.lines["exporter rents"][CAN] > 0

    def test_where_nobody_signs_all_pay(self) -> None:
        w = built(
            floor(mode="undertaking", reference=None, signed_by=["JPN"], fallback_duty="40 %")
        )
        assert np.all(w.floor == 0)
        np.testing.assert_allclose(w.floor_rate[0, 2:, :2], 0.4)

    def test_the_modes_agree_where_one_origin_sells(self) -> None:
        """One seller: a levy, an ad valorem duty at its own price and a tariff are one wedge."""
        m = market()
        lone = np.where(np.arange(4)[:, None] == CHN, m.sourcing.weight, 0.0)
        lone = lone + np.where(np.eye(4) > 0, m.sourcing.weight, 0.0)
        m = replace(m, sourcing=replace(m.sourcing, weight=lone))
        levy = solve(m, built(floor(), m=m))
        R = levy.state.reference[0, USA]
        same = action("t", specific=f"{14 - R} USD/t")
        other = solve(
            m,
            built(
                same, action("u", by=["MEX"], specific=f"{levy.state.levy[0, CHN, MEX]} USD/t"), m=m
            ),
        )
        np.testing.assert_allclose(other.state.p, levy.state.p, rtol=1e-9)


class TestRegimes:
    def test_what_is_shipped_on_is_what_two_stages_of_plants_export(self) -> None:
        m = make(1)
        here = np.zeros((3, 4), bool)
        here[0, 0] = True
        from orepact.pact.trade import PriceFloor  # the regimes alone are read

        held = agreed(floor(regimes={"drawback": "refunded"})).instrument("floor")
        assert isinstance(held, PriceFloor)
        share = _passes(held, m, here)
        x, made, bought = m.x0, m.x0.sum(-1)[:, 0], m.x0.sum(-2)[:, 0]
        out = {k: 1 - x[k, 0, 0] / made[k] for k in range(3)}
        onward1 = m.inputs[2, 1, 0] * made[2] * out[2] / bought[1]
        left1 = out[1] + (1 - out[1]) * onward1
        ore = m.inputs[1, 0, 0] * made[1] * left1 + m.inputs[2, 0, 0] * made[2] * out[2]
        assert share[0, 0] == pytest.approx(ore / bought[0])
        assert np.all(share[1:] == 0)

    def test_drawback_lowers_the_levy_and_nothing_else(self) -> None:
        m = make(1)
        m = replace(m, mineral="ndpr", stages=("concentrate", "oxide", "magnet"),
                    regions=("USA", "MEX", "CAN", "CHN"))  # fmt: skip
        terms = {
            "mineral": "ndpr", "stage": "oxide",
            "basis": {"incoterm": "FOB", "content": "NdPr oxide"},
            "floor": [{"from": date(2027, 1, 1), "value": "45 USD/t"}],
        }  # fmt: skip
        plain = built(floor(**terms), m=m)
        eased = built(floor(**terms, regimes={"temporary_import": "suspended"}), m=m)
        some = plain.covered > 0
        assert np.all(eased.covered[some] < 1)
        assert np.all(eased.covered[some] > 0)
        one, two = solve(m, plain), solve(m, eased)
        assert two.state.y[2, USA] > one.state.y[2, USA]

    def test_a_covered_regime_pays_in_full(self) -> None:
        w = built(floor(regimes={"drawback": "covered", "in_transit": "suspended"}))
        assert set(np.unique(w.covered)) == {0.0, 1.0}


def quota(**terms: Any) -> dict[str, Any]:
    return action(
        "trq", "tariff_rate_quota", limit="1 t", rate="50 %", in_quota_rate="5 %",
        rent_holder="importer", **terms,
    )  # fmt: skip


class TestTariffRateQuota:
    def test_its_duties(self) -> None:
        m, w = market(), built(quota(specific="2 USD/t", stacking="replace"))
        assert w.duty[0, CHN, USA] == pytest.approx(0.05)
        assert w.beyond[0, 0, CHN, USA] == pytest.approx(0.45)
        assert w.beyond_specific[0, 0, CHN, USA] == 2
        assert w.duty[0, CAN, USA] == m.duty[0, CAN, USA]
        assert w.tranches == (0,)

    def test_beside_a_plain_quota_and_added_to_the_duty(self) -> None:
        held = action("quota", "quota", limit="3 t", rent_holder="exporter", by=["MEX"])
        w = built(held, quota())
        assert w.tranches == (1,)
        assert w.duty[0, CHN, USA] == pytest.approx(0.10)
        assert np.all(w.beyond[0] == 0)

    def test_where_nothing_more_is_due_beyond_it_is_the_duty_alone(self) -> None:
        terms = {"limit": "1 t", "rate": "5 %", "in_quota_rate": "5 %", "rent_holder": "importer"}
        effect, out = state(action("trq", "tariff_rate_quota", **terms))
        duty = solve(market(), built(action("duty", rate="5 %")))
        np.testing.assert_allclose(out.state.x, duty.state.x)
        assert effect.state == "not binding"

    def test_its_effect(self) -> None:
        effect, out = state(quota())
        assert effect.state == "binding"
        assert out.state.rent[0] == pytest.approx(1)
        effect, _ = state({**quota(), "limit": "100 kt"})
        assert effect.state == "not binding"
        assert effect.unit == "t below the limit"


class TestConduct:
    def standard(self, **terms: Any) -> dict[str, Any]:
        return {
            "kind": "standard", "id": "proof", "topic": {"en": "Proof", "es": "Prueba"}, **ZINC,
            "cost": "2 USD/t", **SINCE, **terms,
        }  # fmt: skip

    def test_a_standard_binds_at_home_too_and_recognition_frees(self) -> None:
        w = built(self.standard(recognises=["CAN"]))
        np.testing.assert_array_equal(w.standard[0, :, USA], [2, 2, 0, 2])
        assert np.all(w.standard[0, :, CAN] == 0)

    def test_cooperation_saves_freight_and_proof_between_the_parties(self) -> None:
        work = {
            "kind": "cooperation", "id": "work", "topic": {"en": "Rail", "es": "Tren"}, **ZINC,
            "freight_saving": "10 %", "standard_saving": "50 %", **SINCE,
        }  # fmt: skip
        m, w = market(), built(work, self.standard())
        assert w.freight[0, MEX, USA] == pytest.approx(-0.1 * m.freight[0, MEX, USA])
        assert w.freight[0, CAN, USA] == 0
        assert w.standard[0, MEX, USA] == 1
        assert w.standard[0, USA, USA] == 2
        effect, out = state(self.standard(), work)
        assert effect.state == "binding"
        assert accounts(out.market, out.wedges, out.state).real["standards"] > 0

    def test_one_without_a_cost_is_on_record(self) -> None:
        effect, _ = state(self.standard(cost=None))
        assert effect.state == "recorded, not simulated"


def passed(**terms: Any) -> dict[str, Any]:
    return {
        "kind": "circumvention", "id": "passed", **ZINC, "of": ["CHN"], "through": "CAN",
        "cost": "1 USD/t", "full_at": "9 USD/t", **SINCE, **terms,
    }  # fmt: skip


class TestCircumvention:
    def test_goods_that_pay_another_origins_duty(self) -> None:
        m = market()
        w = built(action("t", rate="60 %"), passed())
        assert w.alias_duty[0, CHN, USA] == m.duty[0, CAN, USA]
        assert np.isfinite(w.alias_cost).sum() == 2  # into USA and MEX
        effect, out = state(action("t", rate="60 %"), passed())
        p = out.state.p[0, CHN]
        # the duty saved is 60 % of the invoice, as Canada pays the ordinary 5 % too
        assert out.state.relabelled[0, CHN, USA] == pytest.approx((0.6 * p - 1) / 8)
        assert effect.state == "binding"
        assert effect.distance == pytest.approx(100 * (0.6 * p - 1) / 8)

    def test_where_nothing_is_saved_nobody_does_it(self) -> None:
        effect, out = state(passed())
        assert effect.state == "not binding"
        assert np.all(out.state.relabelled == 0)

    def test_through_a_region_that_meets_the_floor_itself_is_refused(self) -> None:
        with pytest.raises(InputError, match="CAN goods, which meet a floor in USA"):
            built(floor(), passed())

    def test_through_a_region_that_does_not_the_levy_is_avoided_at_a_cost(self) -> None:
        held = floor(applies_to=["CHN"])
        _, honest = state(held)
        _, out = state(held, passed())
        a, b = (accounts(o.market, o.wedges, o.state) for o in (honest, out))
        assert b.lines["floor levy"][USA] < a.lines["floor levy"][USA]
        assert b.real["relabelling"] > 0
        assert out.state.x[0, CHN, USA] > honest.state.x[0, CHN, USA]

    def test_as_another_stage(self) -> None:
        m = make(1)
        m = replace(m, mineral="ndpr", stages=("concentrate", "oxide", "magnet"),
                    regions=("USA", "MEX", "CAN", "CHN"))  # fmt: skip
        scope = {"mineral": "ndpr", "stage": "oxide"}
        w = built(passed(through=None, declared_as="concentrate", **scope), m=m)
        assert w.alias_duty[1, CHN, USA] == m.duty[0, CHN, USA]

    def test_unknown_regions_are_told(self) -> None:
        with pytest.raises(InputError, match="'passed' names VNM, which has no part"):
            built(passed(through="VNM"))


def stocks(**terms: Any) -> dict[str, Any]:
    return {
        "kind": "stockpile", "id": "stocks", "holders": ["USA"], **ZINC, **SINCE,
        "buy_below": "12 USD/t", "buy_at_most": "2 t", **terms,
    }  # fmt: skip


class TestStocks:
    def test_a_rule_at_its_holder(self) -> None:
        w = built(stocks(sell_above="15 USD/t", sell_at_most="3 t"))
        assert (w.buys[0, USA], w.support[0, USA]) == (2, 12)
        assert (w.sells[0, USA], w.trigger[0, USA]) == (3, 15)
        assert np.all(w.buys[0, 1:] == 0)

    def test_holders_share_by_their_contributions(self) -> None:
        both = {"holders": ["USA", "MEX"], "contributions": {"USA": "75 %", "MEX": "25 %"}}
        np.testing.assert_allclose(built(stocks(**both)).buys[0], [1.5, 0.5, 0, 0])
        with pytest.raises(InputError, match="does not say what part USA has"):
            built(stocks(holders=["USA", "MEX"]))

    def test_more_than_is_bought_there_is_refused(self) -> None:
        with pytest.raises(InputError, match="Sell less"):
            built(stocks(sell_above="15 USD/t", sell_at_most="10 kt"))

    def test_a_holder_that_buys_nothing_matches_nothing(self) -> None:
        m = market()
        nothing = np.where(np.arange(4) == MEX, 0.0, m.x0)
        with pytest.raises(NoMatchError, match="'stocks'"):
            built(stocks(holders=["MEX"]), m=replace(m, x0=nothing))

    def test_its_effect(self) -> None:
        effect, out = state(stocks(buy_below="20 USD/t"))
        assert effect == Effect("stocks", "stockpile", "stockpile stocks", "binding",
                                pytest.approx(2), "t bought")  # fmt: skip
        a = accounts(out.market, out.wedges, out.state)
        assert a.lines["stocks"][USA] == pytest.approx(-2 * out.state.P[0, USA])
        effect, out = state(stocks(buy_below="5 USD/t"))
        assert effect.state == "not binding"
        assert effect.distance == pytest.approx(out.state.P[0, USA] - 5)


def test_retaliation_is_a_trade_action_of_those_outside() -> None:
    answer = action("answer", "export_tax", by=["CHN"], against="members", rate="20 %")
    alone, both = built(floor()), built(floor(), answer)
    m = market()
    one, two = solve(m, alone), solve(m, both)
    assert both.export_tax[0, CHN, USA] == pytest.approx(0.2)
    a, b = (accounts(o.market, o.wedges, o.state) for o in (one, two))
    assert b.lines["export taxes"][CHN] > 0
    # the tax raises the invoice that the levy is measured against: the importer collects less
    assert b.lines["floor levy"][USA] < a.lines["floor levy"][USA]


def test_the_base_has_none_of_them() -> None:
    w = Wedges.base(market())
    assert w.tranches == ()
    assert not w.any_alias
    assert np.all(w.floor_rate == 0)
    assert np.all(w.buys + w.sells == 0)


def test_an_ad_valorem_floor_rests_on_the_base_year_whatever_the_pact_does_else() -> None:
    tax = action("tax", "export_tax", by=["CHN"], against="members", rate="20 %")
    alone, both = built(floor(mode="ad_valorem")), built(floor(mode="ad_valorem"), tax)
    np.testing.assert_array_equal(alone.floor_rate, both.floor_rate)


def test_savings_of_freight_leave_some() -> None:
    work = {
        "kind": "cooperation", "id": "work", "topic": {"en": "Rail", "es": "Tren"}, **ZINC,
        "freight_saving": "80 %", **SINCE,
    }  # fmt: skip
    m, w = market(), built(work, {**work, "id": "more"})
    assert w.freight[0, MEX, USA] == pytest.approx(-0.96 * m.freight[0, MEX, USA])


def test_two_duties_that_replace_are_refused_whatever_their_kind() -> None:
    with pytest.raises(PactError, match="both set the duty"):
        built(quota(stacking="replace"), action("t", rate="25 %", stacking="replace"))
