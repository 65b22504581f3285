"""The script that draws charts in the browser, taken whole from the library that prints them."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from starlette.responses import Response

router = APIRouter(include_in_schema=False)


@cache
def bundle() -> str:
    """Vega, Vega-Lite and vega-embed in one script; takes some seconds the first time."""
    import vl_convert

    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg]


@router.get("/static/vega.js")
def script() -> Response:
    """The bundle, to be kept by the browser."""
    return Response(
        bundle(), media_type="text/javascript", headers={"cache-control": "max-age=604800"}
    )
