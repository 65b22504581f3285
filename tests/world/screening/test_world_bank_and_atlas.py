import json

import pytest
from publishers import write

from orepact.errors import WorldError
from orepact.world.sources import cma, wgi

HEADER = "iso3,year,CC,GE,PV,RL,RQ,VA,mean6"


def test_governance_is_the_latest_mean_of_six(tmp_path):
    rows = [("PER", "2021", *["1"] * 6, "1"), ("PER", "2022", *["-1"] * 6, "-1"),
            ("CHL", "2022", "", *["1"] * 5, "1"), ("XYZ", "2022", *["0"] * 6, "0")]  # fmt: skip
    write(tmp_path / wgi.WGI, HEADER, rows)
    assert wgi.governance(tmp_path).rows() == [("PER", 2022, -1.0)]


def test_a_mean_that_is_not_the_mean_is_refused(tmp_path):
    write(tmp_path / wgi.WGI, HEADER, [("PER", "2022", *["1"] * 6, "1.5")])
    with pytest.raises(WorldError, match=r"row 2: mean6 1.5 is not the mean"):
        wgi.governance(tmp_path)


def test_an_estimate_out_of_scale_is_refused(tmp_path):
    write(tmp_path / wgi.WGI, HEADER, [("PER", "2022", *["9"] * 6, "9")])
    with pytest.raises(WorldError, match="beyond 4"):
        wgi.governance(tmp_path)


def _atlas(folder, name, rows):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"rows": rows}))


def test_the_atlas_s_labels_become_ours_and_magnets_are_left_out(tmp_path):
    rows = [{"label": "magnets", "recycling": 1}, {"label": "baryte", "recycling": 3}]
    _atlas(tmp_path, cma.FILES["recycling"][0], rows)
    assert cma.shares(tmp_path, "recycling").rows() == [("barite", 0.03, 2)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [([{"label": "tin"}], "lacks its label"), ([{"label": "tin", "recycling": 120}], "entry 1")],
)
def test_what_the_atlas_lacks_or_overstates_is_named(tmp_path, rows, message):
    _atlas(tmp_path, cma.FILES["recycling"][0], rows)
    with pytest.raises(WorldError, match=message):
        cma.shares(tmp_path, "recycling")


def test_output_needs_tonnes_and_known_countries(tmp_path):
    entry = {"label": "boron", "unit": "metric tonnes", "world_tonnes": 10,
             "top5": [{"name": "Ruritania", "tonnes": 4}]}  # fmt: skip
    _atlas(tmp_path, cma.PRODUCTION, [entry])
    with pytest.raises(WorldError, match="Ruritania"):
        cma.mined(tmp_path, "boron")
    with pytest.raises(WorldError, match="no output of 'tin'"):
        cma.mined(tmp_path, "tin")
