"""Frozen rows refuse figures without a basis and gaps without a reason."""

from __future__ import annotations

import pytest

from orepact.errors import InputError
from orepact.study.screened import Metric, Screen


def test_a_figure_needs_a_basis_and_a_gap_a_reason():
    with pytest.raises(InputError, match="needs a basis"):
        Metric(1.0)
    with pytest.raises(InputError, match="reason why"):
        Metric(None)
    assert Metric(1.0, "survey").known


def test_a_row_that_is_not_there():
    screen = Screen("USA", 2024, "", (), 0, 2026, (), ())
    with pytest.raises(InputError, match="no row for gallium"):
        screen.row("gallium")
