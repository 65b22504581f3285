"""world sources and lists, and what world why and show say of sources and years."""

import json

import pytest

from orepact import world
from orepact.world.register import register


def test_an_entry_of_the_register(orepact) -> None:
    done = orepact("world", "sources", "iea-cmde-2025")
    s = register()["iea-cmde-2025"]
    for words in (s.title, s.publisher, s.vintage, s.licence, s.url):
        assert words in done.out
    assert len(json.loads(orepact("world", "sources", "--json").out)) == len(register())
    assert "Did you mean" in orepact("world", "sources", "iea-cmde-2024").err


def test_why_ends_with_a_key_to_its_sources(orepact) -> None:
    told = " ".join(orepact("world", "why", "lithium", "refined", "CHN").out.split())
    assert "iea-cmde-2025 Critical Minerals Data Explorer. International Energy Agency" in told


def test_what_another_year_carries_is_told(orepact) -> None:
    done = orepact("world", "why", "cobalt", "refined", "USA", "--year", "2019")
    (scrap,) = (line.split() for line in done.out.splitlines() if line.startswith(" secondary"))
    assert scrap[:2] == ["secondary", "carried"]
    assert f"{scrap[-1]} orepact-assumption: carried from 2024, moved with output" in done.out
    assert "says nothing of a trend" in done.err
    rows = json.loads(
        orepact("world", "why", "cobalt", "refined", "USA", "--year", "2019", "--json").out
    )
    assert {r["kind"] for r in rows if r["partner"] == "SGP"} == {"carried"}
    mined = world.why("cobalt", "mined", "COD", year=2019)
    assert mined.filter(quantity="output")["kind"].to_list() == ["moved"]
    shown = " ".join(orepact("world", "show", "cobalt", "--year", "2019").out.split())
    assert "Of 2019: output 98% from its own statistics; trade US cells only; price own" in shown


def test_the_base_year_carries_nothing() -> None:
    assert not world.why("cobalt", "refined", "USA")["kind"].is_in(["carried", "moved"]).any()


def test_a_mineral_that_is_screened_only(orepact) -> None:
    done = orepact("world", "show", "rhodium")
    assert done.code == 2
    assert "rhodium is screened, without a chain" in done.err
    assert "orepact screen --mineral rhodium" in done.err


def test_a_price_of_its_own_has_its_reason(orepact) -> None:
    shown = " ".join(orepact("world", "show", "cobalt").out.split())
    assert "Price of its own in USA, 36,972 USD/t: US spot, cathode" in shown


def test_the_lists(orepact) -> None:
    done = orepact("world", "lists")
    assert "Not held: the lists of Canada" in done.out
    assert "Rhodium" in done.out
    rows = [line.split() for line in done.out.splitlines()]
    assert any(r[:2] == ["USA", "US"] and "60" in r for r in rows)
    assert len(json.loads(orepact("world", "lists", "--json").out)) == len(world.screening().lists)


@pytest.mark.parametrize("words", [("check", "--figures"), ("why", "ndpr", "oxide", "USA")])
def test_tables_fit_eighty_columns(orepact, monkeypatch, words) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = orepact("world", *words)
    assert "…" not in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_a_short_repr() -> None:
    assert repr(world.load()).startswith("<World 2024: 26 chains")
    assert repr(world.load().chain("zinc")).startswith("<Chain zinc: mined > refined; 75 regions")
