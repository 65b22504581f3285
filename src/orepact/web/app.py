"""The server: pages, the JSON API and the files that both need, none of it from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

import orepact
from orepact.web import (
    api,
    brief,
    fields,
    live,
    pact,
    pact_api,
    problems,
    simulator,
    world,
    world_api,
)
from orepact.web.engine import Engine
from orepact.web.frame import page
from orepact.web.reader import reader
from orepact.web.vega import router as vega

SAFE = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "script-src 'self' 'unsafe-eval'; frame-ancestors 'none'; form-action 'self'; "
        "base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
"""Headers of every answer; charts compile their expressions, hence ``unsafe-eval``."""


def create_app(pact_files: Sequence[Path] = (), workers: int = 0) -> FastAPI:
    """The application; ``pact_files`` are pacts beside those of the library, ``workers`` the
    processes that compute live answers (0: the server's own).
    """
    engine = Engine(pact_files, workers)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.close()

    app = FastAPI(
        title="orepact", version=orepact.__version__, lifespan=life, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        description="What a pact on critical minerals does: the answers behind every page.",
    )  # fmt: skip
    app.state.engine = engine
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    problems.install(app)

    @app.middleware("http")
    async def safe(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        bare = request.method == "HEAD"
        if bare:
            request.scope["method"] = "GET"
        answer = await call(request)
        if bare:
            answer = Response(status_code=answer.status_code, headers=dict(answer.headers))
        for name, value in SAFE.items():
            answer.headers.setdefault(name, value)
        return answer

    @app.get("/", include_in_schema=False)
    def home(request: Request) -> HTMLResponse:
        lang = reader(request)
        asked = fields.read([], engine, lang).scenario
        assert asked is not None  # the first pact as it stands
        glance = Markup(engine.live(live.glance, asked, lang.tag()))
        return page(request, "home.html.j2", lang, glance=glance)

    @app.get("/api", include_in_schema=False)
    def interface(request: Request) -> HTMLResponse:
        return page(request, "api.html.j2", reader(request), paths=app.openapi()["paths"])

    for router in (
        simulator.router, brief.router, api.router, pact.router, pact_api.router, world.router,
        world_api.router, vega,
    ):  # fmt: skip
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=_folder()), name="static")
    return app


def _folder() -> Any:
    return str(files(__package__).joinpath("static"))
