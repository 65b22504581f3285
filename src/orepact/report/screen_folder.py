"""A screen as files: its page, a profile per mineral, tables, and what it was computed from."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from orepact import __version__
from orepact.catalogue import screened_minerals
from orepact.report.drawing import png
from orepact.report.portrait import portrait
from orepact.report.profile import profile
from orepact.report.ranking import index
from orepact.study.dependence import suppliers
from orepact.study.screened import Loss, Metric, Screen, Span
from orepact.world import Screening, World
from orepact.world.compiled import TABLES

NOTICE = "Scenario: probabilities and losses rest on stated assumptions; no authority's forecast."


def write_screen(
    screen: Screen,
    world: World,
    held: Screening,
    out: Path,
    tables: Path = TABLES,
    *,
    pictures: bool = False,
) -> Iterator[Path]:
    """Write ``index.html``, ``profiles/``, three tables and ``manifest.json``.

    The tables are ``screen.csv``, ``losses.csv`` and ``dependence.csv``.

    ``tables`` is the folder that the world was loaded from; with ``pictures`` each profile has a
    PNG beside it. Everything is made in a temporary folder first, then put into place; the
    manifest comes last. Yields each path in its place.
    """
    minerals = list(dict.fromkeys(r.mineral for r in screen.rows))
    links = {m: f"profiles/{m}.html" for m in minerals}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as made:
        fresh = Path(made)
        (fresh / "profiles").mkdir()
        texts = {links[m]: profile(screen, world, held, m, "../index.html") for m in minerals}
        texts["index.html"] = index(screen, world, held, links)
        for name, text in texts.items():
            (fresh / name).write_text(text, "utf-8")
        drawn = [f"profiles/{m}.png" for m in minerals] if pictures else []
        for m, name in zip(minerals, drawn, strict=False):
            (fresh / name).write_bytes(png(portrait(screen, world, held, m)))
        figures(screen).write_csv(fresh / "screen.csv")
        losses(screen).write_csv(fresh / "losses.csv")
        dependence(screen, world, held).write_csv(fresh / "dependence.csv")
        names = [*texts, *drawn, "screen.csv", "losses.csv", "dependence.csv"]
        hashes = {n: _sha((fresh / n).read_bytes()) for n in names if n.endswith(".csv")}
        told = json.dumps(describe(screen, hashes, tables), indent=2)
        (fresh / "manifest.json").write_text(told + "\n", "utf-8")
        (out / "profiles").mkdir(exist_ok=True)
        for name in (*names, "manifest.json"):
            os.replace(fresh / name, out / name)
            yield out / name


def describe(screen: Screen, results: dict[str, str], tables: Path = TABLES) -> dict[str, Any]:
    """What a screen was computed from: versions, hashes of inputs and results, settings."""
    return {
        "notice": NOTICE,
        "party": screen.party,
        "pact": screen.pact,
        "members": list(screen.members),
        "base_year": screen.year,
        "draws": screen.draws,
        "seed": screen.seed if screen.draws else None,
        "world_sha256": {
            t.relative_to(tables).as_posix(): _sha(t.read_bytes())
            for t in sorted(tables.rglob("*.parquet"))
        },
        "results_sha256": results,
        "versions": {
            "orepact": __version__,
            "python": platform.python_version(),
            **{p: version(p) for p in ("numpy", "scipy", "polars")},
        },
    }


def figures(screen: Screen) -> pl.DataFrame:
    """Every figure of every row: mineral, stage, metric, value (null: not known), basis, why.

    Metrics in the unit of :class:`~orepact.study.screened.ScreenRow`; names (the largest maker
    and the like), and intervals of which the value is not known, stand in ``text``.
    """
    out = []
    for r in screen.rows:
        for f in fields(r):
            x = getattr(r, f.name)
            if isinstance(x, Metric):
                value = None if x.shown else x.value
                out.append((r.mineral, r.stage, f.name, value, x.shown, x.basis or "", x.why))
            elif f.name in ("grade", "top_supplier", "top_source", "traced_source"):
                out.append((r.mineral, r.stage, f.name, None, x, "", ""))
        out.append((r.mineral, r.stage, "lists", None, "; ".join(r.lists), "", ""))
    columns = ("mineral", "stage", "metric", "value", "text", "basis", "why")
    return pl.DataFrame(
        out,
        schema={c: pl.Float64 if c == "value" else pl.String for c in columns},
        orient="row",
    )


def dependence(screen: Screen, world: World, held: Screening) -> pl.DataFrame:
    """Shares of what the party buys by mineral, stage and supplier: direct, and by origin."""
    rows = []
    for r in screen.rows:
        chain = world.chains.get(screened_minerals()[r.mineral].chain)
        rows += [
            (r.mineral, r.stage, screen.party, x.supplier, x.direct, x.traced, r.grade)
            for x in suppliers(r, chain, held)
        ]
    names = ("mineral", "stage", "party", "supplier", "direct", "traced", "grade")
    schema = {c: pl.Float64 if c in ("direct", "traced") else pl.String for c in names}
    return pl.DataFrame(rows, schema=schema, orient="row")


def losses(screen: Screen) -> pl.DataFrame:
    """Every supplier's stop: quantiles of probability, prices, shortfall and money (USD)."""
    rows = [_flat(x) for r in screen.rows for x in r.losses]
    return pl.DataFrame(rows, infer_schema_length=None)


def _flat(x: Loss) -> dict[str, object]:
    out: dict[str, object] = {}
    for f in fields(x):
        value = getattr(x, f.name)
        spanned = f.name in _SPANS
        if spanned:
            ends = value if isinstance(value, Span) else (None, None, None)
            for q, v in zip(("p05", "p50", "p95"), ends, strict=True):
                out[f"{f.name}_{q}"] = v
        else:
            out[f.name] = value
    return out


_SPANS = frozenset(
    {"probability", "world_price_rise", "price_rise", "shortfall", "extra_cost", "output_lost",
     "loss", "expected"}
)  # fmt: skip


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
