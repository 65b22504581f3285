"""world duties and the duties behind world why."""

import json


def test_rows_of_one_importer_as_json(orepact) -> None:
    done = orepact("world", "duties", "US", "--mineral", "ndpr", "--origin", "CHN", "--json")
    assert done.code == 0
    rows = json.loads(done.out)
    magnet = [r for r in rows if r["code"] == "85051100" and r["component"] == "s301"]
    assert [(r["from"], r["until"], r["central"]) for r in magnet] == [("2026-01-01", None, 0.25)]
    assert {r["origin"] for r in rows} == {"", "CHN"}


def test_a_day_leaves_out_what_does_not_hold(orepact) -> None:
    words = ("world", "duties", "USA", "--mineral", "ndpr", "--origin", "CHN", "--json", "--on")
    before, after = (json.loads(orepact(*words, d).out) for d in ("2025-12-31", "2026-03-01"))
    assert {"ieepa_opioids"} == {r["component"] for r in before} & {"ieepa_opioids", "s122"}
    assert "ieepa_opioids" not in {r["component"] for r in after}


def test_a_table_marks_what_is_assumed(orepact) -> None:
    done = orepact("world", "duties", "MEX", "--mineral", "zinc", "--on", "2026-01-01")
    assert done.code == 0
    assert "0/3/35*" in done.out
    assert "* is assumed" in done.err


def test_mistakes(orepact) -> None:
    assert orepact("world", "duties", "USB").code == 2
    done = orepact("world", "duties", "USA", "--on", "1 May")
    assert done.code == 2
    assert "Write it as 2027-01-01." in done.err
    early = orepact("world", "duties", "CAN", "--on", "2019-01-01")
    assert early.code == 2
    assert "No duties are held before 2021-01-01" in early.err


def test_the_sum_for_an_origin_holds_what_rests_on_all_origins(orepact) -> None:
    done = orepact("world", "duties", "CAN", "--mineral", "graphite", "--origin", "CHN")
    sums = done.out.split("In sum on")[1]
    for stage in ("mined", "spherical", "synthetic", "anode"):
        assert f"graphite {stage}" in sums


def test_why_shows_the_duties_of_the_largest_suppliers(orepact) -> None:
    done = orepact("world", "why", "zinc", "refined", "US")
    assert done.code == 0
    assert "Duties behind imports into USA" in done.out
    assert "preference" in done.out


def test_simulate_against_the_duties_in_force(orepact) -> None:
    words = ("simulate", "us-mexico-2026", "--minerals", "zinc", "--central", "--duties")
    done = orepact(*words, "in-force")
    assert done.code == 0
    assert "at the duties in force on 2027-01-01" in " ".join(done.out.split())
    assert orepact(*words, "now").code == 2


def test_where_the_record_begins_sums_notes_and_what_is_not_held(orepact, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = ("world", "duties", "USA", "--mineral", "graphite", "--origin", "CHN")
    done = orepact(*words, "--on", "2024-06-01")
    rows = [line.split() for line in done.out.splitlines()]
    assert ["CHN", "38011050", "s301", "before", "2021", "25", "2"] in rows
    assert ["graphite", "anode", "38011050", "25", "CHN"] in rows
    assert "2 ustr-section-301: goods excluded for a time are not taken off" in done.out
    assert "safeguard duties of USA are not held." in done.err
    assert "…" not in done.out
    magnesium = orepact("world", "duties", "USA", "--mineral", "magnesium")
    assert "are not held but on magnesium metal from CHN" in magnesium.err


def test_an_assumed_range_is_ours_and_its_ceiling_is_named(orepact) -> None:
    rows = json.loads(orepact("world", "duties", "MEX", "--mineral", "zinc", "--json").out)
    (late,) = (r for r in rows if r["from"] == "2026-01-01")
    assert late["source"] == "orepact-assumption"
    assert "(mexico-ligie-2026)" in late["note"]
