"""The miniature set of sources, in a folder of its own."""

from pathlib import Path

import pytest

import miniature


@pytest.fixture
def zinc_sources(tmp_path: Path) -> Path:
    return miniature.write(tmp_path / "raw")
