"""One malformed file per possible mistake: where, what and how to mend it, word for word.

``<mistake>.yaml`` is the file and ``<mistake>.txt`` the message that a reader sees.
"""

from pathlib import Path

import pytest

from orepact import pact
from orepact.errors import PactError

FOLDER = Path(__file__).parent / "malformed"
MISTAKES = sorted(f.stem for f in FOLDER.glob("*.yaml"))


def message(mistake: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(PactError) as raised:
        pact.read(f"{mistake}.yaml")
    return str(raised.value)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_says_where_what_and_how_to_mend_it(mistake, monkeypatch):
    expected = (FOLDER / f"{mistake}.txt").read_text("utf-8").rstrip("\n")
    assert message(mistake, monkeypatch) == expected


def test_every_message_has_its_file():
    assert sorted(f.stem for f in FOLDER.glob("*.txt")) == MISTAKES
    assert len(MISTAKES) > 80


def test_the_file_without_mistakes_reads():
    assert pact.read(FOLDER.parent / "valid.yaml").id == "demo"
