"""Every reader on files with a mistake in them: each is refused by name, or read as unknown."""

import csv
import io
import re
import shutil

import pytest

import miniature_whole
import readers
from mistakes import COPPER, EDITION, MISTAKES, SURVEY, words
from orepact.errors import WorldError
from orepact.world import build
from orepact.world.sources import (
    baci,
    bea,
    bgs,
    comtrade,
    comtrade_download,
    eu_crm,
    natural_earth,
    production,
    usgs,
    wgi,
)
from orepact.world.sources.inputs import PARTS, inputs
from readers import READERS


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comtrade_download, "PAUSE", 0)
        return readers.write(tmp_path_factory.mktemp("malformed"))


@pytest.fixture
def spoil(held):
    """Damage one file of the set for the length of a test: ``spoil(name, function of bytes)``."""
    kept = {}

    def change(name, how):
        path = held / name
        kept.setdefault(path, path.read_bytes())
        path.write_bytes(how(path.read_bytes()))
        return held

    yield change
    for path, was in kept.items():
        path.write_bytes(was)


def test_every_file_has_a_reader_here():
    assert {f.path for f in inputs()} <= set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_whole_files_are_read(held, name):
    assert READERS[name](held) is not None


DAMAGE = {
    "empty": lambda data: b"",
    "cut in the middle": lambda data: data[: len(data) // 2].rstrip(b"\n"),
    "cut before its last bytes": lambda data: data[:-2],
    "a web page": lambda data: b"<!DOCTYPE html>\n<html><body>Log in</body></html>\n",
    "another encoding": lambda data: "\ufeffname,value\nZürich,1\n".encode("utf-16"),
    "another file": lambda data: b"name,value\nsomething,1\n",
}


# their publishers end them without a line break: a cut in the last cell cannot be seen
OPEN_END = ("RTA_members_wits_trains.csv", "gdp_worldbank_datasets.csv")


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_named_and_how_to_mend_it(spoil, name, damage):
    if damage == "cut before its last bytes" and name.endswith(OPEN_END):
        pytest.skip("the publisher leaves the end open")
    with pytest.raises(WorldError) as told:
        READERS[name](spoil(name, DAMAGE[damage]))
    assert name.rsplit("/", 1)[-1] in str(told.value)
    assert re.search(r"(?i)\b(take|download|is it|save|quote|add|end)\b", str(told.value))


@pytest.mark.parametrize(("name", "what", "how", "said"), MISTAKES,
                         ids=[f"{m[0].rsplit('/', 1)[-1]}-{m[1]}" for m in MISTAKES])  # fmt: skip
def test_a_mistake_is_named_with_file_and_row(spoil, name, what, how, said):
    with pytest.raises(WorldError, match=said) as told:
        READERS[name](spoil(name, how))
    assert name.rsplit("/", 1)[-1] in str(told.value)


def test_what_is_withheld_or_not_published_is_unknown_and_not_zero(spoil):
    """Where a word of the publisher is a proper reading, it becomes None, never a number."""
    row = ("ZINC", "Imports for consumption: Refined zinc")
    was = (spoil(SURVEY, lambda data: data) / SURVEY).read_bytes()
    for word in ("W", "NA", "E", ">50", "s", ""):
        raw = spoil(SURVEY, lambda _, word=word: words(",2024,0.59", f",2024,{word}")(was))
        assert usgs.salient(raw, 2024)[row] is None
    raw = spoil(SURVEY, lambda _: was)
    assert usgs.salient(raw, 2024)[row] == pytest.approx(590)
    raw = spoil(SURVEY, words(",2024,0.59", ",2024,—", "cp1252"))
    assert usgs.salient(raw, 2024)[row] == 0.0  # a dash is a true zero
    raw = spoil(EDITION, words("1710000.0,1805000.0", "1,W"))
    assert "CHN" not in usgs.capacity(raw, "Magnesium metal")
    raw = spoil(COPPER, words("810000.0", ""))
    assert "CHN" not in bgs.output(raw, "copper", "copper, mine", 2022)
    raw = spoil(comtrade.US_CELLS, words("61544", ""))
    assert comtrade.us_cells(raw)["exporter"].to_list() == ["USA"]  # Mexico's tonnes: not known
    raw = spoil(eu_crm.CRITICALITY, words("4.1,7.4", "-,-"))
    assert eu_crm.criticality(raw)["sr"].to_list() == [0.2, None, None]
    raw = spoil(wgi.WGI, words("FRA,2022,1.1", "FRA,2022,"))
    assert "FRA" not in wgi.governance(raw)["iso3"]


def as_kilograms(name, column):
    """A text table with one column a thousand times too large."""

    def how(data):
        rows = list(csv.reader(io.StringIO(data.decode())))
        at = rows[0].index(column)
        for row in rows[1:]:
            row[at] = str(1000 * float(row[at])) if row[at] else ""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue().encode()

    return name, how


STOPS = {
    "chains, output in kg": (*as_kilograms(production.SHEET, "production_t"), "in another unit"),
    "chains, customs in t": (
        comtrade.US_CELLS,
        lambda data: words("95834", "96")(words("61544", "62")(data)),
        "tonnes for kg",
    ),
    "chains, row": (baci.OLDER, words("500000.0", "many"), "row 2: value = 'many'"),
    "years": (
        f"{bgs.FOLDER}/BGS_magnesium_production.csv",
        words("2019-01-01 00:00:00,720000.0", "2019-01-01 00:00:00,W"),
        "row 2: quantity = 'W'",
    ),
    "years, another unit": (
        f"{bgs.FOLDER}/BGS_magnesium_production.csv",
        lambda data: data.replace(b"2019-01-01 00:00:00,", b"2019-01-01 00:00:00,1000"),
        "in another unit",
    ),
    "screening": (wgi.WGI, words("FRA,2022,1.1", "FRA,2022,NaN"), "CC = 'NaN'"),
    "screening, accounts": (bea.OUTPUT, words(",1000", ",0"), "no positive output"),
    "maps": (natural_earth.COUNTRIES, words('"id": "004"', '"id": "999"'), "code '999'"),
}


@pytest.mark.parametrize("what", STOPS)
def test_a_build_that_fails_leaves_the_folder_as_it_was(whole_sources, tmp_path, what):
    name, how, said = STOPS[what]
    raw, out = tmp_path / "raw", tmp_path / "out"
    shutil.copytree(whole_sources, raw)
    (raw / name).write_bytes(how((raw / name).read_bytes()))
    (out / "2019").mkdir(parents=True)
    (out / "2019/nodes.parquet").write_bytes(b"what was there before")
    with pytest.raises(WorldError, match=said) as told:
        build.build(raw, out, miniature_whole.MINERALS, parts=PARTS)
    if "years, another" not in what:  # two publishers' levels: the mineral and the year are told
        assert name.rsplit("/", 1)[-1] in str(told.value)
    assert [p.name for p in out.rglob("*")] == ["2019", "nodes.parquet"]
    assert (out / "2019/nodes.parquet").read_bytes() == b"what was there before"
