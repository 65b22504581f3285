"""Tables for a terminal of eighty columns, and the words of their figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def table(
    title: str,
    words: tuple[str, ...],
    numbers: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> Table:
    """A table of words, then numbers, neither ever broken, then texts that wrap."""
    from rich import box
    from rich.table import Table

    out = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for name in words:
        out.add_column(name, no_wrap=True)
    for name in numbers:
        out.add_column(name, justify="right", no_wrap=True)
    for name in more:
        out.add_column(name, overflow="fold")
    return out


def key(said: Mapping[str, str]) -> Table:
    """What short marks stand for: the mark, and its words wrapped beside it."""
    from rich.table import Table

    out = Table.grid(padding=(0, 1, 0, 0))
    out.add_column(no_wrap=True, justify="right")
    out.add_column()
    for mark, words in said.items():
        out.add_row(mark, words)
    return out


def number(value: float) -> str:
    """Three figures below a thousand, else whole numbers.

    >>> number(0.12345), number(12345.6)
    ('0.123', '12,346')
    """
    return f"{value:,.3g}" if abs(value) < 999.5 else f"{value:,.0f}"
