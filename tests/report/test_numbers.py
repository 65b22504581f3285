import math

import pytest

from orepact.errors import ResultError
from orepact.report import numbers

WRITERS = [
    numbers.number, numbers.signed, numbers.percent, numbers.millions, numbers.tonnes,
    numbers.signed_tonnes, numbers.price,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_refused(write, x):
    with pytest.raises(ResultError, match="in words"):
        write(x)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"), (0.004, "0"), (0.006, "0.01"), (0.994, "0.99"), (0.996, "1.0"),
        (9.96, "10.0"), (99.94, "99.9"), (99.96, "100"), (999.6, "1,000"), (1234567, "1,230,000"),
        (-36.78, "−36.8"), (-0.001, "0"),
    ],
)  # fmt: skip
def test_numbers_round_once(x, text):
    assert numbers.number(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0004, "0"),
        (0.0996, "+10"),
        (0.0994, "+9.9"),
        (-1.0, "−100"),
        (0.9996, "+100"),
    ],
)
def test_percent(x, text):
    assert numbers.percent(x) == text


@pytest.mark.parametrize(
    ("x", "text"), [(9994.0, "9,990 t"), (9996.0, "10.0 kt"), (9.996e6, "10.0 Mt"), (0.0, "0 t")]
)
def test_units_change_with_size(x, text):
    assert numbers.tonnes(x).replace(numbers.SPACE, " ") == text


def test_a_range_that_rounds_to_one_figure_is_still_a_range():
    assert numbers.between(0.2391, 0.2394, numbers.percent) == "+24 to +24"
    assert numbers.between(-1e-9, 1e-9, numbers.percent) == ""
