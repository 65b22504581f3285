"""What is known of one mineral at one stage from a party's side: from its chain, else surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from orepact.catalogue import screened_minerals
from orepact.study.concentration import (
    bloc_hhi,
    governed_hhi,
    hhi,
    shares,
    single_point_of_failure,
    top,
)
from orepact.study.reliance import spare_elsewhere
from orepact.study.screened import Basis, Metric, ScreenRow
from orepact.world import Chain, Screening
from orepact.world.trade import trace_hubs


def chain_views(
    chain: Chain, party: str, bloc: tuple[str, ...], held: Screening, mineral: str
) -> list[ScreenRow]:
    """One view per stage of a full chain. Scenario grades count as assumed."""
    out = []
    for k, stage in enumerate(chain.stages):
        basis: Basis = "assumed" if chain.grade[stage] == "scenario" else "chain"
        d = chain.region(party)
        supply = chain.output[k] + chain.secondary[k] + chain.stock_draw[k]
        made = dict(zip(chain.regions, chain.output[k].tolist(), strict=True))
        abroad = np.where(np.eye(len(supply)), 0.0, chain.trade[k])
        traced = trace_hubs(abroad, supply)
        first, _ = top(shares(made))
        f = chain.region(first)
        sent = float(abroad[f, d])
        if sent > 0:
            others = np.arange(len(supply)) != f
            room, used = (float(x[k, others].sum()) for x in (chain.capacity, chain.output))
            spare = Metric(spare_elsewhere(room, used, sent), "assumed")
        else:
            spare = Metric(None, why=f"{first}, the largest maker, sends {party} nothing")
        scrap = float(chain.secondary[k].sum() / (chain.secondary[k] + chain.output[k]).sum())
        view = _common(shares(made), party, bloc, held, mineral, basis)
        source, source_hhi, source_share = _sources(chain.regions, abroad[:, d], basis)
        origin, _, origin_share = _sources(chain.regions, traced[:, d], basis)
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
    """Shares of world output by stage and region, from the preferred source.

    What is withheld or not told apart by country is left out: shares may add to less than one.
    """
    out: dict[str, dict[str, float]] = {}
    rows = held.of("supply", mineral).filter(pl.col("preferred") & (pl.col("region") != ""))
    for stage, place, share in rows.select("stage", "region", "share").iter_rows():
        if share:
            at = out.setdefault(stage, {})
            at[place] = at.get(place, 0.0) + share
    return out


def governance(held: Screening) -> dict[str, float]:
    """Governance by region on the EU study's scale: 0 best, 10 worst."""
    return dict(held.governance.select("region", "scaled").iter_rows())


def survey_views(
    mineral: str, party: str, bloc: tuple[str, ...], held: Screening
) -> list[ScreenRow]:
    """One view per stage that a survey or the EU's study gives; one of unknowns where none does."""
    stages = makers(held, mineral)
    if not stages:
        return [_unknown(mineral, party, held)]
    out = []
    for stage, parts in stages.items():
        made = shares(parts)
        rows = held.origins.filter(
            (pl.col("party") == party)
            & (pl.col("mineral") == mineral)
            & (pl.col("stage") == stage)
            & (pl.col("region") != party)
            & (pl.col("region") != "")
            & pl.col("share").is_not_null()
        ).group_by("region")
        bought = rows.agg(pl.col("share").sum()).sort("share", "region", descending=[True, False])
        names, amounts = bought["region"].to_list(), bought["share"].to_numpy()
        source, source_hhi, source_share = _sources(tuple(names), amounts, "survey")
        blank = Metric(None, why="no chain of this mineral is balanced")
        out.append(
            replace(
                _common(made, party, bloc, held, mineral, "survey"),
                stage=stage,
                grade="survey",
                use_t=_us(mineral, party, held, "use"),
                import_reliance=_published(mineral, party, held),
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
) -> ScreenRow:
    """Figures that need the makers' shares only, the others unknown."""
    name, share = top(made)
    governed = governance(held)
    plain = dict.fromkeys(made, 1.0)
    lacking = [c for c in made if c not in governed]
    weighted = (
        Metric(None, why=f"no governance score of {', '.join(lacking)}")
        if lacking
        else Metric(governed_hhi(made, governed, plain), basis, "without trade parameters")
    )
    return replace(
        _unknown(mineral, party, held),
        world_hhi=Metric(hhi(made), basis),
        governed_hhi=weighted,
        bloc_hhi=Metric(bloc_hhi(made, bloc), basis),
        top_supplier=name,
        top_share=Metric(share, basis),
        single_point=Metric(float(single_point_of_failure(made)), basis),
    )


def _sources(
    names: tuple[str, ...], bought: np.ndarray, basis: Basis
) -> tuple[str, Metric, Metric]:
    if bought.size == 0 or bought.sum() <= 0:
        blank = Metric(None, why="no imports are recorded")
        return "", blank, blank
    parts = shares(dict(zip(names, bought.tolist(), strict=True)))
    name, share = top(parts)
    return name, Metric(hhi(parts), basis), Metric(share, basis)


def _us(mineral: str, party: str, held: Screening, column: str) -> Metric:
    rows = held.us.filter((pl.col("mineral") == mineral) & pl.col(column).is_not_null())
    if party != "USA":
        return Metric(None, why=f"no account of {party} is held")
    if rows.is_empty():
        return Metric(None, why="the survey withholds it or gives none")
    return Metric(float(rows[column][0]), "survey", str(rows["product"][0]))


def _published(mineral: str, party: str, held: Screening) -> Metric:
    if party != "USA":
        return Metric(None, why=f"no published figure of {party} is held")
    rows = held.us.filter((pl.col("mineral") == mineral) & (pl.col("nir_text") != ""))
    if rows.is_empty():
        return Metric(None, why="the survey publishes none")
    r = rows.row(0, named=True)
    if r["net_exporter"]:
        return Metric(0.0, "survey", f"{r['product']}: a net exporter (E)")
    if r["nir_central"] is None:
        return Metric(None, why=f"{r['product']}: the survey says {r['nir_text']}")
    return Metric(float(r["nir_central"]), "survey", f"{r['product']}: {r['nir_text']} %")


def _factor(held: Screening, mineral: str, name: str) -> Metric:
    rows = held.of("factors", mineral).filter(pl.col("factor") == name)
    if rows.is_empty() or rows["central"][0] is None:
        return Metric(None, why="no source held gives it")
    basis: Basis = "assumed" if rows["assumed"][0] else "survey"
    return Metric(float(rows["central"][0]), basis)


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
        mineral=mineral, party=party, losses=(), expected_loss=unsaid, score=unsaid, lists=(),
        stage="unknown", grade="press", use_t=_us(mineral, party, held, "use"),
        import_reliance=_published(mineral, party, held),
        published_reliance=_published(mineral, party, held), world_hhi=blank, governed_hhi=blank,
        bloc_hhi=blank, source_hhi=blank, top_supplier="", top_share=blank, top_source="",
        top_source_share=blank, traced_source="", traced_share=blank, spare_elsewhere=blank,
        recycling=_factor(held, mineral, "eol_rir"),
        substitution=_factor(held, mineral, "replaceable"), single_point=blank,
        eu_supply_risk=_eu_risk(mineral, held),
    )  # fmt: skip
