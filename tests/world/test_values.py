"""Compiling the values from a small folder in the publishers' own layouts (zinc, tungsten)."""

import csv
import gzip
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from orepact.catalogue import minerals, regions
from orepact.errors import UnknownIdError, WorldError
from orepact.world import arrays, duties, values
from orepact.world.duty_rows import AGOA, CHINA_LDC, FREE, LISTED
from orepact.world.facts import cite, stage_facts
from orepact.world.register import source
from orepact.world.sources.cepii import _geodist

SHEET = (
    "mineral,stage_order,stage,hs6_2022_with_t_contained_per_t,input_per_unit_output,input_source,"
    "world_production_2024_t,price_2024_usd_per_t_contained,price_source,"
    "conversion_share_of_output_price,conversion_source,spare_capacity_share_2024,spare_source,"
    "supply_elast_low,supply_elast_central,supply_elast_high,supply_elast_source,"
    "demand_elast_low,demand_elast_central,demand_elast_high,demand_elast_source,"
    "sigma_low,sigma_central,sigma_high,sigma_source"
)
MINE = ["0.05", "0.2", "0.4", "direction only; number = assumption"]
PLANT = ["0.2", "0.5", "1.0", "assumption: processing close to capacity"]
FEEDS = ["0", "0", "0", "assumption: derived demand"]
USE = ["-0.4", "-0.2", "-0.05", "direction only; number = assumption"]
SIGMA = ["3", "6", "12", "ProTEE long-run 30.0; assumption: capped"]
MCS = "USGS MCS 2026 (2024 value)"
ASSUMED = "assumption: none read"
ROWS = [
    [
        *(
            "zinc",
            "1",
            "mined",
            "260800:0.52",
            "",
            "",
            "11934000",
            "2222.3",
            "assumption: 80% of LME",
        ),
        *("", "", "0.05", ASSUMED, *MINE, *FEEDS, *SIGMA),
    ],
    [
        *("zinc", "2", "refined", "790111:0.9999", "1.05", ASSUMED, "13490000", "2777.8", MCS),
        *("0.16", "1 - 1.05 x 0.80", "0.12", ASSUMED, *PLANT, *USE, *SIGMA),
    ],
    [
        *("tungsten", "1", "mined", "261100:0.515", "", "", "81610", "31778.1", MCS),
        *("", "", "0.05", ASSUMED, *MINE, *FEEDS, *SIGMA),
    ],
    [
        *(
            "tungsten",
            "2",
            "apt",
            "284180:0.70",
            "1.04",
            ASSUMED,
            "95440",
            "39722.6",
            "argusmedia 2241006",
        ),
        *("0.17", "1 - 1.04 x 0.80", "0.3", ASSUMED, *PLANT, *USE, *SIGMA),
    ],
]
FTA = "Free (A+,AU,BH,CL,CO,D,E,IL, JO,KR,MA, OM,P,PA, PE,S,SG)"
HTS = [
    ("2608.00.00", "Zinc ores and concentrates", "Free", "", "8.8¢/kg on copper content"),
    ("2611.00.30.00", "Ores", "Free", "", "$1.10/kg on tungsten content"),
    ("2611.00.60.00", "Conc", "37.5¢/kg on tungsten content", FTA, "$1.10/kg on tungsten content"),
    ("7901.11.00.00", "99.99 percent", "1.5%", FTA, "5%"),
    ("7901.12.10.00", "Casting-grade zinc", "3%", FTA, "45%"),
    ("7901.12.50.00", "Other", "1.5%", FTA, "5%"),
    *((f"{c[:4]}.{c[4:6]}.{c[6:]}", "W", "5.5%", FTA, "45.5%") for c in ("28418000", "28259030")),
    *((f"{c[:4]}.{c[4:6]}.{c[6:]}", "W", "6%", FTA, "50%") for c in ("28499030", "81011000")),
    *((f"{c[:4]}.{c[4:6]}.{c[6:]}", "W", "7%", FTA, "60%") for c in ("81019400", "72028000")),
    (
        "9903.88.03",
        "articles of China",
        "The duty provided in the applicable subheading + 25%",
        "",
        "",
    ),
    (
        "9903.91.01",
        "Effective with respect to entries on or after September 27, 2024, articles of China",
        "The duty provided in the applicable subheading + 25%",
        *("", ""),
    ),
]
LISTS = [("26080000", "9903.91.01"), ("28418000", "9903.91.01"), ("72028000", "9903.88.03")]
LISTS += [(c, "9903.91.01") for c in ("79011100", "79011210", "79011250")]
HS6 = ("260800", "790111", "790112", "261100", "284180", "282590", "810110", "810194")
ON_US = dict.fromkeys((*HS6, "284990", "720280"), 23.0) | {"260800": 25.0, "790111": 15.5}
UNION = "918"


