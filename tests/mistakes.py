"""Mistakes in the publishers' files: which file, what is wrong, how it is made, what is said."""

import gzip
import io

import polars as pl
from openpyxl import load_workbook

import readers
from orepact.world import evidence
from orepact.world.sources import (
    baci,
    bea,
    benchmarks,
    bgs,
    cepii,
    cma,
    comext,
    comtrade,
    eu_crm,
    iea,
    natural_earth,
    usgs,
    usitc,
    wgi,
    wits,
    wto,
)  # fmt: skip


def words(old, new, encoding="utf-8"):
    """A change of the first ``old`` in a text to ``new``."""

    def how(data):
        assert old.encode(encoding) in data, old
        return data.replace(old.encode(encoding), new.encode(encoding), 1)

    return how


def everywhere(old, new):
    """A change of every ``old`` to ``new``."""
    return lambda data: data.replace(old.encode(), new.encode())


def zipped(old, new):
    """The same within a gzipped text."""
    return lambda data: gzip.compress(words(old, new)(gzip.decompress(data)))


def again(line):
    """The row that starts so, a second time at the end."""

    def how(data):
        row = next(x for x in data.split(b"\n") if x.startswith(line.encode()))
        return data + row + b"\n"

    return how


def cells(**of):
    """Other values in the first row of a Parquet file."""

    def how(data):
        frame = pl.read_parquet(io.BytesIO(data))
        first = frame.head(1).with_columns(**{k: pl.lit(v, frame.schema[k]) for k, v in of.items()})
        out = io.BytesIO()
        pl.concat([first, frame.slice(1) if of else frame]).write_parquet(out)
        return out.getvalue()

    return how


def sheet(row, series, value):
    """Another value in one cell of the workbook, in the column of a series."""

    def how(data):
        book = load_workbook(io.BytesIO(data))
        held = book["Monthly Prices"]
        column = next(c.column for c in held[2] if c.value == series)
        held.cell(row, column).value = value
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return how


FACTS, MADE = "facts/minerals.csv", "facts/production_2024.csv"
SURVEY, EDITION = usgs.MCS_2026, usgs.MCS_2025_WORLD
COPPER = f"{bgs.FOLDER}/BGS_copper_production.csv"
RECYCLING = cma.FILES["recycling"][0]
VALUES = comtrade.UNIT_VALUES.format(2022)

