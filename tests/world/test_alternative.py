"""The list of alternatives: read strictly, every mistake named."""

import pytest

from orepact.errors import WorldError
from orepact.world.alternative import load_alternatives
from orepact.world.register import register

ZINC = """
[zinc.bgs]
source = "{source}"
what = "w"
weight = {weight}
stages.{stage} = {reader}
"""
GOOD = {"source": "bgs-wms", "weight": 0.3, "stage": "mined", "reader": "{ sheet = true }"}


def test_the_shipped_list_leaves_draws_to_the_preferred_figures() -> None:
    held = load_alternatives()
    assert set(held) >= {"lithium", "cobalt", "graphite", "ndpr", "antimony"}
    for mineral, of in held.items():
        assert 0 < sum(a.weight for a in of) < 1, mineral
        for a in of:
            assert a.source in register()
            assert a.what.endswith(".")


def test_one_is_read_as_it_stands() -> None:
    (a,) = load_alternatives(ZINC.format(**GOOD))["zinc"]
    assert (a.mineral, a.id, a.source, a.weight) == ("zinc", "bgs", "bgs-wms", 0.3)
    assert a.stages["mined"].sheet


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ({"source": "bgs"}, r"zinc.bgs: Source 'bgs' is not in the register"),
        ({"weight": "1.2"}, r"zinc.bgs: weight is 1.2"),
        ({"weight": "0"}, "weight is 0"),
        ({"weight": "true"}, "weight is True"),
        ({"weight": '"half"'}, "weight is 'half'"),
        ({"weight": "nan"}, "weight is nan"),
        ({"weight": "0.3\nshare = 1"}, "unknown key 'share'"),
        ({"stage": "smelted"}, "has no stage 'smelted'"),
        ({"reader": "{}"}, "must have one reader.* It has none"),
        ({"reader": "{ sheet = true, iea = ['Zinc', 'mining'] }"}, "It has sheet and iea"),
        ({"reader": "{ sheeet = true }"}, "Did you mean 'sheet'"),
        ({"reader": "{ iea = ['Zinc'] }"}, "Give two names"),
        ({"reader": "{ output = { CHN = 5 } }"}, r"output.CHN must be \[tonnes, source, reason\]"),
        ({"reader": "{ sheet = true, build = { CHN = [5] } }"}, r"build.CHN must be \[tonnes"),
        ({"reader": "{ output = { CHN = [5, 'bgs', 'r'] } }"}, "'bgs' is not in the register"),
        ({"reader": "{ output = { CHN = [-5, 'bgs-wms', 'r'] } }"}, "-5 t"),
        ({"reader": "{ output = { CHX = [5, 'bgs-wms', 'r'] } }"}, "'CHX'"),
    ],
)
def test_a_mistake_is_named(mistake: dict[str, str], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        load_alternatives(ZINC.format(**{**GOOD, **mistake}))


def test_an_unknown_mineral_is_named() -> None:
    with pytest.raises(WorldError, match=r"zink.bgs: .*zinc"):
        load_alternatives(ZINC.format(**GOOD).replace("[zinc.", "[zink."))


def test_an_alias_is_not_an_id() -> None:
    with pytest.raises(WorldError, match="alias"):
        load_alternatives(ZINC.format(**GOOD).replace("[zinc.", "[Zn."))


def test_weights_that_leave_nothing_are_refused() -> None:
    two = ZINC.format(**{**GOOD, "weight": 0.5})
    with pytest.raises(WorldError, match="weights of zinc add up to 1"):
        load_alternatives(two + two.replace("zinc.bgs", "zinc.other"))


def test_nothing_but_a_table_is_an_alternative() -> None:
    with pytest.raises(WorldError, match=r"zinc.bgs is 5"):
        load_alternatives("[zinc]\nbgs = 5\n")


def test_one_without_stages_is_refused() -> None:
    with pytest.raises(WorldError, match="names no stage"):
        load_alternatives('[zinc.bgs]\nsource = "bgs-wms"\nwhat = "w"\nweight = 0.3\n')
