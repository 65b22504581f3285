"""What an adviser does: opens it, moves the floor, sends the link, reads it in Spanish."""

import re


def waited(page, action):
    """Do something and wait for the answer that follows it."""
    page.evaluate(
        "window.answers = 0; document.addEventListener('answered', () => { window.answers += 1 })"
    )
    action()
    page.wait_for_function("window.answers > 0 && answer.ariaBusy !== 'true'")


def drag(page, stage, share):
    """Drag the slider of a stage to a share of its length."""
    slider = page.locator(f".lever:has([id='floor.{stage}']) input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    at = float(slider.evaluate("s => (s.value - s.min) / (s.max - s.min)"))
    page.mouse.move(box["x"] + 8 + at * (box["width"] - 16), y)
    page.mouse.down()
    page.mouse.move(box["x"] + share * box["width"], y, steps=6)
    page.mouse.up()


def numbers(page):
    return page.locator("#answer table").all_inner_texts()


def picture(page):
    return page.locator("#answer .flow").nth(1).inner_html()


def test_open_move_the_floor_share_and_read_in_spanish(visit, address):
    page = visit("/")
    page.locator("main .button").click()
    page.locator("#choose select[name=mineral]").select_option("gallium")
    page.wait_for_url("**mineral=gallium**")
    page.locator("#choose select[name=mineral]").select_option("ndpr")
    page.wait_for_url("**mineral=ndpr**")
    page.wait_for_selector("#answer .chart svg")
    before, flows = numbers(page), picture(page)
    waited(page, lambda: drag(page, "oxide", 0.9))
    assert numbers(page) != before
    assert picture(page) != flows
    assert "floor.oxide=" in page.url
    moved = page.locator("[id='floor.oxide']").input_value()
    assert re.fullmatch(r"[\d.]+ USD/kg", moved)

    page.wait_for_selector("[data-ranges=yes]", timeout=120_000)
    ranged, link = numbers(page), page.locator("#share").input_value()
    assert any("to" in t for t in ranged)
    other = visit(link)
    assert other.locator("[id='floor.oxide']").input_value() == moved
    other.wait_for_selector("[data-ranges=yes]", timeout=120_000)
    assert numbers(other) == ranged

    other.locator(".languages a[hreflang=es]").click()
    other.wait_for_selector("html[lang=es-MX]")
    assert other.locator("[id='floor.oxide']").input_value() == moved
    assert "Estados Unidos" in other.locator(".headline").inner_text()
    assert "pagan" in other.locator(".headline").inner_text()

    other.locator("#answer a[href^='/brief/']").click()
    other.wait_for_selector("a.button[href*='brief.pdf']", timeout=120_000)
    assert "La respuesta" in other.locator("article.brief").inner_text()
    link = other.locator("a.button[href*='brief.pdf']").get_attribute("href")
    pdf = other.request.get(address + link)
    assert pdf.body().startswith(b"%PDF")


def test_a_mistake_is_told_at_its_field_and_mended(visit):
    page = visit("/simulator?mineral=zinc")
    page.wait_for_selector("#answer .chart svg")
    field = page.locator("[id='floor.refined']")
    field.fill("3000 USD")
    page.wait_for_selector("[id='wrong-floor.refined']")
    assert field.get_attribute("aria-invalid") == "true"
    assert "110 USD/kg" in page.locator("[id='wrong-floor.refined']").inner_text()
    field.fill("3000 USD/t")
    page.wait_for_selector("#answer .headline")
    assert page.locator(".levers .wrong").count() == 0


def test_the_keyboard_is_enough(visit):
    page = visit("/simulator?mineral=zinc")
    page.wait_for_selector("#answer .chart svg")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    slider = page.locator(".lever:has([id='floor.refined']) input[type=range]")
    slider.focus()
    before = page.locator("[id='floor.refined']").input_value()
    waited(page, lambda: page.keyboard.press("ArrowUp"))
    assert page.locator("[id='floor.refined']").input_value() != before
    assert "USD/t" in slider.get_attribute("aria-valuetext")


def test_without_script_the_form_answers(visit):
    page = visit("/simulator?mineral=zinc", java_script_enabled=False)
    page.locator("[id='floor.refined']").fill("4000 USD/t")
    page.locator(".actions button").click()
    assert "4000 USD/t" in page.locator(".panel .floor").inner_text()
    picture = page.locator("figure[data-chart=prices] img")
    picture.scroll_into_view_if_needed()
    page.wait_for_load_state("load")
    assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") > 200
    assert page.locator("#answer table").count() == 2


def test_a_phone_shows_all_of_it(visit):
    page = visit("/simulator", viewport={"width": 390, "height": 800})
    page.wait_for_selector("#answer .chart svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".pulse").is_visible()
