"""Show a run: one HTML page, long tables, a terminal summary, a picture of the flows."""

from orepact.report.drawing import picture, png
from orepact.report.page import html

__all__ = ["html", "picture", "png"]
