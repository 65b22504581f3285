"""Sentences that are English text and remember what they were made of, so that they translate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orepact.catalogue import region_name


@dataclass(frozen=True, slots=True)
class Place:
    """A region by its code."""

    code: str

    def __str__(self) -> str:
        return region_name(self.code)


@dataclass(frozen=True, slots=True)
class Code:
    """A region; English shows its code."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class KindName:
    """A kind of instrument; English shows its id."""

    kind: str

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Exact:
    """An amount to the cent; the sentence says of what."""

    value: Decimal

    def __str__(self) -> str:
        return f"{self.value:,.2f}"


@dataclass(frozen=True, slots=True)
class MineralName:
    """A mineral; English shows its id."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class StageName:
    """A stage of a mineral; English shows its id."""

    mineral: str
    stage: str

    def __str__(self) -> str:
        return self.stage


@dataclass(frozen=True, slots=True)
class Node:
    """A stage in a region: ``oxide in China``."""

    stage: StageName
    place: Place

    def __str__(self) -> str:
        return f"{self.stage} in {self.place}"


@dataclass(frozen=True, slots=True)
class Share:
    """A share (0 to 1) in whole per cent."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:.0%}"


@dataclass(frozen=True, slots=True)
class Held:
    """A region and a share of what is its own: ``China 34%``."""

    place: Place
    share: Share

    def __str__(self) -> str:
        return f"{self.place} {self.share}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A level in whole units, USD/t or USD; the sentence says which."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:,.0f}"


@dataclass(frozen=True, slots=True)
class Times:
    """A ratio with one decimal."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:.1f}"


@dataclass(frozen=True, slots=True)
class Listed:
    """Values in a row, and how many more there are."""

    items: tuple[Value, ...]
    more: int = 0

    def __str__(self) -> str:
        return ", ".join(map(str, self.items)) + (f" and {self.more} more" if self.more else "")


Value = (
    str | int | date | Code | KindName | Exact | Place | MineralName | StageName | Node | Share
    | Held | Whole | Times | Listed
)  # fmt: skip


def later(text: str) -> str:
    """Mark a text that is said later, so that it is translated."""
    return text


class Said(str):
    """An English sentence with its ``template`` and the ``values`` in it; otherwise a string."""

    template: str
    values: Mapping[str, object]


def said(template: str, /, **values: object) -> Said:
    """The English sentence of a template, which remembers both.

    >>> text = said("{share} of it comes from {place}.", share=Share(0.3), place=Place("CHN"))
    >>> text, text.template
    ('30% of it comes from China.', '{share} of it comes from {place}.')
    """
    text = Said(template.format(**values) if values else template)
    text.template, text.values = template, values
    return text
