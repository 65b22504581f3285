"""By-products and their hosts: the bound, what is not recovered, and mistakes in the table."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact import world
from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world import compiled
from orepact.world.hosts import Bound, bound, host_minerals, hosts, limit, read_hosts

AXIS = ("AUS", "CHN", "JPN")
HEAD = "mineral,stage,host,host_stage,regions,low,central,high,source,why\n"
ALUMINA = "gallium,primary,aluminium,alumina,,1e-5,2e-5,4e-5,orepact-assumption,liquor\n"
ZINC = "gallium,primary,zinc,refined,JPN,1e-6,2e-6,3e-6,orepact-assumption,residues\n"
COAL = "gallium,primary,coal,,CHN,,,,cma-atlas,ash\n"
MADE = {("aluminium", "alumina"): np.array([9e6, 45e6, 0.0]), ("zinc", "refined"): np.full(3, 4e5)}


def test_recoverable_content_times_host_output():
    found = bound(read_hosts(HEAD + ALUMINA + ZINC + COAL), MADE, AXIS)
    np.testing.assert_allclose(found.t, [[90, 450, 0.4], [180, 900, 0.8], [360, 1800, 1.2]])
    assert found.whole.tolist() == [True, False, True]  # coal has no figure in China
    alumina = "aluminium alumina 100 %"
    assert found.hosts == (alumina, alumina, "zinc refined 100 %")


def test_a_region_of_its_own_replaces_the_general_figure():
    own = "gallium,primary,aluminium,alumina,AUS,0,0,0,orepact-assumption,no plant fits\n"
    found = bound(read_hosts(HEAD + ALUMINA + own), MADE, AXIS)
    assert found.t[1].tolist() == pytest.approx([0, 900, 0])


def test_hosts_share_a_region_by_what_they_hold():
    rows = read_hosts(HEAD + ALUMINA + ZINC.replace("JPN", ""))
    assert bound(rows, MADE, AXIS).hosts[0] == "aluminium alumina 100 %, zinc refined 0 %"
    equal = MADE | {("aluminium", "alumina"): np.array([4e4, 4e4, 4e4])}
    assert bound(rows, equal, AXIS).hosts[0] == "aluminium alumina 50 %, zinc refined 50 %"


def test_hosts_without_a_figure_bound_nothing():
    assert bound(read_hosts(HEAD + COAL), MADE, AXIS) is None
    plant = np.array([1.0, 2, 3])
    cap, what, potential = limit(plant, plant, None)
    assert (cap.tolist(), set(what), potential.any()) == (plant.tolist(), {"plant"}, False)


def test_a_bound_that_is_not_whole_does_not_bind():
    b = Bound(np.array([[1.0], [2.0], [3.0]]), np.array([False]), ("",))
    cap, what, _ = limit(np.array([10.0]), np.array([5.0]), b)
    assert (cap[0], what[0]) == (10.0, "plant")


amounts = st.floats(0, 1e4).map(lambda x: round(x, 3))


@given(amounts, amounts, amounts)
def test_capacity_lies_between_output_and_the_plant(made, spare, host):
    out, plant = np.array([made]), np.array([made + spare])
    cap, what, potential = limit(plant, out, Bound(np.array([[host]] * 3), np.array([True]), ("",)))
    assert out[0] <= cap[0] <= plant[0]
    assert potential[0] == max(0.0, host - made)
    if what[0] == "plant":
        assert cap[0] == plant[0] <= host
    elif what[0] == "host":
        assert cap[0] == pytest.approx(host)
    else:
        assert cap[0] == made > host


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ALUMINA.replace("gallium", "galium"), "line 2: Unknown mineral 'galium'"),
        (ALUMINA.replace("alumina,,", "aluminia,,"), "Did you mean 'alumina'"),
        (ALUMINA.replace(",,1e-5", ",CHM,1e-5"), "CHM"),
        (ALUMINA.replace("2e-5", "9e-5"), "must rise from 0"),
        (ALUMINA.replace("1e-5", ""), "is not low, central and high"),
        (ALUMINA.replace("1e-5", "nan"), "must rise from 0"),
        (COAL.replace(",,,,cma", ",1e-6,2e-6,3e-6,cma"), "of a host in the world"),
        (ALUMINA.replace("orepact-assumption", "hearsay"), "'hearsay' is not in the register"),
        (ALUMINA + ALUMINA, "stands twice"),
    ],
)
def test_a_mistake_in_the_table_is_named(row, said):
    with pytest.raises(WorldError, match=said):
        read_hosts(HEAD + row)


def test_hosts_are_read_with_the_by_product():
    assert host_minerals(["gallium"]) == {"aluminium", "zinc"}
    assert host_minerals(["zinc"]) == set()
    assert all(h.mineral in minerals() for h in hosts())


# --- the shipped world -----------------------------------------------------------------------

CAPACITY = pl.read_parquet(compiled.TABLES / "capacity.parquet")


def row(mineral: str, stage: str, region: str) -> dict:
    at = {"mineral": mineral, "stage": stage, "region": region}
    (found,) = CAPACITY.filter(**at).iter_rows(named=True)
    return found


def test_gallium_is_limited_by_plants_and_lies_in_australian_alumina():
    gallium, alumina = world.load().chain("gallium"), world.load().chain("aluminium")
    k, r = gallium.stage("primary"), gallium.region("AUS")
    host = alumina.output[alumina.stage("alumina"), r]
    assert gallium.capacity[k, r] == gallium.output[k, r] == 0
    assert gallium.potential[k, r] == pytest.approx(4.7e-5 * host, rel=0.02)
    assert row("gallium", "primary", "CHN")["bound"] == "plant"
    assert row("gallium", "primary", "UKR")["bound"] == "host"  # its alumina plant is shut


def test_output_above_its_hosts_is_shown_and_not_raised_in_silence():
    over = CAPACITY.filter(pl.col("bound") == "over host")
    named = set((over["mineral"] + " " + over["region"]).to_list())
    assert {"indium KOR", "germanium USA", "tellurium CHN"} <= named
    for r in over.iter_rows(named=True):
        chain = world.load().chain(r["mineral"])
        out = chain.output[chain.stage(r["stage"]), chain.region(r["region"])]
        assert r["t"] == pytest.approx(out)
        assert out > r["host_t"]
        assert r["potential"] == 0


def test_a_bound_is_the_smaller_of_two():
    held = CAPACITY.filter(pl.col("bound") == "host")
    assert (held["t"] <= held["host_t"] * (1 + 1e-9)).all()
    assert (CAPACITY["host_low"] <= CAPACITY["host_t"]).drop_nulls().all()
    assert (CAPACITY["host_t"] <= CAPACITY["host_high"]).drop_nulls().all()


def test_why_shows_the_bound_and_what_is_not_recovered():
    rows = {r["quantity"]: r for r in world.why("gallium", "primary", "AUS").iter_rows(named=True)}
    assert rows["host bound"]["note"].startswith("173.54 to 775.25 t from aluminium alumina")
    assert rows["not recovered"]["t"] == rows["host bound"]["t"]
    assert rows["capacity"]["t"] == 0
