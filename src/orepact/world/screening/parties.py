"""Who lists what, how the EU's study rates it, where parties buy, how suppliers are governed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from orepact.catalogue import countries, region, screened_minerals
from orepact.errors import WorldError
from orepact.world.register import ASSUMPTION
from orepact.world.screening.recipe import Plan
from orepact.world.screening.supply import SCHEMA, shares
from orepact.world.sources import eu_crm, wgi
from orepact.world.sources.usgs_world import import_rows

THRESHOLDS = (1.0, 2.8)
"""The Commission's limits for a critical material: supply risk and economic importance."""

STRATEGIC = ("copper", "nickel")
"""On the EU's list as strategic materials, below the thresholds."""

STUDY_NAMES = {("titanium", "refined"): "Titanium metal"}
"""Where the first of a mineral's names in the study is not the right one for a stage."""

PERIOD = "2016-2020"


def study_names(mineral: str, stage: str) -> tuple[str, ...]:
    """The names under which the study gives a mineral's supply at a stage."""
    if (mineral, stage) in STUDY_NAMES:
        return (STUDY_NAMES[mineral, stage],)
    m = screened_minerals()[mineral]
    grouped = ("Heavy Rare earths Elements",) if m.group == "HREE" else ()
    return (*(n for n in m.eu if n not in ("LREEs", "HREEs", "PGMs")), *grouped)


def eu_supply(raw: Path) -> pl.DataFrame:
    """The study's world supply by country, as rows of ``supply`` without tonnes.

    ``trade`` is the study's parameter for export restrictions and agreements, 1 for neither.
    """
    out = []
    for id, stage, part in _study(raw, eu_crm.GLOBAL):
        rows = [(r["iso3"], r["share"], "bound" if r["bound"] else "published", r["row"])
                for r in part.iter_rows(named=True)]  # fmt: skip
        trade = dict(part.select("iso3", "t").iter_rows())
        for c, _, share, kind, row in shares(rows, 1.0, f"{id} {stage} (EU study)"):
            place = region(c) if c else ""
            out.append((id, stage, place, c, None, share, PERIOD, "", "eu-crm-2023", kind, False,
                        row, trade.get(c)))  # fmt: skip
    return pl.DataFrame(out, schema=dict(SCHEMA), orient="row")


def _study(raw: Path, name: str) -> Iterable[tuple[str, str, pl.DataFrame]]:
    held = eu_crm.supply(raw, name)
    for id in screened_minerals():
        for stage in ("mined", "refined"):
            for material in study_names(id, stage):
                part = held.filter((pl.col("material") == material) & (pl.col("stage") == stage))
                if len(part):
                    yield id, stage, part
                    break


def origins(raw: Path, rows: pl.DataFrame, plans: Iterable[Plan]) -> pl.DataFrame:
    """``origins``: where the United States (imports) and the EU (all supply) buy.

    Columns party, mineral, stage, region, country, share, low, high, basis, kind, t, year, source,
    row. What the named countries leave open is 'other countries' or 'unallocated'.
    """
    out: list[dict[str, object]] = []
    for p in plans:
        for s in p.origins:
            found = import_rows(rows, s.chapter, s.details[0], s.commodity)
            parts = [(r["iso3"], r["share"], "published" if r["low"] == r["high"] else "bound",
                      r["row"]) for r in found.iter_rows(named=True)]  # fmt: skip
            done = shares(parts, 1.0, f"{p.mineral} {s.stage} imports")
            base = {"party": "USA", "mineral": p.mineral, "stage": s.stage, "basis": "imports",
                    "t": None, "year": "2021-2024", "source": "usgs-mcs-2026"}  # fmt: skip
            out += [base | _origin(c, share, kind, row) for c, _, share, kind, row in done]
    for id, stage, part in _study(raw, eu_crm.EU):
        at = {r["iso3"]: r["t"] for r in part.iter_rows(named=True)}
        parts = [(r["iso3"], r["share"], "bound" if r["bound"] else "published", r["row"])
                 for r in part.iter_rows(named=True)]  # fmt: skip
        done = shares(parts, 1.0, f"{id} {stage} EU supply")
        base = {"party": "EUN", "mineral": id, "stage": stage, "basis": "supply",
                "year": PERIOD, "source": "eu-crm-2023"}  # fmt: skip
        out += [
            base | {"t": at.get(c)} | _origin(c, share, kind, row)
            for c, _, share, kind, row in done
        ]
    return pl.DataFrame(out, infer_schema_length=None)


