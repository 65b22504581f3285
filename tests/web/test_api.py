import time

import pytest

import orepact

QUERY = "mineral=gallium"


def test_the_description_is_openapi_3_1(client):
    held = client.get("/api/v1/openapi.json").json()
    assert held["openapi"].startswith("3.1")
    assert "/api/v1/simulate" in held["paths"]
    for path in held["paths"].values():
        for operation in path.values():
            assert operation["summary"]


def test_figures_carry_units_and_the_scenario_sentence(client):
    reply = client.get("/api/v1/simulate?" + QUERY).json()
    assert reply["scenario"] == "Scenario: no authority has published these floors."
    assert reply["draws"] == 0
    assert all(f["unit"] for f in reply["figures"])


def test_ranges_are_a_job_that_ends_in_the_figures_of_a_run(client):
    begun = client.post("/api/v1/ranges?" + QUERY)
    assert begun.status_code == 202
    place = begun.headers["location"]
    for _ in range(900):
        told = client.get(place).json()
        if told["state"] == "done":
            break
        time.sleep(0.1)
    assert told["state"] == "done"
    reply = client.get("/api/v1/ranges?" + QUERY)
    assert reply.status_code == 200
    run = orepact.simulate(
        orepact.read("us-mexico-2026"), orepact.load(), ["gallium"], draws=128,
        on=orepact.read("us-mexico-2026").default_date().replace(month=12, day=31),
    )  # fmt: skip
    held = {(f["stage"], f["region"], f["variable"]): f for f in reply.json()["figures"]}
    for key, f in run.minerals["gallium"].figures.items():
        if held[tuple(key)]["change_p50"] is not None:
            assert held[tuple(key)]["change_p50"] == pytest.approx(f.change[1], rel=1e-9)
            assert held[tuple(key)]["change_p5"] == pytest.approx(f.change[0], rel=1e-9)
    page = client.get("/simulator/answer?ranges=yes&" + QUERY).text
    assert 'data-ranges="yes"' in page


def test_problems_are_typed(client):
    reply = client.get("/api/v1/simulate?tariff=5&foo=1")
    assert reply.status_code == 400
    assert reply.headers["content-type"].startswith("application/problem+json")
    told = reply.json()
    assert told["type"].endswith("/bad-input")
    assert set(told["fields"]) == {"tariff", "foo"}
    for key in ("title", "status", "detail", "instance"):
        assert told[key]
    gone = client.get("/api/v1/jobs/nothing")
    assert (gone.status_code, gone.json()["type"].split("/")[-1]) == (404, "not-found")
    assert client.get("/api/v1/nothing").status_code == 404
