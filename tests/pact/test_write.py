"""A pact written back reads as the same pact."""

from datetime import date

import pytest

from orepact import pact
from orepact.pact.compare import diff
from orepact.pact.write import dump


@pytest.mark.parametrize("name", pact.library())
def test_round_trip(name):
    held = pact.read(name)
    again = pact.read_text(dump(held))
    assert again == held
    assert diff(held, again) == []
    assert dump(again) == dump(held)


def test_round_trip_of_a_changed_pact():
    held = pact.read("us-mexico-2026").with_member("CAN", date(2028, 1, 1), date(2031, 1, 1))
    held = held.with_instrument(
        {
            "kind": "trade_action",
            "id": "quota",
            "action": "tariff_rate_quota",
            "by": ["USA"],
            "against": ["CHN", "VNM"],
            "mineral": "ndpr",
            "stages": "all",
            "from": "2027-01-01",
            "until": "2030-01-01",
            "limit": [
                {"from": "2027-01-01", "until": "2028-01-01", "value": "5 kt"},
                {"from": "2028-06-01", "value": "4000 t"},
            ],
            "rate": "25 %",
            "rent_holder": "importer",
            "status": "scenario",
            "source": "scenario",
        }
    )
    assert pact.read_text(dump(held)) == held


def test_values_keep_their_units():
    text = dump(pact.read("us-mexico-2026"))
    assert "110 USD/kg" in text
    assert "25 USD/lb" in text
    assert "Plan de Acción México" in text
