"""What a reader reads, in the reader's language: sentences, names, numbers, dates.

The English text of a sentence is its key. Translations stand in ``locales/<code>/*.po``, a file
for each part of the project; a sentence without one stays English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from orepact.catalogue import mineral
from orepact.errors import InputError, nearest
from orepact.pact import Instrument
from orepact.pact.base import Text
from orepact.report import numbers, places, words
from orepact.said import (
    Code,
    Held,
    KindName,
    Listed,
    MineralName,
    Node,
    Place,
    Said,
    Share,
    StageName,
)
from orepact.said import later as later

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "en_US", "es": "es_MX", "fr": "fr_CA"})
"""Languages and the locale that each has where none is named."""


BOUNDS: Mapping[str, str] = MappingProxyType(
    {"over ": later("over {number}"), "under ": later("under {number}")}
)


@dataclass(frozen=True, slots=True)
class Language:
    """One language in one country: ``code`` (en, es, fr), locale, translated sentences, and what
    its numbers have in place of the English marks. English needs no package beyond the core.
    """

    code: str
    locale: str
    messages: Mapping[str, str]
    marks: Mapping[int, str]

    def say(self, text: str, /, **values: object) -> str:
        """A sentence with its ``{values}`` filled in.

        >>> language("es").say("From {year} on", year=2027)
        'A partir de 2027'
        """
        found = self.messages.get(text) or text
        return found.format(**values) if values else found

    def tag(self) -> str:
        """The language as HTML and HTTP write it: ``es-MX``."""
        return self.locale.replace("_", "-")

    def digits(self, text: str) -> str:
        """An English number with this locale's marks for thousands and decimals."""
        return text.translate(self.marks)

    def number(self, x: float, digits: int = 3) -> str:
        """A level with sensible digits.

        >>> language("fr").number(1234.5)
        '1\\xa0230'
        """
        return self.digits(numbers.number(x, digits))

    def signed(self, x: float, digits: int = 3) -> str:
        """A change with its sign."""
        return self.digits(numbers.signed(x, digits))

    def percent(self, x: float) -> str:
        """A relative change, given as a share, in per cent with its sign, without its unit."""
        return self.digits(numbers.percent(x))

    def share(self, x: float) -> str:
        """A share in per cent with its unit."""
        text = numbers.share(x)
        for bound, said in BOUNDS.items():
            if text.startswith(bound):
                return self.say(said, number=self.digits(text.removeprefix(bound)))
        return self.digits(text)

    def millions(self, x: float) -> str:
        """A change of money, given in USD, in millions with its sign."""
        return self.digits(numbers.millions(x))

    def tonnes(self, x: float) -> str:
        """A quantity with its unit."""
        return self.digits(numbers.tonnes(x))

    def signed_tonnes(self, x: float) -> str:
        """A change of a quantity with sign and unit."""
        return self.digits(numbers.signed_tonnes(x))

    def price(self, x: float, digits: int = 3) -> str:
        """A price given in USD/t, with its unit."""
        return self.digits(numbers.price(x, digits))

    def between(self, low: float, high: float, write: numbers.Text) -> str:
        """A range from its two ends; empty where both are nothing.

        >>> spanish = language("es")
        >>> spanish.between(0.73, 0.94, spanish.percent)
        '+73 a +94'
        """
        first, last = write(low), write(high)
        if {first, last} == {write(0.0)}:
            return ""
        return self.say("{low} to {high}", low=first, high=last)

    def date(self, day: date) -> str:
        """A date in full.

        >>> from datetime import date
        >>> language("es").date(date(2027, 1, 1))
        '1 de enero de 2027'
        """
        from babel.dates import format_date

        text = format_date(day, "long", locale=self.locale)
        return text.replace("1 ", "1er ", 1) if self.code == "fr" and day.day == 1 else text

    def listed(self, names: Sequence[str]) -> str:
        """Words in a row, the last after 'and'.

        >>> language("es").listed(["Canadá", "Japón", "Indonesia"])
        'Canadá, Japón e Indonesia'
        """
        if len(names) < 2:
            return "".join(names)
        last = names[-1]
        joint = " " + self.say("and") + " "
        if self.code == "es" and last.lower().startswith(("i", "hi")):
            joint = " e "
        return ", ".join(names[:-1]) + joint + last

    def place(self, code: str) -> str:
        """Name of a region as it stands in tables and pictures."""
        return self.say(words.place(code))

    def mineral(self, id: str) -> str:
        """Name of a mineral."""
        return self.say(mineral(id).name)

    def stage(self, mineral_id: str, stage: str) -> str:
        """Name of a stage; without a stage, the whole chain."""
        return self.say(words.stage_name(mineral_id, stage))

    def grade(self, grade: str) -> str:
        """The grade of data as it stands beside a number."""
        return self.say(words.GRADES[grade])

    def the(self, code: str) -> str:
        """A region inside a sentence.

        >>> language("en").the("USA"), language("es").the("EUN"), language("fr").the("CHN")
        ('the United States', 'la UE', 'la Chine')
        """
        return places.phrase(self.code, code, self.place(code), "the")

    def of(self, code: str) -> str:
        """'of' a region: ``del Reino Unido``, ``des États-Unis``."""
        return places.phrase(self.code, code, self.place(code), "of")

    def in_(self, code: str) -> str:
        """'in' a region: ``en la UE``, ``aux États-Unis``."""
        return places.phrase(self.code, code, self.place(code), "in")

    def from_(self, code: str) -> str:
        """'from' a region: ``de Chine``."""
        return places.phrase(self.code, code, self.place(code), "from")

    def to(self, code: str) -> str:
        """'to' a region: ``al Reino Unido``, ``vers la Chine``."""
        return places.phrase(self.code, code, self.place(code), "to")

    def named(self, code: str) -> Named:
        """A region that a sentence puts in the form that it needs: ``{place:in}``.

        >>> language("es").named("GBR").__format__("of")
        'del Reino Unido'
        """
        return Named(self, code)

    def stage_word(self, mineral_id: str, stage: str) -> str:
        """Name of a stage inside a sentence; abbreviations keep their capitals."""
        name = self.stage(mineral_id, stage)
        return name if name.isupper() else name[:1].lower() + name[1:]

    def parameter(self, mineral_id: str, stage: str, name: str) -> str:
        """A parameter in words, with its stage."""
        where = f" ({self.stage_word(mineral_id, stage)})" if stage else ""
        return self.say(words.PARAMETERS[name]) + where

    def kind(self, kind: str) -> str:
        """The kind of an instrument: ``Precio mínimo``."""
        return self.say(words.KINDS[kind])

    def status(self, status: str) -> str:
        """The standing of an instrument: ``in_force`` is ``en vigor``."""
        return self.say(words.STATUSES[status])

    def text(self, text: Text) -> str:
        """Words of a pact, in English where it has no others."""
        return text.in_(self.code)

    def instrument(self, i: Instrument) -> str:
        """Title of an instrument, else its kind and id, or its id in words."""
        if i.title or i.kind not in words.KINDS:
            return self.text(i.title) if i.title else words.instrument(i)
        return f"{self.kind(i.kind)} {i.id}"

    def note(self, text: str) -> str:
        """A sentence of a study in this language; what is not known in it stays as it is.

        >>> from orepact.said import Place, said
        >>> text = said("No source is open, so nothing is bought: {places}.", places=Place("CHN"))
        >>> language("fr").note(text)
        "Aucune source n'est ouverte, donc rien n'est acheté : Chine."
        """
        if self.code == "en":
            return str(text)
        if not isinstance(text, Said):
            return self.say(text)
        return self.say(text.template, **{k: written(self, v) for k, v in text.values.items()})

    def months(self) -> tuple[str, ...]:
        """Short names of the months, January first."""
        from babel.dates import get_month_names

        held = get_month_names("abbreviated", "stand-alone", self.locale)
        return tuple(held[m] for m in range(1, 13))


