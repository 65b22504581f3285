"""Draws: ranges kept, medians central, the same for all; and what drives an outcome."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from orepact import world
from orepact.errors import InputError
from orepact.study.draws import STRUCTURE, between, draw, drivers, picked

CHAIN = world.load().chain("gallium")


def test_every_draw_lies_in_its_range_and_the_median_is_central() -> None:
    d = draw(CHAIN, 128)
    assert len(d) == 128
    for key, v in d.values.items():
        if key == ("", "duty"):
            assert np.all((v > 0) & (v < 1))
            continue
        r = CHAIN.parameters[key]
        assert r.low < r.high
        assert np.all((v >= r.low) & (v <= r.high))
        assert np.sum(v < r.central) == pytest.approx(64, abs=1)


def test_what_has_no_range_is_not_drawn() -> None:
    key = ("primary", "sigma")
    fixed = replace(CHAIN.parameters[key], low=4.0, central=4.0, high=4.0)
    chain = replace(CHAIN, parameters=MappingProxyType({**CHAIN.parameters, key: fixed}))
    assert key in draw(CHAIN, 8).values
    assert key not in draw(chain, 8).values


def test_the_same_seed_gives_the_same_draws() -> None:
    a, b, c = draw(CHAIN, 16), draw(CHAIN, 16), draw(CHAIN, 16, seed=1)
    np.testing.assert_array_equal(a.u, b.u)
    assert np.any(a.u != c.u)
    assert a.keys == c.keys


def test_chunks_are_the_draws_in_order() -> None:
    d = draw(CHAIN, 16)
    parts = [d.chunk(0, 8), d.chunk(8, 16)]
    for k, v in d.values.items():
        np.testing.assert_array_equal(np.concatenate([p[k] for p in parts]), v)


def test_positions_pick_their_draws() -> None:
    d, at = draw(CHAIN, 16), np.array([3, 11])
    for k, v in d.at(at).items():
        np.testing.assert_array_equal(v, d.values[k][at])


class TestStructure:
    def test_each_publisher_has_its_share_of_the_draws(self) -> None:
        d = draw(CHAIN, 128, weights=[0.25, 0.125])
        assert np.bincount(d.structure).tolist() == pytest.approx([80, 32, 16], abs=1)
        np.testing.assert_array_equal(d.u[:, d.keys.index(STRUCTURE)], d.structure)
        assert STRUCTURE not in d.values

    def test_it_is_drawn_apart_from_the_parameters(self) -> None:
        d = draw(CHAIN, 128, weights=[0.5])
        for j, key in enumerate(d.keys):
            if key != STRUCTURE:
                assert d.u[d.structure == 1, j].mean() == pytest.approx(0.5, abs=0.1)

    def test_without_alternatives_nothing_is_added(self) -> None:
        d = draw(CHAIN, 16)
        assert STRUCTURE not in d.keys
        assert not d.structure.any()
        assert len(d.keys) == d.u.shape[1] == len(draw(CHAIN, 16, weights=[0.5]).keys) - 1

    def test_what_the_weights_leave_is_the_preferred_figures(self) -> None:
        u = np.linspace(0, 1, 1000, endpoint=False)
        assert np.bincount(picked(u, [0.3, 0.2])).tolist() == pytest.approx([500, 300, 200], abs=1)


@pytest.mark.parametrize("n", [0, 1, 3, 100, -8])
def test_only_powers_of_two(n: int) -> None:
    with pytest.raises(InputError, match="powers of two"):
        draw(CHAIN, n)


def test_between_is_monotone_and_exact_at_its_points() -> None:
    u = np.linspace(0, 1, 101)
    v = between(1.0, 5.0, 6.0, u)
    assert (v[0], v[50], v[100]) == (1.0, 5.0, 6.0)
    assert np.all(np.diff(v) > 0)


class TestDrivers:
    u = np.random.default_rng(0).uniform(size=(128, 4))
    keys = (("", "a"), ("", "b"), ("", "c"), ("", "d"))

    def test_finds_the_parameter_and_its_sign(self) -> None:
        found = drivers(self.u, self.keys, np.exp(-5 * self.u[:, 2]) + 0.1 * self.u[:, 0])
        assert found[0][0] == ("", "c")
        assert found[0][1] < -0.9

    def test_most_important_first_and_no_more_than_asked(self) -> None:
        y = 3 * self.u[:, 1] + 2 * self.u[:, 3] - self.u[:, 0]
        found = drivers(self.u, self.keys, y, most=2)
        assert [k[1] for k, _ in found] == ["b", "d"]

    def test_a_constant_has_none(self) -> None:
        assert drivers(self.u, self.keys, np.full(128, 3.0)) == []

    def test_draws_that_failed_are_left_out(self) -> None:
        y = self.u[:, 1].copy()
        y[:100] = np.nan
        assert drivers(self.u, self.keys, y)[0] == (("", "b"), pytest.approx(1.0))
        y[:124] = np.nan
        assert drivers(self.u, self.keys, y) == []

    def test_a_publisher_that_matters_is_found_whatever_its_number(self) -> None:
        """The middle one of three differs: no rank correlation sees it, the ratio does."""
        u, keys = self.u.copy(), (*self.keys[:3], STRUCTURE)
        u[:, 3] = np.arange(128) % 3
        (first, *_) = drivers(u, keys, np.where(u[:, 3] == 1, 5.0, 0.0) + 0.1 * u[:, 0])
        assert first[0] == STRUCTURE
        assert 0.8 < first[1] <= 1.0

    def test_the_ratio_of_two_is_their_rank_correlation(self) -> None:
        u = self.u[:, :2].copy()
        u[:, 1] = np.arange(128) % 2
        y = u[:, 1] + 2 * self.u[:, 3]
        both = (dict(drivers(u, (("", "a"), k), y)) for k in (STRUCTURE, ("", "b")))
        ratio, rho = (d[k] for d, k in zip(both, (STRUCTURE, ("", "b")), strict=True))
        assert ratio == pytest.approx(abs(rho), rel=1e-9)

    def test_few_draws_that_are_all_of_one_publisher(self) -> None:
        u = np.column_stack([self.u[:16, 0], np.zeros(16)])
        assert [k for k, _ in drivers(u, (("", "a"), STRUCTURE), u[:, 0])] == [("", "a")]

    def test_publishers_that_do_not_matter_are_not_named(self) -> None:
        g, keys = np.random.default_rng(5), (("", "a"), STRUCTURE)
        u = np.column_stack([self.u[:, 0], np.arange(128) % 4])
        found = [drivers(u, keys, g.uniform(size=128)) for _ in range(100)]
        assert sum(k == STRUCTURE for f in found for k, _ in f) < 10

    def test_ties_make_no_drivers(self) -> None:
        """Nearly always nothing, rarely something: the order of the sample is no cause."""
        u = np.sort(self.u, axis=0)  # every parameter rises with the index
        y = np.zeros(128)
        y[[5, 64, 120]] = 1.0
        assert drivers(u, self.keys, y) == []

    def test_noise_drives_nothing_much(self) -> None:
        g = np.random.default_rng(3)
        found = [f for _ in range(50) for f in drivers(self.u, self.keys, g.uniform(size=128))]
        assert len(found) < 0.1 * 50 * 4  # about one in twenty by chance
