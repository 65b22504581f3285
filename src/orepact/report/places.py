"""Regions inside sentences, with the articles and contractions of each language."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from orepact.catalogue.regions import POOLS
from orepact.report import words
from orepact.study.metrics import WORLD

FORMS = ("the", "of", "in", "from", "to")
"""How a region can stand in a sentence, by the English word before it."""

_CONTRACTED = {"de el": "del", "a el": "al"}
_CONTRACTED_FR = {"de le": "du", "de les": "des", "à le": "au", "à les": "aux"}


class Article(NamedTuple):
    """Article of a region in Spanish and in French, and the French word for 'in'."""

    es: str
    fr: str
    into: str


@cache
def articles() -> Mapping[str, Article]:
    """Articles by code of country, region and pool."""
    text = files(__package__).joinpath("articles.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({r["code"]: Article(r["es"], r["fr"], r["fr_in"]) for r in rows})


def phrase(language: str, code: str, name: str, form: str) -> str:
    """The region's ``name`` in a language (en, es, fr), in one of :data:`FORMS`.

    >>> phrase("en", "USA", "United States", "in"), phrase("es", "GBR", "Reino Unido", "of")
    ('in the United States', 'del Reino Unido')
    >>> phrase("fr", "CAN", "Canada", "in"), phrase("fr", "CHN", "Chine", "from")
    ('au Canada', 'de Chine')
    """
    if code == WORLD or (code in POOLS and code != "EUN" and language != "en"):
        name = name[:1].lower() + name[1:]
    return {"en": _english, "es": _spanish, "fr": _french}[language](code, name, form)


def _english(code: str, name: str, form: str) -> str:
    the = f"the {name}" if code == WORLD else words.the(code)
    return the if form == "the" else f"{form} {the}"


def _spanish(code: str, name: str, form: str) -> str:
    before = {"the": "", "of": "de", "in": "en", "from": "de", "to": "a"}[form]
    article = articles()[code].es
    start = f"{before} {article}".strip()
    return f"{_CONTRACTED.get(start, start)} {name}".strip()


def _french(code: str, name: str, form: str) -> str:
    _, article, into = articles()[code]
    bare = f"d'{name}" if _elided(name) else f"de {name}"
    if form == "in" and into == "en":
        return f"en {name}"
    if form == "from" and into == "en":
        return bare
    if not article and form in ("of", "from"):
        return bare
    before = {"the": "", "of": "de", "in": into, "from": "de", "to": "vers"}[form]
    start = f"{before} {article}".strip()
    start = _CONTRACTED_FR.get(start, start)
    return start + name if start.endswith("'") else f"{start} {name}".strip()


def _elided(name: str) -> bool:
    return name[0].lower() in "aeiouéîô" or name == "Haïti"
