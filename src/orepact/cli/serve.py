"""``orepact serve``: pages and API on one's own machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from orepact.errors import InputError


def serve(
    pacts: Annotated[
        list[Path] | None, typer.Argument(help="Pact files of your own, beside the library's.")
    ] = None,
    host: str = typer.Option("127.0.0.1", help="Address to listen on; there is no login."),
    port: int = typer.Option(8000, min=1, max=65535, help="Port to listen on."),
) -> None:
    """Open the pages in a browser: world, pact, simulator, brief. Stop it with Ctrl+C."""
    try:
        import uvicorn

        from orepact.web.app import create_app
        from orepact.web.engine import cores
    except ImportError as error:
        raise InputError(
            f"The server needs more packages ({error.name}): pip install 'orepact[web]'."
        ) from None
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process a core already
    app = create_app(pacts or (), cores())
    typer.echo(f"orepact is at http://{host}:{port}  (Ctrl+C stops it)", err=True)
    uvicorn.run(app, host=host, port=port, log_level="warning")
