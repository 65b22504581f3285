"""A brief of a run: the question, the answer with its ranges, what it rests on, its limits.

One value, in one language, that the printer and the page both show.
"""

from __future__ import annotations

from orepact import __version__
from orepact.pact import SCENARIO
from orepact.report import brief_answer, brief_basis, brief_results
from orepact.report.brief_blocks import Brief
from orepact.report.language import Language
from orepact.study.simulate import Run


def brief(run: Run, lang: Language, *, source: str = "") -> Brief:
    """The brief of a run in a language.

    ``source`` is the pact as the command names it, where that is a file rather than its id.
    """
    members = lang.listed([lang.place(m) for m in run.members])
    parts = (
        brief_answer.question(run, lang),
        brief_answer.answer(run, lang),
        brief_results.prices(run, lang),
        brief_results.welfare(run, lang),
        brief_results.moves(run, lang),
        brief_results.bearers(run, lang),
        brief_results.every(run, lang),
        brief_basis.drives(run, lang),
        brief_basis.assumed(run, lang),
        brief_basis.limits(run, lang, source or run.pact.id),
    )
    return Brief(
        lang=lang,
        title=lang.text(run.pact.title),
        under=f"{members} · {lang.date(run.on)}",
        scenario=lang.say(SCENARIO),
        parts=tuple(p for p in parts if p is not None),
        foot=lang.say("orepact {version}, base year {year}", version=__version__, year=run.year),
    )