def _origin(country: str, share: float | None, kind: str, row: int) -> dict[str, object]:
    named = kind if country or kind == "unallocated" else "other countries"
    return {"region": region(country) if country else "", "country": country, "share": share,
            "kind": named, "row": row}  # fmt: skip


def eu_ratings(raw: Path) -> pl.DataFrame:
    """``eu``: published supply risk (sr) and economic importance (ei) by edition.

    Columns mineral, material (the study's name, which may be a group), year, sr, ei, source, row.
    """
    held = eu_crm.criticality(raw)
    out = []
    for id, m in screened_minerals().items():
        known = held.filter(pl.col("material").str.to_lowercase().is_in([n.lower() for n in m.eu]))
        out.append(known.with_columns(mineral=pl.lit(id), source=pl.lit("eu-crm-2023")))
    columns = ("mineral", "material", "year", "sr", "ei", "source", "row")
    return pl.concat(out).select(columns)


def lists(rows: pl.DataFrame, ratings: pl.DataFrame) -> pl.DataFrame:
    """``lists``: party, list, date, mineral, source, confidence.

    United States: ``usgs`` where the survey's own table marks the chapter as critical, ``press``
    where only the press names it. European Union: ``official`` where the published ratings pass
    the Commission's thresholds, ``press`` for the two that are listed as strategic.
    """
    marked = set(rows.filter(pl.col("critical") != "No")["chapter"].to_list())
    out = []
    for id, m in screened_minerals().items():
        if m.us:
            usgs = m.usgs in marked
            out.append(("USA", "US 2025", "2025-11-07", id, "usgs-mcs-2026" if usgs else
                        "press-us-list-2025", "usgs" if usgs else "press"))  # fmt: skip
    sr, ei = THRESHOLDS
    past = ratings.filter((pl.col("year") == "2023") & (pl.col("sr") >= sr) & (pl.col("ei") >= ei))
    critical = set(past["mineral"].to_list())
    for id in screened_minerals():
        if id in critical or id in STRATEGIC:
            out.append(("EUN", "EU 2023", "2023", id, "eu-crm-2023",
                        "official" if id in critical else "press"))  # fmt: skip
    columns = ["party", "list", "date", "mineral", "source", "confidence"]
    return pl.DataFrame(out, schema=columns, orient="row")


def governance(raw: Path) -> pl.DataFrame:
    """``governance``: region, mean6, scaled (EU study: 0 best, 10 worst), year, members, source.

    Regions of several countries are weighted by GDP; a member without either figure is left out.
    New Caledonia, which the Bank does not rate, takes France's figure: an assumption.
    """
    gdp = wgi.gdp(raw)
    held = wgi.governance(raw).join(gdp, on="iso3", how="left")
    held = held.with_columns(region=pl.col("iso3").replace_strict(
        {k: c.region for k, c in countries().items()}))  # fmt: skip
    alone = pl.len() == 1
    weight = pl.col("gdp")
    out = held.group_by("region", maintain_order=True).agg(
        mean6=pl.when(alone).then(pl.col("mean6").first()).otherwise(
            (pl.col("mean6") * weight).sum() / weight.filter(pl.col("mean6").is_not_null()).sum()),
        year=pl.col("year").max(), members=pl.len(),
    )  # fmt: skip
    bad = out.filter(pl.col("mean6").is_null() | pl.col("mean6").is_nan())
    if len(bad):
        raise WorldError(
            f"Region {bad['region'][0]} has no governance figure: its members lack GDP."
        )
    france = held.filter(pl.col("iso3") == "FRA")["mean6"].item()
    caledonia = out.head(1).with_columns(
        region=pl.lit("NCL"), mean6=pl.lit(france), members=pl.lit(1, out["members"].dtype)
    )
    both = [out.with_columns(source=pl.lit("world-bank-wgi"))]
    both += [caledonia.with_columns(source=pl.lit(ASSUMPTION))]
    return pl.concat(both).with_columns(scaled=10 * (2.5 - pl.col("mean6")) / 5)
