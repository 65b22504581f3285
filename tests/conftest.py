"""Settings of all tests: no test is timed, so that a busy machine fails none.

Miniature worlds are fictional: they are held to no published figure, and their files are small.
"""

from hypothesis import settings

from orepact.world import consistency, guard
from orepact.world.sources import baci_full

guard.HELD_TO = tuple(c for c in guard.HELD_TO if c is not consistency.published_figures)
baci_full.LEAST = dict.fromkeys(baci_full.LEAST, 1)

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
