"""Which function reads which file: every file of ``inputs.toml`` has one here."""

from collections.abc import Callable
from pathlib import Path

import fake_comtrade
import miniature
import miniature_whole
from orepact.world import duty_rows, evidence, facts
from orepact.world.series import load_series
from orepact.world.sources import (
    baci,
    baci_full,
    bea,
    benchmarks,
    bgs,
    cepii,
    cma,
    comext,
    comtrade,
    comtrade_download,
    eu_crm,
    iea,
    natural_earth,
    production,
    usgs,
    usgs_2025,
    usgs_world,
    usitc,
    wgi,
    wits,
    wto,
)

Read = Callable[[Path], object]

FULL = f"{baci_full.FOLDER}/BACI_HS22_Y2024_V202601.csv"
FULL_COUNTRIES = f"{baci_full.FOLDER}/country_codes_V202601.csv"
RECORDS = comtrade.RECORDS.format(2024)
LINES = ("26080000", "79011100")
GROUPS = (*duty_rows.FREE, *duty_rows.LISTED, *duty_rows.CHINA_LDC, duty_rows.AGOA)


def _bgs(file: str) -> Read:
    held = [s.bgs for m in load_series().values() for s in m.stages.values() if s.bgs]
    s = next(s for s in held if s.file == file)
    return lambda raw: bgs.output(raw, s.file, s.commodity, 2022, s.subs)


def _accounts(raw: Path) -> object:
    codes, a = bea.direct(bea.accounts(raw))
    return bea.gap(raw, codes, bea.leontief(a))


def _full(raw: Path) -> object:
    return baci_full.read(baci_full.full(raw / FULL), ("260800",))


READERS: dict[str, Read] = {
    facts.SHEET: lambda raw: facts.stage_facts(raw, miniature_whole.MINERALS),
    production.SHEET: lambda raw: production.production(raw, miniature_whole.MINERALS),
    usgs.MCS_2026: lambda raw: (
        usgs_world.survey(raw),
        usgs.salient(raw, 2024),
        usgs.import_sources(raw, ("ZINC",)),
    ),
    usgs.MCS_2025_WORLD: lambda raw: (
        usgs.capacity(raw, "Magnesium metal"),
        usgs_2025.output(raw, "Magnesium metal", "Magnesium smelter production"),
    ),
    baci.EXTRACT: baci.extract,
    baci.ASEAN: baci.asean,
    baci.OLDER: baci.older,
    baci.MARGINS: baci.margins,
    baci.TOTALS: baci.margins,
    FULL: _full,
    FULL_COUNTRIES: _full,
    comext.COUNTRY_CODES: comext.iso2_to_iso3,
    comext.EU_IMPORTS: lambda raw: comext.eu_imports(raw, ("28252000",)),
    comtrade.US_CELLS: comtrade.us_cells,
    comtrade.NICKEL: comtrade.nickel_ore,
    comtrade.LARGEST: comtrade.largest,
    comtrade.CHINA_EXPORTS: comtrade.china_exports,
    comtrade.UNIT_VALUES.format(2022): comtrade.unit_values,
    RECORDS: lambda raw: comtrade.records(raw, ("260800", "790111"), 2024),
    benchmarks.PINK_SHEET: lambda raw: benchmarks.pink_sheet(raw, ["Zinc"], 2024),
    benchmarks.IMF: lambda raw: benchmarks.imf(raw, ["Cobalt"], 2024),
    iea.EXPLORER: lambda raw: iea.output(raw, "Cobalt", "mining"),
    usitc.SCHEDULE: lambda raw: (
        usitc.tariff_lines(raw, LINES),
        usitc.section_301(raw, LINES),
    ),
    usitc.LISTS: lambda raw: usitc.section_301(raw, LINES),
    usitc.CLAIMS: lambda raw: usitc.usmca_claims(raw, LINES),
    usitc.EXEMPT: lambda raw: usitc.annex_2(raw, LINES),
    wits.MEMBERS: lambda raw: wits.members(raw, GROUPS),
    wto.SNAPSHOTS: wto.china_on_us,
    wto.RETALIATION: wto.china_retaliation,
    wto.ADDED_BY_US: wto.us_on_china,
    cepii.DISTANCES: cepii.distances,
    cepii.COUNTRIES: cepii.distances,
    evidence.GDP: lambda raw: (evidence.gdp(raw, evidence.regions()), wgi.gdp(raw)),
    eu_crm.GLOBAL: eu_crm.supply,
    eu_crm.EU: lambda raw: eu_crm.supply(raw, eu_crm.EU),
    eu_crm.USES: eu_crm.uses,
    eu_crm.CRITICALITY: eu_crm.criticality,
    eu_crm.INDICES_2017: eu_crm.indices_2017,
    wgi.WGI: wgi.governance,
    bea.DOMESTIC: _accounts,
    bea.IMPORTED: _accounts,
    bea.OUTPUT: _accounts,
    bea.NAMES: _accounts,
    bea.REQUIREMENTS: _accounts,
    cma.PRODUCTION: lambda raw: cma.mined(raw, "boron"),
    natural_earth.COUNTRIES: natural_earth.shapes,
}
READERS |= {cma.FILES[what][0]: lambda raw, what=what: cma.shares(raw, what) for what in cma.FILES}
READERS |= {
    f"{bgs.FOLDER}/BGS_{s.bgs.file}_production.csv": _bgs(s.bgs.file)
    for m in load_series().values()
    for s in m.stages.values()
    if s.bgs
}


def write(raw: Path) -> Path:
    """Every file of a whole build, and those of one's own."""
    miniature_whole.write(raw)
    miniature.table(raw, FULL, "t,i,j,k,v,q", [("2024", "604", "156", "260800", "2640", "2200")])
    names = "country_code,country_name,country_iso2,country_iso3"
    miniature.table(raw, FULL_COUNTRIES, names, miniature.COUNTRIES)
    comtrade_download.download(raw, ("260800", "790111"), 2024, ("",), fake_comtrade.answer)
    return raw
