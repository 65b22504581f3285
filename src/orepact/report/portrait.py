"""A profile as one picture of its own: the finding, the map, who makes and who sells."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from markupsafe import escape

from orepact.report import drawing, findings, maps, numbers, supply, words
from orepact.report.profile import BASES, REST, SHADES, subject
from orepact.report.subject import Subject
from orepact.report.supply import Split
from orepact.study.screened import Screen
from orepact.world import Screening, World

MARGIN = 30.0
LEFT, RIGHT = 620.0, 420.0
"""Widths of the map and of the bars, px."""
GAP = 40.0
WIDTH = 2 * MARGIN + LEFT + GAP + RIGHT
MAP = maps.HEIGHT * LEFT / (maps.WIDTH - 2 * maps.CUT)
"""Height of the map."""
LETTER, WIDER = 6.1, 6.9
"""Mean width of a letter of the small and of the plain text, px."""

STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "fill:#1b1f24}.title{font-size:25px;font-weight:600}.head{font-size:14px;font-weight:600}"
    ".name{font-size:12.5px}.strong{font-size:12.5px;font-weight:600}"
    ".small{font-size:11px;fill:#545b66}.map path{stroke:#fff;stroke-width:5}"
    ".label.phone,.lead.phone{display:none}.over{fill:#fff;opacity:.65}"
    ".map .own{fill:none;stroke:#1b1f24;stroke-width:12}.map .lead{stroke:#1b1f24;stroke-width:.8}"
    ".map .label{font-size:12px;font-weight:600;stroke:#fff;stroke-width:3px;paint-order:stroke}"
    ".map circle{stroke:#fff}.cut{stroke:#fff;stroke-width:1.4}"
    + "".join(f".q{n}{{fill:{c}}}" for n, c in enumerate(
        ("#e9ecf0", "#d5e3f3", "#aecbea", "#74a6da", "#3470b5", "#123f78")))
    + "".join(f".fill.{r}{{fill:{c}}}.tint.{r}{{fill:{c};opacity:.28}}"
              for r, c in drawing.COLOURS.items())
)  # fmt: skip


def portrait(screen: Screen, world: World, held: Screening, mineral: str) -> str:
    """The profile of a mineral as a standalone SVG."""
    s = subject(screen, world, mineral)
    made = supply.makers(s.mineral.id, s.chain, held)
    bought = supply.sources(s.mineral.id, s.party, s.chain, held)
    title = findings.title(s, *findings.published(s, held))
    lines = textwrap.wrap(title, 74)
    top = 38.0 + 31 * len(lines)
    right = MARGIN + LEFT + GAP
    parts = [_text(MARGIN, 38 + 31 * n, "title", line) for n, line in enumerate(lines)]
    drawn = next((x for x in made if x.stage == s.worst.stage), None)
    low = top
    if drawn is not None:
        parts += _map(s, drawn, top)
        low += 50 + MAP
    for told in findings.story(s, bought, held):
        low += 8
        for line in textwrap.wrap(told, int(LEFT / WIDER)):
            low += 18
            parts.append(_text(MARGIN, low, "name", line))
    bars, y = _stacks(f"Who makes each stage ({s.year})", made, s.party, right, top)
    parts += bars
    who = words.the(s.party)
    bars, y = _stacks(f"Whom {who} buys from", bought, s.party, right, y + 28)
    parts += bars
    height = max(y, low) + 44
    note = "Hatched: imputed, no trade record or scenario data. Orange: China; blue: "
    parts.append(_text(MARGIN, height - 14, "small", f"{note}{who}. orepact"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><defs>{drawing.hatches()}</defs><style>{STYLE}</style>"
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, style: str, text: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _map(s: Subject, drawn: Split, top: float) -> list[str]:
    head = f"Share of output: {drawn.title.lower()} ({BASES[drawn.basis]})"
    svg = maps.world_map(drawn.shares, head, party=s.party)
    size = f'<svg x="{MARGIN:.0f}" y="{top + 14:.0f}" width="{LEFT:.0f}" '
    size += f'height="{MAP:.0f}" overflow="visible" '
    parts = [_text(MARGIN, top, "head", head), svg.replace("<svg ", size, 1)]
    x, y = MARGIN, top + 32 + MAP
    for n, text in maps.legend():
        parts.append(f'<rect class="q{n}" x="{x:.0f}" y="{y - 9:.0f}" width="14" height="10"/>')
        parts.append(_text(x + 19, y, "small", text))
        x += 40 + LETTER * len(text)
    return parts


def _stacks(
    head: str, splits: Sequence[Split], party: str, x: float, y: float
) -> tuple[list[str], float]:
    """Bars with their parts named below; and where they end."""
    parts = [_text(x, y, "head", head)]
    y += 8
    for s in splits:
        y += 18
        parts.append(_text(x, y, "strong", s.title))
        told = ", ".join(t for t in (BASES[s.basis], s.what) if t)
        parts.append(_text(x + 14 + 7.3 * len(s.title), y, "small", textwrap.shorten(told, 46)))
        if not s.parts:
            y += 17
            why = s.why if s.total is not None else f"not known: {s.why}"
            parts.append(_text(x, y, "small", findings.capital(why)))
            continue
        y += 6
        at = x
        for n, p in enumerate(s.shown):
            wide = RIGHT * p.share
            box = f'<rect x="{at:.2f}" y="{y:.1f}" width="{wide:.2f}" height="15" '
            parts.append(f"{box}{_fill(p.region, party, n)}/>")
            if p.weak:
                parts.append(f'{box}fill="url(#hatch-over)"/>')
            at += wide
            parts.append(
                f'<line class="cut" x1="{at:.2f}" x2="{at:.2f}" y1="{y:.1f}" y2="{y + 15:.1f}"/>'
            )
        named = [f"{p.name} {numbers.share(p.share)}".replace(" ", numbers.SPACE) for p in s.shown]
        y += 15
        for line in textwrap.wrap(
            "  ".join(named), int(RIGHT / (LETTER + 1.1)), break_on_hyphens=False
        ):
            y += 14
            parts.append(_text(x, y, "small", line.replace(" ", 3 * numbers.SPACE)))
        y += 6
    return parts, y


def _fill(region: str, party: str, n: int) -> str:
    role = words.role(region, (party,)) if region else "rest"
    shade = f' opacity="{SHADES[n] if region else REST}"' if role == "rest" else ""
    return f'class="fill {role}"{shade}'
