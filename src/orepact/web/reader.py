"""Which language a reader gets: asked for, chosen before, or what the browser says."""

from __future__ import annotations

from starlette.requests import Request

from orepact.errors import InputError
from orepact.report.language import LANGUAGES, Language, language

COOKIE = "lang"


def reader(request: Request) -> Language:
    """The reader's language, by ``?lang=``, the cookie of an earlier choice, ``Accept-Language``.

    Raises :class:`InputError` for a ``lang`` that is not held.
    """
    if asked := request.query_params.get("lang"):
        return language(asked)
    return quiet(request)


def quiet(request: Request) -> Language:
    """The same for a page that must not fail: an unknown ``lang`` is passed over."""
    for name in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if name:
            try:
                return language(name)
            except InputError:
                continue
    return language(preferred(request.headers.get("accept-language", "")))


def preferred(header: str) -> str:
    """The best held language of an ``Accept-Language`` header; English where there is none.

    >>> preferred("fr-CA,fr;q=0.9,en;q=0.8"), preferred("de, es-ES;q=0.5"), preferred("")
    ('fr-CA', 'es-ES', 'en')
    """
    found = []
    for n, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            q = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag.split("-")[0].lower() in LANGUAGES and q > 0:
            found.append((-q, n, tag))
    return min(found)[2] if found else "en"
