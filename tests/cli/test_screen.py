import json


def test_the_ranking_names_maker_and_notes(orepact) -> None:
    done = orepact("screen", "--mineral", "gallium,zinc", "--draws", "0")
    assert done.code == 0, done.err
    assert "CHN" in done.out
    assert "judged by this project" in done.out


def test_one_mineral_in_detail_with_reasons(orepact) -> None:
    done = orepact("screen", "--mineral", "rhodium", "--draws", "8", "--party", "USA")
    assert done.code == 0, done.err
    assert "ZAF stops a year" in " ".join(done.out.split())
    assert "no chain of this mineral is" in " ".join(done.out.split())


def test_json_and_a_pacts_members(orepact) -> None:
    done = orepact(
        "screen", "--mineral", "copper", "--draws", "0", "--pact", "us-mexico-2026", "--json"
    )
    rows = json.loads(done.out)
    assert {r["stage"] for r in rows} == {"mined", "refined"}
    assert rows[0]["bloc_hhi"]["value"] <= rows[0]["world_hhi"]["value"]


def test_an_unknown_party(orepact) -> None:
    done = orepact("screen", "--party", "USB", "--draws", "0")
    assert done.code == 2
    assert "USB" in done.err


def test_a_folder_with_a_page_and_a_profile(orepact, tmp_path) -> None:
    done = orepact(
        "screen", "--mineral", "gallium", "--draws", "0", "--out", tmp_path / "out", "--png"
    )
    assert done.code == 0, done.err
    assert "manifest.json" in done.err
    assert (tmp_path / "out/index.html").read_text("utf-8").startswith("<!doctype html>")
    assert (tmp_path / "out/profiles/gallium.png").is_file()


def test_pictures_need_a_folder(orepact) -> None:
    done = orepact("screen", "--mineral", "gallium", "--draws", "0", "--png")
    assert done.code == 2
    assert "--out DIR" in done.err
