"""Other publishers' figures on the miniature world: read, completed, balanced or refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from orepact.errors import WorldError
from orepact.world import alternative_build as built
from orepact.world import alternative_load, build, compiled
from orepact.world.alternative import Alternative, load_alternatives
from orepact.world.evidence import gather
from orepact.world.flows import solve
from orepact.world.priors import published
from orepact.world.recipe import load_recipes
from orepact.world.sources import production

PLACES = ("CHN", "PER", "USA", "XAS")
USGS = ("usgs-mcs-2026", "A", "n")

TEXT = """
[zinc.usgs-other]
source = "usgs-mcs-2026"
what = "China less."
weight = 0.25
stages.mined = { sheet = true }

[zinc.starved]
source = "usgs-mcs-2026"
what = "China a tenth."
weight = 0.25
stages.mined = { output = { CHN = [400, "usgs-mcs-2026", "r"] } }
stages.refined = { output = { CHN = [9000, "usgs-mcs-2026", "r"] } }

[zinc.absent]
source = "bgs-wms"
what = "Nobody has it."
weight = 0.25
stages.refined = { sheet = true }
"""


def found(**t: float) -> dict[str, tuple[float, str, str]]:
    return {k.replace("rest", ""): (x, "iea-cmde-2025", "p") for k, x in t.items()}


class TestCompleted:
    base = np.array([50.0, 30.0, 20.0, 0.0])
    told = dict.fromkeys(range(3), USGS)

    def test_what_a_publisher_leaves_out_stays(self) -> None:
        t, told = built.completed(self.base, self.told, found(CHN=40), PLACES, "w")
        assert t.tolist() == [40, 30, 20, 0]
        assert told[0] == ("iea-cmde-2025", "B", "p")
        assert told[1] == USGS

    def test_the_rest_of_the_world_goes_to_producers_that_are_not_named(self) -> None:
        t, told = built.completed(self.base, self.told, found(CHN=40, rest=100), PLACES, "w")
        assert t.tolist() == [40, 60, 40, 0]
        assert told[1][:2] == ("iea-cmde-2025", "C")
        assert self.base.tolist() == [50, 30, 20, 0]

    def test_a_rest_of_nothing_leaves_nobody(self) -> None:
        t, told = built.completed(self.base, self.told, found(CHN=40, rest=0), PLACES, "w")
        assert t.tolist() == [40, 0, 0, 0]
        assert list(told) == [0]

    def test_a_new_producer_is_added(self) -> None:
        t, told = built.completed(self.base, self.told, found(XAS=5), PLACES, "w")
        assert (t[3], told[3][0]) == (5, "iea-cmde-2025")

    def test_a_rest_that_nobody_makes_is_an_error(self) -> None:
        all_named = found(CHN=1, PER=1, USA=1, rest=5)
        with pytest.raises(WorldError, match="5 t and no producer is left to take it"):
            built.completed(self.base, self.told, all_named, PLACES, "w")


@pytest.fixture
def made(zinc_sources: Path):
    recipes, proxies = load_recipes()
    recipe = recipes["zinc"]
    ev = gather(zinc_sources, {"zinc": recipe})
    return ev, recipe, proxies


def tried(raw: Path, made, id: str, **changes) -> built.Tried:
    ev, recipe, proxies = made
    (a,) = (a for a in load_alternatives(TEXT)["zinc"] if a.id == id)
    return built.attempt(raw, ev, recipe, proxies, replace(a, **changes))


def test_only_the_output_of_its_stage_is_another(zinc_sources: Path, made) -> None:
    ev, recipe, proxies = made
    x = tried(zinc_sources, made, "usgs-other")
    assert x.why == ""
    own, base = x.solved.priors, solve(ev, recipe, proxies).priors
    china = ev.regions.index("CHN")
    assert base.output[0, china] == 4000
    assert own.output[0, china] == 3000
    rest = np.arange(len(ev.regions)) != china
    np.testing.assert_array_equal(own.output[0, rest], base.output[0, rest])
    np.testing.assert_array_equal(own.output[1], base.output[1])
    np.testing.assert_array_equal(own.inputs, base.inputs)
    assert x.solved.labels.node["output", 0, china] == (
        "usgs-mcs-2026", "A", "as published, for 2024",
    )  # fmt: skip
    assert x.recipe.stages["mined"].note.startswith("China less. ")
    assert x.recipe.stages["refined"] == recipe.stages["refined"]


def test_its_own_stocks_replace_those_of_the_recipe(zinc_sources: Path, made) -> None:
    ev, recipe, proxies = made
    stocked = replace(
        recipe.stages["mined"], build={"CHN": (900.0, "orepact-assumption", "mined, not refined")}
    )
    recipe = replace(recipe, stages={**recipe.stages, "mined": stocked})
    text = TEXT.replace("sheet = true }", "sheet = true, build = {} }", 1)
    for words, t in ((TEXT, 900.0), (text, 0.0)):
        a = load_alternatives(words)["zinc"][0]
        x = built.attempt(zinc_sources, ev, recipe, proxies, a)
        china = ev.regions.index("CHN")
        assert x.recipe.stages["mined"].build.get("CHN", (0.0,))[0] == t
        assert (("stock_build", 0, china) in x.solved.labels.node) == (t > 0)


def test_figures_that_contradict_each_other_are_refused_with_the_message(
    zinc_sources: Path, made
) -> None:
    x = tried(zinc_sources, made, "starved")
    assert x.solved is None
    assert "would move published output of" in x.why
    assert "more than 5%" in x.why
    assert x.figures["mined"][0].sum() < published(*made[:2], "mined")[0].sum()


def test_what_cannot_be_read_is_told_not_dropped(zinc_sources: Path, made) -> None:
    x = tried(zinc_sources, made, "absent")
    assert x.solved is None
    assert "no row of zinc refined by bgs-wms with preferred = 0" in x.why


def test_a_folder_carries_them(zinc_sources: Path, made, tmp_path: Path) -> None:
    """Written beside the base year, loaded again, and the base year is as it was."""
    ev, recipe, proxies = made
    tables = build.compile(zinc_sources, ["zinc"])
    others = built.compile_alternatives(
        zinc_sources, ev, {"zinc": recipe}, proxies, {"zinc": solve(ev, recipe, proxies)}, tables,
        load_alternatives(TEXT),
    )  # fmt: skip
    compiled.write(tables | others, tmp_path)
    index = alternative_load.alternatives(tmp_path)
    assert dict(zip(index["id"], index["balanced"], strict=True)) == {
        "usgs-other": True, "starved": False, "absent": False,
    }  # fmt: skip
    assert len(built.refused(index)) == 2
    row = index.row(0, named=True)
    assert (row["base_t"], row["t"], row["top"]) == (7130, 6130, "CHN")
    assert row["moved"] < built.STRAIN
    chain = alternative_load.chain("zinc", "usgs-other", tmp_path)
    china = chain.region("CHN")
    assert chain.output[0, china] == pytest.approx(3000, rel=0.05)
    held = compiled.assemble(compiled.tables(tmp_path), 2024).chains
    (only,) = alternative_load.structures(tmp_path, held, held["zinc"])
    assert (only.id, only.weight) == ("usgs-other", 0.25)
    (rival,) = (
        alternative_load.rivals("zinc", "mined", "CHN", tmp_path)
        .filter(id="usgs-other")
        .iter_rows(named=True)
    )
    assert (rival["base_t"], rival["t"], rival["balanced"]) == (4000, 3000, True)


def test_a_publisher_that_says_a_thing_twice_is_an_error(zinc_sources: Path) -> None:
    path = zinc_sources / production.SHEET
    text = path.read_text()
    again = next(x for x in text.splitlines() if x.startswith("zinc,mined,CHN,3000"))
    path.write_text(text + again + "\n")
    with pytest.raises(WorldError, match="zinc mined CHN of usgs-mcs-2026 stands twice"):
        production.rivals(zinc_sources, "zinc", "mined", "usgs-mcs-2026")


def test_a_withheld_rival_figure_is_not_nothing(zinc_sources: Path) -> None:
    path = zinc_sources / production.SHEET
    path.write_text(path.read_text().replace("zinc,mined,CHN,3000", "zinc,mined,CHN,"))
    with pytest.raises(WorldError, match="output is blank"):
        production.rivals(zinc_sources, "zinc", "mined", "usgs-mcs-2026")


def test_every_reader_of_the_list_gives_regions(zinc_sources: Path) -> None:
    a = Alternative(
        "zinc", "x", "usgs-mcs-2026", "w", 0.1, load_alternatives(TEXT)["zinc"][0].stages
    )
    assert built.figures(zinc_sources, a, "mined") == {
        "CHN": (3000.0, "usgs-mcs-2026", "as published, for 2024")
    }
