"""The flow picture of a stage without a pact: nothing is left out, weak data are hatched."""

import pytest

from orepact import world
from orepact.report.drawing import panel_svg
from orepact.report.flows import world_panel
from orepact.report.language import language
from orepact.report.mineral_account import Share, largest

EARTH = world.load()


@pytest.mark.parametrize("mineral", ["ndpr", "zinc", "gallium"])
def test_bands_add_up_to_all_shipments(mineral):
    chain = EARTH.chain(mineral)
    for k, stage in enumerate(chain.stages):
        panel = world_panel(chain, stage, "USA")
        assert panel.total == pytest.approx(chain.trade[k].sum())
        assert sum(b.tonnes for b in panel.bands) == pytest.approx(chain.trade[k].sum())
        assert panel.unseen == 0
        assert not panel.after


def test_the_party_and_china_are_named():
    panel = world_panel(EARTH.chain("ndpr"), "magnet", "MEX", language("es"))
    roles = {n.name: n.role for n in panel.destinations}
    assert roles["México"] == "member"
    assert roles["China"] == "china"


def test_scenario_data_are_hatched_throughout():
    chain = EARTH.chain("dysprosium")
    stage = next(s for s, g in chain.grade.items() if g == "scenario")
    panel = world_panel(chain, stage, "USA")
    assert panel.bands
    assert all(b.weak for b in panel.bands)
    assert "hatch-" in panel_svg(panel, "x")


def test_the_largest_and_the_rest_add_up():
    shares = [Share(c, s, False) for c, s in (("CHN", 0.5), ("USA", 0.2), ("MEX", 0.2))]
    found = largest([*shares, Share("", 0.1, True)], 2)
    assert [s.place for s in found] == ["CHN", "USA", ""]
    assert sum(s.share for s in found) == pytest.approx(1)
    assert [s.place for s in largest(shares, 2)] == ["CHN", "USA", "MEX"]
