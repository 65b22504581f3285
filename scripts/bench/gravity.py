"""Beside gegravity, a package of general-equilibrium gravity models (P. Herman, MIT licence).

Its sample, a trade agreement of Canada and Japan in 2006 among 30 countries, is run as its
authors do (USITC Working Paper 2021-04-B): costs estimated by Poisson pseudo-maximum likelihood
with exporter and importer effects, sigma 5, Germany the reference. The folder
``OREPACT_GEGRAVITY``, or ``cases/gegravity`` under ``OREPACT_SOURCES``, holds its
``sample_data_set.csv`` and the published ``country_results.csv``. A market of ours of as many
regions is solved beside it; the models differ, the number of places does not.
"""

from __future__ import annotations

import copy
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from markets import big, policy
from timing import alternately, ms, table

from orepact.market import solve

COSTS = ["pta", "contiguity", "common_language", "lndist", "international"]
ROUNDS = 5


def beside_gegravity() -> list[str]:
    """The section, which says why where nothing is measured."""
    head = ["## Beside gegravity", ""]
    try:
        import gegravity
    except ModuleNotFoundError:
        return [*head, "gegravity not installed: not measured (`pip install -e '.[bench]'`)."]
    folder = _folder()
    if folder is None:
        return [*head, "gegravity's sample not found: not measured (set `OREPACT_GEGRAVITY`)."]
    model, worst = _published(gegravity, folder)
    count = len(model.country_set)
    whole, inside = _timed(model)
    rows = [
        ("gegravity, one counterfactual (`simulate`)", ms(whole), ""),
        ("of which in its solver (`scipy.optimize.root`)", ms(inside), ""),
    ]
    for K in (1, 2):
        m, mb = big(count, K), big(count, K, 32)
        w, wb = policy(m), policy(mb)
        one, batch = alternately(
            lambda m=m, w=w: solve(m, w), lambda mb=mb, wb=wb: solve(mb, wb), rounds=7
        )
        stages = f"{K} stage{'s' * (K > 1)}"
        for what, each in ((f"ours, {stages}, one solve", one),
                           (f"ours, {stages}, a solve of 32", batch / 32)):  # fmt: skip
            ratio = f"{whole / each:,.0f} times; in its solver alone {inside / each:,.0f}"
            rows.append((what, ms(each), ratio))
    return [
        *head,
        f"{count} countries or regions. gegravity solves an exchange economy of one sector with "
        "trade costs, ours supply, demand, a floor, tariffs and capacities at every stage: the "
        "models differ, the number of places does not. Its published result is reproduced to "
        f"{worst:.0e} percentage points.",
        "",
        *table(("what", "time an equilibrium", "gegravity takes"), rows),
    ]


def _folder() -> Path | None:
    own, sources = os.environ.get("OREPACT_GEGRAVITY"), os.environ.get("OREPACT_SOURCES")
    place = Path(own) if own else Path(sources) / "cases" / "gegravity" if sources else None
    return place if place and (place / "sample_data_set.csv").is_file() else None


def _estimated(data: pl.DataFrame) -> Any:
    """Coefficients of the cost variables: Poisson, with exporter and importer effects."""
    effects = [
        (data[side] == code).cast(pl.Float64).to_numpy()
        for side, left_out in (("exporter", ""), ("importer", "DEU"))
        for code in sorted(set(data[side]) - {left_out})
    ]
    X = np.column_stack([data.select(COSTS).cast(pl.Float64).to_numpy(), *effects])
    y = data["trade"].cast(pl.Float64).to_numpy()
    beta = np.linalg.lstsq(X, np.log(np.maximum(y, 1.0)), rcond=None)[0]
    for _ in range(100):
        mean = np.exp(X @ beta)
        step = np.linalg.solve(X.T @ (mean[:, None] * X), X.T @ (y - mean))
        beta = beta + step
        if np.max(np.abs(step)) < 1e-12:
            return beta[: len(COSTS)]
    raise SystemExit("gegravity's sample: the estimate of trade costs did not converge.")


def _published(gegravity: Any, folder: Path) -> tuple[Any, float]:
    """The model ready to simulate, and how far its result is from the published one."""
    import pandas as pd  # gegravity speaks pandas

    sample = folder / "sample_data_set.csv"
    costs = pd.DataFrame({"var": COSTS, "coeff": _estimated(pl.read_csv(sample)), "ste": 1.0})
    model = gegravity.OneSectorGE(
        gegravity.BaselineData(
            pd.read_csv(sample), trade_var_name="trade", expend_var_name="E", output_var_name="Y"
        ),
        year="2006",
        reference_importer="DEU",
        sigma=5,
        cost_variables=COSTS,
        cost_coeff_values=gegravity.CostCoeffs(costs, "var", "coeff", "ste"),
        quiet=True,
    )
    model.build_baseline(omr_rescale=100)
    agreed = model.baseline_data.copy()
    pair = agreed["importer"].isin(["CAN", "JPN"]) & agreed["exporter"].isin(["CAN", "JPN"])
    agreed.loc[pair & (agreed["importer"] != agreed["exporter"]), "pta"] = 1
    model.define_experiment(agreed)
    ran = copy.deepcopy(model)
    ran.simulate()
    published = pd.read_csv(folder / "country_results.csv").set_index("country")
    gap = (ran.country_results.loc[published.index, published.columns] - published).abs()
    worst = float(gap.to_numpy().max())
    if not worst < 1e-5:
        raise SystemExit(f"gegravity's published result is missed by {worst:.1e}: not comparable.")
    return model, worst


def _timed(model: Any) -> tuple[float, float]:
    """Best time of a counterfactual, whole and within its solver."""
    module = sys.modules["gegravity.OneSectorGE"]
    plain = module.root
    spent = 0.0

    def clocked(*args: Any, **options: Any) -> Any:
        nonlocal spent
        start = time.perf_counter()
        found = plain(*args, **options)
        spent += time.perf_counter() - start
        return found

    best = (float("inf"), 0.0)
    module.root = clocked
    try:
        for _ in range(ROUNDS):
            again, spent = copy.deepcopy(model), 0.0
            start = time.perf_counter()
            again.simulate()
            best = min(best, (time.perf_counter() - start, spent))
    finally:
        module.root = plain
    return best
