from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orepact.errors import InputError, PactError, UnitError, UnknownIdError
from orepact.pact import read, read_text
from orepact.pact.vary import BAN, SOURCE, TARIFF, floor_on, last_day, vary
from orepact.pact.write import dump

ON = date(2027, 12, 31)
PACT = read("us-mexico-2026")


def test_nothing_changed_is_the_same_pact():
    assert vary(PACT, "ndpr", ON) is PACT
    assert vary(PACT, "ndpr", ON, floors={"oxide": "110 USD/kg"}) is PACT
    assert vary(PACT, "ndpr", ON, tariff="0 %", ban="0 %") is PACT


def test_a_floor_keeps_its_other_terms():
    held = vary(PACT, "ndpr", ON, floors={"oxide": "130000 USD/t"})
    old, new = PACT.instrument("ndpr-oxide"), held.instrument("ndpr-oxide")
    assert new.floor_at(ON) == 130_000
    assert new.source == SOURCE
    assert new.status == "scenario"
    for name in ("mode", "reference", "basis", "in_", "applies_to", "regimes"):
        assert getattr(new, name) == getattr(old, name)
    assert len(held.instruments) == len(PACT.instruments)


def test_a_floor_can_be_added_and_taken_off():
    added = vary(PACT, "ndpr", ON, floors={"concentrate": "30 USD/kg"})
    assert floor_on(added, "ndpr", "concentrate", ON).floor_at(ON) == 30_000
    gone = vary(PACT, "ndpr", ON, floors={"oxide": "0 USD/kg"})
    assert floor_on(gone, "ndpr", "oxide", ON) is None
    assert floor_on(gone, "ndpr", "magnet", ON) is not None


def test_members_join_and_leave():
    held = vary(PACT, "ndpr", ON, members=["USA", "CAN"])
    assert held.members(ON) == ("USA", "CAN")
    assert held.members(date(2027, 1, 1)) == ("USA",)


def test_a_party_that_comes_later_keeps_its_own_entry():
    later = PACT.with_member("CAN", date(2030, 1, 1))
    held = vary(later, "zinc", ON, members=["USA", "MEX", "CAN"])
    assert held.members(ON) == ("USA", "MEX", "CAN")
    assert held.members(date(2031, 1, 1)) == ("USA", "MEX", "CAN")


def test_tariff_and_ban_are_instruments():
    held = vary(PACT, "ndpr", ON, tariff="10 %", ban="40 %", by="CHN")
    tariff, ban = held.instrument(TARIFF), held.instrument(BAN)
    assert (float(tariff.rate.at(ON)), tariff.against, tariff.stacking) == (
        0.1,
        "non_members",
        "add",
    )
    assert (float(ban.share.at(ON)), ban.by, ban.against) == (0.4, ("CHN",), "members")


def test_a_variant_reads_back_as_itself():
    held = vary(PACT, "ndpr", ON, floors={"oxide": "1 USD/g", "magnet": "0 USD/t"}, tariff="5 %",
                ban="1 %", members=["USA", "JPN"])  # fmt: skip
    assert read_text(dump(held)) == held


@pytest.mark.parametrize(
    ("given_", "error", "said"),
    [
        ({"floors": {"oxid": "110 USD/kg"}}, UnknownIdError, "Did you mean 'oxide'"),
        ({"floors": {"oxide": "110"}}, UnitError, "no unit"),
        ({"floors": {"oxide": "-1 USD/kg"}}, InputError, "below zero"),
        ({"tariff": "10"}, UnitError, "no unit"),
        ({"tariff": "-10 %"}, PactError, "out of range"),
        ({"ban": "140 %"}, PactError, "out of range"),
        ({"ban": "10 %", "by": "USA"}, InputError, "USA is a member"),
        ({"ban": "10 %", "by": "XYZ"}, UnknownIdError, "XYZ"),
        ({"members": []}, InputError, "at least one"),
        ({"members": ["USA", "MEXX"]}, UnknownIdError, "MEXX"),
    ],
)
def test_mistakes_are_told(given_, error, said):
    with pytest.raises(error, match=said):
        vary(PACT, "ndpr", ON, **given_)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(0, 100), st.sets(st.sampled_from(["CAN", "JPN", "EUN"])))
def test_a_variant_says_what_it_was_asked(floor, tariff, more):
    members = ["USA", "MEX", *sorted(more)]
    held = vary(PACT, "ndpr", ON, floors={"magnet": f"{floor} USD/kg"}, tariff=f"{tariff} %",
                members=members)  # fmt: skip
    assert floor_on(held, "ndpr", "magnet", ON).floor_at(ON) == floor * 1000
    assert set(held.members(ON)) == set(members)
    assert any(i.id == TARIFF for i in held.instruments) == (tariff > 0)


def test_the_last_day_of_a_year():
    assert last_day(2028) == date(2028, 12, 31)


def test_a_source_of_the_pact_s_own_is_not_written_over():
    own = PACT.with_source(SOURCE, {"title": "Ours", "publisher": "us", "confidence": "inferred"})
    with pytest.raises(PactError, match="This id is taken"):
        vary(own, "ndpr", ON, tariff="1 %")
