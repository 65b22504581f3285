"""Losses of stops: what is assumed is what the chains show."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from orepact import world
from orepact.study.losses import EXPORTED, losses
from orepact.study.stops import suppliers
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
