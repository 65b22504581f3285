"""A year of Comtrade by a fake service: kept, resumed, checked, and the world that is built on it.

None of the answers comes from the service.
"""

import polars as pl
import pytest

from fake_comtrade import FLOWS, HEADER, METAL, ORE, answer, line
from orepact.errors import NoRecordsError, QuotaError, UnknownIdError, WorldError
from orepact.world import build, compiled
from orepact.world.changes import changes
from orepact.world.sources import comtrade, comtrade_download
from orepact.world.sources.comtrade import NICKEL, RECORDS, records, traded
from orepact.world.sources.comtrade_api import Question
from orepact.world.sources.comtrade_download import ANSWERS, download, totals


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(comtrade_download, "PAUSE", 0)


def get(out, codes=(ORE, METAL), ask=answer, year=2024, reporters=("",)):
    return download(out, codes, year, reporters, ask)


def cells(frame):
    return {(r["hs6"], r["exporter"], r["importer"]): r["t"] for r in frame.iter_rows(named=True)}


def test_importers_come_first_and_who_reports_nothing_is_mirrored(tmp_path):
    get(tmp_path)
    assert cells(records(tmp_path, (ORE, METAL), 2024)) == {
        (ORE, "MEX", "KOR"): 900,
        (ORE, "PER", "CHN"): 2200,  # not Peru's own 2,500
        (ORE, "PER", "KOR"): 600,
        (ORE, "PER", "TWN"): 50,  # Taiwan reports nothing
        (METAL, "KOR", "CHN"): 300,
        (METAL, "CAN", "USA"): 400,  # the United States report, and no zinc from Mexico
    }


def test_what_was_interrupted_goes_on_where_it_stopped(tmp_path):
    asked = []

    def ask(question):
        asked.append(question)
        if len(asked) == 3:
            raise QuotaError("enough")
        return answer(question)

    with pytest.raises(QuotaError):
        get(tmp_path, ask=ask)
    assert not (tmp_path / RECORDS.format(2024)).exists()
    assert len(list((tmp_path / ANSWERS).iterdir())) == 2
    get(tmp_path, ask=ask)
    assert [(q.code, q.flow) for q in asked[2:]] == [(METAL, "M"), (METAL, "M"), (METAL, "X")]
    held = (tmp_path / RECORDS.format(2024)).read_bytes()
    get(tmp_path, ask=ask)
    assert len(asked) == 5
    assert (tmp_path / RECORDS.format(2024)).read_bytes() == held


def test_batches_of_reporters_make_one_table_and_overlap_raises(tmp_path):
    batches = {"156": ("CHN", "PER"), "410,842": ("KOR", "USA", "MEX")}

    def ask(question):
        return answer(question, [f for f in FLOWS if f[0] in batches[question.reporters]])

    parts = get(tmp_path / "a", ask=ask, reporters=tuple(batches))
    assert parts.equals(get(tmp_path / "b"))
    assert (tmp_path / "a" / ANSWERS / "2024_260800_M_410-842.csv").is_file()
    with pytest.raises(WorldError, match="2024 CHN KOR M 790111 stands in two batches"):
        get(tmp_path / "c", ask=answer, reporters=("1", "2"))


def test_a_code_without_a_record_raises(tmp_path):
    with pytest.raises(NoRecordsError, match=r"260800, imports of 2024 .* no record at all"):
        get(tmp_path, ask=lambda question: "\n")


def test_a_breakdown_beside_its_total_is_left_out(tmp_path):
    parts = "".join(
        f"{line('CHN', 'PER', 'M', ORE, t, **of)}\n"
        for t, of in (
            (1300, {"motCode": "2100"}),
            (900, {"motCode": "9900"}),
            (2200, {"customsCode": "C01"}),
            (2200, {"partner2Code": "32"}),
        )
    )

    def ask(question):
        return answer(question) + parts * (question == QUESTION)

    assert get(tmp_path / "a").equals(get(tmp_path / "b", ask=ask))


QUESTION = Question(2024, ORE, "M")
GOOD = line("CHN", "PER", "M", ORE, 2200)
WORLD = line("CHN", "W00", "M", ORE, 2200)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [line("CHN", "PER", "M", ORE, 1, motCode="2100")],
            "row 2: CHN PER 260800 has a breakdown",
        ),
        ([GOOD, GOOD], "rows 2 and 3: 2024 CHN PER M 260800 stands twice"),
        ([GOOD, line("CHN", "W00", "M", ORE, 4400)], "row 3: the partners of CHN sum to 2,640,000"),
        ([WORLD], "row 2: the partners of CHN sum to 0 USD"),
        ([GOOD.replace("2024", "2023")], "row 2: period is '2023', and 2024 was asked for"),
        ([GOOD.replace(ORE, METAL)], "row 2: cmdCode is '790111'"),
        ([GOOD.replace(",M,", ",X,")], "row 2: flowCode is 'X'"),
        ([GOOD.replace("2640000.0", "")], "row 2: primaryValue is blank"),
        ([GOOD.replace("2640000.0", "NaN")], "row 2: primaryValue = 'NaN' is not a number"),
        ([GOOD.replace("2640000.0", "-5")], "row 2: primaryValue = '-5' is negative"),
        ([GOOD.replace("PER", "")], "row 2: partnerISO is blank"),
        ([GOOD[:-5]], "row 2: 12 cells for 14 columns"),
    ],
)
def test_an_answer_that_cannot_be_right_is_named_and_not_kept(tmp_path, lines, said):
    text = "\n".join([HEADER, *lines]) + "\n"
    with pytest.raises(WorldError, match=said) as told:
        get(tmp_path, ask=lambda question: text)
    assert "2024_260800_M_all.csv" in str(told.value)
    assert not (tmp_path / ANSWERS / "2024_260800_M_all.csv").exists()
    assert not (tmp_path / RECORDS.format(2024)).exists()


