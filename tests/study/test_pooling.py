"""Pooling keeps the balance and what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from orepact import world
from orepact.errors import InputError, UnknownIdError
from orepact.market import calibrate, solve
from orepact.study.pooling import REST, pooled


@pytest.fixture(scope="module")
def chain():
    return world.load().chain("ndpr")


def test_tonnes_balance_as_before(chain):
    p = pooled(chain, ["CHN", "USA", "JPN"])
    assert p.regions == ("CHN", "USA", "JPN", REST)
    supplied = p.output + p.secondary + p.stock_draw
    made_into = np.einsum("kjr,kr->jr", p.inputs, p.output)
    bought = p.final_use + p.stock_build + made_into
    scale = p.output.sum(1, keepdims=True)
    assert np.max(np.abs(p.trade.sum(2) - supplied) / scale) < 1e-6
    assert np.max(np.abs(p.trade.sum(1) - bought) / scale) < 1e-6
    assert p.output.sum() == pytest.approx(chain.output.sum())


def test_a_kept_region_is_untouched(chain):
    p = pooled(chain, ["CHN", "USA"])
    i, j = chain.region("CHN"), chain.region("USA")
    assert p.trade[:, 0, 1] == pytest.approx(chain.trade[:, i, j])
    assert p.price[:, 0] == pytest.approx(chain.price[:, i])
    assert p.duty[:, :, 0, 1] == pytest.approx(chain.duty[:, :, i, j])
    assert p.cif[1] == chain.cif[j]


def test_everything_kept_is_the_chain_itself(chain):
    assert pooled(chain, chain.regions) is chain


def test_the_pooled_market_reproduces_its_base_year(chain):
    market = calibrate(pooled(chain, ["CHN", "USA"]))
    out = solve(market)
    assert out.state.p == pytest.approx(market.p0)


def test_refusals(chain):
    with pytest.raises(InputError, match="at least one"):
        pooled(chain, [])
    with pytest.raises(UnknownIdError, match="No region 'ZZZ'"):
        pooled(chain, ["ZZZ"])
