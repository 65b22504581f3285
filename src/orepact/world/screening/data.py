"""The data that screen every critical mineral, loaded and checked.

All frames say where a figure stands: ``source`` is an id of the register, ``row`` the line in the
publisher's file. A null is a figure that is withheld or not published, never zero.

==============  ==============================================================================
table           one row per ...
==============  ==============================================================================
``minerals``    screened mineral: id, name, symbol, group, chain ('' without a stage graph)
``lists``       party, list and mineral: date, source, confidence (usgs, official, press)
``supply``      mineral, stage, country and source: region ('' = not told apart), t as the source
                measures it (``form``), share, year, kind; ``preferred`` marks one source a stage
``capacity``    as ``supply``, for capacity
``us``          mineral and product: reliance as text and interval, the accounts behind it in t,
                price in USD/t, our own reliance from the same rows and why it differs
``origins``     party, mineral, stage and supplier: share of imports (USA) or of supply (EUN)
``eu``          mineral and edition: published supply risk and economic importance
``world``       mineral and stage: output of a year with its range, t
``uses``        mineral, application and industry: share of use, and the share of the industry's
                output that would stop (low, central, high), with the reason
``factors``     mineral and factor: recycling, substitution, companionality, volatility
``parameters``  mineral and parameter: elasticities and idle capacity, by class
``governance``  region: mean of the World Bank's six indicators, and scaled 0 (best) to 10
``industries``  United States industry: output, value added (million USD), value added share
==============  ==============================================================================

``direct`` is N x N: domestic inputs from row to column per unit of output, in the order of
``industries``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orepact.catalogue import regions, screened, screened_minerals
from orepact.errors import WorldError, nearest
from orepact.world.register import check_sources
from orepact.world.screening.io import leontief, lost_value_added

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent.parent / "tables" / "screening"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Screening:
    """Every table, by name; see the module."""

    minerals: pl.DataFrame
    lists: pl.DataFrame
    supply: pl.DataFrame
    world: pl.DataFrame
    capacity: pl.DataFrame
    us: pl.DataFrame
    origins: pl.DataFrame
    eu: pl.DataFrame
    governance: pl.DataFrame
    uses: pl.DataFrame
    factors: pl.DataFrame
    parameters: pl.DataFrame
    industries: pl.DataFrame
    direct: Array

    def __repr__(self) -> str:
        lists = len(self.lists.select("party", "list", "date").unique())
        return f"<Screening: {len(self.minerals)} minerals, {lists} lists>"

    def of(self, table: str, mineral: str) -> pl.DataFrame:
        """One mineral's rows of a table, by id, name, symbol or alias.

        >>> screening().of("us", "Sb")["nir_text"].to_list()
        ['86']
        """
        frames = [f.name for f in fields(self) if f.name != "direct"]
        if table not in frames:
            raise WorldError(f"There is no screening table '{table}'. {nearest(table, frames)}")
        frame: pl.DataFrame = getattr(self, table)
        key = "id" if table == "minerals" else "mineral"
        if key not in frame.columns:
            raise WorldError(f"The table '{table}' is not by mineral.")
        return frame.filter(pl.col(key) == screened(mineral).id)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the industries, in the order of ``direct``."""
        return tuple(self.industries["code"].to_list())

    def total(self) -> Array:
        """Total domestic requirements (I - A)^-1, N x N."""
        return leontief(self.direct)

    def gdp_loss(self, output_loss: Mapping[str, float]) -> float:
        """Value added that goes with lost output, upstream suppliers included (million USD).

        ``output_loss`` is output lost by industry code, million USD. What industries lose by
        themselves is given; all others lose what they would have sold along the chain to them.

        >>> s = screening()
        >>> own = s.industries.filter(pl.col("code") == "334413")["value_added_share"][0]
        >>> bool(s.gdp_loss({"334413": 100.0}) > 100 * own)
        True
        """
        codes = self.codes
        unknown = [c for c in output_loss if c not in codes]
        if unknown:
            raise WorldError(f"No industry '{unknown[0]}'. {nearest(unknown[0], codes)}")
        lost = np.array([float(output_loss.get(c, 0.0)) for c in codes])
        return float(
            lost_value_added(self.industries["value_added_share"].to_numpy(), self.direct, lost)
        )


def screening(folder: Path = FOLDER) -> Screening:
    """The tables that ship with the package, read once and checked.

    >>> len(screening().minerals)
    64
    """
    return _read(folder)


@cache
def _read(folder: Path) -> Screening:
    held = {}
    names = [f.name for f in fields(Screening) if f.name != "direct"]
    for name in (*names, "requirements"):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise WorldError(f"The table '{path.name}' is missing from '{folder}'. Build it again.")
        held[name] = pl.read_parquet(path)
    return assemble(held)


def assemble(held: Mapping[str, pl.DataFrame]) -> Screening:
    """Tables into a :class:`Screening`, checked."""
    n = len(held["industries"])
    need = held["requirements"]
    direct = np.zeros((n, n))
    direct[need["input"].to_numpy(), need["industry"].to_numpy()] = need["value"].to_numpy()
    out = Screening(**{k: v for k, v in held.items() if k != "requirements"}, direct=direct)
    check(out)
    return out


def check(s: Screening) -> None:
    """Raise :class:`WorldError` for an unknown id, an unregistered source or shares off one."""
    for f in fields(s):
        frame = getattr(s, f.name)
        if not isinstance(frame, pl.DataFrame):
            continue
        for column, known in (
            ("mineral", tuple(screened_minerals())),
            ("region", (*regions(), "")),
            ("party", regions()),
        ):
            if column in frame.columns:
                strange = sorted(set(frame[column].to_list()) - set(known))
                if strange:
                    raise WorldError(
                        f"The screening table '{f.name}' holds an unknown {column} "
                        f"'{strange[0]}'. Build it again."
                    )
        if "source" in frame.columns:
            check_sources(frame["source"].to_list())
        numeric = frame.select(pl.col(pl.Float64))
        if numeric.select(pl.any_horizontal(pl.all().is_nan().any())).item():
            raise WorldError(f"The screening table '{f.name}' holds a NaN. Build it again.")
    sums_to_one(s.supply, ("mineral", "stage", "origin"), "supply")
    sums_to_one(s.origins, ("party", "mineral", "stage"), "origins")
    applications = s.uses.unique(["mineral", "application"])
    sums_to_one(applications, ("mineral", "of"), "uses")
    one = s.supply.filter("preferred").select("mineral", "stage", "origin").unique()
    if one.select("mineral", "stage").is_duplicated().any():
        raise WorldError("A stage has two preferred sources of supply. Build the tables again.")


def sums_to_one(frame: pl.DataFrame, keys: tuple[str, ...], name: str) -> None:
    """Raise :class:`WorldError` where the shares of a group miss one by more than 0.1 %."""
    sums = frame.group_by(keys).agg(pl.col("share").sum())
    off = sums.filter((pl.col("share") - 1).abs() > 1e-3).sort(keys)
    if len(off):
        r = off.row(0, named=True)
        what = " ".join(str(r[k]) for k in keys)
        raise WorldError(f"{name}: the shares of {what} add up to {r['share']:.3f}, not to 1.")
