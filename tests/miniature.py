"""A miniature set of the publishers' files, in their own layouts, with figures of our own.

``write(folder)`` makes every file of ``inputs.toml`` that a build of zinc reads, and
:func:`miniature_whole.write` all others beside them. The world they give is fictional: about a
thousandth of the real one, with a handful of countries.
"""

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from openpyxl import Workbook

from orepact.catalogue import regions
from orepact.world import duty_rows, evidence
from orepact.world.prices import BENCHMARKS
from orepact.world.sources import (
    baci,
    benchmarks,
    cepii,
    comext,
    comtrade,
    production,
    usgs,
    usitc,
    wits,
    wto,
)

SHEET = (
    "mineral,stage_order,stage,hs6_2022_with_t_contained_per_t,input_per_unit_output,"
    "input_source,world_production_2024_t,price_2024_usd_per_t_contained,price_source,"
    "conversion_share_of_output_price,conversion_source,spare_capacity_share_2024,spare_source,"
    "supply_elast_low,supply_elast_central,supply_elast_high,supply_elast_source,"
    "demand_elast_low,demand_elast_central,demand_elast_high,demand_elast_source,"
    "sigma_low,sigma_central,sigma_high,sigma_source"
)
REST = "0.05,0.2,0.4,assumption,-0.4,-0.2,-0.05,assumption,3,6,12,assumption"
STAGES = (
    f"zinc,1,mined,260800:0.52,,,1000,2222,assumption,,,0.05,assumption,{REST}",
    f"zinc,2,refined,790111:1;790112:0.985,1.05,assumption,1100,2778,assumption,"
    f"0.16,assumption,0.12,assumption,{REST}",
)
PRODUCTION = (
    ("zinc", "mined", "CHN", "4000", "A", "1"),
    ("zinc", "mined", "PER", "1300", "A", "1"),
    ("zinc", "mined", "MEX", "770", "A", "1"),
    ("zinc", "mined", "USA", "760", "A", "1"),
    ("zinc", "mined", "IRL", "100", "C", "1"),
    ("zinc", "mined", "SWE", "200", "C", "1"),
    ("zinc", "mined", "CHN", "3000", "B", "0"),
    ("zinc", "refined", "CHN", "6000", "C", "1"),
    ("zinc", "refined", "KOR", "900", "C", "1"),
    ("zinc", "refined", "CAN", "640", "C", "1"),
    ("zinc", "refined", "MEX", "350", "C", "1"),
)
SURVEY_HEAD = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,"
    "Is critical mineral 2025"
)
SURVEY = (
    ("Salient", "United States", "Production: Refined zinc,", "0.22", "2024"),
    ("Salient", "United States", "Imports for consumption: Ores and concentrates", "0.018", "2024"),
    ("Salient", "United States", "Exports: Ores and concentrates", "0.66", "2024"),
    ("Salient", "United States", "Imports for consumption: Refined zinc", "0.59", "2024"),
    ("Salient", "United States", "Exports: Refined zinc", "0.002", "2024"),
    ("Salient", "United States", "Stocks", "W", "2024"),
    ("Import Sources", "Peru", "Ores and concentrates", "80", "2021-24"),
    ("Import Sources", "Other countries", "Ores and concentrates", "<20", "2021-24"),
    ("Import Sources", "Canada", "Refined metal", "57", "2021-24"),
    ("Import Sources", "Korea, Republic of", "Refined metal", "7", "2021-24"),
    ("Import Sources", "Other countries", "Refined metal", "36", "2021-24"),
)
COUNTRIES = (
    ("124", "Canada", "CA", "CAN"),
    ("156", "China", "CN", "CHN"),
    ("251", "France", "FR", "FRA"),
    ("276", "Germany", "DE", "DEU"),
    ("410", "Rep. of Korea", "KR", "KOR"),
    ("484", "Mexico", "MX", "MEX"),
    ("490", "Other Asia, nes", "N/A", "S19"),
    ("604", "Peru", "PE", "PER"),
    ("842", "USA", "US", "USA"),
)


