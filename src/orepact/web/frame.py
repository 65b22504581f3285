"""The frame of every page: templates, the reader's language, links that keep what was chosen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

import orepact
from orepact.pact import SCENARIO
from orepact.report import drawing
from orepact.report.language import LANGUAGES, Language
from orepact.web.reader import COOKIE, quiet

if TYPE_CHECKING:
    from orepact.web.engine import Engine


def engine_of(request: Request) -> Engine:
    """The engine behind the application."""
    return cast("Engine", request.app.state.engine)


NAMES = {"en": "English", "es": "Español", "fr": "Français"}
"""Languages as their readers call them."""

PAGES = (("/world", "World"), ("/pacts", "Pact"), ("/simulator", "Simulator"), ("/brief", "Brief"))
"""Doors of the house, in the order of the bar."""


@cache
def _templates() -> Any:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader("orepact.web"), PackageLoader("orepact.report")]),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def fragment(template: str, lang: Language, **values: Any) -> str:
    """A template filled in, in a language: ``say`` and the names and numbers of ``lang``."""
    return str(_templates().get_template(template).render(say=lang.say, lang=lang, **values))


def page(
    request: Request, template: str, lang: Language | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A whole page; a language that was asked for is kept in a cookie for the next one."""
    lang = lang or quiet(request)
    said = lang.say
    text = fragment(
        template, lang, path=request.url.path,
        doors=[(to, said(name), request.url.path.startswith(to)) for to, name in PAGES],
        languages=[(c, NAMES[c], _in(request, c), c == lang.code) for c in LANGUAGES],
        scenario=said(SCENARIO), hatches=Markup(drawing.hatches()),
        version=orepact.__version__, **values,
    )  # fmt: skip
    answer = HTMLResponse(
        text, status, {"content-language": lang.tag(), "vary": "accept-language, cookie"}
    )
    if request.query_params.get("lang"):
        answer.set_cookie(COOKIE, lang.tag(), max_age=31_536_000, samesite="lax")
    return answer


def _in(request: Request, code: str) -> str:
    """The same address in another language."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return f"{request.url.path}?{urlencode([*kept, ('lang', code)])}"
