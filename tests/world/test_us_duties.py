"""US rates of duty: forms of the schedule, specific duties, and lines that hold a stage."""

import pytest

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.freight import FORMS
from orepact.world.sources.usitc import Term, parse_rate
from orepact.world.us_duties import LINES, ad_valorem


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Free", ()),
        ("14%", (Term(0.14),)),
        ("3.6¢/kg", (Term(36.0, True),)),
        ("$5.51/t", (Term(5.51, True),)),
        ("$1.10/kg on tungsten content", (Term(1100.0, True, "tungsten"),)),
        (
            "12.8¢/kg on molybdenum content + 1.8%",
            (Term(128.0, True, "molybdenum"), Term(0.018)),
        ),
    ],
)
def test_rates_in_the_forms_of_the_schedule(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "See 9904.17", "1.5", "$3%", "5¢ each", "2.1% on lead"])
def test_a_rate_that_is_not_understood_never_becomes_zero(text):
    with pytest.raises(WorldError, match="not understood"):
        parse_rate(text)


def test_a_duty_on_gross_weight_counts_the_whole_tonne():
    # fluorspar, column 2: 5.51 USD per gross tonne of 47.2 % F at 982.8 USD/t F
    share = ad_valorem(parse_rate("$5.51/t"), ("fluorspar", "mined"), 982.8, 0.472, {})
    assert share == pytest.approx((5.51 / (982.8 * 0.472),) * 3)


def test_a_duty_on_another_metal_uses_its_assumed_grade():
    # copper concentrate: 17 USD a tonne of lead, 0 / 0.5 / 2 % lead, 26 % copper
    share = ad_valorem(
        parse_rate("1.7¢/kg on lead content"),
        *(("copper", "mined"), 8338.6, 0.26, {"lead": (0, 0.005, 0.02)}),
    )
    assert share == pytest.approx((0, 17 * 0.005 / (8338.6 * 0.26), 17 * 0.02 / (8338.6 * 0.26)))


def test_a_duty_on_a_metal_without_a_grade_is_an_error():
    with pytest.raises(WorldError, match="lead content"):
        ad_valorem(parse_rate("1.7¢/kg on lead content"), ("copper", "mined"), 8338.6, 0.26, {})


def test_every_stage_has_tariff_lines_of_its_own_codes_and_a_form_of_transport():
    stages = {(m.id, s.id): s for m in minerals().values() for s in m.stages}
    assert set(LINES) == set(stages) == set(FORMS)
    for key, codes in LINES.items():
        for code in codes:
            assert code[:6] in stages[key].hs6, (key, code)


def test_a_specific_duty_on_a_trace_of_another_metal_is_nothing():
    cents = (Term(17.0, True, "lead"),)
    grades = {"lead": (0.0, 0.001, 0.02)}
    small, large = 30e6, 1e3
    assert ad_valorem(cents, ("platinum", "mined"), small, 1.0, grades) == (0.0, 0.0, 0.0)
    assert ad_valorem(cents, ("platinum", "mined"), large, 1.0, grades)[1] > 0
