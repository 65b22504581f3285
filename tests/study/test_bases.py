import numpy as np

from orepact import world
from orepact.market import calibrate
from orepact.study.bases import base_of
from orepact.study.metrics import metrics


def test_a_base_year_is_solved_once_for_each_key():
    chain, built = world.load().chain("zinc"), []

    def build():
        built.append(1)
        return calibrate(chain)

    first = base_of(chain, build, "test once")
    assert base_of(chain, build, "test once") is first
    assert base_of(chain, build, "test other") is not first
    assert len(built) == 2


def test_its_figures_are_those_of_the_base_year():
    chain = world.load().chain("zinc")
    held = base_of(chain, lambda: calibrate(chain), "test figures")
    for members in (("USA",), ("USA", "MEX")):
        own = held.figures(members, ("USA", "CHN"))
        fresh = metrics(held.outcome, held.outcome, members, ("USA", "CHN"))
        assert own.keys() == fresh.keys()
        assert all(np.array_equal(own[k], fresh[k], equal_nan=True) for k in own)


def test_a_chain_of_another_year_has_a_base_of_its_own():
    one, other = world.load().chain("zinc"), world.load(2023).chain("zinc")
    a = base_of(one, lambda: calibrate(one), "test years")
    b = base_of(other, lambda: calibrate(other), "test years")
    assert a.outcome.state.p.sum() != b.outcome.state.p.sum()
