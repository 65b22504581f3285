"""The rest of the miniature set: magnesium, other years, the screening of all minerals, the map.

``write(folder)`` makes every file of ``inputs.toml``. What a publisher must say of each mineral is
taken from the recipes, so that a new statistic there needs no new row here.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import polars as pl

import miniature
from miniature import table
from orepact.catalogue import countries, screened_minerals
from orepact.world import evidence
from orepact.world.screening import rare_earths, uses
from orepact.world.screening.build import ATLAS
from orepact.world.screening.recipe import plans
from orepact.world.series import load_series
from orepact.world.sources import (
    baci,
    bea,
    bgs,
    cma,
    comext,
    comtrade,
    eu_crm,
    iea,
    natural_earth,
    production,
    usgs,
    usitc,
    wgi,
    wto,
)

MINERALS = ("zinc", "magnesium")
"""Zinc has the survey's series, for 2023 and 2025; magnesium BGS's too, for 2019 and 2022."""

MAGNESIUM = (
    "magnesium,1,metal,810411:0.998;810419:0.93;810430:0.99,,,1100000,2850,assumption,0.85,"
    f"assumption,0.48,assumption,{miniature.REST}"
)
TRADE = {"DEU": 90000.0, "JPN": 30000.0, "CAN": 20000.0, "MEX": 8000.0, "IND": 15000.0}
OUTPUT = (("CHN", 950000), ("ISR", 20000), ("RUS", 60000), ("BRA", 20000), ("KAZ", 20000))


def write(raw: Path) -> Path:
    """Write every file that a build reads into ``raw``, and return it."""
    miniature.write(raw)
    _magnesium(raw)
    _survey(raw)
    _trade(raw)
    _years(raw)
    _study(raw)
    _atlas(raw)
    _accounts(raw)
    _map(raw)
    return raw


def append(raw: Path, name: str, rows: object, encoding: str = "utf-8") -> None:
    """Add rows to a file that is there."""
    with (raw / name).open("a", encoding=encoding, newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _magnesium(raw: Path) -> None:
    with (raw / "facts/minerals.csv").open("a", encoding="utf-8") as file:
        file.write(MAGNESIUM + "\n")
    append(
        raw,
        production.SHEET,
        [("magnesium", "metal", c, t, "USGS MCS 2026", "2024", "A", "1", "") for c, t in OUTPUT],
    )
    flows = [("CHN", i, "810411", 2.9 * t, t) for i, t in TRADE.items()]
    held = pl.read_parquet(raw / baci.EXTRACT)
    new = pl.DataFrame([(2024, *f) for f in flows], held.schema, orient="row")
    pl.concat([held, new]).write_parquet(raw / baci.EXTRACT)
    rich = (("France", "FRA"), ("Japan", "JPN"), ("Korea, Rep.", "KOR"), ("Mexico", "MEX"))
    append(raw, evidence.GDP, [(name, code, "2024", "3e12") for name, code in rich])
    codes = ("810411", "810419", "810430")
    append(raw, wto.SNAPSHOTS, [("CHN", "USA", "2025-01-01", c, "12") for c in codes])
    lines = [(f"{c[:4]}.{c[4:]}.00.00", "0", "Magnesium", "", "8%", "", "100%") for c in codes]
    append(raw, usitc.SCHEDULE, lines)
    edition = [
        ("MCS2025", "Magnesium metal", c, "Magnesium smelter production", "metric tons",
         0.9 * t, t, 1.8 * t, 1.9 * t)
        for c, t in (("China", 950000), ("Israel", 20000), ("Russia", 60000), ("Brazil", 20000))
    ]  # fmt: skip
    edition += [
        ("MCS2025", "Zinc", c, "Mine production, zinc content", "metric tons", t, t, "", "")
        for c, t in (("China", 590_000), ("Peru", 310_000), ("Mexico", 700_000))
    ]
    append(raw, usgs.MCS_2025_WORLD, edition, "latin1")


Row = tuple[str, ...]


def survey_rows() -> Iterator[Row]:
    """Rows that the recipes of screening and of other years ask for, each once."""

    def row(chapter: str, section: str, commodity: str, country: str, detail: str, unit: str,
            year: object, value: str) -> Row:  # fmt: skip
        own = commodity or chapter.title()
        return (chapter, section, own, country, "x", detail, unit, str(year), value, "", "Yes")

    def world(chapter: str, commodity: str, detail: str, year: int) -> Iterator[Row]:
        scale = 1.1 if year == 2025 else 1.0
        for country, kt in (("China", 600), ("Peru", 300), ("World total", 900)):
            yield row(chapter, "World", commodity, country, detail, "thousand metric tons", year,
                      f"{scale * kt:.0f}")  # fmt: skip

    (reo,) = rare_earths._REO.details
    yield from world(rare_earths._REO.chapter, "", reo, 2024)
    for p in plans(2024).values():
        for s in (*p.supply, *p.capacity):
            for detail in s.details:
                yield from world(s.chapter, s.commodity, detail, s.year)
        for s in p.origins:
            for country, share in (("Canada", "70"), ("Other countries", "30")):
                yield row(s.chapter, "Import Sources", s.commodity, country, s.details[0],
                          "percent", "2021-24", share)  # fmt: skip
        for n in p.us:
            us = (n.chapter, "Salient", n.commodity, "United States")
            if n.nir:
                yield row(*us, n.nir, "percent", n.year, ">25")
            for detail in (*n.production, *n.secondary, *n.imports, *n.exports, n.use):
                if detail:
                    yield row(*us, detail, "metric tons", n.year, "100")
            for detail in n.stocks:
                for year in (n.year - 1, n.year):
                    yield row(*us, detail, "metric tons", year, "10")
            if n.price:
                yield row(*us, n.price, "dollars per kilogram", n.year, "5")
    for m in MINERALS:
        for s in load_series()[m].stages.values():
            if s.usgs:
                for year in (2024, 2025):
                    yield from world(s.usgs.chapter, "", s.usgs.detail, year)
            for price in (*s.price, *((s.us_price,) if s.us_price else ())):
                for year in range(2021, 2026):
                    yield row(price.chapter, "Salient", "", "United States", price.series,
                              "dollars per kilogram", year, "5")  # fmt: skip
    for year in range(2021, 2026):
        for detail in ("Imports for consumption", "Exports"):
            yield row("MAGNESIUM METAL", "Salient", "", "United States", detail,
                      "metric tons", year, "80000" if detail[0] == "I" else "9000")  # fmt: skip


def _survey(raw: Path) -> None:
    with (raw / usgs.MCS_2026).open(encoding="cp1252", newline="") as file:
        held = [tuple(r) for r in csv.reader(file)][1:]
    statistic, place = itemgetter(0, 1, 5, 7), itemgetter(0, 1, 2, 3, 5, 7)
    known = {statistic(r) for r in held}
    new = {place(r): r for r in survey_rows() if statistic(r) not in known}
    append(raw, usgs.MCS_2026, new.values(), "cp1252")


def _trade(raw: Path) -> None:
    """Rows of other minerals in the files that have none of zinc."""
    fill = (
        (baci.ASEAN, ("2024", "260400", "360", "156", "500", "10000", "IDN", "CHN", "Nickel")),
        (baci.ASEAN, ("2024", "260400", "608", "156", "450", "9000", "PHL", "CHN", "Nickel")),
        (baci.MARGINS, ("282520", "exporter", "CN", "900000", "", "1000000", "0.9")),
        (baci.MARGINS, ("282520", "importer", "KR", "800000", "", "1000000", "0.8")),
        (baci.TOTALS, ("282520", "Lithium hydroxide", "2024", "1000000", "100")),
        (comtrade.CHINA_EXPORTS, ("2024-01-01", "Japan", "250410", "2000", "1000", "2")),
        (comtrade.CHINA_EXPORTS, ("2024-02-01", "South Korea", "250410", "900", "500", "1.8")),
        (comtrade.LARGEST, ("magnesium", "refined", "exporter", "2023", "China", "90")),
        (comtrade.LARGEST, ("magnesium", "refined", "importer", "2023", "Japan", "40")),
        (comext.EU_IMPORTS, ("CN", "28252000", "2024", "1000")),
        (comext.EU_IMPORTS, ("MX", "28252000", "2024", "10")),
    )
    for name, row in fill:
        append(raw, name, [row])


def _years(raw: Path) -> None:
    head = (
        "bgs_statistic_type_trans,bgs_commodity_trans,bgs_sub_commodity_trans,country_iso3_code,"
        "country_trans,year,quantity,units"
    )
    rows: dict[str, list[tuple[object, ...]]] = {}
    series = [s.bgs for m in load_series().values() for s in m.stages.values() if s.bgs]
    for s in series:
        held = rows.setdefault(f"{bgs.FOLDER}/BGS_{s.file}_production.csv", [])
        for sub in s.subs:
            for year, growth in ((2019, 0.8), (2022, 0.9), (2023, 1.0)):
                held += [
                    ("Production", s.commodity, sub, c, name, f"{year}-01-01 00:00:00", growth * t,
                     "tonnes (metric)")
                    for c, name, t in (("CHN", "China", 900_000), ("RUS", "Russia", 60_000))
                ]  # fmt: skip
    for name, part in rows.items():
        table(raw, name, head, dict.fromkeys(part))
    cells = (("MEX", "Import", "790111", "60000"), ("CHN", "Export", "260800", "90000"))
    append(raw, comtrade.US_CELLS, [
        (year, "USA", partner, flow, code, "x", "200000", kg)
        for year in (2019, 2022, 2023, 2025)
        for partner, flow, code, kg in cells
        if (year, partner) != (2023, "MEX")
    ])  # fmt: skip
    unit = raw / comtrade.UNIT_VALUES.format(2022)
    unit.parent.mkdir(parents=True, exist_ok=True)
    values = "cmd,value,netwgt\n260800,1200,1000\n790111,2700,1000\n810411,2900,1000\n"
    unit.write_bytes(gzip.compress(values.encode(), mtime=0))
    mining = {"countries": {"China": {"2024": 9.0}, "Rest of world": {"2024": 1.0}}}
    explorer = {"supply": {"Cobalt": {"mining": mining | {"total": {"2024": 10.0}}}}}
    put(raw, iea.EXPLORER, explorer)


def put(raw: Path, name: str, held: object) -> None:
    """Write one JSON file."""
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(held), "utf-8")


def _study(raw: Path) -> None:
    supply = [("Zinc", "E", "China", "60%", "1.1"), ("Zinc", "E", "Türkiye", "<40%", "0.8")]
    supply += [("Dysprosium", "E", "China", "100%", "1.0")]
    for name in (eu_crm.GLOBAL, eu_crm.EU):
        table(raw, name, "Material,Stage,Country,Share,t", supply, "latin1")
    table(
        raw,
        eu_crm.CRITICALITY,
        "Material,Year,SR,EI",
        [
            ("Zinc", "2023", "0.2", "4.8"),
            ("Magnesium", "2023", "4.1", "7.4"),
            ("Tin", "2020", "-", "-"),
        ],
        "latin1",
    )
    given: dict[str, list[str]] = {}
    for j in uses.shipped():
        if j.share is None:
            given.setdefault(j.mineral, []).append(j.application)
    shares = {
        (screened_minerals()[m].eu[0], use, f"{100 / len(of):.2f}%", "C24 - Basic metals")
        for m, of in given.items()
        for use in of
    }
    table(raw, eu_crm.USES, "Material,Application,Share,NACE sector", sorted(shares), "latin1")
    head = "material,eol_rir,si_sr,import_reliance"
    table(
        raw, eu_crm.INDICES_2017, head, [("Zinc", "0.31", "0.9", "0.7"), ("Tin", "0.3", "0.9", "")]
    )


def _atlas(raw: Path) -> None:
    for name, key, field in cma.FILES.values():
        put(raw, name, {key: [{"label": "zinc", field: 10.0}, {"label": "bauxite", field: None}]})
    top = [{"name": "China", "tonnes": 60}, {"name": "Peru", "tonnes": 40}]
    rows = [
        {"label": label, "unit": "metric tonnes", "world_tonnes": 100, "top5": top}
        for label in ATLAS.values()
    ]
    put(raw, cma.PRODUCTION, {"rows": rows})
    own = [c.iso3 for c in countries().values() if c.region == c.iso3 != "NCL"]
    rated = [(c, "2022", *["0.1"] * 7) for c in own] + [("FRA", "2022", *["1.1"] * 7)]
    table(raw, wgi.WGI, "iso3,year,CC,GE,PV,RL,RQ,VA,mean6", rated)


def _accounts(raw: Path) -> None:
    codes = sorted({c for j in uses.shipped() for c in j.codes})
    head = ",".join(("bea_code", *codes))
    for name, own, other in ((bea.DOMESTIC, 100.0, 1.0), (bea.IMPORTED, 5.0, 0.0)):
        rows = [(a, *(own if a == b else other for b in codes)) for a in codes]
        table(raw, name, head, rows)
    rows = [(a, *(1.1 if a == b else 0.002 for b in codes)) for a in codes]
    table(raw, bea.REQUIREMENTS, head, rows)
    table(raw, bea.OUTPUT, "bea_code,output", [(c, "1000") for c in codes])
    table(raw, bea.NAMES, "Commodity Code,Description", [(c, f"Industry {c}") for c in codes])


def _map(raw: Path) -> None:
    """Every country a square of its own degree; whole degrees, one arc each."""
    held = sorted(countries().values(), key=lambda c: c.numeric)
    arcs = [[[i, 0], [1, 0], [0, 1], [-1, 0], [0, -1]] for i in range(len(held))]
    areas = [
        {"type": "Polygon", "arcs": [[i]], "id": c.numeric, "properties": {"name": c.name}}
        for i, c in enumerate(held)
    ]
    world = {
        "type": "Topology",
        "transform": {"scale": [1, 1], "translate": [-180, 0]},
        "arcs": arcs,
        "objects": {"countries": {"type": "GeometryCollection", "geometries": areas}},
    }
    put(raw, natural_earth.COUNTRIES, world)
