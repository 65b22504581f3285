"""A run as files: tables, a manifest that lets anyone repeat it, and the report."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orepact import __version__
from orepact.errors import InputError
from orepact.pact import SCENARIO
from orepact.report.tables import tables
from orepact.study.simulate import Run
from orepact.world.compiled import TABLES

if TYPE_CHECKING:
    import polars as pl

KEYS = ("mineral", "stage", "region", "variable", "unit")


def write(run: Run, out: Path, source: str = "", world: Path = TABLES) -> Iterator[Path]:
    """Write every table as Parquet and CSV, ``manifest.json`` and ``report.html`` into ``out``.

    ``source`` is what the pact was read from, ``world`` the folder its world was loaded from.
    Yields each path as it is written.
    """
    from orepact.report.page import html

    out.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for name, table in tables(run).items():
        for path, save in (
            (out / f"{name}.parquet", table.write_parquet),
            (out / f"{name}.csv", table.write_csv),
        ):
            save(path)
            hashes[path.name] = _sha(path.read_bytes())
            yield path
    page = out / "report.html"
    page.write_text(html(run), "utf-8")
    yield page
    manifest = out / "manifest.json"
    manifest.write_text(json.dumps(describe(run, source, hashes, world), indent=2) + "\n", "utf-8")
    yield manifest


def describe(
    run: Run, source: str = "", results: dict[str, str] | None = None, world: Path = TABLES
) -> dict[str, Any]:
    """What a run was computed from: versions, hashes of inputs and results, settings."""
    return {
        "notice": SCENARIO,
        "pact": {
            "id": run.pact.id,
            "read_from": source,
            "sha256": _sha(run.pact.model_dump_json(by_alias=True).encode()),
        },
        "on": run.on.isoformat(),
        "base_year": run.year,
        "duties": run.duties,
        "sourcing": run.sourcing,
        "mobility": run.mobility,
        "members": list(run.members),
        "minerals": list(run.minerals),
        "draws": run.draws,
        "seed": run.seed if run.draws else None,
        "alternative_draws": {
            m: {s.id: n for s, n in r.structures} for m, r in run.minerals.items() if r.structures
        },
        "not_solved_draws": {m: r.failed for m, r in run.minerals.items()},
        "world_sha256": {
            t.relative_to(world).as_posix(): _sha(t.read_bytes())
            for where in ("*.parquet", f"{run.year}/*.parquet", "alternatives/*.parquet")
            for t in sorted(world.glob(where))
        },
        "results_sha256": results or {},
        "versions": {
            "orepact": __version__,
            "python": platform.python_version(),
            **{p: version(p) for p in ("numpy", "scipy", "polars", "pydantic")},
        },
    }


def document(run: Run, world: Path = TABLES) -> str:
    """The whole run as one JSON document: manifest and tables as lists of records."""
    found = {name: json.loads(table.write_json()) for name, table in tables(run).items()}
    return json.dumps({"manifest": describe(run, world=world), **found}, indent=1)


def differences(first: Path, second: Path) -> pl.DataFrame:
    """Central results of two runs side by side where they differ.

    Columns: mineral, stage, region, variable, unit, first, second, difference, percent of
    first; figures that both runs hold. Lines of welfare (stage '') are changes from the base
    year. A figure that does not exist in one run is null there, and so is its difference.
    The largest come first, measured against the variable's largest value at the stage, so
    that traces of trade do not lead. Raises :class:`InputError` where a folder holds no run
    or the two share no figure.
    """
    import polars as pl

    a, b = _central(first), _central(second)
    both = a.join(b, on=list(KEYS), suffix="_second", validate="1:1")
    if both.is_empty():
        raise InputError(
            f"{first} and {second} share no figure. Compare runs that have a mineral in common."
        )
    x, y = pl.col("first"), pl.col("second")
    size = pl.max_horizontal(x.abs(), y.abs())
    largest = size.max().over("mineral", "stage", "variable")
    both = both.rename({"central": "first", "central_second": "second"}).with_columns(
        difference=y - x, percent=pl.when(x.abs() > 0).then(100 * (y - x) / x.abs())
    )
    moved = (x.is_null() != y.is_null()) | ((y - x).abs() > 1e-9 * size)
    return both.filter(moved).sort(
        (pl.col("difference").abs() / largest), descending=True, nulls_last=True,
        maintain_order=True,
    )  # fmt: skip


def unshared(folder: Path, other: Path) -> str:
    """Minerals and regions of one run's figures that another does not hold; '' for none."""
    a, b = _central(folder), _central(other)
    found = []
    for what in ("mineral", "region"):
        names = [n for n in a[what].unique(maintain_order=True) if n not in set(b[what])]
        found += [f"{what}s {', '.join(names)}"] if len(names) > 1 else []
        found += [f"{what} {names[0]}"] if len(names) == 1 else []
    return "; ".join(found)


def _central(folder: Path) -> pl.DataFrame:
    """Central figures of a run in its folder, lines of welfare less their base year."""
    import polars as pl

    path = folder / "figures.parquet"
    if not path.exists():
        raise InputError(
            f"{folder} holds no figures.parquet. Write a run there with "
            "'orepact simulate PACT --out DIR'."
        )
    change = pl.when(pl.col("stage") == "").then(pl.col("base")).otherwise(0.0)
    return pl.read_parquet(path).select(*KEYS, central=pl.col("central") - change)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
