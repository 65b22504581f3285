"""The program as such: help, version, usage, exit codes, import cost."""

import subprocess
import sys

import pytest

from orepact import __version__
from orepact.errors import NotSolvedError

COMMANDS = ("simulate", "compare", "check", "diff", "timeline", "schema", "world")


def test_help_lists_every_command(orepact) -> None:
    done = orepact("--help")
    assert done.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in done.out


@pytest.mark.parametrize("name", [*COMMANDS, "world show", "world build"])
def test_every_command_explains_itself(orepact, name: str) -> None:
    done = orepact(*name.split(), "--help")
    assert done.code == 0
    assert "Usage:" in done.out


def test_version(orepact) -> None:
    assert orepact("--version") == (0, f"orepact {__version__}\n", "")


@pytest.mark.parametrize("words", [("simulat",), ("simulate",), ("check", "a", "b"), ("--quick",)])
def test_what_is_no_command_is_bad_input(orepact, words) -> None:
    done = orepact(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err


def test_what_does_not_solve_is_one(orepact, monkeypatch) -> None:
    def stalls(*args, **how):
        raise NotSolvedError("Not solved: the iteration stalled.")

    monkeypatch.setattr("orepact.study.simulate.solve", stalls)
    done = orepact("simulate", "us-mexico-2026", "--minerals", "zinc", "--central")
    assert done == (1, "", "orepact: Not solved: the iteration stalled.\n")


def test_as_installed() -> None:
    """Its own process: exit code, streams, and help that loads no heavy library."""
    bad = subprocess.run(
        [sys.executable, "-c", "from orepact.cli.app import main; main()", "check", "nonesuch"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert bad.returncode == 2
    assert bad.stdout == ""
    assert bad.stderr.startswith("orepact: No pact 'nonesuch' in the library. Known: ")
    code = (
        "import sys; from orepact.cli.app import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'scipy', 'polars', 'pydantic'} & set(sys.modules)))"
    )
    helped = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert helped.stdout.endswith("[]\n")
