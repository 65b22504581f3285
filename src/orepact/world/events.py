"""What happened to a mineral in a year that its figures do not show: ``events.csv``, by hand."""

from __future__ import annotations

import csv
from collections.abc import Collection
from importlib.resources import files

from orepact.catalogue import mineral as find
from orepact.world.register import source


def events(mineral: str, years: Collection[int]) -> list[str]:
    """A sentence with its source for each event of a mineral in some years.

    >>> events("cobalt", (2025,))[0][:44]
    'DR Congo suspended exports from February to '
    >>> events("cobalt", (2024,))
    []

    Raises :class:`~orepact.errors.OrepactError` for an unknown mineral or source in the file.
    """
    text = files(__package__).joinpath("events.csv").read_text("utf-8")
    return [
        f"{r['note']} ({source(r['source'])})"
        for r in csv.DictReader(text.splitlines())
        if find(r["mineral"]).id == find(mineral).id and int(r["year"]) in years
    ]
