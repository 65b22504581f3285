"""Why a figure of a screen is not known, or what to know of it, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from orepact.catalogue import regions
from orepact.report.language import Language, later

REASONS = (
    (r"([A-Z]{3}) uses none at this stage", later("none is used at this stage {in_party}")),
    (r"net exports exceed use: -1 stands for all of that", later("net exports exceed use")),
    (r"no published figure of ([A-Z]{3}) is held", later("no published figure {of_party} is held")),
    (r"the survey publishes no net import reliance",
     later("the survey publishes no net import reliance")),
    (r"(?P<product>.+): a net exporter \(E\)",
     later("the survey, of {product}: a net exporter (E)")),
    (r"(?P<product>.+): the survey says (?P<text>.+)",
     later("the survey says {text}, of {product}")),
    (r"(?P<product>.+): (?P<text>[<>]?[\d.]+ %)", later("the survey, of {product}: {text}")),
    (r"(?P<product>.+): (?P<word>over|under) (?P<text>[\d.]+ %) is all that is published.*",
     later("the survey, of {product}: only a bound is published")),
    (r"no source held gives the supply of .+ by country",
     later("no source held gives its supply by country")),
    (r"no imports are recorded", later("no imports are recorded")),
    (r"at least: (?P<share>[\d.]+) % of output is not told apart by country",
     later("at least: {share} % of output is not told apart by country")),
    (r"(?P<share>[\d.]+) % is not told apart by country",
     later("{share} % is not told apart by country")),
    (r"of all it is supplied with, its own included",
     later("of all it is supplied with, its own included")),
    (r"([A-Z]{3}) withholds its output", later("output is withheld {in_party}")),
    (r"no chain of this mineral is balanced", later("no chain of this mineral is balanced")),
)  # fmt: skip
"""What a screen says, and the sentence for it. Names of products are the survey's own."""


def reason(text: str, lang: Language) -> str:
    """A remark of a screen in a language; one that has no sentence stays English.

    >>> from orepact.report.language import language
    >>> reason("MEX uses none at this stage", language())
    'none is used at this stage in Mexico'
    """
    parts = [part for part in text.split("; ") if part and part not in _MORE]
    return "; ".join(_one(part, lang) or part for part in parts)


_MORE = ("scores take the middle",)
"""Parts of a remark that say nothing about the figure itself."""


def _one(text: str, lang: Language) -> str:
    plain = text.replace("\u00a0", " ")
    for pattern, sentence in REASONS:
        if found := re.fullmatch(pattern, plain):
            values: dict[str, Any] = {
                k: lang.digits(v) if k in ("share", "text") else v
                for k, v in found.groupdict().items()
            }
            if found.groups() and found[1] in regions():
                values |= {"in_party": lang.in_(found[1]), "of_party": lang.of(found[1])}
            return lang.say(sentence, **values)
    return ""