def written(language: Language, value: object) -> object:
    """A value of a sentence, as a language writes it."""
    match value:
        case Place(code):
            return language.named(code)
        case Code(code):
            return language.place(code)
        case KindName(kind):
            return language.say(words.GROUPS[kind])
        case MineralName(id):
            name = language.mineral(id)
            return name[:1].lower() + name[1:]
        case StageName(mineral_id, stage):
            return language.stage_word(mineral_id, stage)
        case Node(stage, place):
            return f"{written(language, stage)} {language.in_(place.code)}"
        case Share(x):
            return language.share(x)
        case Held(place, share):
            return f"{language.place(place.code)} {language.share(share.value)}"
        case Listed(items, more):
            row = ", ".join(f"{written(language, item)}" for item in items)
            return language.say("{items} and {n} more", items=row, n=more) if more else row
        case date():
            return language.date(value)
        case str() | int():
            return value
    return language.digits(str(value))


@dataclass(frozen=True, slots=True)
class Named:
    """A region in a language, put in a form by the sentence: ``{place:in}``, ``{place:The}``."""

    language: Language
    code: str

    def __format__(self, form: str) -> str:
        name = self.language.place(self.code)
        if not form:
            return name
        if form.lower() not in places.FORMS:
            raise ValueError(f"'{form}' is no form of a region. Use {', '.join(places.FORMS)}.")
        found = places.phrase(self.language.code, self.code, name, form.lower())
        return found if form.islower() else found[:1].upper() + found[1:]


@cache
def language(name: str = "en") -> Language:
    """A language by its code or tag: ``es``, ``es-ES``, ``fr-CA``.

    A country that its language is not known of in is passed over. Raises :class:`InputError` for
    a language that is not held.
    """
    code, _, country = name.replace("-", "_").partition("_")
    code = code.lower()
    if code not in LANGUAGES:
        raise InputError(f"There is no language '{name}'. {nearest(name, LANGUAGES)}")
    locale = f"{code}_{country.upper()}" if country else LANGUAGES[code]
    if code == "en":
        return Language("en", locale, MappingProxyType({}), MappingProxyType({}))
    try:
        from babel import Locale, UnknownLocaleError
        from babel.numbers import get_decimal_symbol, get_group_symbol
    except ImportError:
        raise InputError(
            "Languages other than English need more packages: pip install 'orepact[web]'."
        ) from None
    try:
        held = Locale.parse(locale)
    except (ValueError, UnknownLocaleError):
        held = Locale.parse(LANGUAGES[code])
    marks = {
        ord(","): get_group_symbol(held).replace("\u202f", "\u00a0"),
        ord("."): get_decimal_symbol(held),
    }
    return Language(code, str(held), _messages(code), MappingProxyType(marks))


_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)")


def _messages(code: str) -> Mapping[str, str]:
    """Translated sentences of all files of a language, in a fifth of the time of a library."""
    found: dict[str, str] = {}
    for path in sorted(files(__package__).joinpath(f"locales/{code}").iterdir(), key=str):
        for id, text in _ENTRY.findall(path.read_text("utf-8")):
            found[_unquoted(id)] = _unquoted(text)
    return MappingProxyType({id: text for id, text in found.items() if id and text})


def _unquoted(quoted: str) -> str:
    """The text of one or several quoted lines.

    >>> _unquoted('"the \\\\"size\\\\" "\\n"of it"')
    'the "size" of it'
    """
    lines = "".join(line[1:-1] for line in quoted.splitlines())
    return _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], lines)
