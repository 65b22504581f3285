"""From a pact's instruments to wedges: stacking, references, contracts, refusals, effects."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from markets import one_stage

from orepact import pact, world
from orepact.errors import InputError, NoMatchError
from orepact.market import Market, Wedges, calibrate, solve
from orepact.market.effects import Effect, effects
from orepact.market.instruments import is_simulated, wedges
from orepact.pact import Pact

DAY = date(2027, 6, 1)
SINCE = {"from": date(2027, 1, 1)}
USA, MEX, CAN, CHN = range(4)


def market(**changed: Any) -> Market:
    """Refined zinc in four regions; MEX values with freight."""
    m = one_stage(1)
    m = replace(
        m, stages=("refined",), regions=("USA", "MEX", "CAN", "CHN"),
        cif=np.array([False, True, False, False]),
        duty=np.where(np.eye(4), 0.0, 0.05) + 0 * m.duty,
    )  # fmt: skip
    return replace(m, **changed)


def agreed(*instruments: dict[str, Any]) -> Pact:
    """The shipped pact's parties with these instruments alone."""
    held = pact.read("us-mexico-2026")
    held = held.without(*(i.id for i in held.instruments))
    for i in instruments:
        held = held.with_instrument({"status": "scenario", "source": "scenario", **i})
    return held


def action(id: str, kind: str = "tariff", **terms: Any) -> dict[str, Any]:
    scope = {"mineral": "zinc", "stage": "refined", "by": ["USA"], "against": ["CHN"]}
    return {"kind": "trade_action", "id": id, "action": kind, **scope, **SINCE, **terms}


def floor(**terms: Any) -> dict[str, Any]:
    return {
        "kind": "price_floor", "id": "floor", "mineral": "zinc", "stage": "refined",
        "floor": [{"from": date(2027, 1, 1), "value": "14 USD/t"}], "mode": "period_levy",
        "basis": {"incoterm": "importer", "content": "Zn", "counts_duty": False},
        "reference": {"rule": "lowest_non_member"}, **terms,
    }  # fmt: skip


def contract(**terms: Any) -> dict[str, Any]:
    return {
        "kind": "incentive", "id": "contract", "form": "contract_for_difference", "mineral": "zinc",
        "stage": "refined", "region": "USA", "paid_by": "MEX", "tonnes": "10 t",
        "strike": "14 USD/t", "benchmark": {"region": "CHN", "tax_basis": "excluding_tax"},
        **SINCE, **terms,
    }  # fmt: skip


def built(*instruments: dict[str, Any], m: Market | None = None) -> Wedges:
    m = m or market()
    return wedges(agreed(*instruments), m, DAY)


