"""The World pages and their JSON: figures of the world, choices, mistakes, trails."""

import re
import time
from html import unescape

import pytest

from orepact import world
from orepact.catalogue import minerals, screened_minerals
from orepact.report.language import language
from orepact.web import world_fields, worlds
from orepact.world.register import register


@pytest.fixture(autouse=True)
def _no_language_kept(client):
    """A language that one test chose is not that of the next."""
    client.cookies.clear()


def test_the_table_has_every_mineral_at_every_stage(client):
    reply = client.get("/api/v1/world").json()
    rows = {(r["mineral"], r["stage"]): r for r in reply["rows"]}
    held = world.load().chains
    assert {(m, s) for m, c in held.items() for s in c.stages} <= set(rows)
    assert {m for m, _ in rows} == set(held) | {
        s.id for s in screened_minerals().values() if not s.chain
    }
    zinc = held["zinc"].output[held["zinc"].stage("refined")]
    share = zinc / zinc.sum()
    row = rows["zinc", "refined"]
    assert row["maker"] == held["zinc"].regions[int(share.argmax())]
    assert row["maker_share"]["value"] == pytest.approx(share.max())
    assert row["hhi"]["value"] == pytest.approx(1e4 * (share**2).sum())


def test_reliance_is_net_imports_in_use(client):
    chain = world.load().chain("copper")
    k, d = chain.stage("refined"), chain.region("MEX")
    into, out = chain.trade[k, :, d].sum(), chain.trade[k, d].sum()
    home = chain.output[k, d] + chain.secondary[k, d]
    stocks = chain.stock_draw[k, d] - chain.stock_build[k, d]
    net = into - out + stocks
    rows = client.get("/api/v1/world?party=MEX").json()["rows"]
    row = next(r for r in rows if (r["mineral"], r["stage"]) == ("copper", "refined"))
    assert row["reliance"]["value"] == pytest.approx(max(net / (home + net), -1), rel=1e-9)


def test_the_lines_of_a_stage_add_up_to_the_world(client):
    chain = world.load().chain("ndpr")
    reply = client.get("/api/v1/world/ndpr?party=MEX").json()
    assert [s["id"] for s in reply["stages"]] == list(chain.stages)
    for k, s in enumerate(reply["stages"]):
        assert sum(x["output"] for x in s["lines"]) == pytest.approx(chain.output[k].sum())
        assert sum(x["use"] for x in s["lines"]) == pytest.approx(chain.trade[k].sum())
        abroad = chain.trade[k].sum() - chain.trade[k].diagonal().sum()
        assert sum(x["imports"] for x in s["lines"]) == pytest.approx(abroad)
        assert sum(x["exports"] for x in s["lines"]) == pytest.approx(abroad)
        assert "MEX" in {x["region"] for x in s["lines"]}
        assert sum(x["share"] for x in s["makers"]) == pytest.approx(1)
        assert sum(x["share"] for x in s["users"]) == pytest.approx(1)


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize(
    "path",
    ["/world", "/world/ndpr", "/world/rhodium", "/world/uranium", "/world/zinc?year=2022",
     "/world/gallium/primary/CHN", "/world/lithium?show=use&stage=mined&party=CHN"],
)  # fmt: skip
def test_pages_stand_in_every_language(client, path, lang):
    page = client.get(path + ("&" if "?" in path else "?") + f"lang={lang}")
    assert page.status_code == 200
    assert language(lang).say("Scenario: no authority has published these floors.") in unescape(
        page.text
    )
    assert "nan" not in re.findall(r">([^<]*)<", page.text)


def test_the_map_and_its_table_show_the_same(client):
    page = client.get("/world/zinc?stage=refined").text
    chain = world.load().chain("zinc")
    made = chain.output[chain.stage("refined")]
    told = language().share(float(made[chain.region("CHN")] / made.sum()))
    assert f"China {told}" in re.search(r'class="map"[^>]*aria-label="([^"]*)"', page)[1]
    assert page.count('class="flow"') == len(chain.stages)
    table = re.search(r'<table class="shares">.*?</table>', page, re.DOTALL)[0]
    assert re.search(rf"China.*?<td>{told}</td>", table, re.DOTALL)


def test_a_map_of_use_is_of_all_that_is_used(client):
    page = client.get("/world/zinc?stage=refined&show=use").text
    chain = world.load().chain("zinc")
    used = chain.trade[chain.stage("refined")].sum()
    table = re.search(r'<table class="shares">.*?</table>', page, re.DOTALL)[0]
    assert language().tonnes(float(used)) in table
    assert used > 1.05 * chain.output[chain.stage("refined")].sum()


