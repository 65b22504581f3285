"""Flow panels as SVG: on the page, coloured by its style sheet, or as a picture of its own."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from orepact.catalogue import mineral
from orepact.errors import InputError, UnknownIdError, nearest
from orepact.pact import SCENARIO
from orepact.report import flows, numbers, view, words
from orepact.report.flows import Band, Node, Panel
from orepact.report.language import Language, language
from orepact.study.simulate import Run

WIDTH = 400.0
LEFT, RIGHT = 108.0, 292.0
NODE = 7.0
HEAD = 4.0
COLOURS = {"member": "#1d5fae", "china": "#c2570c", "rest": "#7c828c"}
"""Blue, orange and grey: told apart by every kind of colour vision, and in print."""


def hatches() -> str:
    """Patterns, held once by a page or picture: for weak data one per role and one to lay over any
    shade, and on maps (in tenths of a px) one for pools and one to lay over weak data."""
    return "".join(
        f'<pattern id="hatch-{role}" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect class="tint {role}" width="5" height="5"/>'
        f'<rect class="fill {role}" width="2.2" height="5"/></pattern>'
        for role in COLOURS
    ) + (
        '<pattern id="hatch-over" width="4" height="4" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="over" width="1.3" height="4"/></pattern>'
        '<pattern id="hatch-pool" width="60" height="60" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="q0" width="60" height="60"/>'
        '<rect class="q3" width="14" height="60"/></pattern>'
        '<pattern id="hatch-weak" width="50" height="50" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-45)"><rect class="over" width="16" height="50"/></pattern>'
    )


def panel_svg(panel: Panel, title: str, lang: Language | None = None) -> str:
    """One panel as inline SVG with its description."""
    height = panel.height + 2 * HEAD
    return (
        f'<svg class="flow" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}">{panel_body(panel, lang)}</svg>'
    )


def panel_picture(panel: Panel, title: str, lang: Language, font: str = "Libertinus Serif") -> str:
    """One panel as a standalone SVG, for print."""
    height = panel.height + 2 * HEAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}"><title>{escape(title)}</title>'
        f"<defs>{hatches()}</defs><style>{_STYLE} text{{font-family:'{font}'}}</style>"
        f"{panel_body(panel, lang)}</svg>"
    )


def panel_body(panel: Panel, lang: Language | None = None) -> str:
    """Bands, nodes and labels of a panel, from its own upper left corner."""
    lang = lang or language()
    if not panel.bands:
        return (
            f'<text class="small" x="{WIDTH / 2:.0f}" y="20" text-anchor="middle">'
            f"{escape(lang.say('No shipment starts or ends in a member.'))}</text>"
        )
    parts = [_band(b, lang) for b in panel.bands]
    parts += [
        _node(n, LEFT - NODE, LEFT - NODE - 6, "end", panel.after, lang) for n in panel.origins
    ]
    parts += [
        _node(n, RIGHT, RIGHT + NODE + 6, "start", panel.after, lang) for n in panel.destinations
    ]
    return "".join(parts)


def _band(b: Band, lang: Language) -> str:
    a, d, h, m = b.y0 + HEAD, b.y1 + HEAD, max(b.height, 0.5), (LEFT + RIGHT) / 2
    path = (
        f"M{LEFT:.1f} {a:.2f}C{m:.1f} {a:.2f} {m:.1f} {d:.2f} {RIGHT:.1f} {d:.2f}"
        f"V{d + h:.2f}C{m:.1f} {d + h:.2f} {m:.1f} {a + h:.2f} {LEFT:.1f} {a + h:.2f}Z"
    )
    fill = f'fill="url(#hatch-{b.role})"' if b.weak else f'class="fill {b.role}"'
    note = f" ({lang.say('weak data')})" if b.weak else ""
    tip = f"{b.origin} → {b.destination}: {lang.tonnes(b.tonnes)}{note}"
    return f'<path d="{path}" {fill} opacity=".82"><title>{escape(tip)}</title></path>'


def _node(n: Node, x: float, text: float, anchor: str, after: bool, lang: Language) -> str:
    y = n.y + HEAD
    middle = y + n.height / 2
    moved = ""
    if after and n.base > 0 and abs(n.now / n.base - 1) >= 0.0005:
        moved = f" ({lang.percent(n.now / n.base - 1)}{numbers.SPACE}%)"
    bar = f'<rect class="fill {n.role}" x="{x:.1f}" y="{y:.2f}" width="{NODE}" '
    return (
        f'{bar}height="{max(n.height, 0.8):.2f}"/>'
        f'<text class="name" x="{text:.1f}" y="{middle - 3:.1f}" text-anchor="{anchor}">'
        f"{escape(n.name)}</text>"
        f'<text class="small" x="{text:.1f}" y="{middle + 11:.1f}" text-anchor="{anchor}">'
        f"{lang.tonnes(n.now)}{moved}</text>"
    )


_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "fill:#1b1f24}.name{font-size:12px}.small{font-size:11px;fill:#545b66}"
    ".head{font-size:13px;font-weight:600}.title{font-size:17px;font-weight:600}"
    + "".join(f".fill.{r}{{fill:{c}}}.tint.{r}{{fill:{c};opacity:.28}}" for r, c in COLOURS.items())
)


def picture(run: Run, mineral_id: str) -> str:
    """The flow picture of one mineral as a standalone SVG: stages left to right, 2024 above.

    Raises :class:`UnknownIdError` for a mineral that the run does not hold.
    """
    id = mineral(mineral_id).id
    if id not in run.minerals:
        raise UnknownIdError(f"The run holds no '{id}'. {nearest(id, run.minerals)}")
    mr = run.minerals[id]
    pairs = [flows.panels(mr, s, run.members) for s in mr.chain.stages]
    margin, gutter, top = 28.0, 26.0, 92.0
    rows = max(p.height for p, _ in pairs) + 2 * HEAD
    width = max(2 * margin + len(pairs) * (WIDTH + gutter) - gutter, 700.0)
    below = top + rows + 46
    height = below + rows + 56
    unit = mineral(mr.chain.mineral).unit.removeprefix("t ")
    parties = numbers.listed([words.the(m) for m in run.members])
    title = f"{view.name(mr)}: shipments to and from {parties}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><defs>{hatches()}</defs><style>{_STYLE}</style>"
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        _text(margin, 34, "title", title),
        _text(
            margin,
            54,
            "small",
            f"{SCENARIO} Contained {unit} a year; data: {words.GRADES[view.grade(mr)]}.",
        ),
    ]
    for n, pair in enumerate(pairs):
        x = margin + n * (WIDTH + gutter)
        stage = words.stage_name(mr.chain.mineral, pair[0].stage)
        for y, panel in ((top, pair[0]), (below, pair[1])):
            when = "with the pact" if panel.after else str(run.year)
            parts.append(_text(x, y - 10, "head", f"{stage}, {when}"))
            parts.append(f'<g transform="translate({x:.0f} {y:.0f})">{panel_body(panel)}</g>')
    parts.append(_legend(margin, height - 22))
    return "".join(parts) + "</svg>"


def png(svg: str, scale: float = 2.0) -> bytes:
    """A standalone picture as PNG."""
    try:
        import vl_convert
    except ImportError:
        raise InputError("PNG needs one more package: pip install 'orepact[png]'.") from None

    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def _text(x: float, y: float, style: str, words_: str) -> str:
    return f'<text class="{style}" x="{x:.0f}" y="{y:.0f}">{escape(words_)}</text>'


LEGEND: Sequence[tuple[str, str]] = (
    ("member", "from a member"),
    ("china", "from China"),
    ("rest", "from other countries"),
)


def _legend(x: float, y: float) -> str:
    parts = []
    for role, text in LEGEND:
        parts.append(
            f'<rect class="fill {role}" x="{x:.0f}" y="{y - 10:.0f}" width="18" height="11"/>'
            + _text(x + 24, y, "small", text)
        )
        x += 44 + 6.2 * len(text)
    parts.append(
        f'<rect fill="url(#hatch-rest)" x="{x:.0f}" y="{y - 10:.0f}" width="18" height="11"/>'
        + _text(
            x + 24,
            y,
            "small",
            "hatched: imputed, traced through stocks, or no trade in the base year",
        )
    )
    return "".join(parts)
