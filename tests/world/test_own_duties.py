"""A schedule of one's own: a good file, and one malformed file per mistake."""

import csv
import io
from datetime import date

import pytest

from orepact.errors import SheetError, WorldError
from orepact.world.compiled import tables
from orepact.world.own_duties import COLUMNS, TEMPLATE, contents, parse, read

CONTENT = {("zinc", "refined"): (2500.0, 0.99), ("antimony", "trioxide"): (10000.0, 0.8)}
GOOD = {
    "importer": "MEX", "mineral": "zinc", "stage": "refined", "component": "mfn",
    "from": "2024-01-01", "unit": "share", "rate": "0.05", "source": "Law, line 1",
    "assumed": "no",
}  # fmt: skip


def sheet(*rows: dict[str, str], header=COLUMNS) -> str:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(header)
    lines.writerows([[r.get(c, "") for c in header] for r in rows])
    return out.getvalue()


def rows(*changes: dict[str, str]):
    return parse(sheet(*(GOOD | c for c in changes)), "mine.csv", CONTENT)


def told(text: str) -> list[str]:
    with pytest.raises(SheetError) as found:
        parse(text, "mine.csv", CONTENT)
    return [str(p) for p in found.value.problems]


class TestGood:
    def test_a_line_is_a_row(self) -> None:
        (r,) = rows({"code": "7901.11.00", "until": "2026-01-01", "note": "IMMEX apart"})
        assert (r.importer, r.origin, r.code, r.component) == ("MEX", "", "79011100", "mfn")
        assert (r.start, r.end) == (date(2024, 1, 1), date(2026, 1, 1))
        assert r.rates == (0.05, 0.05, 0.05)
        assert (r.source, r.assumed, r.note, r.rate) == (
            "Law, line 1",
            False,
            "IMMEX apart",
            "0.05",
        )

    def test_percent_and_a_range(self) -> None:
        (r,) = rows({"rate": "5%", "low": "2.5 %", "high": "250%", "assumed": "yes"})
        assert r.rates == (0.025, 0.05, 2.5)
        assert r.assumed

    def test_a_code_alone_stands_for_every_stage_under_it(self) -> None:
        found = rows({"code": "811292", "mineral": "", "stage": ""})
        assert {"gallium", "germanium", "indium"} <= {r.mineral for r in found}

    def test_origins_and_blocs(self) -> None:
        found = rows({"origin": "CHN; KOR", "component": "antidumping"})
        assert [r.origin for r in found] == ["CHN", "KOR"]
        bloc = rows({"origin": "CPTPP", "component": "preference", "rate": "0"})
        assert "AUS" in {r.origin for r in bloc}
        assert "MEX" not in {r.origin for r in bloc}

    def test_a_specific_duty_becomes_a_share_of_the_base_years_price(self) -> None:
        (gross,) = rows({"unit": "USD/t", "rate": "99"})
        assert gross.rates[1] == pytest.approx(99 / (2500 * 0.99))
        assert gross.usd_per_t == pytest.approx(100)
        assert gross.usd_per_t_gross == pytest.approx(99)
        assert gross.rate == "99 USD/t"
        (held,) = rows({"unit": "USD/t contained", "rate": "100"})
        assert held.rates == pytest.approx(gross.rates)

    def test_the_template_is_a_good_file(self, tmp_path) -> None:
        path = tmp_path / "t.csv"
        path.write_text(TEMPLATE, "utf-8")
        held = tables()
        assert len(read(path, contents(held["prices"], held["freight"]))) == 3


