import json

import polars as pl
import pytest

from orepact import world
from orepact.catalogue import region_name
from orepact.report.numbers import share
from orepact.study.dependence import shares_bought


def test_the_ranking_names_maker_and_notes(orepact) -> None:
    done = orepact("screen", "--mineral", "gallium,zinc", "--draws", "0")
    assert done.code == 0, done.err
    assert "CHN" in done.out
    assert "lower bounds" in done.out
    assert "Probabilities" not in done.out


def test_one_mineral_in_detail_with_reasons(orepact) -> None:
    done = orepact("screen", "--mineral", "rhodium", "--draws", "8", "--party", "USA")
    assert done.code == 0, done.err
    assert "South Africa" in " ".join(done.out.split())
    assert "no chain of this mineral is" in " ".join(done.out.split())


def test_json_and_a_pacts_members(orepact) -> None:
    done = orepact(
        "screen", "--mineral", "copper", "--draws", "0", "--pact", "us-mexico-2026", "--json"
    )
    rows = json.loads(done.out)
    assert {r["stage"] for r in rows} == {"mined", "refined"}
    assert rows[0]["bloc_hhi"]["value"] <= rows[0]["world_hhi"]["value"]


def test_an_unknown_party(orepact) -> None:
    done = orepact("screen", "--party", "USB", "--draws", "0")
    assert done.code == 2
    assert "USB" in done.err


def test_a_folder_with_a_page_and_a_profile(orepact, tmp_path) -> None:
    done = orepact(
        "screen", "--mineral", "gallium", "--draws", "0", "--out", tmp_path / "out", "--png"
    )
    assert done.code == 0, done.err
    assert "manifest.json" in done.err
    assert (tmp_path / "out/index.html").read_text("utf-8").startswith("<!doctype html>")
    assert (tmp_path / "out/profiles/gallium.png").is_file()


def test_pictures_need_a_folder(orepact) -> None:
    done = orepact("screen", "--mineral", "gallium", "--draws", "0", "--png")
    assert done.code == 2
    assert "--out DIR" in done.err


def test_who_sells_at_each_stage_direct_and_traced_is_one_figure(orepact, tmp_path) -> None:
    folder = tmp_path / "out"
    done = orepact(
        "screen", "--party", "Mexico", "--mineral", "lithium", "--draws", "0", "--out", folder
    )
    assert done.code == 0, done.err
    origin = dict(shares_bought(world.load().chain("lithium"), "refined", "MEX")[1])
    first = max(origin, key=lambda r: origin[r])
    name = region_name(first)
    line = next(x for x in done.out.splitlines() if name in x)
    assert f"{origin[first]:.0%}" in line
    told = pl.read_csv(folder / "screen.csv").filter(stage="refined")
    assert told.filter(metric="traced_source")["text"].item() == first
    assert told.filter(metric="traced_share")["value"].item() == pytest.approx(origin[first])
    sold = pl.read_csv(folder / "dependence.csv").filter(stage="refined", supplier=first)
    assert sold["traced"].item() == pytest.approx(origin[first])
    page = (folder / "profiles/lithium.html").read_text("utf-8")
    page = page.split('aria-label="Refined, traced through hubs')[1]
    assert f"{name}: {share(origin[first])}" in page


def test_a_country_of_a_region_of_several_says_so(orepact) -> None:
    done = orepact("screen", "--party", "Germany", "--mineral", "rhodium", "--draws", "0")
    assert done.code == 0, done.err
    assert "Germany is counted within 'European Union' (EUN)" in done.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--stage", "smelted"], "No mineral here has a stage 'smelted'"),
        (["--most", "-1"], "--most"),
        (["--draws", "50"], "50 draws"),
        (["--party", "Untied States"], "Did you mean 'United States'?"),
    ],
)
def test_what_cannot_be_is_refused(orepact, options, told) -> None:
    done = orepact("screen", "--mineral", "rhodium", "--draws", "0", *options)
    assert done.code == 2
    assert told in done.err
    assert "Warning" not in done.err
