"""The JSON API of the simulator: the same answers as the page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orepact.report.language import language
from orepact.web import fields, live
from orepact.web.frame import engine_of
from orepact.web.jobs import Job
from orepact.web.problems import FieldsError, problem
from orepact.web.scenario import Scenario

router = APIRouter(prefix="/api/v1", tags=["simulator"])

Text = str | None


def scenario(
    request: Request,
    pact: Annotated[Text, Query(description="Id of a pact.", examples=["us-mexico-2026"])] = None,
    mineral: Annotated[Text, Query(description="Id of a mineral.", examples=["ndpr"])] = None,
    year: Annotated[Text, Query(description="Year on whose last day the pact is computed.")] = None,
    base: Annotated[Text, Query(description="Year of the world it is laid on.")] = None,
    tariff: Annotated[Text, Query(description="Tariff on non-members.", examples=["10 %"])] = None,
    ban: Annotated[Text, Query(description="Share of exports stopped.", examples=["50 %"])] = None,
    by: Annotated[Text, Query(description="Exporter whose exports to members it stops.")] = None,
    members: Annotated[
        Text, Query(description="Members in place of the pact's.", examples=["USA,MEX,CAN"])
    ] = None,
) -> Scenario:
    """The scenario of a query, its mistakes all at once; a floor is ``floor.oxide=110 USD/kg``."""
    form = fields.read(request.query_params.multi_items(), engine_of(request), language())
    if form.scenario is None:
        raise FieldsError(form.errors)
    return form.scenario


Asked = Annotated[Scenario, Depends(scenario)]


@router.get("/simulate", summary="Simulate one mineral of a pact at central values")
def simulate(request: Request, asked: Asked) -> JSONResponse:
    """Figures before and after. A floor at a stage is ``floor.<stage>=110 USD/kg``."""
    return JSONResponse(engine_of(request).live(live.document, asked, None))


@router.post("/ranges", status_code=202, summary="Draw the ranges of a scenario")
def draw(request: Request, asked: Asked) -> JSONResponse:
    """Begin the draws; the answer names the job, whose address tells how far it is."""
    return accepted(engine_of(request).ranges(asked, watch=True))


@router.get("/ranges", summary="A scenario with its ranges, once they are drawn")
def ranges(request: Request, asked: Asked) -> JSONResponse:
    """Medians with 5 to 95 % ranges; 202 and the job while they are being drawn."""
    engine = engine_of(request)
    job = engine.ranges(asked)
    if job.state != "done":
        return accepted(job)
    return JSONResponse(engine.live(live.document, asked, job.result))


@router.get("/brief", summary="The brief of a scenario, once its ranges are drawn")
def brief(
    request: Request,
    asked: Asked,
    lang: Annotated[str, Query(description="Language: en, es or fr.")] = "en",
) -> JSONResponse:
    """Its parts, sentences, tables and pictures; 202 and the job while they are being drawn."""
    said = language(lang)
    whole = fields.whole(asked, request.query_params.get("mineral"), said)
    job = engine_of(request).brief(whole, said.tag())
    return accepted(job) if job.state != "done" else JSONResponse(job.result.data)


@router.get("/jobs/{id}", summary="How far a computation is")
def job(request: Request, id: str) -> Any:
    """State and steps of a job; a job that failed answers with its problem."""
    found = engine_of(request).jobs.get(id)
    if found is None:
        raise HTTPException(404, f"There is no job '{id}'; it may be forgotten. Begin it again.")
    if isinstance(found.error, Exception):
        return problem(found.error, request)
    return JSONResponse(_told(found))


@router.delete("/jobs/{id}", status_code=204, summary="Wait for a computation no longer")
def leave(request: Request, id: str) -> Response:
    """A job that nobody waits for is given up."""
    engine_of(request).jobs.leave(id)
    return Response(status_code=204)


def accepted(job: Job) -> JSONResponse:
    """The answer that a job was begun: 202 and where to look."""
    return JSONResponse(_told(job), 202, {"location": f"/api/v1/jobs/{job.id}"})


def _told(job: Job) -> dict[str, Any]:
    return {
        "id": job.id, "state": job.state, "done": job.done, "total": job.total,
        "self": f"/api/v1/jobs/{job.id}",
    }  # fmt: skip
