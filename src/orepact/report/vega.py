"""Charts as Vega-Lite specifications: plain dicts that a browser draws and the printer prints.

Numbers on axes are written by the language, through ``config.locale``, which Vega reads wherever
it runs. Weak data have a dashed outline; a bar whose sign is not settled is hollow.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from orepact.errors import InputError, ResultError, nearest
from orepact.report.drawing import COLOURS
from orepact.report.language import Language

Spec = dict[str, Any]

WIDTH = 640
"""Of the plot and its labels in print, px; on a page a chart is as wide as its place."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours and letters of a chart by where it stands; width ``None`` for all there is, rows
    ``step`` px high."""

    ink: str
    soft: str
    grid: str
    paper: str
    font: str
    width: int | None
    step: int
    colours: Mapping[str, str]


_ROLES = MappingProxyType({**COLOURS, "world": COLOURS["rest"]})
_BRIGHT = MappingProxyType(
    {"member": "#6ea8f0", "china": "#f0925a", "rest": "#a2a8b1", "world": "#a2a8b1"}
)
_PAGE = MappingProxyType({role: f"var(--{role})" for role in COLOURS} | {"world": "var(--rest)"})
_MEASURED = "Arial, Helvetica, Liberation Sans, sans-serif"
_SANS = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"
THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "light": Theme("#1c2430", "#5a6472", "#e1e5ea", "#ffffff", _SANS, None, 27, _ROLES),
        "dark": Theme("#e8ebf0", "#a9b1bd", "#39424f", "#171c23", _SANS, None, 27, _BRIGHT),
        # colours of the page that the picture stands in, letters that the printer can measure
        "page": Theme(
            "var(--ink)", "var(--soft)", "var(--line)", "var(--paper)", _MEASURED, WIDTH, 27, _PAGE
        ),
        "print": Theme(
            "#1c2430", "#5a6472", "#dde1e6", "#ffffff", "Libertinus Serif, serif", WIDTH, 17, _ROLES
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its 5-95 % range in the unit of the axis; ``text`` is written beside it.

    ``value`` is ``None`` where there is no number: ``text`` then says what is missing.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    weak: bool = False
    role: str = "rest"
    text: str = ""

    @property
    def unsettled(self) -> bool:
        """Whether the range holds both signs."""
        return self.low is not None and self.high is not None and self.low < 0 < self.high


@dataclass(frozen=True, slots=True)
class Price:
    """What buyers pay at a stage in a member, before and after, and the floor: all USD/t."""

    label: str
    before: float
    after: float
    low: float | None = None
    high: float | None = None
    floor: float | None = None
    weak: bool = False
    role: str = "member"


def prices(rows: Sequence[Price], lang: Language, theme: str = "light", *, year: int) -> Spec:
    """Prices that buyers pay, the base year's as 100: dot, range, and the floor as a stroke.

    Raises :class:`ResultError` for a row without a price before.
    """
    for r in rows:
        if not (r.before > 0 and math.isfinite(r.before) and math.isfinite(r.after)):
            raise ResultError(f"A chart met {r.before} and {r.after} as the prices of {r.label}.")
    look = _theme(theme)

    def index(x: float | None, r: Price) -> float | None:
        return None if x is None else round(100 * x / r.before, 4)

    values = [
        {
            "label": r.label,
            "value": index(r.after, r),
            "low": index(r.low, r),
            "high": index(r.high, r),
            "floor": index(r.floor, r),
            "colour": look.colours[r.role],
            "fill": look.paper if r.weak else look.colours[r.role],
            "text": levels(r, lang),
        }
        for r in rows
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None}
    fill = {"field": "fill", "type": "nominal", "scale": None}
    title = lang.say("Price that buyers pay, {year} = 100", year=year)
    x = _x("value", title)
    layers = [
        _stroke(100, look),
        _range(colour, 5.0, 0.45),
        {
            "transform": [{"filter": "isValid(datum.floor)"}],
            "mark": {"type": "tick", "thickness": 2.5, "size": 16, "color": look.ink, "opacity": 1},
            "encoding": {"x": _x("floor", title)},
        },
        {
            "mark": {"type": "point", "filled": False, "size": 62, "strokeWidth": 2, "opacity": 1},
            "encoding": {"x": x, "stroke": colour, "fill": fill},
        },
        _beside(look),
    ]
    return _spec(values, layers, lang, look, title, zero=False)


def levels(r: Price, lang: Language) -> str:
    """The two prices as written beside a row, the unit once."""
    before, after = lang.price(r.before), lang.price(r.after)
    amount, _, unit = before.rpartition("\u00a0")
    if not after.endswith(unit):
        amount, after = lang.number(r.before), f"{lang.number(r.after)}\u00a0USD/t"
    return f"{amount} → {after}"


def welfare(rows: Sequence[Bar], lang: Language, theme: str = "light", *, title: str = "") -> Spec:
    """Changes of welfare as bars with ranges, USD million a year unless ``title`` says otherwise.

    Hollow where the sign is not settled, a dashed outline where the data are weak.
    """
    look = _theme(theme)
    values = [
        {
            "label": r.label,
            "value": r.value,
            "low": r.low,
            "high": r.high,
            "colour": look.colours[r.role],
            "fill": look.paper if r.unsettled else look.colours[r.role],
            "opacity": 0.35 if r.weak and not r.unsettled else 1.0,
            "weak": r.weak,
            "text": r.text,
        }
        for r in rows
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None}
    said = title or lang.say("Change of welfare, USD million a year")
    layers = [
        {
            "mark": {"type": "bar", "height": {"band": 0.56}, "strokeWidth": 1.4},
            "encoding": {
                "x": _x("value", said),
                "fill": {"field": "fill", "type": "nominal", "scale": None},
                "fillOpacity": {"field": "opacity", "type": "quantitative", "scale": None},
                "stroke": colour,
                "strokeDash": {
                    "condition": {"test": "datum.weak", "value": [3, 2]},
                    "value": [1, 0],
                },
            },
        },
        _stroke(0, look),
        _range({"value": look.ink}, 1.4, 1.0),
        _beside(look),
    ]
    return _spec(values, layers, lang, look, said, zero=True)


def _stroke(at: float, look: Theme) -> Spec:
    """A line over all rows at one place of the axis."""
    return {
        "mark": {"type": "rule", "color": look.soft},
        "encoding": {"x": {"datum": at}, "y": {"value": 0}, "y2": {"value": "height"}},
    }


def _x(field: str, title: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": title}


def _range(colour: Spec, width: float, opacity: float) -> Spec:
    return {
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "strokeWidth": width, "opacity": opacity},
        "encoding": {
            "x": {"field": "low", "type": "quantitative"},
            "x2": {"field": "high"},
            "stroke": colour,
        },
    }


def _beside(look: Theme) -> Spec:
    """The figures in words at the right end of each row."""
    return {
        "mark": {"type": "text", "align": "left", "dx": 10, "fontSize": 11, "color": look.ink},
        "encoding": {"x": {"value": "width"}, "text": {"field": "text"}},
    }


def _spec(
    values: list[Spec], layers: list[Spec], lang: Language, look: Theme, said: str, *, zero: bool
) -> Spec:
    labels = [v["label"] for v in values]
    if len(set(labels)) < len(labels):
        raise ResultError(f"A chart met the same label twice: {labels}. Name each row once.")
    return {
        "$schema": SCHEMA,
        "description": description(values, said),
        "data": {"values": values},
        "width": look.width or "container",
        "height": {"step": look.step},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": labels,
                "title": None,
                "axis": {"labelLimit": 220, "ticks": False, "domain": False, "labelPadding": 8},
            }
        },
        "layer": layers,
        "config": {
            "aria": False,  # the description says it whole
            "background": look.paper,
            "font": look.font,
            "locale": {"number": number_locale(lang)},
            "scale": {"zero": zero},
            "view": {"stroke": None},
            "axis": {
                "labelColor": look.ink,
                "titleColor": look.soft,
                "gridColor": look.grid,
                "domainColor": look.grid,
                "tickColor": look.grid,
                "labelFontSize": 11,
                "titleFontSize": 11,
                "titleFontWeight": "normal",
            },
            "axisX": {"grid": True, "format": ",~r", "tickCount": 6},
            "axisY": {"grid": False},
        },
    }


def description(values: Sequence[Mapping[str, Any]], said: str) -> str:
    """What a chart shows, in words, for those who do not see it."""
    return f"{said}. " + "; ".join(f"{v['label']}: {v['text'] or v['value']}" for v in values) + "."


def number_locale(lang: Language) -> Spec:
    """How d3 and Vega write numbers in a language: its own marks, a real minus sign."""
    return {
        "decimal": lang.digits("."),
        "thousands": lang.digits(","),
        "grouping": [3],
        "currency": ["", ""],
        "minus": "\u2212",
    }


def shades() -> list[tuple[str, str]]:
    """Colours of the light theme, each with the one that stands for it in the dark."""
    day, night = THEMES["light"], THEMES["dark"]
    pairs = {getattr(day, n): getattr(night, n) for n in ("ink", "soft", "grid", "paper")}
    return list((pairs | {day.colours[r]: night.colours[r] for r in day.colours}).items())


_PARTS = re.compile(r' (role="graphics-[a-z-]+"|aria-roledescription="[^"]*")')
"""Marks of a picture's parts, which the words beside it say whole."""


def svg(spec: Spec) -> str:
    """A chart as SVG, without a browser."""
    try:
        import vl_convert
    except ImportError:
        raise InputError("Charts need one more package: pip install 'orepact[web]'.") from None
    made = str(vl_convert.vegalite_to_svg(spec, vl_version="5.20"))
    return _PARTS.sub("", made)


def _theme(name: str) -> Theme:
    if name not in THEMES:
        raise InputError(f"There is no theme '{name}'. {nearest(name, THEMES)}")
    return THEMES[name]
