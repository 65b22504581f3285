"""Where pact texts come from: the library of the package, or the user's files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from orepact.errors import InputError, PactError, Problem, UnknownIdError, nearest

SUFFIXES = (".yaml", ".yml")
_LIBRARY = files(__package__).joinpath("library")


class File(NamedTuple):
    """A text, its name in messages, and the folder in which it may name other files."""

    text: str
    name: str
    folder: Path | None


def library() -> tuple[str, ...]:
    """Names of the pacts that ship with the package.

    >>> "us-mexico-2026" in library()
    True
    """
    names = (item.name for item in _LIBRARY.iterdir())
    return tuple(sorted(n.removesuffix(".yaml") for n in names if n.endswith(".yaml")))


def fetch(name_or_path: str | Path) -> File:
    """Fetch a pact by its name in the library, or from a path that ends in .yaml or .yml."""
    name = str(name_or_path)
    if isinstance(name_or_path, str) and Path(name).suffix not in SUFFIXES:
        if name not in library():
            raise UnknownIdError(
                f"No pact '{name}' in the library. {nearest(name, library())} "
                "The path of a file ends in .yaml."
            )
        return File(_LIBRARY.joinpath(f"{name}.yaml").read_text("utf-8"), f"{name}.yaml", None)
    path = Path(name_or_path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}. Check the path.") from None
    try:
        return File(raw.decode("utf-8-sig"), name, path.parent)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        what = f"Byte {raw[error.start]:#04x} is not UTF-8."
        where = f"{name}:{line}:{column}"
        raise PactError([Problem(where, what, "Save the file as UTF-8.")]) from None
