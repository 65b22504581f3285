"""What a build refuses to write, and where."""

import polars as pl
import pytest

from orepact import world
from orepact.errors import WorldError
from orepact.world import build, compiled, guard
from orepact.world.consistency import CHECKS
from orepact.world.evidence import matrix
from orepact.world.sources import production

OBSERVED = compiled.tables()["flows"].filter(
    (pl.col("kind") == "observed") & (pl.col("source") == "baci-v202601")
)
SHIPPED = matrix(
    OBSERVED.select(hs6="code", exporter="origin", importer="destination", t="t"),
    "t",
    world.load().chain("zinc").regions,
)


def test_a_world_that_fails_a_check_is_not_written(zinc_sources, tmp_path, monkeypatch):
    path = zinc_sources / production.SHEET
    path.write_text(path.read_text().replace("zinc,mined,PER,1300", "zinc,mined,PER,2600"))
    monkeypatch.setattr(guard, "HELD_TO", CHECKS)
    with pytest.raises(WorldError, match=r"so nothing was written:\n(.*\n)*  2024, published fig"):
        build.build(zinc_sources, tmp_path / "out", ["zinc"])
    assert not (tmp_path / "out").exists()


def test_every_year_is_checked():
    held = compiled.tables()
    year = {f"2023/{n}": t for n, t in compiled.tables(year=2023).items() if n in compiled.OF_YEAR}
    guard.passes(held)
    flows = year["2023/flows"].with_columns(pl.col("prior_t") + pl.col("most_t").fill_null(0) + 1)
    with pytest.raises(WorldError, match="2023, customs records"):
        guard.passes(held | year | {"2023/flows": flows})


def test_some_minerals_do_not_replace_a_world_of_others(zinc_sources, tmp_path):
    out = tmp_path / "out"
    build.build(zinc_sources, out, ["zinc"])
    build.build(zinc_sources, out, ["zinc"])  # of the same kind
    with pytest.raises(WorldError, match="holds a world of 1 minerals, of which"):
        guard.room(out, ["magnesium"], ["chains"])
    (out / "coverage.parquet").write_bytes(b"")
    with pytest.raises(WorldError, match="and several years, of which"):
        guard.room(out, ["zinc"], ["chains"])
    guard.room(out, None, ["chains", "years"])
    with pytest.raises(WorldError, match="does not replace the package's world: add --out"):
        build.build(zinc_sources, ids=["zinc"])


def test_trade_with_its_countries_swapped_is_refused():
    guard.like_shipped(SHIPPED, ["nickel", "copper"], "BACI")
    swapped = {code: t.T for code, t in SHIPPED.items()}
    with pytest.raises(WorldError, match="with exporter and importer swapped"):
        guard.like_shipped(swapped, ["nickel", "copper"], "BACI")


def test_trade_that_lacks_a_code_is_refused():
    some = {code: t for code, t in SHIPPED.items() if code != "740311"}
    with pytest.raises(WorldError, match="'BACI' has no row of 740311"):
        guard.like_shipped(some, ["copper"], "BACI")
