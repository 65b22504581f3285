"""A survey of one's own rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from publishers import HEADER, write

from orepact.world.sources.usgs import MCS_2026


@pytest.fixture
def survey_of(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a survey with the given rows and returns the folder."""

    def make(*rows: tuple[str, ...]) -> Path:
        write(tmp_path / MCS_2026, HEADER, rows, "cp1252")
        return tmp_path

    return make
