"""The JSON Schema admits what reads, and refuses mistakes of form."""

from pathlib import Path

import jsonschema
import pytest

from orepact import pact
from orepact.pact.files import fetch
from orepact.pact.schema import schema
from orepact.pact.tree import parse

FOLDER = Path(__file__).parent
CHECKER = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())


def as_editors_see_it(text):
    """The tree with the booleans and whole numbers that a YAML 1.2 editor makes of it."""
    node, problems = parse(text, "pact.yaml")
    assert not problems
    return typed(node.plain())


def typed(value):
    if isinstance(value, dict):
        return {k: typed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [typed(v) for v in value]
    return {"true": True, "false": False}.get(value, int(value) if _whole(value) else value)


def _whole(value):
    return isinstance(value, str) and value.isdigit()


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", pact.library())
def test_admits_the_library(name):
    CHECKER.validate(as_editors_see_it(fetch(name).text))


@pytest.mark.parametrize(
    "mistake",
    [
        "key_unknown",
        "key_unknown_inside",
        "key_unknown_at_the_top",
        "kind_unknown",
        "kind_missing",
        "unit_missing",
        "mineral_unknown",
        "mineral_by_alias",
        "stage_unknown",
        "country_unknown",
        "country_of_a_region",
        "date_impossible",
        "date_in_another_order",
        "status_missing",
        "status_unknown",
        "source_missing",
        "confidence_missing",
        "party_without_date",
        "format_missing",
        "format_of_another_version",
        "member_named_twice",
        "truth_unclear",
        "title_in_no_language",
        "floor_empty",
        "group_misspelt",
    ],
)
def test_refuses_mistakes_of_form(mistake):
    text = FOLDER.joinpath("malformed", f"{mistake}.yaml").read_text("utf-8")
    assert list(CHECKER.iter_errors(as_editors_see_it(text)))


def test_admits_the_file_without_mistakes():
    CHECKER.validate(as_editors_see_it(FOLDER.joinpath("valid.yaml").read_text("utf-8")))
