"""Duties in force in 2024 and customs bases.

Rows are rules from the general to the particular; '' matches everything. Of the rules that
match a cell the most particular holds: a pair of regions before a destination before none,
and, among those, a named stage before all stages (:func:`orepact.world.arrays.duty_array`).

What is held: the United States by line (:mod:`orepact.world.us_duties`), China on the United
States by HS6 (WTO, 1 January 2025, before all measures of that year). All else is an assumed
range, zero inside agreements. Anti-dumping and safeguard duties are not held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from pathlib import Path
from types import MappingProxyType

import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError
from orepact.world.facts import StageFacts
from orepact.world.freight import FORMS, content
from orepact.world.register import ASSUMPTION
from orepact.world.sources import usitc, wits, wto
from orepact.world.us_duties import (
    ANTI_DUMPING,
    GRADES,
    LINES,
    SECTION_232,
    Triple,
    ad_valorem,
    spread,
    stage_duties,
)

Facts = Mapping[tuple[str, str], StageFacts]
Row = tuple[str, str, str, str, float, float, float, str, bool, str]

ORE: Triple = (0.0, 0.0, 0.02)
PROCESSED: Triple = (0.0, 0.03, 0.055)
"""Assumed duty where no schedule is held: most tariffs rise with processing."""

PARTLY: Triple = (0.0, 0.0, 0.03)
"""Inside an agreement whose schedule is not held."""

FREE: Mapping[str, str] = MappingProxyType(
    {
        "A11": "EU and EFTA",
        "N52": "ASEAN",
        "P22": "North American agreement",
        "N37": "Mercosur",
        "A66": "Pacific Alliance",
        "A50": "Eurasian Economic Union",
        "N61": "Gulf Cooperation Council",
        "N26": "Southern African Customs Union",
        "P21": "East African Community",
        "A35": "COMESA free trade area",
        "M08": "Agadir agreement",
    }
)
"""WITS groups whose members trade these goods free of duty."""

FREE_OF_DUTY: Triple = (0.0, 0.0, 0.0)
LEFT = MappingProxyType({"A11": frozenset({"GBR"})})
"""Members of a WITS group who left before 2024."""

LISTED: Mapping[str, str] = MappingProxyType(
    {"N58": "SADC", "N14": "ECOWAS", "C02": "ASEAN, Australia, New Zealand"}
)
"""WITS groups with exceptions that are not held."""

CHINA_LDC = ("A23", "B04")
AGOA = "B25"

_ASEAN = ("IDN", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")
_ASSOCIATED = (
    *("CHL", "COL", "PER", "MEX", "CAN", "KOR", "JPN", "SGP", "VNM", "ZAF", "NAM", "MOZ", "CIV"),
    *("GHA", "KEN", "NOR", "CHE", "TUR", "UKR", "GEO", "SRB", "MAR", "TUN", "EGY", "ISR"),
)
BLOCS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "RCEP": (*_ASEAN, "CHN", "JPN", "KOR", "AUS"),
        "CPTPP": ("AUS", "CAN", "CHL", "JPN", "MYS", "MEX", "PER", "SGP", "VNM"),
    }
)
HUBS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "EUN": (*_ASSOCIATED, "GBR"),
        "GBR": (*_ASSOCIATED, "AUS"),
        "CHN": ("CHL", "PER", "CHE", "PAK", "GEO"),
        "KOR": ("CHL", "PER", "COL", "CAN", "TUR", "IND", *_ASEAN),
        "JPN": ("CHE", "IND", "MNG"),
        "IND": ("ARE", "AUS", *_ASEAN),
    }
)
"""Agreements in force in 2024 that WITS does not list as groups (background knowledge)."""

FREE_PORTS = ("HKG", "SGP")

FOB = ("USA", "CAN", "AUS", "ZAF", "NAM", "XOC")
"""Regions that value imports without international freight; all others with it."""


def base_rate(mineral: str, stage: str) -> Triple:
    """The assumed duty on a stage: ores low, what is made from them higher."""
    spec = minerals()[mineral].stage(stage)
    is_ore = not spec.inputs and spec.hs6[0].startswith(("25", "26"))
    return ORE if is_ore else PROCESSED


def _agreements(raw: Path) -> list[Row]:
    """Pairs inside agreements, for all stages; the United States as importer is apart."""
    groups = wits.members(raw, (*FREE, *LISTED, *CHINA_LDC))
    pairs: dict[tuple[str, str], tuple[Triple, str, bool, str]] = {}

    def among(members: Iterable[str], rates: Triple, source: str, note: str) -> None:
        for o, d in permutations(sorted(members), 2):
            if d != "USA":
                pairs[o, d] = (rates, source, rates[0] < rates[2], note)

    for hub, partners in HUBS.items():
        for p in partners:
            among((hub, p), PARTLY, ASSUMPTION, f"agreement of {hub} and {p}; no schedule held")
    for name, members in BLOCS.items():
        among(members, PARTLY, ASSUMPTION, f"{name}; no schedule held")
    for origin in sorted(frozenset().union(*(groups[g] for g in CHINA_LDC))):
        note = "China's preference for least developed countries"
        pairs[origin, "CHN"] = (PARTLY, "wits-rta", True, note)
    for group, name in LISTED.items():
        among(groups[group], PARTLY, "wits-rta", f"{name}; exceptions not held")
    for group, name in FREE.items():
        among(groups[group] - LEFT.get(group, frozenset()), FREE_OF_DUTY, "wits-rta", name)
    return [("", "", o, d, *t, s, a, n) for (o, d), (t, s, a, n) in sorted(pairs.items())]


def _china(raw: Path, facts: Facts) -> list[Row]:
    """China: on the United States as the WTO gives it, on others what is left of it.

    The most-favoured rate is not held. WTO's rate on the US less PIIE's retaliation bounds it
    from above (a second list of 2.5 points may be inside); where retaliation exceeds the rate,
    exclusions blur it and the assumed range stands.
    """
    on_us, extra = wto.china_on_us(raw), wto.china_retaliation(raw)
    rows: list[Row] = []
    for mineral, stage in facts:
        codes = minerals()[mineral].stage(stage).hs6
        blank = [c for c in codes if c not in on_us]
        if blank:
            raise WorldError(f"The WTO snapshot has no rate of China for HS {', '.join(blank)}.")
        us = spread([(on_us[c],) * 3 for c in codes])
        mixed = us[0] < us[2]
        note = f"mean of HS {', '.join(codes)}" if len(codes) > 1 else f"HS {codes[0]}"
        rows.append((mineral, stage, "USA", "CHN", *us, "wto-tariffs", mixed, note))
        rest = []
        for c in codes:
            left = on_us[c] - extra.get(c, 0.0)
            bound = (max(0.0, left - 0.025), left, left)
            rest.append(base_rate(mineral, stage) if left < 0 else bound)
        note = "WTO rate on the US less PIIE retaliation, or the assumed range"
        rows.append((mineral, stage, "", "CHN", *spread(rest), "piie-us-china", True, note))
    return rows


def _united_states(raw: Path, facts: Facts, prices: pl.DataFrame) -> list[Row]:
    codes = {c for key in facts for c in LINES[key]}
    lines = usitc.tariff_lines(raw, codes)
    extra = usitc.section_301(raw, codes, 2024)
    claims = usitc.usmca_claims(raw, codes)
    agoa = wits.members(raw, (AGOA,))[AGOA]
    headings = {h for key in facts for h in SECTION_232.get(key, ())}
    added = usitc.added_duties(raw, headings) if headings else {}
    price = {
        (r["mineral"], r["stage"], r["region"]): r["usd_per_t"]
        for r in prices.iter_rows(named=True)
    }
    rows: list[Row] = []
    for key in facts:
        world = price[*key, ""]
        share = content(facts, *key, FORMS[key][1])

        def value(
            rate: usitc.Rate,
            key: tuple[str, str] = key,
            world: float = world,
            share: float = share,
        ) -> Triple:
            return ad_valorem(rate, key, world, share, GRADES.get(key, {}))

        wall = price[*key, "USA"] / world - 1 if key in ANTI_DUMPING else None
        metals = None
        if key in SECTION_232:
            every, russia = SECTION_232[key]
            metals = added[every], added[russia]
        rows += [
            (*key, d.origin, "USA", *d.rates, d.source, d.assumed, d.note)
            for d in stage_duties(key, lines, extra, claims, agoa, value, wall, metals)
        ]
    return rows


def duty_table(raw: Path, facts: Facts, prices: pl.DataFrame) -> pl.DataFrame:
    """The ``duties`` table of rules; '' in the first four columns matches everything.

    Columns: mineral, stage, origin, destination, low, central, high (shares of customs value),
    source, assumed, note. Raises :class:`WorldError` where a range does not rise from zero.
    """
    rows: list[Row] = []
    for mineral, stage in facts:
        note = "no schedule held; duties rise with processing"
        rows.append((mineral, stage, "", "", *base_rate(mineral, stage), ASSUMPTION, True, note))
    rows += [("", "", "", d, 0.0, 0.0, 0.0, ASSUMPTION, True, "free port") for d in FREE_PORTS]
    rows += _agreements(raw) + _china(raw, facts) + _united_states(raw, facts, prices)
    for r in rows:
        if not 0 <= r[4] <= r[5] <= r[6]:
            raise WorldError(
                f"Duty on {r[:4]} is {r[4]} / {r[5]} / {r[6]}; it must rise from zero."
            )
    names = ("mineral", "stage", "origin", "destination", "low", "central", "high")
    return pl.DataFrame(rows, schema=(*names, "source", "assumed", "note"), orient="row")


def customs_basis_table() -> pl.DataFrame:
    """The ``customs_basis`` table: region, cif, source, assumed, note."""
    notes = {
        "USA": "19 U.S.C. 1401a(b)(4): price without international freight",
        "CAN": "Customs Act s. 48(5)(b): price without freight from the place of export",
        "MEX": "Ley Aduanera art. 65: freight and insurance to the frontier are added",
        "EUN": "Union Customs Code art. 71(1)(e): freight to the Union's border is added",
        "JPN": "Customs Tariff Act art. 4: freight to the port of import is added",
    }
    rows = [
        (r, r not in FOB, ASSUMPTION, True, notes.get(r, "not read in the law; usual practice"))
        for r in regions()
    ]
    return pl.DataFrame(rows, schema=("region", "cif", "source", "assumed", "note"), orient="row")
