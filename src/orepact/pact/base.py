"""What every record of a pact is made of: strict frozen models, dates, words, mistakes.

Every reader refuses with all that is wrong at once: :func:`refuse` carries a list of
:class:`Found`, which :mod:`orepact.pact.explain` turns into problems with line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from orepact.errors import DateError, InputError, nearest

Path = tuple[str | int, ...]
V = TypeVar("V")


class Found(NamedTuple):
    """One mistake: its path inside the value, what it is, how to mend it."""

    path: Path
    what: str
    mend: str


def refuse(found: Iterable[Found]) -> PydanticCustomError:
    """Build the exception that carries several mistakes through pydantic."""
    listed = [tuple(f) for f in found]
    text = " ".join(f"{what} {mend}".strip() for _, what, mend in listed)
    return PydanticCustomError("orepact", "{text}", {"text": text, "found": listed})


def unknown_key(path: Path, known: Iterable[str]) -> Found:
    """The mistake of a key, the last step of ``path``, that is not among ``known``."""
    key = str(path[-1])
    mend = "Write a space after the colon." if ":" in key else nearest(key, known)
    return Found(path, f"Unknown key '{key}'.", mend)


def split(error: InputError) -> tuple[str, str]:
    """Cut a message of :mod:`orepact.errors` into what is wrong and how to mend it."""
    what, dot, mend = str(error).partition(". ")
    return (what + "." if dot else what), mend


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """How pydantic reads, writes and describes one kind of value."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
            metadata={"pydantic_js_functions": [lambda _s, _h: dict(self.schema)]},
        )


DAY_SCHEMA = {"type": "string", "format": "date", "examples": ["2027-01-01"]}
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def day(raw: object) -> date:
    """Read one ISO date, or raise :class:`DateError`.

    >>> day("2026-02-04")
    datetime.date(2026, 2, 4)
    """
    if isinstance(raw, date):
        return raw
    if isinstance(raw, str) and _ISO.match(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise DateError(f"{raw} is no day of the calendar. Correct it.") from None
    raise DateError(f"{shown(raw)} is not a date. Write it as 2027-01-01.")


def _read_day(raw: Any) -> date:
    try:
        return day(raw)
    except DateError as error:
        raise refuse([Found((), *split(error))]) from None


def _read_flag(raw: Any) -> bool:
    if raw in (True, "true"):
        return True
    if raw in (False, "false"):
        return False
    raise refuse([Found((), f"{shown(raw)} is neither true nor false.", "Write true or false.")])


def shown(raw: object) -> str:
    """Name what was found, for a message."""
    if raw is None or raw == [] or raw == {}:
        return "Nothing"
    if isinstance(raw, Mapping):
        return "A mapping"
    return "A list" if isinstance(raw, list | tuple) else f"'{raw}'"


Day = Annotated[date, Reader(_read_day, str, DAY_SCHEMA)]
Flag = Annotated[bool, Reader(_read_flag, bool, {"type": "boolean"})]


class Strict(BaseModel):
    """Base of every record of a pact: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )


class Text(Strict):
    """Words in English and, where there are translations, in Spanish and French."""

    en: str = Field(min_length=1)
    es: str | None = None
    fr: str | None = None

    def in_(self, language: str) -> str:
        """The text in ``"es"`` or ``"fr"`` where it exists, else in English."""
        return {"es": self.es, "fr": self.fr}.get(language) or self.en


class FrozenMap(Mapping[str, V], Generic[V]):
    """A mapping that cannot change, can be hashed and can be pickled."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.dict_schema(core_schema.str_schema(), handler(get_args(source)[0]))
        return core_schema.no_info_before_validator_function(
            lambda raw: dict(raw) if isinstance(raw, FrozenMap) else raw,
            core_schema.no_info_after_validator_function(
                cls,
                inner,
                serialization=core_schema.plain_serializer_function_ser_schema(
                    dict, return_schema=inner
                ),
            ),
        )