def table(
    raw: Path, name: str, header: str, rows: Iterable[Iterable[object]], encoding: str = "utf-8"
) -> None:
    """Write one delimited file."""
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def write(raw: Path) -> Path:
    """Write every file that a build of zinc reads into ``raw``, and return it."""
    _facts(raw)
    _survey(raw)
    _baci(raw)
    _comtrade(raw)
    _prices(raw)
    _tariffs(raw)
    _geography(raw)
    return raw


def _facts(raw: Path) -> None:
    facts = raw / "facts/minerals.csv"
    facts.parent.mkdir(parents=True)
    facts.write_text("\n".join((SHEET, *STAGES)) + "\n", "utf-8")
    table(
        raw,
        production.SHEET,
        "mineral,stage,iso3,production_t,source,vintage,flag,preferred,note",
        [(m, k, c, t, "USGS MCS 2026", "2024", f, p, "") for m, k, c, t, f, p in PRODUCTION],
    )


def _survey(raw: Path) -> None:
    unit = {"I": "percent"}
    table(
        raw,
        usgs.MCS_2026,
        SURVEY_HEAD,
        [
            ("ZINC", s, "Zinc", c, "x", d, unit.get(s[0], "thousand metric tons"), y, v, "", "Yes")
            for s, c, d, v, y in SURVEY
        ],
        "cp1252",
    )
    table(
        raw,
        usgs.MCS_2025_WORLD,
        "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,CAP_2023,CAP_EST_ 2024",
        [("MCS2025", "Zinc ", "China", "x", "metric tons", "1", "1", "2", "2")],
        "latin1",
    )


def _baci(raw: Path) -> None:
    held = {"year": [2024], "exporter": ["PER"], "importer": ["CHN"], "hs6": ["260800"]}
    path = raw / baci.EXTRACT
    path.parent.mkdir(parents=True)
    pl.DataFrame(held | {"value_kusd": [2600.0], "qty_t": [2200.0]}).write_parquet(path)
    table(raw, baci.OLDER, "i,j,cmd,value", [("PER", "CHN", "260800", "500000.0")])
    table(raw, baci.ASEAN, "t,hs6,i,j,trade_usd_thousands,qty_tons,i_iso3,j_iso3,mineral", [])
    table(raw, baci.MARGINS, "hs6,side,iso2,value_usd,note,world_usd,share", [])
    table(raw, baci.TOTALS, "hs6,label,year,world_usd,world_tonnes", [])
    names = "country_code,country_name,country_iso2,country_iso3"
    table(raw, comext.COUNTRY_CODES, names, COUNTRIES)


def _comtrade(raw: Path) -> None:
    table(
        raw,
        comtrade.US_CELLS,
        "ref_year,reporter_iso,partner_iso,flow_desc,cmd_code,cmd_desc,primary_value,net_wgt",
        [
            ("2024", "USA", "MEX", "Import", "790111", "Zinc", "165000", "61544"),
            ("2024", "USA", "CHN", "Export", "260800", "Ore", "228000", "95834"),
            ("2023", "USA", "MEX", "Import", "790111", "Zinc", "1", "1"),
        ],
    )
    nickel = "period,reporterISO,partnerISO,flowCode,cmdCode,primaryValue,netWgt"
    table(raw, comtrade.NICKEL, nickel, [("2024", "CHN", "PHL", "M", "260400", "500", "10000")])
    table(raw, comtrade.LARGEST, "mineral,stage,side,year,country,share_pct", [])
    table(raw, comtrade.CHINA_EXPORTS, "period_dt,partner_name,hs6,val,qty,uv", [])
    table(raw, comext.EU_IMPORTS, "PARTNER_ISO,PRODUCT_NC,PERIOD,VALUE_IN_EUROS", [])


