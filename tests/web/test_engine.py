from pathlib import Path

import pytest

from orepact.errors import InputError, UnknownIdError
from orepact.web import live
from orepact.web.engine import Engine
from orepact.web.scenario import Scenario

ASKED = Scenario("us-mexico-2026", "zinc", 2027, 2024)


def test_processes_answer_as_the_server_itself():
    here, elsewhere = Engine(), Engine(workers=1)
    try:
        assert elsewhere.live(live.page, ASKED, None, "es", False) == here.live(
            live.page, ASKED, None, "es", False
        )
        bad = Scenario("us-mexico-2026", "zinc", 2027, 2024, (("refined", "1"),))
        with pytest.raises(InputError, match="no unit"):
            elsewhere.live(live.document, bad, None)
        for process in elsewhere._pool._processes.values():
            process.kill()
        assert elsewhere.live(live.python, ASKED)
    finally:
        here.close()
        elsewhere.close()


def test_a_pact_of_one_s_own(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "format: orepact/1\nid: mine\ntitle: {en: Mine}\nextends: us-mexico-2026\n"
        "without: [ndpr-magnet]\n"
    )
    held = Engine([file])
    assert held.pact("mine").title.en == "Mine"
    assert str(file) in held.live(live.python, Scenario("mine", "ndpr", 2027, 2024))
    with pytest.raises(UnknownIdError, match="Did you mean 'mine'"):
        held.pact("mina")


def test_a_pact_may_not_take_a_name_of_the_library(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "format: orepact/1\nid: us-eu-2026\ntitle: {en: Mine}\nextends: us-mexico-2026\n"
    )
    with pytest.raises(InputError, match="another id"):
        Engine([file])
