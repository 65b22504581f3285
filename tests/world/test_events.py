"""Events that a year's figures do not show."""

import csv
from importlib.resources import files

from orepact.catalogue import minerals
from orepact.world.events import events
from orepact.world.register import register


def test_every_event_is_of_a_mineral_and_a_source() -> None:
    rows = csv.DictReader(
        files("orepact.world").joinpath("events.csv").read_text("utf-8").splitlines()
    )
    for r in rows:
        assert r["mineral"] in minerals()
        assert r["source"] in register()
        assert events(r["mineral"], (int(r["year"]),))


def test_the_stop_of_cobalt_is_of_2025_alone() -> None:
    assert "DR Congo suspended" in events("Co", (2024, 2025))[0]
    assert events("cobalt", (2024,)) == [] == events("zinc", (2025,))
