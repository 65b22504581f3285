"""A screen in its folder: files, their links, tables, manifest."""

import json
import re

import polars as pl
import pytest

from orepact import report, world
from orepact.report import screen_folder
from orepact.study.screen import screen

EARTH, HELD = world.load(), world.screening()


@pytest.fixture(scope="module")
def found():
    return screen("USA", EARTH, ["gallium", "rubidium"], draws=4)


@pytest.fixture(scope="module")
def out(found, tmp_path_factory):
    folder = tmp_path_factory.mktemp("screen") / "new"
    written = list(report.write_screen(found, EARTH, HELD, folder, pictures=True))
    assert all(p.is_file() for p in written)
    assert written[-1].name == "manifest.json"
    return folder


def test_files_are_all_there_and_nothing_else(out):
    files = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert files == {
        "index.html", "screen.csv", "losses.csv", "dependence.csv", "manifest.json",
        "profiles/gallium.html", "profiles/rubidium.html",
        "profiles/gallium.png", "profiles/rubidium.png",
    }  # fmt: skip


def test_links_lead_to_files(out):
    for page in (out / "index.html", *(out / "profiles").glob("*.html")):
        for link in re.findall(r'<a href="([^"#]+)"', page.read_text("utf-8")):
            assert (page.parent / link).is_file(), link


def test_the_table_holds_every_figure_with_basis_or_reason(out, found):
    table = pl.read_csv(out / "screen.csv")
    row = found.row("gallium", "primary")
    told = table.filter(mineral="gallium", stage="primary")
    value = dict(told.select("metric", "value").iter_rows())
    assert value["world_hhi"] == pytest.approx(row.world_hhi.value)
    text = dict(told.select("metric", "text").iter_rows())
    assert text["top_supplier"] == "CHN"
    assert text["lists"] == "US 2025; EU 2023"
    unknown = table.filter(pl.col("value").is_null() & pl.col("text").is_null())
    assert unknown["why"].null_count() == 0


def test_losses_hold_quantiles(out, found):
    table = pl.read_csv(out / "losses.csv")
    x = found.row("gallium", "primary").losses[0]
    first = table.filter(mineral="gallium", stage="primary", supplier=x.supplier).row(0, named=True)
    assert [first[f"loss_{q}"] for q in ("p05", "p50", "p95")] == pytest.approx(list(x.loss))
    assert first["engine"] == "chain"


def test_no_losses_without_draws_and_none_in_money_for_others():
    none = screen("USA", EARTH, ["gallium"], draws=0)
    assert screen_folder.losses(none).is_empty()
    eu = screen("EUN", EARTH, ["gallium"], draws=2)
    assert screen_folder.losses(eu)["loss_p50"].null_count() == len(screen_folder.losses(eu))


def test_the_manifest_lets_it_be_repeated(out, found):
    told = json.loads((out / "manifest.json").read_text())
    assert (told["party"], told["draws"], told["seed"]) == ("USA", 4, found.seed)
    assert told["notice"].startswith("Scenario")
    assert "shapes.parquet" in told["world_sha256"]
    assert "screening/supply.parquet" in told["world_sha256"]
    assert all(len(h) == 64 for h in told["results_sha256"].values())


def test_a_failure_leaves_the_old_folder_as_it_was(out, found, monkeypatch):
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    monkeypatch.setattr(screen_folder, "losses", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(report.write_screen(found, EARTH, HELD, out))
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
