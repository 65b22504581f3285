"""Composite, rank correlation, lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.study.ranking import WEIGHTS, composite, disagreements, overlap, spearman


def test_weights_add_to_one():
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


@given(st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.floats(0, 1), min_size=1))
def test_score_is_a_mean_of_what_is_known(components):
    score, known = composite(components)
    assert min(components.values()) - 1e-9 <= score <= max(components.values()) + 1e-9
    assert known == pytest.approx(sum(WEIGHTS[k] for k in components))


def test_unknown_components_are_left_out_not_zero():
    assert composite({"import reliance": 0.8, "recycling": None})[0] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("components", "why"),
    [
        ({"reliance": 0.5}, "No weight for reliance"),
        ({"recycling": 1.5}, "recycling do not"),
        ({"recycling": None}, "no score"),
    ],
)
def test_composite_refuses(components, why):
    with pytest.raises(InputError, match=why):
        composite(components)


def test_spearman_by_hand_with_a_tie():
    # ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5)
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(4.5 / 22.5**0.5)
    with pytest.raises(InputError, match="no order"):
        spearman([1, 1, 1], [1, 2, 3])
    with pytest.raises(InputError, match="three at least"):
        spearman([1, 2], [1, 2])


def test_lists():
    o = overlap("US", ["a", "b"], "EU", ["b", "c"])
    assert (o.both, o.only_first, o.only_second) == (("b",), ("a",), ("c",))
    assert disagreements(["x", "a", "b"], {"US": ["a", "b"]}, 1) == (("x",), ("b",))
