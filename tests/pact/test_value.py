"""Exact quantities, values over time and the records that hold them."""

import pickle
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orepact import pact
from orepact.pact.base import FrozenMap, Text
from orepact.pact.value import read_dated

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
PRICES = st.integers(0, 10**6)


@given(steps=st.dictionaries(DAYS, PRICES, min_size=1, max_size=8), on=DAYS)
def test_the_value_of_a_day_is_the_last_that_began(steps, on):
    raw = [{"from": str(d), "value": f"{v} USD/kg"} for d, v in steps.items()]
    began = [d for d in steps if d <= on]
    expected = Decimal(1000) * steps[max(began)] if began else None
    assert read_dated("price")(raw).at(on) == expected


@given(start=DAYS, length=st.integers(1, 5000), value=PRICES)
def test_from_is_included_and_until_is_not(start, length, value):
    end = start + timedelta(days=length)
    raw = [{"from": str(start), "until": str(end), "value": f"{value} t"}]
    held = read_dated("mass")(raw)
    assert held.at(start) == held.at(end - timedelta(days=1)) == value
    assert held.at(end) is None
    assert held.at(start - timedelta(days=1)) is None


@given(cuts=st.lists(DAYS, min_size=4, max_size=4, unique=True))
def test_overlapping_steps_are_refused(cuts):
    a, b, c, d = map(str, sorted(cuts))
    steps = [{"from": a, "until": c, "value": "1 t"}, {"from": b, "until": d, "value": "2 t"}]
    with pytest.raises(Exception, match="overlaps"):
        read_dated("mass")(steps)


def test_units_are_the_same_value():
    one, other = (read_dated("price")(t) for t in ("110 USD/kg", "110_000 USD/t"))
    assert one == other
    assert hash(one) == hash(other)
    assert one.written(date(2027, 1, 1)) == "110 USD/kg"


def test_a_record_cannot_change():
    held = pact.read("us-mexico-2026")
    with pytest.raises(ValidationError, match="frozen"):
        held.status = "signed"
    with pytest.raises(ValidationError, match="frozen"):
        held.instruments[0].floor = None
    with pytest.raises(TypeError):
        held.sources["new"] = held.sources["ustr-plan"]
    with pytest.raises(AttributeError):
        held.instruments[0].floor.timeline = None


def test_a_pact_can_be_hashed_and_pickled():
    held = pact.read("plurilateral-2026")
    assert pickle.loads(pickle.dumps(held)) == held
    assert len({held, pact.read("plurilateral-2026")}) == 1


def test_a_frozen_map_is_a_mapping():
    held = FrozenMap({"a": 1, "b": 2})
    assert dict(held) == {"a": 1, "b": 2} == held
    assert hash(held) == hash(FrozenMap({"b": 2, "a": 1}))
    assert "FrozenMap" in repr(held)


def test_text_falls_back_to_english():
    assert Text(en="Talks", es="Pláticas").in_("es") == "Pláticas"
    assert Text(en="Talks").in_("es") == "Talks"