class TestDuties:
    def test_add_and_replace(self) -> None:
        assert built(action("a", rate="10 %")).duty[0, CHN, USA] == pytest.approx(0.15)
        w = built(action("a", rate="10 %", stacking="replace"))
        assert w.duty[0, CHN, USA] == pytest.approx(0.10)
        assert w.duty[0, CAN, USA] == 0.05
        assert w.duty[0, CHN, MEX] == 0.05

    def test_what_is_added_survives_what_replaces_whatever_the_order(self) -> None:
        add, new = action("a", rate="10 %"), action("r", rate="25 %", stacking="replace")
        for order in ((add, new), (new, add)):
            assert built(*order).duty[0, CHN, USA] == pytest.approx(0.35)

    def test_a_preference_never_raises_a_duty_and_meets_members_only(self) -> None:
        pref = {
            "kind": "preference", "id": "p", "mineral": "zinc", "stage": "refined",
            "origin": "wholly_obtained", "between": "members", **SINCE,
        }  # fmt: skip
        w = built({**pref, "duty": "2 %"})
        assert w.duty[0, MEX, USA] == w.duty[0, USA, MEX] == 0.02
        assert w.duty[0, CHN, USA] == 0.05
        np.testing.assert_array_equal(built({**pref, "duty": "9 %"}).duty, market().duty)

    def test_specific_duties_and_export_taxes(self) -> None:
        w = built(action("s", specific="3 USD/t"), action("x", "export_tax", rate="7 %",
                                                          by=["CHN"], against="all"))  # fmt: skip
        assert w.specific[0, CHN, USA] == 3.0
        np.testing.assert_allclose(w.export_tax[0, CHN], [0.07, 0.07, 0.07, 0.0])
        assert not np.any(w.export_tax[0, :CHN])

    def test_a_total_ban_closes_every_route_and_no_home_sales(self) -> None:
        w = built(action("b", "export_ban", share="100 %", by=["CHN"], against="all"))
        np.testing.assert_array_equal(w.open[0, CHN], [0.0, 0.0, 0.0, 1.0])
        assert not w.holder

    def test_a_partial_ban_leaves_the_rest_of_the_tonnes(self) -> None:
        m = market()
        held = agreed(action("b", "export_ban", share="30 %", by=["CHN"], against="all"))
        w = wedges(held, m, DAY)
        before = m.x0[0, CHN, :CHN].sum()
        assert w.holder == ("producers",)
        assert w.limit[0] == pytest.approx(0.7 * before)
        assert solve(m, w).state.x[0, CHN, :CHN].sum() == pytest.approx(0.7 * before)
        to_us = {"by": ["CHN"], "against": ["USA"]}
        both = built(
            action("b", "export_ban", share="30 %", **to_us),
            action("c", "export_ban", share="50 %", **to_us),
        )
        assert solve(m, both).state.x[0, CHN, USA] == pytest.approx(0.5 * m.x0[0, CHN, USA])

    def test_one_limit_does_not_cover_several_stages(self) -> None:
        quota = action("q", "quota", limit="1 t", rent_holder="importer")
        del quota["stage"]
        with pytest.raises(InputError, match="one limit per stage"):
            built({**quota, "stages": "all"}, m=calibrate(world.load().chain("zinc")))


class TestFloor:
    def test_terms(self) -> None:
        w = built(floor())
        np.testing.assert_array_equal(w.floor[0], [14.0, 14.0, 0, 0])
        np.testing.assert_array_equal(w.on_cif[0], [False, True, False, False])
        np.testing.assert_array_equal(w.covered[0, :, USA], [False, False, True, True])
        np.testing.assert_array_equal(w.eligible, w.covered)
        assert not np.any(w.top_up)

    def test_price_of_a_compound_is_divided_by_its_content(self) -> None:
        m = replace(market(), mineral="germanium")
        basis = {"incoterm": "FOB", "content": "GeO2"}
        w = built(floor(mineral="germanium", basis=basis), m=m)
        # GeO2 holds 72.63 / (72.63 + 2 x 15.999) of germanium
        assert w.floor[0, USA] == pytest.approx(14.0 / 0.694174, rel=1e-6)

    def test_an_opened_route_sets_no_reference_even_where_it_is_large(self) -> None:
        opened = np.zeros((1, 4, 4), bool)
        opened[0, CHN, USA] = True
        w = built(floor(reference={"rule": "lowest_non_member", "minimum_share": "0 %"}),
                  m=market(opened=opened))  # fmt: skip
        assert not w.eligible[0, CHN, USA]
        assert w.covered[0, CHN, USA]
        assert w.eligible[0, CHN, MEX]

    def test_a_route_under_the_minimum_share_of_imports_sets_no_reference(self) -> None:
        x0 = market().x0.copy()
        imports = x0[0, 1:, USA].sum() - x0[0, CHN, USA]
        rule = {"rule": "lowest_non_member", "minimum_share": "10 %"}
        for share, counts in ((0.09, False), (0.11, True)):
            x0[0, CHN, USA] = imports * share / (1 - share)
            w = built(floor(reference=rule), m=market(x0=x0))
            assert bool(w.eligible[0, CHN, USA]) is counts

    def test_a_banned_route_sets_no_reference(self) -> None:
        ban = action("b", "export_ban", share="100 %", by=["CHN"], against=["USA"])
        w = built(floor(), ban)
        assert not w.eligible[0, CHN, USA]
        assert w.eligible[0, CHN, MEX]

    def test_a_named_reference(self) -> None:
        w = built(floor(reference={"rule": "named", "origin": "CAN"}))
        np.testing.assert_array_equal(w.eligible[0, :, USA], [False, False, True, False])
        assert w.covered[0, CHN, USA]

    def test_an_average_has_base_weights_that_sum_to_one(self) -> None:
        w = built(floor(reference={"rule": "average_non_member"}))
        np.testing.assert_allclose(w.weights.sum(1)[0], [1, 1, 0, 0])
        x0 = market().x0[0]
        share = x0[CAN, USA] / (x0[CAN, USA] + x0[CHN, USA])
        assert w.weights[0, CAN, USA] == pytest.approx(share)

    def test_a_bloc_is_one_group(self) -> None:
        scope = {"rule": "lowest_non_member", "scope": "bloc"}
        assert built(floor(reference=scope)).group[0].tolist() == [0, 0, -1, -1]

    @pytest.mark.parametrize(
        ("mode", "terms", "response"),
        [("entry_top_up", {"invoice_response": "40 %"}, 0.4), ("minimum_import_price", {}, 1.0)],
    )
    def test_top_ups(self, mode: str, terms: dict[str, Any], response: float) -> None:
        w = built(floor(mode=mode, **terms))
        assert w.top_up[0].tolist() == [True, True, False, False]
        np.testing.assert_allclose(w.response[0], [response, response, 0, 0])

    def test_two_floors_on_one_border_are_refused(self) -> None:
        w = built(floor())
        again = agreed(floor(id="again")).instruments[0]
        from orepact.market.instruments import applied

        with pytest.raises(InputError, match="'again' meets another floor on refined zinc in USA"):
            applied(again, w, market(), ("USA", "MEX"), DAY)

    def test_solved_end_to_end_the_levy_closes_the_gap_to_the_floor(self) -> None:
        m = market()
        st = solve(m, built(floor())).state
        for d in (USA, MEX):
            freight = m.freight[0, :, d] if d == MEX else np.zeros(4)
            low = np.min((st.p[0] + freight)[[CAN, CHN]])
            np.testing.assert_allclose(st.levy[0, [CAN, CHN], d], 14.0 - low, rtol=1e-9)


