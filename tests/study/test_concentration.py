"""Concentration: closed forms, properties, refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.study.concentration import (
    bloc_hhi,
    governed_hhi,
    hhi,
    scaled_governance,
    shares,
    single_point_of_failure,
    top,
)

amounts = st.lists(st.floats(1, 1e6), min_size=1, max_size=12).map(
    lambda v: {f"C{i}": x for i, x in enumerate(v)}
)


@given(amounts)
def test_hhi_lies_between_equal_suppliers_and_one(made):
    assert 1e4 / len(made) - 1e-6 <= hhi(shares(made)) <= 1e4 + 1e-6


@given(st.integers(1, 50))
def test_more_equal_suppliers_mean_less_concentration(n):
    def of(k):
        return hhi(shares({f"C{i}": 1.0 for i in range(k)}))

    assert of(n) == pytest.approx(1e4 / n)
    assert of(n + 1) < of(n)


@given(amounts)
def test_splitting_a_supplier_lowers_the_index(made):
    name, value = next(iter(made.items()))
    split = {**made, name: value / 2, "other half": value / 2}
    assert hhi(shares(split)) < hhi(shares(made))


@given(amounts, st.integers(0, 12))
def test_every_member_lowers_what_the_bloc_faces(made, n):
    members = list(made)[:n]
    of = shares(made)
    assert bloc_hhi(of, members) <= bloc_hhi(of, members[:-1]) + 1e-9
    assert bloc_hhi(of, []) == pytest.approx(hhi(of))
    assert bloc_hhi(of, list(made)) == 0.0


def test_governed_index_of_one_supplier_is_its_score_times_its_trade_parameter():
    assert governed_hhi({"A": 1.0}, {"A": 6.0}, {"A": 1.1}) == pytest.approx(6.6)


def test_governance_runs_from_zero_to_ten():
    assert scaled_governance(-0.4) == pytest.approx(5.8)
    with pytest.raises(InputError, match=r"not between -2\.5 and 2\.5"):
        scaled_governance(5.8)


def test_a_missing_score_is_named_not_skipped():
    with pytest.raises(InputError, match="No trade parameter for B"):
        governed_hhi({"A": 0.5, "B": 0.5}, {"A": 1.0, "B": 1.0}, {"A": 1.0})


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"A": -1.0}, "negative or no number"),
        ({"A": float("nan")}, "negative or no number"),
        ({"A": 0.0}, "Nothing is supplied"),
        ({}, "Nothing is supplied"),
    ],
)
def test_shares_refuse(made, why):
    with pytest.raises(InputError, match=why):
        shares(made)


def test_shares_of_more_than_the_whole_are_refused():
    with pytest.raises(InputError, match=r"add to 1\.100000"):
        hhi({"A": 0.7, "B": 0.4})


@given(amounts, st.floats(0.01, 1.0))
def test_what_is_not_told_apart_counts_as_no_concentration(made, told):
    part = {k: told * s for k, s in shares(made).items()}
    assert hhi(part) == pytest.approx(told**2 * hhi(shares(made)))
    finest = {**part, **{f"rest {i}": (1 - told) / 1000 for i in range(1000)}}
    assert hhi(part) <= hhi(finest) + 1e-9


def test_single_point_by_share_and_by_lone_producer():
    of = {"A": 0.65, "B": 0.35}
    assert not single_point_of_failure(of)
    assert single_point_of_failure(of, domestic_producers=1)
    assert single_point_of_failure({"A": 0.66, "B": 0.34})
    assert top({"B": 0.5, "A": 0.5}) == ("A", 0.5)
