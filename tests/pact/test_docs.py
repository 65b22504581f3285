"""The examples of the documentation read, run and say what they show."""

import re
from pathlib import Path

from orepact import pact

PAGE = (Path(__file__).parents[2] / "docs" / "pact.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_examples_read_and_run(tmp_path, monkeypatch):
    first, second = blocks("yaml")
    tmp_path.joinpath("two-parties.yaml").write_text(first, "utf-8")
    tmp_path.joinpath("three-parties.yaml").write_text(second, "utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    names = {}
    exec(code, names)  # the page's own example
    held, on = names["held"], names["on"]
    assert str(on) == "2027-01-01"
    assert held.members(on) == ("USA", "MEX")
    assert repr(held.instrument("ndpr-oxide").floor_at(on)) == "Decimal('1.10E+5')"
    assert pact.read("three-parties.yaml").parties == names["later"].parties


def test_the_table_names_every_kind_and_its_keys():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, flags=re.MULTILINE))
    assert sorted(rows) == sorted(pact.KINDS)
    for kind, states in rows.items():
        fields = {f.alias or n for n, f in pact.KINDS[kind].model_fields.items()}
        assert set(re.findall(r"`(\w+)`", states)) <= fields, kind
