"""simulate and compare: one document, one folder, nothing on a mistake."""

import hashlib
import json

import polars as pl
import pytest

CENTRAL = ("simulate", "us-mexico-2026", "--minerals", "zinc", "--central")

TABLES = {
    "figures", "flows", "welfare", "instruments", "duties", "drivers", "borders", "incidence",
    "products", "parts",
}  # fmt: skip


def test_one_json_document_and_nothing_else_on_stdout(orepact) -> None:
    done = orepact(*CENTRAL, "--json")
    assert done.code == 0
    assert done.err == ""
    held = json.loads(done.out)
    assert set(held) == {"manifest", *TABLES}
    assert held["products"] == []  # no product that ships holds zinc
    assert {r["member"] for r in held["borders"]} == {"USA"}
    assert held["manifest"]["minerals"] == ["zinc"]
    assert held["manifest"]["draws"] == 0
    assert held["manifest"]["seed"] is None
    assert "NaN" not in done.out
    prices = [
        f for f in held["figures"]
        if (f["stage"], f["region"], f["variable"]) == ("refined", "USA", "buyers' price")
    ]  # fmt: skip
    assert len(prices) == 1
    assert prices[0]["central"] > prices[0]["base"] > 0
    assert prices[0]["change_p50"] is None


def test_ranges_too(orepact) -> None:
    done = orepact("simulate", "us-mexico-2026", "--minerals", "Ga", "--draws", "8", "--json")
    assert done.code == 0
    held = json.loads(done.out)
    assert held["manifest"]["minerals"] == ["gallium"]
    assert (held["manifest"]["draws"], held["manifest"]["seed"]) == (8, 2026)
    assert any(f["change_p5"] is not None for f in held["figures"])


def test_tables_for_people_say_that_it_is_a_scenario(orepact) -> None:
    done = orepact(*CENTRAL)
    assert done.code == 0
    assert done.out.startswith("Scenario: no authority has published these floors.")
    assert "Zinc, refined" in done.out
    assert "central values only" in done.out


def test_out_writes_files_and_a_manifest_whose_hashes_are_right(orepact, tmp_path) -> None:
    out = tmp_path / "deep" / "run"
    done = orepact(*CENTRAL, "--out", out)
    assert done.code == 0
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    names = {f"{t}.{end}" for t in TABLES for end in ("csv", "parquet")}
    assert {p.name for p in out.iterdir()} == {*names, "report.html", "manifest.json"}
    assert names <= manifest["results_sha256"].keys()
    for name, digest in manifest["results_sha256"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name
    assert manifest["pact"]["read_from"] == "us-mexico-2026"
    assert manifest["on"] == "2027-01-01"
    assert [line for line in done.err.splitlines() if line.startswith("wrote ")] == [
        f"wrote {out / n}" for n in map(_written, done.err.splitlines()[:-1])
    ]
    assert "Open" in done.err.splitlines()[-1]
    page = (out / "report.html").read_text("utf-8")
    assert "no authority has published" in page
    csv, parquet = pl.read_csv(out / "figures.csv"), pl.read_parquet(out / "figures.parquet")
    assert csv.height == parquet.height > 0


def _written(line: str) -> str:
    return line.rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("us-mexico-2026", "--on", "2027"), "'2027' is not a date. Write it as 2027-01-01."),
        (("us-mexico-2026", "--minerals", "galium"), "Did you mean 'gallium'?"),
        (("us-mexico-2026", "--minerals", "zinc,zinc"), "one stands twice"),
        (("us-mexico-2026", "--minerals", "zinc,Zn"), "one stands twice"),
        (("us-mexico-2026", "--minerals", "zinc,"), "Unknown mineral ''"),
        (("us-mexico-2026", "--on", "2020-01-01"), "no member on 2020-01-01"),
        (("us-mexico-2025",), "Did you mean 'us-mexico-2026'?"),
        (("missing.yaml",), "missing.yaml"),
    ],
)
def test_bad_input_is_two_and_writes_nothing(orepact, tmp_path, words, said) -> None:
    out = tmp_path / "run"
    done = orepact("simulate", *words, "--central", "--out", out)
    assert done.code == 2
    assert done.out == ""
    assert said in done.err
    assert "Traceback" not in done.err
    assert not out.exists()


