"""The rule for annual probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.study.hazard import CEILING, allied, annual_probability


@given(st.floats(0, 10), st.booleans(), st.booleans())
def test_probability_rises_within_its_range_and_stays_one(governance, controlled, friend):
    u = np.array([0.0, 0.5, 1.0])
    p = annual_probability(governance, u, controlled=controlled, allied=friend)
    assert np.all(np.diff(p) >= 0)
    assert np.all((p > 0) & (p <= CEILING))


def test_worse_governance_and_controls_raise_it_and_alliance_lowers_it():
    def p(g, c=False, a=False):
        return float(annual_probability(g, 0.5, controlled=c, allied=a))

    assert p(2.0) < p(4.0) < p(5.5) < p(7.0) == pytest.approx(0.03)
    assert p(5.5, c=True) == pytest.approx(4 * p(5.5))
    assert p(5.5, a=True) == pytest.approx(0.25 * p(5.5))


def test_allies():
    assert allied("USA", "JPN")
    assert not allied("USA", "CHN")
    with pytest.raises(InputError, match="between 0 and 10"):
        annual_probability(-1.0, 0.5, controlled=False, allied=False)
