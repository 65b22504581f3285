"""What is known of one mineral at one stage from a party's side: from its chain, else surveys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from orepact.catalogue import POOLS, region, screened_minerals
from orepact.study.concentration import (
    bloc_hhi,
    governed_hhi,
    hhi,
    shares,
    single_point_of_failure,
    top,
)
from orepact.study.dependence import origins, shares_bought
from orepact.study.reliance import spare_elsewhere
from orepact.study.screened import Basis, Metric, ScreenRow
from orepact.world import Chain, Screening

SPACE = "\u00a0"
"""No-break space between a number and its unit."""


def chain_views(
    chain: Chain, party: str, bloc: tuple[str, ...], held: Screening, mineral: str
) -> list[ScreenRow]:
    """One view per stage of a full chain. Scenario grades count as assumed."""
    out = []
    for k, stage in enumerate(chain.stages):
        basis: Basis = "assumed" if chain.grade[stage] == "scenario" else "chain"
        d = chain.region(party)
        made = dict(zip(chain.regions, chain.output[k].tolist(), strict=True))
        others = ~np.eye(len(chain.regions), dtype=bool)
        abroad = np.where(others, chain.trade[k], 0.0)
        first, _ = top(shares(made))
        f = chain.region(first)
        sent = float(abroad[f, d])
        if sent > 0:
            room, used = (float(x[k, others[f]].sum()) for x in (chain.capacity, chain.output))
            spare = Metric(spare_elsewhere(room, used, sent), "assumed")
        else:
            spare = Metric(None, why=f"{first}, the largest maker, sends {party} nothing")
        scrap = float(chain.secondary[k].sum() / (chain.secondary[k] + chain.output[k]).sum())
        view = _common(shares(made), party, bloc, held, mineral, basis)
        direct, first_hand = shares_bought(chain, stage, party)
        source, source_hhi, source_share = _sources(direct, basis)
        origin, _, origin_share = _sources(first_hand, basis)
        imports, exports = float(abroad[:, d].sum()), float(abroad[d].sum())
        fall = float(chain.stock_draw[k, d] - chain.stock_build[k, d])
        home = float(chain.output[k, d] + chain.secondary[k, d])
        net = imports - exports + fall
        use = home + net
        if use > 0:
            told = "net exports exceed use: -1 stands for all of that" if net < -use else ""
            reliance = Metric(max(net / use, -1.0), basis, told)
        else:
            reliance = Metric(None, why=f"{party} uses none at this stage")
        out.append(
            replace(
                view,
                stage=stage,
                grade=chain.grade[stage],
                use_t=Metric(use, basis) if use > 0 else Metric(None, why="no use at this stage"),
                import_reliance=reliance,
                source_hhi=source_hhi,
                top_source=source,
                top_source_share=source_share,
                traced_source=origin,
                traced_share=origin_share,
                spare_elsewhere=spare,
                recycling=Metric(scrap, "assumed"),
            )
        )
    return out


def makers(held: Screening, mineral: str) -> dict[str, dict[str, float]]:
    """Shares of world output by stage and place, from the preferred source.

    A place is a region, or a country that the source names within a pool of countries. What is
    withheld or not told apart by country is left out: shares may add to less than one.
    """
    out: dict[str, dict[str, float]] = {}
    rows = held.of("supply", mineral).filter(pl.col("preferred") & (pl.col("region") != ""))
    pooled = pl.col("region").is_in([p for p in POOLS if p != "EUN"]) & (pl.col("country") != "")
    named = pl.when(pooled).then("country").otherwise("region").alias("place")
    for stage, place, share in rows.select("stage", named, "share").iter_rows():
        if share:
            at = out.setdefault(stage, {})
            at[place] = at.get(place, 0.0) + share
    return out


def governance(held: Screening, places: Collection[str]) -> dict[str, float]:
    """Governance on the EU study's scale, 0 best to 10 worst; a country in a pool has the pool's.

    Places of which none is held are left out.
    """
    known = dict(held.governance.select("region", "scaled").iter_rows())
    return {p: known[region(p)] for p in places if region(p) in known}


def survey_views(
    mineral: str, party: str, bloc: tuple[str, ...], held: Screening
) -> list[ScreenRow]:
    """One view per stage that a survey or the EU's study gives; one of unknowns where none does."""
    stages = makers(held, mineral)
    if not stages:
        return [_unknown(mineral, party, held)]
    out = []
    for stage, made in stages.items():
        by = origins(held, mineral, stage, party)
        rest, own = by.pop("", 0.0), by.pop(party, 0.0)
        whole = ["of all it is supplied with, its own included"] if own else []
        if rest > 0:
            whole.append(f"{100 * rest:.0f}{SPACE}% is not told apart by country")
        told = "; ".join(whole)
        source, source_hhi, source_share = _sources(by, "survey", told)
        blank = Metric(None, why="no chain of this mineral is balanced")
        out.append(
            replace(
                _common(made, party, bloc, held, mineral, "survey", _left(held, mineral, stage)),
                stage=stage,
                grade="survey",
                use_t=_us(mineral, party, held, "use"),
                import_reliance=reliance(mineral, party, held),
                source_hhi=source_hhi,
                top_source=source,
                top_source_share=source_share,
                traced_share=blank,
                spare_elsewhere=blank,
            )
        )
    return out


