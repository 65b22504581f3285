"""Every page, in every language, light and dark, before a checker of WCAG 2.2 A and AA."""

import pytest

PAGES = [
    "/",
    "/simulator",
    "/simulator?tariff=5&floor.oxide=x",
    "/nothing",
    "/api",
    "/brief",
    "/brief/us-mexico-2026?mineral=gallium&lang=es",
    "/world",
    "/world/ndpr?lang=es",
    "/world/ndpr/oxide/CHN",
    "/pacts",
    "/pacts/us-mexico-2026?lang=fr",
    "/pacts/us-mexico-2026?on=x",
    "/pacts/us-mexico-2026/compare/us-japan-2026?lang=es",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_serious(browser, address, path, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": 1280 if scheme == "light" else 390, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(address + path)
    if path == "/simulator":
        page.wait_for_selector("#answer .chart svg")
    found = Axe().run(page, options=RULES)
    context.close()
    serious = [
        (v["id"], v["impact"], [n["html"][:120] for n in v["nodes"][:3]])
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical", "moderate")
    ]
    assert serious == []
