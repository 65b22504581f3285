"""A miniature world from miniature files, from end to end."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from orepact.errors import WorldError
from orepact.world import build, compiled
from orepact.world.evidence import gather
from orepact.world.flows import solve
from orepact.world.priors import assemble
from orepact.world.recipe import load_recipes
from orepact.world.sources import baci, usgs
from orepact.world.world import KINDS
from orepact.world.years import replace_stage


@pytest.fixture
def zinc(zinc_sources):
    recipes, proxies = load_recipes()
    recipe = recipes["zinc"]
    ev = gather(zinc_sources, {"zinc": recipe})
    return ev, recipe, proxies, solve(ev, recipe, proxies)


def test_a_world_is_built_written_and_loaded(zinc_sources, tmp_path):
    report = build.build(zinc_sources, tmp_path / "a", ["zinc"])
    chain = compiled.assemble(compiled.tables(tmp_path / "a"), 2024).chain("zinc")
    r = chain.regions.index
    k = chain.stage("refined")
    assert chain.trade[k, r("MEX"), r("USA")] == pytest.approx(61.544, rel=0.01)
    assert chain.trade[k, :, r("USA")].sum() - chain.trade[k, r("USA"), r("USA")] == pytest.approx(
        590, rel=0.01
    )
    assert chain.trade[0, r("PER"), r("CHN")] > 1100  # 2,200 t gross at 0.52
    assert report.rows["flows"] == (chain.trade > 0).sum()
    assert set(report.stages["grade"]) <= {"balanced", "mostly imputed"}


def test_the_same_files_make_the_same_bytes(zinc_sources, tmp_path):
    for name in "ab":
        build.build(zinc_sources, tmp_path / name, ["zinc"])
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_failed_build_leaves_the_old_world(zinc_sources, tmp_path):
    out = tmp_path / "out"
    build.build(zinc_sources, out, ["zinc"])
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    path = zinc_sources / baci.OLDER
    path.write_text(path.read_text().replace("500000.0", "many"))
    with pytest.raises(WorldError, match=r"baci_2022\.csv', row 2: value = 'many'"):
        build.build(zinc_sources, out, ["zinc"])
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_full_disk_leaves_no_half_of_a_world(zinc_sources, tmp_path, monkeypatch):
    written = []

    def fills(table, path, **how):
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device", str(path))
        path.write_bytes(b"PAR1")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fills)
    with pytest.raises(OSError, match="No space left"):
        build.build(zinc_sources, tmp_path / "out", ["zinc"])
    assert list((tmp_path / "out").iterdir()) == []


def test_kinds_say_how_a_cell_is_known(zinc):
    ev, _, _, solved = zinc
    kind = solved.labels.kind
    r, k = ev.regions.index, 1
    assert KINDS[kind[k][r("MEX"), r("USA")]] == "customs"
    assert KINDS[kind[k][r("CHN"), r("CHN")]] == "domestic"
    assert KINDS[kind[0][r("PER"), r("CHN")]] == "observed"


def test_every_prior_positive_has_a_weight(zinc):
    ev, recipe, proxies, _ = zinc
    p, _ = assemble(ev, recipe, proxies)
    for name, w in p.weights.items():
        assert (w[getattr(p, name) > 0] > 0).all()


def test_scrap_buys_no_ore(zinc):
    *_, solved = zinc
    p, b = solved.priors, solved.balanced
    need = (p.inputs[1, 0] * b.output[1]).sum()
    assert p.secondary[1].sum() > 0
    assert b.trade[0].sum() == pytest.approx(need + b.final_use[0].sum(), rel=1e-9)


def test_customs_cells_beyond_the_surveys_total_raise(zinc_sources):
    path = zinc_sources / usgs.MCS_2026
    path.write_text(path.read_text().replace("2024,0.59", "2024,0.01"))
    recipes, proxies = load_recipes()
    ev = gather(zinc_sources, {"zinc": recipes["zinc"]})
    with pytest.raises(WorldError, match=r"customs cells .* exceed the survey's total"):
        solve(ev, recipes["zinc"], proxies)


def test_a_withheld_total_raises(zinc_sources):
    path = zinc_sources / usgs.MCS_2026
    path.write_text(path.read_text().replace("2024,0.59", "2024,W"))
    recipes, proxies = load_recipes()
    ev = gather(zinc_sources, {"zinc": recipes["zinc"]})
    with pytest.raises(WorldError, match="withholds ZINC: Imports for consumption: Refined zinc"):
        solve(ev, recipes["zinc"], proxies)


def test_the_sources_folder_must_be_named(monkeypatch):
    monkeypatch.delenv("OREPACT_SOURCES", raising=False)
    with pytest.raises(WorldError, match="OREPACT_SOURCES"):
        build.sources_folder()


ZINC = """
[zinc]
chapter = "ZINC"
[zinc.mined]
use = "none"
note = "n"
[zinc.refined]
use = "{use}"
{key} = {value}
note = "n"
"""


@pytest.mark.parametrize(
    ("use", "key", "value", "said"),
    [
        ("apparent", "secondry", "{}", "Did you mean 'secondary'"),
        ("steal", "grade", '"scenario"', "unknown use 'steal'"),
        ("apparent", "output", "{ USA = 5 }", r"zinc.refined.output.USA must be \[tonnes"),
        ("apparent", "us_imports", "[{ detial = 1 }]", "Did you mean 'detail'"),
    ],
)
def test_a_mistake_in_a_recipe_is_named(use, key, value, said):
    with pytest.raises(WorldError, match=said):
        load_recipes(ZINC.format(use=use, key=key, value=value))


def test_a_recipe_without_a_stage_is_named():
    with pytest.raises(WorldError, match="zinc must have the stages mined, refined"):
        load_recipes('[zinc]\nchapter = "Z"\n[zinc.mined]\nuse = "none"\nnote = "n"\n')


NICKEL = """
[nickel]
chapter = "NICKEL"
mined = {{ use = "none", note = "n" }}
intermediate = {{ use = "none", note = "n" }}
refined = {{ use = "apparent", note = "n", {feeds} }}
"""


@pytest.mark.parametrize(
    ("feeds", "said"),
    [
        ("input = 1.03", "is fed by mined, intermediate and gives none in feeds"),
        ("feeds = { mined = { default = 1.0 } }", "gives mined in feeds"),
        ("feeds = { mined = { IDN = 1 }, intermediate = { default = 1 } }", "needs a default"),
        ("feeds = { mined = { default = -1 }, intermediate = { default = 1 } }", "negative"),
        (
            "input = 1, feeds = { mined = { default = 1 }, intermediate = { default = 1 } }",
            "both feeds and input",
        ),
    ],
)
def test_a_stage_with_two_feeds_says_how_much_of_each(feeds, said):
    with pytest.raises(WorldError, match=said):
        load_recipes(NICKEL.format(feeds=feeds))


def test_a_shipment_carries_the_code_that_recorded_it(zinc_sources, tmp_path):
    build.build(zinc_sources, tmp_path / "a", ["zinc"])
    flows = pl.read_parquet(tmp_path / "a/flows.parquet")
    code = {(r["origin"], r["destination"]): r["code"] for r in flows.iter_rows(named=True)}
    assert code["PER", "CHN"] == "260800"  # BACI
    assert code["MEX", "USA"] == "790111"  # customs
    told = flows.filter(pl.col("kind").is_in(["imputed", "domestic"]))
    assert set(told["code"]) == {""}


def test_adjustments_list_the_largest_first(zinc):
    ev, recipe, _, solved = zinc
    table = build.flow_tables(ev, {"zinc": recipe}, {"zinc": solved})["adjustments"]
    for _, part in table.group_by("stage"):
        share = part["share"].abs().to_numpy()
        assert (np.diff(share) <= 0).all()
        assert len(part) <= 12
    moved = table.with_columns(pl.col("t") - pl.col("prior_t"))
    assert (moved["t"] * moved["share"] > 0).all()


def test_a_published_part_of_a_residual_leaves_the_others_the_rest(zinc):
    ev, recipe, proxies, _ = zinc
    split = pl.col("region").is_in(["CHN", "PER", "MEX"]) & (pl.col("stage") == "mined")
    told = pl.when(split).then(pl.lit("residual split by a pattern")).otherwise("detail")
    ev = replace(ev, output=ev.output.with_columns(detail=told))
    mined = replace(
        recipe.stages["mined"], other_countries={"PER": (700.0, "usgs-mcs-2025", "first")}
    )
    p, labels = assemble(ev, replace_stage(recipe, "mined", mined), proxies)
    at = ev.regions.index
    assert p.output[0][[at("PER"), at("CHN"), at("MEX")]].tolist() == pytest.approx(
        [700.0, 4000 * (1 + 600 / 4770), 770 * (1 + 600 / 4770)]
    )
    assert labels.node["output", 0, at("PER")] == ("usgs-mcs-2025", "A", "first")