MISTAKES = {
    "unknown importer": ({"importer": "MEY"}, "importer: unknown region 'MEY'", "Did you mean"),
    "no importer": ({"importer": ""}, "importer: unknown region ''", ""),
    "member of the EU": ({"importer": "DEU"}, "importer: DEU is held only as part of EUN", "EUN"),
    "unknown origin": ({"origin": "CHN;XX"}, "origin: unknown region 'XX'", ""),
    "origin twice": ({"origin": "CHN;CHN"}, "origin: 'CHN' is named twice", "once"),
    "own origin": ({"origin": "MEX"}, "origin: MEX is the importer", "no duty"),
    "ten digits": ({"code": "7901110000"}, "code: '7901110000' is no code", "six or eight"),
    "code with a letter": ({"code": "79O111"}, "code: '79O111' is no code", "six or eight"),
    "code of another stage": ({"code": "260800"}, "code: 260800 is not zinc refined", "790111"),
    "code of no stage": (
        {"code": "010121", "mineral": "", "stage": ""}, "code: no stage is traded under 010121", "",
    ),
    "nothing named": ({"mineral": "", "stage": ""}, "code: neither a code nor a mineral", "one"),
    "no stage": ({"stage": ""}, "stage: no stage", "Name mineral and stage"),
    "unknown mineral": ({"mineral": "zink"}, "mineral: unknown mineral 'zink'", "'zinc'"),
    "unknown stage": ({"stage": "refind"}, "stage: zinc has no stage 'refind'", "'refined'"),
    "unknown component": ({"component": "mfm"}, "component: unknown component 'mfm'", "'mfn'"),
    "no start": ({"from": ""}, "from: no date", "2024-07-01"),
    "a date in words": ({"from": "1/7/2024"}, "from: '1/7/2024' is not a date", "2024-07-01"),
    "ends before it begins": ({"until": "2023-01-01"}, "until: 2023-01-01 is not after", "first"),
    "unknown unit": ({"unit": "percent"}, "unit: unknown unit 'percent'", "share"),
    "percent as a number": ({"rate": "25"}, "rate: 25 as a share is 2,500 %", "0.25 or 25%"),
    "one as a number": ({"rate": "1"}, "rate: 1 as a share is 100 %", "0.01 or 1%"),
    "negative": ({"rate": "-0.1"}, "rate: -0.1 is negative", "zero or more"),
    "text for a rate": ({"rate": "free"}, "rate: 'free' is not a number", "zero is 0"),
    "no rate": ({"rate": ""}, "rate: no rate", ""),
    "NaN": ({"rate": "nan"}, "rate: 'nan' is not a number", ""),
    "comma for a point": ({"rate": "0,05"}, "rate: '0,05' is not a number", "with a point"),
    "low alone": ({"low": "0.01"}, "high: a low without a high", "both"),
    "range out of order": ({"low": "0.06", "high": "0.1"}, "rate: 0.06 / 0.05 / 0.1 does", "order"),
    "no source": ({"source": ""}, "source: no source", "whose rate"),
    "not said whether assumed": ({"assumed": ""}, "assumed: no assumed", "yes, no"),
    "no price for a specific duty": (
        {"mineral": "zinc", "stage": "mined", "unit": "USD/t"}, "unit: no price is held", "share",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_line_and_column(name: str) -> None:
    change, what, mend = MISTAKES[name]
    first, *rest = told(sheet(GOOD | {"from": "2020-01-01", "until": "2021-01-01"}, GOOD | change))
    assert first.startswith(f"mine.csv:3:{what}")
    assert mend in first
    assert not rest


def test_all_mistakes_of_a_file_at_once() -> None:
    found = told(sheet(GOOD | {"importer": "MEY", "rate": "25"}, GOOD | {"from": "soon"}))
    assert [f.partition(" ")[0] for f in found] == [
        "mine.csv:2:importer:",
        "mine.csv:2:rate:",
        "mine.csv:3:from:",
    ]


def test_two_lines_that_hold_on_one_day() -> None:
    later = GOOD | {"from": "2025-01-01"}
    (found,) = told(sheet(GOOD, later))
    assert found.startswith("mine.csv:3:from: it holds on a day on which line 2 holds")
    # the general rate and what replaces it exclude one another, a duty on top does not
    assert told(sheet(GOOD, later | {"component": "applied"}))
    assert len(rows({"until": "2025-01-01"}, {"from": "2025-01-01"}, {"component": "s232"})) == 3


def test_a_heading_beside_its_own_line() -> None:
    (found,) = told(sheet(GOOD | {"code": "790111"}, GOOD | {"code": "79011100"}))
    assert found.startswith("mine.csv:3:code: 79011100 is a line of heading 790111")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (sheet(GOOD, header=COLUMNS[:-1]), "mine.csv:1:1: the column 'note' is missing"),
        (sheet(GOOD, header=(*COLUMNS, "rat")), "mine.csv:1:16: unknown column 'rat'"),
        (sheet(GOOD, header=(*COLUMNS, "rate")), "mine.csv:1:16: the column 'rate' stands twice"),
        (sheet(GOOD).replace(",", ";"), "mine.csv:1:1: the cells are parted by ';'"),
        (sheet(GOOD) + "MEX,,zinc\n", "mine.csv:3:1: 3 cells for 15 columns"),
        (sheet(), "mine.csv:2:1: it has no row"),
        ("", "mine.csv:1:1: the column 'importer' is missing"),
    ],
)
def test_a_malformed_table(text: str, what: str) -> None:
    assert told(text)[0].startswith(what)


def test_a_file_that_is_not_there_or_no_text(tmp_path) -> None:
    with pytest.raises(WorldError, match="does not exist"):
        read(tmp_path / "mine.csv", CONTENT)
    (tmp_path / "mine.csv").write_bytes(b"importer\xff")
    with pytest.raises(WorldError, match="not UTF-8"):
        read(tmp_path / "mine.csv", CONTENT)


def test_components_groups_and_minerals_are_told_in_full() -> None:
    head = ",".join(COLUMNS) + "\n"
    lines = (
        "MEX,,unobt,,,dumping,2024-01-01,,share,5%,,,law,no,\n"
        "MEX,,zinc,refined,NAFTA,surtax,2024-01-01,,share,5%,,,law,no,\n"
    )
    with pytest.raises(SheetError) as bad:
        parse(head + lines, "mine.csv", {})
    said = str(bad.value)
    assert "unknown mineral 'unobt'" in said
    assert "antidumping, countervailing" in said
    assert "Groups: CPTPP, RCEP, USMCA." in said
    line = "MEX,,zinc,refined,USMCA,surtax,2024-01-01,,share,5%,,,law,no,\n"
    assert [r.origin for r in parse(head + line, "mine.csv", {})] == ["CAN", "USA"]
