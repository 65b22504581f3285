"""The agreement as data: read, check, compare, and put on a calendar."""

from orepact.pact.agreement import FORMAT, SCENARIO, Pact
from orepact.pact.files import library
from orepact.pact.instrument import Instrument
from orepact.pact.kinds import KINDS, left_out, simulated
from orepact.pact.read import read, read_text

__all__ = [
    "FORMAT",
    "KINDS",
    "SCENARIO",
    "Instrument",
    "Pact",
    "left_out",
    "library",
    "read",
    "read_text",
    "simulated",
]
