def test_the_first_page_answers_at_a_glance(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "% more" in page.text
    assert page.text.count('class="flow"') == 2
    for door in ("/world", "/pacts", "/simulator", "/brief"):
        assert f'href="{door}"' in page.text


def test_the_page_of_the_api_lists_all_of_it(client):
    page = client.get("/api")
    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        assert path in page.text


def test_the_script_of_charts_is_served_from_here(client):
    reply = client.get("/static/vega.js")
    assert reply.headers["content-type"].startswith("text/javascript")
    assert "vegaEmbed" in reply.text
    assert "cache-control" in reply.headers


def test_no_page_asks_for_anything_elsewhere(client):
    for path in ("/", "/simulator?mineral=zinc", "/brief", "/api"):
        text = client.get(path).text
        for mark in ('src="http', 'src="//', '<link rel="stylesheet" href="http', "@import"):
            assert mark not in text


def test_every_file_that_a_page_names_is_there(client):
    import re

    for path in ("/", "/world", "/world/zinc", "/pacts", "/pacts/us-mexico-2026", "/simulator",
                 "/brief", "/brief/us-mexico-2026?mineral=gallium"):  # fmt: skip
        for name in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(path).text)):
            assert client.get(name).status_code == 200, (path, name)


def test_head_answers_as_get_without_a_body(client):
    for path in ("/", "/simulator?mineral=zinc", "/api/v1/simulate?mineral=zinc"):
        bare = client.head(path)
        assert (bare.status_code, bare.content) == (200, b"")
