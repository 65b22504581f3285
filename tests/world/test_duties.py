"""Duties as dated intervals: on a day, over a year, by component; malformed rows; golden rows."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact import world
from orepact.catalogue import regions
from orepact.errors import WorldError
from orepact.world import duty_table
from orepact.world.duties import behind, levied_by, on, over, totals, within
from orepact.world.duty_table import Row, table

HERE = ("zinc", "refined")
STAGES = ("zinc", "mined"), HERE
SINCE = date(2021, 1, 1)


def row(importer="", origin="", stage=HERE, code="", component="mfn", rates=(0.1,) * 3, **more):
    held = {"start": SINCE, "end": None, "source": "orepact-assumption"} | more
    return Row(importer, origin, *stage, code, component, rates=rates, **held)


EVERYWHERE = [row(stage=s) for s in STAGES]


def rates(rows, start=date(2024, 1, 1), end=date(2025, 1, 1), origin="CHN", importer="USA"):
    found = within(table([*EVERYWHERE, *rows]), "zinc", start, end)
    at = 1, regions().index(origin), regions().index(importer)
    return found.rates[:, *at].tolist(), bool(found.assumed[at])


class TestWhatHolds:
    def test_the_more_particular_row_replaces_the_others_of_its_component(self) -> None:
        rows = [
            row("USA", rates=(0.2,) * 3),
            row("USA", "CHN", ("", ""), component="preference", rates=(0.0,) * 3),
        ]
        assert rates(rows) == ([0, 0, 0], False)
        assert rates(rows, origin="KOR")[0] == pytest.approx([0.2] * 3)
        assert rates(rows, importer="JPN")[0] == pytest.approx([0.1] * 3)

    def test_components_add_up(self) -> None:
        rows = [
            row("USA", component="s301_2026", rates=(0.0, 0.1, 0.125), assumed=True),
            row("USA", "CHN", component="s301", rates=(0.25,) * 3),
        ]
        assert rates(rows) == (pytest.approx([0.35, 0.45, 0.475]), True)
        assert rates(rows, origin="KOR") == (pytest.approx([0.1, 0.2, 0.225]), True)
        assert rates(rows, origin="KOR", importer="JPN") == (pytest.approx([0.1] * 3), False)

    def test_several_codes_give_the_lowest_the_mean_and_the_highest(self) -> None:
        rows = [
            row("USA", code="79011100", rates=(0.0,) * 3),
            row("USA", code="79011210", rates=(0.03,) * 3),
            row("USA", "CHN", code="79011210", component="s301", rates=(0.25,) * 3),
        ]
        assert rates(rows)[0] == pytest.approx([0, 0.14, 0.28])
        assert rates(rows, origin="KOR")[0] == pytest.approx([0, 0.015, 0.03])

    def test_what_one_component_spares_another_may_charge(self) -> None:
        rows = [
            row("USA", component="s122", rates=(0.1,) * 3),
            row("USA", "CHN", component="s122", rates=(0.0,) * 3, assumed=True),
        ]
        assert rates(rows) == (pytest.approx([0.1] * 3), False)  # the zero adds nothing assumed

    def test_home_goods_pay_nothing(self) -> None:
        assert rates([row("USA", component="s232")], origin="USA") == ([0, 0, 0], False)


class TestTime:
    def test_the_last_day_is_not_in_the_interval(self) -> None:
        day = date(2024, 9, 27)
        rows = [row("USA", "CHN", component="s301", rates=(0.25,) * 3, start=day)]
        duty = table([*EVERYWHERE, *rows])
        at = 1, 1, regions().index("CHN"), regions().index("USA")
        assert on(duty, "zinc", day).rates[at] == pytest.approx(0.35)
        assert on(duty, "zinc", day - timedelta(days=1)).rates[at] == pytest.approx(0.1)
        assert over(duty, "zinc", 2024).rates[at] == pytest.approx(0.1 + 0.25 * 96 / 366)
        assert over(duty, "zinc", 2025).rates[at] == pytest.approx(0.35)

    def test_a_day_without_an_ordinary_duty_is_an_error(self) -> None:
        duty = table(EVERYWHERE)
        with pytest.raises(WorldError, match="No duty is held on zinc mined"):
            on(duty, "zinc", date(2020, 12, 31))
        with pytest.raises(WorldError, match="from 2020-01-01 to 2021-01-01"):
            over(duty, "zinc", 2020)

    @given(
        cut=st.integers(1, 365),
        first=st.floats(0, 2),
        second=st.floats(0, 2),
    )
    def test_a_mean_lies_between_what_it_is_taken_over(self, cut, first, second) -> None:
        day = date(2024, 1, 1) + timedelta(days=cut)
        rows = [
            row("USA", component="s122", rates=(first,) * 3, end=day),
            row("USA", component="s122", rates=(second,) * 3, start=day),
        ]
        (low, central, high), _ = rates(rows)
        assert low == central == high
        assert 0.1 + min(first, second) - 1e-9 <= central <= 0.1 + max(first, second) + 1e-9
        assert central == pytest.approx(0.1 + (first * cut + second * (366 - cut)) / 366)

    @given(cuts=st.lists(st.integers(1, 365), unique=True, max_size=4), rate=st.floats(0, 2))
    def test_adjacent_intervals_are_one(self, cuts, rate) -> None:
        days = [SINCE, *(date(2024, 1, 1) + timedelta(days=c) for c in sorted(cuts)), None]
        parts = [
            row("USA", component="s122", rates=(rate,) * 3, start=a, end=b)
            for a, b in pairwise(days)
        ]
        whole = [row("USA", component="s122", rates=(rate,) * 3)]
        assert rates(parts)[0] == pytest.approx(rates(whole)[0])


MALFORMED = {
    "unknown importer": row("USB"),
    "unknown origin": row("USA", "CHM"),
    "no such mineral": row(stage=("zinc", "refind")),
    "Name both": row(stage=("zinc", "")),
    "unknown component": row(component="s303"),
    "origin without an importer": row("", "CHN"),
    "six or eight digits": row("USA", code="7901"),
    "negative": row(rates=(-0.1, 0.0, 0.0)),
    "not finite": row(rates=(0.0, float("nan"), 0.1)),
    "blank": row(rates=(0.0, None, 0.1)),
    "does not rise": row(rates=(0.1, 0.0, 0.2)),
    "ends before it begins": row(end=SINCE),
    "no source": row(source=""),
}


@pytest.mark.parametrize("said", MALFORMED)
def test_a_malformed_row_is_named_with_what_is_wrong(said) -> None:
    with pytest.raises(WorldError, match=said) as error:
        table([*EVERYWHERE, MALFORMED[said]])
    assert "Row 2 of the duties" in str(error.value)


class TestOverlap:
    def test_two_rows_of_a_component_on_one_day_are_both_named(self) -> None:
        rows = [
            row("USA", "CHN", component="s301", end=date(2024, 3, 1)),
            row("USA", "CHN", component="s301", start=date(2024, 2, 1)),
        ]
        with pytest.raises(WorldError, match=r"until 2024-03-01 and .* from 2024-02-01 until"):
            table(rows)

    def test_general_rate_and_preference_of_the_same_goods_exclude_each_other(self) -> None:
        with pytest.raises(WorldError, match="overlap"):
            table([row("USA", "CHN"), row("USA", "CHN", component="column_2")])

    def test_adjacent_and_different_components_do_not_overlap(self) -> None:
        cut = date(2024, 2, 1)
        rows = [row(end=cut), row(start=cut), row("USA"), row("USA", component="s122")]
        assert len(table(rows)) == 4


def test_columns_of_another_kind_are_refused() -> None:
    with pytest.raises(WorldError, match="columns"):
        duty_table.check(table(EVERYWHERE).drop("note"))


HELD = world.load().duties


def listed(mineral, stage, origin, importer, component):
    rows = behind(HELD, mineral, stage, origin, importer).filter(component=component)
    return [(str(r["from"]), str(r["until"]), r["code"], r["central"]) for r in rows.to_dicts()]


class TestShipped:
    """US rates of the HTS 2025 basic edition and its chapter 99; Executive Orders of 2025."""

    def test_the_table_is_sound(self) -> None:
        duty_table.check(HELD)

    @pytest.mark.parametrize(
        ("mineral", "stage", "code", "general", "list_301"),
        [
            ("ndpr", "magnet", "85051100", 0.021, "2026-01-01"),
            ("gallium", "primary", "81129210", 0.03, "2021-01-01"),
            ("graphite", "spherical", "25041050", 0.0, "2026-01-01"),
            ("graphite", "anode", "38011050", 0.0, "2021-01-01"),
            ("cobalt", "mined", "26050000", 0.0, "2024-09-27"),
        ],
    )
    def test_general_rates_and_section_301_on_china(
        self, mineral, stage, code, general, list_301
    ) -> None:
        mfn = listed(mineral, stage, "CHN", "USA", "mfn")
        assert ("2021-01-01", "None", code, pytest.approx(general)) in mfn
        extra = listed(mineral, stage, "CHN", "USA", "s301")
        assert (list_301, "None", code, 0.25) in extra

    def test_magnesium_pays_eight_percent_and_an_assumed_anti_dumping_duty(self) -> None:
        mfn = listed("magnesium", "metal", "CHN", "USA", "mfn")
        assert ("2021-01-01", "None", "81041100", pytest.approx(0.08)) in mfn
        rows = behind(HELD, "magnesium", "metal", "CHN", "USA").filter(component="antidumping")
        assert rows["assumed"].to_list() == [True]
        assert "not held" in rows["note"][0]

    def test_emergency_duties_on_china_have_three_steps_and_end(self) -> None:
        assert [r[:2] + r[3:] for r in listed("ndpr", "magnet", "CHN", "USA", "ieepa_opioids")] == [
            ("2025-02-04", "2025-03-04", 0.10),
            ("2025-03-04", "2025-11-10", 0.20),
            ("2025-11-10", "2026-02-24", 0.10),
        ]

    def test_annex_2_spares_gallium_and_not_artificial_graphite(self) -> None:
        assert not listed("gallium", "primary", "KOR", "USA", "s122")
        assert listed("graphite", "anode", "KOR", "USA", "s122")[0][:2] == (
            "2026-02-24",
            "2026-07-24",
        )

    def test_aluminium_of_canada_is_spared_until_march_2025(self) -> None:
        steps = listed("aluminium", "metal", "CAN", "USA", "s232")
        assert [s[1:] for s in steps if s[2] == "76011060"] == [
            ("2025-03-12", "76011060", 0.0),
            ("2025-06-04", "76011060", 0.25),
            ("None", "76011060", 0.5),
        ]

    def test_a_duty_on_tungsten_by_weight_is_not_zero(self) -> None:
        rows = behind(HELD, "tungsten", "mined", "BOL", "USA").filter(code="26110060")
        mfn = rows.filter(component="mfn").to_dicts()[0]
        assert mfn["usd_per_t"] == pytest.approx(375)
        assert 0.005 < mfn["central"] < 0.03

    def test_china_on_the_united_states_follows_the_snapshots(self) -> None:
        steps = [s for s in listed("zinc", "refined", "USA", "CHN", "applied") if s[2] == "790111"]
        assert [s[3] for s in steps] == pytest.approx([0.155, 0.155, 0.995, 1.405, 0.255])

    def test_the_base_year_of_every_chain_is_the_table_over_2024(self) -> None:
        chain = world.load().chain("gallium")
        np.testing.assert_array_equal(chain.duty, over(HELD, "gallium", 2024).rates)
        k, us = 0, chain.region("USA")
        assert chain.duty[1, k, chain.region("CHN"), us] == pytest.approx(0.28)
        assert not chain.duty_assumed[k, chain.region("CHN"), us]
        assert chain.duty_assumed[k, chain.region("CHN"), chain.region("MEX")]
        assert not chain.duty_assumed[k, us, chain.region("MEX")]

    def test_an_importer_without_a_schedule_has_rows_of_its_own_with_a_reason(self) -> None:
        for importer in ("EUN", "JPN", "KOR", "IND", "MEX", "CAN"):
            rows = levied_by(HELD, importer, "zinc", day=date(2024, 6, 1)).filter(component="mfn")
            assert rows["importer"].to_list() == [importer] * 2
            assert rows["assumed"].all()
            assert rows["note"].str.contains("not held").all()

    def test_rows_of_every_importer_stand_in_where_there_are_none(self) -> None:
        rows = levied_by(HELD, "BRA", "zinc").filter(component="mfn")
        assert rows["importer"].to_list() == ["", ""]
        assert levied_by(HELD, "SGP", "zinc").filter(pl.col("importer") == "").is_empty()

    def test_why_gives_the_rows_by_supplier(self) -> None:
        rows = world.why_duties("zinc", "refined", "USA")
        assert {"CAN", "MEX"} <= set(rows["origin"])
        assert rows.filter(origin="CAN")["component"].to_list().count("preference") == 3


class TestTotals:
    def test_components_are_added_by_code_and_origin(self) -> None:
        rows = [
            row("USA", code="79011100", rates=(0.01,) * 3),
            row("USA", code="79011210", rates=(0.02,) * 3),
            row("USA", "CHN", code="79011210", component="s301", rates=(0.25,) * 3),
            row("USA", component="s122", rates=(0.0, 0.1, 0.15), assumed=True),
            row("USA", "MEX", ("", ""), component="preference", rates=(0.0,) * 3),
        ]
        found = totals(table([*EVERYWHERE, *rows]), "USA", "zinc", date(2024, 6, 1))
        at = {r[:3]: r[3:] for r in found.iter_rows()}
        assert at["refined", "79011210", ""][:3] == pytest.approx((0.02, 0.12, 0.17))
        assert at["refined", "79011210", ""][3]
        assert at["refined", "79011210", "CHN"][:3] == pytest.approx((0.27, 0.37, 0.42))
        assert at["refined", "79011100", "CHN"][:3] == pytest.approx((0.01, 0.11, 0.16))
        assert at["refined", "79011100", "MEX"][:3] == pytest.approx((0.0, 0.1, 0.15))
        assert at["mined", "", ""] == (0.1, 0.1, 0.1, False)
        assert at["mined", "", "MEX"] == (0, 0, 0, False)

    def test_they_are_the_rates_of_the_shipped_day(self) -> None:
        day = date(2026, 3, 1)
        found = totals(HELD, "USA", "zinc", day).filter(stage="refined", origin="CHN")
        of = on(HELD, "zinc", day).rates[:, 1, regions().index("CHN"), regions().index("USA")]
        assert found["low"].min() == pytest.approx(of[0])
        assert found["central"].mean() == pytest.approx(of[1])
        assert found["high"].max() == pytest.approx(of[2])

    def test_before_the_record_is_an_error(self) -> None:
        with pytest.raises(WorldError, match="No duty of USA on zinc mined is held for 2020-01-01"):
            totals(HELD, "USA", "zinc", date(2020, 1, 1))
