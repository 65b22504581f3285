"""Each check passes on the shipped world and fails on the mistake it is for."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from orepact import world
from orepact.world import compiled, consistency, controls
from orepact.world.world import World

EARTH, TABLES = world.load(), compiled.tables()


def changed(mineral: str, **arrays: np.ndarray) -> World:
    """The shipped world with arrays of one chain replaced."""
    chain = replace(EARTH.chain(mineral), **arrays)
    return replace(EARTH, chains=MappingProxyType({**EARTH.chains, mineral: chain}))


def with_rows(name: str, *columns: pl.Expr) -> dict[str, pl.DataFrame]:
    """The shipped tables with columns of one of them changed."""
    return TABLES | {name: TABLES[name].with_columns(*columns)}


def at(mineral: str, stage: str) -> pl.Expr:
    return (pl.col("mineral") == mineral) & (pl.col("stage") == stage)


def test_no_check_fails_on_the_shipped_world():
    found = consistency.checks(EARTH, TABLES)
    assert {c.status for c in found} <= {"ok", "listed"}
    assert len({c.name for c in found}) == len(consistency.CHECKS)


def test_a_chain_out_of_balance():
    trade = EARTH.chain("zinc").trade.copy()
    trade[1, 0, 1] += 1.0
    found = consistency.balance(changed("zinc", trade=trade), TABLES)
    assert found.status == "failed"
    assert found.found.endswith("zinc")


def test_a_pinned_cell_that_was_not_kept():
    cell = at("zinc", "refined") & (pl.col("origin") == "MEX") & (pl.col("destination") == "USA")
    held = with_rows("flows", pl.when(cell).then(pl.col("t") * 2).otherwise("t").alias("t"))
    found = consistency.pinned(EARTH, held)
    assert found.status == "failed"
    assert "zinc refined MEX > USA" in found.found


def test_a_customs_figure_above_the_customs_record():
    cell = at("zinc", "mined") & (pl.col("origin") == "USA") & (pl.col("destination") == "CHN")
    assert len(TABLES["flows"].filter(cell & pl.col("most_t").is_not_null())) == 1
    more = pl.when(cell).then(pl.col("most_t") * 1.1).otherwise("prior_t").alias("prior_t")
    found = consistency.customs(EARTH, with_rows("flows", more))
    assert found.status == "failed"
    assert "zinc mined USA > CHN" in found.found
    old = TABLES | {"flows": TABLES["flows"].drop("most_t")}
    assert consistency.customs(EARTH, old).status == "failed"


@pytest.mark.parametrize(("note", "status"), [("", "failed"), ("sold from a stockpile", "listed")])
def test_a_large_stock_draw_needs_an_explanation(note, status):
    draw = at("gallium", "primary") & (pl.col("quantity") == "stock_draw")
    held = with_rows(
        "nodes",
        pl.when(draw).then(pl.col("t") + 10).otherwise("t").alias("t"),
        pl.when(draw).then(pl.lit(note)).otherwise("note").alias("note"),
    )
    found = consistency.stock_draw(EARTH, held)
    assert found.status == status
    assert "gallium primary" in found.found


def test_published_output_that_moved_is_listed():
    output = at("zinc", "mined") & (pl.col("quantity") == "output") & (pl.col("region") == "PER")
    held = with_rows(
        "nodes", pl.when(output).then(pl.col("prior_t") * 0.9).otherwise("t").alias("t")
    )
    found = consistency.published_output(EARTH, held)
    assert found.status == "listed"
    assert "zinc mined PER -10.0%" in found.found


def test_a_plant_that_pays_more_than_it_earns():
    price = EARTH.chain("zinc").price.copy()
    price[1, EARTH.chain("zinc").region("MEX")] = 2000.0
    found = consistency.prices(changed("zinc", price=price), TABLES)
    assert found.status == "failed"
    assert found.found.endswith(": zinc refined MEX")


def test_an_imputed_stage_that_is_graded_balanced():
    held = with_rows("stages", pl.lit("balanced").alias("grade"))
    found = consistency.imputed(EARTH, held)
    assert found.status == "failed"
    assert "lithium mined" in found.found


def test_a_published_figure_that_is_missed():
    output = EARTH.chain("zinc").output.copy()
    output[0, EARTH.chain("zinc").region("MEX")] *= 2
    found = consistency.published_figures(changed("zinc", output=output), TABLES)
    assert found.status == "failed"
    assert "Mexico mine share, zinc" in found.found


def test_by_products_above_their_hosts_are_named():
    found = consistency.by_products(EARTH, TABLES)
    assert found.status == "listed"
    assert "germanium refined USA" in found.found
    within = TABLES["capacity"].filter(pl.col("bound") != "over host")
    assert consistency.by_products(EARTH, TABLES | {"capacity": within}).status == "ok"


def test_two_duties_on_one_day():
    twice = pl.concat([EARTH.duties, EARTH.duties.head(1)])
    found = consistency.dated_duties(replace(EARTH, duties=twice), TABLES)
    assert found.status == "failed"
    assert "overlap" in found.found


def test_the_share_of_trade_on_assumed_duties_is_listed():
    read = {
        m: replace(c, duty_assumed=np.zeros_like(c.duty_assumed)) for m, c in EARTH.chains.items()
    }
    assert consistency.dated_duties(EARTH, TABLES).status == "listed"
    found = consistency.dated_duties(replace(EARTH, chains=MappingProxyType(read)), TABLES)
    assert found.status == "ok"
    assert "assumed on 0%" in found.found


def test_a_known_miss_is_explained_and_does_not_fail():
    found = {c.name: c for c in consistency.checks(world.load(2023), compiled.tables(year=2023))}
    told = found["published figures"]
    assert told.status == "listed"
    assert (
        "explained: US manganese apparent use: The survey adds a fall of ore stocks" in told.found
    )


def test_every_explanation_is_of_a_miss():
    for year in compiled.years():
        table = controls.compare(world.load(year)).filter(pl.col("explained") != "")
        assert not table["inside"].any()


def test_nothing_to_check_is_said():
    found = consistency.published_figures(world.load(2019), compiled.tables(year=2019))
    assert (found.status, found.found) == ("none", "nothing to check")
