"""Tables of who pays: one column for many members, relief, traces, who keeps the wedge."""

from dataclasses import replace

import numpy as np
import pytest

from orepact.report import payers
from orepact.report.numbers import MINUS
from orepact.study.incidence import Border


def number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace("+", "").replace(",", ""))


def test_columns_and_rows_add_up(ranged, many):
    for run in (ranged, many):
        for mr in run.minerals.values():
            table = payers.money_table(run, mr)
            rows = np.array([[number(c.text) for c in x.cells] for x in table.lines])
            size = np.abs(rows).max()
            assert table.lines[-1].head == "Welfare"
            assert rows[:-1].sum(0) == pytest.approx(rows[-1], abs=0.02 * size + 0.1)
            assert rows[:, :-1].sum(1) == pytest.approx(rows[:, -1], abs=0.02 * size + 0.1)


def test_many_members_have_one_column(ranged, many):
    (zinc,) = many.minerals.values()
    assert payers.money_table(many, zinc).columns == ("Members", "Other countries", "World")
    two = payers.money_table(ranged, ranged.minerals["ndpr"]).columns
    assert two == ("United States", "Mexico", "Other countries", "World")


def test_without_charges_there_is_no_table_of_borders(ranged, with_mineral):
    gallium = ranged.minerals["gallium"]
    still = replace(gallium, policy=gallium.base)
    assert payers.border_table(ranged, still) is None
    money = payers.money_table(ranged, still)
    assert [x.head for x in money.lines] == ["Welfare"]


def test_relief_on_traces_is_not_told(ranged):
    ndpr = ranged.minerals["ndpr"]
    one = np.array(1.0)
    trace = Border("magnet", "USA", True, 1e-3 * one, -280 * one, one, 0 * one, 0 * one, {})
    assert not payers._told(ndpr, trace)
    assert payers._told(ndpr, replace(trace, tonnes=100 * one))
    assert not payers._told(ndpr, replace(trace, tonnes=100 * one, buyer=np.array(np.nan)))
    assert payers._told(ndpr, replace(trace, relief=False))


def test_who_keeps_the_wedge_is_named():
    one = np.array(1.0)
    kept = {"treasury": 0.7 * one, "importers": 0 * one, "exporters": 0.3 * one}
    b = Border("magnet", "USA", False, one, one, one, one, one, kept)
    assert payers._keepers(b) == "the importer's treasury (70%) and the exporter's side (30%)"
    assert payers._keepers(replace(b, kept={"treasury": one})) == "the importer's treasury"
