"""Readers of publishers' files: what they read, and that malformed files are named."""

from pathlib import Path

import polars as pl
import pytest

from orepact.errors import WorldError
from orepact.world.sources import baci, comext, comtrade, production, usgs
from orepact.world.sources.files import find, numbers, text_table


def put(raw: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding)


# --- files ---------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WorldError, match=r"facts/x\.csv"):
        find(tmp_path, "facts/x.csv")


def test_a_changed_column_is_named(tmp_path):
    put(tmp_path, "t.csv", "a,c\n1,2\n")
    with pytest.raises(WorldError, match="no column 'b'"):
        text_table(tmp_path, "t.csv", ("a", "b"))


def test_a_figure_that_is_text_is_named_with_its_row(tmp_path):
    put(tmp_path, "t.csv", "a\n1\ntwo\n")
    frame = text_table(tmp_path, "t.csv", ("a",))
    with pytest.raises(WorldError, match=r"row 3: a = 'two'"):
        numbers(frame, "t.csv", "a")


def test_nan_is_not_a_number_here(tmp_path):
    put(tmp_path, "t.csv", "a\nNaN\n")
    with pytest.raises(WorldError, match="row 2"):
        numbers(text_table(tmp_path, "t.csv", ("a",)), "t.csv", "a")


def test_thousands_separators_and_blanks(tmp_path):
    put(tmp_path, "t.csv", 'a,b\n"1,200",x\n,y\n')
    frame = numbers(text_table(tmp_path, "t.csv", ("a", "b")), "t.csv", "a")
    assert frame["a"].to_list() == [1200.0, None]


# --- USGS ----------------------------------------------------------------------------------


def test_withheld_bounded_and_dashed_values():
    assert usgs.number("W") is None
    assert usgs.number("E") is None
    assert usgs.number(">50") is None
    assert usgs.number("—") == 0.0
    with pytest.raises(WorldError, match="neither a positive number"):
        usgs.number("about 5")


def test_survey_units_become_tonnes(zinc_sources):
    held = usgs.salient(zinc_sources, 2024)
    assert held["ZINC", "Imports for consumption: Refined zinc"] == pytest.approx(590)
    assert held["ZINC", "Stocks"] is None


def test_import_sources_keep_the_rest_apart(zinc_sources):
    shares = usgs.import_sources(zinc_sources, ("ZINC",))
    assert shares["ZINC", "Refined metal"] == {"CAN": 0.57, "KOR": 0.07, "": 0.36}
    assert shares["ZINC", "Ores and concentrates"] == {"PER": 0.8, "": 0.2}


def test_a_year_the_survey_lacks_raises(zinc_sources):
    with pytest.raises(WorldError, match="2030"):
        usgs.salient(zinc_sources, 2030)


def test_capacity_in_kilograms(tmp_path):
    put(
        tmp_path,
        usgs.MCS_2025_WORLD,
        "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,CAP_EST_ 2024\n"
        "MCS2025,Gallium ,China,Primary,kilograms,1000000\n"
        "MCS2025,Gallium ,Russia ,Primary,kilograms,10000\n"
        "MCS2025,Gallium ,Other Countries,Primary,kilograms,88000\n"
        "MCS2025,Gallium ,World total (rounded),Primary,kilograms,1100000\n"
        "MCS2025,Titanium,Japan,Sponge,metric tons,65\n"
        "MCS2025,Titanium,Japan,Pigment,metric tons,322\n"
        "MCS2025,Zirconium,Japan,x,metric tons,1\n",
    )
    assert usgs.capacity(tmp_path, "Gallium") == {"CHN": 1000.0, "RUS": 10.0, "": 88.0}
    assert usgs.capacity(tmp_path, "Titanium: Sponge") == {"JPN": 65.0}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (usgs.MCS_2026, lambda raw: usgs.salient(raw, 2024)),
        (usgs.MCS_2025_WORLD, lambda raw: usgs.capacity(raw, "Tin")),
    ],
)
def test_a_survey_that_ends_before_zirconium_is_cut_off(zinc_sources, name, read):
    path = zinc_sources / name
    path.write_text(path.read_text("latin1").replace("ZINC", "TIN").replace("Zinc ", "Tin"), "utf8")
    with pytest.raises(WorldError, match=r"ends with the chapter '(TIN|Tin)', row \d+; .* cut off"):
        read(zinc_sources)


# --- production ----------------------------------------------------------------------------


def test_alternatives_are_never_added(zinc_sources):
    rows = production.production(zinc_sources, ["zinc"])
    china = rows.filter((pl.col("stage") == "mined") & (pl.col("region") == "CHN"))
    assert china["t"].to_list() == [4000.0]


def test_members_are_pooled_with_their_worst_flag(zinc_sources):
    eu = production.production(zinc_sources, ["zinc"]).filter(pl.col("region") == "EUN")
    assert eu["t"].to_list() == [300.0]
    assert eu["flag"].to_list() == ["C"]


def test_two_preferred_rows_raise(zinc_sources):
    path = zinc_sources / production.SHEET
    path.write_text(path.read_text().replace("B,0", "B,1"))
    with pytest.raises(WorldError, match="zinc mined CHN has two preferred rows"):
        production.production(zinc_sources, ["zinc"])


def test_an_unknown_country_is_named_with_its_row(zinc_sources):
    path = zinc_sources / production.SHEET
    path.write_text(path.read_text().replace("PER", "PRU"))
    with pytest.raises(WorldError, match=r"row 3, iso3: Unknown country or region 'PRU'"):
        production.production(zinc_sources, ["zinc"])


def test_a_source_nobody_knows_raises(zinc_sources):
    path = zinc_sources / production.SHEET
    path.write_text(path.read_text().replace("USGS MCS 2026", "a friend"))
    with pytest.raises(WorldError, match="'a friend' names no known publisher"):
        production.production(zinc_sources, ["zinc"])


# --- BACI ----------------------------------------------------------------------------------


def test_a_truncated_extract_raises(tmp_path):
    path = tmp_path / baci.EXTRACT
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1 cut off")
    with pytest.raises(WorldError, match="baci_2024_bilateral_30codes"):
        baci.extract(tmp_path)


# --- Comtrade and Comext --------------------------------------------------------------------


def test_us_records_stand_from_exporter_to_importer(zinc_sources):
    cells = comtrade.us_cells(zinc_sources)
    places = cells.select("exporter", "importer").rows()
    assert places == [("MEX", "USA"), ("USA", "CHN")]
    assert cells["t"].to_list() == pytest.approx([61.544, 95.834])


def test_repeated_breakdown_rows_raise(zinc_sources):
    path = zinc_sources / comtrade.US_CELLS
    path.write_text(path.read_text() + "2024,USA,MEX,Import,790111,Zinc,1,1\n")
    with pytest.raises(WorldError, match="rows 2 and 5: USA MEX Import 790111 stands twice"):
        comtrade.us_cells(zinc_sources)


def test_eu_imports_are_from_outside_and_in_dollars(zinc_sources):
    path = zinc_sources / comext.EU_IMPORTS
    path.write_text(
        path.read_text() + "CN,28252000,2024,1000\nMX,28252000,2024,1\nCN,28252000,2022,7\n"
    )
    rows = comext.eu_imports(zinc_sources, ("28252000",)).rows()
    assert rows == [
        ("28252000", "CHN", pytest.approx(1082.4)),
        ("28252000", "MEX", pytest.approx(1.0824)),
    ]
    with pytest.raises(WorldError, match="81052000"):
        comext.eu_imports(zinc_sources, ("81052000",))
