"""Names as the reader meets them: regions, stages, parameters, instruments, states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import get_args

from orepact.catalogue import mineral, region_name, regions
from orepact.pact import Instrument
from orepact.pact.party import Status
from orepact.study.metrics import WORLD

OTHERS = "Other countries"

_SHORT = {"EUN": "EU", "ARE": "UAE", "PNG": "Papua N. Guinea", WORLD: "World"}
_WITH_THE = ("USA", "EUN", "GBR", "ARE", "PHL", "NLD", "BHS", "DOM", "CAF")

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "eps": "how strongly output answers its price or margin",
        "eta": "how strongly final use answers its price",
        "sigma": "how easily buyers switch between origins",
        "spare": "idle capacity in the base year",
        "conversion": "share of the price that is not input",
        "avoidable": "cost saved when a plant stops",
        "secondary_eps": "how strongly scrap supply answers its price",
        "backstop": "price at which users switch to something else",
        "freight_scale": "freight",
        "seed": "how open routes without trade in the base year are",
        "duty": "how high uncertain duties are before the pact",
        "structure": "which publisher's output figures",
    }
)
"""Uncertain parameters in words; the world's tables define them in full."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "price_floor": "Price floor",
        "preference": "Preference",
        "trade_action": "Trade action",
        "incentive": "Support contract",
        "standard": "Standard",
        "cooperation": "Cooperation",
        "stockpile": "Stockpile",
        "circumvention": "Circumvention",
    }
)

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "price_floor": "Price floors",
        "preference": "Preferences",
        "trade_action": "Trade actions",
        "standard": "Standards",
        "cooperation": "Cooperation",
        "circumvention": "Circumvention",
        "incentive": "Incentives",
        "screening": "Investment screening",
        "mapping": "Geological mapping",
        "response": "Rapid response",
        "research": "Research",
        "stockpile": "Stockpiles",
        "project": "Projects",
    }
)
"""Articles by the kind of their instruments, in the order of a text."""

MATCHING = "matching"
LINES: Mapping[str, str] = MappingProxyType(
    {
        "final users": "Final users",
        "miners and processors": "Miners and processors",
        "scrap": "Scrap dealers",
        "tariffs": "Tariff revenue",
        "floor levy": "Floor levy revenue",
        "export taxes": "Export taxes",
        "importer rents": "Importers' licence rents",
        "exporter rents": "Exporters' rents",
        "budget": "Support paid from the budget",
        "stocks": "Stock holders",
        "welfare": "Welfare",
        MATCHING: "Cost of matching, inside the lines above (+ is dearer)",
    }
)

GRADES: Mapping[str, str] = MappingProxyType(
    {
        "balanced": "balanced",
        "mostly imputed": "mostly imputed",
        "scenario": "scenario data",
    }
)
"""Grades as they stand beside the numbers."""

STATUSES: Mapping[str, str] = MappingProxyType({s: s.replace("_", " ") for s in get_args(Status)})
"""Standing of an instrument, as it is read."""


def place(code: str) -> str:
    """Name of a region as it stands in tables and pictures.

    >>> place("USA"), place("EUN"), place("WLD")
    ('United States', 'EU', 'World')
    """
    return _SHORT[code] if code in _SHORT else region_name(code)


def the(code: str) -> str:
    """Name of a region inside a sentence.

    >>> the("USA"), the("MEX")
    ('the United States', 'Mexico')
    """
    return ("the " if code in _WITH_THE else "") + place(code)


def spelt(text: str) -> str:
    """A sentence with names for the codes of regions in it.

    >>> spelt("IDN, the largest maker, sends USA nothing; the HHI is known")
    'Indonesia, the largest maker, sends the United States nothing; the HHI is known'
    """
    known = {*regions(), WORLD}
    return re.sub(r"\b[A-Z]{3}\b", lambda m: the(m[0]) if m[0] in known else m[0], text)


def stage_name(mineral_id: str, stage: str) -> str:
    """Name of a stage: ``oxide``; without a stage, the whole chain.

    >>> stage_name("ndpr", "oxide"), stage_name("ndpr", "")
    ('Oxide', 'whole chain')
    """
    return mineral(mineral_id).stage(stage).name if stage else "whole chain"


def stage_word(mineral_id: str, stage: str) -> str:
    """Name of a stage inside a sentence; abbreviations keep their capitals.

    >>> stage_word("ndpr", "oxide"), stage_word("tungsten", "apt")
    ('oxide', 'APT')
    """
    name = stage_name(mineral_id, stage)
    return name if name.isupper() else name[:1].lower() + name[1:]


def parameter(mineral_id: str, stage: str, name: str) -> str:
    """A parameter in words, with its stage.

    >>> parameter("ndpr", "oxide", "spare")
    'idle capacity in the base year (oxide)'
    """
    where = f" ({stage_word(mineral_id, stage)})" if stage else ""
    return PARAMETERS[name] + where


def instrument(i: Instrument) -> str:
    """Title of an instrument, else its kind and id, or its id in words."""
    if i.title:
        return i.named()
    return f"{KINDS[i.kind]} {i.id}" if i.kind in KINDS else i.id.replace("-", " ").capitalize()


def role(code: str, members: Sequence[str]) -> str:
    """Colour group of a region: member, china, world or rest."""
    if code in members:
        return "member"
    return {"CHN": "china", WORLD: "world"}.get(code, "rest")


def weakest(grades: Sequence[str]) -> str:
    """The weakest of several grades.

    >>> weakest(["balanced", "scenario", "mostly imputed"])
    'scenario'
    """
    order = list(GRADES)
    return max(grades, key=order.index)
