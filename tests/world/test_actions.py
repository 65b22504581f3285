"""Dated US actions: which lines and origins they reach."""

from datetime import date

import pytest

from orepact.errors import WorldError
from orepact.world.actions import Action, _action, action_rows, actions
from orepact.world.register import check_sources

ZINC = ("zinc", "refined")
LINES = ("79011100", "79011210")
HALF = {("79011100", "MEX"): 0.5}


def rows(**more):
    held = {"component": "s122", "rate": (0.1, 0.1, 0.15), "lines": "all", "source": "x"} | more
    found = action_rows(ZINC, LINES, {"79011100"}, HALF, [Action(**held)])
    return {(r.origin, r.code): r.rates for r in found}


def test_every_action_of_the_file_is_read_and_its_source_is_registered() -> None:
    check_sources(a.source for a in actions())
    assert {a.start for a in actions()} >= {date(2025, 2, 4), date(2026, 2, 24)}


def test_annex_2_splits_the_lines() -> None:
    assert set(rows()) == {("", c) for c in LINES}
    assert set(rows(lines="listed")) == {("", "79011100")}
    assert set(rows(lines="unlisted")) == {("", "79011210")}
    assert set(rows(lines=("790112",))) == {("", "79011210")}


def test_lines_under_section_232_pay_no_more_than_that() -> None:
    wire = Action("s122", (0.1, 0.1, 0.1), "unlisted", "x")
    found = list(action_rows(("aluminium", "metal"), ("76011060",), (), {}, [wire]))
    assert found == []


def test_canada_and_mexico_pay_on_what_does_not_claim_usmca() -> None:
    found = rows(claimed=True)
    assert found["MEX", "79011100"] == pytest.approx((0.0, 0.05, 0.15))
    assert found["CAN", "79011100"] == pytest.approx((0.0, 0.0, 0.15))  # no share held
    assert found["", "79011100"] == (0.1, 0.1, 0.15)
    assert set(rows(claimed=True, origins=("CAN",))) == {("CAN", c) for c in LINES}


def test_the_spared_pay_nothing() -> None:
    assert rows(spared=("AUS",))["AUS", "79011100"] == (0.0, 0.0, 0.0)


def test_a_misspelt_key_or_selector_is_refused() -> None:
    entry = {"component": "s122", "rate": [0, 0, 0], "lines": "all", "source": "x"}
    with pytest.raises(WorldError, match="unknown key 'form'"):
        _action(entry | {"form": date(2025, 1, 1)})
    with pytest.raises(WorldError, match="'everything' is none of"):
        _action(entry | {"lines": "everything"})
