"""What a reader reads, in the reader's language: sentences, names, numbers, dates.

The English text of a sentence is its key. Translations stand in ``locales/<code>/*.po``, a file
for each part of the project; a sentence without one stays English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType

from orepact.catalogue import mineral
from orepact.errors import InputError, nearest
from orepact.report import numbers, words

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "en_US", "es": "es_MX", "fr": "fr_CA"})
"""Languages and the locale that each has where none is named."""


def later(text: str) -> str:
    """Mark a text that is said later, so that it is translated."""
    return text


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

        return format_date(day, "long", locale=self.locale)

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


def _messages(code: str) -> Mapping[str, str]:
    from babel.messages.pofile import read_po

    if code == "en":
        return MappingProxyType({})
    found: dict[str, str] = {}
    for path in sorted(files(__package__).joinpath(f"locales/{code}").iterdir(), key=str):
        held = read_po(BytesIO(path.read_bytes()))
        found |= {str(m.id): str(m.string) for m in held if m.id and m.string}
    return MappingProxyType(found)
