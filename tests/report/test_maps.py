"""Maps: the projection, the classes, and that what is drawn is what was given."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact.catalogue import regions
from orepact.errors import UnknownIdError, WorldError
from orepact.report import maps, numbers, words
from orepact.report.maps import STEPS, equal_earth, legend, shapes, step, world_map


def test_equal_earth_at_published_points():
    # Savric, Patterson and Jenny 2018: the pole is 0.59 as long as the equator
    x, y = equal_earth(np.array([180.0, 180.0, 0.0]), np.array([0.0, 90.0, 90.0]))
    assert x[0] == pytest.approx(2.70663, abs=1e-5)
    assert x[1] / x[0] == pytest.approx(0.5922, abs=5e-4)
    assert y[2] == pytest.approx(1.31737, abs=1e-5)


@given(st.floats(-170, 170), st.floats(-85, 85))
def test_equal_earth_keeps_areas(lon, lat):
    h = 1e-3
    x, y = equal_earth(np.array([lon, lon + h, lon]), np.array([lat, lat, lat + h]))
    drawn = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    true = np.radians(h) ** 2 * np.cos(np.radians(lat))
    assert drawn == pytest.approx(true, rel=2e-3)


@given(st.floats(0, 1))
def test_classes_grow_with_the_share(x):
    assert 0 <= step(x) <= len(STEPS)
    assert (step(x) == 0) == (x == 0)
    assert all(step(x) >= step(y) for y in np.linspace(0, x, 5))


def test_the_legend_names_every_class():
    assert [n for n, _ in legend()] == list(range(len(STEPS) + 1))
    assert legend()[1][1] == "under 1 %"
    assert legend()[-1][1] == "over 50 %"


def test_every_region_has_its_place_in_the_frame():
    held = shapes()
    assert set(held) == set(regions())
    for s in held.values():
        assert 0 < s.x < maps.WIDTH
        assert 0 < s.y < maps.HEIGHT
    area = {r: s.area for r, s in held.items()}
    # land areas, million km2: Australia 7.7, Brazil 8.5, Greenland is in the Other Americas
    assert area["BRA"] / area["AUS"] == pytest.approx(8.5 / 7.7, rel=0.03)


def test_what_is_drawn_is_what_was_given():
    shares = {"CHN": 0.9, "SGP": 0.06, "EUN": 0.03, "XAF": 0.01}
    svg = world_map(shares, "Test", party="USA", most=3)
    for region in regions():
        share = shares.get(region, 0.0)
        if region in maps.POINTS:
            continue
        path = re.search(
            rf'<path (class="q\d"|fill="[^"]+") d="[^"]+"><title>{re.escape(words.place(region))}'
            rf"(?: \(together\))?: ([^<]+)</title>", svg,
        )  # fmt: skip
        assert path, region
        pooled = region == "XAF"  # countries counted together: hatched, whatever their share
        assert path[1] == ('fill="url(#hatch-pool)"' if pooled else f'class="q{step(share)}"')
        assert path[2] == (numbers.share(share) if share else "none")
    named = re.findall(r'class="label"[^>]*>([^<]+)<', svg)
    assert named == ["China 90\xa0%", "Singapore 6.0\xa0%", "EU 3.0\xa0%", "United States"]
    assert 'class="q3" cx=' in svg  # too small for an outline: a dot
    assert svg.count('class="own"') == 1


@given(st.sets(st.sampled_from(regions()), min_size=1, max_size=8))
def test_names_never_cover_each_other(chosen):
    svg = world_map({r: 1 / len(chosen) for r in chosen}, "Test", most=8)
    boxes = []
    for x, y, text in re.findall(r'class="label" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)<', svg):
        half = maps.LETTER * len(text.replace("&#39;", "'")) / 2
        boxes.append((float(x) - half, float(y) - maps.LINE, float(x) + half, float(y)))
    for i, a in enumerate(boxes):
        assert a[0] >= maps.CUT
        assert a[2] <= maps.WIDTH - maps.CUT
        for b in boxes[:i]:
            over = min(a[3], b[3]) - max(a[1], b[1])
            assert a[0] >= b[2] or b[0] >= a[2] or over <= 4.001


def test_a_name_stands_on_its_own_side_and_covers_no_other_leader():
    svg = world_map({"CHN": 0.7, "CHL": 0.2, "ARG": 0.055, "AUS": 0.018, "KOR": 0.01}, "Test")
    at = {
        text.split("\xa0")[0].rsplit(" ", 1)[0]: float(x)
        for x, text in re.findall(r'class="label" x="([\d.]+)"[^>]*>([^<]+)<', svg)
    }
    held = shapes()
    assert at["Chile"] < held["CHL"].x < held["ARG"].x < at["Argentina"]
    niobium = world_map({"BRA": 0.9, "CAN": 0.07, "COD": 0.008, "RWA": 0.002}, "Test", party="CAN")
    assert len(re.findall(r'class="label"', niobium)) == 4


def test_a_narrow_screen_has_its_own_larger_names():
    svg = world_map({"CHN": 0.7, "CHL": 0.2, "ARG": 0.055, "AUS": 0.018}, "Test")
    assert len(re.findall(r'class="label phone"', svg)) == maps.PHONE_LABELS


def test_land_overseas_is_not_coloured_as_the_eu():
    french_guiana = shapes()["EUN"].far
    assert french_guiana.count("M") == 1
    assert f'<path class="q0" d="{french_guiana}"/>' in world_map({"EUN": 1.0}, "Test")


def test_an_unknown_region_and_a_missing_table_are_told(tmp_path):
    with pytest.raises(UnknownIdError, match="no region 'CHM'"):
        world_map({"CHM": 1.0}, "Test")
    with pytest.raises(WorldError, match="shapes"):
        world_map({"CHN": 1.0}, "Test", folder=tmp_path)


def test_titles_are_escaped():
    assert "<b>" not in world_map({"CHN": 1.0}, '<b>"&')