def test_a_bad_pact_names_file_line_and_column_and_writes_nothing(orepact, small, tmp_path) -> None:
    path, out = small("    mode:", "    mdoe:"), tmp_path / "run"
    done = orepact("simulate", path, "--central", "--json", "--out", out)
    assert done.code == 2
    assert done.out == ""
    row = path.read_text("utf-8").split("mdoe")[0].count("\n") + 1
    assert f"{path}:{row}:5: Unknown key 'mdoe'. Did you mean 'mode'?" in done.err
    assert not out.exists()


def test_a_floor_that_touches_no_trade(orepact, small) -> None:
    path = small("applies_to: non_members", "applies_to: [GAB]")  # Gabon ships no zinc
    done = orepact("simulate", path, "--central")
    assert done.code == 2
    assert done.out == ""
    assert "Instrument 'zinc' of small matches no route" in done.err


def test_draws_that_are_no_power_of_two(orepact) -> None:
    done = orepact("simulate", "us-mexico-2026", "--minerals", "zinc", "--draws", "100")
    assert done.code == 2
    assert "100 draws" in done.err


def test_out_that_is_a_file_is_refused_before_anything_is_solved(
    orepact, tmp_path, monkeypatch
) -> None:
    def never(*args, **how):
        raise AssertionError("solved in vain")

    monkeypatch.setattr("orepact.study.simulate.simulate", never)
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    done = orepact(*CENTRAL, "--out", path)
    assert done.code == 2
    assert "is a file" in done.err
    assert path.read_text() == "mine"


class TestCompare:
    @pytest.fixture
    def runs(self, orepact, small, tmp_path):
        low, high, more = (tmp_path / n for n in ("low", "high", "more"))
        raised = small("3500 USD/t", "3600 USD/t", name="raised.yaml")
        for held, out in ((small(), low), (raised, high)):
            assert orepact("simulate", held, "--central", "--out", out).code == 0
        chosen = ("--minerals", "gallium,zinc", "--central", "--out", more)
        assert orepact("simulate", "us-mexico-2026", *chosen).code == 0
        return low, high, more

    def test_two_folders(self, orepact, runs) -> None:
        low, high, more = runs
        done = orepact("compare", low, high, "--json")
        assert done.code == 0
        assert done.err == ""
        rows = {(r["stage"], r["region"], r["variable"]): r for r in json.loads(done.out)}
        row = rows["refined", "USA", "buyers' price"]
        assert row["second"] > row["first"]
        assert row["difference"] == pytest.approx(row["second"] - row["first"])
        assert row["percent"] == pytest.approx(100 * row["difference"] / row["first"])
        # lines of welfare are changes from the base year, as every table shows them
        figures = pl.read_parquet(low / "figures.parquet")
        one = figures.filter(stage="", region="USA", variable="welfare").row(0, named=True)
        assert rows["", "USA", "welfare"]["first"] == pytest.approx(one["central"] - one["base"])

        shown = orepact("compare", low, high, "--most", "3")
        assert shown.code == 0
        assert shown.out.startswith(f"3 of {len(rows)} central figures that differ")

        same = orepact("compare", low, low, "--json")
        assert json.loads(same.out) == []

        wider = orepact("compare", low, more, "--json")
        assert wider.err == f"only in {more}: mineral gallium\n"
        assert {r["mineral"] for r in json.loads(wider.out)} == {"zinc"}

    def test_nothing_in_common(self, orepact, runs, tmp_path) -> None:
        other = tmp_path / "other"
        chosen = ("--minerals", "gallium", "--central", "--out", other)
        assert orepact("simulate", "us-mexico-2026", *chosen).code == 0
        done = orepact("compare", runs[0], other)
        assert done.code == 2
        assert "share no figure" in done.err

    def test_a_folder_without_a_run(self, orepact, tmp_path) -> None:
        done = orepact("compare", tmp_path, tmp_path)
        assert done.code == 2
        assert "holds no figures.parquet" in done.err


def test_draws_of_other_publishers_are_told_and_can_be_left_out(orepact) -> None:
    words = ("simulate", "us-mexico-2026", "--minerals", "Sb", "--draws", "8", "--json")
    held, plain = (json.loads(orepact(*words, *w).out) for w in ((), ("--no-alternatives",)))
    assert held["manifest"]["alternative_draws"] == {"antimony": {"usgs-2025": 2}}
    assert plain["manifest"]["alternative_draws"] == {}
    assert "alternatives/flows.parquet" in held["manifest"]["world_sha256"]
    central = [
        [(f["base"], f["central"]) for f in run["figures"]] for run in (held, plain)
    ]  # fmt: skip
    assert central[0] == central[1]
