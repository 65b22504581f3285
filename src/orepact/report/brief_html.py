"""The brief as a fragment of a page: headings, figures with their texts, tables with captions.

Colours are the page's own (``--ink``, ``--member``, ...), so that pictures follow dark and light;
the page holds the hatches (:func:`orepact.report.drawing.hatches`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orepact.report import drawing, vega
from orepact.report.blocks import Table
from orepact.report.brief_blocks import Brief, Chart, Flow, Point

if TYPE_CHECKING:
    from markupsafe import Markup


def html(brief: Brief) -> Markup:
    """The brief as HTML without ``html`` and ``head``; its headings begin at the second level."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(
        loader=PackageLoader("orepact.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.tests |= {
        kind.__name__.lower(): lambda x, kind=kind: isinstance(x, kind)
        for kind in (Point, Chart, Flow, Table)
    }

    def chart(c: Chart) -> tuple[str, Markup]:
        spec = c.spec(brief.lang, "page")
        return str(spec["description"]), Markup(vega.svg(spec))

    template = env.get_template("brief.html.j2")
    return Markup(template.render(b=brief, chart=chart, flow=drawing.panel_svg))
