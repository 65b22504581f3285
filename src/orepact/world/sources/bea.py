"""US Bureau of Economic Analysis: detailed input-output accounts, million USD.

Use tables have commodities as rows and industries as columns. The detailed tables are the
benchmark of 2017: their value added adds up to 19.6 trillion USD.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.errors import WorldError
from orepact.world.sources.files import numbers, once, text_table

FOLDER = "data/08_io/bea"
YEAR = 2017
DOMESTIC = f"{FOLDER}/detail_bea_use_domestic.csv"
IMPORTED = f"{FOLDER}/detail_bea_use_import.csv"
OUTPUT = f"{FOLDER}/detail_bea_industry_output.csv"
NAMES = f"{FOLDER}/detail_bea_commodity_descriptions.csv"
REQUIREMENTS = f"{FOLDER}/detail_bea_requirements_domestic.csv"
NOT_NAMED = {
    "331314": "Secondary smelting and alloying of aluminum",
    "S00101": "Federal electric utilities",
    "S00201": "State and local government passenger transit",
    "S00202": "State and local government electric utilities",
}
"""Industries that make no commodity of their own and so lack a published description."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Use (commodity x industry), output and names of the industries; million USD."""

    industries: tuple[str, ...]
    commodities: tuple[str, ...]
    names: dict[str, str]
    output: Matrix
    domestic: Matrix
    imported: Matrix

    @property
    def value_added(self) -> Matrix:
        """Output less all intermediate inputs, by industry."""
        return np.asarray(self.output - self.domestic.sum(axis=0) - self.imported.sum(axis=0))


def matrix(raw: Path, name: str) -> tuple[tuple[str, ...], tuple[str, ...], Matrix]:
    """One table: (row codes, column codes, values). A blank is zero."""
    first = once(text_table(raw, name, ("bea_code",)), name, "bea_code")
    with (raw / name).open(encoding="utf8") as file:
        header = tuple(file.readline().strip().split(","))
    frame = numbers(text_table(raw, name, header), name, *header[1:], signed=True)
    values = frame.select(header[1:]).fill_null(0.0).to_numpy()
    return tuple(first["bea_code"].to_list()), header[1:], np.asarray(values, dtype=np.float64)


def accounts(raw: Path) -> Accounts:
    """Read the detailed accounts; codes are matched by name, never by position."""
    rows, columns, domestic = matrix(raw, DOMESTIC)
    others = matrix(raw, IMPORTED)
    if others[:2] != (rows, columns):
        raise WorldError(f"'{IMPORTED}' and '{DOMESTIC}' do not have the same codes in one order.")
    out = once(text_table(raw, OUTPUT, ("bea_code", "output")), OUTPUT, "bea_code")
    out = numbers(out, OUTPUT, "output")
    output = dict(out.select("bea_code", "output").iter_rows())
    lacking = [c for c in columns if not (output.get(c) or 0) > 0]
    if lacking:
        raise WorldError(f"'{OUTPUT}' has no positive output for industry '{lacking[0]}'.")
    text = text_table(raw, NAMES, ("Commodity Code", "Description"))
    names = dict(text.select("Commodity Code", "Description").iter_rows()) | NOT_NAMED
    unnamed = [c for c in columns if c not in names]
    if unnamed:
        raise WorldError(f"'{NAMES}' does not describe industry '{unnamed[0]}'.")
    return Accounts(
        columns, rows, names, np.array([output[c] for c in columns]), domestic, others[2]
    )


def direct(held: Accounts) -> tuple[tuple[str, ...], Matrix]:
    """Domestic inputs per unit of output: (codes, A) with A[i, j] from i to j.

    Kept are the codes that are both commodity and industry: a commodity is taken to come from
    the industry of its own code.
    """
    codes = tuple(c for c in held.industries if c in held.commodities)
    rows = [held.commodities.index(c) for c in codes]
    columns = [held.industries.index(c) for c in codes]
    return codes, held.domestic[np.ix_(rows, columns)] / held.output[columns]


def leontief(a: Matrix) -> Matrix:
    """Total requirements (I - A)^-1, or :class:`WorldError` where they do not exist.

    >>> leontief(np.array([[0.5]])).tolist()
    [[2.0]]
    """
    radius = float(np.abs(np.linalg.eigvals(a)).max())
    if radius >= 1:
        raise WorldError(
            f"Direct requirements have a spectral radius of {radius:.3f}, not below 1."
        )
    return np.asarray(np.linalg.inv(np.eye(len(a)) - a), dtype=np.float64)


def gap(raw: Path, codes: tuple[str, ...], total: Matrix) -> pl.DataFrame:
    """Our total requirements beside the published ones: columns code, here, published, off.

    Figures are column sums (output needed in all industries per unit of final demand).
    """
    rows, columns, published = matrix(raw, REQUIREMENTS)
    both = [c for c in codes if c in rows and c in columns]
    ours = [codes.index(c) for c in both]
    theirs = published[np.ix_([rows.index(c) for c in both], [columns.index(c) for c in both])]
    here, there = total[np.ix_(ours, ours)].sum(axis=0), theirs.sum(axis=0)
    return pl.DataFrame({"code": both, "here": here, "published": there, "off": here / there - 1})
