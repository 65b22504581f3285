"""world show and build."""

import hashlib
import json

import numpy as np
import pytest

import miniature
from fake_comtrade import answer
from orepact import world
from orepact.world.sources import comtrade_api, comtrade_download

EARTH = world.load()
RECORDS = "data/derived/comtrade_us_vs_chn_mex_vnm_critical_hs6_2015_2025.csv"
RECORDS = "data/derived/comtrade_us_vs_chn_mex_vnm_critical_hs6_2015_2025.csv"


def test_the_list_names_every_stage_of_every_mineral(orepact) -> None:
    done = orepact("world", "show")
    assert done.code == 0
    rows = [line.split() for line in done.out.splitlines()]
    for c in EARTH.chains.values():
        for stage in c.stages:
            assert any(r[:2] == [c.mineral, stage] for r in rows)


@pytest.mark.parametrize("mineral", list(EARTH.chains))
def test_no_number_is_cut_in_eighty_columns(orepact, monkeypatch, mineral: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in ((), (mineral,)):
        done = orepact("world", "show", *words)
        assert done.code == 0
        assert "…" not in done.out


def test_figures_of_a_mineral_in_their_unit(orepact) -> None:
    chain = EARTH.chain("zinc")
    done = orepact("world", "show", "zinc", "--most", "1")
    first, second = (
        next(line.split() for line in part.splitlines() if line.startswith(" CHN"))
        for part in done.out.split("zinc refined")
    )
    for k, row in ((0, first), (1, second)):
        china = chain.output[k, chain.region("CHN")]
        assert float(row[1].replace(",", "")) == pytest.approx(china / 1e3, abs=0.5)
    assert "(kt; price USD/t)" in done.out
    assert "(t; price USD/t)" in orepact("world", "show", "gallium").out


def test_json_gives_the_arrays(orepact) -> None:
    done = orepact("world", "show", "zinc", "--json")
    assert done.err == ""
    (held,) = json.loads(done.out)
    chain = EARTH.chain("zinc")
    assert held["regions"] == list(chain.regions)
    np.testing.assert_allclose(held["trade_t"], chain.trade)
    assert len(json.loads(orepact("world", "show", "--json").out)) == len(EARTH.chains)


def test_baskets_and_what_hosts_hold_are_told(orepact) -> None:
    shown = " ".join(orepact("world", "show", "gallium").out.split())
    assert "Basket 811292, not split: gallium, germanium, indium" in shown
    assert "10% of EU imports by finer codes" in shown
    assert "In its hosts' output and not recovered (t, assumed): CHN" in shown
    assert "No figure splits 811292." in shown
    zinc = orepact("world", "show", "zinc").out
    assert "Basket" not in zinc
    assert "not recovered" not in zinc
    (held,) = json.loads(orepact("world", "show", "gallium", "--json").out)
    assert held["baskets"]["primary"][0]["code"] == "811292"
    np.testing.assert_allclose(held["potential_t"], EARTH.chain("gallium").potential)


def test_why_marks_a_shipment_under_a_basket(orepact) -> None:
    told = orepact("world", "why", "ndpr", "magnet", "USA").out
    assert "850511*" in told
    assert "* 850511 is a basket that no figure splits: NdFeB, SmCo" in " ".join(told.split())
    plain = orepact("world", "why", "zinc", "refined", "MEX").out
    assert "790111" in plain
    assert "*" not in plain


def test_an_unknown_mineral(orepact) -> None:
    done = orepact("world", "show", "zink")
    assert done == (2, "", "orepact: Unknown mineral 'zink'. Did you mean 'zinc'?\n")


def test_build_needs_the_raw_files(orepact, monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("OREPACT_SOURCES", raising=False)
    done = orepact("world", "build", "--out", tmp_path)
    assert done.code == 2
    assert "Give --sources DIR, or set OREPACT_SOURCES." in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def own_world(orepact, tmp_path):
    """A world of zinc from the miniature sources, built by the command."""
    raw, out = miniature.write(tmp_path / "raw"), tmp_path / "out"
    done = orepact("world", "build", "--sources", raw, "--out", out, "--minerals", "zinc")
    assert done.code == 0, done.err
    assert [line.split()[:2] for line in done.out.splitlines() if "zinc" in line] == [
        ["zinc", "mined"],
        ["zinc", "refined"],
    ]
    return out


def test_a_world_from_publishers_files_end_to_end(orepact, own_world, small, monkeypatch) -> None:
    (held,) = json.loads(orepact("world", "show", "--world", own_world, "--json").out)
    output = np.array(held["output_t"])
    assert output[0, held["regions"].index("PER")] == pytest.approx(1300, rel=0.05)
    rows = json.loads(
        orepact("world", "why", "zinc", "refined", "MEX", "--world", own_world, "--json").out
    )
    assert any(r["partner"] == "USA" and r["source"] == "un-comtrade" for r in rows)
    monkeypatch.setenv("OREPACT_WORLD", str(own_world))
    done = orepact("simulate", small(), "--minerals", "zinc", "--central", "--json")
    assert done.code == 0, done.err
    manifest = json.loads(done.out)["manifest"]
    table = (own_world / "flows.parquet").read_bytes()
    assert manifest["world_sha256"]["flows.parquet"] == hashlib.sha256(table).hexdigest()


def test_a_full_baci_is_added_and_what_changed_is_told(orepact, own_world, tmp_path) -> None:
    rows = [("604", "156", "260800", "2640", "2200"), ("604", "410", "260800", "720", "600")]
    rows += [("484", "410", "260800", "1080", "900")]
    name = "BACI_HS17_Y2024_V202601.csv"
    header = "country_code,country_name,country_iso2,country_iso3"
    miniature.table(tmp_path, name, "t,i,j,k,v,q", [("2024", *r) for r in rows])
    miniature.table(tmp_path, "country_codes_V202601.csv", header, miniature.COUNTRIES)
    words = ("world", "add", "baci", tmp_path / name, "--out", own_world, "--minerals", "zinc")
    done = orepact(*words, "--sources", tmp_path / "raw")
    assert done.code == 0, done.err
    row = next(line for line in done.out.splitlines() if "mined" in line)
    before, after, *_ = (int(word[:-1]) for word in row.split() if word.endswith("%"))
    assert after < before
    assert "HS17 811292 is wider" in done.err
    assert orepact("world", "show", "zinc", "--world", own_world).code == 0


def test_comtrade_is_downloaded_into_the_sources_and_read(
    orepact, own_world, tmp_path, monkeypatch
) -> None:
    asked = []
    monkeypatch.setattr(comtrade_download, "PAUSE", 0)
    monkeypatch.setattr(comtrade_api, "ask", lambda q, key: (asked.append(key), answer(q))[1])
    monkeypatch.delenv("COMTRADE_KEY", raising=False)
    raw = tmp_path / "raw"
    words = ("world", "add", "comtrade", "--out", raw, "--codes", "7901.11")
    done = orepact(*words)
    assert done.code == 2
    assert done.err.startswith("orepact: COMTRADE_KEY is not set")
    monkeypatch.setenv("COMTRADE_KEY", "k")
    done = orepact(*words)
    assert done.code == 0, done.err
    assert "3 records of 1 codes; of their value 0.0% has no weight" in done.err
    assert "comtrade_2024.csv; not yet verified on the live service" in done.err
    assert asked == ["k", "k"]
    assert orepact(*words, "--preview").code == 0  # every answer is kept: none is asked for
    assert len(asked) == 2
    done = orepact("world", "build", "--sources", raw, "--out", own_world, "--minerals", "zinc")
    assert done.code == 0, done.err
    why = orepact("world", "why", "zinc", "refined", "KOR", "--world", own_world, "--json").out
    assert any(r["partner"] == "CHN" and r["source"] == "un-comtrade" for r in json.loads(why))


def test_adding_needs_the_other_sources(orepact, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("OREPACT_SOURCES", raising=False)
    done = orepact("world", "add", "baci", tmp_path / "BACI_HS22_Y2024_V202601.csv")
    assert done.code == 2
    assert "Give --sources DIR, or set OREPACT_SOURCES." in done.err


def test_a_folder_without_a_world(orepact, tmp_path) -> None:
    done = orepact("world", "show", "--world", tmp_path)
    assert done.code == 2
    assert "holds no world. Build one there" in done.err


def test_build_names_every_missing_file(orepact, tmp_path) -> None:
    raw, out = miniature.write(tmp_path / "raw"), tmp_path / "out"
    for name in (RECORDS, "data/05_country/gdp/gdp_worldbank_datasets.csv"):
        (raw / name).unlink()
    done = orepact("world", "build", "--sources", raw, "--out", out, "--minerals", "zinc")
    assert (done.code, done.out) == (2, "")
    assert "2 files are missing" in done.err
    assert RECORDS in done.err
    assert "reporter 842 (United States), partners 156, 484 and 704" in done.err
    assert "World Bank" in done.err
    assert not out.exists()


def test_why_gives_the_rows_behind_a_figure(orepact) -> None:
    done = orepact("world", "why", "ndpr", "oxide", "US", "--json")
    assert done.code == 0
    rows = json.loads(done.out)
    output = next(r for r in rows if r["quantity"] == "output")
    chain = EARTH.chain("ndpr")
    assert output["t"] == pytest.approx(chain.output[chain.stage("oxide"), chain.region("USA")])
    assert all(r["source"] for r in rows)
    assert orepact("world", "why", "ndpr", "oxid", "US").code == 2


def test_check_runs_every_check_on_the_shipped_world(orepact) -> None:
    done = orepact("world", "check")
    assert done.code == 0
    assert "0 failed" in done.err
    assert "independent" in orepact("world", "check", "--figures").out
    found = json.loads(orepact("world", "check", "--json").out)
    assert found[0]["name"] == "balance"
    assert {c["status"] for c in found} <= {"ok", "listed"}


def test_traced_shipments_stand_beside_direct_ones(orepact) -> None:
    chain = EARTH.chain("antimony")
    done = orepact("world", "show", "antimony", "--traced", "--into", "USA", "--most", "30")
    rows = [line.split() for line in done.out.partition("antimony trioxide")[2].splitlines()]
    row = next(r for r in rows if r[:2] == ["CHN", "USA"])
    direct = chain.trade[chain.stage("trioxide"), chain.region("CHN"), chain.region("USA")]
    assert float(row[2].replace(",", "")) == pytest.approx(direct, abs=0.5)
    assert float(row[3].replace(",", "")) > direct
    assert orepact("world", "show", "--traced").code == 2


def test_check_of_a_fictional_world_fails_on_published_figures_alone(orepact, own_world) -> None:
    done = orepact("world", "check", "--world", own_world, "--json")
    assert done.code == 1
    found = {c["name"]: c for c in json.loads(done.out)}
    assert [n for n, c in found.items() if c["status"] == "failed"] == ["published figures"]
    assert "Mexico to US, refined zinc" in found["published figures"]["found"]


def test_another_year(orepact) -> None:
    listed = orepact("world", "show", "--year", "2022")
    assert "The world of 2022" in listed.out
    assert "Not in this year" in listed.out
    rows = orepact("world", "why", "gallium", "primary", "CHN", "--year", "2022")
    assert "bgs-wms" in rows.out
    refused = orepact("world", "show", "zinc", "--year", "2019")
    assert refused.code == 2
    assert "2023, 2024, 2025" in refused.err


def test_alternatives_are_listed_with_what_does_not_balance(orepact, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = orepact("world", "alternatives")
    told = " ".join(done.out.split())
    assert "lithium usgs-2026 mined none" in told
    assert "Not balanced: The balance would move published output of refined" in told
    assert "antimony usgs-2025 mined 25% 119.0, CHN 34% 104.0, CHN 58%" in told
    assert "cobalt" not in orepact("world", "alternatives", "Sb").out
    held = json.loads(orepact("world", "alternatives", "--json").out)
    assert {r["mineral"] for r in held} >= {"lithium", "cobalt", "graphite", "ndpr", "antimony"}


def test_a_chain_as_another_publisher_has_it(orepact) -> None:
    done = orepact("world", "show", "cobalt", "--alternative", "iea-2025", "--most", "3")
    row = next(line.split() for line in done.out.splitlines() if line.startswith(" COD"))
    assert float(row[1]) == pytest.approx(181.8, abs=0.5)
    assert "Mine output as the IEA has it: 273 kt" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cobalt", "--alternative", "iea-2052"), "Did you mean 'iea-2025'"),
        (("lithium", "--alternative", "usgs-2026"), "cannot be balanced as usgs-2026 has it"),
        (("--alternative", "iea-2025"), "--alternative needs a mineral"),
        (("cobalt", "--alternative", "iea-2025", "--year", "2022"), "Alternatives are of 2024"),
    ],
)
def test_an_alternative_that_is_not_there(orepact, words: tuple[str, ...], said: str) -> None:
    done = orepact("world", "show", *words)
    assert done.code == 2
    assert said in done.err


def test_why_tells_what_others_say(orepact) -> None:
    told = " ".join(orepact("world", "why", "lithium", "mined", "CHN").out.split())
    assert (
        "US Geological Survey: 41,400 t, as published, for 2024 (usgs-2026, usgs-2026-fed)" in told
    )
    # the IEA's figure of Malaysia is there, its unchanged figure of China is not
    told = " ".join(orepact("world", "why", "ndpr", "oxide", "MYS").out.split())
    assert "International Energy Agency: 3,625 t" in told
    assert "International Energy Agency:" not in orepact("world", "why", "ndpr", "oxide", "CHN").out
