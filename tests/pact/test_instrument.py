"""What instruments touch, when they hold, and which are simulated."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from orepact.catalogue import minerals
from orepact.dates import Interval
from orepact.pact import KINDS, left_out, simulated
from orepact.pact.conduct import Circumvention, Cooperation, Standard
from orepact.pact.content import substances
from orepact.pact.support import Incentive, Stockpile
from orepact.pact.trade import Preference, PriceFloor, TradeAction

SAID = {"status": "scenario", "source": "plan"}
FLOOR = {
    "id": "floor",
    "mineral": "lithium",
    "stage": "refined",
    "floor": [{"from": "2027-01-01", "value": "20 USD/kg"}],
    "basis": {"incoterm": "CIF", "content": "Li2CO3"},
    "mode": "period_levy",
    "reference": {"rule": "lowest_non_member"},
    **SAID,
}
ACTION = {"id": "action", "minerals": ["gallium"], "stages": "all", "from": "2027-01-01", **SAID}
CONTRACT = {
    "id": "contract",
    "form": "contract_for_difference",
    "region": "USA",
    "paid_by": "USA",
    "mineral": "ndpr",
    "stage": "oxide",
    "tonnes": "5000 t",
    "strike": "110 USD/kg",
    "benchmark": {"name": "Asian Metal", "tax_basis": "including_tax"},
    "from": "2026-01-01",
    **SAID,
}
SIGNED = {"signed_by": ["CHN"], "fallback_duty": "47.6 %"}
PREFERENCE = {"id": "free", "duty": "0 %", "origin": "mass_balance", **SAID}


def test_a_price_of_a_compound_becomes_a_price_of_its_content():
    # Li2CO3 holds 2 x 6.94 / 73.888 = 18.7852 % lithium
    held = PriceFloor(**FLOOR)
    assert held.floor_at(date(2027, 1, 1)) == Decimal(20_000) / Decimal("0.187852")
    assert held.floor_at(date(2026, 1, 1)) is None


def test_stoichiometry_agrees_with_the_trade_s_rules_of_thumb():
    factors = {
        ("lithium", "Li2CO3"): 0.188,
        ("lithium", "LiOH.H2O"): 0.165,
        ("antimony", "Sb2O3"): 0.835,
        ("tungsten", "WO3"): 0.793,
        ("germanium", "GeO2"): 0.694,
        ("fluorspar", "CaF2"): 0.487,
        ("cobalt", "Co3O4"): 0.734,
    }
    for (mineral, name), expected in factors.items():
        assert float(substances(mineral)[name]) == pytest.approx(expected, abs=6e-4)


def test_targets_of_all_minerals_at_a_stage_are_those_that_have_it():
    held = Preference(**PREFERENCE, minerals="all", stages=["refined"])
    assert held.targets() == tuple(
        (m.id, "refined") for m in minerals().values() if "refined" in m.stage_ids
    )


def test_targets_of_one_mineral_at_all_stages():
    held = Preference(**PREFERENCE, mineral="ndpr", stages="all")
    assert held.targets() == (("ndpr", "concentrate"), ("ndpr", "oxide"), ("ndpr", "magnet"))


def test_a_general_instrument_has_no_targets():
    held = Cooperation(id="c", topic={"en": "Talks"}, **SAID)
    assert held.targets() == ()
    assert held.interval == Interval()


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({}, Interval(date(2027, 1, 1))),
        ({"from": "2028-01-01"}, Interval(date(2028, 1, 1))),
        ({"until": "2030-01-01"}, Interval(date(2027, 1, 1), date(2030, 1, 1))),
    ],
)
def test_interval_is_as_stated_else_as_the_values_say(dates, expected):
    assert PriceFloor(**FLOOR, **dates).interval == expected


def test_interval_ends_with_the_last_dated_value():
    steps = [{"from": "2027-01-01", "until": "2029-01-01", "value": "20 USD/kg"}]
    held = PriceFloor(**{**FLOOR, "floor": steps})
    assert held.interval == Interval(date(2027, 1, 1), date(2029, 1, 1))


@pytest.mark.parametrize("status", ["suspended", "ended"])
def test_a_suspended_or_ended_instrument_is_never_in_force(status):
    on = date(2027, 6, 1)
    assert PriceFloor(**FLOOR).in_force(on)
    assert not PriceFloor(**{**FLOOR, "status": status}).in_force(on)


def variants():
    yield PriceFloor(**FLOOR), True
    top_up = {**FLOOR, "mode": "entry_top_up", "invoice_response": "0 %"}
    yield PriceFloor(**top_up), True
    yield PriceFloor(**{**FLOOR, "mode": "minimum_import_price"}), True
    yield PriceFloor(**{**FLOOR, "mode": "undertaking", **SIGNED}), True
    yield PriceFloor(**{**FLOOR, "mode": "ad_valorem"}), True
    yield PriceFloor(**{**FLOOR, "mode": "none"}), False
    yield Preference(**PREFERENCE, minerals="all", stages="all"), True
    imports = {**ACTION, "by": ["USA"], "against": ["CHN"]}
    exports = {**ACTION, "by": ["CHN"], "against": "all"}
    held_by = {"limit": "10 t", "rent_holder": "importer"}
    yield TradeAction(action="tariff", rate="25 %", **imports), True
    yield TradeAction(action="tariff", specific="1 USD/kg", **imports), True
    yield TradeAction(action="quota", **held_by, **imports), True
    yield TradeAction(action="tariff_rate_quota", rate="25 %", **held_by, **imports), True
    yield TradeAction(action="export_tax", rate="10 %", **exports), True
    yield TradeAction(action="export_quota", **held_by, **exports), True
    yield TradeAction(action="export_ban", share="100 %", **exports), True
    yield Incentive(**CONTRACT), True
    grant = {"id": "g", "form": "grant", "region": "USA", "paid_by": "USA", "mineral": "zinc"}
    yield Incentive(**grant, stage="refined", amount="10 million USD", **SAID), False
    yield Cooperation(id="c", topic={"en": "Talks"}, **SAID), False
    rail = {"id": "c", "topic": {"en": "Rail"}, "freight_saving": "5 %", **SAID}
    yield Cooperation(**rail), False
    yield Cooperation(**rail, mineral="zinc", stage="refined"), True
    proof = {"id": "s", "topic": {"en": "Proof"}, "mineral": "zinc", "stage": "refined", **SAID}
    yield Standard(**proof), False
    yield Standard(**proof, cost="12 USD/t"), True
    stocks = {"id": "b", "holders": ["USA"], "mineral": "zinc", "stage": "refined", **SAID}
    yield Stockpile(**stocks), False
    since = {"from": "2027-01-01"}
    yield Stockpile(**stocks, buy_below="2000 USD/t", buy_at_most="10 kt", **since), True
    passed = {"id": "r", "mineral": "zinc", "stage": "refined", "through": "MYS", **SAID, **since}
    yield Circumvention(**passed, cost="50 USD/t", full_at="500 USD/t"), True


@pytest.mark.parametrize(("instrument", "acted_on"), [*variants()])
def test_what_is_simulated(instrument, acted_on):
    assert simulated(instrument) is acted_on


def test_every_kind_has_a_class_of_its_name():
    assert len(KINDS) == 13
    for kind, held in KINDS.items():
        assert held.model_fields["kind"].default == kind


def test_exports_and_imports_are_told_apart():
    terms = {**ACTION, "by": ["CHN"], "against": "all"}
    assert TradeAction(action="export_ban", share="100 %", **terms).on_exports
    assert not TradeAction(action="tariff", rate="1 %", **terms).on_exports


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strike": None}, "needs 'strike'"),
        ({"upside_share": "30 %"}, "both its share and its threshold"),
        ({"content": "NdPr metal"}, "no substance of ndpr"),
        ({"from": None}, "no first day"),
        ({"mineral": None, "minerals": ["ndpr"]}, "one mineral at one stage"),
    ],
)
def test_a_contract_states_its_terms(change, message):
    with pytest.raises(ValidationError, match=message):
        Incentive(**{**CONTRACT, **change})


def test_a_floor_with_a_gap_holds_on_both_sides_of_it():
    steps = [
        {"from": "2027-01-01", "until": "2028-01-01", "value": "20 USD/kg"},
        {"from": "2029-01-01", "value": "21 USD/kg"},
    ]
    held = PriceFloor(**{**FLOOR, "floor": steps})
    assert held.spans == (
        Interval(date(2027, 1, 1), date(2028, 1, 1)),
        Interval(date(2029, 1, 1)),
    )
    on = [date(2027, 6, 1), date(2028, 6, 1), date(2029, 6, 1)]
    assert [held.in_force(d) for d in on] == [True, False, True]
    assert [held.floor_at(d) is not None for d in on] == [True, False, True]


def test_a_value_begins_after_the_instrument():
    held = PriceFloor(**FLOOR, **{"from": "2026-02-04"})
    assert held.interval == Interval(date(2027, 1, 1))
    assert not held.in_force(date(2026, 6, 1))


def test_a_quota_holds_where_both_rate_and_limit_are_stated():
    held = TradeAction(
        **ACTION,
        action="tariff_rate_quota",
        by=["USA"],
        against=["CHN"],
        rate=[{"from": "2028-01-01", "value": "25 %"}],
        limit=[{"from": "2027-01-01", "until": "2030-01-01", "value": "10 t"}],
        rent_holder="importer",
    )
    assert held.interval == Interval(date(2028, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"until": "2027-01-01"}, "20 USD/kg from 2027-01-01 never holds"),
        ({"from": "2028-01-01", "until": "2027-06-01"}, "is not after"),
    ],
)
def test_a_value_outside_the_instrument_s_days_is_refused(dates, message):
    with pytest.raises(ValidationError, match=message):
        PriceFloor(**FLOOR, **dates)


def test_values_that_share_no_day_are_refused():
    with pytest.raises(ValidationError, match="share no day"):
        TradeAction(
            **{**ACTION, "from": None},
            action="tariff_rate_quota",
            by=["USA"],
            against=["CHN"],
            rate=[{"from": "2028-01-01", "value": "25 %"}],
            limit=[{"from": "2027-01-01", "until": "2028-01-01", "value": "10 t"}],
            rent_holder="importer",
        )


def test_what_a_simulation_leaves_out_is_told():
    held = PriceFloor(**FLOOR)
    assert left_out(held) == ()
    exclusions = [{"end_use": "medicine", "source": "plan"}]
    regimes = {"consumption": "covered", "drawback": "refunded"}
    more = {"exclusions": exclusions, "codes": ["2836.91"], "regimes": regimes}
    assert left_out(PriceFloor(**FLOOR, **more)) == ("codes", "exclusions")
    more["regimes"] = {"free_zone": "suspended"}
    assert left_out(PriceFloor(**FLOOR, **more)) == ("codes", "exclusions", "free zones")
    assert left_out(PriceFloor(**{**FLOOR, **more, "mode": "none"})) == ()
