"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orepact.errors import InputError

WorldFolder = Annotated[
    Path | None,
    typer.Option(
        "--world",
        envvar="OREPACT_WORLD",
        file_okay=False,
        help="Folder of a world built with world build --out. Default: the package's.",
    ),
]

Year = Annotated[int, typer.Option("--year", help="Year of the world, as 2022.")]

SourcesFolder = Annotated[
    Path | None,
    typer.Option(
        "--sources", envvar="OREPACT_SOURCES", file_okay=False, help="Folder of publishers' files."
    ),
]


def tables_folder(world: Path | None) -> Path:
    """The folder of tables that an option names; the package's own where it names none."""
    from orepact.world.compiled import TABLES

    return TABLES if world is None else world


def sources_folder(sources: Path | None) -> Path:
    """The folder of publishers' files, or :class:`InputError` where none is named."""
    if sources is None:
        raise InputError(
            "No folder of raw files is named. Give --sources DIR, or set OREPACT_SOURCES."
        )
    return sources
