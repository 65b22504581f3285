"""Every sentence in every language, names with their articles, numbers and dates."""

import string
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import orepact
from orepact import pact, world
from orepact.catalogue.regions import POOLS, countries
from orepact.errors import InputError
from orepact.market import RESULTS
from orepact.pact.base import Text
from orepact.report import numbers, places
from orepact.report.language import LANGUAGES, language
from orepact.report.sayings import sayings
from orepact.said import Listed, Node, Place, Share, StageName, said
from orepact.study.metrics import WORLD
from orepact.study.simulate import simulate

pytest.importorskip("babel")
OTHERS = [code for code in LANGUAGES if code != "en"]
SAYINGS = sayings(Path(orepact.__file__).parent)


def po(code: str) -> list[tuple[str, str, str]]:
    """File, English text and translation of every entry, read by another reader than ours."""
    from io import BytesIO

    from babel.messages.pofile import read_po

    found = []
    for path in files("orepact.report").joinpath(f"locales/{code}").iterdir():
        for m in read_po(BytesIO(path.read_bytes())):
            if m.id:
                found.append((path.name, str(m.id), str(m.string)))
    return found


def fields(text: str) -> set[str]:
    """Names of the ``{values}`` of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
class TestTranslations:
    def test_every_sentence_has_one(self, code: str) -> None:
        held = language(code).messages
        assert {t: where for t, where in SAYINGS.items() if t not in held} == {}

    def test_the_values_of_a_sentence_are_those_of_its_english(self, code: str) -> None:
        wrong = [id for id, text in language(code).messages.items() if fields(id) != fields(text)]
        assert wrong == []

    def test_no_sentence_has_two(self, code: str) -> None:
        seen: dict[str, tuple[str, str]] = {}
        twice = []
        for file, id, text in po(code):
            if id in seen and seen[id][1] != text:
                twice.append((id, seen[id], (file, text)))
            seen[id] = (file, text)
        assert twice == []

    def test_our_reader_reads_what_another_reads(self, code: str) -> None:
        assert dict(language(code).messages) == {id: text for _, id, text in po(code) if text}

    def test_no_text_is_left_that_nobody_says(self, code: str) -> None:
        names = {id for file, id, _ in po(code) if file == "names.po"}
        assert names - set(SAYINGS) == set()

    def test_every_region_stands_in_sentences(self, code: str) -> None:
        said = language(code)
        for region in (*countries(), *POOLS, WORLD):
            for form in places.FORMS:
                text = said.named(region).__format__(form)
                assert said.place(region)[1:] in text
                assert not any(
                    w in f" {text} " for w in (" de el ", " a el ", " de le ", " de les ")
                )


class TestPlaces:
    @pytest.mark.parametrize(
        ("code", "region", "the", "of", "in_", "from_"),
        [
            ("en", "USA", "the United States", "of the United States",
             "in the United States", "from the United States"),
            ("en", "CHN", "China", "of China", "in China", "from China"),
            ("en", "WLD", "the world", "of the world", "in the world", "from the world"),
            ("es", "USA", "Estados Unidos", "de Estados Unidos", "en Estados Unidos",
             "de Estados Unidos"),
            ("es", "GBR", "el Reino Unido", "del Reino Unido", "en el Reino Unido",
             "del Reino Unido"),
            ("es", "EUN", "la UE", "de la UE", "en la UE", "de la UE"),
            ("es", "SLV", "El Salvador", "de El Salvador", "en El Salvador", "de El Salvador"),
            ("es", "XAS", "el resto de Asia", "del resto de Asia", "en el resto de Asia",
             "del resto de Asia"),
            ("fr", "CHN", "la Chine", "de la Chine", "en Chine", "de Chine"),
            ("fr", "CAN", "le Canada", "du Canada", "au Canada", "du Canada"),
            ("fr", "USA", "les États-Unis", "des États-Unis", "aux États-Unis", "des États-Unis"),
            ("fr", "IND", "l'Inde", "de l'Inde", "en Inde", "d'Inde"),
            ("fr", "EUN", "l'UE", "de l'UE", "dans l'UE", "de l'UE"),
            ("fr", "ISR", "Israël", "d'Israël", "en Israël", "d'Israël"),
            ("fr", "CUB", "Cuba", "de Cuba", "à Cuba", "de Cuba"),
        ],
    )  # fmt: skip
    def test_articles(self, code, region, the, of, in_, from_) -> None:
        said = language(code)
        found = (said.the(region), said.of(region), said.in_(region), said.from_(region))
        assert found == (the, of, in_, from_)

    def test_a_sentence_puts_a_region_in_its_form(self) -> None:
        usa = language("fr").named("USA")
        assert f"{usa:The} vendent; on achète {usa:in}" == (
            "Les États-Unis vendent; on achète aux États-Unis"
        )
        with pytest.raises(ValueError, match="no form"):
            f"{usa:under}"


class TestNames:
    def test_stages_inside_a_sentence(self) -> None:
        spanish = language("es")
        assert spanish.stage_word("ndpr", "oxide") == "óxido"
        assert spanish.stage_word("tungsten", "apt") == "APT"
        assert spanish.parameter("ndpr", "oxide", "spare").endswith(" (óxido)")

    def test_words_of_a_pact_fall_back_to_english(self) -> None:
        text = Text(en="Price floor", es="Precio mínimo")
        assert [language(c).text(text) for c in LANGUAGES] == [
            "Price floor", "Precio mínimo", "Price floor",
        ]  # fmt: skip

    def test_an_instrument_without_title_is_its_kind(self) -> None:
        i = pact.read("us-mexico-2026").instrument("ndpr-oxide").model_copy(update={"title": None})
        assert language("es").instrument(i) == "Precio mínimo ndpr-oxide"

    def test_status_and_months(self) -> None:
        assert language("fr").status("in_force") == "en vigueur"
        assert language("es").months()[0] == "ene"
        assert len(language("en").months()) == 12


class TestNotes:
    """Sentences of studies, English byte for byte, in other languages from their values."""

    FELL = said(
        "The reference price of {stage} in {into} falls to {share} of the base year's: "
        "{origin} sells mostly to members, takes the levy off its price and pulls the "
        "reference down, which raises the levy on all. An average feeds this less, a "
        "named seller with other buyers hardly.",
        stage=StageName("ndpr", "oxide"),
        into=Place("GBR"),
        share=Share(0.42),
        origin=Place("CHN"),
    )

    def test_names_numbers_and_contractions_are_those_of_the_language(self) -> None:
        assert language("en").note(self.FELL) == str(self.FELL)
        assert "precio de referencia de óxido en el Reino Unido baja a 42\u00a0%" in language(
            "es"
        ).note(self.FELL)
        assert "(oxyde) au Royaume-Uni tombe à 42\u00a0%" in language("fr").note(self.FELL)

    def test_rows_are_counted_and_dated(self) -> None:
        nodes = Listed((Node(StageName("zinc", "refined"), Place("USA")),), 3)
        closed = said("Below avoidable cost, where plants close: {places}.", places=nodes)
        assert language("es").note(closed).endswith("refinado en Estados Unidos y 3 más.")
        later = said(
            "Before the pact stands the base year at the duties in force on {day}.",
            day=date(2027, 1, 1),
        )
        assert str(later).endswith("on 2027-01-01.")
        assert language("fr").note(later).endswith("le 1er janvier 2027.")

    def test_plain_text_is_translated_where_it_is_known(self) -> None:
        assert language("es").note(RESULTS.not_converged.value).startswith("No resuelto")
        assert language("es").note("Nobody says this {here}.") == "Nobody says this {here}."

    @pytest.mark.parametrize("code", OTHERS)
    def test_all_warnings_of_a_run_are_said(self, code: str) -> None:
        floored = pact.read("us-mexico-2026")
        run = simulate(floored, world.load(), ["gallium"], draws=0, duties="in-force", mobility=0.5)
        found = run.minerals["gallium"].warnings
        assert len(found) >= 3
        for text in found:
            assert text.template in SAYINGS
            assert language(code).note(text) != text


class TestNumbers:
    @given(st.floats(-1e12, 1e12))
    def test_a_number_keeps_its_digits_in_every_language(self, x: float) -> None:
        english = numbers.number(x)
        for code in LANGUAGES:
            said = language(code).number(x)
            assert [c for c in said if c.isdigit()] == [c for c in english if c.isdigit()]
        assert language("es").number(x) == english  # Mexico writes numbers as English does
        back = language("fr").number(x).replace("\u00a0", "").replace(",", ".")
        assert back == english.replace(",", "")

    def test_countries_differ(self) -> None:
        assert language("es-ES").number(1234.56) == language("es-AR").number(1234.56) == "1.230"
        assert language("fr").price(3472.25, 4) == "3\u00a0472\u00a0USD/t"
        assert language("fr").share(0.034) == "3,4\u00a0%"
        assert language("es").share(0.9996) == "más de 99.9\u00a0%"

    def test_dates_and_lists(self) -> None:
        day = date(2027, 1, 1)
        assert [language(c).date(day) for c in LANGUAGES] == [
            "January 1, 2027", "1 de enero de 2027", "1er janvier 2027",
        ]  # fmt: skip
        assert language("fr").listed(["Chili", "Pérou", "Chine"]) == "Chili, Pérou et Chine"
        assert language("es").listed(["México"]) == "México"
        assert language("es").listed(["Chile", "Indonesia"]) == "Chile e Indonesia"


class TestLanguages:
    def test_an_unknown_one_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(InputError, match="There is no language 'de'"):
            language("de")

    def test_an_unknown_country_is_passed_over(self) -> None:
        assert language("es-XX").tag() == "es-MX"
        assert language("fr_FR").tag() == "fr-FR"
