"""The publisher's own BACI: what is read, what is refused, and the world that is built on it."""

import polars as pl
import pytest

import miniature
from orepact.errors import WorldError
from orepact.world import build, compiled
from orepact.world.changes import changes
from orepact.world.sources import baci, baci_full
from orepact.world.sources.baci_full import FOLDER, full, held, read, revisions

COUNTRIES = (
    "country_code,country_name,country_iso2,country_iso3\n"
    "152,Chile,CL,CHL\n156,China,CN,CHN\n276,Germany,DE,DEU\n251,France,FR,FRA\n"
    "490,Taiwan,N/A,S19\n516,Namibia,NA,NAM\n"
)
ROWS = (
    "t,i,j,k,v,q\n"
    "2024,152,156,283691,100.0,10.0\n"
    "2024,152,276,283691,50.0,   NA\n"
    "2024,152,490,283691,20.0,2000.0\n"
    "2024,276,251,283691,90.0,9.0\n"
    "2024,152,156,010121,1.0,1.0\n"
    "2024,156,276,810600, 12.500,    1.000\n"
    "2024,516,276,811292,7.0,.050\n"
)
NAME = "BACI_HS22_Y2024_V202601.csv"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / NAME).write_text(ROWS)
    (tmp_path / "country_codes_V202601.csv").write_text(COUNTRIES)
    return tmp_path


def other(folder, name, rows=ROWS):
    (folder / name).write_text(rows)
    return folder / name


def test_flows_of_the_codes_asked_for_as_they_are(folder):
    rows = read(full(folder / NAME), ("283691",)).rows()
    assert rows == [
        ("283691", "CHL", "CHN", 10.0, 100_000.0),
        ("283691", "CHL", "EUN", None, 50_000.0),
        ("283691", "CHL", "TWN", 2000.0, 20_000.0),
        ("283691", "EUN", "EUN", 9.0, 90_000.0),
    ]


def test_missing_and_absurd_quantities_take_the_median_and_trade_within_a_region_is_dropped(folder):
    trade = baci.trade(folder, ("283691",), full(folder / NAME))
    cells = {(r["exporter"], r["importer"]): r["t"] for r in trade.iter_rows(named=True)}
    assert cells == {
        ("CHL", "CHN"): 10.0,
        ("CHL", "EUN"): pytest.approx(5.0),
        ("CHL", "TWN"): pytest.approx(2.0),
    }
    assert trade["whole"].all()


def test_a_full_file_in_the_folder_of_sources_comes_before_the_extracts(folder, tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    for path in (folder / NAME, folder / "country_codes_V202601.csv"):
        path.rename(tmp_path / FOLDER / path.name)
    assert held(tmp_path).version == "202601"
    assert len(baci.trade(tmp_path, ("283691",))) == 3
    other(tmp_path / FOLDER, "BACI_HS17_Y2024_V202601.csv")
    with pytest.raises(WorldError, match="keep one"):
        held(tmp_path)


def test_codes_of_2017_become_ours_and_what_is_wider_is_told(folder):
    source = full(other(folder, "BACI_HS17_Y2024_V202601.csv"))
    rows = read(source, ("810610", "810690", "811292")).sort("hs6").rows()
    assert rows == [
        ("810690", "CHN", "EUN", 1.0, 12_500.0),
        ("811292", "NAM", "EUN", 0.05, 7_000.0),
    ]
    assert [note.split()[1] for note in source.notes] == ["810600", "811292"]
    assert full(folder / NAME).notes == ()
    # the codes of 2022 are read as they are, and 8106.00 is none of them
    assert read(full(folder / NAME), ("810690", "811292"))["hs6"].to_list() == ["811292"]


def test_every_code_that_is_said_to_have_changed_is_one_of_ours():
    from orepact.catalogue import minerals

    ours = {c for m in minerals().values() for s in m.stages for c in s.hs6}
    for held_codes in revisions().values():
        assert {m["to"] for m in held_codes["moved"].values()} <= ours
        assert set(held_codes["wider"]) <= ours


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("baci.csv", "not named as CEPII names its files"),
        ("BACI_HS22_Y2023_V202601.csv", "is of 2023, and the base year is 2024"),
        ("BACI_HS92_Y2024_V202601.csv", "HS92 became ours is not held. Take HS22 or HS17"),
        ("BACI_HS22_Y2024_V202501.csv", "country_codes_V202501.csv' does not exist"),
    ],
)
def test_a_file_that_is_not_the_one_wanted(folder, name, said):
    with pytest.raises(WorldError, match=said):
        full(other(folder, name))


