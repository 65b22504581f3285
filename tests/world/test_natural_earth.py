"""Outlines of regions: a world of two squares and an island, and files that are not whole."""

import json

import pytest

from orepact.catalogue import regions
from orepact.errors import WorldError
from orepact.world.sources import natural_earth
from orepact.world.sources.natural_earth import COUNTRIES, merge, shapes, unwrap

# France west of Germany, with one border; Japan across the date line; whole degrees
ARCS = [
    [[190, 50], [0, -10]],  # the border, northwards first point
    [[190, 40], [-10, 0], [0, 10], [10, 0]],  # round the west
    [[190, 50], [10, 0], [0, -10], [-10, 0]],  # round the east
    [[359, 10], [-358, 0], [0, 5], [358, 0], [0, -5]],  # 179 E to 179 W
]


def land(*geometries):
    return {
        "type": "Topology",
        "transform": {"scale": [1, 1], "translate": [-180, 0]},
        "arcs": ARCS,
        "objects": {"countries": {"type": "GeometryCollection", "geometries": list(geometries)}},
    }


def area(id, *rings, name="x"):
    out = {"type": "Polygon", "arcs": list(rings), "properties": {"name": name}}
    return out | ({"id": id} if id else {})


FRANCE, GERMANY, JAPAN = area("250", [0, 1]), area("276", [2, ~0]), area("392", [3])


@pytest.fixture
def folder(tmp_path):
    def put(world):
        path = tmp_path / COUNTRIES
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(world if isinstance(world, str) else json.dumps(world))
        return tmp_path

    return put


def ring(table, region):
    return [(r["x"] / 100, r["y"] / 100) for r in table.filter(region=region).iter_rows(named=True)]


def test_borders_inside_a_region_are_dissolved(folder):
    table = shapes(folder(land(FRANCE, GERMANY)))
    assert table["region"].unique().to_list() == ["EUN"]
    assert table["ring"].n_unique() == 1
    outline = ring(table, "EUN")
    assert set(outline) == {(10, 40), (0, 40), (0, 50), (10, 50), (20, 50), (20, 40)}
    assert len(outline) == 6


def test_borders_between_regions_stay(folder):
    table = shapes(folder(land(FRANCE, GERMANY | {"id": "756"})))
    assert sorted(set(table["region"])) == ["CHE", "EUN"]
    assert {(10, 40), (10, 50)} <= set(ring(table, "CHE")) & set(ring(table, "EUN"))


def test_no_outline_jumps_across_the_date_line(folder):
    x = [p[0] for p in ring(shapes(folder(land(JAPAN))), "JPN")]
    assert set(x) == {179, 181}


def test_shapes_without_a_code_are_filed_by_name_and_the_antarctic_is_left_out(folder):
    table = shapes(folder(land(area(None, [0, 1], name="Kosovo"), area("010", [3]))))
    assert table["region"].unique().to_list() == ["XEU"]


@pytest.mark.parametrize(
    ("world", "told"),
    [
        ("{", "no quantised TopoJSON"),
        ({"type": "FeatureCollection"}, "no quantised TopoJSON"),
        (land(area("999", [0, 1], name="Atlantis")), "'Atlantis' has the code '999'"),
        (land(area(None, [0, 1], name="Atlantis")), "'Atlantis' has the code None"),
        (land(area("250", [0, 9])), "an arc that is not there"),
        (land(area("250", [])), "an arc that is not there"),
        (land(area("250", [0])), "an outline ends at"),
        (land(FRANCE | {"type": "LineString"}), "a 'LineString' is no area"),
        (land(FRANCE) | {"arcs": [[[1, 2, 3]], *ARCS[1:]]}, "arc 0: "),
        (land(FRANCE) | {"arcs": [[[190, 500], [0, -10]], *ARCS[1:]]}, "off the map"),
    ],
)
def test_a_file_that_is_not_whole_is_told(folder, world, told):
    with pytest.raises(WorldError, match=told):
        shapes(folder(world))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WorldError, match="countries-110m"):
        shapes(tmp_path)


def test_rings_that_touch_at_a_point_are_told_apart_or_joined_to_the_same_area():
    arcs = [[(0, 0), (1, 0), (1, 1), (0, 0)], [(0, 0), (-1, 0), (-1, -1), (0, 0)]]
    found = merge([(0,), (1,)], arcs)
    twice = sum(
        x * y1 - x1 * y for r in found for (x, y), (x1, y1) in zip(r, [*r[1:], r[0]], strict=True)
    )
    assert abs(twice) == 2


def test_a_ring_round_the_pole_is_refused():
    with pytest.raises(WorldError, match="goes round a pole"):
        unwrap([(x, 8000) for x in range(-18000, 18000, 6000)])


def test_the_shipped_table_holds_every_region_but_the_smallest():
    import polars as pl

    from orepact.report.maps import POINTS
    from orepact.world.compiled import TABLES

    path = TABLES / "shapes.parquet"
    table = pl.read_parquet(path)
    assert dict(table.schema) == dict(natural_earth.SCHEMA)
    assert set(regions()) - set(table["region"]) == set(POINTS)
    assert path.stat().st_size < 150_000
    assert table["x"].min() > -18500
    assert table["x"].max() < 19500
