"""The United States' own accounts by product, and the identity that must hold among them.

Net import reliance = (imports - exports + fall of stocks) / apparent use. The survey's own figure
is kept as text and as an interval; ours is computed from the rows that its definition names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from orepact.errors import WorldError
from orepact.world.screening.recipe import National, Plan
from orepact.world.sources.usgs_world import interval, mass_factor, pick, price_factor

EXPLAIN = 0.20
"""Differences between published and computed reliance beyond this need a reason."""

FLOWS = ("production", "secondary", "imports", "exports")
_FLOAT = ("nir_low", "nir_central", "nir_high", *FLOWS, "stock_fall", "use", "price",
          "nir_identity", "difference")  # fmt: skip
SCHEMA: Mapping[str, type[pl.DataType]] = {
    "mineral": pl.String, "product": pl.String, "year": pl.String, "nir_text": pl.String,
    "net_exporter": pl.Boolean, **dict.fromkeys(_FLOAT, pl.Float64), "gap": pl.String,
    "why": pl.String, "price_label": pl.String, "definition": pl.String,
    "rows": pl.String, "source": pl.String,
}  # fmt: skip


def reliance(text: str) -> tuple[float | None, float | None, float | None]:
    """A published reliance in percent as (low, central, high) shares.

    A bound's central value is the middle of what it leaves open: an assumption. A net exporter
    ("E") has a high of zero and nothing else.

    >>> reliance("86"), reliance(">50"), reliance("<25"), reliance("E")
    ((0.86, 0.86, 0.86), (0.5, 0.75, 1.0), (0.0, 0.125, 0.25), (None, None, 0.0))
    """
    low, mid, high = interval(text)
    if text.strip() == "E" or (low is None and high is None):
        return None, None, high
    low, high = low or 0.0, 100.0 if high is None else high
    return low / 100, (low + high) / 200 if mid is None else mid / 100, high / 100


class _Rows:
    """Looks up one product's rows and remembers where each stood."""

    def __init__(self, rows: pl.DataFrame, n: National) -> None:
        self.rows = rows.filter(pl.col("section").str.starts_with("Salient"))
        self.n = n
        self.read: list[str] = []

    def one(self, what: str, detail: str, year: int) -> dict[str, str]:
        found = pick(self.rows, self.n.chapter, detail, year, self.n.commodity)
        if len(found) > 1:
            raise WorldError(
                f"{self.n.product}: '{detail}' stands {len(found)} times in {year} "
                f"(rows {found['row'].to_list()}). Name its commodity in the recipe."
            )
        row = found.row(0, named=True)
        bound = "" if interval(row["value"])[1] is not None else f" ({row['value']})"
        self.read.append(f"{what} {row['row']}{bound}")
        return row

    def mass(self, what: str, details: tuple[str, ...], year: int) -> float | None:
        """Tonnes of several rows together; None where there is none or one is not published."""
        total = 0.0
        for detail in details:
            row = self.one(what, detail, year)
            low, t, high = interval(row["value"])
            if t is None and low is not None and high is not None:
                t = (low + high) / 2
            if t is None:
                return None
            total += t * mass_factor(row["unit"])
        return total if details else None


def account(rows: pl.DataFrame, mineral: str, n: National) -> dict[str, object]:
    """One product's row of the ``us`` table; see :data:`SCHEMA`."""
    at = _Rows(rows, n)
    text, definition, bounds = "", "", reliance("")
    if n.nir:
        row = at.one("nir", n.nir, n.year)
        if row["unit"] != "percent":
            raise WorldError(f"{n.product}: reliance in {row['unit']!r}, not in percent.")
        text, bounds, definition = row["value"], reliance(row["value"]), row["notes"]
    flows = {k: at.mass(k, getattr(n, k), n.year) for k in FLOWS}
    ends = [at.mass("stocks", n.stocks, y) for y in (n.year - 1, n.year)] if n.stocks else [0, 0]
    fall = None if ends[0] is None or ends[1] is None else float(ends[0] - ends[1])
    use = at.mass("use", (n.use,), n.year) if n.use else None
    gap = _gap(n, flows, fall, use)
    identity = None
    if not gap and use is not None and fall is not None:
        identity = ((flows["imports"] or 0.0) - (flows["exports"] or 0.0) + fall) / use
    exact = bounds[0] is not None and bounds[0] == bounds[2]
    off = identity - bounds[1] if identity is not None and exact and bounds[1] is not None else None
    if off is not None and abs(off) > EXPLAIN and not n.why:
        raise WorldError(
            f"{n.product}: the survey publishes a reliance of {text} %, its rows give "
            f"{identity:.0%}. Say why in the screening recipe."
        )
    return {
        "mineral": mineral,
        "product": n.product,
        "year": str(n.year),
        "nir_text": text,
        "net_exporter": text == "E",
        **dict(zip(("nir_low", "nir_central", "nir_high"), bounds, strict=True)),
        **flows,
        "stock_fall": fall if n.stocks else None,
        "use": use,
        "price": _price(at, n),
        "nir_identity": identity,
        "difference": off,
        "gap": gap,
        "why": n.why,
        "price_label": n.price,
        "definition": definition,
        "rows": "; ".join(at.read),
        "source": "usgs-mcs-2026",
    }


def _gap(
    n: National, flows: Mapping[str, float | None], fall: float | None, use: float | None
) -> str:
    """Why the identity cannot be computed, or ''."""
    if not n.nir or not n.use or not n.imports:
        return "the survey publishes no reliance, use or imports for it"
    missing = [k for k in ("imports", "exports") if getattr(n, k) and flows[k] is None]
    missing += ["stocks"] if n.stocks and fall is None else []
    missing += ["use"] if use is None else []
    return f"withheld or not published: {', '.join(missing)}" if missing else ""


def _price(at: _Rows, n: National) -> float | None:
    if not n.price:
        return None
    row = at.one("price", n.price, n.year)
    value = interval(row["value"])[1]
    return None if value is None else value * price_factor(row["unit"], n.price)


def accounts(rows: pl.DataFrame, plans: Iterable[Plan]) -> pl.DataFrame:
    """The ``us`` table: one row per mineral and product."""
    out = [account(rows, p.mineral, n) for p in plans for n in p.us]
    return pl.DataFrame(out, schema=dict(SCHEMA))
