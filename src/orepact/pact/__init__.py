"""The agreement as data: read, check, compare, and put on a calendar."""

from orepact.pact.agreement import FORMAT, SCENARIO, Pact
from orepact.pact.files import library
from orepact.pact.instrument import Instrument
from orepact.pact.kinds import KINDS, simulated
from orepact.pact.read import read, read_text

__all__ = [
    "FORMAT",
    "KINDS",
    "SCENARIO",
    "Instrument",
    "Pact",
    "library",
    "read",
    "read_text",
    "simulated",
]
