"""The World pages: all minerals, one mineral stage by stage, and the trail of every figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from orepact.catalogue import minerals, region, regions, screened_minerals
from orepact.errors import UnknownIdError
from orepact.report import maps, mineral_account, panorama, trail
from orepact.report.language import Language
from orepact.report.mineral_account import Account, Stage
from orepact.web import world_fields, worlds
from orepact.web.frame import engine_of, page
from orepact.web.jobs import Job
from orepact.web.problems import missing
from orepact.web.reader import reader
from orepact.web.world_fields import Asked
from orepact.world import load
from orepact.world.compiled import years
from orepact.world.register import register

router = APIRouter(prefix="/world", include_in_schema=False)

FIRST = "ndpr"
"""Mineral on the map of the first page."""


@router.get("")
def world(request: Request) -> HTMLResponse:
    """All minerals of the world as a table, under a map of one of them."""
    lang = reader(request)
    asked = world_fields.read(request, lang, ("year", "party", "mineral", "stage", "show", "sort"))
    found = worlds.rows(asked.party, asked.year, lang.tag())
    shown = asked.mineral or (FIRST if FIRST in load(asked.year).chains else found[0].mineral)
    account = worlds.of(shown, asked.party, asked.year, lang.tag())
    stage, errors = _stage(account, asked, lang)

    def name(id: str) -> str:
        return mineral_account.name(id, lang)

    return page(
        request, "world.html.j2", lang, 400 if errors else 200, asked=asked, errors=errors,
        rows=panorama.ordered(found, asked.sort, name), sorts=panorama.SORTS, account=account,
        stage=stage, name=name, stage_name=_stage_namer(lang), to=_linker(asked),
        minerals=_named(sorted({r.mineral for r in found}), name), note=worlds.SURVEYS,
        **_common(asked, account, stage, lang),
    )  # fmt: skip


@router.get("/{mineral}")
def mineral(request: Request, mineral: str) -> Response:
    """One mineral: its map, flows, who depends on whom, and the figures of every region."""
    id = _found(mineral)
    if id != mineral:
        return _moved(request, f"/world/{id}")
    lang = reader(request)
    asked = world_fields.read(request, lang, ("year", "party", "stage", "show"))
    account = worlds.of(id, asked.party, asked.year, lang.tag())
    stage, errors = _stage(account, asked, lang)
    chain = load(asked.year).chains.get(id)
    absent = ""
    if chain is None and id in minerals():
        absent = lang.say(
            "The world of {year} has no chain of it. There is one of:", year=asked.year
        )
    flows = [
        (s, Markup(mineral_account.flow(chain, s, asked.party, asked.year, lang)))
        for s in account.stages
        if chain is not None
    ]
    return page(
        request, "world_mineral.html.j2", lang, 400 if errors else 200, asked=asked,
        errors=errors, account=account, stage=stage, flows=flows, absent=absent, id=id,
        held=[y for y in years() if id in load(y).chains] if id in minerals() else [],
        largest=mineral_account.largest, to=_linker(asked), stops=_stops(request, id, asked),
        draws=worlds.DRAWS, name=lambda m: mineral_account.name(m, lang),
        stage_name=_stage_namer(lang), several=len(worlds.parts(id)) > 1,
        register=register(),
        **_common(asked, account, stage, lang),
    )  # fmt: skip


@router.get("/{mineral}/{stage}/{place}")
def figures(request: Request, mineral: str, stage: str, place: str) -> Response:
    """The trail of a region's figures at a stage."""
    try:
        id, where = worlds.find(mineral), region(place)
        if id not in minerals():
            raise UnknownIdError(f"{id} has no chain, so no stage '{stage}' of it is balanced.")
        minerals()[id].stage(stage)
    except UnknownIdError as error:
        raise missing(error) from None
    if (id, where) != (mineral, place):
        return _moved(request, f"/world/{id}/{stage}/{where}")
    lang = reader(request)
    asked = world_fields.read(request, lang, ("year", "party"))
    held = [y for y in years() if id in load(y).chains]
    if asked.year not in held:
        listed = ", ".join(map(str, held))
        raise HTTPException(404, lang.say(
            "The world of {year} has no chain of it. There is one of:", year=asked.year
        ) + f" {listed}.")  # fmt: skip
    return page(
        request, "world_trail.html.j2", lang, 400 if asked.errors else 200, asked=asked,
        errors=asked.errors, t=worlds.trail(id, stage, where, asked.year), years=held,
        quantities=trail.QUANTITIES, kinds=trail.KINDS, weak=trail.WEAK, to=_linker(asked),
        register=register(),
    )  # fmt: skip


def _found(mineral: str) -> str:
    try:
        return worlds.find(mineral)
    except UnknownIdError as error:
        raise missing(error) from None


def _moved(request: Request, path: str) -> RedirectResponse:
    """Another name of the same page."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + query, 308)


def _stage(account: Account, asked: Asked, lang: Language) -> tuple[Stage, dict[str, str]]:
    """The stage that was chosen, else the most concentrated; and all mistakes."""
    errors = dict(asked.errors)
    by = {s.id: s for s in account.stages}
    if asked.stage and asked.stage not in by:
        errors["stage"] = world_fields.unknown(asked.stage, tuple(by), lang)
    worst = max(account.stages, key=lambda s: s.row.hhi.value or 0.0)
    return by.get(asked.stage, worst), errors


def _common(asked: Asked, account: Account, stage: Stage, lang: Language) -> dict[str, Any]:
    """What the pages with a map share."""
    uses = asked.show == "use" and account.chained
    shares = stage.users if uses else stage.makers
    what = lang.say("Share of the world's use") if uses else lang.say("Share of the world's output")
    head = f"{account.name}, {stage.name}" if stage.name else account.name
    total = sum(x.use for x in stage.lines) if uses else stage.total_t
    drawn = None
    if shares:
        drawn = mineral_account.world_map(stage, shares, f"{what}, {head}", asked.party, lang)
    return {
        "years": years(), "parties": _named(regions(), lang.place), "classes": maps.legend(lang),
        "map": drawn, "map_svg": Markup(drawn.svg) if drawn else "", "what": what,
        "shares": mineral_account.largest(shares), "shows_use": uses,
        "total": total,
    }  # fmt: skip


def _named(ids: Iterable[str], name: Any) -> list[tuple[str, str]]:
    return sorted(((i, name(i)) for i in ids), key=lambda p: p[1].casefold())


def _stage_namer(lang: Language) -> Any:
    def told(id: str, stage: str) -> str:
        chained = id in minerals() and stage in minerals()[id].stage_ids
        if not chained and id not in screened_minerals():
            return stage
        return mineral_account.stage_name(id, stage, chained, lang)

    return told


def _linker(asked: Asked) -> Any:
    """``to(path, **other)``: an address that keeps what was chosen."""

    def to(path: str, **other: object) -> str:
        query = asked.link(**other)
        return f"{path}?{query}" if query else path

    return to


def _stops(request: Request, id: str, asked: Asked) -> Job | None:
    """The job of the stops, where it was asked for."""
    if "stops" not in request.query_params:
        return None
    return stops(request, id, asked)


def stops(request: Request, id: str, asked: Asked) -> Job:
    """The job that draws what stops of exports do."""
    key = f"stops {id} {asked.party} {asked.year}"
    return engine_of(request).jobs.submit(key, worlds.draw_stops, id, asked.party, asked.year)
