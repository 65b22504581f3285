"""The files a build needs: what each carries, whose it is, and where to get it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from orepact.errors import WorldError
from orepact.world.register import register, source
from orepact.world.sources.files import OWN

PARTS = ("chains", "alternatives", "years", "screening", "maps")
"""What a whole build needs; files of the part "own" are read where they are found."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of the sources folder; fields are explained at the head of ``inputs.toml``."""

    path: str
    source: str
    carries: str
    get: str
    verified: bool
    unless: str = ""
    part: str = "chains"

    def __str__(self) -> str:
        s = register()[self.source]
        where = f" {s.url}" if s.url else ""
        return f"{self.path}\n    {s.publisher}, {s.title}: {self.carries}.\n    {self.get}.{where}"


@cache
def inputs() -> tuple[InputFile, ...]:
    """Every file of the build, in the order of ``inputs.toml``."""
    raw = tomllib.loads(files(__package__).joinpath("inputs.toml").read_text("utf-8"))
    out = tuple(InputFile(**row) for row in raw["file"])
    for f in out:
        source(f.source)
    return out


def missing(raw: Path, parts: Collection[str] = PARTS, full: bool = False) -> tuple[InputFile, ...]:
    """The files that the folder ``raw`` lacks for these parts of the world.

    What comes with the package is not missing. ``full`` says that a full BACI is given, so that
    its extracts are not needed.
    """

    def replaced(f: InputFile) -> bool:
        return bool(f.unless) and (full or any((raw / f.unless).glob("BACI_HS*.csv")))

    return tuple(
        f
        for f in inputs()
        if f.part in parts
        and not any((folder / f.path).is_file() for folder in (raw, OWN))
        and not replaced(f)
    )


def require(raw: Path, parts: Collection[str] = PARTS, full: bool = False) -> None:
    """Raise :class:`WorldError` naming every file that the folder lacks, before any is read."""
    if not raw.is_dir():
        raise WorldError(
            f"The sources folder '{raw}' does not exist. Name the folder of the publishers' files "
            "with --sources or OREPACT_SOURCES."
        )
    lacking = missing(raw, parts, full)
    if lacking:
        n = len(lacking)
        head = (
            f"{n} file{'s are' if n > 1 else ' is'} missing from the sources folder '{raw}'; "
            "nothing was built. Put there:"
        )
        raise WorldError("\n".join([head, *(f"  {f}" for f in lacking)]))
