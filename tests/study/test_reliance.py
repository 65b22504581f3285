"""Import reliance and spare capacity: closed forms and refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.study.reliance import apparent_use, import_reliance, spare_elsewhere

tonnes = st.floats(0.0, 1e6)


@given(tonnes, tonnes, tonnes)
def test_reliance_is_one_less_the_home_share(production, imports, exports):
    use = apparent_use(production, imports, exports)
    if use <= 1.0:
        return
    got = import_reliance(imports, exports, 0.0, use)
    assert got == pytest.approx(1.0 - production / use, abs=1e-9)


def test_survey_example_antimony():
    # US antimony 2024, USGS Mineral Commodity Summaries 2026: 588 t primary (mine and smelter),
    # 3,330 t secondary, use 28,600 t, net import reliance published as 86 %
    assert import_reliance(28600 - 588 - 3330, 0.0, 0.0, 28600) == pytest.approx(0.863, abs=5e-4)


def test_a_net_exporter_is_negative():
    assert import_reliance(0.0, 50.0, 0.0, 100.0) == -0.5


def test_contradictions_are_refused():
    with pytest.raises(InputError, match="production would be negative"):
        import_reliance(120.0, 0.0, 0.0, 100.0)
    with pytest.raises(InputError, match="needs a positive use"):
        import_reliance(1.0, 0.0, 0.0, 0.0)


def test_spare_elsewhere():
    assert spare_elsewhere(100.0, 100.0, 10.0) == 0.0
    with pytest.raises(InputError, match="nothing to replace"):
        spare_elsewhere(100.0, 90.0, 0.0)
    with pytest.raises(InputError, match="exceeds the capacity"):
        spare_elsewhere(90.0, 100.0, 10.0)