def _prices(raw: Path) -> None:
    known = {"Zinc": 2778.0}
    pink = sorted({b.series for b in BENCHMARKS if b.source == "world-bank-pink-sheet"})
    book = Workbook()
    sheet = book.active
    sheet.title = "Monthly Prices"
    for row in (["World Bank Commodity Price Data"], [None, *pink], [None, *("($)",) * len(pink)]):
        sheet.append(row)
    months = [(year, month) for year in range(2019, 2026) for month in range(1, 13)]
    for year, month in months:
        sheet.append([f"{year}M{month:02}", *(known.get(s, 1000.0) for s in pink)])
    (raw / benchmarks.PINK_SHEET).parent.mkdir(parents=True)
    book.save(raw / benchmarks.PINK_SHEET)
    imf = sorted({b.series for b in BENCHMARKS if b.source == "imf-pcps"})
    rows = [(s, f"{y}-{m:02}", "USD", "1000") for s in imf for y, m in months]
    table(raw, benchmarks.IMF, "mineral,date,data_transformation,obs_value", rows)


def _tariffs(raw: Path) -> None:
    lines = (
        ("2608.00.00", "Zinc ores and concentrates", "Free", "", "3.7¢/kg on zinc content"),
        ("7901.11.00.00", "Zinc, 99.99 percent", "1.5%", "Free (AU,CL,KR,PE,S)", "5%"),
        ("7901.12.10.00", "Casting-grade zinc", "3%", "Free (AU,CL,KR,PE,S)", "45%"),
        ("7901.12.50.00", "Other", "1.5%", "Free (AU,CL,KR,PE,S)", "5%"),
        (
            "9903.88.03",
            "Articles the product of China, entered on or after September 24, 2018",
            "The duty provided in the applicable subheading + 25%",
            "",
            "",
        ),
    )
    table(
        raw,
        usitc.SCHEDULE,
        "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,"
        "Special Rate of Duty,Column 2 Rate of Duty",
        [(n, "0", text, "", *rates) for n, text, *rates in lines],
        "utf-8-sig",
    )
    table(raw, usitc.LISTS, "hts8,list,ch99_code", [("79011100", "3", "9903.88.03")])
    claims = [("7901110000", "1220", "0.9"), ("7901110000", "2010", "0.8")]
    table(raw, usitc.CLAIMS, "hts10,cty_code,usmca_share", claims)
    table(raw, usitc.EXEMPT, "hts10", [("2608000010",), ("7901110000",)])
    groups = (*duty_rows.FREE, *duty_rows.LISTED, *duty_rows.CHINA_LDC, duty_rows.AGOA)
    members = [
        (g, "a group", c, n) for g in groups for c, n in (("484", "Mexico"), ("604", "Peru"))
    ]
    table(raw, wits.MEMBERS, "PARTNER,RegionName,Country,CountryName", members)
    rates = [("CHN", "USA", "2025-01-01", c, "12") for c in ("260800", "790111", "790112")]
    table(raw, wto.SNAPSHOTS, "reporter_iso,partner_iso,year_dt,hs_code,best_avlbl", rates)
    table(raw, wto.ADDED_BY_US, "hs06,us_tariff_2019,us_tariff_2020", [("790112", "15", "7.5")])
    table(raw, wto.RETALIATION, "hs6,chn_reta_2019,n_hs8", [("790111", "10", "1")])


def _geography(raw: Path) -> None:
    table(
        raw,
        evidence.GDP,
        "Country Name,Country Code,Year,Value",
        [("United States", "USA", "2023", "27e12"), ("China", "CHN", "2024", "18e12")],
    )
    names = [cepii._geodist(r) for r in regions()]
    far = [
        (a, b, "0", str(100 * (1 + abs(i - j))))
        for i, a in enumerate(names)
        for j, b in enumerate(names)
    ]
    distances = raw / cepii.DISTANCES
    distances.parent.mkdir(parents=True)
    with gzip.open(distances, "wt", newline="") as file:
        csv.writer(file).writerows([("iso_o", "iso_d", "contig", "distw"), *far])
    table(raw, cepii.COUNTRIES, "iso3,landlocked", [(n, "0") for n in names])
