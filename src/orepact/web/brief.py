"""The brief on a page and as a PDF: central values at once, ranges when they are drawn."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from orepact.errors import UnknownIdError
from orepact.report.language import Language
from orepact.web import fields, live
from orepact.web.engine import Engine
from orepact.web.frame import engine_of, page
from orepact.web.problems import FieldsError, missing
from orepact.web.reader import reader
from orepact.web.scenario import Scenario

router = APIRouter(prefix="/brief", include_in_schema=False)


@router.get("")
def choose(request: Request) -> Response:
    """Which pact, which mineral: a form that works without script."""
    engine, lang = engine_of(request), reader(request)
    if pact := request.query_params.get("pact"):
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "pact" and v]
        query = f"?{urlencode(kept)}" if kept else ""
        return RedirectResponse(f"/brief/{quote(pact, safe='')}{query}", 303)
    minerals = ((m, lang.mineral(m)) for m in engine.world().chains)
    return page(
        request, "briefs.html.j2", lang,
        pacts=[(n, lang.text(engine.pact(n).title)) for n in engine.names],
        minerals=sorted(minerals, key=lambda p: p[1]),
    )  # fmt: skip


@router.get("/{pact}")
def brief(request: Request, pact: str) -> HTMLResponse:
    """The brief; while ranges are drawn, at central values, and the page looks again."""
    engine, lang, asked = _asked(request, pact)
    job = engine.brief(asked, lang.tag())
    text = job.result.html if job.state == "done" else engine.live(live.brief, asked, lang.tag())
    return page(
        request, "brief_page.html.j2", lang, text=Markup(text), job=job, asked=asked,
        link=asked.query(), title=lang.text(engine.pact(pact).title),
    )  # fmt: skip


@router.get("/{pact}/brief.pdf")
def pdf(request: Request, pact: str) -> Response:
    """The brief on paper, once its ranges are drawn; until then the page that waits for them."""
    engine, lang, asked = _asked(request, pact)
    job = engine.brief(asked, lang.tag())
    if job.state != "done":
        return RedirectResponse(f"/brief/{pact}?{request.url.query}", 303)
    name = f"{pact}{'-' + asked.mineral if asked.mineral else ''}-{lang.code}.pdf"
    return Response(
        job.result.pdf, media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{name}"'},
    )  # fmt: skip


def _asked(request: Request, pact: str) -> tuple[Engine, Language, Scenario]:
    """The scenario of an address; without a mineral all that the pact names."""
    engine, lang = engine_of(request), reader(request)
    try:
        engine.pact(pact)
    except UnknownIdError as error:
        raise missing(error) from None
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "pact"]
    form = fields.read([("pact", pact), *query], engine, lang)
    if form.scenario is None:
        raise FieldsError(form.errors)
    return engine, lang, fields.whole(form.scenario, request.query_params.get("mineral"), lang)
