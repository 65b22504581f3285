"""Readers of the publishers' files that other years are made from, and what they refuse."""

import json

import pytest

from orepact.errors import UnitError, WorldError
from orepact.world.sources import bgs, comtrade, iea, usgs_2025

BGS = (
    "bgs_statistic_type_trans,bgs_commodity_trans,bgs_sub_commodity_trans,country_iso3_code,"
    "country_trans,year,quantity,units"
)
LITHIUM = (
    "Production,lithium minerals,Spodumene,AUS,Australia,2022-01-01 00:00:00,2754727,"
    "tonnes (metric)",
    "Production,lithium minerals,Spodumene (Li content),AUS,Australia,2022-01-01 00:00:00,76692,"
    "tonnes (metric)",
    "Production,lithium minerals,Lithium minerals (Li content),AUS,Australia,2022-01-01 00:00:00,"
    "377,tonnes (metric)",
    "Production,lithium minerals,Lithium minerals (Li content),CHN,China,2022-01-01 00:00:00,22600,"
    "tonnes (metric)",
    "Production,lithium minerals,Lithium minerals (Li content),GBR,United Kingdom,"
    "2022-01-01 00:00:00,,tonnes (metric)",
    "Production,lithium minerals,Spodumene (Li content),AUS,Australia,2021-01-01 00:00:00,55400,"
    "tonnes (metric)",
)
CONTENT = ("Spodumene (Li content)", "Lithium minerals (Li content)")


def put(raw, name, *lines):
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return raw


def lithium(raw, *lines):
    return put(raw, f"{bgs.FOLDER}/BGS_lithium_production.csv", BGS, *lines)


def test_products_and_content_of_lithium_are_told_apart(tmp_path):
    found = bgs.output(lithium(tmp_path, *LITHIUM), "lithium", "lithium minerals", 2022, CONTENT)
    assert found == {"AUS": 76692 + 377, "CHN": 22600}  # a blank is unknown, not zero


def test_kilograms_become_tonnes(tmp_path):
    line = (
        'Production,"platinum group metals, mine",Platinum,ZAF,South Africa,2022-01-01 00:00:00,'
        "127500,kilograms (metal content)"
    )
    raw = put(tmp_path, f"{bgs.FOLDER}/BGS_platinum_production.csv", BGS, line)
    found = bgs.output(raw, "platinum", "platinum group metals, mine", 2022, ("Platinum",))
    assert found == {"ZAF": 127.5}


def test_the_two_congos_have_one_code_in_the_file(tmp_path):
    lines = [
        f'Production,"copper, mine",,COD,{name},2022-01-01 00:00:00,{t},tonnes (metal content)'
        for name, t in (('"Congo, Democratic Republic"', 2515800), ("Congo", 7900))
    ]
    raw = put(tmp_path, f"{bgs.FOLDER}/BGS_copper_production.csv", BGS, *lines)
    assert bgs.output(raw, "copper", "copper, mine", 2022) == {"COD": 2515800, "COG": 7900}


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("76692,tonnes (metric)", "76692,kilograms", r"row 3: .* is in an unknown unit"),
        ("377,", "W,", r"row 4: quantity = 'W' is not a number"),
        ("377,", "-377,", "is negative"),
        (",CHN,", ",,", "has no country code"),
        ("(Li content),CHN,China", "(Li content),AUS,Australia", "stands twice"),
        ("quantity,units", "amount,units", r"no column 'quantity'"),
        (
            "Spodumene (Li content)",
            "Spodumene (lithium)",
            "no 'lithium minerals' with the sub",
        ),
        ("2022-01-01", "2020-01-01", "no output of 'lithium minerals' in 2022"),
    ],
)
def test_a_damaged_bgs_file_names_what_is_wrong(tmp_path, old, new, match):
    raw = lithium(tmp_path, *LITHIUM)
    path = raw / bgs.FOLDER / "BGS_lithium_production.csv"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(WorldError, match=match):
        bgs.output(raw, "lithium", "lithium minerals", 2022, CONTENT)


