"""The JSON API of the pacts: the agreement as data, and what its pages say of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from orepact.errors import InputError
from orepact.pact import SCENARIO, Pact, left_out, simulated
from orepact.pact.calendar import timeline
from orepact.pact.check import check
from orepact.pact.compare import parts
from orepact.pact.schema import schema
from orepact.pact.write import document
from orepact.report.articles import next_day, standing
from orepact.report.changes import both_hold, change, floors
from orepact.report.milestones import shelves
from orepact.web.frame import engine_of
from orepact.web.pact import asked_day, of
from orepact.web.problems import FieldsError

router = APIRouter(prefix="/api/v1", tags=["pacts"])

Id = Annotated[str, Path(description="Id of a pact.", examples=["us-mexico-2026"])]
On = Annotated[str, Query(description="A day, as 2027-01-01.")]


@router.get("/pacts", summary="All pacts, of the library and of the user")
def pacts(request: Request) -> JSONResponse:
    """Parties, standing, what each holds of which kind, the next day of its calendar."""
    engine = engine_of(request)
    today = date.today()
    return JSONResponse([_card(engine.pact(name), today) for name in engine.names])


@router.get("/pacts/{id}", summary="A pact as data")
def pact(request: Request, id: Id) -> JSONResponse:
    """The whole agreement in the format ``orepact/1``; see ``/api/v1/schemas/pact``."""
    return JSONResponse(document(of(engine_of(request), id)))


@router.get("/pacts/{id}/standing", summary="A pact as it stands on a day")
def standings(request: Request, id: Id, on: On = "") -> JSONResponse:
    """Members, what is in force, what is agreed and what is scenario, due and overdue days."""
    held = of(engine_of(request), id)
    day = _day(on, date.today())
    agenda: dict[str, list[Any]] = {}
    for shelf, event in shelves(timeline(held, day)):
        agenda.setdefault(shelf, []).append({**asdict(event), "on": event.on.isoformat()})
    return JSONResponse(
        {
            "scenario": SCENARIO,
            "pact": held.id,
            "on": day.isoformat(),
            "members": list(held.members(day)),
            "instruments": [
                {
                    "id": i.id,
                    "kind": i.kind,
                    "standing": standing(held, i),
                    "status": i.status,
                    "in_force": i.in_force(day),
                    "simulated": simulated(i),
                    "left_out": list(left_out(i)),
                }
                for i in held.instruments
            ],
            "agenda": agenda,
            "remarks": [asdict(f) for f in check(held)],
        }
    )


@router.get("/pacts/{a}/compare/{b}", summary="What a second pact changes in a first")
def compare(request: Request, a: Id, b: Id, on: On = "") -> JSONResponse:
    """Sentences by part of the text, and the floors of both on a day in USD per contained tonne.

    Without ``on`` the day is the first on which everything of both holds.
    """
    engine = engine_of(request)
    first, second = of(engine, a), of(engine, b)
    day = _day(on, both_hold(first, second, date.today()))
    return JSONResponse(
        {
            "scenario": SCENARIO,
            "a": first.id,
            "b": second.id,
            "on": day.isoformat(),
            "changes": parts(first, second),
            "floors": [
                {
                    "mineral": m, "stage": s, "unit": "USD/t",
                    "a": [str(x) for x in was], "b": [str(x) for x in now],
                    "change": change(was, now),
                }
                for m, s, was, now in floors(first, second, day)
            ],
        }
    )  # fmt: skip


@router.get("/schemas/pact", summary="The format of a pact as JSON Schema")
def pact_schema() -> JSONResponse:
    """JSON Schema (2020-12) of the format ``orepact/1``."""
    return JSONResponse(schema(), media_type="application/schema+json")


def _day(text: str, otherwise: date) -> date:
    try:
        return asked_day(text, otherwise)
    except InputError as error:
        raise FieldsError({"on": str(error)}) from None


def _card(pact: Pact, today: date) -> dict[str, Any]:
    kinds = [i.kind for i in pact.instruments]
    coming = next_day(pact, today)
    return {
        "id": pact.id,
        "title": pact.title.model_dump(exclude_none=True),
        "parties": list(dict.fromkeys(p.code for p in pact.parties)),
        "status": pact.status,
        "kinds": {k: kinds.count(k) for k in dict.fromkeys(kinds)},
        "agreed": [i.id for i in pact.instruments if i.id in pact.agreed],
        "next": coming.isoformat() if coming else None,
        "self": f"/api/v1/pacts/{pact.id}",
    }
