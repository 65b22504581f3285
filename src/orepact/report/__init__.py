"""Show a run: one HTML page, long tables, a terminal summary, a picture of the flows.

``html(run)``, ``tables(run)``, ``terminal(run)``, ``picture(run, mineral)``, ``png(svg)``.
"""

from orepact.report.drawing import picture, png
from orepact.report.page import html
from orepact.report.tables import tables
from orepact.report.terminal import terminal

__all__ = ["html", "picture", "png", "tables", "terminal"]
