"""A small folder of sources for zinc, in the publishers' own layouts, with figures of our own."""

import csv
import gzip
from pathlib import Path

import polars as pl
import pytest

from orepact.catalogue import regions
from orepact.world.sources import baci, cepii, comext, comtrade, production, usgs
from orepact.world.sources.cepii import _geodist

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
SURVEY = (
    ("Salient", "United States", "Production: Refined zinc,", "0.22", "2024"),
    ("Salient", "United States", "Imports for consumption: Ores and concentrates", "0.018", "2024"),
    ("Salient", "United States", "Exports: Ores and concentrates", "0.66", "2024"),
    ("Salient", "United States", "Imports for consumption: Refined zinc", "0.59", "2024"),
    ("Salient", "United States", "Exports: Refined zinc", "0.002", "2024"),
    ("Salient", "United States", "Stocks", "W", "2024"),
    ("Import Sources", "Peru", "Ores and concentrates", "80", "2021-24"),
    ("Import Sources", "Other countries", "Ores and concentrates", "20", "2021-24"),
    ("Import Sources", "Canada", "Refined metal", "57", "2021-24"),
    ("Import Sources", "Korea, Republic of", "Refined metal", ">7", "2021-24"),
    ("Import Sources", "Other countries", "Refined metal", "36", "2021-24"),
)


def write(folder: Path, name: str, header: str, rows: object, encoding: str = "utf-8") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


@pytest.fixture
def zinc_sources(tmp_path: Path) -> Path:
    raw = tmp_path / "raw"
    facts = raw / "facts/minerals.csv"
    facts.parent.mkdir(parents=True)
    facts.write_text("\n".join((SHEET, *STAGES)) + "\n", "utf-8")
    write(
        raw,
        production.SHEET,
        "mineral,stage,iso3,production_t,source,vintage,flag,preferred,note",
        [(m, k, c, t, "USGS MCS 2026", "2024", f, p, "") for m, k, c, t, f, p in PRODUCTION],
    )
    write(
        raw,
        usgs.MCS_2026,
        "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value",
        [
            ("ZINC", s, "Zinc", c, "x", d, {"I": "percent"}.get(s[0], "thousand metric tons"), y, v)
            for s, c, d, v, y in SURVEY
        ],
        "cp1252",
    )
    baci_header = {"year": [2024], "exporter": ["PER"], "importer": ["CHN"], "hs6": ["260800"]}
    path = raw / baci.EXTRACT
    path.parent.mkdir(parents=True)
    pl.DataFrame(baci_header | {"value_kusd": [2600.0], "qty_t": [2200.0]}).write_parquet(path)
    write(raw, baci.OLDER, "i,j,cmd,value", [("PER", "CHN", "260800", "500000.0")])
    write(raw, baci.ASEAN, "t,hs6,i,j,trade_usd_thousands,qty_tons,i_iso3,j_iso3,mineral", [])
    write(raw, baci.MARGINS, "hs6,side,iso2,value_usd,note,world_usd,share", [])
    write(raw, baci.TOTALS, "hs6,label,year,world_usd,world_tonnes", [])
    cells = "ref_year,reporter_iso,partner_iso,flow_desc,cmd_code,cmd_desc,primary_value,net_wgt"
    write(
        raw,
        comtrade.US_CELLS,
        cells,
        [
            ("2024", "USA", "MEX", "Import", "790111", "Zinc", "165000", "61544"),
            ("2024", "USA", "CHN", "Export", "260800", "Ore", "228000", "95834"),
            ("2023", "USA", "MEX", "Import", "790111", "Zinc", "1", "1"),
        ],
    )
    write(raw, comtrade.LARGEST, "mineral,stage,side,year,country,share_pct", [])
    write(raw, comtrade.CHINA_EXPORTS, "period_dt,partner_name,hs6,val,qty,uv", [])
    write(raw, comext.EU_IMPORTS, "PARTNER_ISO,PRODUCT_NC,PERIOD,VALUE_IN_EUROS", [])
    write(
        raw,
        comext.COUNTRY_CODES,
        "country_code,country_name,country_iso2,country_iso3",
        [
            ("156", "China", "CN", "CHN"),
            ("842", "USA", "US", "USA"),
            ("484", "Mexico", "MX", "MEX"),
        ],
    )
    write(
        raw,
        "data/05_country/gdp/gdp_worldbank_datasets.csv",
        "Country Name,Country Code,Year,Value",
        [("United States", "USA", "2023", "27e12"), ("China", "CHN", "2024", "18e12")],
    )
    names = [_geodist(r) for r in regions()]
    far = [
        (a, b, "0", str(100 * (1 + abs(i - j))))
        for i, a in enumerate(names)
        for j, b in enumerate(names)
    ]
    distances = raw / cepii.DISTANCES
    distances.parent.mkdir(parents=True)
    with gzip.open(distances, "wt", newline="") as file:
        csv.writer(file).writerows([("iso_o", "iso_d", "contig", "distw"), *far])
    write(raw, cepii.COUNTRIES, "iso3,landlocked", [(n, "0") for n in names])
    return raw
