"""Do tonnes look like tonnes? Values over quantities, held against the prices of the stages."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world.facts import StageFacts

TABLE, CODE = 30.0, 500.0
"""A table is refused when its codes are this many times off in the middle, or one by itself.

Originals lie within 1.6 in the middle; single cells of baskets are up to 250 times off."""


def check_output(
    output: pl.DataFrame, facts: Mapping[tuple[str, str], StageFacts], name: str
) -> None:
    """Raise :class:`WorldError` where a stage's output is far from the facts' world output.

    ``output`` has mineral, stage and t. Some producers may be missing; a unit is a thousand off.
    """
    sums = output.group_by("mineral", "stage", maintain_order=True).agg(pl.col("t").sum())
    for mineral, stage, t in sums.iter_rows():
        f = facts.get((mineral, stage))
        if f is None or not f.cells["world_production_2024_t"].strip() or not t > 0:
            continue
        ratio = t / f.number("world_production_2024_t")
        if not 1 / TABLE < ratio < TABLE:
            raise WorldError(
                f"'{name}': output of {mineral} {stage} adds up to {t:.4g} t, {ratio:.3g} times "
                "the world's in the sheet of facts. A row is in another unit, or most are missing."
            )


def check_units(
    trade: pl.DataFrame, facts: Mapping[tuple[str, str], StageFacts], name: str
) -> None:
    """Raise :class:`WorldError` where a table's unit values say that its unit is another one.

    ``trade`` has hs6, t (gross) and usd. A code is worth its stage's price times its content, in
    USD per gross tonne; with several stages the nearest counts. Codes without a content are
    passed over. Kilograms read as tonnes are a thousand times too cheap.
    """
    worth: dict[str, list[float]] = {}
    for f in facts.values():
        for code, content in f.factors.items():
            worth.setdefault(code, []).append(f.number("price_2024_usd_per_t_contained") * content)
    known = trade.filter((pl.col("t") > 0) & pl.col("hs6").is_in(list(worth)))
    sums = known.group_by("hs6", maintain_order=True).agg(pl.col("usd").sum() / pl.col("t").sum())
    off = {
        code: min((float(np.log(unit / w)) for w in worth[code]), key=abs)
        for code, unit in sums.iter_rows()
        if unit > 0
    }
    if not off:
        return
    middle = median(off.values())
    worst = max(off, key=lambda code: abs(off[code]))
    for gap, limit, what in (
        (middle, TABLE, f"the codes {', '.join(sorted(off)[:6])}"),
        (off[worst], CODE, f"the code {worst}"),
    ):
        if abs(gap) > np.log(limit):
            ratio = float(np.exp(gap))
            likely = "kilograms for tonnes, or thousand USD for USD" if gap < 0 else "tonnes for kg"
            raise WorldError(
                f"'{name}': {what} are worth {ratio:.3g} times what their stages cost per tonne. "
                f"The unit is another one ({likely}). Correct the unit of the whole column."
            )
