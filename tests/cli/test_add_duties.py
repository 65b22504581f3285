"""world add duties: a schedule of one's own, from the file to a run."""

import json

import pytest

from orepact.world.own_duties import COLUMNS, TEMPLATE

LINE = "IND,,zinc,refined,,mfn,2024-01-01,,share,{},,,Customs Tariff,no,\n"


@pytest.fixture
def schedule(tmp_path):
    def write(rate: str):
        path = tmp_path / "mine.csv"
        path.write_text(",".join(COLUMNS) + "\n" + LINE.format(rate), "utf-8")
        return path

    return write


def test_the_template_is_printed(orepact) -> None:
    assert orepact("world", "add", "duties", "--template").out == TEMPLATE


def test_what_gave_way_is_told_and_the_world_is_used(orepact, schedule, tmp_path, small) -> None:
    out = tmp_path / "world"
    done = orepact("world", "add", "duties", schedule("25%"), "--out", out)
    assert done.code == 0, done.err
    assert "IND: rows that give way, as they stood, %" in done.out
    assert "1 gave way" in done.err
    row = next(
        line.split() for line in done.out.splitlines() if line.split()[:2] == ["IND", "zinc"]
    )
    assert float(row[-2].rstrip("*")) < 25
    words = ("world", "duties", "IND", "--mineral", "zinc", "--on", "2024-06-01", "--world", out)
    rows = [r for r in json.loads(orepact(*words, "--json").out) if r["stage"] == "refined"]
    assert [(r["central"], r["source"]) for r in rows] == [(0.25, "Customs Tariff")]
    assert "Customs Tariff" in orepact(*words).out

    def run(*more: object):
        words = ("simulate", small(), "--minerals", "zinc", "--central", "--json")
        return json.loads(orepact(*words, *more).out)

    assert run("--world", out) != run()


def test_mistakes_are_told_and_nothing_is_written(orepact, schedule, tmp_path) -> None:
    out = tmp_path / "world"
    done = orepact("world", "add", "duties", schedule("25"), "--out", out)
    assert done.code == 2
    assert done.err.startswith("orepact: 1 problem found; nothing was written.\nmine.csv:2:rate:")
    assert not out.exists()
    assert orepact("world", "add", "duties", schedule("25%")).code == 2
