"""Who supplies whom in the United States: what stops with an industry that stops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world.sources import bea


def tables(raw: Path) -> dict[str, pl.DataFrame]:
    """``industries`` and ``requirements``.

    industries: code, name, output and value_added (million USD), value_added_share, imported_share
    (imported inputs over output), year, source. requirements: domestic inputs per unit of output,
    without zeros: input (code), industry (code), value.
    """
    held = bea.accounts(raw)
    codes, a = bea.direct(held)
    at = [held.industries.index(c) for c in codes]
    share = held.value_added[at] / held.output[at]
    made = np.array([c[0] in "123" for c in codes])
    if (share[made] <= 0).any():
        bad = codes[int(np.argmin(np.where(made, share, 1)))]
        raise WorldError(f"Industry {bad} has no positive value added. Check the use tables.")
    industries = pl.DataFrame(
        {
            "code": codes,
            "name": [held.names[c] for c in codes],
            "output": held.output[at],
            "value_added": held.value_added[at],
            "value_added_share": share,
            "imported_share": held.imported.sum(axis=0)[at] / held.output[at],
            "year": bea.YEAR,
            "source": "bea-io-detail",
        }
    )
    i, j = np.nonzero(a)
    requirements = pl.DataFrame(
        {"input": i.astype(np.int16), "industry": j.astype(np.int16),
         "value": a[i, j].astype(np.float32)}
    )  # fmt: skip
    return {"industries": industries, "requirements": requirements}
