import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orepact.report.language import language
from orepact.web import fields

EN = language()


def read(engine, **query):
    pairs = [(k.replace("__", "."), v) for k, v in query.items()]
    return fields.read(pairs, engine, EN)


def test_an_empty_query_is_the_first_pact(engine):
    form = read(engine)
    assert (form.pact, form.mineral, form.year, form.base) == ("us-mexico-2026", "ndpr", 2027, 2024)
    assert form.members == ("USA", "MEX")
    assert [(x.stage, x.text) for x in form.levers] == [
        ("concentrate", ""), ("oxide", "110 USD/kg"), ("magnet", "150 USD/kg"),
    ]  # fmt: skip
    assert form.scenario.query() == "pact=us-mexico-2026&mineral=ndpr&year=2027&base=2024"


def test_what_says_the_same_as_the_pact_is_no_change(engine):
    form = read(engine, floor__oxide="0.11 USD/g", tariff="0 %", ban="0 %", members="MEX,USA")
    assert form.scenario == read(engine).scenario


def test_what_differs_is_kept_as_written(engine):
    form = read(engine, floor__oxide="60 USD/lb", floor__magnet="0 USD/t", tariff="7.5 %")
    assert form.scenario.floors == (("oxide", "60 USD/lb"), ("magnet", "0 USD/kg"))
    assert form.scenario.tariff == "7.5 %"


def test_members_come_one_by_one_or_in_a_row(engine):
    both = fields.read([("members", "USA"), ("members", "CAN"), ("members", "")], engine, EN)
    assert both.members == ("USA", "CAN")
    assert both.scenario == read(engine, members="USA,CAN").scenario


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("pact", "us-mexico-2025", "Did you mean 'us-mexico-2026'"),
        ("mineral", "gallum", "Did you mean 'gallium'"),
        ("mineral", "unobtainium", "There is no 'unobtainium' here"),
        ("year", "1999", "from 2026 to 2036"),
        ("year", "soon", "There is no year 'soon'"),
        ("base", "1950", "There is no year '1950'"),
        ("floor.oxide", "110", "no price with its unit"),
        ("floor.oxide", "a lot", "no price with its unit"),
        ("floor.oxide", "110 EUR/kg", "no price with its unit"),
        ("floor.oxide", "-5 USD/kg", "below zero"),
        ("floor.oxide", "110,5 USD/kg", "without commas"),
        ("floor.oxide", "1e40 USD/kg", "no real price"),
        ("floor.oxide", "nan USD/kg", "no price with its unit"),
        ("floor.oxide", "1e99999999 USD/t", "no price with its unit"),
        ("floor.oxide", "1_000 USD/kg", "without commas"),
        ("tariff", "1e99999999 %", "no share with its unit"),
        ("floor.refined", "1 USD/kg", "Did you mean 'floor"),
        ("tariff", "10", "no share with its unit"),
        ("tariff", "-1 %", "from 0 % to 1000 %"),
        ("tariff", "10000 %", "from 0 % to 1000 %"),
        ("ban", "101 %", "from 0 % to 100 %"),
        ("members", "USA,ATLANTIS", "There is no 'ATLANTIS'"),
        ("members", " , ", "at least one"),
        ("members", "ROW", "no 'ROW'"),
        ("tarif", "1 %", "Did you mean 'tariff'"),
    ],
)
def test_every_mistake_is_told_at_its_field(engine, field, text, said):
    form = fields.read([(field, text)], engine, EN)
    assert list(form.errors) == [field]
    assert said in form.errors[field]
    assert form.scenario is None


def test_a_field_that_stands_twice(engine):
    form = fields.read([("tariff", "1 %"), ("tariff", "2 %")], engine, EN)
    assert "stands twice" in form.errors["tariff"]


def test_a_ban_on_a_member(engine):
    form = read(engine, ban="10 %", by="USA")
    assert "member" in form.errors["by"]


def test_all_mistakes_at_once(engine):
    form = read(engine, pact="nope", floor__oxide="x", tariff="y", ban="z", members="q")
    assert set(form.errors) == {"pact", "floor.oxide", "tariff", "ban", "members"}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["pact", "mineral", "year", "base", "floor.oxide", "tariff", "ban", "by",
                     "members", "x"]),
    st.text(max_size=30),
)  # fmt: skip
def test_no_text_breaks_a_field(engine, field, text):
    form = fields.read([(field, text)], engine, EN)
    assert (form.scenario is None) == bool(form.errors)


def test_mistakes_are_told_in_the_reader_s_language(engine):
    form = fields.read([("tariff", "10")], engine, language("es"))
    assert "no share" not in form.errors["tariff"]


@pytest.mark.parametrize("base", ["2019", "2022", "2023", "2025"])
def test_every_base_year_shows_a_mineral_that_it_has(engine, base):
    form = read(engine, base=base)
    assert form.errors == {}
    assert form.mineral in engine.world(int(base)).chains