def write(path: Path, header: str, rows: list) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder of sources that holds zinc and tungsten."""
    openpyxl = pytest.importorskip("openpyxl")
    write(tmp_path / "facts/minerals.csv", SHEET, ROWS)
    tariffs = tmp_path / "data/04_tariffs"
    head = "HTS Number,Description,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty"
    write(tariffs / "budgetlab/hts_2025_basic_edition.csv", head, HTS)
    write(tariffs / "budgetlab/s301_product_lists.csv", "hts8,ch99_code", LISTS)
    listed = [("2608000010",), ("2611006000",), ("7901110000",)]
    write(tariffs / "budgetlab/ieepa_exempt_products.csv", "hts10", listed)
    claims = [("7901110000", "2010", "0.8"), ("7901125000", "2010", "0.0")]
    write(tariffs / "budgetlab/usmca_product_shares_2025.csv", "hts10,cty_code,usmca_share", claims)
    snapshot = [("CHN", "USA", "2025-01-01", c, r) for c, r in ON_US.items()]
    head = "reporter_iso,partner_iso,year_dt,hs_code,best_avlbl"
    write(tariffs / "us_china/wto_C156_C840.csv", head, snapshot)
    extra = [("260800", "25"), ("790111", "25"), ("790112", "20"), ("284900", "17.5")]
    write(tariffs / "us_china/chn_reta_hs6.csv", "hs6,chn_reta_2019", extra)
    by_us = [("284180", "15", "7.5"), ("790112", "25", "20"), ("720280", "25", "25")]
    write(tariffs / "us_china/us_tariff_hs6.csv", "hs06,us_tariff_2019,us_tariff_2020", by_us)
    groups = [(g, "484") for g in (*FREE, *LISTED, *CHINA_LDC)] + [(AGOA, "710")]
    groups += [("P22", "124"), ("P22", "840"), ("A11", UNION), ("A11", "756"), ("A11", "826")]
    write(tariffs / "rta/RTA_members_wits_trains.csv", "PARTNER,Country", groups)

    geo = tmp_path / "data/05_country/cepii_geodist"
    codes = sorted({_geodist(r) for r in regions()})
    write(geo / "geo_cepii.csv", "iso3,landlocked", [(c, int(c in ("MNG", "ZMB"))) for c in codes])
    lines = ["iso_o,iso_d,contig,distw"]
    lines += [f"{o},{d},{int({o, d} == {'MNG', 'CHN'})},10000" for o in codes for d in codes]
    (geo / "dist_cepii.csv.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))

    prices = tmp_path / "data/03_prices"
    months = [f"2024-{m:02d}" for m in range(1, 13)]
    imf = {"Copper": 9142, "Nickel": 16816, "Cobalt": 26327, "Manganese": 2098}
    rows = [(s, m, "USD", p) for s, p in imf.items() for m in months]
    write(prices / "imf_crm_prices_monthly.csv", "mineral,date,data_transformation,obs_value", rows)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Monthly Prices"
    names = ("Copper", "Nickel", "Zinc", "Silver", "Aluminum", "Tin", "Platinum")
    sheet.append([None, *names])
    for m in range(1, 13):
        sheet.append([f"2024M{m:02d}", 9142.14, 16814, 2775.84, 28.27, 2419.02, 30066.27, 955.17])
    book.save(prices / "WorldBank_CMO-Historical-Data-Monthly_2026-06.xlsx")
    return tmp_path


IDS = ("zinc", "tungsten")


@pytest.fixture
def tables(raw: Path) -> dict[str, pl.DataFrame]:
    return values.compile(raw, IDS)


def duty(tables, mineral, stage, origin, destination):
    k = minerals()[mineral].stage_ids.index(stage)
    o, d = regions().index(origin), regions().index(destination)
    return duties.over(tables["duties"], mineral, 2024).rates[:, k, o, d].tolist()


def test_every_table_is_there_and_every_source_is_registered(tables):
    assert set(tables) == {
        *("prices", "price_checks", "margins", "distances", "freight", "duties"),
        *("customs_basis", "parameters", "sources"),
    }
    known = set(tables["sources"]["id"])
    for name, table in tables.items():
        assert not any(table.drop("from", "until", strict=False).null_count().row(0)), name
        if "source" in table.columns:
            assert set(table["source"]) <= known, name


def test_a_cell_that_says_assumption_is_marked_assumed(tables):
    for name in ("prices", "parameters", "duties", "freight"):
        t = tables[name]
        assert t.filter((pl.col("source") == "orepact-assumption") & ~pl.col("assumed")).is_empty()
    assert cite("as recalled, unverified: USGS MCS 2026").assumed
    assert cite("ratio from argusmedia 2021 applied to 2024").assumed


def test_an_unknown_publisher_is_refused():
    with pytest.raises(WorldError, match="names no known publisher"):
        cite("somebody told me")
    with pytest.raises(UnknownIdError, match="usgs-mcs-2026"):
        source("usgs-mcs-2062")


@pytest.mark.parametrize(
    "name",
    [
        "data/04_tariffs/budgetlab/hts_2025_basic_edition.csv",
        "data/04_tariffs/us_china/wto_C156_C840.csv",
        "data/04_tariffs/rta/RTA_members_wits_trains.csv",
        "data/05_country/cepii_geodist/dist_cepii.csv.gz",
        "data/03_prices/imf_crm_prices_monthly.csv",
    ],
)
def test_a_missing_file_is_named(raw, name):
    (raw / name).unlink()
    with pytest.raises(WorldError, match=Path(name).name):
        values.compile(raw, IDS)


def test_an_unquoted_comma_in_a_text_cell_is_mended(raw):
    path = raw / "facts/minerals.csv"
    path.write_text(path.read_text("utf-8").replace("only; number", "only, number"), "utf-8")
    fact = stage_facts(raw, IDS)["zinc", "mined"]
    assert fact.cells["supply_elast_source"] == "direction only, number = assumption"
    assert fact.number("sigma_high") == 12


def test_a_row_that_cannot_be_mended_is_named(raw):
    path = raw / "facts/minerals.csv"
    path.write_text(path.read_text("utf-8").replace("0.05,0.2,0.4", "0.05,x,0.4", 1), "utf-8")
    with pytest.raises(WorldError, match=r"minerals.csv, line 2: 25 cells"):
        stage_facts(raw, IDS)


def test_an_empty_figure_is_refused(raw):
    path = raw / "facts/minerals.csv"
    path.write_text(path.read_text("utf-8").replace("2222.3", ""), "utf-8")
    with pytest.raises(WorldError, match=r"zinc mined: price_2024_usd_per_t_contained is ''"):
        values.compile(raw, IDS)


def test_general_us_rates_are_the_schedule_and_mixed_lines_give_a_range(tables):
    assert duty(tables, "zinc", "refined", "KAZ", "USA") == pytest.approx([0.015, 0.02, 0.03])
    assert duty(tables, "zinc", "mined", "KAZ", "USA") == [0, 0, 0]


def test_a_specific_duty_becomes_ad_valorem_at_the_2024_price(tables):
    share = 375 / 31778.1  # 37.5 cents a kilogram of tungsten
    assert duty(tables, "tungsten", "mined", "BOL", "USA") == pytest.approx([0, share / 2, share])


def test_section_301_counts_the_days_it_was_in_force(tables):
    extra = 0.25 * 96 / 366  # 27 September to 31 December 2024
    assert duty(tables, "zinc", "mined", "CHN", "USA") == pytest.approx([extra] * 3)
    low, _, high = duty(tables, "tungsten", "apt", "CHN", "USA")
    assert low == pytest.approx(0.055)  # a line on no list
    assert high == pytest.approx(0.07 + 0.25)  # ferrotungsten, list 3 all year


def test_free_trade_partners_pay_nothing_and_usmca_only_what_was_claimed(tables):
    assert duty(tables, "zinc", "refined", "KOR", "USA") == [0, 0, 0]
    low, central, high = duty(tables, "zinc", "refined", "MEX", "USA")
    assert (low, high) == (0, 0.03)
    assert central == pytest.approx(0.015 * (1 - 0.8) / 3)
    assert duty(tables, "zinc", "refined", "ZAF", "USA") == pytest.approx([0, 0, 0.03])


def test_section_301_before_the_lists_begin_is_that_of_the_heading(tables):
    rows = tables["duties"].filter(importer="USA", origin="CHN", component="s301")
    rows = rows.filter(source="piie-us-china")
    by = {(r["code"], r["until"].year): r for r in rows.iter_rows(named=True)}
    read, mean = by["28418000", 2024], by["79011210", 2024]
    assert (read["low"], read["central"], read["high"]) == (0.075, 0.075, 0.075)
    assert (mean["low"], mean["central"], mean["high"]) == (0.0, 0.2, 0.25)
    assert (read["assumed"], mean["assumed"]) == (False, True)
    assert "72028000" not in {code for code, _ in by}  # list 3 was there already


def test_russia_pays_column_two_or_more(tables):
    mean = (0.05 + 0.05 + 0.45) / 3  # column 2 as printed; what is raised is not held
    assert duty(tables, "zinc", "refined", "RUS", "USA") == pytest.approx([0.05, mean, 0.7])


def test_china_on_the_us_is_the_wto_rate_and_its_general_rate_is_bounded(tables):
    assert duty(tables, "zinc", "mined", "USA", "CHN") == pytest.approx([0.25] * 3)
    assert duty(tables, "zinc", "mined", "IRN", "CHN") == [0, 0, 0]
    # 790111: 15.5 - 25 < 0, assumed range; 790112: 23 - 20 = 3
    rates = duty(tables, "zinc", "refined", "IRN", "CHN")
    assert rates == pytest.approx([0, 0.03, 0.055])
    rows = tables["duties"].filter(importer="CHN", mineral="tungsten", stage="apt")
    (row,) = rows.filter(code="284990", origin="").to_dicts()  # listed as 284900 before 2022
    assert row["central"] == pytest.approx(0.055)
    steps = rows.filter(code="284990", origin="USA").sort("from")
    assert steps["assumed"].to_list() == [True, False]  # 2024 is the snapshot of 2025


def test_rows_say_what_the_law_prints_and_what_it_comes_to_by_weight(tables):
    rows = tables["duties"].filter(importer="USA", origin="", mineral="tungsten", stage="mined")
    (row,) = rows.filter(code="26110060", component="mfn").to_dicts()
    assert row["rate"] == "37.5¢/kg on tungsten content"
    assert row["usd_per_t"] == pytest.approx(375)
    assert row["usd_per_t_gross"] < row["usd_per_t"]
    assert row["central"] == pytest.approx(375 / 31778.1)


def test_mexico_may_charge_more_from_2026_on_goods_without_agreement(tables):
    def on(origin, day):
        k, o, d = 1, regions().index(origin), regions().index("MEX")
        return duties.on(tables["duties"], "zinc", day).rates[:, k, o, d].tolist()

    assert on("CHN", date(2025, 12, 31)) == [0, 0.03, 0.055]
    assert on("CHN", date(2026, 1, 1)) == [0, 0.03, 0.35]
    assert on("USA", date(2026, 1, 1)) == [0, 0, 0]


def test_unknown_duties_are_assumed_ranges_and_agreements_are_zero(tables):
    assert duty(tables, "zinc", "refined", "IRN", "BRA") == [0, 0.03, 0.055]
    assert duty(tables, "zinc", "mined", "IRN", "BRA") == [0, 0, 0.02]
    assert duty(tables, "zinc", "refined", "CHE", "EUN") == [0, 0, 0]
    assert duty(tables, "zinc", "refined", "CHL", "EUN") == [0, 0, 0.03]
    assert duty(tables, "zinc", "refined", "USA", "MEX") == [0, 0, 0]
    general = tables["duties"].filter((pl.col("origin") == "") & (pl.col("importer") == ""))
    assert general["assumed"].all()


def test_duties_rise_and_are_zero_at_home(tables):
    for mineral in IDS:
        d = duties.over(tables["duties"], mineral, 2024).rates
        assert np.isfinite(d).all()
        assert (np.diff(d, axis=0) >= 0).all()
        n = len(regions())
        assert (d[:, :, range(n), range(n)] == 0).all()


def test_a_rate_that_is_blank_at_the_wto_is_an_error(raw):
    path = raw / "data/04_tariffs/us_china/wto_C156_C840.csv"
    path.write_text(path.read_text("utf-8").replace("790112,23.0", "790112,"), "utf-8")
    with pytest.raises(WorldError, match="790112"):
        values.compile(raw, IDS)


def test_freight_follows_its_formula(tables):
    f = arrays.freight_array(
        tables["freight"],
        arrays.distance_arrays(tables["distances"]),
        tables["prices"],
        "zinc",
    )
    at = regions().index
    base = (25 + 0.002 * 10_000) / 0.52 + 0.001 * 2222.3
    assert f[0, at("PER"), at("CHN")] == pytest.approx(base)
    assert f[0, at("ZMB"), at("CHN")] == pytest.approx(base + 60 / 0.52)  # no coast
    assert f[0, at("MNG"), at("CHN")] == pytest.approx(base)  # none either, but a common border
    assert (f[:, range(len(regions())), range(len(regions()))] == 0).all()


def test_a_country_that_stands_for_a_pool_is_an_assumption(tables):
    d = tables["distances"]
    assert len(d) == len(regions()) * (len(regions()) - 1)
    assert d.filter((pl.col("origin") == "CHL") & (pl.col("destination") == "CHN"))[
        "assumed"
    ].to_list() == [False]
    assert d.filter(pl.col("destination") == "EUN")["assumed"].all()


def test_freight_stays_in_the_range_that_shippers_pay(tables):
    over_10_000_km = tables["freight"]["base"] + tables["freight"]["rate"] * 10_000
    assert over_10_000_km.is_between(20, 200).all()


def test_regional_prices_stand_beside_the_world_price(tables):
    p = arrays.price_array(tables["prices"], "zinc")
    at = regions().index
    assert p[1, at("CHN")] == 2777.8
    assert p[1, at("USA")] == pytest.approx(1.442 / 0.00045359237)


def test_a_price_far_from_the_world_bank_is_refused(raw):
    path = raw / "facts/minerals.csv"
    path.write_text(path.read_text("utf-8").replace("2777.8", "2900.0"), "utf-8")
    with pytest.raises(WorldError, match=r"zinc refined.*world-bank-pink-sheet"):
        values.compile(raw, IDS)


def test_an_input_dearer_than_its_output_is_refused(raw):
    path = raw / "facts/minerals.csv"
    path.write_text(path.read_text("utf-8").replace("2222.3", "2700.0"), "utf-8")
    with pytest.raises(WorldError, match=r"zinc refined sells at 2,778"):
        values.compile(raw, IDS)


def test_parameters_have_ranges_for_every_stage(tables):
    p = arrays.parameter_map(tables["parameters"], "zinc")
    assert (p["refined", "eta"].low, p["refined", "eta"].high) == (0.05, 0.4)
    assert p["mined", "eta"].assumed
    assert p["mined", "spare"].low == pytest.approx(0.025)
    assert p["", "seed"].central == 0.001
    for stage in minerals()["zinc"].stage_ids:
        assert {"eps", "eta", "sigma", "spare", "avoidable", "secondary_eps"} <= {
            name for s, name in p if s == stage
        }


def test_customs_bases_cover_every_region(tables):
    cif = dict(zip(regions(), arrays.cif_array(tables["customs_basis"]), strict=True))
    assert not cif["USA"]
    assert not cif["CAN"]
    assert cif["MEX"]
    assert cif["EUN"]
    with pytest.raises(WorldError, match="MEX"):
        arrays.cif_array(tables["customs_basis"].filter(pl.col("region") != "MEX"))


def test_a_hole_in_a_table_is_refused(tables):
    with pytest.raises(WorldError, match="zinc"):
        arrays.price_array(tables["prices"].filter(pl.col("stage") != "mined"), "zinc")
