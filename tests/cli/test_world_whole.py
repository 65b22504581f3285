"""One miniature folder feeds a whole build: chains, other years, screening and maps."""

import json

import polars as pl
import pytest

import miniature_whole
from orepact import world
from orepact.world.compiled import TABLES
from orepact.world.sources.inputs import PARTS

IDS = ",".join(miniature_whole.MINERALS)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return miniature_whole.write(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def built(orepact, raw, tmp_path):
    words = ("--sources", raw, "--out", tmp_path / "out", "--minerals", IDS)
    done = orepact("world", "build", *words, "--parts", ",".join(PARTS))
    assert done.code == 0, done.err
    return tmp_path / "out"


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.parquet")}


def test_a_whole_build_makes_every_table_of_the_package_and_the_same_bytes(
    orepact, built, raw, tmp_path
):
    shipped = {p.relative_to(TABLES).as_posix() for p in TABLES.rglob("*.parquet")}
    assert set(files(built)) == shipped
    for name in shipped:
        assert pl.read_parquet_schema(built / name) == pl.read_parquet_schema(TABLES / name), name
    again = tmp_path / "again"
    words = ("--sources", raw, "--out", again, "--minerals", IDS, "--parts", ",".join(PARTS))
    assert orepact("world", "build", *words).code == 0
    assert files(again) == files(built)


def test_every_year_and_the_screening_of_all_minerals_load(orepact, built):
    for year, held in ((2019, {"magnesium"}), (2022, {"magnesium"}), (2023, {*IDS.split(",")})):
        assert set(world.load(year, built).chains) == held
    assert world.load(2025, built).chain("zinc").output.sum() > 0
    done = orepact("screen", "--world", built, "--draws", "2", "--most", "99", "--json")
    assert done.code == 0, done.err
    ranked = {r["mineral"]: r for r in json.loads(done.out)}
    assert len(ranked) > 50
    # the folder's own figures: its survey knows the two countries of the miniature
    assert ranked["cobalt"]["world_hhi"]["value"] == pytest.approx(1e4 * (4 + 1) / 9, rel=0.01)


def test_a_screen_of_a_world_without_screening_tables_says_whose_it_takes(orepact, raw, tmp_path):
    words = ("world", "build", "--sources", raw, "--out", tmp_path, "--minerals", "zinc")
    assert orepact(*words).code == 0
    done = orepact("screen", "--world", tmp_path, "--draws", "0", "--mineral", "tin")
    assert done.code == 0, done.err
    assert f"'{tmp_path}' has no screening tables: the package's are used." in done.err


def test_a_part_alone_and_one_that_is_not_known(orepact, raw, tmp_path):
    words = ("world", "build", "--sources", raw, "--out", tmp_path / "out", "--minerals", "zinc")
    done = orepact(*words, "--parts", "maps")
    assert done.code == 0, done.err
    assert (tmp_path / "out/shapes.parquet").is_file()
    assert not (tmp_path / "out/screening").exists()
    done = orepact(*words, "--parts", "map")
    assert done.code == 2
    assert "Unknown part 'map' of a world. Did you mean 'maps'?" in done.err
