"""The simulator's pages: the form, the answer that is put into it, and what can be taken away."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from orepact.errors import OrepactError
from orepact.pact.write import dump
from orepact.report import vega
from orepact.report.answer import answer, price_chart, welfare_chart
from orepact.report.language import Language
from orepact.study.simulate import Run
from orepact.web import fields
from orepact.web.api import engine_of, figures
from orepact.web.engine import DRAWS, Engine
from orepact.web.fields import Form
from orepact.web.frame import fragment, page
from orepact.web.problems import FieldsError
from orepact.web.reader import reader
from orepact.web.scenario import Scenario

router = APIRouter(prefix="/simulator", include_in_schema=False)


@router.get("")
def simulator(request: Request) -> HTMLResponse:
    """The whole page; without script the form is sent and the page comes back with the answer."""
    engine, lang = engine_of(request), reader(request)
    form = fields.read(request.query_params.multi_items(), engine, lang)
    pacts = [(n, engine.pact(n).title.in_(lang.code)) for n in engine.names]
    minerals = sorted(
        ((m, lang.mineral(m)) for m in engine.world(form.base).chains), key=lambda p: p[1]
    )
    return page(
        request, "simulator.html.j2", lang, 400 if form.errors else 200, form=form, pacts=pacts,
        minerals=minerals, others=fields.others(form), offered=fields.OFFERED, shades=vega.shades(),
        **_answered(request, form, engine, lang),
    )  # fmt: skip


@router.get("/answer")
def answered(request: Request) -> HTMLResponse:
    """The answer alone, for a page whose levers have moved."""
    engine, lang = engine_of(request), reader(request)
    form = fields.read(request.query_params.multi_items(), engine, lang)
    text = fragment("answer.html.j2", lang, form=form, **_answered(request, form, engine, lang))
    return HTMLResponse(text, 400 if form.errors else 200)


def _answered(request: Request, form: Form, engine: Engine, lang: Language) -> dict[str, Any]:
    """What the template of an answer needs; ``failure`` where the market gave none."""
    held: dict[str, Any] = {"a": None, "failure": "", "job": None, "link": "", "python": ""}
    if form.scenario is None:
        return held
    asked = form.scenario
    try:
        run = engine.answer(asked)
        if "ranges" in request.query_params:
            job = engine.ranges(asked)
            run = engine.ranged(asked) or run
            held["job"] = job
    except OrepactError as error:
        return {**held, "failure": str(error), "link": asked.query()}
    return {
        **held, "a": answer(run, lang), "link": asked.query(), "changes": asked.changes(),
        "python": asked.python(DRAWS, str(engine.names[asked.pact])),
    }  # fmt: skip


def _asked(request: Request) -> tuple[Scenario, Run]:
    """The scenario of a download and its run, with ranges where they have been drawn."""
    engine = engine_of(request)
    form = fields.read(request.query_params.multi_items(), engine, reader(request))
    if form.scenario is None:
        raise FieldsError(form.errors)
    run = engine.answer(form.scenario)
    if "ranges" in request.query_params:
        run = engine.ranged(form.scenario) or run
    return form.scenario, run


@router.get("/{name}.svg")
def picture(request: Request, name: Literal["prices", "welfare"]) -> Response:
    """A chart as a picture, for pages without script and for printing."""
    _, run = _asked(request)
    (mr,) = run.minerals.values()
    draw = price_chart if name == "prices" else welfare_chart
    spec = draw(run, mr, reader(request), "print")
    return Response(vega.svg(spec), media_type="image/svg+xml")


@router.get("/figures.csv")
def table(request: Request) -> Response:
    """All figures as a table, units in a column of their own."""
    import polars as pl

    asked, run = _asked(request)
    text = pl.DataFrame(figures(run), infer_schema_length=None).write_csv()
    return _file(text, "text/csv", f"{asked.pact}-{asked.mineral}-{asked.year}.csv")


@router.get("/pact.yaml")
def pact(request: Request) -> Response:
    """The pact with what was changed, as a file that every command takes."""
    asked, run = _asked(request)
    return _file(dump(run.pact), "application/yaml", f"{asked.pact}-{asked.year}.yaml")


@router.get("/scenario.py")
def python(request: Request) -> Response:
    """The lines of Python that give the same figures."""
    asked, _ = _asked(request)
    name = str(engine_of(request).names[asked.pact])
    return _file(asked.python(DRAWS, name), "text/x-python", f"{asked.pact}-{asked.mineral}.py")


@router.get("/report.html")
def report(request: Request) -> HTMLResponse:
    """The full report of the scenario, one page with every table."""
    from orepact.report.page import html

    _, run = _asked(request)
    return HTMLResponse(html(run))


def _file(text: str, kind: str, name: str) -> Response:
    return Response(
        text, media_type=f"{kind}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
