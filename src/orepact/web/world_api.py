"""The JSON behind the World pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request

from orepact.catalogue import minerals, region
from orepact.errors import UnknownIdError
from orepact.report.language import language
from orepact.report.mineral_account import Account
from orepact.report.panorama import Row
from orepact.report.trail import Trail
from orepact.study.screened import Loss
from orepact.web import api, world, world_fields, worlds
from orepact.web.problems import missing
from orepact.web.world_fields import Asked
from orepact.world import load

router = APIRouter(prefix="/api/v1/world", tags=["world"])
Text = str | None
Year = Annotated[Text, Query(description="Year of the world.", examples=["2024"])]
Party = Annotated[
    Text, Query(description="Region that looks, by code or English name.", examples=["USA"])
]


@dataclass(frozen=True, slots=True)
class Panorama:
    """All minerals of a year, seen from a party."""

    year: int
    party: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Stops:
    """What a year's stop of each supplier's exports does to a party.

    Ranges are three numbers: the 5 % quantile, the median, the 95 % quantile.
    """

    mineral: str
    year: int
    party: str
    draws: int
    losses: tuple[Loss, ...]


def choice(request: Request, year: Year = None, party: Party = None) -> Asked:
    """Year and party of a query, their mistakes all at once."""
    return world_fields.read(request, language(), ("year", "party"), strict=True)


Chosen = Annotated[Asked, Depends(choice)]


@router.get("", summary="Every mineral at every stage: who makes most, how concentrated, reliance")
def panorama(asked: Chosen) -> Panorama:
    """Shares and reliance from 0 to 1 (reliance below 0: a net exporter), HHI to 10,000."""
    return Panorama(asked.year, asked.party, worlds.rows(asked.party, asked.year, "en"))


@router.get("/{mineral}", summary="One mineral: makers, users, sources and regions, stage by stage")
def account(mineral: str, asked: Chosen) -> Account:
    """Contained tonnes a year, prices in USD/t, duties as shares of value."""
    return worlds.of(_found(mineral), asked.party, asked.year, "en")


@router.get(
    "/{mineral}/stops", summary="What a stop of each supplier's exports does",
    responses={202: {"description": "They are being drawn: the job says how far it is."}},
)  # fmt: skip
def stops(request: Request, mineral: str, asked: Chosen) -> Stops:
    """Rises and shortfalls as shares, money in USD of the base year (the United States only).

    202 and the job until the draws are done.
    """
    id = _found(mineral)
    job = world.stops(request, id, asked)
    if job.state != "done":
        return api.accepted(job)  # type: ignore[return-value]
    return Stops(id, asked.year, asked.party, worlds.DRAWS, job.result)


@router.get("/{mineral}/{stage}/{place}", summary="The trail of a region's figures at a stage")
def trail(mineral: str, stage: str, place: str, asked: Chosen) -> Trail:
    """How each figure is known, its source and licence; parameters with low, central and high."""
    id = _found(mineral)
    try:
        where = region(place)
        if id not in minerals():
            raise UnknownIdError(f"{id} has no chain, so no stage '{stage}' of it is balanced.")
        minerals()[id].stage(stage)
    except UnknownIdError as error:
        raise missing(error) from None
    if id not in load(asked.year).chains:
        raise HTTPException(404, f"The world of {asked.year} has no chain of {id}.")
    return worlds.trail(id, stage, where, asked.year)


def _found(mineral: str) -> str:
    try:
        return worlds.find(mineral)
    except UnknownIdError as error:
        raise missing(error) from None
