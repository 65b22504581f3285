"""Show a run: one HTML page, long tables, a terminal summary, a picture of the flows.

``html(run)``, ``tables(run)``, ``terminal(run)``, ``picture(run, mineral)``, ``png(svg)``.
Of a screen: ``profile(...)`` of one mineral as a page, ``portrait(...)`` as a picture, and
``write_screen(...)`` for everything.
"""

from orepact.report.drawing import picture, png
from orepact.report.page import html
from orepact.report.portrait import portrait
from orepact.report.profile import profile
from orepact.report.screen_folder import write_screen
from orepact.report.tables import tables
from orepact.report.terminal import terminal

__all__ = ["html", "picture", "png", "portrait", "profile", "tables", "terminal", "write_screen"]