class TestContract:
    def test_terms(self) -> None:
        m = market()
        w = built(contract(upside_share="30 %", upside_threshold="15 USD/t",
                           cap_per_year="20 USD", upside_cap_per_year="5 USD"))  # fmt: skip
        assert w.contracted[0, USA] == pytest.approx(10 / m.supply.capacity[0, 0, USA])
        assert (w.strike[0, USA], w.threshold[0, USA], w.upside[0, USA]) == (14.0, 15.0, 0.3)
        assert (w.pay_cap[0, USA], w.back_cap[0, USA]) == (2.0, 0.5)
        assert (w.benchmark[0, USA], w.payer[0, USA]) == (CHN, MEX)
        assert not np.any(w.contracted[0, 1:])

    def test_strike_of_a_compound(self) -> None:
        m = replace(market(), mineral="germanium")
        w = built(contract(mineral="germanium", content="GeO2"), m=m)
        tonnes = w.contracted[0, USA] * m.supply.capacity[0, 0, USA]
        assert tonnes == pytest.approx(6.94174, rel=1e-6)  # 10 t of the oxide
        assert w.strike[0, USA] == pytest.approx(14.0 / 0.694174, rel=1e-6)

    def test_no_more_than_there_is_capacity_for(self) -> None:
        assert built(contract(tonnes="1000000 t")).contracted[0, USA] == 1.0

    def test_two_on_one_plant_are_refused(self) -> None:
        with pytest.raises(InputError, match="'b' meets another contract on refined zinc in USA"):
            built(contract(id="a"), contract(id="b"))

    def test_a_benchmark_that_ships_nothing_is_refused(self) -> None:
        x0 = market().x0.copy()
        x0[0, CHN] = 0.0
        with pytest.raises(InputError, match="settles against the price of refined zinc in CHN"):
            built(contract(), m=market(x0=x0))

    @pytest.mark.parametrize("who", ["paid_by", "benchmark"])
    def test_a_region_without_a_part_in_the_market_is_refused(self, who: str) -> None:
        terms = {"paid_by": "JPN", "benchmark": {"region": "JPN", "tax_basis": "excluding_tax"}}
        with pytest.raises(InputError, match="names JPN, which has no part"):
            built(contract(**{who: terms[who]}))

    @pytest.mark.parametrize(
        "benchmark",
        [
            {"region": "CHN", "tax_basis": "including_tax"},
            {"name": "an index", "tax_basis": "excluding_tax"},
        ],
    )
    def test_what_cannot_be_settled_is_recorded_and_said(self, benchmark: dict[str, str]) -> None:
        held = agreed(contract(benchmark=benchmark))
        assert not is_simulated(held.instruments[0])
        m = market()
        w = wedges(held, m, DAY)
        assert not w.any_contract
        (effect,) = effects(held, solve(m, w), DAY)
        assert effect.state == "recorded, not simulated"


