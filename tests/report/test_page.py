"""The page as a reader, a screen reader and a browser without network meet it."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from orepact import report, world
from orepact.pact import SCENARIO
from orepact.pact.party import Text
from orepact.report import page
from orepact.study.draws import STRUCTURE
from orepact.study.metrics import Key
from page_reader import Page


@pytest.fixture(scope="module")
def pages(ranged, central, many):
    return {run.pact.id + str(run.draws): report.html(run) for run in (ranged, central, many)}


@pytest.fixture(scope="module")
def wide(ranged):
    return report.html(ranged)


def test_pages_are_well_formed_and_labelled(pages):
    for source in pages.values():
        p = Page(source)
        assert p.open == []
        assert len(p.ids) == len(set(p.ids))
        assert p.unlabelled == []
        assert set(p.targets) <= set(p.ids)
        assert set(re.findall(r"url\(#([\w-]+)\)", source)) <= set(p.ids)


def test_pages_load_nothing(pages):
    for source in pages.values():
        p = Page(source)
        assert p.loads == []
        style = re.search(r"<style>(.*?)</style>", source, re.S)[1]
        assert "url(" not in style
        assert "@import" not in style


def test_headings_never_skip_a_level(pages):
    for source in pages.values():
        levels = Page(source).headings
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))


def test_the_scenario_comes_first(pages):
    for source in pages.values():
        words = [t.strip() for t in Page(source).text if t.strip()]
        title = next(i for i, t in enumerate(words) if t.endswith("scenario report"))
        assert words[title + 1] == SCENARIO
        assert "Comparative statics, not a forecast" in words


def test_no_missing_number_is_printed(pages):
    for source in pages.values():
        text = " ".join(Page(source).text)
        assert not re.search(r"\b(NaN|nan|inf|None|undefined)\b", text)
    assert "no production" in pages["us-mexico-20268"]


def test_ranges_stand_where_draws_were_made(pages, ranged):
    source = pages["us-mexico-20268"]
    assert "Medians and 5 to 95 % of 8 draws" in source
    assert 'class="whisker"' in source
    low, mid, high = ranged.minerals["gallium"].figures["", "WLD", "welfare"].change
    from orepact.report.numbers import millions

    assert f'{millions(mid)}<span class="spread">{millions(low)} to {millions(high)}' in source


def test_central_values_show_no_range(pages):
    source = pages["us-mexico-20260"]
    assert "Central values only" in source
    body = source.split("</style>")[1]
    assert "whisker" not in body.replace("whiskers", "")
    assert not re.search(r'class="spread">[+−\d]\S* to', body)


def test_grades_stand_beside_all_numbers(pages):
    for source in pages.values():
        for caption in re.findall(r"<caption>(.*?)</caption>", source, re.S):
            if "Changes from 2024 at the stages" in caption:
                continue
            assert 'class="grade ' in caption
        summary = source.split("Changes from 2024 at the stages")[1].split("</table>")[0]
        rows = re.findall(r'<th scope="rowgroup".*?</th>', summary, re.S)
        assert rows
        assert all('class="grade ' in r for r in rows)
        charts = re.findall(r'class="chart-title">(.*?)</h\d>', source)
        assert charts
        assert all('class="grade ' in c for c in charts)
        panels = re.findall(r'<div class="panel"><h4>(.*?)</h4>', source)
        assert panels
        assert all('class="grade ' in c for c in panels)


def test_warnings_stand_beside_the_numbers(ranged, with_mineral, wide):
    said = "rests on routes without trade in 2024"
    warned = with_mineral(
        ranged, "gallium", opened_share=0.3, failed=2, warnings=("30% is <new>.", "Closed.")
    )
    assert said not in wide
    source = report.html(warned)
    assert source.count(said) == 1
    assert "30% is &lt;new&gt;." in source
    assert "2 of 8 draws did not solve; ranges rest on the others." in source
    assert "2 warnings" in source


def test_margins_and_protection_are_told_where_members_produce(wide, central):
    assert wide.count("What a tonne earns members' mines and plants".replace("'", "&#39;")) == 4
    magnesium = report.html(central).split('id="mineral-magnesium"')[1].split("</section>")[0]
    assert "What a tonne earns" not in magnesium


def test_who_bears_the_floor_is_told_per_tonne_and_in_money(wide, ranged, central):
    gallium = wide.split('id="mineral-gallium"')[1].split("</section>")[0]
    assert "Who bears the floor and the duties at the border, per tonne" in gallium
    f = ranged.minerals["gallium"].figures["primary", "USA", "borne by buyers"]
    low, mid, high = (f"{100 * x:.0f}" for x in f.after)
    assert f'{mid}<span class="spread">{low} to {high}</span>' in gallium
    assert "the importer&#39;s treasury" in gallium
    money = gallium.split("<span>Whose money it is")[1].split("</table>")[0]
    for who in ("Producers, primary", "Processors, high purity", "Final users", "Welfare"):
        assert f'<th scope="row">{who}</th>' in money
    assert "Other countries" in money


def test_products_and_their_bills_are_told_where_the_run_holds_them(wide, central):
    products = wide.split('id="products"')[1].split("Members, mineral by mineral")[0]
    assert "Processed gallium arsenide wafer" in products
    assert '<td class="muted left" colspan="4">gallium (not bought there)</td>' in products
    assert "NMC battery pack" in products  # among the bills, not among the costs
    assert "Battery pack of 75 kWh" not in products
    for known in ("read", "derived", "recalled", "assumed"):
        assert f"<td>{known}</td>" in products
    assert 'id="products"' not in report.html(central)  # manganese and magnesium make none


def test_titles_are_escaped(ranged):
    evil = Text(en="<script>alert(1)</script> & Sons")
    held = {name: getattr(ranged.pact, name) for name in type(ranged.pact).model_fields}
    run = replace(ranged, pact=type(ranged.pact)(**{**held, "title": evil}))
    source = report.html(run)
    assert "<script" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons" in source
    assert Page(source).open == []


def test_a_member_that_neither_buys_nor_makes_says_so(wide):
    summary = wide.split("Changes from 2024 at the stages")[1].split("</table>")[0]
    row = next(r for r in summary.split("<tr>") if 'scope="row">Mexico' in r)
    assert "neither buys nor produces" in row


def test_bindings_drivers_and_assumptions_are_told(wide, ranged):
    for e in ranged.minerals["gallium"].effects:
        assert e.state in wide
    assert "Rank correlation" in wide
    assert "Uncertain parameters that move the change most" in wide
    assert "8112.92 holds five metals" in wide
    for name in ("Low", "Central", "High"):
        assert f'<th scope="col">{name}</th>' in wide


def test_sources_accounts_and_versions_close_the_page(wide):
    method = wide.split('id="method"')[1]
    assert "money paid equals money received" in method
    assert "1e-08" in method
    assert page.versions() in method
    assert "US Geological Survey" in method
    assert "In the agreement, not simulated" in method
    assert "Coordinated stockpiling" in method


def luminance(colour):
    full = colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
    rgb = [int(full[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_keep_aa_contrast_in_light_dark_and_print(wide):
    themes = re.findall(r":root\{(--ink.*?)\}", wide)
    assert len(themes) == 3
    for theme in themes:
        c = dict(re.findall(r"--(\w+):(#\w+)", theme))
        for text in ("ink", "soft", "accent", "warn"):
            assert contrast(c[text], c["paper"]) >= 4.5
            assert contrast(c[text], c["panel"]) >= 4.5
        for mark in ("member", "china", "rest"):
            assert contrast(c[mark], c["paper"]) >= 3.0


def test_fifteen_minerals_take_seconds(central):
    import time

    start = time.perf_counter()
    report.html(central)
    assert time.perf_counter() - start < 2 * 10 / 15 * len(central.minerals)


def test_what_is_stated_and_not_acted_on_is_said(pages):
    """Shipped floors suspend free zones, which act at the border alone."""
    for source in pages.values() if isinstance(pages, dict) else pages:
        assert "Stated, not acted on by the market: free zones of " in source
        assert "nothing is deflated" in source


def test_draws_of_other_publishers_are_told(ranged, with_mineral):
    earth = world.load()
    (other,) = (s for s in earth.structures(earth.chain("ndpr")) if s.id == "iea-malaysia")
    driven = {
        k: replace(f, drivers=((STRUCTURE, 0.6),)) if k == Key("oxide", "USA", "output") else f
        for k, f in ranged.minerals["ndpr"].figures.items()
    }
    run = with_mineral(ranged, "ndpr", structures=((other, 3),), figures=driven)
    source = report.html(run)
    assert "3 draws rest on International Energy Agency." in source
    assert "which publisher&#39;s output figures" in source
    assert "the change differs between publishers" in source
