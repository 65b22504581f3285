import re
import time

import pytest

ADDRESS = "/brief/us-mexico-2026?mineral=gallium"


def finished(client, address):
    """The page, once its ranges are drawn."""
    for _ in range(900):
        page = client.get(address)
        if "brief.pdf" in page.text:
            return page
        time.sleep(0.2)
    raise AssertionError("The ranges were not drawn in time.")


def test_the_brief_is_there_at_once_and_then_with_its_ranges(client):
    first = client.get(ADDRESS)
    assert first.status_code == 200
    assert "Scenario: no authority has published these floors." in first.text
    assert "<h1" in first.text
    page = finished(client, ADDRESS)
    link = re.search(r'href="([^"]+brief\.pdf[^"]*)"', page.text)[1].replace("&amp;", "&")
    pdf = client.get(link)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


def test_it_speaks_spanish(client):
    page = finished(client, ADDRESS + "&lang=es")
    assert '<html lang="es-MX">' in page.text
    assert "Escenario" in page.text
    told = client.get("/api/v1/brief?mineral=gallium&lang=es").json()
    assert told["lang"] == "es"
    assert told["parts"]


def test_the_api_answers_202_while_it_is_written(client):
    reply = client.get("/api/v1/brief?mineral=gallium&tariff=3 %25")
    assert reply.status_code == 202
    client.delete(reply.json()["self"])


def test_the_form_leads_to_a_brief(client):
    page = client.get("/brief")
    assert "us-mexico-2026" in page.text
    sent = client.get("/brief?pact=us-eu-2026&mineral=", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/brief/us-eu-2026")


def test_a_pdf_that_is_not_ready_leads_to_the_page(client):
    sent = client.get(
        "/brief/us-mexico-2026/brief.pdf?mineral=gallium&tariff=2 %25", follow_redirects=False
    )
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/brief/us-mexico-2026?")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/brief/us-mexico-2025", 404),
        ("/brief/us-mexico-2026?mineral=gallum", 400),
        ("/brief/us-mexico-2026?tariff=5", 400),
        ("/brief?pact=//evil.example", 404),
    ],
)
def test_mistakes_have_a_page(client, address, status):
    page = client.get(address)
    assert page.status_code == status
    assert "<h1>" in page.text


@pytest.mark.parametrize("lever", ["members=USA,MEX,CAN", "tariff=10 %25", "floor.oxide=1 USD/g"])
def test_levers_without_a_mineral_are_not_dropped_in_silence(client, lever):
    for address in ("/brief/us-mexico-2026?", "/api/v1/brief?"):
        reply = client.get(address + lever)
        assert reply.status_code == 400
        assert "Choose a mineral" in reply.text
