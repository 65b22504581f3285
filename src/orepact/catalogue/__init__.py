"""Identifiers used by everything: minerals, stage graphs, regions, customs codes. No figures."""

from orepact.catalogue.minerals import Mineral, Stage, mineral, minerals
from orepact.catalogue.regions import POOLS, Country, countries, region, region_name, regions
from orepact.catalogue.screened import Screened, screened, screened_minerals, unchained

__all__ = [
    "POOLS",
    "Country",
    "Mineral",
    "Screened",
    "Stage",
    "countries",
    "mineral",
    "minerals",
    "region",
    "region_name",
    "regions",
    "screened",
    "screened_minerals",
    "unchained",
]
