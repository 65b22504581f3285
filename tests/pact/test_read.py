"""Reading: every kind, every spelling of a text, and no text that ends in another exception."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orepact import pact
from orepact.errors import InputError, PactError
from orepact.pact.compare import diff
from orepact.pact.write import dump

FOLDER = Path(__file__).parent
EVERY = (FOLDER / "every_kind.yaml").read_text("utf-8")
SCRAPS = [
    *"[]{}:,-#&*!|>%@`\"'?~\n\t\0",
    "  ",
    ": ",
    "- ",
    "<<: ",
    "null",
    "all",
    "members",
    "USA",
    "2027-01-01",
    "1e999 %",
    "110 USD/kg",
    "extends: us-mexico-2026\n",
    "é",
]


def test_every_kind_reads_and_comes_back():
    held = pact.read(FOLDER / "every_kind.yaml")
    assert {i.kind for i in held.instruments} == set(pact.KINDS)
    again = pact.read_text(dump(held))
    assert again == held
    assert diff(held, again) == []
    assert held.price_level == 2024
    assert held.members(date(2027, 6, 1)) == ("USA", "EUN")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_text_reads_or_is_told_with_its_place(data):
    text = EVERY
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 8))
        text = text[:at] + data.draw(st.sampled_from(["", *SCRAPS])) + text[at + gone :]
    try:
        pact.read_text(text)
    except PactError as error:
        for problem in error.problems:
            file, line, column = problem.where.rsplit(":", 2)
            assert file in ("pact.yaml", "us-mexico-2026.yaml")
            assert int(line) >= 1
            assert int(column) >= 1
            assert problem.what
            assert problem.mend


def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path):
    path = tmp_path / "pact.yml"
    path.write_bytes(b"\xef\xbb\xbf" + EVERY.replace("\n", "\r\n").encode())
    assert pact.read(path) == pact.read_text(EVERY)


def test_json_reads_too():
    text = '{"format": "orepact/1", "id": "j", "title": {"en": "J"}, "status": "signed", '
    text += '"sources": {"s": {"title": "S", "publisher": "P", "confidence": "press"}}, '
    text += '"parties": [{"code": "USA", "from": "2026-01-01"}]}'
    assert pact.read_text(text).members(date(2026, 1, 1)) == ("USA",)


def test_a_file_that_is_not_there():
    with pytest.raises(InputError, match=r"nowhere\.yaml cannot be read"):
        pact.read("nowhere.yaml")


def test_a_text_beyond_reason_is_refused():
    with pytest.raises(PactError, match="characters"):
        pact.read_text("#" * 2_000_001)
