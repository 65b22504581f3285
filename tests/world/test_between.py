"""Years side by side: the worlds' own figures, marked for whose they are."""

import json

import polars as pl
import pytest

from orepact import world
from orepact.errors import InputError, WorldError
from orepact.world.between import between


def test_figures_are_the_worlds() -> None:
    rows = between("lithium", [2019, 2024])
    for year in (2019, 2024):
        c = world.load(year).chain("lithium")
        k = c.stage("mined")
        at = rows.filter(stage="mined", year=year)
        assert at.filter(figure="output")["value"].item() == pytest.approx(c.output[k].sum())
        aus = at.filter(figure="share", region="AUS")["value"].item()
        assert aus == pytest.approx(c.output[k, c.region("AUS")] / c.output[k].sum())
        abroad = c.trade[k].sum() - c.trade[k].trace()
        assert at.filter(figure="trade")["value"].item() == pytest.approx(abroad)


def test_every_figure_says_whether_it_is_the_years_own() -> None:
    rows = between("lithium", [2019, 2024])
    assert not rows["how"].is_in(["", "none", "not told"]).any()
    refined = rows.filter(stage="refined", year=2019)
    assert refined.filter(figure="output")["how"].item() == "0% own"
    assert set(refined.filter(figure="share")["how"]) == {"carried"}
    mined = rows.filter(stage="mined", year=2019, figure="share")
    assert set(mined["how"]) == {"moved"}
    base = rows.filter(pl.col("year") == 2024)
    assert not base["how"].is_in(["moved", "carried"]).any()


def test_mistakes() -> None:
    for years in ([2024], [2024, 2024]):
        with pytest.raises(InputError, match="name two or more, each once"):
            between("zinc", years)
    with pytest.raises(WorldError, match="There is no world of 2019 with zinc"):
        between("zinc", [2019, 2024])


def test_the_command() -> None:
    from typer.testing import CliRunner

    from orepact.cli.app import app

    done = CliRunner().invoke(app, ["world", "compare", "lithium", "2019", "2024"])
    assert done.exit_code == 0
    assert "A carried figure has no trend" in done.output
    assert "AUS, share" in done.output
    as_json = CliRunner().invoke(app, ["world", "compare", "cobalt", "2022", "2024", "--json"])
    assert {r["year"] for r in json.loads(as_json.output)} == {2022, 2024}
