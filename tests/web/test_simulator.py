import csv
import io
import re

import pytest

import orepact
from orepact.pact import read_text
from orepact.web.scenario import Scenario

MOVED = "pact=us-mexico-2026&mineral=zinc&floor.refined=3200 USD/t&tariff=5 %&members=USA,MEX,CAN"


def test_the_page_has_the_answer_without_script(client):
    page = client.get("/simulator?" + MOVED)
    assert page.status_code == 200
    assert "Scenario: no authority has published these floors." in page.text
    assert 'class="headline"' in page.text
    assert "prices.svg" in page.text
    assert page.text.count('class="flow"') == 4


def test_the_answer_says_what_the_engine_says(client):
    from datetime import date

    on = date(2027, 12, 31)
    pact = orepact.vary(
        orepact.read("us-mexico-2026"), "zinc", on, floors={"refined": "3200 USD/t"},
        tariff="5 %", members=["USA", "MEX", "CAN"],
    )  # fmt: skip
    run = orepact.simulate(pact, orepact.load(), ["zinc"], on=on, draws=0)
    reply = client.get("/api/v1/simulate?" + MOVED).json()
    figures = {(f["stage"], f["region"], f["variable"]): f for f in reply["figures"]}
    for key, f in run.minerals["zinc"].figures.items():
        told = figures[tuple(key)]["central"]
        assert told == pytest.approx(f.central, nan_ok=True) if told is not None else f.central
    rows = list(csv.DictReader(io.StringIO(client.get("/simulator/figures.csv?" + MOVED).text)))
    assert len(rows) == len(figures)
    assert {r["unit"] for r in rows} >= {"t", "USD/t", "USD"}


def test_the_link_of_an_answer_gives_the_same_answer(client):
    first = client.get("/simulator/answer?" + MOVED).text
    link = re.search(r'data-link="([^"]+)"', first)[1].replace("&amp;", "&")
    assert client.get("/simulator/answer?" + link).text == first


def test_the_python_of_an_answer_gives_its_figures(client, capsys):
    text = client.get("/simulator/scenario.py?" + MOVED).text.replace("draws=128", "draws=0")
    exec(compile(text, "scenario.py", "exec"), {})
    printed = capsys.readouterr().out
    reply = client.get("/api/v1/simulate?" + MOVED).json()
    for f in reply["figures"]:
        if f["central"] is not None:
            assert str(f["central"]) in printed


def test_the_pact_of_an_answer_is_a_pact(client):
    text = client.get("/simulator/pact.yaml?" + MOVED).text
    assert (
        read_text(text).instrument("zinc-refined").floor_at(Scenario("", "", 2027, 2024).on) == 3200
    )


def test_mistakes_stand_at_their_fields(client):
    page = client.get("/simulator?floor.oxide=abc&tariff=5&nothing=1")
    assert page.status_code == 400
    assert page.text.count('aria-invalid="true"') == 2
    assert 'value="abc"' in page.text
    assert "There is no &#39;nothing&#39; here" in page.text
    part = client.get("/simulator/answer?floor.oxide=abc")
    assert part.status_code == 400
    assert 'data-field="floor.oxide"' in part.text


def test_a_scenario_that_touches_nothing_says_so(client):
    page = client.get("/simulator?mineral=gallium&ban=50 %&by=MNG")
    assert page.status_code == 200
    assert "No answer for these levers" in page.text
    assert "matches no route" in page.text


def test_the_headline_is_the_largest_move_of_any_stage(client):
    page = client.get(
        "/simulator/answer?floor.magnet=0 USD/kg&floor.oxide=1 USD/kg&ban=100 %25"
    ).text
    assert "(magnet)" in re.search(r'class="headline">([^<]+)', page)[1]


def test_before_anything_is_in_force_nothing_moves(client):
    assert "Nothing moves yet" in client.get("/simulator?mineral=zinc&year=2026").text


def test_a_file_of_a_broken_scenario_is_refused(client):
    reply = client.get("/simulator/figures.csv?tariff=5")
    assert reply.status_code == 400
    assert "no share with its unit" in reply.text


def test_pictures_are_pictures(client):
    for which in ("prices", "welfare"):
        reply = client.get(f"/simulator/{which}.svg?mineral=zinc")
        assert reply.headers["content-type"].startswith("image/svg+xml")
        assert reply.text.startswith("<svg")
    assert client.get("/simulator/other.svg?mineral=zinc").status_code in (400, 404)


def test_the_report_is_whole(client):
    assert "What the instruments come to" in client.get("/simulator/report.html?mineral=zinc").text
