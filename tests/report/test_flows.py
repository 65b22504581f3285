import re
from html.parser import HTMLParser

import numpy as np
import pytest

from orepact import report
from orepact.errors import UnknownIdError
from orepact.report import flows


@pytest.fixture
def pairs(ranged, central, many):
    return [
        (run, mr, s, *flows.panels(mr, s, run.members))
        for run in (ranged, central, many)
        for mr in run.minerals.values()
        for s in mr.chain.stages
    ]


def test_panels_hold_every_tonne_that_touches_a_member(pairs):
    for run, mr, stage, before, after in pairs:
        k, market = mr.chain.stages.index(stage), mr.base.market
        inside = np.array([r in run.members for r in market.regions])
        for panel, x in ((before, mr.base.state.x[k]), (after, mr.policy.state.x[k])):
            seen = x[inside].sum() + x[:, inside].sum() - x[np.ix_(inside, inside)].sum()
            assert panel.total == pytest.approx(seen, rel=1e-12)
            assert sum(b.tonnes for b in panel.bands) == pytest.approx(seen, rel=1e-12)
            for side in (panel.origins, panel.destinations):
                assert sum(n.now for n in side) == pytest.approx(seen, rel=1e-12)
            own = sum(x[i, i] for i in np.flatnonzero(~inside))
            assert panel.unseen == pytest.approx(x.sum() - seen - own, rel=1e-9, abs=1e-6)


def test_height_is_tonnes_on_one_scale(pairs):
    for *_, before, after in pairs:
        bands = [b for p in (before, after) for b in p.bands]
        scale = max(b.height for b in bands) / max(b.tonnes for b in bands)
        assert all(b.height == pytest.approx(scale * b.tonnes, rel=1e-9) for b in bands)
        assert [n.name for n in before.origins] == [n.name for n in after.origins]


def test_nodes_leave_room_for_two_lines_of_text(pairs):
    for *_, before, after in pairs:
        for panel in (before, after):
            for side in (panel.origins, panel.destinations):
                middle = [n.y + n.height / 2 for n in side]
                assert all(np.diff(middle) >= flows.SLOT)
                assert all(n.y >= -1e-9 and n.y + n.height <= panel.height + 1e-9 for n in side)
                assert len(side) <= 5 + flows.NAMED + 1


def test_imputed_and_opened_routes_are_weak(ranged):
    from orepact.world import KINDS

    mr = ranged.minerals["ndpr"]
    for k, stage in enumerate(mr.chain.stages):
        before, _ = flows.panels(mr, stage, ranged.members)
        named = {b.origin: b for b in before.bands if b.destination == "China"}
        o, d = (mr.chain.regions.index(r) for r in ("USA", "CHN"))
        if "United States" in named:
            kind = KINDS[mr.chain.kind[k, o, d]]
            assert named["United States"].weak == (kind in flows.WEAK)


def test_the_picture_stands_alone(ranged):
    svg = report.picture(ranged, "nd")
    assert svg.count("http") == 1
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert "Scenario: no authority has published these floors." in svg
    assert "data: mostly imputed" in svg
    assert "var(" not in svg
    used = set(re.findall(r"url\(#([\w-]+)\)", svg))
    assert used <= set(re.findall(r'id="([\w-]+)"', svg))
    HTMLParser().feed(svg)


def test_the_picture_as_png(ranged):
    png = report.png(report.picture(ranged, "gallium"))
    assert png.startswith(b"\x89PNG")


def test_a_mineral_that_the_run_lacks_is_refused(ranged):
    with pytest.raises(UnknownIdError, match="holds no 'zinc'"):
        report.picture(ranged, "zinc")
