"""Charts as specifications: what stands on them, in which language, and what they refuse."""

import json
import math
import re

import pytest

from orepact.errors import InputError, ResultError
from orepact.report import vega
from orepact.report.language import language
from orepact.report.vega import Bar, Price

ZINC = Price("Zinc, United States", 2800.0, 3220.0, 3080.0, 3360.0, floor=3500.0)
LOSS = Bar("Mexico", -1200.0, -1500.0, -900.0, role="member", text="−1,200")


def marks(spec, kind):
    return [
        layer for layer in spec["layer"] if layer["mark"]["type"] == kind
    ]  # fmt: skip


def test_prices_stand_against_a_hundred_and_the_floor_with_them() -> None:
    spec = vega.prices([ZINC], language(), year=2024)
    row = spec["data"]["values"][0]
    assert (row["value"], row["low"], row["high"], row["floor"]) == (115.0, 110.0, 120.0, 125.0)
    assert row["text"] == "2,800 → 3,220\xa0USD/t"
    assert marks(spec, "point")[0]["encoding"]["x"]["title"].endswith("2024 = 100")


def test_two_prices_have_one_unit() -> None:
    dear = Price("a", 9900.0, 12000.0)
    assert vega.levels(dear, language()) == "9,900 → 12,000\xa0USD/t"


def test_weak_data_and_unsettled_signs_look_different() -> None:
    rows = [LOSS, Bar("b", 1.0, -1.0, 3.0), Bar("c", 1.0, 0.5, 2.0, weak=True)]
    settled, open_, weak = vega.welfare(rows, language())["data"]["values"]
    assert settled["fill"] == vega.THEMES["light"].colours["member"]
    assert open_["fill"] == vega.THEMES["light"].paper
    assert (weak["weak"], settled["weak"]) == (True, False)
    assert weak["opacity"] < settled["opacity"] == 1.0
    spec = vega.prices([ZINC, Price("w", 1.0, 2.0, weak=True)], language(), year=2024)
    assert spec["data"]["values"][0]["fill"] != spec["data"]["values"][1]["fill"] == "#ffffff"


@pytest.mark.parametrize(
    ("code", "tick", "title"),
    [
        ("en", "−1,000", "Change of welfare"),
        ("es", "−1,000", "Cambio del bienestar"),
        ("es-ES", "−1.000", "Cambio del bienestar"),
        ("fr", "−1\xa0000", "Variation du bien-être"),
    ],
)
def test_the_axis_speaks_the_language(code, tick, title) -> None:
    drawn = vega.svg(vega.welfare([LOSS], language(code), "print"))
    assert tick in re.findall(r">([^<>]+)</text>", drawn)
    assert title in drawn


def test_a_spec_is_json_and_its_description_says_it_whole() -> None:
    spec = vega.welfare([LOSS], language(), "dark")
    assert json.loads(json.dumps(spec)) == spec
    assert spec["description"] == "Change of welfare, USD million a year. Mexico: −1,200."


def test_the_same_rows_print_the_same_picture() -> None:
    spec = vega.prices([ZINC], language("fr"), "print", year=2024)
    assert vega.svg(spec) == vega.svg(spec)


def test_without_a_range_no_range_is_drawn() -> None:
    drawn = vega.svg(vega.prices([Price("a", 100.0, 120.0)], language(), "print", year=2024))
    ranged = vega.svg(
        vega.prices([Price("a", 100.0, 120.0, 110.0, 130.0)], language(), "print", year=2024)
    )
    assert ranged.count("<line") > drawn.count("<line")


@pytest.mark.parametrize("before", [0.0, -1.0, math.nan])
def test_a_row_without_a_price_before_is_refused(before) -> None:
    with pytest.raises(ResultError, match="prices of a"):
        vega.prices([Price("a", before, 1.0)], language(), year=2024)


def test_a_label_that_stands_twice_is_refused() -> None:
    with pytest.raises(ResultError, match="same label twice"):
        vega.welfare([LOSS, LOSS], language())


def test_an_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="light"):
        vega.welfare([LOSS], language(), "lite")
