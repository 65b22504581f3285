"""Every remark of a screen has a sentence, in every language."""

import pytest

from orepact import world
from orepact.report.language import language
from orepact.report.reasons import _MORE, _one, reason
from orepact.study.screen import screen

FIGURES = ("top_share", "world_hhi", "import_reliance", "top_source_share", "source_hhi")


@pytest.mark.parametrize("party", ["USA", "MEX", "EUN", "XAF"])
@pytest.mark.parametrize("year", [2024, 2022])
def test_no_remark_stays_english(party, year):
    lang = language("es")
    rows = screen(party, world.load(year), draws=0).rows
    said = {getattr(r, f).why for r in rows for f in FIGURES}
    parts = {p for text in said for p in text.split("; ")} - {"", *_MORE}
    assert {p for p in parts if not _one(p, lang)} == set()


def test_what_has_no_sentence_stays_as_it_is():
    assert reason("something new", language("es")) == "something new"
    assert reason("", language("es")) == ""


def test_numbers_and_names_are_those_of_the_language():
    text = "at least: 2.5\u00a0% of output is not told apart by country; USA withholds its output"
    assert reason(text, language("fr")).replace("\u00a0", " ").startswith("au moins : 2,5 %")
    assert "Estados Unidos" in reason(text, language("es"))
