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
def test_score_is_a_weighted_mean_and_never_above_the_largest_component(components):
    score, known = composite(components)
    assert 0 <= score <= max(components.values()) + 1e-9
    assert known == pytest.approx(sum(WEIGHTS[k] for k in components))
    full = {k: components.get(k, 0.0) for k in WEIGHTS}
    assert composite(full)[0] == pytest.approx(score)


@given(
    st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.floats(0, 1), min_size=2),
    st.data(),
)
def test_a_score_never_rises_because_a_component_is_unknown(components, data):
    hidden = data.draw(st.sampled_from(sorted(components)))
    score, known = composite(components)
    less, weight = composite({**components, hidden: None})
    assert less <= score + 1e-12
    assert weight < known


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
