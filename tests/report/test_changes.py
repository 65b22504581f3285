"""What changes from one pact to another, in words of each language, and side by side."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from orepact import pact
from orepact.pact import differences
from orepact.pact.compare import diff
from orepact.report.changes import both_hold, change, comparison, floors, sentence, told
from orepact.report.language import LANGUAGES, language

pytest.importorskip("babel")
A = pact.read("us-mexico-2026")
EN, ES, FR = (language(code) for code in LANGUAGES)
DAY = date(2027, 6, 1)
OXIDE = A.instrument("ndpr-oxide").model_dump(mode="json", by_alias=True, exclude_none=True)


def changed(**keys: object) -> pact.Pact:
    return A.without("ndpr-oxide").with_instrument({**OXIDE, **keys})


def said(b: pact.Pact, lang=EN) -> list[str]:
    return [sentence(s, lang) for s in diff(A, b)]


def test_a_new_level_is_told_with_its_days():
    b = changed(floor=[{"from": "2027-01-01", "until": "2030-01-01", "value": "120 USD/kg"}])
    assert said(b) == [
        "United States and Mexico: the floor on neodymium-praseodymium, oxide is 120\xa0USD/kg "
        "from January 1, 2027 to December 31, 2029 instead of 110\xa0USD/kg.",
        "United States and Mexico: the floor on neodymium-praseodymium, oxide is not stated "
        "from January 1, 2030 on instead of 110\xa0USD/kg.",
    ]
    assert said(b, ES)[0] == (
        "Estados Unidos y México: precio mínimo: neodimio-praseodimio, óxido: 120\xa0USD/kg "
        "del 1 de enero de 2027 al 31 de diciembre de 2029, en lugar de 110\xa0USD/kg."
    )


def test_a_field_inside_a_field_has_the_names_of_both():
    b = changed(basis={**OXIDE["basis"], "incoterm": "CIF"})
    assert said(b) == [
        "United States and Mexico: the floor on neodymium-praseodymium, oxide, price of, "
        "basis of the price is cost, insurance and freight (CIF) instead of "
        "the customs basis of each importer."
    ]


def test_who_is_bound_is_told_by_name():
    assert said(changed(**{"in": ["USA"]}))[0] == (
        "Mexico: the floor on neodymium-praseodymium, oxide no longer holds here."
    )
    assert said(A.with_member("CAN", date(2028, 1, 1)), FR) == [
        "Le Canada : nouvelle partie à partir du 1er janvier 2028 ; ce qui lie les membres "
        "s’y applique aussi."
    ]


def test_records_that_appear_in_a_field_are_no_code():
    steps = [{"what": {"en": "Meet"}, "within": "5 days"}]
    held = {"kind": "response", "id": "r", "topic": {"en": "R"}, "status": "scenario",
            "source": "scenario"}  # fmt: skip
    a, b = A.with_instrument(held), A.with_instrument({**held, "steps": steps})
    (english,) = diff(a, b)
    assert english == "USA, MEX: response r: steps is what 'Meet', within 5 instead of not stated."
    assert sentence(english, FR).replace("\xa0", " ") == (
        "États-Unis et Mexique: « R », étapes à suivre : (1) objet : Meet; délai : 5 jours, "
        "au lieu de non précisé."
    )


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", pact.library())
def test_every_change_between_shipped_pacts_has_words(name, code):
    b, lang = pact.read(name), language(code)
    held = comparison(A, b, DAY, lang)
    assert sum(len(p.sentences) for p in held.parts) == len(diff(A, b))
    for part in held.parts:
        for s in part.sentences:
            assert "{" not in s
            assert "None" not in s
            assert "'from'" not in s


def test_everything_that_a_sentence_may_speak_of_has_words():
    entry, source = A.calendar[0], A.sources["ustr-plan"]
    floor = A.instrument("ndpr-oxide")
    subject = differences.Subject(floor, True)
    for value in (
        differences.Codes(("USA",)), differences.Days(floor.spans), subject,
        differences.Record("Source", "ustr-plan", source),
        differences.Place(A, ("status",), ("status",)), differences.Value("status", "signed"),
        differences.Named(entry.id, entry), differences.Level(None),
    ):  # fmt: skip
        assert fields(value)
        assert told(value, ES)
    with pytest.raises(TypeError, match="No words for int"):
        told(3, ES)


def test_floors_side_by_side():
    b = A.without("zinc-refined", "ndpr-oxide").with_instrument(
        {**OXIDE, "floor": [{"from": "2027-01-01", "value": "132 USD/kg"}]}
    )
    rows = {(r.mineral, r.stage): r for r in comparison(A, b, DAY, EN).floors}
    assert rows["Neodymium-praseodymium", "Oxide"].change == "+20\xa0%"
    assert rows["Zinc", "Refined"].change == "gone"
    assert rows["Zinc", "Refined"].b == "no floor"
    assert rows["Copper", "Refined"].change == "the same"
    assert comparison(b, A, DAY, EN).floors[-1].change in ("new", "−17\xa0%")


def test_floors_of_another_content_compare_per_contained_tonne():
    lithium = A.instrument("lithium-refined").model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    basis = {**lithium["basis"], "content": "Li2CO3"}
    b = A.without("lithium-refined").with_instrument({**lithium, "basis": basis})
    row = next(r for r in floors(A, b, DAY) if r[0] == "lithium")
    assert row[2] == (Decimal("78499.25"),)
    assert row[3][0] / row[2][0] == pytest.approx(
        Decimal(1) / Decimal("0.187856"), rel=Decimal("0.0001")
    )


def test_a_floor_that_does_not_hold_yet_is_none():
    assert floors(A, A, date(2026, 12, 31))[0][2:] == ((), ())
    assert change((), (Decimal(1),)) is None
    assert change((Decimal(1), Decimal(2)), (Decimal(1),)) is None


def test_the_day_is_the_first_on_which_both_hold():
    assert both_hold(A, A.with_member("CAN", date(2028, 1, 1)), DAY) == date(2028, 1, 1)