MISTAKES = [
    (FACTS, "word for a number", words("0.05,0.2,0.4", "0.05,x,0.4"),
     "line 2: .* text where a num"),
    (FACTS, "row twice", again("zinc,1,"), "zinc mined stands twice. Keep one row"),
    (FACTS, "row missing", words("zinc,2,refined", "lead,2,refined"),
     "no row for zinc refined. Add"),
    (MADE, "unknown country", words(",PER,", ",PRU,"),
     "row 3, iso3: Unknown country.*Did you mean"),
    (MADE, "unknown stage", words("zinc,mined,PER", "zinc,mind,PER"),
     "row 3: .*no stage 'mind' of z"),
    (MADE, "NaN", words("PER,1300", "PER,NaN"), "row 3: production_t = 'NaN' is not a number"),
    (MADE, "withheld", words("PER,1300", "PER,W"), "row 3: production_t = 'W' is not a number"),
    (MADE, "blank", words("PER,1300", "PER,"), "row 3: output is blank"),
    (MADE, "negative", words("PER,1300", "PER,-1300"), "row 3: production_t = '-1300' is negative"),
    (MADE, "row twice", again("zinc,mined,PER"), "zinc mined PER has two preferred rows. Keep one"),
    (MADE, "unknown source", words("USGS MCS 2026", "a friend"), "'a friend' names no known publ"),
    (SURVEY, "word", words(",2024,0.59", ",2024,some"), r"row 5: USGS value 'some' is neither"),
    (SURVEY, "NaN", words(",2024,0.59", ",2024,nan"), r"row 5: USGS value 'nan' is neither"),
    (SURVEY, "negative", words(",2024,0.59", ",2024,-1"), r"row 5: USGS value '-1' is neither"),
    (SURVEY, "unknown country", words("Sources,Zinc,Peru", "Sources,Zinc,Peruvia"),
     "row 8: USGS names a country 'Peruvia'"),
    (SURVEY, "country twice", words("Sources,Zinc,Canada", "Sources,Zinc,\"Korea, Republic of\""),
     "row 11: Korea, Republic of stands twice"),
    (SURVEY, "share withheld", words("2021-24,80", "2021-24,W"), "row 8: import share 'W' is not"),
    (EDITION, "unit", words("smelter production,metric tons", "smelter production,short tons"),
     "row 3: unit 'short tons' is none of"),
    (EDITION, "unknown country", words("metal,Israel", "metal,Israël"),
     "row 4: USGS names a country"),
    (EDITION, "word", words("1710000.0,1805000.0", "1,lots"), "row 3: USGS value 'lots'"),
    (EDITION, "row twice", again("MCS2025,Magnesium metal,China"),
     "China stands twice for Magnesium"),
    (baci.EXTRACT, "NaN", cells(value_kusd=float("nan")),
     "row 1: value_kusd = nan is not a number"),
    (baci.EXTRACT, "negative", cells(qty_t=-1.0), "row 1: qty_t = -1.0 is negative"),
    (baci.EXTRACT, "blank", cells(value_kusd=None), "row 1: value_kusd is blank"),
    (baci.EXTRACT, "other year", cells(year=2023), "row 1: year is 2023, not 2024"),
    (baci.EXTRACT, "unknown country", cells(exporter="PRU"), "row 1, exporter: Unknown country"),
    (baci.EXTRACT, "row twice", cells(), "rows 1 and 2: 2024 PER CHN 260800 stands twice"),
    (baci.ASEAN, "NaN", words("500,10000", "nan,10000"),
     "row 2: trade_usd_thousands = 'nan' is not"),
    (baci.ASEAN, "blank", words("500,10000", ",10000"), "row 2: trade_usd_thousands is blank"),
    (baci.ASEAN, "negative", words("500,10000", "500,-1"), "row 2: qty_tons = '-1' is negative"),
    (baci.ASEAN, "unknown country", words("IDN,CHN", "IDO,CHN"), "row 2, i_iso3: Unknown country"),
    (baci.ASEAN, "row twice", again("2024,260400,360"),
     "rows 2 and 4: 260400 IDN CHN stands twice"),
    (baci.OLDER, "word", words("500000.0", "many"), "row 2: value = 'many' is not a number"),
    (baci.OLDER, "blank", words("500000.0", ""), "row 2: value is blank"),
    (baci.OLDER, "row twice", again("PER"), "rows 2 and 3: PER CHN 260800 stands twice"),
    (baci.OLDER, "unknown country", words("PER", "PRU"), "row 2, i: Unknown country"),
    (baci.MARGINS, "blank", words("900000", ""), "row 2: value_usd is blank"),
    (baci.MARGINS, "unknown side", words("exporter", "seller"),
     "row 2: side is 'seller', and none of"),
    (baci.MARGINS, "row twice", again("282520,exporter"),
     "rows 2 and 4: 282520 exporter CN stands"),
    (baci.TOTALS, "blank", words("1000000,100", "1000000,"), "row 2: world_tonnes is blank"),
    (baci.TOTALS, "negative", words("1000000,100", "1000000,-100"), "row 2: .* is negative"),
    (readers.FULL, "other year", words("2024,604", "2023,604"), "row 2: year 2023 is not 2024"),
    (readers.FULL, "unknown country", words("2024,604", "2024,999"),
     "row 2: country code 999 is not"),
    (readers.FULL, "NaN", words("2640", "nan"), "row 2: v = 'nan' is not a number"),
    (readers.FULL, "row twice", again("2024,604"), "rows 2 and 3: 604 156 260800 stands twice"),
    (comext.EU_IMPORTS, "unknown country", words("MX,2825", "M1,2825"),
     "row 3, PARTNER_ISO: Unknown"),
    (comext.EU_IMPORTS, "blank", words("2024,1000", "2024,"), "row 2: VALUE_IN_EUROS is blank"),
    (comext.EU_IMPORTS, "NaN", words("2024,1000", "2024,NaN"),
     "row 2: VALUE_IN_EUROS = 'NaN' is not"),
    (comext.EU_IMPORTS, "row twice", again("CN,2825"),
     "rows 2 and 4: CN 28252000 2024 stands twice"),
    (comtrade.US_CELLS, "breakdown", again("2024,USA,MEX"),
     "rows 2 and .*: .* twice.*customsCode C00"),
    (comtrade.US_CELLS, "another flow", words("Import", "Re-Import"),
     "row 2: flow_desc is 'Re-Import'"),
    (comtrade.US_CELLS, "unknown country", words("USA,MEX", "USA,MXC"),
     "row 2, partner_iso: Unknown"),
    (comtrade.US_CELLS, "blank", words("165000", ""), "row 2: primary_value is blank"),
    (comtrade.US_CELLS, "word", words("61544", "W"), "row 2: net_wgt = 'W' is not a number"),
    (comtrade.NICKEL, "breakdown", again("2024,CHN,PHL"),
     "rows 2 and 3: CHN PHL stands twice.*motCode"),
    (comtrade.NICKEL, "unknown country", words("PHL", "PHI"), "row 2, partnerISO: Unknown country"),
    (comtrade.NICKEL, "negative", words("10000", "-10000"), "row 2: netWgt = '-10000' is negative"),
    (comtrade.LARGEST, "unknown country", words("China", "Cathay"), "row 2: .*no country 'Cathay'"),
    (comtrade.LARGEST, "share", words(",90", ",190"), "row 2: a share of 190.0 %"),
    (comtrade.LARGEST, "row twice", again("magnesium,refined,exp"),
     "rows 2 and 4: .* stands twice"),
    (comtrade.CHINA_EXPORTS, "breakdown", again("2024-01-01,Japan"),
     "rows 2 and 4: .*partner2Code 0"),
    (comtrade.CHINA_EXPORTS, "blank", words("2000,1000", "2000,"), "row 2: qty is blank"),
    (comtrade.CHINA_EXPORTS, "unknown country", words("Japan", "Nippon"),
     "row 2: .*no country 'Nippon'"),
    (VALUES, "negative", zipped("1200,1000", "1200,-1000"), "row 2: netwgt = '-1000' is negative"),
    (VALUES, "word", zipped("1200,1000", "E,1000"), "row 2: value = 'E' is not a number"),
    (readers.RECORDS, "breakdown", again("2024,CHN,PER"),
     "rows .* and .* stands twice.*customsCode"),
    (readers.RECORDS, "unknown country", words("CHN,PER", "CHN,PRU"), "row 3, partnerISO: Unknown"),
    (readers.RECORDS, "NaN", words("2640000.0", "NaN"),
     "row 3: primaryValue = 'NaN' is not a number"),
    (readers.RECORDS, "blank", words("2640000.0", ""), "row 3: a flow without a value"),
    (readers.RECORDS, "another flow", words("CHN,PER,M", "CHN,PER,RM"),
     "row 3: flowCode RM is neither"),
    (benchmarks.PINK_SHEET, "word", sheet(64, "Zinc", "…"), ".* has 11 months in 2024, not 12"),
    (benchmarks.PINK_SHEET, "negative", sheet(64, "Zinc", -5),
     "has a month in 2024 that is no positive"),
    (benchmarks.PINK_SHEET, "series renamed", sheet(2, "Zinc", "Zn"), "has no row that names"),
    (benchmarks.IMF, "row twice", again("Cobalt,2024-01"), "rows .* and .*: Cobalt 2024-01 stands"),
    (benchmarks.IMF, "NaN", words("Cobalt,2024-01,USD,1000", "Cobalt,2024-01,USD,NaN"),
     "= 'NaN' is n"),
    (benchmarks.IMF, "blank", words("Cobalt,2024-01,USD,1000", "Cobalt,2024-01,USD,"),
     "has 11 months"),
    (COPPER, "unit", words("810000.0,tonnes (metric)", "810000.0,barrels"),
     "row 4: .* is in an unknown unit"),
    (COPPER, "withheld", words("2022-01-01 00:00:00,810000.0", "2022-01-01 00:00:00,W"),
     "= 'W' is not"),
    (COPPER, "negative", words("2022-01-01 00:00:00,8", "2022-01-01 00:00:00,-8"), "is negative"),
    (iea.EXPLORER, "word", words('"2024": 9.0', '"2024": "W"'),
     "Cobalt mining: China has 'W' in 2024"),
    (iea.EXPLORER, "NaN", words('"2024": 9.0', '"2024": NaN'),
     "Cobalt mining: China has nan in 2024"),
    (iea.EXPLORER, "unit", words('"2024": 10.0', '"2024": 10000.0'),
     "Is a country missing, or in an"),
    (iea.EXPLORER, "unknown country", words('"China"', '"Cathay"'), "unknown country 'Cathay'"),
    (usitc.SCHEDULE, "rate", words("Free,,3.7¢/kg on zinc content", "Free,,3.7 cents"),
     "row 2, line 26080000: The rate of duty '3.7 cents' is not understood"),
    (usitc.SCHEDULE, "line missing", words("7901.11.00.00", "7901.13.00.00"),
     "no line 79011100 with"),
    (usitc.LISTS, "code with dots", words("79011100", "7901.11.00"),
     "row 2: hts8 '7901.11.00' is no"),
    (usitc.LISTS, "unknown heading", words("9903.88.03", "9903.88.99"),
     "79011100 under 9903.88.99"),
    (usitc.CLAIMS, "share", words("0.9", "1.9"), "row 2: a share above one"),
    (usitc.CLAIMS, "unknown country", words("1220", "9999"),
     "row 2: cty_code is '9999', and none of"),
    (usitc.CLAIMS, "blank", words(",0.9", ","), "row 2: usmca_share is blank"),
    (usitc.CLAIMS, "row twice", again("7901110000,1220"),
     "rows 2 and 4: 7901110000 1220 stands twice"),
    (usitc.EXEMPT, "code with dots", words("2608000010", "2608.00.0010"),
     "row 2: hts10 '2608.00.0010'"),
    (wits.MEMBERS, "unknown country", words(",484,", ",999,"),
     "row 2: .* unknown country code '999'"),
    (wto.SNAPSHOTS, "day", words("2025-01-01", "1/1/2025"),
     "row 2: year_dt is '1/1/2025', not a day"),
    (wto.SNAPSHOTS, "negative", words(",12", ",-12"), "row 2: best_avlbl = '-12' is negative"),
    (wto.SNAPSHOTS, "row twice", again("CHN,USA,2025-01-01,260800"),
     "260800 2025-01-01 stands twice"),
    (wto.RETALIATION, "word", words("790111,10", "790111,ten"),
     "row 2: chn_reta_2019 = 'ten' is not"),
    (cepii.DISTANCES, "metres", zipped(",0,200\r\n", ",0,2000000\r\n"), "Is it in metres"),
    (cepii.DISTANCES, "blank", zipped(",0,200\r\n", ",0,.\r\n"), "has no distance from"),
    (cepii.DISTANCES, "NaN", zipped(",0,200\r\n", ",0,nan\r\n"), "distw = 'nan' is not a number"),
    (cepii.COUNTRIES, "blank", words(",0", ","), "row 2: landlocked is None, and none of 0, 1"),
    (evidence.GDP, "row twice", again("United States"), "rows 2 and .*: USA 2023 stands twice"),
    (evidence.GDP, "negative", words("27e12", "-27e12"), "row 2: Value = '-27e12' is negative"),
    (evidence.GDP, "blank", words("27e12", ""), "has no GDP of the United States"),
    (eu_crm.GLOBAL, "unknown country", words("China", "Cathay"), "row 2: .*country 'Cathay'"),
    (eu_crm.GLOBAL, "blank", words("60%", ""), "row 2: Share is blank"),
    (eu_crm.GLOBAL, "word", words("60%", "W"), "row 2: share 'W' is not a percentage"),
    (eu_crm.GLOBAL, "NaN", words("60%", "nan"), "row 2: share 'nan' is not between"),
    (eu_crm.GLOBAL, "negative", words("60%", "-60%"), "row 2: share '-60%' is not between"),
    (eu_crm.GLOBAL, "stage", words("Zinc,E", "Zinc,R"), "row 2: stage 'R' is neither E nor P"),
    (eu_crm.EU, "row twice", again("Zinc,E,China"), "rows 2 and 5: Zinc E China stands twice"),
    (eu_crm.USES, "share", words("%", " parts"), "row 2: share .* is not a percentage"),
    (eu_crm.CRITICALITY, "word", words("4.1", "high"), "row 3: SR = 'high' is not a number"),
    (eu_crm.CRITICALITY, "row twice", again("Zinc"), "rows 2 and 5: Zinc 2023 stands twice"),
    (eu_crm.INDICES_2017, "beyond one", words("0.31", "31"), "row 2: an index beyond 0 and 1"),
    (eu_crm.INDICES_2017, "row twice", again("Zinc"), "rows 2 and 4: Zinc stands twice"),
    (wgi.WGI, "wrong mean", words(",0.1\n", ",0.9\n"),
     "row 2: mean6 0.9 is not the mean of the six"),
    (wgi.WGI, "NaN", words("2022,0.1", "2022,NaN"), "row 2: CC = 'NaN' is not a number"),
    (wgi.WGI, "row twice", again("FRA"), "rows .* and .*: FRA 2022 stands twice"),
    (bea.DOMESTIC, "word", words("100.0", "x"), "row 2: .* = 'x' is not a number"),
    (bea.DOMESTIC, "row twice", again("2"), "rows .* and .* stands twice"),
    (bea.IMPORTED, "other codes", words("bea_code,", "bea_code,X"), "do not have the same codes"),
    (bea.OUTPUT, "zero", words(",1000", ",0"), "no positive output for industry"),
    (bea.OUTPUT, "negative", words(",1000", ",-1"), "row 2: output = '-1' is negative"),
    (bea.REQUIREMENTS, "NaN", words("1.1", "nan"), "row 2: .* = 'nan' is not a number"),
    (RECYCLING, "NaN", words("10.0", "NaN"), r"entry 1 \(zinc\): recycling nan, not 0 to 100"),
    (RECYCLING, "percent", words("10.0", "1000"),
     r"entry 1 \(zinc\): recycling 1000, not 0 to 100"),
    (RECYCLING, "row twice", words("bauxite", "zinc"), "zinc stands twice"),
    (cma.PRODUCTION, "unit", everywhere("metric tonnes", "tons"), "no output of .* in metric"),
    (cma.PRODUCTION, "unknown country", everywhere("China", "Cathay"),
     "a country 'Cathay' unknown"),
    (natural_earth.COUNTRIES, "unknown country", words('"id": "004"', '"id": "999"'), "code '999'"),
]  # fmt: skip
