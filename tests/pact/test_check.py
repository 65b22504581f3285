"""What a coherent pact may still get wrong: each check finds its fault, and only then."""

import pytest

from orepact import pact
from orepact.pact.check import check

VALID = pact.read("us-mexico-2026")
OXIDE = VALID.instrument("ndpr-oxide").model_dump(mode="json", by_alias=True, exclude_none=True)


def found(held, level):
    return {f.id: f for f in check(held) if f.level == level}


def oxide(**keys):
    return VALID.without("ndpr-oxide").with_instrument({**OXIDE, **keys})


@pytest.mark.parametrize("name", pact.library())
def test_shipped_pacts_have_neither_errors_nor_warnings(name):
    held = pact.read(name)
    assert found(held, "error") == found(held, "warning") == {}


def test_a_floor_below_that_of_its_input_is_an_error():
    raised = oxide(floor=[{"from": "2027-01-01", "value": "110 USD/kg"}, STEP])
    error = found(raised, "error")["ndpr-magnet"]
    assert "From 2029-01-01" in error.what
    assert "150,000.00 USD/t" in error.what
    assert "160,000.00 USD/t or more" in error.mend


STEP = {"from": "2029-01-01", "value": "160 USD/kg"}


def test_a_stage_without_floor_draws_imports():
    assert "ndpr magnet is made from oxide" in (
        found(VALID.without("ndpr-magnet"), "warning")["ndpr-oxide"].what
    )


def test_a_member_without_the_floor_can_backfill():
    warning = found(oxide(**{"in": ["USA"]}), "warning")["ndpr-oxide"]
    assert warning.what == "MEX has no floor on ndpr oxide."


def test_double_support_is_told():
    contract = {
        "kind": "incentive",
        "id": "contract",
        "form": "contract_for_difference",
        "region": "USA",
        "paid_by": "USA",
        "mineral": "ndpr",
        "stage": "oxide",
        "tonnes": "5000 t",
        "strike": "110 USD/kg",
        "benchmark": {"region": "CHN", "tax_basis": "excluding_tax"},
        "from": "2026-01-01",
        "status": "scenario",
        "source": "scenario",
    }
    assert (
        "floor 'ndpr-oxide'" in found(VALID.with_instrument(contract), "warning")["contract"].what
    )
    before = VALID.with_instrument({**contract, "until": "2027-01-01"})
    assert not any("same tonnes" in f.what for f in check(before))


def test_agreed_scenarios_and_inferences_are_errors():
    held = VALID.model_copy(update={"agreed": (*VALID.agreed, "bloc-duty-free")})
    said = [f.what for f in check(held) if f.level == "error"]
    assert said == [
        "It is listed as agreed and has status scenario.",
        "It is listed as agreed and its source 'scenario' is inferred.",
    ]


def test_a_list_without_source_is_told():
    lists = {**VALID.lists, "MEX": VALID.lists["MEX"].model_copy(update={"source": None})}
    held = VALID.model_copy(update={"lists": lists})
    assert found(held, "warning")["MEX"].what == "The list of MEX has no source."


def test_a_top_up_asks_for_both_ends():
    held = oxide(mode="entry_top_up", invoice_response="0 %", reference=None)
    assert "0 % and with 100 %" in found(held, "warning")["ndpr-oxide"].mend


def test_open_regimes_are_noted():
    held = oxide(regimes={"consumption": "covered"})
    notes = [f.what for f in check(held) if f.level == "note" and f.id == "ndpr-oxide"]
    assert any("temporary_import" in what for what in notes)


def test_baskets_are_noted_until_national_codes_are_stated():
    note = found(VALID, "note")["gallium-primary"]
    assert note.what == "Code 8112.92 also holds germanium, indium."
    raw = VALID.instrument("gallium-primary").model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    split = VALID.without("gallium-primary").with_instrument({**raw, "codes": ["8112.92.10"]})
    assert "gallium-primary" not in found(split, "note")
    assert "Simulated as if without their codes: gallium-primary." in [f.what for f in check(split)]


def test_what_never_holds_together_is_told():
    early = oxide(floor=[{"from": "2026-03-01", "until": "2026-12-01", "value": "110 USD/kg"}])
    assert "No day has everything in force" in found(early, "warning")[VALID.id].what


def test_missing_spanish_is_noted():
    held = VALID.model_copy(update={"title": VALID.title.model_copy(update={"es": None})})
    assert any(f.id == VALID.id and "no Spanish text" in f.what for f in check(held))
    assert not any("no Spanish text" in f.what for f in check(VALID))


def test_recorded_kinds_are_told():
    recorded = {f.id for f in check(VALID) if "recorded, not simulated" in f.what}
    assert recorded == {i.id for i in VALID.instruments if not pact.simulated(i)}
    assert str(next(iter(check(VALID)))).startswith("note: ")
