"""The pacts that ship: they read, say what they are, and follow their own stated rule."""

from datetime import date

import pytest

from orepact import pact

START = date(2027, 1, 1)


@pytest.mark.parametrize("name", pact.library())
def test_reads_and_has_a_first_day_with_everything_in_force(name):
    held = pact.read(name)
    assert held.id == name
    on = held.default_date()
    assert set(held.in_force(on)) == set(held.instruments)
    assert set(held.members(on)) == {p.code for p in held.parties}
