"""Baskets: customs codes that lump several products, and how each is split here, if it is.

``baskets.csv`` has a row for every stage that is traded under such a code. Where EU imports by
eight-digit code (``cn8`` ``among`` the finer codes held) say how much of the code the product is,
the build adds that share of value.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from orepact.catalogue import mineral
from orepact.errors import UnknownIdError, WorldError
from orepact.world.register import source
from orepact.world.sources import comext

SPLITS = ("cn8", "hts10", "production shares", "exporter", "unit value")
"""How figures split a basket: finer codes, output, who exports, or what a tonne costs."""

UNSPLIT = ("assumed share", "not split")
"""What no figure splits: a share is assumed, or the whole code stands (or is not read)."""


@dataclass(frozen=True, slots=True)
class Basket:
    """One code of one stage: what it ``lumps``, how it is ``split``, and its EU ``share``.

    ``share`` is the product's part of the value of the EU's 2024 imports under the finer codes
    ``among`` which ``cn8`` is the product's, None where none tells.
    """

    mineral: str
    stage: str
    code: str
    lumps: str
    split: str
    cn8: str
    among: tuple[str, ...]
    share: float | None
    note: str
    source: str

    @property
    def unsplit(self) -> bool:
        """Whether no figure splits the code."""
        return self.split in UNSPLIT


def read_baskets(text: str) -> tuple[Basket, ...]:
    """Read rows of ``baskets.csv``, or raise :class:`WorldError` naming the line."""
    out = []
    for line, r in enumerate(csv.DictReader(text.splitlines()), start=2):
        where = f"baskets.csv, line {line}"
        try:
            mineral(r["mineral"]).stage(r["stage"])
            cited = source(r["source"])
        except UnknownIdError as bad:
            raise WorldError(f"{where}: {bad}") from bad
        if r["split"] not in SPLITS + UNSPLIT:
            raise WorldError(f"{where}: unknown split '{r['split']}'. Known: {SPLITS + UNSPLIT}.")
        if r["code"][:6] not in mineral(r["mineral"]).stage(r["stage"]).hs6:
            raise WorldError(f"{where}: {r['mineral']} {r['stage']} has no code {r['code']}.")
        among = tuple(r["among"].split())
        if (r["cn8"] and r["cn8"] not in among) or any(not c.startswith(r["code"]) for c in among):
            raise WorldError(f"{where}: {r['cn8']} must be among finer codes of {r['code']}.")
        key = (r["mineral"], r["stage"], r["code"], r["lumps"], r["split"], r["cn8"])
        out.append(Basket(*key, among, None, r["note"], cited))
    keys = [(b.mineral, b.stage, b.code) for b in out]
    twice = [k for k in keys if keys.count(k) > 1]
    if twice:
        raise WorldError(f"baskets.csv: {' '.join(twice[0])} stands twice. Keep one row.")
    return tuple(out)


@cache
def baskets() -> tuple[Basket, ...]:
    """All baskets, in the order of ``baskets.csv``; shares are added by the build.

    >>> [b.stage for b in baskets() if b.code == "380110"]
    ['synthetic', 'anode']
    """
    return read_baskets(files(__package__).joinpath("baskets.csv").read_text("utf-8"))


def unsplit_codes(mineral: str, stage: str) -> frozenset[str]:
    """Codes of a stage that nothing splits."""
    return frozenset(
        b.code for b in baskets() if (b.mineral, b.stage) == (mineral, stage) and b.unsplit
    )


SCHEMA = {
    **dict.fromkeys(("mineral", "stage", "code", "lumps", "split", "cn8", "among"), pl.String),
    "share": pl.Float64,
    **dict.fromkeys(("note", "source"), pl.String),
}


def basket_table(raw: Path, ids: Collection[str]) -> pl.DataFrame:
    """The ``baskets`` table: the fields of :class:`Basket`, with EU shares of 2024.

    A share of a code of which one finer code is held only would be 1 whatever is imported: it is
    left null.
    """
    kept = [b for b in baskets() if b.mineral in ids]
    wanted = tuple(sorted({c for b in kept for c in b.among}))
    eu = comext.eu_imports(raw, wanted) if wanted else None
    usd = dict(eu.group_by("cn8").agg(pl.col("usd").sum()).iter_rows()) if eu is not None else {}
    rows = []
    for b in kept:
        total = sum(usd[c] for c in b.among)
        share = usd[b.cn8] / total if b.cn8 and len(b.among) > 1 else None
        key = (b.mineral, b.stage, b.code, b.lumps, b.split, b.cn8, " ".join(b.among))
        rows.append((*key, share, b.note, b.source))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def from_table(rows: pl.DataFrame) -> tuple[Basket, ...]:
    """Baskets of a compiled table."""
    return tuple(
        Basket(**{**r, "among": tuple(r["among"].split())}) for r in rows.iter_rows(named=True)
    )
