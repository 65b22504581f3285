"""The list of files a build needs: complete, and told all at once."""

import importlib
import pkgutil
import re
import sys

import pytest

import miniature_whole
from orepact.catalogue import minerals
from orepact.errors import WorldError
from orepact.world import build, sources
from orepact.world.facts import stage_facts
from orepact.world.register import register
from orepact.world.sources import files
from orepact.world.sources.inputs import PARTS, inputs, missing, require
from orepact.world.sources.production import production

CHAINS = ("chains",)


def test_every_file_that_is_read_is_listed_and_every_listed_file_is_read(
    whole_sources, monkeypatch
):
    read = set()
    whole = files.find

    def find(raw, name):
        read.add(name)
        return whole(raw, name)

    for module in list(sys.modules.values()):
        if vars(module).get("find") is whole:
            monkeypatch.setattr(module, "find", find)
    assert not missing(whole_sources)
    build.compile(whole_sources, miniature_whole.MINERALS, parts=PARTS)
    listed = {f.path for f in inputs() if f.part in PARTS}
    assert read <= listed
    # read for other minerals only: nickel ore, the other groups of BGS; and by no build, the IEA
    left = {path.rsplit("/", 1)[-1] for path in listed - read}
    assert {n for n in left if not n.startswith("BGS_")} == {
        "UN_nickel_trade.csv",
        "iea_barrytho.json",
    }


def test_all_missing_files_are_named_with_publisher_and_what_they_carry(zinc_sources):
    for f in inputs()[2:4]:
        (zinc_sources / f.path).unlink()
    with pytest.raises(WorldError) as told:
        require(zinc_sources, CHAINS)
    assert str(told.value).startswith("2 files are missing")
    for f in inputs()[2:4]:
        s = register()[f.source]
        for word in (f.path, s.publisher, s.title, s.url, f.carries, f.get):
            assert word in str(told.value)


def test_a_folder_that_is_not_there_is_one_error(tmp_path):
    with pytest.raises(WorldError, match="does not exist"):
        require(tmp_path / "nowhere")


def test_a_full_baci_stands_for_its_extracts(zinc_sources):
    extract = next(f for f in inputs() if f.path.endswith("30codes.parquet"))
    (zinc_sources / extract.path).unlink()
    assert missing(zinc_sources, CHAINS) == (extract,)
    own = zinc_sources / extract.unless / "BACI_HS22_Y2024_V202601.csv"
    own.parent.mkdir(parents=True)
    own.write_text("t,i,j,k,v,q\n")
    assert not missing(zinc_sources, CHAINS)


def test_every_path_that_a_reader_names_is_listed():
    listed = {f.path for f in inputs()}
    for name in (m.name for m in pkgutil.iter_modules(sources.__path__)):
        module = importlib.import_module(f"orepact.world.sources.{name}")
        for value in vars(module).values():
            if isinstance(value, str) and re.fullmatch(r"[a-z]+/[\w./-]+\.[a-z.]+", value):
                assert value in listed, f"{name} reads {value}"


def test_our_own_sheets_come_with_the_package(zinc_sources):
    for name in ("facts/minerals.csv", "facts/production_2024.csv"):
        assert files.find(zinc_sources, name) == zinc_sources / name
        (zinc_sources / name).unlink()
        assert files.find(zinc_sources, name) == files.OWN / name
    assert not missing(zinc_sources, CHAINS)
    assert set(stage_facts(zinc_sources)) == {
        (m.id, s) for m in minerals().values() for s in m.stage_ids
    }
    found = production(zinc_sources, minerals())
    assert set(minerals()) - set(found["mineral"]) == {"indium", "tellurium"}  # the survey has them
