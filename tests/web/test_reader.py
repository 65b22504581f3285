import pytest

from orepact.web.reader import preferred


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("es", "es"),
        ("de-DE,de;q=0.9,fr;q=0.5,en;q=0.4", "fr"),
        ("en;q=0.1, es-MX;q=0.2", "es-MX"),
        ("fr;q=0", "en"),
        ("fr;q=high", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_best_language_that_is_held(header, tag):
    assert preferred(header) == tag


def test_the_browser_says_the_language(client):
    page = client.get("/simulator", headers={"accept-language": "fr-CA,fr;q=0.9"})
    assert page.headers["content-language"] == "fr-CA"
    assert '<html lang="fr-CA">' in page.text


def test_a_choice_is_kept(app):
    from starlette.testclient import TestClient

    with TestClient(app) as own:
        assert own.get("/?lang=es").headers["content-language"] == "es-MX"
        assert own.get("/").headers["content-language"] == "es-MX"
        assert own.get("/?lang=en").headers["content-language"] == "en-US"


def test_numbers_follow_the_country(client):
    mexico = client.get("/simulator/answer?mineral=copper&lang=es-MX").text
    spain = client.get("/simulator/answer?mineral=copper&lang=es-ES").text
    assert mexico != spain
    assert "≥" not in mexico


def test_an_unknown_language_is_told(client):
    page = client.get("/?lang=xx")
    assert page.status_code == 400
    assert "no language" in page.text