class TestNothingMatched:
    def test_an_instrument_on_no_route_is_an_error(self) -> None:
        with pytest.raises(NoMatchError, match="'t' of us-mexico-2026 matches no route"):
            built(action("t", rate="10 %", against=["JPN"]))

    def test_a_quota_too(self) -> None:
        with pytest.raises(NoMatchError, match="'q'"):
            built(action("q", "quota", limit="1 t", rent_holder="importer", against=["JPN"]))

    def test_a_contract_without_a_plant(self) -> None:
        cap = market().supply.capacity.copy()
        cap[0, 0, USA] = 0.0
        m = market()
        m = replace(m, supply=replace(m.supply, capacity=cap))
        with pytest.raises(NoMatchError, match="'contract'"):
            built(contract(), m=m)

    def test_another_mineral_is_none_of_its_business(self) -> None:
        w = built(action("t", rate="10 %", mineral="copper"))
        np.testing.assert_array_equal(w.duty, market().duty)

    def test_out_of_its_dates_it_does_nothing(self) -> None:
        held = agreed(action("t", rate="10 %"))
        w = wedges(held, market(), date(2026, 6, 1))
        np.testing.assert_array_equal(w.duty, market().duty)


def came_to(*instruments: dict[str, Any], on: date = DAY) -> dict[str, Effect]:
    m, held = market(), agreed(*instruments)
    return {e.id: e for e in effects(held, solve(m, wedges(held, m, on)), on)}


class TestEffects:
    def test_a_binding_floor_and_its_levy(self) -> None:
        e = came_to(floor())["floor"]
        assert e.state == "binding"
        assert 0 < e.distance < 14.0

    def test_a_slack_floor_and_its_distance(self) -> None:
        e = came_to(floor(floor="5 USD/t", **SINCE))["floor"]
        assert e.state == "not binding"
        m = market()
        p = solve(m).state.p[0]
        least = min(float(np.min((p + f * m.freight[0, :, d])[[CAN, CHN]]))
                    for d, f in ((USA, 0), (MEX, 1)))  # fmt: skip
        assert e.distance == pytest.approx(least - 5.0)

    def test_no_reference(self) -> None:
        e = came_to(floor(reference={"rule": "named", "origin": "JPN"}))["floor"]
        assert e.state == "no reference"

    def test_not_in_force(self) -> None:
        assert came_to(floor(), on=date(2026, 6, 1))["floor"].state == "not in force"

    @pytest.mark.parametrize(("limit", "state"), [("1 t", "binding"), ("1000 t", "not binding")])
    def test_quotas(self, limit: str, state: str) -> None:
        e = came_to(action("q", "quota", limit=limit, rent_holder="importer"))["q"]
        assert e.state == state
        if state == "not binding":
            assert e.distance == pytest.approx(1000.0 - solve(market()).state.x[0, CHN, USA])

    def test_a_quota_that_meets_nothing_here_does_not_shift_the_others(self) -> None:
        idle = action("idle", "quota", limit="1 t", rent_holder="importer", against=["JPN"])
        idle = {k: v for k, v in idle.items() if k != "mineral"} | {"minerals": ["zinc", "copper"]}
        e = came_to(idle, action("q", "quota", limit="1 t", rent_holder="importer"))
        assert e["idle"].state == "not binding"
        assert e["q"].state == "binding"

    def test_a_preference_below_nothing_is_not_binding(self) -> None:
        pref = {
            "kind": "preference", "id": "p", "mineral": "zinc", "stage": "refined",
            "origin": "wholly_obtained", **SINCE,
        }  # fmt: skip
        assert came_to({**pref, "duty": "0 %"})["p"].state == "binding"
        assert came_to({**pref, "duty": "9 %"})["p"].state == "not binding"
