"""UN Comtrade's service through its official client: a whole answer, or an error that says why not.

The client (``comtradeapicall``, the extra ``comtrade``) prints what went wrong and returns None;
here that is caught and raised. Written from the client's code and the publisher's documentation:
not yet verified on the live service.
"""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from types import ModuleType

from orepact.errors import (
    DownloadError,
    InputError,
    KeyRefusedError,
    QuotaError,
    RowLimitError,
    ServiceError,
)

KEY = "COMTRADE_KEY"
LIMIT, PREVIEW_LIMIT = 100_000, 500
"""Rows that one answer holds at most: of a free subscription, and without a key."""
AGAIN = "What was downloaded is kept: run the command again to go on."
_PORTAL = "comtradedeveloper.un.org (Products: comtrade - v1, free)"


@dataclass(frozen=True, slots=True)
class Question:
    """Annual records of one six-digit code: ``flow`` M imports or X exports, by all partners.

    ``reporters`` are UN numeric codes (842 is the United States), comma-separated; '' asks all.
    """

    year: int
    code: str
    flow: str
    reporters: str = ""

    def __str__(self) -> str:
        flow = {"M": "imports", "X": "exports"}[self.flow]
        return (
            f"Comtrade, {self.code}, {flow} of {self.year} by {self.reporters or 'all reporters'}"
        )


def key() -> str:
    """The subscription key in the environment, or :class:`KeyRefusedError`."""
    held = os.environ.get(KEY, "").strip()
    if not held:
        raise KeyRefusedError(
            f"{KEY} is not set: UN Comtrade gives whole answers to subscribers only. Subscribe at "
            f"{_PORTAL} and set {KEY} to the primary key, or give --preview, which asks without a "
            f"key and refuses answers of {PREVIEW_LIMIT} rows or more."
        )
    return held


def ask(question: Question, held: str | None) -> str:
    """The answer as CSV text, with the key ``held`` or, without one, as a preview.

    Only total rows are asked for: no second partner, all customs procedures, all transport. An
    answer without records is a bare line break.
    Raises a :class:`~orepact.errors.DownloadError` of the kind that fits.
    """
    client, limit = _client(), LIMIT if held else PREVIEW_LIMIT
    from urllib3.exceptions import HTTPError

    given = (held,) if held else ()
    call = client.getFinalData if held else client.previewFinalData
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            frame = call(
                *given, typeCode="C", freqCode="A", clCode="HS", period=str(question.year),
                reporterCode=question.reporters or None, cmdCode=question.code,
                flowCode=question.flow, partnerCode=None, partner2Code="0", customsCode="C00",
                motCode="0", maxRecords=limit, format_output="JSON", breakdownMode="plus",
                includeDesc=True,
            )  # fmt: skip
    except (HTTPError, OSError, ValueError, KeyError) as bad:
        raise _refusal(question, f"{type(bad).__name__}: {bad}", held) from None
    if frame is None:
        raise _refusal(question, said.getvalue(), held)
    if len(frame) >= limit:
        raise RowLimitError(
            f"{question}: {len(frame)} rows, and the service gives {limit} at most"
            f"{'' if held else ' without a key'}: the answer may be cut and is not kept. "
            + (
                "Name groups of reporters with --reporters."
                if held
                else f"Set {KEY} (subscribe at {_PORTAL}), or name reporters with --reporters."
            )
        )
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _client() -> ModuleType:
    try:
        import comtradeapicall
    except ImportError as bad:
        raise InputError(
            f"The client of UN Comtrade is not installed ({bad}). pip install 'orepact[comtrade]'"
        ) from bad
    client: ModuleType = comtradeapicall
    return client


def _refusal(question: Question, said: str, held: str | None) -> DownloadError:
    """The error that fits what the client printed, which may hold the key: it is masked."""
    told = " ".join(said.split())
    if held:
        told = told.replace(held, "***")
    told = re.sub(r"(subscription-key=)[^&\s)'\"]+", r"\1***", told)[:300]
    lower = told.lower()
    if "subscription key" in lower or '"statuscode": 401' in lower:
        return KeyRefusedError(
            f"{question}: the service refuses the key: {told}. Set {KEY} to the primary key of "
            f"your subscription at {_PORTAL}."
        )
    if "quota" in lower or "rate limit" in lower or '"statuscode": 429' in lower:
        return QuotaError(f"{question}: too many calls: {told}. Wait as told. {AGAIN}")
    if "error" in lower and "statuscode" not in lower:
        return ServiceError(f"{question}: no connection: {told}. Check the network. {AGAIN}")
    return ServiceError(
        f"{question}: the service refuses: {told or 'it says nothing'}. Check code, year and "
        f"reporters. {AGAIN}"
    )
