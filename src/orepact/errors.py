"""Every exception of the package, as one tree.

::

    OrepactError
    ├── InputError            what the user wrote cannot be used          (exit code 2)
    │   ├── UnitError         a quantity without, or with the wrong, unit
    │   ├── DateError         overlapping, reversed or missing intervals
    │   ├── UnknownIdError    a mineral, stage, region, HS code or key that does not exist
    │   ├── PactError         one or more problems in a pact file, all at once
    │   ├── NoMatchError      an instrument or shock that would touch nothing
    │   └── WorldError        raw or compiled data that is missing or does not add up
    │       ├── SheetError          one or more problems in a table of one's own, all at once
    │       └── DownloadError       a publisher's service gave no whole answer
    │           ├── KeyRefusedError     no key, or one that the service does not know
    │           ├── QuotaError          too many calls, at once or in a day
    │           ├── ServiceError        no connection, or a refusal in the service's own words
    │           ├── NoRecordsError      an answer without a single record
    │           └── RowLimitError       an answer cut at the limit of rows
    └── ResultError           the computation did not give an answer      (exit code 1)
        ├── NotSolvedError    no equilibrium was found, or none exists
        └── AccountsError     money or tonnes do not balance to tolerance

A message says what, where, why and how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class OrepactError(Exception):
    """Root of everything this package raises on purpose."""

    exit_code = 1


class InputError(OrepactError):
    """What the user wrote cannot be used as it stands."""

    exit_code = 2


class UnitError(InputError):
    """A quantity lacks its unit, or carries one of another kind."""


class DateError(InputError):
    """Dates that overlap, run backwards or leave a needed day without a value."""


class UnknownIdError(InputError):
    """A name that the catalogue does not know."""


class NoMatchError(InputError):
    """An instrument or shock that matches no route, mineral or party."""


class WorldError(InputError):
    """Raw or compiled data is missing, malformed or does not add up."""


class DownloadError(WorldError):
    """A publisher's service gave no whole answer; nothing was kept of it."""


class KeyRefusedError(DownloadError):
    """The service wants a key, or does not know the one it was given."""


class QuotaError(DownloadError):
    """Too many calls, at once or in a day."""


class ServiceError(DownloadError):
    """No connection to the service, or a refusal in its own words."""


class NoRecordsError(DownloadError):
    """The service answered without a single record."""


class RowLimitError(DownloadError):
    """The answer has as many rows as the service gives at most, so it may be cut."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: where it is, what it is and how to mend it."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}"


def _listed(problems: tuple[Problem, ...], undone: str) -> str:
    n = len(problems)
    head = f"{n} problem{'s' if n != 1 else ''} found; nothing was {undone}."
    return "\n".join([head, *map(str, problems)])


class PactError(InputError):
    """All problems of a pact file, reported together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, "computed"))


class SheetError(WorldError):
    """All problems of a table that a user wrote, reported together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, "written"))


class ResultError(OrepactError):
    """The computation did not give an answer."""


class NotSolvedError(ResultError):
    """No equilibrium was found, or none exists; the message says where it failed."""


class AccountsError(ResultError):
    """Money or tonnes do not balance to the stated tolerance."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest valid spelling, or lists what is valid.

    >>> nearest("gallum", ["gallium", "zinc"])
    "Did you mean 'gallium'?"
    >>> nearest("xyz", ["gallium", "zinc"])
    'Known: gallium, zinc.'
    """
    names = sorted(known)
    lowered = {n.lower(): n for n in names}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{lowered[close[0]]}'?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"Known: {shown}."
