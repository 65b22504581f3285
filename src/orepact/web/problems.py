"""What went wrong: a page for people, ``application/problem+json`` (RFC 9457) for programs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orepact.errors import InputError, NotSolvedError, OrepactError, UnknownIdError
from orepact.report.language import later
from orepact.web.frame import page
from orepact.web.reader import quiet

_LOG = logging.getLogger(__name__)
TYPE = "https://orepact.org/problems/"
"""Beginning of a problem's type: a name, not an address that must answer."""

TITLES = {
    "not-found": later("There is no such page"),
    "bad-input": later("This cannot be computed as it stands"),
    "not-solved": later("The market was not solved"),
    "busy": later("Too much is being computed"),
    "broken": later("Something is broken on our side"),
}
"""Kinds of problems, each with its heading."""

STATUS = {"not-found": 404, "bad-input": 400, "not-solved": 422, "busy": 503, "broken": 500}


class FieldsError(InputError):
    """Fields of a form or a query that cannot be used, each with its message."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{k}: {v}" for k, v in fields.items()))


class BusyError(OrepactError):
    """Too many computations are waiting."""


def kind(error: Exception) -> str:
    """Which of :data:`TITLES` an exception is."""
    match error:
        case HTTPException():
            return "not-found" if error.status_code == 404 else "bad-input"
        case BusyError():
            return "busy"
        case NotSolvedError():
            return "not-solved"
        case InputError() | RequestValidationError():
            return "bad-input"
    return "broken"


def problem(error: Exception, request: Request) -> Response:
    """The answer to a request that failed."""
    name = kind(error)
    status = error.status_code if isinstance(error, HTTPException) else STATUS[name]
    fields = error.fields if isinstance(error, FieldsError) else _fields(error)
    detail = "" if name == "broken" else _detail(error)
    if name == "broken":
        _LOG.error("%s", request.url.path, exc_info=error)
    if request.url.path.startswith("/api/"):
        return JSONResponse(
            {
                "type": TYPE + name,
                "title": TITLES[name],
                "status": status,
                "detail": detail or TITLES[name],
                "instance": request.url.path,
                **({"fields": fields} if fields else {}),
            },
            status,
            media_type="application/problem+json",
        )
    lang = quiet(request)
    return page(
        request, "problem.html.j2", lang, status,
        title=lang.say(TITLES[name]), kind=name, detail=detail, fields=fields,
    )  # fmt: skip


def _detail(error: Exception) -> str:
    if isinstance(error, HTTPException):
        return "" if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    if isinstance(error, RequestValidationError):
        return "; ".join(f"{k}: {v}" for k, v in _fields(error).items())
    return str(error)


def _fields(error: Exception) -> dict[str, str]:
    if not isinstance(error, RequestValidationError):
        return {}
    return {".".join(map(str, e["loc"][1:])) or "body": str(e["msg"]) for e in error.errors()}


def missing(error: UnknownIdError) -> HTTPException:
    """An unknown name in the path of an address is an unknown page."""
    return HTTPException(404, str(error))


def install(app: FastAPI) -> None:
    """Answer every failure of an application in these two forms."""

    async def answer(request: Request, error: Exception) -> Response:
        return problem(error, request)

    handlers: tuple[Any, ...] = (HTTPException, RequestValidationError, OrepactError, Exception)
    for of in handlers:
        app.add_exception_handler(of, answer)