def test_sorted_by_reliance_the_worst_stand_first(client):
    page = client.get("/world?sort=reliance&party=JPN").text
    body = re.search(r"<tbody>(?:(?!</tbody>).)*scope=\"row\"><a.*?</tbody>", page, re.S)[0]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in body.split("<tr")[1:]]
    told = [re.sub(r"<[^>]+>", "", c[4]) for c in cells]
    numbers = [float(t.split("\u00a0")[0]) for t in told if re.match(r"\d", t)]
    assert numbers == sorted(numbers, reverse=True)
    assert told[-1] == "not known"


def test_every_figure_leads_to_its_trail(client):
    page = client.get("/world/zinc?year=2024").text
    links = set(re.findall(r'href="(/world/zinc/refined/[A-Z]{3})"', page))
    assert len(links) >= 12
    trail = client.get("/world/zinc/refined/MEX").text
    for row in world.why("zinc", "refined", "MEX").head(8).iter_rows(named=True):
        assert language().tonnes(row["t"]) in trail
    assert "assumed" in trail
    assert register()["usgs-mcs-2026"].licence in trail


def test_a_trail_as_json_is_what_the_world_says(client):
    reply = client.get("/api/v1/world/zinc/refined/USA").json()
    rows = world.why("zinc", "refined", "USA")
    assert [s["t"] for s in reply["steps"]] == pytest.approx(rows["t"].to_list())
    named = {s["id"] for s in reply["sources"]}
    assert {s["source"] for s in reply["steps"]} <= named
    assert all(p["low"] <= p["central"] <= p["high"] for p in reply["parameters"])


def test_other_names_lead_to_the_page(client):
    moved = client.get("/world/Nd?party=MEX", follow_redirects=False)
    assert moved.status_code == 308
    assert moved.headers["location"] == "/world/ndpr?party=MEX"
    place = client.get("/world/zinc/refined/DEU", follow_redirects=False)
    assert place.headers["location"] == "/world/zinc/refined/EUN"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/world/galium", "gallium"),
        ("/world/zinc/refind/USA", "refined"),
        ("/world/zinc/refined/ZZZ", "ZZZ"),
        ("/world/rhodium/refined/USA", "no chain"),
        ("/world/zinc/refined/USA?year=2022", "2024"),
        ("/world/%2e%2e/%3Cscript%3E/USA", ""),
    ],
)
def test_unknown_names_in_a_path_are_unknown_pages(client, path, said):
    page = client.get(path)
    assert page.status_code == 404
    assert said in page.text
    assert "<script>" not in page.text
    reply = client.get("/api/v1" + path)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("year=2020", "2019"),
        ("party=Untied States", "United States"),
        ("mineral=galium", "gallium"),
        ("stage=refind", "There is no &#39;refind&#39; here"),
        ("show=imports", "output"),
        ("sort=hh", "hhi"),
        ("partie=USA", "party"),
        ("year=2024&year=2025", "stands twice"),
    ],
)
def test_mistakes_in_a_query_are_told_at_the_field(client, query, said):
    page = client.get("/world?" + query)
    assert page.status_code == 400
    assert said in page.text
    assert 'class="wrong"' in page.text


def test_the_api_tells_all_mistakes_at_once(client):
    reply = client.get("/api/v1/world?year=1999&party=Q")
    assert reply.status_code == 400
    assert set(reply.json()["fields"]) == {"year", "party"}


def test_stops_are_a_job_and_then_a_table(client):
    """Rhodium is one market: quick enough to be drawn here."""
    begun = client.get("/api/v1/world/rhodium/stops")
    assert begun.status_code in (200, 202)
    for _ in range(300):
        reply = client.get("/api/v1/world/rhodium/stops")
        if reply.status_code == 200:
            break
        time.sleep(0.2)
    first = reply.json()["losses"][0]
    assert first["supplier"] == "ZAF"
    assert first["price_rise"] == sorted(first["price_rise"])
    page = client.get("/world/rhodium?stops=yes").text
    assert 'class="stops"' in page
    assert "South Africa" in page


def test_openapi_knows_the_world(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path in ("", "/{mineral}", "/{mineral}/stops", "/{mineral}/{stage}/{place}"):
        told = paths["/api/v1/world" + path]["get"]
        assert told["summary"]
        assert "$ref" in told["responses"]["200"]["content"]["application/json"]["schema"]


def test_links_leave_defaults_out():
    asked = world_fields.Asked(party="MEX", stage="mined")
    assert asked.link() == "party=MEX&stage=mined"
    assert asked.link(party="USA", year=2022, stage="") == "year=2022"


def test_a_chain_has_its_screened_minerals():
    assert {m.id for m in worlds.parts("ndpr")} == {"neodymium", "praseodymium"}
    assert [m.id for m in worlds.parts("rhodium")] == ["rhodium"]
    assert all(worlds.parts(m) for m in minerals())
