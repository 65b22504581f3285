"""US rates of duty: forms of the schedule, specific duties, and lines that hold a stage."""

import pytest

from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world.freight import FORMS
from orepact.world.sources.usitc import SCHEDULE, Line, Term, added_duties, parse_rate
from orepact.world.us_duties import LINES, ad_valorem, spread, stage_duties


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


def test_spread_is_the_extremes_and_the_plain_mean():
    assert spread([(0.0, 0.1, 0.2), (0.3, 0.3, 0.3)]) == (0.0, pytest.approx(0.2), 0.3)


def test_every_stage_has_tariff_lines_of_its_own_codes_and_a_form_of_transport():
    stages = {(m.id, s.id): s for m in minerals().values() for s in m.stages}
    assert set(LINES) == set(stages) == set(FORMS)
    for key, codes in LINES.items():
        for code in codes:
            assert code[:6] in stages[key].hs6, (key, code)


def aluminium(metals):
    """Duties by origin on unwrought aluminium, free in general and 11 % in column 2."""
    free = frozenset({"AU", "BH", "KR", "S"})
    lines = {c: Line((), free, (Term(0.11),)) for c in ("76011060", "76012090")}

    def value(rate):
        return (sum(t.amount for t in rate),) * 3

    found = stage_duties(
        ("aluminium", "metal"), lines, {"76011060": 0.25}, {}, (), value, metals=metals
    )
    return {d.origin: d.rates for d in found}


def test_section_232_is_paid_on_top_but_by_the_exempt():
    rates = aluminium((0.10, 2.0))
    assert rates[""] == pytest.approx((0.10,) * 3)  # the Emirates, Bahrain, Korea, Norway
    assert "KOR" not in rates
    assert "BHR" not in rates
    for origin in ("AUS", "CAN", "MEX"):
        assert rates[origin] == (0.0, 0.0, 0.0)
    assert rates["EUN"] == pytest.approx((0.0, 0.0, 0.10))  # within a quota that is not held
    assert rates["RUS"] == pytest.approx((2.11, 2.35, 2.70))
    assert rates["CHN"] == pytest.approx((0.10, 0.125 + 0.10, 0.25 + 0.10))


def test_without_section_232_aluminium_is_free():
    assert "AUS" not in aluminium(None)
    assert aluminium(None)[""] == (0.0, 0.0, 0.0)


def test_added_duties_are_read_and_a_heading_without_one_is_an_error(tmp_path):
    path = tmp_path / SCHEDULE
    path.parent.mkdir(parents=True)
    path.write_text(
        "HTS Number,Description,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty\n"
        "9903.85.01,aluminum,The duty provided in the applicable subheading + 10%,,\n"
        "9903.85.05,quota,The duty provided in the applicable subheading,,\n"
    )
    assert added_duties(tmp_path, ["9903.85.01"]) == {"9903.85.01": 0.10}
    with pytest.raises(WorldError, match=r"no added duty under 9903\.85\.05"):
        added_duties(tmp_path, ["9903.85.01", "9903.85.05"])
