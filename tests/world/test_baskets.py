"""Codes that lump products: all are listed, shares are computed, mistakes are named."""

from collections import defaultdict

import polars as pl
import pytest

from orepact import world
from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world import compiled
from orepact.world.baskets import (
    SCHEMA,
    basket_table,
    baskets,
    from_table,
    read_baskets,
    unsplit_codes,
)
from orepact.world.sources import comext

HEAD = "mineral,stage,code,lumps,split,cn8,among,note,source\n"
GALLIUM = (
    "gallium,high_purity,811292,five metals,cn8,81129289,81129289 81129295,EU,eurostat-comext\n"
)


def test_a_code_of_several_minerals_or_stages_is_listed_for_each():
    users = defaultdict(list)
    for m in minerals().values():
        for s in m.stages:
            for code in s.hs6:
                users[code].append((m.id, s.id))
    shared = {(*u, code) for code, held in users.items() if len(held) > 1 for u in held}
    assert len(shared) > 20
    assert shared <= {(b.mineral, b.stage, b.code) for b in baskets()}


def test_a_share_is_the_value_of_the_eus_imports(zinc_sources, monkeypatch):
    rows = [("CN", "81129289", "2024", "30"), ("CN", "81129295", "2024", "90")]
    rows += [("CN", "81129289", "2023", "500"), ("FR", "81129289", "2024", "500")]
    path = zinc_sources / comext.EU_IMPORTS
    path.write_text(
        "PARTNER_ISO,PRODUCT_NC,PERIOD,VALUE_IN_EUROS\n" + "\n".join(map(",".join, rows)) + "\n"
    )
    names = zinc_sources / comext.COUNTRY_CODES
    names.write_text(names.read_text() + "251,France,FR,FRA\n")
    held = read_baskets(HEAD + GALLIUM)
    monkeypatch.setattr("orepact.world.baskets.baskets", lambda: held)
    table = basket_table(zinc_sources, ["gallium"])
    assert table["share"].to_list() == [0.25]  # other years and trade among members left out
    (found,) = from_table(table)
    assert (found.code, found.among) == ("811292", ("81129289", "81129295"))
    assert basket_table(zinc_sources, ["zinc"]).schema == pl.Schema(SCHEMA)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GALLIUM.replace("gallium", "galium"), "line 2: Unknown mineral"),
        (GALLIUM.replace("high_purity", "pure"), "no stage 'pure'"),
        (GALLIUM.replace(",cn8,", ",cn9,"), "unknown split 'cn9'"),
        (GALLIUM.replace("811292,", "281820,", 1), "gallium high_purity has no code 281820"),
        (GALLIUM.replace("cn8,81129289", "cn8,81129281"), "81129281 must be among"),
        (GALLIUM.replace("81129295", "28112995"), "must be among finer codes of 811292"),
        (GALLIUM.replace("eurostat-comext", "hearsay"), "'hearsay' is not in the register"),
        (GALLIUM + GALLIUM, "gallium high_purity 811292 stands twice"),
    ],
)
def test_a_mistake_in_the_table_is_named(row, said):
    with pytest.raises(WorldError, match=said):
        read_baskets(HEAD + row)


# --- the shipped world -----------------------------------------------------------------------


def test_a_chain_carries_its_baskets_with_their_shares():
    held = world.load().chain("ndpr").baskets["oxide"]
    compounds = next(b for b in held if b.code == "284690")
    assert compounds.unsplit
    assert compounds.share == pytest.approx(0.193, abs=0.005)
    assert world.load().chain("zinc").baskets == {}
    for chain in world.load().chains.values():
        assert set(chain.baskets) <= set(chain.stages)


def test_trade_under_codes_that_nothing_splits_is_measured():
    flows = pl.read_parquet(compiled.TABLES / "flows.parquet")
    stages = pl.read_parquet(compiled.TABLES / "stages.parquet")
    for r in stages.iter_rows(named=True):
        abroad = flows.filter(
            pl.col("origin") != pl.col("destination"), mineral=r["mineral"], stage=r["stage"]
        )
        codes = sorted(unsplit_codes(r["mineral"], r["stage"]))
        lumped = abroad.filter(pl.col("code").is_in(codes))["t"].sum()
        assert r["basket_share"] == pytest.approx(lumped / max(abroad["t"].sum(), 1e-300))
        assert all(code in r["note"] for code in codes)
        assert r["basket_share"] + r["imputed_share"] <= 1 + 1e-9
    by = {(r["mineral"], r["stage"]): r["basket_share"] for r in stages.iter_rows(named=True)}
    assert by["ndpr", "magnet"] > 0.99  # all of it is 8505.11
    assert by["zinc", "refined"] == 0


def test_why_flags_a_shipment_under_a_basket_and_no_other():
    rows = world.why("ndpr", "magnet", "USA")
    sold = rows.filter(pl.col("quantity") == "bought from", pl.col("partner") == "CHN")
    assert sold.select("code", "basket").rows() == [
        ("850511", "NdFeB, SmCo and AlNiCo magnets, and assemblies")
    ]
    assert set(rows.filter(pl.col("code") == "")["basket"]) == {""}
    assert set(world.why("zinc", "refined", "MEX")["basket"]) == {""}
