import pytest

from orepact.catalogue import regions
from orepact.market.accounts import LINES
from orepact.report import words
from orepact.report.view import Shown, change, relative
from orepact.study.simulate import Figure
from orepact.world import GRADES
from orepact.world.parameters import NAMES


def test_every_parameter_line_and_grade_has_words():
    assert set(words.PARAMETERS) == {*NAMES, "duty", "structure"}
    assert set(words.LINES) == {*LINES, "welfare", words.MATCHING}
    assert tuple(words.GRADES) == GRADES


def test_every_region_has_a_name_that_fits_beside_a_flow():
    assert max(len(words.place(r)) for r in regions()) <= 17


@pytest.mark.parametrize(("members", "role"), [(("CHN",), "member"), (("USA",), "china")])
def test_a_member_is_a_member_first(members, role):
    assert words.role("CHN", members) == role


def test_shares_are_of_the_base():
    f = Figure(200.0, 300.0, (280.0, 310.0, 330.0), (80.0, 110.0, 130.0))
    assert relative(f) == Shown(0.55, 0.4, 0.65)
    assert relative(Figure(0.0, 5.0, None, None)) is None
    assert change(Figure(0.0, 5.0, None, None)) == Shown(5.0)
    assert change(Figure(float("nan"), 5.0, None, None)) is None
    assert Shown(1.0, -1.0, 2.0).unsettled
    assert not Shown(1.0).unsettled
