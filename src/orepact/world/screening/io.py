"""Who supplies whom in the United States: what stops with an industry that stops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from orepact.errors import WorldError
from orepact.world.sources import bea
from orepact.world.sources.bea import Matrix, leontief

__all__ = ["leontief", "lost_value_added", "tables"]


def lost_value_added(share: Matrix, direct: Matrix, lost: Matrix) -> float:
    """v'x with x_R = (I - A_RR)^-1 A_RS x_S: S lose output themselves, R supply them.

    ``share`` N, ``direct`` N x N, ``lost`` N; value added in the unit of ``lost``.

    >>> a = np.array([[0.0, 0.5], [0.0, 0.0]])
    >>> lost_value_added(np.array([1.0, 0.5]), a, np.array([0.0, 100.0]))
    100.0
    """
    if not (np.isfinite(lost).all() and (lost >= 0).all()):
        raise WorldError("Lost output must be zero or more in every industry.")
    hit = lost > 0
    rest = ~hit
    x = lost.astype(np.float64)
    x[rest] = np.linalg.solve(
        np.eye(int(rest.sum())) - direct[np.ix_(rest, rest)], direct[np.ix_(rest, hit)] @ lost[hit]
    )
    return float(share @ x)


def tables(raw: Path) -> dict[str, pl.DataFrame]:
    """``industries`` and ``requirements``.

    industries: code, name, output and value_added (million USD), value_added_share, imported_share
    (imported inputs over output), requirements_gap (our total requirements over the published, less
    one; null where the published table lacks the code), year, source. requirements: domestic
    inputs per unit of output, without zeros: input and industry (places in ``industries``), value.
    """
    held = bea.accounts(raw)
    codes, a = bea.direct(held)
    at = [held.industries.index(c) for c in codes]
    share = held.value_added[at] / held.output[at]
    made = np.array([c[0] in "123" for c in codes])
    if (share[made] <= 0).any():
        bad = codes[int(np.argmin(np.where(made, share, 1)))]
        raise WorldError(f"Industry {bad} has no positive value added. Check the use tables.")
    compared = bea.gap(raw, codes, leontief(a))
    off = dict(compared.select("code", "off").iter_rows())
    industries = pl.DataFrame(
        {
            "code": codes,
            "name": [held.names[c] for c in codes],
            "output": held.output[at],
            "value_added": held.value_added[at],
            "value_added_share": share,
            "imported_share": held.imported.sum(axis=0)[at] / held.output[at],
            "requirements_gap": [off.get(c) for c in codes],
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
