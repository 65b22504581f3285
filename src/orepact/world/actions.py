"""Duties of the United States by proclamation or notice: ``actions.toml`` as rows."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from orepact.errors import WorldError
from orepact.world.duty_table import Row, Triple

USMCA = ("CAN", "MEX")
SELECTORS = ("all", "free of 232", "listed", "unlisted")


@dataclass(frozen=True, slots=True)
class Action:
    """One dated duty: what it adds (low, central, high), to which origins and lines."""

    component: str
    rate: Triple
    lines: str | tuple[str, ...]
    source: str
    origins: tuple[str, ...] = ("",)
    spared: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    claimed: bool = False
    assumed: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.lines, str) and self.lines not in SELECTORS:
            raise WorldError(
                f"actions.toml, {self.component}: lines '{self.lines}' is none of "
                f"{', '.join(SELECTORS)}, nor a list of prefixes."
            )

    def covers(self, line: str, listed: Collection[str]) -> bool:
        """Whether the action reaches a line; ``listed`` are the lines of Annex II."""
        if not isinstance(self.lines, str):
            return line.startswith(self.lines)
        if self.lines == "all":
            return True
        if line.startswith(_metals()):
            return False
        return self.lines == "free of 232" or (line in listed) == (self.lines == "listed")


@cache
def actions() -> tuple[Action, ...]:
    """All actions, in the order of the file."""
    raw = tomllib.loads(files(__package__).joinpath("actions.toml").read_text("utf-8"))
    return tuple(_action(a) for a in raw["action"])


def _action(entry: Mapping[str, Any]) -> Action:
    """One entry of the file; an unknown key raises :class:`WorldError`."""
    names = {"from": "start", "until": "end"}
    known: dict[str, Any] = {
        names.get(k, k): tuple(v) if isinstance(v, list) else v for k, v in entry.items()
    }
    if unknown := sorted(set(known) - {f.name for f in fields(Action)}):
        raise WorldError(f"actions.toml, {entry.get('component')}: unknown key {unknown[0]!r}.")
    return Action(**known)


@cache
def _metals() -> tuple[str, ...]:
    """Prefixes of lines under Section 232, which other actions leave out."""
    return tuple({p for a in actions() if a.component == "s232" for p in a.lines})


def metals(line: str) -> float:
    """Section 232's rate on a line before 2025, whatever its origin: a share, 0 on other goods.

    >>> metals("76011060"), metals("26030000")
    (0.1, 0.0)
    """
    held = (a for a in actions() if (a.component, a.start, a.origins) == ("s232", None, ("",)))
    return next((a.rate[1] for a in held if a.covers(line, ())), 0.0)


def action_rows(
    stage: tuple[str, str],
    codes: Collection[str],
    listed: Collection[str],
    claims: Mapping[tuple[str, str], float],
    held: Collection[Action] | None = None,
) -> Iterator[Row]:
    """Rows of one stage. ``claims`` is the share of USMCA by line and origin, where known."""
    for a in actions() if held is None else held:
        for line in (c for c in codes if a.covers(c, listed)):
            place = (*stage, line, a.component, a.start, a.end)
            claimants = USMCA if a.claimed and a.origins == ("",) else ()
            for origin in dict.fromkeys((*a.origins, *claimants)):
                rate, note, assumed = a.rate, a.note, a.assumed
                if a.claimed and origin in USMCA:
                    unclaimed = 1 - claims.get((line, origin), 1.0)
                    rate, assumed = (0.0, rate[1] * unclaimed, rate[2]), True
                    note = f"{note}; on what does not claim USMCA".removeprefix("; ")
                yield Row("USA", origin, *place, rate, a.source, assumed, note)
            for origin in a.spared:
                yield Row("USA", origin, *place, (0.0, 0.0, 0.0), a.source, False, "not subject")
