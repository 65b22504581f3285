"""The world that ships: identities, sources, controls, and errors for damaged tables."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from orepact import world
from orepact.catalogue import minerals, regions
from orepact.errors import UnknownIdError, WorldError
from orepact.world import compiled, controls, page
from orepact.world.register import check_sources
from orepact.world.world import GRADES, KINDS

IDS = list(minerals())


@pytest.fixture(scope="module")
def shipped():
    return world.load()


def test_every_mineral_of_the_catalogue_is_there(shipped):
    assert list(shipped.chains) == IDS
    assert shipped.year == 2024


@pytest.mark.parametrize("id", IDS)
def test_shipments_and_purchases_balance(shipped, id):
    chain = shipped.chain(id)
    made = chain.output.sum(axis=1)[:, None]
    for gap in compiled.residuals(chain):
        assert (np.abs(gap) <= 1e-8 * made).all()


@pytest.mark.parametrize("id", IDS)
def test_a_chain_keeps_its_contract(shipped, id):
    chain = shipped.chain(id)
    K, R = len(minerals()[id].stages), len(regions())
    assert chain.regions == regions()
    assert chain.inputs.shape == (K, K, R)
    assert chain.duty.shape == (3, K, R, R)
    for name in ("price", "freight", "duty", "capacity", "trade", "output"):
        assert np.isfinite(getattr(chain, name)).all(), name
    # a shipment has a kind, and only a shipment has one; the diagonal is the own market
    assert ((chain.kind > 0) == (chain.trade > 0)).all()
    own = np.einsum("krr->kr", chain.kind)
    assert set(np.unique(own)) <= {0, KINDS.index("domestic")}
    assert (chain.capacity >= chain.output * (1 - 1e-9)).all()
    assert set(chain.grade) == set(chain.notes) == set(chain.stages)
    assert set(chain.grade.values()) <= set(GRADES)
    assert all(chain.notes.values())
    # inputs stand exactly where the catalogue has an edge
    for k, stage in enumerate(minerals()[id].stages):
        for j, feed in enumerate(minerals()[id].stages):
            assert (chain.inputs[k, j].sum() > 0) == (feed.id in stage.inputs)


def test_grades_follow_the_rule():
    stages = pl.read_parquet(compiled.TABLES / "stages.parquet")
    rest = stages.filter(pl.col("grade") != "scenario")
    assert ((rest["imputed_share"] > 0.5) == (rest["grade"] == "mostly imputed")).all()
    told = {"germanium refined", "gallium high_purity", "nickel mined", "silver refined"}
    scenario = stages.filter(pl.col("grade") == "scenario")
    assert told <= set((scenario["mineral"] + " " + scenario["stage"]).to_list())


def test_published_output_is_hardly_moved():
    nodes = pl.read_parquet(compiled.TABLES / "nodes.parquet")
    firm = nodes.filter((pl.col("quantity") == "output") & (pl.col("flag") == "A"))
    moved = (firm["t"] / firm["prior_t"] - 1).abs()
    assert len(firm) > 100
    assert moved.max() < 0.02


def test_every_figure_has_a_known_source():
    for path in compiled.TABLES.glob("*.parquet"):
        table = pl.read_parquet(path)
        if "source" in table.columns:
            check_sources(table["source"].to_list())
            assert table["source"].null_count() == 0
        for column, kind in table.schema.items():
            if kind == pl.Float64:
                assert not table[column].is_nan().any(), (path.name, column)


def test_tables_are_small():
    assert sum(p.stat().st_size for p in compiled.TABLES.glob("*.parquet")) < 1_000_000


def test_loading_reads_one_year_and_imports_no_solver(monkeypatch):
    read = []
    whole = pl.read_parquet
    monkeypatch.setattr(pl, "read_parquet", lambda path: (read.append(path), whole(path))[1])
    compiled.assemble(compiled.tables(year=2023), 2023)
    assert {p.parent.name for p in read} == {"2023", "tables"}
    assert len(read) == len(set(read)) == len(compiled.FLOWS + compiled.VALUES) + 1
    heavy = "scipy", "pandas", "openpyxl"
    said = (
        f"import sys; from orepact import world; world.load(); print({heavy} & sys.modules.keys())"
    )
    said = said.replace(str(heavy), str(set(heavy)))
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_controls_imposed_and_independent_are_inside(shipped):
    table = controls.compare(shipped)
    assert len(table) >= 80
    missed = table.filter(~pl.col("inside") & (pl.col("mark") != "different basis"))
    assert missed["name"].to_list() == []
    assert (table.filter(pl.col("mark") == "independent")).height >= 5
    apart = table.filter(pl.col("mark") == "different basis")
    assert (apart["why"] != "").all()


def test_the_shipped_control_table_is_this_worlds(shipped):
    held = pl.read_parquet(compiled.TABLES / "controls.parquet")
    assert held.equals(controls.compare(shipped))


def test_controls_do_fail_when_the_world_is_wrong(shipped):
    zinc = shipped.chain("zinc")
    k, o, d = zinc.stage("refined"), zinc.region("MEX"), zinc.region("USA")
    trade = zinc.trade.copy()
    trade[k, o, d] *= 1.05
    wrong = replace(shipped, chains={"zinc": replace(zinc, trade=trade)})
    table = controls.compare(wrong).filter(pl.col("name") == "Mexico to US, refined zinc")
    assert table["inside"].to_list() == [False]
    assert table["deviation"][0] == pytest.approx(0.05, abs=0.002)


# Mexico's recorded sales to the United States in 2024 (UN Comtrade, reporter United States), t.
@pytest.mark.parametrize(
    ("mineral", "stage", "tonnes"),
    [
        ("zinc", "refined", 61_544),
        ("copper", "refined", 17_307),
        ("manganese", "mined", 42_220 * 0.36),
        ("manganese", "alloy", 32_286 * 0.66 + 408 * 0.80),
        ("fluorspar", "mined", 253_273 * 0.472 + 16_534 * 0.40),
        ("graphite", "mined", 7_364 + 206),
        ("antimony", "trioxide", 416.6 * 0.8354),
    ],
)
def test_mexico_sells_the_united_states_what_customs_recorded(shipped, mineral, stage, tonnes):
    chain = shipped.chain(mineral)
    cell = chain.trade[chain.stage(stage), chain.region("MEX"), chain.region("USA")]
    assert cell == pytest.approx(tonnes, rel=0.01)


def test_brine_is_never_shipped_as_ore(shipped):
    chain = shipped.chain("lithium")
    for place in ("CHL", "ARG"):
        r = chain.region(place)
        assert chain.trade[0, r].sum() == pytest.approx(chain.trade[0, r, r])
        assert chain.inputs[1, 0, r] == 1.0


def test_china_keeps_its_aluminium(shipped):
    """Its output is its use: what leaves it unwrought is under a twentieth of what it makes."""
    chain = shipped.chain("aluminium")
    k, c = chain.stage("metal"), chain.region("CHN")
    assert chain.trade[k, c].sum() - chain.trade[k, c, c] < 0.05 * chain.output[k, c]


@pytest.mark.parametrize(
    ("mineral", "stage"),
    [("aluminium", "bauxite"), ("titanium", "sponge"), ("tellurium", "refined")],
)
def test_what_is_withheld_is_not_nothing(shipped, mineral, stage):
    chain = shipped.chain(mineral)
    assert chain.output[chain.stage(stage), chain.region("USA")] > 0
    rows = world.why(mineral, stage, "USA").filter(pl.col("quantity") == "output")
    assert rows["source"].to_list() == ["orepact-assumption"]


def test_idle_smelters_and_sponge_plants_count(shipped):
    """Capacity as published (USGS, end of 2024): the United States ran half of its smelters."""
    chain = shipped.chain("aluminium")
    k, us = chain.stage("metal"), chain.region("USA")
    assert chain.capacity[k, us] == pytest.approx(1_360_000)
    assert chain.output[k, us] < 0.51 * chain.capacity[k, us]
    chain = shipped.chain("titanium")
    assert chain.capacity[chain.stage("sponge"), chain.region("RUS")] == pytest.approx(46_500)


def test_anode_takes_spherical_for_its_natural_share(shipped):
    chain = shipped.chain("graphite")
    anode, feeds = chain.stage("anode"), [chain.stage(s) for s in ("spherical", "synthetic")]
    assert chain.inputs[anode, feeds, chain.region("CHN")] == pytest.approx(
        [1.05 * 0.18, 1.05 * 0.82]
    )
    assert chain.inputs[anode, feeds, chain.region("MEX")] == pytest.approx([0, 1.05])


def test_nickel_is_refined_from_ore_and_from_what_others_made_of_it(shipped):
    chain = shipped.chain("nickel")
    ore, mid, refined = (chain.stage(s) for s in ("mined", "intermediate", "refined"))
    r = chain.region
    # pig iron straight from ore; Norway refines bought matte only
    assert chain.inputs[refined, ore, r("IDN")] > 10 * chain.inputs[refined, mid, r("IDN")]
    assert chain.inputs[refined, ore, r("NOR")] == 0 < chain.inputs[refined, mid, r("NOR")]
    # Indonesia bans exports of ore and sells matte and precipitate
    abroad = chain.trade[ore, r("IDN")].sum() - chain.trade[ore, r("IDN"), r("IDN")]
    assert abroad == 0
    assert chain.trade[mid, r("IDN"), r("CHN")] > 400_000
    # EU imports of Russian matte, EUR 636 m at 1.0824 USD and 13,450 USD/t
    assert chain.trade[mid, r("RUS"), r("EUN")] == pytest.approx(51_200, rel=0.1)


def test_withheld_cells_are_tested():
    held = pl.read_parquet(compiled.TABLES / "holdout.parquet")
    codes = held.filter(pl.col("test") == "code")
    assert set(codes["seed"]) == {"flat", "gravity", "older"}
    # an old matrix is worth more than distance (tonnes put wrong, all codes together)
    wrong = codes.with_columns(t=pl.col("wape") * pl.col("trade_t") / pl.col("trade_t").sum())
    by = dict(wrong.group_by("seed").agg(pl.col("wape").median()).iter_rows())
    assert by["older"] < by["gravity"]
    assert set(held.filter(pl.col("test") == "us")["mineral"]) == set(IDS)


# --- damage ---------------------------------------------------------------------------------


def spoilt(name: str, change) -> dict[str, pl.DataFrame]:
    held = compiled.tables()
    return held | {name: change(held[name])}


DAMAGE = {
    "off balance": (
        "flows",
        lambda t: t.with_columns(
            t=pl.col("t") * pl.when(pl.col("kind") == "customs").then(1.1).otherwise(1.0)
        ),
        "does not balance",
    ),
    "NaN": ("nodes", lambda t: t.with_columns(t=pl.lit(float("nan"))), "not a positive number"),
    "unknown region": (
        "flows",
        lambda t: t.with_columns(origin=pl.col("origin").replace("CHN", "CNH")),
        "Did you mean 'CHN'",
    ),
    "unknown mineral": (
        "nodes",
        lambda t: t.with_columns(mineral=pl.col("mineral").replace("zinc", "zink")),
        "'zink'",
    ),
    "unknown grade": ("stages", lambda t: t.with_columns(grade=pl.lit("good")), "unknown grade"),
    "lost mineral": (
        "capacity",
        lambda t: t.filter(pl.col("mineral") != "zinc"),
        "capacity has no row for zinc",
    ),
    "more than capacity": (
        "capacity",
        lambda t: t.with_columns(t=pl.col("t") / 3),
        "more than its capacity",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_tables_raise(case):
    name, change, said = DAMAGE[case]
    with pytest.raises(WorldError, match=said):
        compiled.assemble(spoilt(name, change), 2024)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(WorldError, match=r"holds no world\. Build one there"):
        compiled.tables(tmp_path)
    compiled.write({"flows": pl.DataFrame({"t": [1.0]})}, tmp_path)
    with pytest.raises(WorldError, match=r"'nodes\.parquet' is missing"):
        compiled.tables(tmp_path)


def test_a_year_without_a_world_raises():
    with pytest.raises(WorldError, match="no world of 2020"):
        world.load(2020)


def test_why_gives_the_trail_of_a_figure():
    rows = world.why("zinc", "refined", "MEX")
    sold = rows.filter((pl.col("quantity") == "shipped to") & (pl.col("partner") == "USA"))
    assert sold["source"].to_list() == ["un-comtrade"]
    assert sold["prior_t"][0] == pytest.approx(61_537.4, rel=1e-4)
    assert rows["t"].is_sorted(descending=True)
    with pytest.raises(UnknownIdError, match="Did you mean 'refined'"):
        world.why("zinc", "refind", "MEX")
    with pytest.raises(UnknownIdError, match="MEX"):
        world.why("zinc", "refined", "MEC")


def test_the_page_on_data_prints_these_tables():
    text = (Path(__file__).parents[2] / "docs/data.md").read_text("utf-8")
    names = ("stages", "controls", "holdout", "reliance", "traders", "capacity", "baskets")
    names = (*names, "coverage", "flows", "alternatives/index")
    held = {n: pl.read_parquet(compiled.TABLES / f"{n}.parquet") for n in names}
    assert page.fill(text, held) == text
    with pytest.raises(WorldError, match="<!-- controls -->"):
        page.fill(text.replace("<!-- controls -->", ""), held)


def test_a_customs_cell_of_one_good_does_not_ban_its_partner_from_another() -> None:
    """China's 68 t of metal (2805.30) must not hide its 71 % of compounds (2846.90), MCS 2026."""
    chain = world.load().chain("ndpr")
    k, us = chain.stage("oxide"), chain.region("USA")
    bought = chain.trade[k, :, us].copy()
    bought[us] = 0.0
    assert bought[chain.region("CHN")] / bought.sum() == pytest.approx(0.71, abs=0.03)


def test_why_of_a_year_without_the_mineral_says_so():
    with pytest.raises(WorldError, match="There is no world of 2019 with zinc"):
        world.why("zinc", "mined", "PER", year=2019)
    with pytest.raises(WorldError, match=r"no world of 1999\. There is one of 2019"):
        world.why("zinc", "mined", "PER", year=1999)


def test_another_publishers_level_is_told_as_scaled():
    held = compiled.tables(year=2023)["nodes"].filter(quantity="output", stage="mined")
    by = {(r["mineral"], r["region"]): r for r in held.iter_rows(named=True)}
    assert by["lithium", "AUS"]["flag"] == "B"
    assert "scaled: its level is iea-cmde-2025's" in by["lithium", "AUS"]["note"]
    # countries that the survey of 2026 drops stand as that of 2025 prints them
    assert by["zinc", "ZAF"]["t"] == pytest.approx(198_000, rel=0.001)
    assert by["cobalt", "NCL"]["t"] == pytest.approx(2_570, rel=0.001)
