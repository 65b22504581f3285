"""A file that extends another: what it adds, what it names as changed, and conflicts."""

from pathlib import Path

import pytest

from orepact import pact
from orepact.errors import PactError

BASE = (Path(__file__).parent / "valid.yaml").read_text("utf-8")
HEAD = "format: orepact/1\nid: later\nextends: base.yaml\ntitle: {en: Later}\n"
FLOOR = BASE[BASE.index("  - kind: price_floor") :].replace("110 USD/kg", "120 USD/kg")


def read(tmp_path: Path, text: str, base: str = BASE) -> pact.Pact:
    tmp_path.joinpath("base.yaml").write_text(base, "utf-8")
    tmp_path.joinpath("later.yaml").write_text(HEAD + text, "utf-8")
    return pact.read(tmp_path / "later.yaml")


def test_adds_to_what_it_extends(tmp_path):
    held = read(tmp_path, "parties:\n  - {code: CAN, from: 2028-01-01}\n")
    assert [p.code for p in held.parties] == ["USA", "MEX", "CAN"]
    assert held.id == "later"
    assert held.title.en == "Later"
    assert held.status == "consultation"
    assert [i.id for i in held.instruments] == ["oxide"]


def test_replaces_what_it_names(tmp_path):
    held = read(tmp_path, "replaces: [oxide]\ninstruments:\n" + FLOOR)
    (floor,) = held.instruments
    assert floor.floor.steps[0][1].text == "120 USD/kg"


def test_leaves_out_what_it_names(tmp_path):
    held = read(tmp_path, "without: [talks, oxide]\n")
    assert held.instruments == held.calendar == held.agreed == ()


def test_never_overrides_in_silence(tmp_path):
    with pytest.raises(PactError) as raised:
        read(tmp_path, "instruments:\n" + FLOOR)
    (problem,) = raised.value.problems
    assert problem.where.endswith("later.yaml:6:5")
    assert "instruments.oxide (from 2027-01-01) is already stated at" in problem.what
    assert problem.what.endswith("base.yaml:14:5 (from 2027-01-01).")
    assert problem.mend == "To change it, add 'oxide' to 'replaces'."


def test_a_floor_under_another_id_still_conflicts(tmp_path):
    with pytest.raises(PactError, match="'again' and 'oxide' both set a floor on ndpr oxide"):
        read(tmp_path, "instruments:\n" + FLOOR.replace("id: oxide", "id: again"))


def test_replacing_by_nothing_is_told(tmp_path):
    with pytest.raises(PactError, match="'oxide' is replaced by nothing"):
        read(tmp_path, "replaces: [oxide]\n")


def test_the_same_source_may_stand_in_both(tmp_path):
    start, end = BASE.index("sources:"), BASE.index("parties:")
    assert read(tmp_path, BASE[start:end]).sources["plan"].title == "Plan"
    with pytest.raises(PactError, match=r"sources\.plan is already stated"):
        read(tmp_path, BASE[start:end].replace("title: Plan", "title: Other"))


def test_a_party_may_come_back(tmp_path):
    base = BASE.replace(
        "{code: MEX, from: 2026-02-04}", "{code: MEX, from: 2026-02-04, until: 2028-01-01}"
    )
    held = read(tmp_path, "parties:\n  - {code: MEX, from: 2029-01-01}\n", base)
    assert [p.code for p in held.parties] == ["USA", "MEX", "MEX"]


def test_mistakes_of_the_extended_file_are_told_in_its_name(tmp_path):
    with pytest.raises(PactError) as raised:
        read(tmp_path, "note: more\ncurrency: USD\n", BASE.replace("110 USD/kg", "110"))
    wheres = [p.where.rsplit("/", 1)[1] for p in raised.value.problems]
    assert wheres == ["base.yaml:18:39", "later.yaml:6:1"]


def test_a_text_from_elsewhere_reaches_no_file(tmp_path):
    tmp_path.joinpath("base.yaml").write_text(BASE, "utf-8")
    with pytest.raises(PactError, match=r"No pact 'base\.yaml' in the library"):
        pact.read_text(HEAD)


def test_a_missing_file_is_told_where_it_is_named(tmp_path):
    tmp_path.joinpath("later.yaml").write_text(HEAD, "utf-8")
    with pytest.raises(PactError, match=r"later\.yaml:3:10: .*base\.yaml cannot be read"):
        pact.read(tmp_path / "later.yaml")
