"""A pact is a value: who is in on a day, what holds, and how a new one is made from it."""

from datetime import date

import pytest

from orepact import pact
from orepact.catalogue import regions
from orepact.errors import DateError, PactError, UnknownIdError

HELD = pact.read("us-mexico-2026")
START = date(2027, 1, 1)
TARIFF = {
    "kind": "trade_action",
    "id": "tariff",
    "action": "tariff",
    "by": "members",
    "against": ["CHN"],
    "minerals": ["gallium"],
    "stages": "all",
    "rate": [{"from": "2028-01-01", "value": "25 %"}],
    "status": "scenario",
    "source": "scenario",
}


def test_members_depend_on_the_day():
    later = HELD.with_member("CAN", from_=date(2028, 1, 1))
    assert later.members(date(2026, 2, 3)) == ()
    assert later.members(START) == ("USA", "MEX")
    assert later.members(date(2028, 1, 1)) == ("USA", "MEX", "CAN")
    assert HELD.members(date(2028, 1, 1)) == ("USA", "MEX")


def test_groups_are_resolved_to_regions():
    assert HELD.resolve("members", START) == ("USA", "MEX")
    assert HELD.resolve("all", START) == regions()
    assert set(HELD.resolve("non_members", START)) == set(regions()) - {"USA", "MEX"}
    assert HELD.resolve(("CHN",), START) == ("CHN",)
    with pytest.raises(UnknownIdError, match="non_members"):
        HELD.resolve("nonmembers", START)


def test_a_new_instrument_makes_a_new_pact():
    more = HELD.with_instrument(TARIFF)
    assert len(more.instruments) == len(HELD.instruments) + 1
    assert more.instrument("tariff").rate.at(date(2028, 1, 1)) is not None
    assert "tariff" not in [i.id for i in HELD.instruments]
    assert more.without("tariff") == HELD


def test_a_contradicting_instrument_is_refused():
    with pytest.raises(PactError, match=r"instruments\[32\]\.source: Unknown source 'plan'"):
        HELD.with_instrument({**TARIFF, "source": "plan"})
    with pytest.raises(PactError, match="Id 'ndpr-oxide' stands twice"):
        HELD.with_instrument({**TARIFF, "id": "ndpr-oxide"})


def test_a_faulty_instrument_is_told_as_in_a_file():
    with pytest.raises(PactError) as raised:
        HELD.with_instrument({**TARIFF, "by": ["US"], "colour": "red", "action": "tarif"})
    assert [str(p) for p in raised.value.problems] == [
        "tariff.action: 'tarif' is not one of the words for 'action'. Did you mean 'tariff'?",
        "tariff.by[0]: 'US' belongs to region USA. Write 'USA'.",
        "tariff.colour: Unknown key 'colour'. Drop it, or correct its spelling.",
    ]
    with pytest.raises(UnknownIdError, match="Did you mean 'trade_action'"):
        HELD.with_instrument({**TARIFF, "kind": "trade_acton"})


def test_leaving_out_an_unknown_id_is_told():
    with pytest.raises(UnknownIdError, match="Did you mean 'ndpr-oxide'"):
        HELD.without("ndpr-oxyde")
    with pytest.raises(UnknownIdError, match="Did you mean 'ndpr-oxide'"):
        HELD.instrument("ndpr-oxyde")


def test_a_party_that_leaves_takes_its_list_along():
    with pytest.raises(PactError, match="A preference needs two parties"):
        HELD.without("MEX")
    alone = HELD.without("MEX", "bloc-duty-free")
    assert alone.members(START) == ("USA",)
    assert set(alone.lists) == {"USA"}


def test_a_new_source_never_replaces_one():
    source = {"title": "Note", "publisher": "Authority", "confidence": "official"}
    more = HELD.with_source("note", source)
    assert more.sources["note"].title == "Note"
    with pytest.raises(PactError, match="taken"):
        more.with_source("note", {**source, "title": "Other"})


def test_default_date_waits_for_the_last():
    assert HELD.default_date() == START
    assert HELD.with_instrument(TARIFF).default_date() == date(2028, 1, 1)
    assert HELD.with_member("CAN", date(2029, 1, 1)).default_date() == date(2029, 1, 1)


def test_default_date_says_which_two_never_meet():
    short = {**TARIFF, "rate": [{"from": "2026-03-01", "until": "2026-12-01", "value": "25 %"}]}
    with pytest.raises(DateError, match="on 2027-01-01, when the last begins, tariff does not"):
        HELD.with_instrument(short).default_date()


def test_default_date_leaves_out_what_is_suspended():
    idle = {**TARIFF, "status": "suspended"}
    assert HELD.with_instrument(idle).default_date() == START


def test_in_force_is_half_open():
    ending = HELD.with_instrument({**TARIFF, "until": "2029-01-01"})
    held = [[i.id for i in ending.in_force(d)] for d in (date(2028, 12, 31), date(2029, 1, 1))]
    assert "tariff" in held[0]
    assert "tariff" not in held[1]