def _common(
    made: Mapping[str, float],
    party: str,
    bloc: tuple[str, ...],
    held: Screening,
    mineral: str,
    basis: Basis,
    left: str = "",
) -> ScreenRow:
    """Figures that need the makers' shares only, the others unknown.

    ``left`` says what of the world's output is not told apart, which makes indices lower bounds.
    """
    name, share = top(made)
    governed = governance(held, made)
    plain = dict.fromkeys(made, 1.0)
    lacking = [c for c in made if c not in governed]
    weighted = (
        Metric(None, why=f"no governance score of {', '.join(lacking)}")
        if lacking
        else Metric(
            governed_hhi(made, governed, plain), basis,
            "; ".join(t for t in ("without trade parameters", left) if t),
        )
    )  # fmt: skip
    return replace(
        _unknown(mineral, party, held),
        world_hhi=Metric(hhi(made), basis, left),
        governed_hhi=weighted,
        bloc_hhi=Metric(bloc_hhi(made, _members(made, bloc)), basis, left),
        top_supplier=name,
        top_share=Metric(share, basis),
        single_point=Metric(float(single_point_of_failure(made)), basis),
    )


def _members(made: Mapping[str, float], bloc: Collection[str]) -> list[str]:
    """Places in a bloc of regions: those of a pool with it."""
    return [p for p in made if region(p) in bloc]


def _left(held: Screening, mineral: str, stage: str) -> str:
    """What of the world's output is not told apart, and whose is withheld; '' for nothing."""
    rows = held.of("supply", mineral).filter("preferred", pl.col("stage") == stage)
    rest = rows.filter(pl.col("region") == "")["share"].sum()
    hidden = rows.filter((pl.col("kind") == "withheld") & (pl.col("region") != ""))["region"]
    told = []
    if rest > 0:
        told.append(f"at least: {100 * rest:.1f}{SPACE}% of output is not told apart by country")
    told += [f"{region} withholds its output" for region in hidden.unique().sort()]
    return "; ".join(told)


def _sources(
    parts: Mapping[str, float], basis: Basis, told: str = ""
) -> tuple[str, Metric, Metric]:
    """The largest source, the HHI of the sources, and the largest's share."""
    if not parts:
        blank = Metric(None, why="no imports are recorded")
        return "", blank, blank
    name, share = top(parts)
    return name, Metric(hhi(parts), basis, told), Metric(share, basis, told)


