"""Duties of one's own over the shipped ones: what gives way, what stays, what is written."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orepact import world
from orepact.catalogue import regions
from orepact.errors import WorldError
from orepact.world import compiled, duty_overlay
from orepact.world.duties import over
from orepact.world.duty_table import Row, table

SINCE, YEAR = date(2021, 1, 1), date(2024, 1, 1)
ZINC = ("zinc", "refined")


def row(importer="MEX", origin="", code="", component="mfn", rate=0.05, start=YEAR, end=None):
    held = (rate,) * 3
    return Row(importer, origin, *ZINC, code, component, start, end, held, "Law, line 1")


def shipped(*rows):
    everywhere = [
        Row("", "", "zinc", s, "", "mfn", None, None, (0.1,) * 3, "orepact-assumption")
        for s in ("mined", "refined")
    ]
    return table([*everywhere, *rows])


def spans(frame):
    of = frame.filter(pl.col("importer") != "").sort("from", "code")
    return [(r["code"], r["from"], r["until"], r["central"]) for r in of.iter_rows(named=True)]


def central(frame, year=2024, origin="CHN", importer="MEX"):
    at = regions().index(origin), regions().index(importer)
    return over(frame, "zinc", year).rates[1, 1, *at]


class TestOverlay:
    def test_a_row_gives_way_on_the_days_of_the_other_and_goes_on_after(self) -> None:
        held = shipped(row(rate=0.03, start=SINCE))
        found, gone = duty_overlay.overlay(held, [row(end=date(2025, 1, 1))])
        assert spans(found) == [
            ("", SINCE, YEAR, 0.03),
            ("", YEAR, date(2025, 1, 1), 0.05),
            ("", date(2025, 1, 1), None, 0.03),
        ]
        assert spans(gone) == [("", SINCE, None, 0.03)]
        assert [central(found, y) for y in (2023, 2024, 2025)] == pytest.approx([0.03, 0.05, 0.03])

    def test_what_replaces_the_general_rate_for_an_origin_stays(self) -> None:
        kept = row(origin="USA", component="preference", rate=0.0, start=SINCE)
        found, gone = duty_overlay.overlay(shipped(kept), [row()])
        assert gone.is_empty()
        assert central(found, origin="USA") == 0
        assert central(found) == pytest.approx(0.05)

    def test_a_component_on_top_is_added(self) -> None:
        held = shipped(row(rate=0.03, start=SINCE))
        found, gone = duty_overlay.overlay(held, [row(origin="CHN", component="antidumping")])
        assert gone.is_empty()
        assert central(found) == pytest.approx(0.08)
        assert central(found, origin="KOR") == pytest.approx(0.03)

    def test_the_whole_stage_takes_the_place_of_its_lines(self) -> None:
        lines = [row(code=c, rate=0.2, start=SINCE) for c in ("79011100", "79011210")]
        found, gone = duty_overlay.overlay(shipped(*lines), [row()])
        assert len(gone) == 2
        assert central(found) == pytest.approx(0.05)
        assert central(found, 2023) == pytest.approx(0.2)

    def test_a_heading_takes_the_place_of_each_of_its_lines(self) -> None:
        lines = [
            row(code=c, rate=r, start=SINCE)
            for c, r in (("79011210", 0.2), ("79011250", 0.3), ("79011100", 0.4))
        ]
        found, gone = duty_overlay.overlay(shipped(*lines), [row(code="790112")])
        assert sorted(gone["code"]) == ["79011210", "79011250"]
        assert set(found["code"]) == {"", "79011100", "79011210", "79011250"}
        assert central(found) == pytest.approx((0.05 + 0.05 + 0.4) / 3)

    def test_a_held_heading_is_split_into_ones_own_lines(self) -> None:
        held = shipped(row(code="790111", rate=0.2, start=SINCE))
        half = row(code="79011101", start=date(2024, 7, 1))
        found, gone = duty_overlay.overlay(held, [half])
        assert gone["code"].to_list() == ["790111"]
        days = 182 / 366
        assert central(found) == pytest.approx(0.2 * days + 0.05 * (1 - days))

    @given(
        st.lists(
            st.tuples(st.integers(0, 40), st.integers(1, 20), st.sampled_from(["", "790111"])),
            min_size=1,
            max_size=4,
        ),
        st.sampled_from(["", "790111", "79011101"]),
    )
    def test_own_rows_hold_on_their_days_and_nothing_overlaps(self, parts, code) -> None:
        def month(n: int) -> date:
            return date(2021 + n // 12, 1 + n % 12, 1)

        held, last = [], {}
        for start, length, c in sorted(parts):
            if start >= last.get(c, 0):
                held.append(row(code=c, rate=0.3, start=month(start), end=month(start + length)))
                last[c] = start + length
        own = row(code=code, start=month(10), end=month(30))
        found, _ = duty_overlay.overlay(shipped(*held), [own])  # checked for overlaps there
        kept = found.filter(pl.col("source") == "Law, line 1").filter(pl.col("central") == 0.05)
        assert kept["from"].unique().to_list() == [month(10)]
        inside = over(found, "zinc", 2022).rates[1, 1]
        if code == "" or not any(h.code for h in held):
            assert inside[regions().index("CHN"), regions().index("MEX")] == pytest.approx(0.05)


class TestAdd:
    def test_the_base_years_duty_follows(self, tmp_path) -> None:
        out = tmp_path / "mine"
        done = duty_overlay.add([row("CAN", rate=0.25)], out)
        before, after = world.load().chain("zinc"), world.load(folder=out).chain("zinc")
        k, o, d = after.stage("refined"), after.region("CHN"), after.region("CAN")
        assert after.duty[:, k, o, d].tolist() == [0.25] * 3
        assert not after.duty_assumed[k, o, d]
        assert before.duty[2, k, o, d] < 0.25
        assert len(done.replaced) == 1
        (note,) = done.notes
        assert note.startswith("CAN: ")
        assert "MEX" in note
        assert world.coverage(out).equals(world.coverage())
        (change,) = done.change.iter_rows(named=True)
        assert change["imports"] == pytest.approx(after.trade[k, :, d].sum() - after.trade[k, d, d])

    def test_notes_say_what_is_left_out(self, tmp_path) -> None:
        done = duty_overlay.add([row("CAN", code="790111", start=date(2027, 1, 1))], tmp_path / "m")
        assert done.notes[0].startswith("CAN, zinc refined: its duty is that of 790111; no rate")
        assert "No row holds in 2024" in done.notes[-1]

    def test_a_world_of_ones_own_is_added_to_in_place(self, tmp_path) -> None:
        out = tmp_path / "mine"
        duty_overlay.add([row("CAN")], out)
        duty_overlay.add([row("CAN", rate=0.07, start=date(2025, 1, 1))], out, out)
        held = world.load(folder=out).duties.filter(pl.col("source") == "Law, line 1")
        assert held.sort("from")["until"].to_list() == [date(2025, 1, 1), None]

    def test_nothing_is_written_over(self, tmp_path) -> None:
        (tmp_path / "a.txt").write_text("mine")
        with pytest.raises(WorldError, match="not empty"):
            duty_overlay.add([row()], tmp_path)
        with pytest.raises(WorldError, match="package's own"):
            duty_overlay.add([row()], compiled.TABLES)
        assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]

    def test_nothing_is_left_half_written(self, tmp_path, monkeypatch) -> None:
        def fails(*_):
            raise OSError("disk full")

        monkeypatch.setattr(duty_overlay, "write", fails)
        with pytest.raises(OSError, match="disk full"):
            duty_overlay.add([row()], tmp_path / "mine")
        assert list(tmp_path.iterdir()) == []


def test_a_stage_summed_by_a_line_of_ones_own_is_told() -> None:
    held = compiled.tables()["duties"]
    whole, line = row("CAN"), row("CAN", code="79011101")
    assert list(duty_overlay.summed_by_line(held, [whole])) == []
    (said,) = duty_overlay.summed_by_line(held, [line])
    assert "all of the stage gave way in the sum to 79011101" in said
