"""What a brief is made of: titled parts of points, pictures and tables, and how figures read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orepact.report import numbers, vega
from orepact.report.blocks import Cell, Table
from orepact.report.flows import Panel
from orepact.report.language import Language
from orepact.report.vega import Bar, Price
from orepact.report.view import Shown

SPACE = numbers.SPACE
Write = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A paragraph; ``lead`` are its first words, which stand out, or a command line (``code``)."""

    lead: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of rows on one axis: prices where they are :class:`Price`, else welfare."""

    title: str
    caption: str
    rows: tuple[Price, ...] | tuple[Bar, ...]
    year: int

    def spec(self, lang: Language, theme: str) -> vega.Spec:
        """The chart as a Vega-Lite specification."""
        prices = tuple(r for r in self.rows if isinstance(r, Price))
        if prices:
            return vega.prices(prices, lang, theme, year=self.year)
        return vega.welfare([r for r in self.rows if isinstance(r, Bar)], lang, theme)


@dataclass(frozen=True, slots=True)
class Flow:
    """Shipments at one stage before and after: (heading, panel, what it shows in words) each."""

    title: str
    caption: str
    panels: tuple[tuple[str, Panel, str], ...]


Block = Point | Chart | Flow | Table


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part of a brief."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief in one language: what a reader meets, in order; how it looks stands elsewhere."""

    lang: Language
    title: str
    under: str
    scenario: str
    parts: tuple[Part, ...]
    foot: str


class Pen:
    """Writes figures in a language: headline, then the range in brackets."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def percent(self, x: float) -> str:
        """A relative change with its unit."""
        return f"{self.lang.percent(x)}{SPACE}%"

    def ranged(self, x: Shown, write: Write, unit: str = "") -> str:
        """``+20 % (+15 to +24)``; a sign that is not settled is said."""
        spread = self.spread(x, write)
        head = f"{write(x.mid)}{SPACE + unit if unit else ''}"
        if not spread:
            return head
        if x.unsettled:
            spread += "; " + self.lang.say("sign not settled")
        return f"{head} ({spread})"

    def change(self, x: Shown) -> str:
        """A relative change with its range, in per cent."""
        return self.ranged(x, self.lang.percent, "%")

    def spread(self, x: Shown, write: Write) -> str:
        """The range alone; empty where there is none, or it has no width as written."""
        if x.low is None or x.high is None or write(x.low) == write(x.high) == write(x.mid):
            return ""
        return self.lang.between(x.low, x.high, write)

    def cell(self, x: Shown | None, write: Write, missing: str = "") -> Cell:
        """A figure of a table with its range below it."""
        if x is None:
            return Cell(missing, muted=True)
        text = write(x.mid)
        return Cell(text, self.spread(x, write), text == "0")

    def pair(self, name: str, text: str) -> str:
        """What a figure is of, and the figure: ``Zinc: +20 %``."""
        return self.lang.say("{name}: {text}", name=name, text=text)

    def inside(self, mineral: str, stage: str = "") -> str:
        """A mineral inside a sentence, with its stage where it has one: ``zinc (refined)``."""
        name = self.lang.mineral(mineral)
        short = name[:2].lower() != name[:2] and name[1:] != name[1:].lower()
        said = name if short else name[:1].lower() + name[1:]
        return f"{said} ({self.lang.stage_word(mineral, stage)})" if stage else said

    def label(self, mineral: str, stage: str) -> str:
        """A mineral and its stage at the head of a row."""
        name = "NdPr" if mineral == "ndpr" else self.lang.mineral(mineral)
        return f"{name}, {self.lang.stage_word(mineral, stage)}"
