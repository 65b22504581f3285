"""Spatial price equilibrium on functions: published cases, closed forms, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orepact.errors import InputError
from orepact.market.spatial import Network, affine, isoelastic, settle

# transport model of the GAMS model library (126), base prices published
SUPPLY, DEMAND = np.array([350.0, 600.0]), np.array([325.0, 300.0, 275.0])
MILES = np.array([[2.5, 1.7, 1.8], [2.5, 1.8, 1.4]])
ARCS = {"origin": np.repeat([0, 1], 3), "market": np.tile([0, 1, 2], 2), "lands": [0, 1]}


def transport(cost, **demand):
    return Network(
        cost=affine(np.zeros(2), np.zeros(2)), capacity=SUPPLY, **ARCS,
        carriage=affine(cost.ravel(), np.zeros(6)), **demand,
    )  # fmt: skip


FIXED = {"wanted": DEMAND, "use": affine(np.zeros(3), np.zeros(3))}


@pytest.mark.parametrize(("halved", "prices"), [(1.0, [0.225, 0.153, 0.126]),
                                                (0.5, [0.225, 0.0765, 0.126])])  # fmt: skip
def test_transport_with_fixed_demand(halved, prices):
    cost = 0.09 * MILES
    cost[0, 1] *= halved
    found = settle(transport(cost, **FIXED), 0.2, 300.0)
    assert found.converged
    assert pytest.approx(prices, abs=1e-9) == found.P
    assert found.rent == pytest.approx([0, 0], abs=1e-9)


def test_transport_with_elastic_demand_at_the_same_prices():
    base = np.array([0.225, 0.153, 0.126])
    use = isoelastic(base, DEMAND, np.array([1.5, 1.2, 2.0]))
    found = settle(transport(0.09 * MILES, use=use), 0.2, 300.0)
    assert pytest.approx(base, abs=1e-9) == found.P


def test_elastic_demand_against_capacity_earns_a_rent():
    # one place, demand 100 - P, cost 10, capacity 40: price 60, rent 50
    n = Network(cost=affine([10.0], [0.0]), capacity=[40.0], lands=[0], origin=[0], market=[0],
                carriage=affine([0.0], [0.0]), use=affine([100.0], [-1.0]))  # fmt: skip
    found = settle(n, 50.0, 40.0)
    assert (found.P[0], found.rent[0]) == pytest.approx((60.0, 50.0))


def test_cross_prices_of_demand():
    # two goods at cost 2 and 3: D1 = 20 - 2 P1 + P2, D2 = 15 + P1 - 2 P2
    n = Network(cost=affine([2.0, 3.0], [0.0, 0.0]), capacity=[np.inf] * 2, lands=[0, 1],
                origin=[0, 1], market=[0, 1], carriage=affine([0.0, 0.0], [0.0, 0.0]),
                use=affine([20.0, 15.0], [[-2.0, 1.0], [1.0, -2.0]]))  # fmt: skip
    found = settle(n, 3.0, 10.0)
    assert pytest.approx([2, 3]) == found.P
    assert found.y == pytest.approx([20 - 4 + 3, 15 + 2 - 6])


SMALL = {"cost": affine([60.0], [0.0]), "capacity": [np.inf], "lands": [0], "origin": [0],
         "market": [0], "carriage": affine([0.0], [0.0])}  # fmt: skip


def test_a_release_is_sold_from_its_trigger_up_and_no_more_than_there_is():
    for most, price, sold in ((0.0, 60.0, 0.0), (50.0, 60.0, 0.0)):
        n = Network(**SMALL, use=affine([100.0], [-0.5]), release=most, trigger=65.0)
        found = settle(n, 60.0, 70.0)
        assert (found.P[0], found.released[0]) == pytest.approx((price, sold), abs=1e-9)
    tight = {**SMALL, "capacity": [50.0]}
    # demand 100 - P/2 with 50 t: 100 USD/t; a release of 10 t at a trigger of 65 brings 80
    n = Network(**tight, use=affine([100.0], [-0.5]), release=10.0, trigger=65.0)
    found = settle(n, 60.0, 70.0)
    assert (found.P[0], found.released[0]) == pytest.approx((80.0, 10.0))
    # 40 t at a trigger of 65: sold until the price is the trigger
    n = Network(**tight, use=affine([100.0], [-0.5]), release=40.0, trigger=65.0)
    found = settle(n, 60.0, 70.0)
    assert (found.P[0], found.released[0]) == pytest.approx((65.0, 17.5))


def test_an_intervention_buys_until_the_support_price_or_its_most():
    glut = {**SMALL, "cost": affine([0.0], [1.0])}
    # demand 100 - P, supply P: 50; a support of 60 takes 20 t, at most 10 t give 55
    for most, price, bought in ((100.0, 60.0, 20.0), (10.0, 55.0, 10.0)):
        n = Network(**glut, use=affine([100.0], [-1.0]), buys=most, support=60.0)
        found = settle(n, 50.0, 50.0)
        assert (found.P[0], found.bought[0]) == pytest.approx((price, bought))


def test_an_export_limit_earns_its_rent():
    n = Network(**SMALL, use=affine([100.0], [-0.5]), limits=[[1.0]], limit=[60.0])
    found = settle(n, 60.0, 70.0)
    assert (found.P[0], found.limit_rent[0], found.x[0]) == pytest.approx((80.0, 20.0, 60.0))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_random_places_meet_every_condition(seed, R):
    rng = np.random.default_rng(seed)
    a, b, cap = rng.uniform(5, 50, R), rng.uniform(0.1, 2, R), rng.uniform(5, 60, R)
    P0, D0, eta = rng.uniform(40, 80, R), rng.uniform(5, 60, R), rng.uniform(0.1, 2, R)
    carry = rng.uniform(1, 30, (R, R)) * (1 - np.eye(R))
    o, d = (v.ravel() for v in np.indices((R, R)))
    use = isoelastic(P0, D0, eta)
    found = settle(
        Network(cost=affine(a, b), capacity=cap, lands=np.arange(R), origin=o, market=d,
                carriage=affine(carry.ravel(), np.zeros(R * R)), use=use), 50.0, 30.0,
    )  # fmt: skip
    assert found.converged
    x = found.x.reshape(R, R)
    gap = found.p[:, None] + carry - found.P
    assert np.min(gap) > -1e-7
    assert np.max(np.abs(x * gap)) < 1e-5
    assert x.sum(axis=1) == pytest.approx(found.y, abs=1e-7)
    assert x.sum(axis=0) == pytest.approx(use(found.P)[0], abs=1e-7)
    assert np.max(np.abs(found.y * (a + b * found.y + found.rent - found.p))) < 1e-5


def test_a_network_without_demand_or_with_half_an_arc_is_refused():
    with pytest.raises(InputError, match="needs demand"):
        Network(**SMALL)
    with pytest.raises(InputError, match="1 origins and 2 markets"):
        Network(**{**SMALL, "market": [0, 1]}, use=affine([1.0], [-1.0]))
    with pytest.raises(InputError, match="limits name arcs"):
        Network(**SMALL, use=affine([1.0], [-1.0]), limits=[[1.0]])


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"lands": np.array([0, 7])}, r"land at origins \[7\]"),
        ({"release": np.array([1.0, 0.0])}, "needs a `trigger`"),
    ],
)
def test_a_maker_without_an_arc_and_a_release_without_a_price_are_refused(terms, said):
    with pytest.raises(InputError, match=said):
        Network(**{
            "cost": affine([2.0, 3.0], [0.5, 1.0]), "capacity": np.full(2, 10.0),
            "lands": np.array([0, 1]), "origin": np.array([0, 1]), "market": np.array([0, 1]),
            "carriage": affine([1.0, 1.0], [0.0, 0.0]), "use": affine([30.0, 24.0], [-2.0, -1.5]),
            **terms,
        })  # fmt: skip
