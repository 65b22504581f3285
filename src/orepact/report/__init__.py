"""Show a run: one HTML page, long tables, a terminal summary, a picture of the flows.

``html(run)``, ``tables(run)``, ``terminal(run)``, ``picture(run, mineral)``, ``png(svg)``.
Of a screen: ``profile(...)`` of one mineral, and everything as ``write_screen(...)``.
"""

from orepact.report.drawing import picture, png
from orepact.report.page import html
from orepact.report.profile import profile
from orepact.report.screen_folder import write_screen
from orepact.report.tables import tables
from orepact.report.terminal import terminal

__all__ = ["html", "picture", "png", "profile", "tables", "terminal", "write_screen"]
