"""The miniature set of sources, in a folder of its own."""

from pathlib import Path

import pytest

import miniature
import miniature_whole


@pytest.fixture
def zinc_sources(tmp_path: Path) -> Path:
    return miniature.write(tmp_path / "raw")


@pytest.fixture(scope="session")
def whole_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that a build reads. Do not change it: copy what a test wants to break."""
    return miniature_whole.write(tmp_path_factory.mktemp("whole"))
