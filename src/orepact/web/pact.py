"""The pacts' pages: all of them, one as articles on a day, two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from orepact.errors import DateError, InputError, UnknownIdError
from orepact.pact import Pact
from orepact.pact.base import day
from orepact.pact.calendar import ics, timeline
from orepact.pact.check import check
from orepact.pact.write import dump
from orepact.report.articles import LEVELS, Words, agreement, next_day, standing, words
from orepact.report.changes import both_hold, comparison
from orepact.report.language import Language
from orepact.report.milestones import line, shelved
from orepact.report.words import GROUPS
from orepact.web.engine import Engine
from orepact.web.frame import engine_of, page
from orepact.web.problems import missing
from orepact.web.reader import reader

router = APIRouter(prefix="/pacts", include_in_schema=False)

YEARS = (1900, 2200)
"""First and last year of a day that may be asked for."""


@dataclass(frozen=True, slots=True)
class Card:
    """A pact in the list: parties, standing, what it holds, what comes next."""

    id: str
    title: Words
    parties: str
    status: str
    kinds: tuple[tuple[str, int], ...]
    instruments: int
    agreed: int
    upcoming: str


def card(pact: Pact, today: date, lang: Language) -> Card:
    """What the list says of a pact."""
    held = [i.kind for i in pact.instruments]
    coming = next_day(pact, today)
    return Card(
        id=pact.id,
        title=words(pact.title, lang),
        parties=lang.listed(list(dict.fromkeys(lang.place(p.code) for p in pact.parties))),
        status=lang.status(pact.status),
        kinds=tuple((lang.say(name), held.count(k)) for k, name in GROUPS.items() if k in held),
        instruments=len(held),
        agreed=sum(standing(pact, i) == "agreed" for i in pact.instruments),
        upcoming=lang.date(coming) if coming else "",
    )


def of(engine: Engine, name: str) -> Pact:
    """A pact that an address names; an unknown one is an unknown page."""
    try:
        return engine.pact(name)
    except UnknownIdError as error:
        raise missing(error) from None


def asked_day(text: str, otherwise: date) -> date:
    """The day of a query; :class:`~orepact.errors.DateError` for what is none."""
    found = day(text.strip()) if text.strip() else otherwise
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise DateError(f"{found} is too far away. Write a day of {YEARS[0]} to {YEARS[1]}.")
    return found


@router.get("")
def pacts(request: Request) -> Response:
    """All pacts; with two chosen, on to what differs between them."""
    engine, lang = engine_of(request), reader(request)
    chosen = {k: request.query_params.get(k, "") for k in ("a", "b")}
    wrong = {}
    if any(chosen.values()):
        for key, name in chosen.items():
            try:
                engine.pact(name)
            except UnknownIdError as error:
                wrong[key] = str(error) if name else lang.say("Choose a pact.")
        if not wrong:
            return RedirectResponse(f"/pacts/{chosen['a']}/compare/{chosen['b']}", 303)
    today = date.today()
    cards = [card(engine.pact(n), today, lang) for n in engine.names]
    return page(
        request, "pacts.html.j2", lang, 400 if wrong else 200, cards=cards, chosen=chosen,
        wrong=wrong,
    )  # fmt: skip


@router.get("/{id}")
def articles(request: Request, id: str) -> HTMLResponse:
    """A pact as articles, as it stands on a day: today, or ``?on=``."""
    pact, lang = of(engine_of(request), id), reader(request)
    text, wrong = request.query_params.get("on", ""), ""
    on = today = date.today()
    try:
        on = asked_day(text, today)
    except InputError as error:
        wrong = str(error)
    found = check(pact)
    return page(
        request, "pact.html.j2", lang, 400 if wrong else 200, p=agreement(pact, on, lang),
        line=line(pact, on, lang), shelves=shelved(timeline(pact, on), pact, lang), remarks=found,
        levels={k: lang.say(v) for k, v in LEVELS.items()}, asked=text, wrong=wrong,
    )  # fmt: skip


@router.get("/{id}/pact.yaml")
def file(request: Request, id: str) -> Response:
    """The pact as a file that every command takes."""
    return _taken(dump(of(engine_of(request), id)), "application/yaml", f"{id}.yaml")


@router.get("/{id}/calendar.ics")
def calendar(request: Request, id: str) -> Response:
    """Its days for a calendar, in the reader's language where the pact has it."""
    text = ics(of(engine_of(request), id), reader(request).code)
    return _taken(text, "text/calendar", f"{id}.ics")


def _taken(content: str | bytes, kind: str, name: str) -> Response:
    headers: Mapping[str, str] = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


@router.get("/{a}/compare/{b}")
def compare(request: Request, a: str, b: str) -> HTMLResponse:
    """What a second pact changes in a first; floors as they hold on ``?on=``."""
    engine, lang = engine_of(request), reader(request)
    first, second = of(engine, a), of(engine, b)
    text, wrong = request.query_params.get("on", ""), ""
    on = both_hold(first, second, date.today())
    try:
        on = asked_day(text, on)
    except InputError as error:
        wrong = str(error)
    return page(
        request, "pact_compare.html.j2", lang, 400 if wrong else 200,
        c=comparison(first, second, on, lang), asked=text, wrong=wrong,
    )  # fmt: skip
