import polars as pl
import pytest

from orepact import world
from orepact.errors import WorldError
from orepact.world import accuracy, compiled
from orepact.world.sources import comtrade


def held(name: str) -> pl.DataFrame:
    return pl.read_parquet(compiled.TABLES / f"{name}.parquet")


def test_every_large_miss_of_import_reliance_is_explained():
    table = held("reliance")
    assert len(table) >= 15
    large = table.filter(pl.col("miss") > accuracy.MISS)
    assert large.filter(pl.col("why") == "")["name"].to_list() == []
    explained = set(accuracy.explanations())
    assert explained == set(large["name"]), "an explanation without a miss is stale"


def test_released_reliance_is_worse_than_imposed():
    exact = held("reliance").filter(~pl.col("bound"))
    imposed = (exact["imposed"] - exact["published"]).abs().median()
    assert imposed < exact["miss"].median() < 0.2


def test_reliance_of_one_world_against_itself_is_what_controls_measure():
    shipped = world.load()
    table = accuracy.reliance(shipped, shipped, {})
    controls = dict(held("controls").select("name", "value").iter_rows())
    for r in table.iter_rows(named=True):
        assert r["imposed"] == r["released"] == pytest.approx(controls[r["name"]])
        assert r["why"] == ""


def test_an_explanation_of_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(accuracy, "controls", lambda: ())
    with pytest.raises(WorldError, match=r"which controls\.csv does not hold"):
        accuracy.explanations()


def largest(rows) -> pl.DataFrame:
    names = ("mineral", "stage", "side", "country", "share")
    return pl.DataFrame(rows, schema=names, orient="row")


def test_traders_agree_with_themselves_and_leave_the_union_out():
    shipped = world.load()
    chain = shipped.chain("copper")
    trade = chain.trade[0].copy()
    for r in range(len(chain.regions)):
        trade[r, r] = 0.0
    value = trade * chain.price[0][:, None]
    out, into = value.sum(axis=1) / value.sum(), value.sum(axis=0) / value.sum()
    at = {c: chain.region(c) for c in ("CHL", "PER", "CHN", "JPN")}
    rows = [("copper", "primary", "exporter", c, out[at[c]]) for c in ("CHL", "PER")]
    rows += [("copper", "primary", "importer", c, into[at[c]]) for c in ("CHN", "JPN")]
    rows += [("copper", "primary", "importer", "DEU", 0.5)]
    found = accuracy.traders(shipped, largest(rows))
    assert found["side"].to_list() == ["exporter", "importer"]
    assert found["misplaced"].to_list() == pytest.approx([0.0, 0.0], abs=1e-12)
    assert found["countries"].to_list() == [2, 2]
    wrong = [("copper", "primary", "importer", c, s) for c, s in (("CHN", 0.0), ("JPN", 1.0))]
    worse = accuracy.traders(shipped, largest(wrong + rows[:2]))
    assert worse["misplaced"][1] == pytest.approx(
        into[at["CHN"]] / (into[at["CHN"]] + into[at["JPN"]])
    )


def test_shipped_traders_say_who_exports_better_than_who_sells_to_whom():
    table = held("traders")
    assert set(table["side"]) == {"exporter", "importer"}
    assert table["misplaced"].median() < 0.25


def test_the_largest_traders_are_read_by_year_and_name(tmp_path):
    path = tmp_path / comtrade.LARGEST
    path.parent.mkdir(parents=True)
    head = "mineral,stage,hs6_codes,side,year,world_total_usd,country,value_usd,share_pct\n"
    row = "copper,primary,260300,importer,{},1000,{},602,{}\n"
    path.write_text(head + row.format(2023, "China", "60.2") + row.format(2022, "Japan", "1"))
    found = comtrade.largest(tmp_path)
    assert found.rows() == [("copper", "primary", "importer", "CHN", pytest.approx(0.602))]
    path.write_text(head + row.format(2023, "Atlantis", "60.2"))
    with pytest.raises(WorldError, match=r"row 2: the catalogue knows no country 'Atlantis'"):
        comtrade.largest(tmp_path)
    path.write_text(head + row.format(2023, "China", "sixty"))
    with pytest.raises(WorldError, match="row 2: share_pct = 'sixty'"):
        comtrade.largest(tmp_path)
