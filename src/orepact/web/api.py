"""The JSON API: the same answers as the pages, units beside every figure."""

from __future__ import annotations

import math
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from orepact.pact import SCENARIO
from orepact.report.language import language
from orepact.study.metrics import UNITS
from orepact.study.simulate import Run
from orepact.web import fields
from orepact.web.engine import Engine
from orepact.web.jobs import Job
from orepact.web.problems import FieldsError, problem
from orepact.web.scenario import Scenario

router = APIRouter(prefix="/api/v1", tags=["simulator"])

PactId = Annotated[str | None, Query(description="Id of a pact.", examples=["us-mexico-2026"])]
MineralId = Annotated[str | None, Query(description="Id of a mineral.", examples=["ndpr"])]
Year = Annotated[str | None, Query(description="Year on whose last day the pact is computed.")]
Base = Annotated[str | None, Query(description="Year of the world that the pact is laid on.")]
Tariff = Annotated[str | None, Query(description="Tariff on non-members.", examples=["10 %"])]
Ban = Annotated[str | None, Query(description="Share of exports stopped.", examples=["50 %"])]
By = Annotated[str | None, Query(description="Exporter whose exports to members the ban stops.")]
Members = Annotated[str | None, Query(description="Members in place of the pact's.",
                                      examples=["USA,MEX,CAN"])]  # fmt: skip


def engine_of(request: Request) -> Engine:
    """The engine behind the application."""
    return cast(Engine, request.app.state.engine)


def figures(run: Run) -> list[dict[str, Any]]:
    """All figures of a run as records: where, what, unit, before, after, change and its range."""
    out = []
    for mr in run.minerals.values():
        for key, f in mr.figures.items():
            low, mid, high = f.change or (None, f.central - f.base, None)
            out.append(
                {
                    "mineral": mr.chain.mineral,
                    "stage": key.stage,
                    "region": key.region,
                    "variable": key.variable,
                    "unit": UNITS[key.variable],
                    "base": _number(f.base),
                    "central": _number(f.central),
                    "change": _number(mid),
                    "change_p05": _number(low),
                    "change_p95": _number(high),
                }
            )
    return out


def _number(x: float | None) -> float | None:
    return float(x) if x is not None and math.isfinite(x) else None


def _scenario(request: Request) -> Scenario:
    form = fields.read(request.query_params.multi_items(), engine_of(request), language())
    if form.scenario is None:
        raise FieldsError(form.errors)
    return form.scenario


def _document(asked: Scenario, run: Run) -> dict[str, Any]:
    (mr,) = run.minerals.values()
    return {
        "scenario": SCENARIO,
        "query": asked.query(),
        "pact": asked.pact,
        "on": asked.on.isoformat(),
        "members": list(run.members),
        "base_year": run.year,
        "mineral": asked.mineral,
        "status": mr.policy.status.value,
        "draws": run.draws,
        "failed_draws": mr.failed,
        "figures": figures(run),
        "instruments": [
            {"id": e.id, "kind": e.kind, "title": e.title, "state": e.state,
             "distance": _number(e.distance), "unit": e.unit}
            for e in mr.effects
        ],
        "warnings": list(mr.warnings),
        "grades": dict(mr.chain.grade),
        "python": asked.python(run.draws),
    }  # fmt: skip


def _job(job: Job, request: Request) -> dict[str, Any]:
    return {
        "id": job.id, "state": job.state, "done": job.done, "total": job.total,
        "self": f"/api/v1/jobs/{job.id}",
    }  # fmt: skip


@router.get("/simulate", summary="Simulate one mineral of a pact at central values")
def simulate(
    request: Request, pact: PactId = None, mineral: MineralId = None, year: Year = None,
    base: Base = None, tariff: Tariff = None, ban: Ban = None, by: By = None,
    members: Members = None,
) -> JSONResponse:  # fmt: skip
    """Figures before and after. A floor at a stage is ``floor.<stage>=110 USD/kg``."""
    asked = _scenario(request)
    return JSONResponse(_document(asked, engine_of(request).answer(asked)))


@router.post("/ranges", status_code=202, summary="Draw the ranges of a scenario")
def ranges(
    request: Request, pact: PactId = None, mineral: MineralId = None, year: Year = None,
    base: Base = None, tariff: Tariff = None, ban: Ban = None, by: By = None,
    members: Members = None,
) -> JSONResponse:  # fmt: skip
    """Begin the draws; the answer names the job, whose address tells how far it is."""
    job = engine_of(request).ranges(_scenario(request))
    return JSONResponse(_job(job, request), 202, {"location": f"/api/v1/jobs/{job.id}"})


@router.get("/ranges", summary="A scenario with its ranges, once they are drawn")
def ranged(
    request: Request, pact: PactId = None, mineral: MineralId = None, year: Year = None,
    base: Base = None, tariff: Tariff = None, ban: Ban = None, by: By = None,
    members: Members = None,
) -> JSONResponse:  # fmt: skip
    """Medians with 5 to 95 % ranges; 202 and the job while they are being drawn."""
    asked, engine = _scenario(request), engine_of(request)
    run = engine.ranged(asked)
    if run is None:
        job = engine.ranges(asked)
        return JSONResponse(_job(job, request), 202, {"location": f"/api/v1/jobs/{job.id}"})
    return JSONResponse(_document(asked, run))


@router.get("/jobs/{id}", summary="How far a computation is")
def job(request: Request, id: str) -> Any:
    """State and steps of a job; a job that failed answers with its problem."""
    found = engine_of(request).jobs.get(id)
    if found is None:
        raise HTTPException(404, f"There is no job '{id}'; it may be forgotten. Begin it again.")
    if found.error is not None and isinstance(found.error, Exception):
        return problem(found.error, request)
    return JSONResponse(_job(found, request))
