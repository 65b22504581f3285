"""The world: who mines, refines, trades and uses what, in a base year, figure by figure.

from orepact import world
zinc = world.load().chain("zinc")
"""

from orepact.world.alternative_load import alternatives, rivals
from orepact.world.load import coverage, load, why, why_duties
from orepact.world.origins import traced
from orepact.world.screening import Screening, screening
from orepact.world.world import GRADES, KINDS, Chain, Covered, Range, Structure, World

__all__ = [
    "GRADES",
    "KINDS",
    "Chain",
    "Covered",
    "Range",
    "Screening",
    "Structure",
    "World",
    "alternatives",
    "coverage",
    "load",
    "rivals",
    "screening",
    "traced",
    "why",
    "why_duties",
]
