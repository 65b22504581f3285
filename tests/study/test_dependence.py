"""Who sells and who made it: shares add to one, tracing keeps the total, surveys as published."""

import pytest

from orepact import world
from orepact.study.dependence import bought, origins, shares_bought, suppliers
from orepact.study.screen import screen

EARTH, HELD = world.load(), world.screening()


@pytest.mark.parametrize("party", ["USA", "MEX", "EUN"])
@pytest.mark.parametrize("mineral", ["lithium", "gallium", "cobalt"])
def test_shares_are_of_what_is_bought_and_tracing_moves_none_in_or_out(mineral, party):
    chain = EARTH.chain(mineral)
    for stage in chain.stages:
        k, d = chain.stage(stage), chain.region(party)
        direct, origin = bought(chain, stage, party)
        assert direct[d] == origin[d] == 0
        assert direct.sum() == pytest.approx(chain.trade[k, :, d].sum() - chain.trade[k, d, d])
        assert origin == pytest.approx(
            [0 if r == party else x for r, x in
             zip(chain.regions, world.traced(chain, stage)[:, d], strict=True)]
        )  # fmt: skip
        for shares in shares_bought(chain, stage, party):
            assert not shares or sum(shares.values()) == pytest.approx(1)
            assert party not in shares


def test_suppliers_come_in_the_order_of_their_larger_share():
    row = screen("MEX", EARTH, ["lithium"], draws=0).row("lithium", "refined")
    found = suppliers(row, EARTH.chain("lithium"), HELD)
    size = [max(x.direct, x.traced) for x in found]
    assert size == sorted(size, reverse=True)
    assert suppliers(row, EARTH.chain("lithium"), HELD, 3) == found[:3]
    assert sum(x.direct for x in found) == pytest.approx(1)


def test_a_survey_is_not_traced_and_keeps_what_it_does_not_tell_apart():
    row = screen("USA", EARTH, ["samarium"], draws=0).row("samarium")
    found = suppliers(row, None, HELD)
    shares = origins(HELD, "samarium", row.stage, "USA")
    assert {x.supplier: x.direct for x in found} == {r: s for r, s in shares.items() if r}
    assert all(x.traced is None for x in found)
    assert sum(shares.values()) == pytest.approx(1)
