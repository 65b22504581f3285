"""Compile the table of duties, importer by importer.

What is held: the United States by line (:mod:`orepact.world.us_duties`) with its actions by date
(:mod:`orepact.world.actions`), and China on the United States by HS6 on nine days of 2025 and
2026. All else is an assumed range, zero or nearly so inside agreements. Anti-dumping and
safeguard duties are not held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import permutations, zip_longest
from pathlib import Path
from types import MappingProxyType

import polars as pl

from orepact.catalogue import minerals, regions
from orepact.errors import WorldError
from orepact.world.actions import action_rows, metals
from orepact.world.duties import over
from orepact.world.duty_table import Row, Triple, table
from orepact.world.facts import StageFacts
from orepact.world.freight import FORMS, content
from orepact.world.register import ASSUMPTION
from orepact.world.sources import usitc, wits, wto
from orepact.world.us_duties import (
    ANTI_DUMPING,
    GRADES,
    LINES,
    SINCE,
    ad_valorem,
    anti_dumping_row,
    stage_rows,
)

Facts = Mapping[tuple[str, str], StageFacts]

PRICED = ("mineral", "stage", "region")
BASE = 2024
"""The year whose price gap shows what an anti-dumping order adds."""

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

IMPORTERS: Mapping[str, str] = MappingProxyType(
    {
        "EUN": "Common Customs Tariff not held; ores mostly free, metals and chemicals up to 5.5 %",
        "JPN": "Customs Tariff not held; ores mostly free, some metals and chemicals dutiable",
        "KOR": "Customs Tariff not held; low on raw materials, higher on metals and chemicals",
        "IND": "Customs Tariff not held; critical minerals freed in part since July 2024",
        "MEX": "general tariff law (LIGIE) not held; low on raw materials before 2026",
        "CAN": "Customs Tariff not held; manufacturing inputs mostly free",
    }
)
"""Importers whose assumed range is stated apart, with what is known (background knowledge)."""

MEXICO_RISES = date(2026, 1, 1)
MEXICO_2026: Triple = (0.0, 0.03, 0.35)
"""Mexico from 2026 on origins without agreement: 5 to 50 %, mostly up to 35 %, on some 1,463
lines, which are not held; central stays what it was."""

MEXICO_NOTE = (
    "ceiling of the law of 1 January 2026 on origins without agreement (mexico-ligie-2026); "
    "its lines are not held"
)


def base_rate(mineral: str, stage: str) -> Triple:
    """The assumed duty on a stage: ores low, what is made from them higher."""
    spec = minerals()[mineral].stage(stage)
    is_ore = not spec.inputs and spec.hs6[0].startswith(("25", "26"))
    return ORE if is_ore else PROCESSED


def _assumed(stages: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """The range where no schedule is held: by importer where something is known of it."""
    for stage in stages:
        rates = base_rate(*stage)
        note = "no schedule held; duties rise with processing"
        yield Row("", "", *stage, "", "mfn", SINCE, None, rates, ASSUMPTION, True, note)
        for importer, why in IMPORTERS.items():
            at = (importer, "", *stage, "", "mfn")
            end = MEXICO_RISES if importer == "MEX" and rates == PROCESSED else None
            yield Row(*at, SINCE, end, rates, ASSUMPTION, True, why)
            if end:
                yield Row(*at, end, None, MEXICO_2026, ASSUMPTION, True, MEXICO_NOTE)
    for port in FREE_PORTS:
        free = FREE_OF_DUTY
        yield Row(port, "", "", "", "", "mfn", SINCE, None, free, ASSUMPTION, True, "free port")


def _agreements(raw: Path) -> Iterator[Row]:
    """Pairs inside agreements, for all stages; the United States as importer is apart."""
    groups = wits.members(raw, (*FREE, *LISTED, *CHINA_LDC))
    pairs: dict[tuple[str, str], tuple[Triple, str, bool, str]] = {}

    def among(members: Iterable[str], rates: Triple, source: str, note: str) -> None:
        for o, d in permutations(sorted(members), 2):
            if d != "USA":
                pairs[d, o] = (rates, source, rates[0] < rates[2], note)

    for hub, partners in HUBS.items():
        for p in partners:
            among((hub, p), PARTLY, ASSUMPTION, f"agreement of {hub} and {p}; no schedule held")
    for name, members in BLOCS.items():
        among(members, PARTLY, ASSUMPTION, f"{name}; no schedule held")
    for origin in sorted(frozenset().union(*(groups[g] for g in CHINA_LDC))):
        note = "China's preference for least developed countries"
        pairs["CHN", origin] = (PARTLY, "wits-rta", True, note)
    for group, name in LISTED.items():
        among(groups[group], PARTLY, "wits-rta", f"{name}; exceptions not held")
    for group, name in FREE.items():
        among(groups[group] - LEFT.get(group, frozenset()), FREE_OF_DUTY, "wits-rta", name)
    for (d, o), (rates, source, unknown, note) in sorted(pairs.items()):
        yield Row(d, o, "", "", "", "preference", SINCE, None, rates, source, unknown, note)


def _china(raw: Path, stages: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """China: on the United States as the WTO gives it, on others what is left of it.

    The most-favoured rate is not held. WTO's rate on the US less PIIE's retaliation bounds it
    from above (a second list of 2.5 points may be inside); where retaliation exceeds the rate,
    exclusions blur it and the assumed range stands.
    """
    on_us, extra = wto.china_on_us(raw), wto.china_retaliation(raw)
    snapshots = sorted({day for days in on_us.values() for day in days})
    first = snapshots[0]
    for mineral, stage in stages:
        for code in minerals()[mineral].stage(stage).hs6:
            days = on_us.get(code, {})
            if blank := [d for d in snapshots if d not in days]:
                raise WorldError(
                    f"The WTO snapshot of {blank[0]} has no rate of China for HS {code}."
                )
            at = (mineral, stage, code)
            parent = f"{code[:4]}00"  # the heading before a revision split it
            left = days[first] - extra.get(code, extra.get(parent, 0.0))
            bound = (max(0.0, left - 0.025), left, left)
            rates = base_rate(mineral, stage) if left < 0 else bound
            note = "WTO rate on the US less PIIE retaliation, or the assumed range"
            yield Row("CHN", "", *at, "mfn", SINCE, None, rates, "piie-us-china", True, note)
            changes = [d for d, before in zip(days, (None, *days), strict=False)
                       if before is None or days[d] != days[before]]  # fmt: skip
            for d, until in zip_longest(changes, changes[1:]):
                rate, note = (days[d],) * 3, "all duties on the US"
                if d == first:
                    told = f"{note}; the snapshot of {d} stands for the years before"
                    yield Row(
                        "CHN", "USA", *at, "applied", SINCE, d, rate, "wto-tariffs", True, told
                    )  # fmt: skip
                yield Row(
                    "CHN", "USA", *at, "applied", d, until, rate, "wto-tariffs", False, note
                )  # fmt: skip


def _united_states(raw: Path, facts: Facts, prices: pl.DataFrame) -> Iterator[Row]:
    codes = {c for key in facts for c in LINES[key]}
    lines, lists = usitc.tariff_lines(raw, codes), usitc.section_301(raw, codes)
    claims, listed = usitc.usmca_claims(raw, codes), usitc.annex_2(raw, codes)
    agoa = wits.members(raw, (AGOA,))[AGOA]
    added = wto.us_on_china(raw)
    before = {c: max(0.0, added[c[:6]] - metals(c)) for c in codes if c[:6] in added}
    price = {r[:3]: r[3] for r in prices.select(*PRICED, "usd_per_t").iter_rows()}
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

        yield from stage_rows(key, lines, lists, before, claims, agoa, value, world, share)
        yield from action_rows(key, LINES[key], listed, claims)


def duty_table(raw: Path, facts: Facts, prices: pl.DataFrame) -> pl.DataFrame:
    """The ``duties`` table of dated rows, see :mod:`orepact.world.duties`."""
    rows = [
        *_assumed(facts),
        *_agreements(raw),
        *_china(raw, facts),
        *_united_states(raw, facts, prices),
    ]
    return table([*rows, *_anti_dumping(table(rows), facts, prices)])


def _anti_dumping(held: pl.DataFrame, facts: Facts, prices: pl.DataFrame) -> Iterator[Row]:
    """What orders add to all other duties of the base year, from the price gap they leave."""
    price = {r[:3]: r[3] for r in prices.select(*PRICED, "usd_per_t").iter_rows()}
    for (mineral, stage), origin in ANTI_DUMPING.items():
        if (mineral, stage) not in facts:
            continue
        inside = price.get((mineral, stage, "USA"))
        if inside is None:
            raise WorldError(f"{mineral} {stage}: the US price that shows the duty is missing.")
        k = minerals()[mineral].stage_ids.index(stage)
        o, d = regions().index(origin), regions().index("USA")
        low, central, high = over(held, mineral, BASE).rates[:, k, o, d].tolist()
        wall = inside / price[mineral, stage, ""] - 1
        yield anti_dumping_row((mineral, stage), (low, central, high), wall)
