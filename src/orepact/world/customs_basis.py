"""Customs bases: whether a region values imports with international freight or without."""

from __future__ import annotations

import polars as pl

from orepact.catalogue import regions
from orepact.world.register import ASSUMPTION

FOB = ("USA", "CAN", "AUS", "ZAF", "NAM", "XOC")
"""Regions that value imports without international freight; all others with it."""


def customs_basis_table() -> pl.DataFrame:
    """The ``customs_basis`` table: region, cif, source, assumed, note."""
    notes = {
        "USA": "19 U.S.C. 1401a(b)(4): price without international freight",
        "CAN": "Customs Act s. 48(5)(b): price without freight from the place of export",
        "MEX": "Ley Aduanera art. 65: freight and insurance to the frontier are added",
        "EUN": "Union Customs Code art. 71(1)(e): freight to the Union's border is added",
        "JPN": "Customs Tariff Act art. 4: freight to the port of import is added",
    }
    rows = [
        (r, r not in FOB, ASSUMPTION, True, notes.get(r, "not read in the law; usual practice"))
        for r in regions()
    ]
    return pl.DataFrame(rows, schema=("region", "cif", "source", "assumed", "note"), orient="row")
