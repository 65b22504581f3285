"""Losses of stops: what is assumed is what the chains show."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from orepact import world
from orepact.market import calibrate, solve
from orepact.study.losses import EXPORTED, Gaps, losses, output_lost, uniform
from orepact.study.stops import export_stop, stops, suppliers
from orepact.world import screening

MINES = {"mined", "bauxite", "mineral", "concentrate"}


def exported_in_chains() -> dict[tuple[bool, bool], np.ndarray]:
    """Part of its supply that each supplier of 5 % or more exports, by China and by mines."""
    found: dict[tuple[bool, bool], list[float]] = {}
    for chain in world.load().chains.values():
        for k, stage in enumerate(chain.stages):
            supply = chain.output[k] + chain.secondary[k] + chain.stock_draw[k]
            for region in suppliers(chain, stage):
                o = chain.region(region)
                away = chain.trade[k, o].sum() - chain.trade[k, o, o]
                found.setdefault((region == "CHN", stage in MINES), []).append(away / supply[o])
    return {k: np.array(v) for k, v in found.items()}


def test_exports_assumed_without_a_chain_are_those_of_the_chains():
    # to 0.06: the figures are rounded, and a rebuilt world moves a quantile by a supplier or two
    for key, parts in exported_in_chains().items():
        assert np.quantile(parts, (0.05, 0.5, 0.95)) == pytest.approx(EXPORTED[key], abs=0.06)


@pytest.fixture(scope="module")
def held():
    return screening()


def test_a_wider_share_rationed_costs_more_and_none_costs_the_bill_only(held):
    def worst(low, central, high):
        part = {"low": low, "central": central, "high": high}
        at = (pl.col("mineral") == "rhodium") & (pl.col("factor") == "rationed")
        frame = held.factors.with_columns(
            **{k: pl.when(at).then(v).otherwise(pl.col(k)) for k, v in part.items()}
        )
        (loss,) = (
            x
            for x in losses("rhodium", None, "USA", dataclasses.replace(held, factors=frame), 64, 1)
            if x.supplier == "ZAF"
        )
        return loss

    some, more = worst(0.0, 0.05, 0.25), worst(0.05, 0.25, 1.0)
    assert some.shortfall == more.shortfall
    assert some.extra_cost == more.extra_cost
    assert some.output_lost.median < more.output_lost.median


def gaps(stages, short):
    used = np.full((64, len(stages)), 100.0)
    given_up = used * np.array(short)
    return Gaps(tuple(stages), used, given_up, given_up)


def test_a_use_goes_short_by_what_its_own_stage_lacks(held):
    u, part = uniform(64, 1), np.ones(64)
    stages = ("mineral", "sponge")
    sponge, mineral, both = (
        output_lost("titanium", gaps(stages, short), part, held, u)
        for short in ([0.0, 0.3], [0.3, 0.0], [0.3, 0.3])
    )
    assert np.all(sponge > mineral)
    assert np.all(mineral > 0)
    assert both == pytest.approx(sponge + mineral, rel=0.05)


def test_nothing_short_stops_nothing(held):
    found = output_lost(
        "titanium", gaps(("mineral", "sponge"), [0.0, 0.0]), np.ones(64), held, uniform(64, 1)
    )
    assert np.all(found == 0)


def test_no_industry_depends_by_more_than_all_it_makes(held):
    # steel's uses of manganese add up to 1.4 of its output before they are cut back
    u, part = uniform(64, 1), np.ones(64)
    half = output_lost("manganese", gaps(("alloy",), [0.5]), part, held, u)
    whole = output_lost("manganese", gaps(("alloy",), [1.0]), part, held, u)
    even = u[:, 7] >= 0.5  # rationed in proportion
    assert half[even] == pytest.approx(whole[even] / 2)


def test_nobody_builds_stocks_in_the_year_of_a_stop():
    chain = world.load().chain("cobalt")
    k = chain.stage("refined")
    assert chain.stock_build.sum() > 0
    (stop,) = stops(chain, wanted=[("mined", "COD")])
    market = calibrate(chain)
    built = solve(market, export_stop(market, "mined", "COD")).state.D
    # what went into stocks goes to users
    more = (stop.D - built)[k].sum()
    assert 0.5 * chain.stock_build.sum() < more <= chain.stock_build.sum()
