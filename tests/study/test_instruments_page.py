"""The pact on the page of instruments is read and simulated, and each instrument does something."""

import re
from pathlib import Path

import pytest

from orepact import pact, world
from orepact.errors import InputError
from orepact.study.simulate import simulate

PAGE = (Path(__file__).parents[2] / "docs" / "instruments.md").read_text("utf-8")


def test_the_page_is_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    tmp_path.joinpath("mine.yaml").write_text(first, "utf-8")
    monkeypatch.chdir(tmp_path)
    held = pact.read("mine.yaml")
    run = simulate(held, world.load(), ["zinc", "antimony"], draws=0)
    came = {e.id: e.state for mr in run.minerals.values() for e in mr.effects}
    mine = re.findall(r"^    id: ([\w-]+)", first, flags=re.MULTILINE)
    assert len(mine) == 6
    assert {came[i] for i in mine} == {"binding"}


def test_one_good_refuses_what_it_would_search_for_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    tmp_path.joinpath("mine.yaml").write_text(first, "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="limits on tonnes and rules on stocks on zinc"):
        simulate(pact.read("mine.yaml"), world.load(), ["zinc"], draws=0, sourcing="homogeneous")
