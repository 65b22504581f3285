"""The simulator's pages: the form, the answer that is put into it, and what can be taken away."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from orepact.report import vega
from orepact.report.language import Language
from orepact.web import fields, live
from orepact.web.engine import Engine
from orepact.web.fields import Form
from orepact.web.frame import engine_of, fragment, page
from orepact.web.problems import FieldsError
from orepact.web.reader import reader
from orepact.web.scenario import Scenario

router = APIRouter(prefix="/simulator", include_in_schema=False)


@router.get("")
def simulator(request: Request) -> HTMLResponse:
    """The whole page; without script the form is sent and the page comes back with the answer."""
    engine, lang, form = _read(request)
    minerals = ((m, lang.mineral(m)) for m in engine.world(form.base).chains)
    return page(
        request, "simulator.html.j2", lang, 400 if form.errors else 200, form=form,
        pacts=[(n, engine.pact(n).title.in_(lang.code)) for n in engine.names],
        minerals=sorted(minerals, key=lambda p: p[1]), others=fields.others(form),
        offered=fields.OFFERED, shades=vega.shades(),
        answer=Markup(_answer(request, engine, lang, form)),
    )  # fmt: skip


@router.get("/answer")
def answered(request: Request) -> HTMLResponse:
    """The answer alone, for a page whose levers have moved."""
    engine, lang, form = _read(request)
    return HTMLResponse(_answer(request, engine, lang, form), 400 if form.errors else 200)


def _read(request: Request) -> tuple[Engine, Language, Form]:
    engine, lang = engine_of(request), reader(request)
    return engine, lang, fields.read(request.query_params.multi_items(), engine, lang)


def _answer(request: Request, engine: Engine, lang: Language, form: Form) -> str:
    if form.scenario is None:
        return fragment("mend.html.j2", lang, errors=form.errors)
    ranges, state = _ranges(request, engine, form.scenario)
    return engine.live(
        live.page, form.scenario, ranges, lang.tag(), state in ("waiting", "running")
    )


def _ranges(request: Request, engine: Engine, asked: Scenario) -> tuple[live.Ranges | None, str]:
    """Ranges where they are asked for and drawn, and where their job stands."""
    if "ranges" not in request.query_params:
        return None, ""
    job = engine.ranges(asked)
    return (job.result if job.state == "done" else None), job.state


def _asked(request: Request) -> tuple[Engine, Scenario]:
    engine, _, form = _read(request)
    if form.scenario is None:
        raise FieldsError(form.errors)
    return engine, form.scenario


def _file(text: str, kind: str, asked: Scenario, ending: str = "") -> Response:
    """A file to take away, named by what it is of; without an ending one to look at."""
    name = f"{asked.pact}-{asked.mineral}-{asked.year}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"'} if ending else {}
    return Response(text, media_type=kind, headers=headers)


@router.get("/{which}.svg")
def picture(request: Request, which: Literal["prices", "welfare"]) -> Response:
    """A chart as a picture, for pages without script and for printing."""
    engine, asked = _asked(request)
    ranges, _ = _ranges(request, engine, asked)
    text = engine.live(live.chart, asked, ranges, which, reader(request).tag())
    return _file(text, "image/svg+xml", asked)


@router.get("/figures.csv")
def table(request: Request) -> Response:
    """All figures as a table, with ranges where they are asked for and drawn."""
    engine, asked = _asked(request)
    ranges, _ = _ranges(request, engine, asked)
    return _file(engine.live(live.table, asked, ranges), "text/csv", asked, "csv")


@router.get("/pact.yaml")
def pact(request: Request) -> Response:
    """The pact with what was changed."""
    engine, asked = _asked(request)
    return _file(engine.live(live.text, asked), "application/yaml", asked, "yaml")


@router.get("/scenario.py")
def python(request: Request) -> Response:
    """The same in Python."""
    engine, asked = _asked(request)
    return _file(engine.live(live.python, asked), "text/x-python", asked, "py")


@router.get("/report.html")
def report(request: Request) -> Response:
    """The full report at central values."""
    engine, asked = _asked(request)
    return _file(engine.live(live.report, asked), "text/html", asked)
