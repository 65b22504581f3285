"""Arithmetic on trade matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from orepact.errors import WorldError
from orepact.world.trade import contained, fill, gravity, ras, spread, trace_hubs

SQUARE = hnp.arrays(float, (5, 5), elements=st.integers(0, 1000).map(float))


def test_factors_by_exporter():
    gross = np.array([[0.0, 10.0], [10.0, 0.0]])
    got = contained(gross, 0.5, {1: 0.2}, np.array([True, True]))
    assert got.tolist() == [[0.0, 5.0], [2.0, 0.0]]
    assert contained(gross, 0.5, {}, np.array([True, False]))[1].sum() == 0.0


def test_a_hub_passes_on_what_it_bought():
    # A and B sell 30 and 10 to hub H, which makes 5 and sells 25 to C: 20 of it are A's and B's.
    t = np.zeros((4, 4))
    t[0, 2], t[1, 2], t[2, 3] = 30.0, 10.0, 25.0
    got = trace_hubs(t, own=np.array([30.0, 10.0, 5.0, 0.0]))
    assert got[0].tolist() == pytest.approx([0.0, 0.0, 15.0, 15.0])
    assert got[1].tolist() == pytest.approx([0.0, 0.0, 5.0, 5.0])
    assert got[2].tolist() == pytest.approx([0.0, 0.0, 0.0, 5.0])


def test_no_hub_no_change():
    t = np.array([[0.0, 4.0], [1.0, 0.0]])
    assert trace_hubs(t, own=np.array([9.0, 9.0])) == pytest.approx(t)


@given(SQUARE, hnp.arrays(float, 5, elements=st.integers(0, 3000).map(float)))
def test_tracing_never_ships_more_than_is_made(t, own):
    np.fill_diagonal(t, 0.0)
    got = trace_hubs(t, own)
    assert (got >= 0).all()
    assert (got.sum(axis=1) <= np.minimum(t.sum(axis=1), own) + 1e-6).all()


def test_ras_meets_margins_and_refuses_unequal_ones():
    got = ras(np.ones((2, 2)), np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    assert got.tolist() == [[1.5, 1.5], [0.5, 0.5]]
    with pytest.raises(WorldError, match="rows add up to 4"):
        ras(np.ones((2, 2)), np.array([3.0, 1.0]), np.array([2.0, 1.0]))


def test_filling_ships_the_smaller_total_and_nothing_home():
    far = np.array([[0.0, 500, 5000], [500, 0, 5000], [5000, 5000, 0.0]])
    got = fill(gravity(far), np.array([10.0, 0.0, 0.0]), np.array([0.0, 10.0, 10.0]))
    assert got.sum() == pytest.approx(10.0)
    assert got[0, 1] == pytest.approx(got[0, 2])  # margins bind: distance cannot
    assert np.diag(got).sum() == 0.0


FREE = np.full(4, np.inf)
SUPPLY = np.array([0.0, 5.0, 30.0, 10.0])


def test_named_shares_keep_their_proportions_and_the_rest_follows_supply():
    named, rest = spread(100.0, {0: 0.6, 1: 0.2}, [SUPPLY], FREE, banned=[1])
    # origin 1 is known already: 0.6 named, 0.2 left for origins 2 and 3 as 3 to 1
    assert named.tolist() == pytest.approx([75.0, 0.0, 0.0, 0.0])
    assert rest.tolist() == pytest.approx([0.0, 0.0, 18.75, 6.25])
    with pytest.raises(WorldError, match="no partner"):
        spread(1.0, {}, [np.zeros(2)], np.full(2, np.inf), [])


def test_what_the_shares_leave_over_keeps_to_its_room():
    matrix = np.array([0.0, 0.0, 1.0, 0.0])
    named, rest = spread(100.0, {0: 0.9}, [matrix, SUPPLY], np.full(4, 4.0), banned=[])
    # 4 to origin 2, which the matrix knows; 4 and 2 t more by supply, of which origin 1 takes 2
    assert rest.tolist() == pytest.approx([0.0, 2.0, 4.0, 4.0])
    assert named.sum() + rest.sum() == pytest.approx(100.0)
    named, rest = spread(100.0, {0: 0.5}, [matrix, SUPPLY], np.full(4, 4.0), banned=[])
    assert named.tolist() == pytest.approx([88.0, 0.0, 0.0, 0.0])  # all others are full


@given(
    total=st.floats(0.1, 1e6),
    share=st.floats(0, 1),
    seed=st.lists(st.floats(0, 10), min_size=4, max_size=4),
    room=st.lists(st.floats(0, 10), min_size=4, max_size=4),
)
def test_a_total_is_placed_whole_and_no_room_is_exceeded(total, share, seed, room):
    seeds, rooms = [np.array(seed)], np.array(room)
    named, rest = spread(total, {0: share, 1: 0.01}, seeds, rooms, banned=[])
    assert named.sum() + rest.sum() == pytest.approx(total, rel=1e-9)
    assert (rest <= rooms + 1e-9).all()
    assert min(named.min(), rest.min()) >= 0