def test_a_changed_answer_is_named(tmp_path):
    with pytest.raises(WorldError, match="has no column 'motCode'"):
        get(tmp_path, ask=lambda question: answer(question).replace("motCode", "mot"))


@pytest.mark.parametrize(
    ("of", "weight"),
    [
        ({}, 2_200_000.0),
        ({"netWgt": "", "qty": "7000.0"}, 7000.0),
        ({"netWgt": "0.0", "qtyUnitCode": "5", "qty": "1", "altQtyUnitCode": "8.0"}, 9.0),
        ({"netWgt": "", "qtyUnitCode": "5", "qty": "12"}, None),
    ],
)
def test_the_weight_is_net_or_a_quantity_in_kilograms_or_unknown(tmp_path, of, weight):
    of = {"altQty": "9"} | of
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{line('CHN', 'PER', 'M', ORE, 2200, **of)}\n")
    assert totals(tmp_path, "a.csv", QUESTION)["netWgt"].to_list() == [weight]


def test_an_unknown_weight_takes_the_codes_unit_value(tmp_path):
    def ask(question):
        return answer(question).replace("720000.0,600000.0", "720000.0,")

    table = get(tmp_path, ask=ask)
    assert table["netWgt"].null_count() == 1
    assert cells(records(tmp_path, (ORE,), 2024))[ORE, "PER", "KOR"] == pytest.approx(600)


def test_partners_that_are_no_country(tmp_path):
    flows = [
        ("CHN", "_X ", "M", ORE, 5), ("CHN", "XX ", "M", ORE, 6), ("CHN", "X2 ", "M", ORE, 7),
        ("CHN", "F19", "M", ORE, 8), ("CHN", "E19", "M", ORE, 9), ("CHN", "PER", "M", ORE, 10),
        ("PER", "CHN", "X", ORE, 10),
    ]  # fmt: skip
    get(tmp_path, (ORE,), lambda question: answer(question, flows))
    found = {origin: t for (_, origin, _), t in cells(records(tmp_path, (ORE,), 2024)).items()}
    assert found == {"XAF": 8, "XEU": 9, "PER": 10}


def test_codes_are_those_of_the_catalogue():
    assert {ORE, METAL, "260400"} <= set(traded())
    assert traded(["2608.00"]) == (ORE,)
    with pytest.raises(UnknownIdError, match="under the code '260801'"):
        traded(["260801"])


def test_a_world_on_downloaded_codes_imputes_less(zinc_sources, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    build.build(zinc_sources, before, ["zinc"])
    get(zinc_sources)
    build.build(zinc_sources, after, ["zinc"])
    flows = pl.read_parquet(after / "flows.parquet")
    cell = flows.filter(origin="KOR", destination="CHN", stage="refined")
    assert cell.select("kind", "source", "code").row(0) == ("observed", "un-comtrade", METAL)
    imposed = flows.filter(origin="CAN", destination="USA", stage="refined")
    assert imposed["source"].to_list() == ["usgs-mcs-2026"]  # the survey's total stays
    ore = flows.filter(origin="MEX", destination="KOR", stage="mined")
    assert set(ore["kind"]) == {"imputed"}  # BACI holds the whole code and comes first
    found = changes(compiled.tables(before), compiled.tables(after)).rows_by_key(
        "stage", named=True
    )
    (refined,) = found["refined"]
    assert refined["imputed_after"] < refined["imputed_before"]


def test_nickel_ore_of_the_download_replaces_the_file_of_its_own(zinc_sources):
    own = comtrade.trade(zinc_sources, ("260400",), 2024)
    assert own.select("exporter", "importer", "t", "whole", "file").rows() == [
        ("PHL", "CHN", 10.0, False, NICKEL)
    ]
    flows = [("CHN", "PHL", "M", "260400", 20), ("PHL", "CHN", "X", "260400", 20)]
    get(zinc_sources, ("260400",), lambda question: answer(question, flows))
    new = comtrade.trade(zinc_sources, ("260400",), 2024)
    assert new.select("t", "whole", "file").rows() == [(20.0, True, RECORDS.format(2024))]
    assert comtrade.trade(zinc_sources, ("260400",), 2023).is_empty()
    assert comtrade.trade(zinc_sources, (ORE,), 2024).is_empty()


def test_tonnes_for_kilograms_are_noticed_at_the_build(zinc_sources, tmp_path):
    get(zinc_sources, (METAL,), lambda q: answer(q).replace("000.0,,,8", ".0,,,8"))
    with pytest.raises(WorldError, match="tonnes for kg") as told:
        build.build(zinc_sources, tmp_path / "out", ["zinc"])
    assert RECORDS.format(2024) in str(told.value)
    assert not (tmp_path / "out").exists()
