import pytest
from starlette.testclient import TestClient

from orepact.errors import NotSolvedError
from orepact.web import live
from orepact.web.app import create_app


def test_an_unknown_page_has_a_page(client):
    page = client.get("/nothing/here", headers={"accept-language": "es"})
    assert page.status_code == 404
    assert '<html lang="es-MX">' in page.text
    assert 'href="/simulator"' in page.text


def test_a_failed_solve_has_a_page(client, monkeypatch):
    def fail(*_):
        raise NotSolvedError("No prices were found at which zinc clears.")

    monkeypatch.setattr(live, "central", fail)
    page = client.get("/simulator?mineral=zinc")
    assert page.status_code == 200
    assert "No answer for these levers" in page.text
    assert "zinc clears" in page.text
    file = client.get("/simulator/figures.csv?mineral=zinc")
    assert file.status_code == 422
    assert "was not solved" in file.text
    told = client.get("/api/v1/simulate?mineral=zinc").json()
    assert told["type"].endswith("/not-solved")


def test_what_breaks_says_nothing_of_the_inside(monkeypatch):
    def fail(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(live, "central", fail)
    with TestClient(create_app(), raise_server_exceptions=False) as own:
        page = own.get("/simulator?mineral=zinc")
        assert page.status_code == 500
        assert "a secret" not in page.text
        assert "broken on our side" in page.text
        told = own.get("/api/v1/simulate?mineral=zinc").json()
        assert told["type"].endswith("/broken")


@pytest.mark.parametrize("path", ["/", "/simulator?mineral=zinc", "/nothing"])
def test_every_answer_is_fenced(client, path):
    held = client.get(path).headers
    assert "default-src 'self'" in held["content-security-policy"]
    assert held["x-content-type-options"] == "nosniff"
