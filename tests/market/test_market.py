"""Building a market from arrays: what is left out, and what is refused."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from markets import make, one_stage

from orepact.errors import InputError, UnknownIdError
from orepact.market import Market, Wedges, demand, solve, sourcing, supply

ONE = np.ones((1, 2))
BLOCK, ROUTE = ONE[:, None], np.ones((1, 2, 2))
GOOD: Mapping[str, Any] = {
    "regions": ["A", "B"],
    "stages": ["metal"],
    "p0": 10 * ONE,
    "supply": supply.Linear(100 * BLOCK, 0 * BLOCK, BLOCK),
    "demand": demand.Linear(5 * ONE, 0.1 * ONE, 10 * ONE),
    "sourcing": sourcing.Logit(0.5 * ROUTE, ROUTE, ONE, ONE),
}


def test_what_is_left_out_is_zero() -> None:
    m = Market.from_arrays(**GOOD)
    for name in ("inputs", "credit", "draw", "build", "freight", "duty", "x0"):
        assert not np.any(getattr(m, name)), name
    assert not np.any(m.secondary.quantity(1e3 * BLOCK))
    assert not np.any(m.cif)
    assert not m.edges
    np.testing.assert_array_equal(m.scale, 100 * ONE)
    assert solve(m).converged


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"p0": np.ones((1, 3))}, r"p0 has shape \(1, 3\)"),
        ({"p0": 0 * ONE}, "p0 must be positive"),
        ({"p0": np.nan * ONE}, r"p0\[0, 0\] is not a number"),
        ({"duty": np.nan * ROUTE}, r"duty\[0, 0, 0\] is not a number"),
        ({"freight": np.ones((2, 2))}, r"freight has shape \(2, 2\)"),
        ({"x0": np.ones((1, 2, 3))}, "x0 has shape"),
        ({"regions": ["A", "A"]}, r"Regions \['A'\] stand twice"),
        ({"cif": np.array([True])}, r"cif has shape \(1,\)"),
        ({"opened": np.ones((2, 2), bool)}, "opened has shape"),
        ({"scale": 0 * ONE}, "scale"),
        ({"supply": supply.Linear(100 * ONE, 0 * ONE, ONE)}, "supply.capacity has shape"),
        ({"supply": supply.Linear(np.inf * BLOCK, 0 * BLOCK, BLOCK)}, "supply.capacity.*inf"),
        ({"supply": supply.Linear(-BLOCK, 0 * BLOCK, BLOCK)}, "supply.capacity.*-1"),
        ({"supply": supply.Linear(BLOCK, 0 * BLOCK, 0 * BLOCK)}, "supply.rise.*above 0"),
        ({"secondary": supply.Linear(np.nan * BLOCK, BLOCK, BLOCK)}, "secondary.capacity.*nan"),
        ({"demand": demand.Linear(5 * np.ones((1, 3)), ONE, ONE)}, "demand.intercept has shape"),
        ({"demand": demand.Isoelastic(ONE, ONE, np.nan * ONE, ONE)}, "demand.eta.*nan"),
        ({"demand": demand.Isoelastic(ONE, ONE, ONE, 0.5 * ONE)}, "demand.backstop.*at least 1"),
        ({"sourcing": sourcing.Logit(-ROUTE, ROUTE, ONE, ONE)}, "sourcing.weight.*-1"),
        ({"sourcing": sourcing.Logit(ROUTE, ROUTE, ONE, 0 * ONE)}, "sourcing.mu.*above 0"),
        ({"sourcing": sourcing.CES(ROUTE, ONE)}, "sourcing.sigma.*above 1"),
        (
            {"supply": supply.Isoelastic(BLOCK, 0.5 * BLOCK, BLOCK, 0 * BLOCK, 0.5 * BLOCK)},
            "supply.eps.*above 0",
        ),
    ],
)
def test_refuses(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Market.from_arrays(**{**GOOD, **wrong})


def test_refuses_a_stage_made_from_a_later_one() -> None:
    two = np.ones((2, 1))
    inputs = np.zeros((2, 2, 1))
    inputs[0, 1] = 1.0
    with pytest.raises(InputError, match="Order the stages"):
        Market.from_arrays(
            regions=["A"], stages=["ore", "metal"], p0=two, inputs=inputs,
            supply=supply.Linear(two[:, None], two[:, None], two[:, None]),
            demand=demand.Linear(two, two, two),
            sourcing=sourcing.Logit(two[..., None], two[..., None], two, two),
        )  # fmt: skip


def test_refuses_stages_that_stand_twice() -> None:
    with pytest.raises(InputError, match=r"Stages \['s'\] stand twice"):
        Market.from_arrays(**{**GOOD, "stages": ["s", "s"], "p0": np.ones((2, 2))})


def test_labels() -> None:
    m = make()
    assert (m.stage("oxide"), m.region("C")) == (1, 2)
    with pytest.raises(UnknownIdError, match="Did you mean 'magnet'"):
        m.stage("magnets")
    with pytest.raises(UnknownIdError, match="No region 'Z'"):
        m.region("Z")


def test_an_axis_of_length_one_stands_for_all() -> None:
    m = one_stage()
    small = replace(
        m, demand=demand.Isoelastic(*(getattr(m.demand, f) for f in ("D0", "P0")),
                                    np.array([[0.4]]), np.array([[6.0]])),
    )  # fmt: skip
    np.testing.assert_array_equal(solve(small).state.p, solve(m).state.p)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"duty": np.ones((1, 3, 3))}, "duty has shape"),
        ({"duty": np.full((1, 4, 4), np.nan)}, "duty.*nan"),
        ({"open": np.full((1, 4, 4), 1.5)}, "open.*at most 1"),
        ({"floor": np.full((1, 4), -1.0)}, "floor.*at least 0"),
        ({"floor": np.full((1, 4), 20.0)}, "covers no route"),
        ({"purchase": np.full((1, 4), -1.0)}, "purchase.*at least 0"),
        ({"contracted": np.full((1, 4), 1.1)}, "contracted.*at most 1"),
        ({"limit": np.ones(1), "limit_mask": np.ones((1, 1, 4, 4)), "holder": ("x",)}, "'x' can"),
        ({"limit": np.ones(2), "limit_mask": np.ones((1, 1, 4, 4)), "holder": ("importer",)},
         "limit has shape"),
    ],
)  # fmt: skip
def test_wedges_that_do_not_fit_are_refused(wrong: dict[str, Any], says: str) -> None:
    m = one_stage()
    with pytest.raises(InputError, match=says):
        solve(m, replace(Wedges.base(m), **wrong))


def test_a_customs_basis_does_not_vary_by_draw() -> None:
    m = make()
    with pytest.raises(InputError, match="one flag per region"):
        replace(m, cif=np.eye(4, dtype=bool))
