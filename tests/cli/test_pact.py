"""check, diff, timeline and schema."""

import json

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator

from orepact import pact


@pytest.mark.parametrize("name", pact.library())
def test_shipped_pacts_hold_together(orepact, name: str) -> None:
    done = orepact("check", name)
    assert done.code == 0
    assert done.err.startswith(f"{name}: 0 errors, ")


def test_remarks_go_to_stdout_and_their_number_to_stderr(orepact, small) -> None:
    done = orepact("check", small())
    assert done.code == 0
    assert done.err == f"small: 0 errors, {len(done.out.splitlines())} other remarks.\n"


def test_all_mistakes_of_a_file_at_once_with_their_places(orepact, small) -> None:
    path = small("3500 USD/t}]\n    basis: {incoterm: FOB", "3500}]\n    basis: {incotrem: FOB")
    done = orepact("check", path)
    assert done.code == 2
    assert done.out == ""
    head, *lines = done.err.splitlines()
    assert "nothing was computed" in head
    text = path.read_text("utf-8").splitlines()
    row = next(n for n, line in enumerate(text, 1) if "3500" in line)
    column = text[row - 1].index("3500") + 1
    assert any(line.startswith(f"{path}:{row}:{column}: '3500' has no unit.") for line in lines), (
        lines
    )
    assert any("Unknown key 'incotrem'. Did you mean 'incoterm'?" in line for line in lines)


def test_a_pact_that_defeats_its_aim_is_one(orepact, small) -> None:
    done = orepact("check", small("instruments:", "agreed: [zinc]\ninstruments:"))
    assert done.code == 1
    assert "error: zinc: It is listed as agreed and has status scenario." in done.out
    assert done.err.startswith("small: 2 errors, ")


def test_diff_in_words(orepact, small) -> None:
    other = small("3500 USD/t", "3600 USD/t", name="other.yaml")
    done = orepact("diff", small(), other)
    assert done.code == 0
    assert "3600" in done.out
    assert "3500" in done.out
    assert orepact("diff", other, other) == (0, "", "")


def test_timeline_moves_with_the_day(orepact) -> None:
    before, after = (
        orepact("timeline", "us-mexico-2026", "--as-of", day).out
        for day in ("2026-03-01", "2026-05-01")
    )
    talks = next(line for line in after.splitlines() if "Sixty days" in line)
    assert before.startswith("us-mexico-2026 as of 2026-03-01\n")
    assert "overdue" not in before
    assert talks in after.split("overdue")[1].split("\n\n")[0]


def test_timeline_in_spanish_and_no_language_that_is_not_there(orepact) -> None:
    assert "Sesenta días" in orepact("timeline", "us-mexico-2026", "--lang", "es").out
    done = orepact("timeline", "us-mexico-2026", "--lang", "fr")
    assert done.code == 2
    assert "No titles in 'fr'" in done.err


def test_timeline_as_a_calendar(orepact, tmp_path) -> None:
    path = tmp_path / "plan.ics"
    done = orepact("timeline", "us-mexico-2026", "--ics", path)
    assert done.code == 0
    assert done.err == f"wrote {path}\n"
    events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert any("Sixty days" in str(e["SUMMARY"]) for e in events)


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "24/11/2026"])
def test_what_is_no_date(orepact, day: str) -> None:
    done = orepact("timeline", "us-mexico-2026", "--as-of", day)
    assert done == (2, "", f"orepact: '{day}' is not a date. Write it as 2026-11-24.\n")


def test_a_calendar_that_cannot_be_written(orepact, tmp_path) -> None:
    path = tmp_path / "missing" / "plan.ics"
    done = orepact("timeline", "us-mexico-2026", "--ics", path)
    assert done.code == 2
    assert f"{path}: No such file or directory" in done.err


def test_the_schema_is_valid_and_holds_files_to_their_form(orepact, small) -> None:
    from ruamel.yaml import YAML

    done = orepact("schema")
    schema = json.loads(done.out)
    Draft202012Validator.check_schema(schema)
    held = Draft202012Validator(schema)

    def errors(path):
        text = json.dumps(YAML(typ="safe", pure=True).load(path), default=str)
        return list(held.iter_errors(json.loads(text)))

    assert errors(small()) == []
    assert errors(small("incoterm", "incotrem"))