SURVEY = "COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,CAP_EST_ 2024"
ROWS = (
    "Gallium ,United States,Primary production,kilograms,,,",
    'Gallium ,China,Primary production,kilograms,"621,000","750,000",',
    'Gallium ,"Korea, Republic of",Primary production,kilograms,2000,2000,',
    "Gallium ,Other Countries,Primary production,kilograms,4,4,",
    "Gallium ,World total (rounded),Primary production,kilograms,633000,760000,",
)


def edition(raw, *lines):
    return put(raw, usgs_2025.MCS_2025_WORLD, SURVEY, *lines)


def test_the_edition_of_2025_by_country_in_tonnes(tmp_path):
    raw = edition(tmp_path, *ROWS)
    assert usgs_2025.output(raw, "Gallium", "Primary production") == {"CHN": 621.0, "KOR": 2.0}


@pytest.mark.parametrize(
    ("old", "new", "error", "match"),
    [
        ("PROD_2023", "PROD_2022", WorldError, "no column 'PROD_2023'"),
        ("kilograms", "barrels", UnitError, "row 3: Gallium in China is in 'barrels'"),
        ('"Korea, Republic of"', "China", WorldError, "row 4: Gallium in China stands twice"),
        ("621,000", "plenty", WorldError, "'plenty' is neither"),
        ("Primary production", "Production", WorldError, "no 'Primary production' of 'Gallium'"),
        ("China", "Cathay", WorldError, "country 'Cathay'"),
    ],
)
def test_a_damaged_edition_names_what_is_wrong(tmp_path, old, new, error, match):
    raw = edition(tmp_path, *(x.replace(old, new) for x in ROWS))
    path = raw / usgs_2025.MCS_2025_WORLD
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(error, match=match):
        usgs_2025.output(raw, "Gallium", "Primary production")


def explorer(raw, countries, total):
    stage = {"countries": countries, "total": {"2024": total}}
    text = json.dumps({"supply": {"Cobalt": {"mining": stage}}})
    return put(raw, iea.EXPLORER, text)


COBALT = {
    "Democratic Republic of Congo": {"2024": 181.8},
    "Rest of world": {"2024": 91.5},
    "Notes: base case": {"2024": None},
}


def test_the_explorer_in_tonnes_without_its_footnotes(tmp_path):
    raw = explorer(tmp_path, COBALT, 273.3)
    assert iea.output(raw, "Cobalt", "mining") == pytest.approx({"COD": 181_800, "": 91_500})


@pytest.mark.parametrize(
    ("countries", "total", "match"),
    [
        (COBALT | {"Atlantis": {"2024": 1.0}}, 274.3, "unknown country 'Atlantis'"),
        (COBALT | {"China": {"2024": "W"}}, 273.3, "China has 'W' in 2024"),
        (COBALT | {"China": {"2030": 1.0}}, 273.3, "China has None in 2024"),
        ({k: v for k, v in COBALT.items() if "Rest" not in k}, 273.3, "the total is 273.3"),
        (COBALT, 273_300.0, "in another unit"),
    ],
)
def test_a_damaged_explorer_names_what_is_wrong(tmp_path, countries, total, match):
    with pytest.raises(WorldError, match=match):
        iea.output(explorer(tmp_path, countries, total), "Cobalt", "mining")


def test_a_truncated_explorer_is_named(tmp_path):
    raw = explorer(tmp_path, COBALT, 273.3)
    path = raw / iea.EXPLORER
    path.write_text(path.read_text("utf-8")[:40], "utf-8")
    with pytest.raises(WorldError, match="Is it the publisher's own file, whole"):
        iea.output(raw, "Cobalt", "mining")
    with pytest.raises(WorldError, match="no refining of Cobalt in 2024"):
        iea.output(explorer(tmp_path, COBALT, 273.3), "Cobalt", "refining")


def test_unit_values_are_medians_weighted_by_value(tmp_path):
    path = tmp_path / "data/derived/comtrade_2022_31codes_dedup_max.csv.gz"
    path.parent.mkdir(parents=True)
    import gzip

    rows = ("cmd,value,netwgt", "740311,9000,1000", "740311,900,100", "740311,50,1000")
    path.write_bytes(gzip.compress(("\n".join(rows) + "\n").encode()))
    assert comtrade.unit_values(tmp_path) == {"740311": 9000.0}
