"""Origins traced through hubs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact import world
from orepact.errors import WorldError
from orepact.world.origins import trace

EARTH = world.load()


def test_a_chain_of_two_hubs_by_hand() -> None:
    """A supplies 100, B 20: A sells 60 to B; B keeps half of its 80 and sells 40 to C."""
    trade = np.array([[40.0, 60.0, 0.0], [0.0, 40.0, 40.0], [0.0, 0.0, 0.0]])
    found = trace(trade, np.array([100.0, 20.0, 0.0]))
    assert found == pytest.approx(np.array([[40, 30, 30], [0, 10, 10], [0, 0, 0]]))


@given(st.integers(0, 10**6))
def test_rows_sum_to_supply_and_columns_to_what_stays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 5
    supply = rng.uniform(0, 10, n) * (rng.random(n) < 0.7)
    share = rng.dirichlet(np.ones(n + 1), n) * (rng.random((n, n + 1)) < 0.6)
    share[np.arange(n), np.arange(n)] = 0.0
    through = np.linalg.solve(np.eye(n) - share[:, :n].T, supply)
    abroad = through[:, None] * share[:, :n]
    found = trace(abroad, supply)
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(supply)
    assert found.sum(axis=0) == pytest.approx(through - abroad.sum(axis=1))


def test_without_hubs_nothing_changes() -> None:
    trade = np.array([[1.0, 2.0, 3.0], [0.0, 4.0, 5.0], [0.0, 0.0, 6.0]])
    alone = np.array([[1.0, 0.0, 3.0], [0.0, 4.0, 0.0], [0.0, 0.0, 6.0]])
    assert trace(alone, alone.sum(axis=1)) == pytest.approx(alone)
    assert trace(trade, trade.sum(axis=1)) != pytest.approx(trade)  # B both buys and sells


def test_a_region_cannot_ship_what_it_does_not_have() -> None:
    with pytest.raises(WorldError, match="Region 1 ships 5 t more"):
        trace(np.array([[0.0, 0.0], [5.0, 0.0]]), np.zeros(2))


@pytest.mark.parametrize("mineral", list(EARTH.chains))
def test_the_shipped_chains_keep_every_supplier_whole(mineral: str) -> None:
    chain = EARTH.chain(mineral)
    for k, stage in enumerate(chain.stages):
        found = world.traced(chain, stage)
        through = np.minimum(chain.stock_draw[k], chain.stock_build[k])
        supply = chain.output[k] + chain.secondary[k] + chain.stock_draw[k] - through
        assert (found >= -1e-9 * supply.sum()).all()
        assert found.sum(axis=1) == pytest.approx(supply, abs=1e-6 * supply.sum())


def test_tracing_stays_within_a_stage() -> None:
    """Cobalt refined in China is Chinese, wherever it was mined."""
    chain = EARTH.chain("cobalt")
    found = world.traced(chain, "refined")
    assert found[chain.region("COD")].sum() == pytest.approx(0.0, abs=1.0)
