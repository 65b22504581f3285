"""A year of UN Comtrade by code, downloaded answer by answer into a folder of sources.

Every answer is kept as it came (``ANSWERS``), so that a download that was cut short goes on where
it stopped; the total rows of all of them are written as one table in the layout that
:func:`orepact.world.sources.comtrade.records` reads. Not yet verified on the live service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from orepact.errors import NoRecordsError, WorldError
from orepact.world.sources.comtrade import BREAKDOWN, NO_PLACE, RECORDS
from orepact.world.sources.comtrade_api import Question
from orepact.world.sources.files import numbers, once, text_table

ANSWERS = "data/02_trade/comtrade/answers"
PAUSE = 1.1
"""Seconds between two calls: the service allows about one a second."""
TOTALS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
WORLD = 0.02
"""A reporter's partners must sum to its World row within this share.

Records of nickel ore and matte, 2000-2024: within 1.3 % in all of 3,434 sums."""

_KEYS = ("period", "reporterISO", "partnerISO", "flowCode", "cmdCode")
_WEIGHTS = ("netWgt", "qty", "altQty")
COLUMNS = (*_KEYS, *TOTALS, "primaryValue", *_WEIGHTS, "qtyUnitCode", "altQtyUnitCode")
_KILOGRAM = "8"


def download(
    out: Path,
    codes: Sequence[str],
    year: int,
    reporters: Sequence[str],
    ask: Callable[[Question], str],
) -> pl.DataFrame:
    """Ask for imports and exports of ``codes``, keep the answers, and write the year's table.

    ``reporters`` are batches, each a question of its own; ('',) asks for all at once. An answer
    that is kept is not asked for again. The table is written last and whole. Returns it.
    """
    parts = []
    for code in codes:
        for flow in "MX":
            frames = []
            for batch in reporters:
                question = Question(year, code, flow, batch)
                name = _name(question)
                if not (out / name).is_file():
                    answer = ask(question)
                    time.sleep(PAUSE)
                    if not answer.strip():
                        continue
                    # what cannot be read is not kept: it would stop every later run
                    _put(out, f"{name}.part", answer)
                    totals(out, f"{name}.part", question)
                    (out / f"{name}.part").replace(out / name)
                frames.append(totals(out, name, question))
            if not frames:
                raise NoRecordsError(
                    f"{question}: no record at all. Is the code of the revision in force, and the "
                    "year published? Leave the code out with --codes."
                )
            parts += frames
    whole = pl.concat(parts).sort(_KEYS)
    again = whole.filter(pl.struct(_KEYS).is_duplicated())
    if len(again):
        raise WorldError(
            f"{' '.join(again.row(0)[:5])} stands in two batches of reporters. Name each once."
        )
    _put(out, RECORDS.format(year), whole.write_csv())
    return whole


def told(table: pl.DataFrame) -> str:
    """One sentence on what a year's table holds, and on what the build will not take as it is.

    >>> row = dict(zip(_KEYS, ("2024", "CHN", "_X ", "M", "260800")))
    >>> told(pl.DataFrame([row | {"primaryValue": 5.0, "netWgt": None}]))
    '1 records of 1 codes; of their value 100.0% has no weight and 100.0% no place as partner.'
    """
    value = float(table["primaryValue"].sum()) or 1.0
    shares = [
        float(table.filter(of)["primaryValue"].sum()) / value
        for of in (pl.col("netWgt").is_null(), pl.col("partnerISO").str.contains(NO_PLACE))
    ]
    return (
        f"{len(table):,} records of {table['cmdCode'].n_unique()} codes; of their value "
        f"{shares[0]:.1%} has no weight and {shares[1]:.1%} no place as partner."
    )


def _name(q: Question) -> str:
    batch = q.reporters.replace(",", "-") or "all"
    return f"{ANSWERS}/{q.year}_{q.code}_{q.flow}_{batch}.csv"


def _put(out: Path, name: str, text: str) -> None:
    """Write a file whole or not at all."""
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + "~")
    part.write_text(text, "utf-8")
    part.replace(path)


def totals(out: Path, name: str, question: Question) -> pl.DataFrame:
    """The total rows of one kept answer: its keys, primaryValue (USD) and netWgt (kg, or null).

    The weight is the net weight, else the quantity or the other quantity where its unit is the
    kilogram. Rows of partner World check the sum of the others and are left out. Raises
    :class:`WorldError` naming file and row for another year, code or flow, a breakdown without
    its total, a total that stands twice, and partners that do not sum to World.
    """
    frame = text_table(out, name, COLUMNS)
    asked = {"period": str(question.year), "cmdCode": question.code, "flowCode": question.flow}
    for column, value in asked.items():
        for r in frame.filter(~pl.col(column).eq_missing(value)).head(1).iter_rows(named=True):
            raise WorldError(
                f"'{name}', row {r['row']}: {column} is {r[column]!r}, and {value} was asked for. "
                "Delete the file and run again."
            )
    # a code is written 0 or, beside blanks, 0.0
    codes = (*TOTALS, "qtyUnitCode", "altQtyUnitCode")
    frame = frame.with_columns(pl.col(codes).str.strip_suffix(".0"))
    total = pl.all_horizontal(pl.col(c).eq_missing(v) for c, v in TOTALS.items())
    kept, rest = frame.filter(total), frame.filter(~total)
    for r in rest.join(kept, on=_KEYS, how="anti", nulls_equal=True).head(1).iter_rows(named=True):
        raise WorldError(
            f"'{name}', row {r['row']}: {r['reporterISO']} {r['partnerISO']} {r['cmdCode']} has a "
            f"breakdown and no total row. {BREAKDOWN}"
        )
    kept = numbers(once(kept, name, *_KEYS, mend=BREAKDOWN), name, "primaryValue", *_WEIGHTS)
    for column in ("reporterISO", "partnerISO", "primaryValue"):
        for r in kept.filter(pl.col(column).is_null()).head(1).iter_rows(named=True):
            raise WorldError(
                f"'{name}', row {r['row']}: {column} is blank. Delete the file and run again."
            )
    _check_sums(kept, name)
    weight = pl.coalesce(
        pl.when(pl.col("netWgt") > 0).then("netWgt"),
        *(
            pl.when((pl.col(f"{q}UnitCode") == _KILOGRAM) & (pl.col(q) > 0)).then(q)
            for q in ("qty", "altQty")
        ),
    )
    return kept.filter(pl.col("partnerISO") != "W00").select(
        *_KEYS, "primaryValue", weight.alias("netWgt")
    )


def _check_sums(kept: pl.DataFrame, name: str) -> None:
    """Raise where a reporter's partners do not sum to its row of partner World."""
    world = pl.col("partnerISO") == "W00"
    value = pl.col("primaryValue")
    sums = kept.group_by("reporterISO", maintain_order=True).agg(
        row=pl.col("row").filter(world).first(),
        world=value.filter(world).sum(),
        partners=value.filter(~world).sum(),
    )
    off = (pl.col("partners") - pl.col("world")).abs() > WORLD * pl.col("world")
    for r in sums.filter(pl.col("row").is_not_null() & off).head(1).iter_rows(named=True):
        raise WorldError(
            f"'{name}', row {r['row']}: the partners of {r['reporterISO']} sum to "
            f"{r['partners']:,.0f} USD, and its row of World says {r['world']:,.0f}. Rows are "
            "missing or stand in parts. Delete the file and run again."
        )
