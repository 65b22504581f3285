"""world show and build."""

import json

import numpy as np
import pytest

from orepact import world

EARTH = world.load()


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


def test_an_unknown_mineral(orepact) -> None:
    done = orepact("world", "show", "zink")
    assert done == (2, "", "orepact: Unknown mineral 'zink'. Did you mean 'zinc'?\n")


def test_build_needs_the_raw_files(orepact, monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("OREPACT_SOURCES", raising=False)
    done = orepact("world", "build", "--out", tmp_path)
    assert done.code == 2
    assert "Give --sources DIR, or set OREPACT_SOURCES." in done.err
    assert list(tmp_path.iterdir()) == []


def test_why_gives_the_rows_behind_a_figure(orepact) -> None:
    done = orepact("world", "why", "ndpr", "oxide", "US", "--json")
    assert done.code == 0
    rows = json.loads(done.out)
    output = next(r for r in rows if r["quantity"] == "output")
    chain = EARTH.chain("ndpr")
    assert output["t"] == pytest.approx(chain.output[chain.stage("oxide"), chain.region("USA")])
    assert all(r["source"] for r in rows)
    assert orepact("world", "why", "ndpr", "oxid", "US").code == 2


def test_check_holds_the_world_to_published_figures(orepact) -> None:
    done = orepact("world", "check")
    assert done.code == 0
    assert "independent" in done.out
    assert "0 missed" in done.err
