"""What changed between two texts, in words."""

from datetime import date

import pytest

from orepact import pact
from orepact.pact.compare import diff

A = pact.read("us-mexico-2026")
OXIDE = A.instrument("ndpr-oxide").model_dump(mode="json", by_alias=True, exclude_none=True)


def changed(**keys: object) -> pact.Pact:
    return A.without("ndpr-oxide").with_instrument({**OXIDE, **keys})


def test_a_pact_does_not_differ_from_itself():
    assert diff(A, pact.read("us-mexico-2026")) == []
    assert diff(A, changed()) == []


def test_another_unit_is_no_change():
    assert diff(A, changed(floor=[{"from": "2027-01-01", "value": "0.11 USD/g"}])) == []


def test_all_changes_of_a_negotiation_are_told_per_party_and_date():
    steps = [
        {"from": "2027-01-01", "value": "110 USD/kg"},
        {"from": "2028-07-01", "until": "2030-01-01", "value": "120 USD/kg"},
    ]
    basis = {**OXIDE["basis"], "incoterm": "CIF"}
    b = changed(floor=steps, basis=basis, status="proposed", **{"in": ["USA"]})
    b = b.without("ndpr-magnet", "trade-measures").with_member("CAN", date(2028, 1, 1))
    magnet = {**OXIDE, "id": "magnets", "stage": "magnet"}
    b = b.with_instrument({**magnet, "floor": [{"from": "2029-01-01", "value": "130 USD/kg"}]})
    assert diff(A, b) == [
        "CAN becomes a party from 2028-01-01; what binds the members binds it too.",
        "MEX: the floor on ndpr oxide (ndpr-oxide) no longer holds here.",
        "USA: the floor on ndpr oxide (ndpr-oxide): status is proposed instead of scenario.",
        "USA: the floor on ndpr oxide (ndpr-oxide) is 120 USD/kg from 2028-07-01 until 2030-01-01 "
        "instead of 110 USD/kg.",
        "USA: the floor on ndpr oxide (ndpr-oxide) is not stated from 2030-01-01 instead of "
        "110 USD/kg.",
        "USA: the floor on ndpr oxide (ndpr-oxide): basis, incoterm is CIF instead of importer.",
        "USA, MEX: the floor on ndpr magnet (ndpr-magnet) at 150 USD/kg is gone; it held "
        "from 2027-01-01.",
        "USA, MEX: cooperation trade-measures is gone; it held from 2026-02-04.",
        "USA, MEX, CAN: the floor on ndpr magnet (magnets) at 130 USD/kg is new from 2029-01-01.",
        "trade-measures no longer counts as agreed.",
    ]


def test_a_party_that_leaves_is_told():
    gone = A.without("MEX", "bloc-duty-free")
    said = diff(A, gone)
    assert "MEX is no longer a party; it was one from 2026-02-04." in said
    assert "List of MEX is gone." in said
    assert diff(gone, A)[0].startswith("MEX becomes a party from 2026-02-04")


def test_a_party_with_other_dates_is_told():
    b = A.without("MEX", "bloc-duty-free").with_member("MEX", date(2027, 1, 1), date(2030, 1, 1))
    assert "MEX is a party from 2027-01-01 until 2030-01-01 instead of from 2026-02-04." in diff(
        A, b
    )


def test_head_lists_and_calendar_are_compared():
    b = A.model_copy(
        update={"status": "signed", "calendar": A.calendar[1:], "lists": {"USA": A.lists["MEX"]}}
    )
    said = diff(A, b)
    assert "The pact's status is signed instead of consultation." in said
    assert "Calendar entry consultation is gone." in said
    assert "List of USA: status is scenario instead of in_force." in said
    assert "List of MEX is gone." in said


@pytest.mark.parametrize("name", [n for n in pact.library() if n != A.id])
def test_shipped_pacts_differ_as_their_texts_do(name):
    b = pact.read(name)
    said = diff(A, b)
    for code in {p.code for p in b.parties} - {"USA", "MEX"}:
        assert any(s.startswith(f"{code} becomes a party") for s in said)
    assert not any("the floor on" in s for s in said)
