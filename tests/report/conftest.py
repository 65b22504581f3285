"""A run by hand: figures chosen, market and flows from the shipped world."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orepact import pact, world
from orepact.study.metrics import Key
from orepact.study.simulate import Figure, Run, simulate


@pytest.fixture(scope="session")
def ranged() -> Run:
    """Two minerals with ranges: NdPr has three stages, gallium two."""
    return simulate(pact.read("us-mexico-2026"), world.load(), ["ndpr", "gallium"], draws=8)


@pytest.fixture(scope="session")
def central() -> Run:
    """Central values only; manganese branches, magnesium has one stage."""
    return simulate(pact.read("us-mexico-2026"), world.load(), ["manganese", "magnesium"], draws=0)


@pytest.fixture(scope="session")
def many() -> Run:
    """Five members."""
    return simulate(pact.read("plurilateral-with-canada"), world.load(), ["zinc"], draws=8)


@pytest.fixture
def with_mineral():
    """The run with fields of one mineral replaced."""

    def change(run: Run, mineral: str, **fields: object) -> Run:
        held = replace(run.minerals[mineral], **fields)
        return replace(run, minerals={**run.minerals, mineral: held})

    return change


@pytest.fixture
def with_figures(with_mineral):
    """The run with some figures of one mineral set by hand: (stage, region, variable) -> Figure."""

    def change(run: Run, mineral: str, figures: Mapping[tuple[str, str, str], Figure]) -> Run:
        held = run.minerals[mineral].figures
        known = {Key(*k): f for k, f in figures.items()}
        assert known.keys() <= held.keys()
        return with_mineral(run, mineral, figures={**held, **known})

    return change
