"""What a pact does by one publisher's figures and by another's, as the page on data prints it."""

from dataclasses import replace
from pathlib import Path

from orepact import pact, world
from orepact.report.structures import structures_table

PAGE = (Path(__file__).parents[2] / "docs/data.md").read_text("utf-8")
PACT = pact.read("us-mexico-2026")


def test_the_page_prints_these_rows() -> None:
    head, rule, *rows = structures_table(PACT, world.load(), ["antimony"]).splitlines()
    assert f"{head}\n{rule}\n" in PAGE
    assert len(rows) == 4
    assert "\n".join(rows) in PAGE


def test_the_first_row_is_what_a_world_without_alternatives_gives() -> None:
    alone = replace(world.load(), structures=lambda m: ())
    lines = structures_table(PACT, alone, ["lithium"]).splitlines()
    both = structures_table(PACT, world.load(), ["lithium"]).splitlines()
    assert both[:3] == lines
    assert "usgs-2026-fed" in both[3]
