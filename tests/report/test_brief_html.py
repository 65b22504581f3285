"""The brief as a fragment: the same words as on paper, figures and tables that can be read out."""

import itertools
import re
from html.parser import HTMLParser

import pytest

from orepact.report.blocks import Table
from orepact.report.brief import brief
from orepact.report.brief_blocks import Chart, Point
from orepact.report.brief_html import html
from orepact.report.language import LANGUAGES, language


class Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for t, attrs in self.tags if t == tag]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_that_is_said_on_paper_is_said_on_the_page(ranged, code) -> None:
    b = brief(ranged, language(code))
    words = " ".join(" ".join(read(html(b)).words).split())
    for part in b.parts:
        assert part.title in words
        for x in part.blocks:
            if isinstance(x, Point):
                assert " ".join(x.text.split()) in words
            if isinstance(x, Table):
                for line in x.lines:
                    assert " ".join(line.head.split()) in words


def test_it_is_a_fragment_with_headings_in_order(ranged) -> None:
    found = html(brief(ranged, language("fr")))
    assert not re.search(r"<(html|head|body|script|style)\b", found)
    assert found.startswith('<article class="brief" lang="fr-CA">')
    levels = [int(h) for h in re.findall(r"<h([1-6])>", found)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_pictures_have_texts_and_tables_captions_and_scopes(many) -> None:
    b = brief(many, language())
    reader = read(html(b))
    charts = [x for p in b.parts for x in p.blocks if isinstance(x, Chart)]
    pictures = [a for t, a in reader.tags if a.get("role") == "img"]
    assert len(pictures) >= len(charts) > 0
    assert all(len(a["aria-label"] or "") > 20 for a in pictures)
    assert len(reader.of("caption")) == len(reader.of("table")) > 0
    assert all(a.get("scope") for a in reader.of("th"))


def test_pictures_take_the_colours_of_the_page(many) -> None:
    found = html(brief(many, language()))
    assert "var(--member)" in found
    assert "#1d5fae" not in found


def test_a_title_cannot_carry_markup(central) -> None:
    from dataclasses import replace

    b = replace(brief(central, language()), title="<script>x</script>")
    assert "<script>" not in html(b)
