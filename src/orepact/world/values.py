"""Compile the world's values: prices, freight, duties, customs bases, parameters, sources."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import MappingProxyType

import polars as pl

from orepact.world.customs_basis import customs_basis_table
from orepact.world.duty_rows import duty_table
from orepact.world.facts import stage_facts
from orepact.world.freight import freight_table
from orepact.world.parameters import parameter_table
from orepact.world.prices import (
    BENCHMARKS,
    check_margins,
    edge_tonnes,
    margins,
    price_checks,
    price_table,
)
from orepact.world.recipe import load_recipes
from orepact.world.register import check_sources, sources_table
from orepact.world.sources import benchmarks, cepii

YEAR = 2024

SERIES = MappingProxyType(
    {"world-bank-pink-sheet": benchmarks.pink_sheet, "imf-pcps": benchmarks.imf}
)
"""Readers of the independent series, by source."""


def compile(raw: Path, ids: Collection[str] | None = None) -> dict[str, pl.DataFrame]:
    """Compile all value tables of the base year from the folder of sources.

    Tables: ``prices``, ``price_checks``, ``margins``, ``distances``, ``freight``, ``duties``,
    ``customs_basis``, ``parameters``, ``sources``; columns are named where each is made.
    :mod:`orepact.world.arrays` turns them into arrays. ``ids`` keeps some minerals only.

    Raises :class:`WorldError` for a missing file, a malformed cell, a price that contradicts
    an independent series or a stage whose inputs cost more than its output.
    """
    facts = stage_facts(raw, ids)
    prices = price_table(facts)
    edges = margins(prices, edge_tonnes(facts, load_recipes()[0]))
    check_margins(edges)
    averages = {
        source: read(raw, {b.series for b in BENCHMARKS if b.source == source}, YEAR)
        for source, read in SERIES.items()
    }
    tables = {
        "prices": prices,
        "price_checks": price_checks(prices, averages),
        "margins": edges,
        "distances": cepii.distances(raw),
        "freight": freight_table(facts),
        "duties": duty_table(raw, facts, prices),
        "customs_basis": customs_basis_table(),
        "parameters": parameter_table(facts),
        "sources": sources_table(),
    }
    for table in tables.values():
        if "source" in table.columns:
            check_sources(table["source"].to_list())
    return tables