def test_a_list_of_another_version(folder):
    other(folder, "country_codes_V202501.csv", COUNTRIES)
    with pytest.raises(WorldError, match="not of version 202601"):
        full(folder / NAME, folder / "country_codes_V202501.csv")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("t,i,j,k,v,q", "t,i,j,k,v", "row 1 has no column 'q'"),
        ("t,i,j,k,v,q", "<!DOCTYPE html>", "row 1 has no column"),
        (",.050\n", ",.05", "cut off in its last row"),
        (",7.0,.050\n", "\n", "cut off in its last row"),
        ("2024,152,276", "2023,152,276", "row 3: year 2023 is not 2024"),
        (
            "2024,152,276",
            "2024,999,276",
            "row 3: country code 999 is not in 'country_codes_V202601",
        ),
        ("2024,152,276,283691,50.0", "2024,152,276,283691,", "row 3: a flow without a value"),
        ("50.0,   NA", "50.0,many", "row 3: q = 'many' is not a number"),
        ("50.0,   NA", "50.0,-1", "row 3: q = '-1' is negative"),
        ("50.0,   NA", "nan,1", "row 3: v = 'nan' is not a number"),
        ("50.0,   NA", "50.0,1,7", "cannot be read as a table"),
        ("2024,152,276", "2024,152,156", "rows 2 and 3: 152 156 283691 stands twice"),
    ],
)
def test_a_mistake_is_named_with_its_row(folder, old, new, said):
    assert old in ROWS
    other(folder, NAME, ROWS.replace(old, new, 1))
    with pytest.raises(WorldError, match=said) as told:
        read(full(folder / NAME), ("283691", "811292"))
    assert NAME in str(told.value)


def zinc_baci(folder, scale=1.0):
    """A year of zinc's trade, ours: 1,200 USD/t of ore, 2,700 USD/t of metal."""
    flows = (
        ("604", "156", "260800", 2200),
        ("604", "410", "260800", 600),
        ("484", "410", "260800", 900),
        ("410", "156", "790111", 300),
        ("124", "842", "790111", 400),
        ("484", "842", "790111", 60),
    )
    price = {"260800": 1.2, "790111": 2.7}
    rows = [("2024", i, j, k, f"{t * price[k]:.3f}", f"{t * scale:.3f}") for i, j, k, t in flows]
    miniature.table(folder, NAME, "t,i,j,k,v,q", rows)
    names = "country_code,country_name,country_iso2,country_iso3"
    miniature.table(folder, "country_codes_V202601.csv", names, miniature.COUNTRIES)
    return full(folder / NAME)


def test_a_world_on_a_full_baci_imputes_less_and_says_so(zinc_sources, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    build.build(zinc_sources, before, ["zinc"])
    # the extracts are not needed any more
    (zinc_sources / baci.EXTRACT).unlink()
    build.build(zinc_sources, after, ["zinc"], zinc_baci(tmp_path))
    flows = pl.read_parquet(after / "flows.parquet")
    cell = flows.filter(
        (pl.col("stage") == "mined")
        & (pl.col("origin") == "MEX")
        & (pl.col("destination") == "KOR")
    )
    assert cell["kind"].to_list() == ["observed"]
    found = changes(compiled.tables(before), compiled.tables(after))
    assert (found["imputed_after"] < found["imputed_before"]).all()
    assert (found["trade_moved"] > 0.05).all()
    same = changes(compiled.tables(after), compiled.tables(after))
    assert same["trade_moved"].to_list() == [0.0, 0.0]
    assert same["imports_moved"].to_list() == [0.0, 0.0]


def test_kilograms_for_tonnes_are_noticed_by_what_they_are_worth(zinc_sources, tmp_path):
    with pytest.raises(WorldError, match="kilograms for tonnes") as told:
        build.build(zinc_sources, tmp_path / "out", ["zinc"], zinc_baci(tmp_path, 1000))
    assert NAME in str(told.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("276,251,283691,90.0", "276,251,283691,0", r"row 5: a flow of value 0.0: only positive"),
        ("90.0,9.0", "90.0,1e300", r"row 5: 1e\+300 t is more than the world ships"),
        ("90.0,9.0", "1e12,9.0", r"row 5: a value of 1e\+12 thousand USD is above 300,000,000"),
        ("276,251,283691", "276,276,283691", "row 5: 276 trades with itself"),
        ("156,010121", "156,8110.10", r"row 6: product '8110.10' is no code of six digits"),
    ],
)
def test_a_flow_that_cannot_be_is_named(folder, old, new, said):
    path = other(folder, NAME, ROWS.replace(old, new))
    with pytest.raises(WorldError, match=said):
        read(full(path), ("283691",))


def test_a_part_of_a_year_is_refused(folder, monkeypatch):
    monkeypatch.setattr(baci_full, "LEAST", {"rows": 8, "codes": 4, "exporters": 5})
    with pytest.raises(WorldError, match=r"not a whole year: it has 7 rows of at least 8, 4 exp"):
        read(full(folder / NAME), ("283691",))
