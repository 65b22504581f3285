"""The pacts' pages and their API: what stands there, bad days, unknown names."""

from datetime import date

import jsonschema
import pytest

from orepact import pact
from orepact.pact.schema import schema
from orepact.pact.write import dump

CHECKER = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())


def text(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    client.cookies.clear()  # the language of one page is not that of the next
    assert answer.status_code == status, answer.text[:400]
    return answer.text


class TestList:
    def test_names_every_pact_with_its_parties(self, client):
        body = text(client, "/pacts")
        for name in pact.library():
            assert f'href="/pacts/{name}"' in body
            assert f'href="/simulator?pact={name}"' in body
        assert "10 of 32 articles stand in a published text" in body

    def test_two_chosen_lead_to_their_comparison(self, client):
        answer = client.get("/pacts?a=us-mexico-2026&b=us-eu-2026", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/pacts/us-mexico-2026/compare/us-eu-2026"

    def test_an_unknown_choice_is_told_at_its_field(self, client):
        body = text(client, "/pacts?a=us-mexico-2026&b=us-eu", 400)
        assert 'id="wrong-b"' in body
        assert 'aria-describedby="wrong-b"' in body
        assert "Did you mean &#39;us-eu-2026&#39;?" in body
        assert 'id="wrong-a"' not in body


class TestArticles:
    def test_a_day_decides_what_holds(self, client):
        assert "On June 1, 2027 32 of 32 articles hold." in text(
            client, "/pacts/us-mexico-2026?on=2027-06-01"
        )
        assert "On December 31, 2026 10 of 32 articles hold." in text(
            client, "/pacts/us-mexico-2026?on=2026-12-31"
        )

    @pytest.mark.parametrize(
        "day",
        ["2027-13-01", "1/2/2027", "0001-01-01", "9999-12-31", "2026-02-30", "x", "٢٠٢٧-٠١-٠١"],
    )
    def test_a_bad_day_is_told_at_its_field(self, client, day):
        body = text(client, f"/pacts/us-mexico-2026?on={day}", 400)
        assert 'id="wrong-on"' in body
        assert 'aria-invalid="true"' in body

    @pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31", " 2027-01-01 ", ""])
    def test_any_day_of_the_calendar_answers(self, client, day):
        assert text(client, f"/pacts/us-mexico-2026?on={day}")

    @pytest.mark.parametrize("name", pact.library())
    @pytest.mark.parametrize("lang", ["en", "es", "fr"])
    def test_every_pact_in_every_language(self, client, name, lang):
        body = text(client, f"/pacts/{name}?lang={lang}")
        assert f'<html lang="{lang}-' in body
        for source in pact.read(name).sources:
            assert f'id="source-{source}"' in body

    def test_agreed_and_scenario_stand_at_each_article(self, client):
        body = text(client, "/pacts/us-mexico-2026")
        assert body.count('class="stamp agreed"') == 10
        assert body.count('class="stamp scenario"') == 22

    def test_what_a_file_says_is_escaped(self, client, engine, monkeypatch, tmp_path):
        path = tmp_path / "own.yaml"
        held = pact.read("us-mexico-2026").model_copy(
            update={"id": "own", "note": "<script>alert(1)</script>"}
        )
        path.write_text(dump(held), "utf-8")
        monkeypatch.setattr(engine, "names", {**engine.names, "own": path})
        body = text(client, "/pacts/own")
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert" in body

    def test_an_unknown_pact_is_no_page_and_names_the_nearest(self, client):
        for path in ("", "/pact.yaml", "/calendar.ics"):
            body = text(client, f"/pacts/us-mexco-2026{path}", 404)
            assert "Did you mean &#39;us-mexico-2026&#39;?" in body

    def test_the_file_reads_as_the_same_pact(self, client):
        answer = client.get("/pacts/us-japan-2026/pact.yaml")
        assert pact.read_text(answer.text) == pact.read("us-japan-2026")
        assert 'filename="us-japan-2026.yaml"' in answer.headers["content-disposition"]

    def test_the_calendar_is_in_the_readers_language(self, client):
        body = text(client, "/pacts/us-mexico-2026/calendar.ics?lang=es")
        assert body.startswith("BEGIN:VCALENDAR")
        assert "T-MEC\\, que no lo" in body
        assert "que no lo" not in text(client, "/pacts/us-mexico-2026/calendar.ics?lang=en")


class TestCompare:
    def test_says_what_changes_in_the_readers_language(self, client):
        path = "/pacts/us-mexico-2026/compare/us-japan-2026"
        assert "Japan becomes a party from October 28, 2025 on" in text(client, path + "?lang=en")
        spanish = text(client, path + "?lang=es")
        assert "Japón: nueva parte desde el 28 de octubre de 2025" in spanish
        assert "«Reservas coordinadas» desaparece" in spanish

    def test_the_other_way_round_is_a_link(self, client):
        body = text(client, "/pacts/us-mexico-2026/compare/us-japan-2026?on=2027-02-03")
        assert 'href="/pacts/us-japan-2026/compare/us-mexico-2026?on=2027-02-03"' in body

    def test_a_pact_does_not_differ_from_itself(self, client):
        body = text(client, "/pacts/us-eu-2026/compare/us-eu-2026")
        assert "The two texts say the same." in body

    def test_bad_days_and_unknown_pacts(self, client):
        path = "/pacts/us-mexico-2026/compare/us-japan-2026"
        assert 'id="wrong-on"' in text(client, path + "?on=2027-02-29", 400)
        text(client, "/pacts/us-mexico-2026/compare/us-japn-2026", 404)
        text(client, "/pacts/x/compare/us-japan-2026", 404)

    @pytest.mark.parametrize("a", pact.library())
    @pytest.mark.parametrize("b", pact.library())
    def test_any_two_compare(self, client, a, b):
        for lang in ("en", "fr"):
            text(client, f"/pacts/{a}/compare/{b}?lang={lang}")

    def test_as_data(self, client):
        held = client.get("/api/v1/pacts/us-mexico-2026/compare/us-japan-2026").json()
        assert held["on"] == "2027-01-01"
        assert held["changes"]["parties"][1] == (
            "MEX is no longer a party; it was one from 2026-02-04."
        )
        zinc = next(f for f in held["floors"] if f["mineral"] == "zinc")
        assert (zinc["a"], zinc["b"], zinc["change"]) == (["3472.25"], ["3472.25"], 0)


class TestApi:
    @pytest.mark.parametrize("name", pact.library())
    def test_a_pact_is_what_its_schema_says_and_reads_back(self, client, name):
        held = client.get(f"/api/v1/pacts/{name}").json()
        CHECKER.validate(held)
        assert pact.Pact.model_validate(held) == pact.read(name)

    def test_the_schema_is_served(self, client):
        assert client.get("/api/v1/schemas/pact").json() == schema()

    def test_the_list(self, client):
        held = {p["id"]: p for p in client.get("/api/v1/pacts").json()}
        assert set(held) == set(pact.library())
        assert held["us-mexico-2026"]["kinds"]["price_floor"] == 21
        assert len(held["us-mexico-2026"]["agreed"]) == 10
        assert held["us-mexico-2026"]["next"] > date.today().isoformat()

    def test_standing_on_a_day(self, client):
        held = client.get("/api/v1/pacts/plurilateral-2026/standing?on=2026-12-31").json()
        assert held["members"] == ["USA", "MEX"]
        assert not any(i["in_force"] for i in held["instruments"] if i["kind"] == "price_floor")
        assert {e["id"] for e in held["agenda"]["overdue"]} >= {"consultation"}
        later = client.get("/api/v1/pacts/plurilateral-2026/standing?on=2027-01-01").json()
        assert later["members"] == ["USA", "MEX", "EUN", "JPN"]

    def test_mistakes_are_problems(self, client):
        bad = client.get("/api/v1/pacts/us-mexico-2026/standing?on=2027-02-30")
        assert (bad.status_code, bad.headers["content-type"]) == (400, "application/problem+json")
        assert set(bad.json()["fields"]) == {"on"}
        gone = client.get("/api/v1/pacts/us-mexco-2026")
        assert gone.status_code == 404
        assert "Did you mean 'us-mexico-2026'?" in gone.json()["detail"]

    def test_every_operation_has_a_summary(self, client):
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        own = {p: v for p, v in paths.items() if "/pacts" in p or "/schemas" in p}
        assert len(own) >= 4
        assert all(v["get"]["summary"] for v in own.values())
