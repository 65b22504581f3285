"""The two ways to solve a stop, side by side."""

from __future__ import annotations

from orepact import world
from orepact.study.engines import engines


def test_the_large_stop_is_large_in_both_and_the_small_one_small():
    found = {p.supplier: p for p in engines("USA", world.load(), ["bismuth"], draws=8)}
    large, small = found["CHN"], found["KOR"]
    assert large.chain_stage == large.survey_stage == "refined"
    for name in ("chain_rise", "survey_rise", "chain_shortfall", "survey_shortfall"):
        assert getattr(large, name).median > 3 * getattr(small, name).median > 0


def test_minerals_without_a_chain_are_left_out():
    assert engines("USA", world.load(), ["rhodium"], draws=8) == []