def _us(mineral: str, party: str, held: Screening, column: str) -> Metric:
    rows = held.us.filter((pl.col("mineral") == mineral) & pl.col(column).is_not_null())
    if party != "USA":
        return Metric(None, why=f"no account of {party} is held")
    if rows.is_empty():
        return Metric(None, why="the survey withholds it or gives none")
    return Metric(float(rows[column][0]), "survey", str(rows["product"][0]))


def reliance(mineral: str, party: str, held: Screening) -> Metric:
    """Net import reliance as a survey publishes it; of an interval the middle, assumed."""
    if party != "USA":
        return Metric(None, why=f"no published figure of {party} is held")
    rows = held.us.filter((pl.col("mineral") == mineral) & (pl.col("nir_text") != ""))
    if rows.is_empty():
        return Metric(None, why="the survey publishes no net import reliance")
    r = rows.row(0, named=True)
    if r["net_exporter"]:
        return Metric(0.0, "survey", f"{r['product']}: a net exporter (E)")
    if r["nir_central"] is None:
        return Metric(None, why=f"{r['product']}: the survey says {r['nir_text']}")
    if shown := printed(r["nir_text"]):
        told = f"{r['product']}: {shown} is all that is published; scores take the middle"
        return Metric(float(r["nir_central"]), "assumed", told, shown)
    return Metric(float(r["nir_central"]), "survey", f"{r['product']}: {r['nir_text']} %")


def _published(mineral: str, party: str, held: Screening) -> Metric:
    """The survey's figure as it stands there: an interval has no value."""
    found = reliance(mineral, party, held)
    return Metric(None, why=found.why, shown=found.shown) if found.shown else found


def printed(text: str) -> str:
    """An interval as the survey prints it, in words; '' where it is none.

    >>> printed(">50"), printed("<25"), printed("53")
    ('over 50\\xa0%', 'under 25\\xa0%', '')
    """
    word = {"<": "under", ">": "over"}.get(text[:1], "")
    return f"{word} {text[1:]}{SPACE}%" if word else ""


def _factor(held: Screening, mineral: str, name: str) -> Metric:
    rows = held.of("factors", mineral).filter(pl.col("factor") == name)
    if rows.is_empty() or rows["central"][0] is None:
        return Metric(None, why="no source held gives it")
    low, central, high = (float(rows[c][0]) for c in ("low", "central", "high"))
    if not rows["assumed"][0]:
        return Metric(central, "survey")
    return Metric(central, "assumed", "", f"{100 * low:.2g} to {100 * high:.2g}{SPACE}%")


def _eu_risk(mineral: str, held: Screening) -> Metric:
    rows = held.eu.filter((pl.col("mineral") == mineral) & (pl.col("year") == "2023"))
    rows = rows.filter(pl.col("sr").is_not_null()).sort("sr", descending=True)
    if rows.is_empty():
        return Metric(None, why="the EU's study of 2023 did not assess it")
    return Metric(float(rows["sr"][0]), "survey", str(rows["material"][0]))


def _unknown(mineral: str, party: str, held: Screening) -> ScreenRow:
    name = screened_minerals()[mineral].name
    blank = Metric(None, why=f"no source held gives the supply of {name.lower()} by country")
    unsaid = Metric(None, why="not computed yet")
    return ScreenRow(
        mineral=mineral, party=party, losses=(), expected_loss=unsaid, expected_range=None,
        score=unsaid, lists=(),
        stage="unknown", grade="press", use_t=_us(mineral, party, held, "use"),
        import_reliance=reliance(mineral, party, held),
        published_reliance=_published(mineral, party, held), world_hhi=blank, governed_hhi=blank,
        bloc_hhi=blank, source_hhi=blank, top_supplier="", top_share=blank, top_source="",
        top_source_share=blank, traced_source="", traced_share=blank, spare_elsewhere=blank,
        recycling=_factor(held, mineral, "eol_rir"),
        substitution=_factor(held, mineral, "replaceable"), single_point=blank,
        eu_supply_risk=_eu_risk(mineral, held),
    )  # fmt: skip
