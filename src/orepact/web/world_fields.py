"""The fields of the World pages: year, party, mineral, stage, what the map shows, the order."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.requests import Request

from orepact.catalogue import minerals, region, region_name, regions, screened_minerals
from orepact.errors import OrepactError, UnknownIdError
from orepact.report.language import Language
from orepact.report.panorama import SORTS
from orepact.web import worlds
from orepact.web.problems import FieldsError
from orepact.world.compiled import BASE_YEAR, years

PARTY = "USA"
SHOWS = ("output", "use")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader chose; a field with a mistake has its default, and ``errors`` say why."""

    year: int = BASE_YEAR
    party: str = PARTY
    mineral: str = ""
    stage: str = ""
    show: str = "output"
    sort: str = "hhi"
    errors: Mapping[str, str] = field(default_factory=dict)

    def link(self, **other: object) -> str:
        """The query of these choices with others in their place, defaults left out."""
        plain = Asked()
        names = ("year", "party", "mineral", "stage", "show", "sort")
        chosen = {n: other.get(n, getattr(self, n)) for n in names}
        return urlencode({n: v for n, v in chosen.items() if v and v != getattr(plain, n)})


def read(request: Request, lang: Language, names: Collection[str], strict: bool = False) -> Asked:
    """The ``names`` of the fields out of a query.

    Raises :class:`FieldsError` for mistakes where it is ``strict``.
    """
    wrong: dict[str, str] = {}
    given: dict[str, str] = {}
    for key, text in request.query_params.multi_items():
        if key in PASSED:
            continue
        if key not in names:
            wrong[key] = unknown(key, names, lang)
        elif key in given:
            wrong[key] = lang.say("'{key}' stands twice. Keep one.", key=key)
        given[key] = text.strip()
    found: dict[str, object] = {}
    for key in names:
        if not given.get(key) or key in wrong:
            continue
        reader, known = FIELDS[key]
        try:
            found[key] = reader(given[key])
        except OrepactError:
            wrong[key] = unknown(given[key], known(), lang)
    if wrong and strict:
        raise FieldsError(wrong)
    return Asked(**found, errors=wrong)  # type: ignore[arg-type]


PASSED = ("lang", "stops")
"""Fields of an address that are read elsewhere."""


def unknown(text: str, known: Collection[str], lang: Language) -> str:
    """A message that names what is nearest, or what there is."""
    if close := difflib.get_close_matches(text, known, n=1, cutoff=0.5):
        return lang.say(
            "There is no '{text}' here. Did you mean '{near}'?", text=text, near=close[0]
        )
    listed = ", ".join([*known][:12]) + (", ..." if len(known) > 12 else "")
    return lang.say("There is no '{text}' here. There is: {known}.", text=text, known=listed)


def _one_of(known: Callable[[], tuple[str, ...]]) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if text not in known():
            raise UnknownIdError(f"There is no '{text}' here.")
        return text

    return reader


def _years() -> tuple[str, ...]:
    return tuple(map(str, reversed(years())))


def _places() -> tuple[str, ...]:
    return (*regions(), *map(region_name, regions()))


def _minerals() -> tuple[str, ...]:
    return (*minerals(), *screened_minerals())


def _shows() -> tuple[str, ...]:
    return SHOWS


def _sorts() -> tuple[str, ...]:
    return tuple(SORTS)


FIELDS: Mapping[str, tuple[Callable[[str], object], Callable[[], tuple[str, ...]]]] = (
    MappingProxyType(
        {
            "year": (lambda text: int(_one_of(_years)(text)), _years),
            "party": (region, _places),
            "mineral": (worlds.find, _minerals),
            "stage": (str, tuple),
            "show": (_one_of(_shows), _shows),
            "sort": (_one_of(_sorts), _sorts),
        }
    )
)
"""How each field is read, and what there is to choose from."""
