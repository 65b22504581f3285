"""Profiles and the page of a screen: figures equal the data, every figure has its basis."""

import re
import time
from dataclasses import replace

import numpy as np
import pytest

from orepact import report, world
from orepact.catalogue import screened_minerals
from orepact.errors import InputError
from orepact.report import findings, keyfigures, maps, numbers, ranking, supply, words
from orepact.report.profile import BASES, profile, subject
from orepact.report.subject import Subject
from orepact.study.screen import screen
from orepact.study.screened import Metric
from page_reader import Page

EARTH, HELD = world.load(), world.screening()
MINERALS = ("gallium", "copper", "neodymium", "samarium", "rhodium", "boron", "rubidium")


@pytest.fixture(scope="module")
def usa():
    return screen("USA", EARTH, MINERALS, draws=4)


@pytest.fixture(scope="module")
def eu():
    return screen("EUN", EARTH, MINERALS, draws=4)


@pytest.fixture(scope="module")
def bare():
    return screen("JPN", EARTH, draws=0)


@pytest.fixture(scope="module")
def pages(usa, eu, bare):
    made = {f"{s.party} {m}": profile(s, EARTH, HELD, m, "../index.html")
            for s in (usa, eu, bare) for m in MINERALS}  # fmt: skip
    return made | {
        f"{s.party} index": ranking.index(s, EARTH, HELD, {m: f"{m}.html" for m in MINERALS})
        for s in (usa, eu, bare)
    }


def visible(source):
    return " ".join(" ".join(Page(source).text).split())


def test_pages_are_well_formed_labelled_and_load_nothing(pages):
    for name, source in pages.items():
        p = Page(source)
        assert p.open == [], name
        assert len(p.ids) == len(set(p.ids)), name
        assert p.unlabelled == [], name
        assert p.loads == [], name
        assert set(re.findall(r"url\(#([\w-]+)\)", source)) <= set(p.ids), name
        assert "http" not in source.split("<style>")[1].split("</style>")[0]
        assert p.headings[0] == 1
        assert p.headings.count(1) == 1
        assert set(p.headings) <= {1, 2}


def test_no_missing_number_is_printed(pages):
    for source in pages.values():
        assert not re.search(r"\b(NaN|nan|inf|None|undefined)\b", visible(source))


@pytest.mark.parametrize("mineral", ["gallium", "copper", "neodymium"])
def test_makers_are_the_chains_output(mineral):
    chain = EARTH.chain(screened_minerals()[mineral].chain)
    for k, s in enumerate(supply.makers(mineral, chain, HELD)):
        made = chain.output[k]
        assert s.total == pytest.approx(made.sum())
        for p in s.parts:
            assert p.share == pytest.approx(made[chain.region(p.region)] / made.sum())
        assert sum(p.share for p in s.shown) == pytest.approx(1.0)
        assert len(s.shown) <= supply.NAMED + 1
        assert all(p.weak == (chain.grade[s.stage] == "scenario") for p in s.parts)


def test_sources_are_the_chains_trade_direct_and_traced():
    chain = EARTH.chain("ndpr")
    us = chain.region("USA")
    found = supply.sources("neodymium", "USA", chain, HELD)
    magnets = next(s for s in found if s.stage == "magnet" and s.what != supply.ORIGIN)
    away = chain.trade[chain.stage("magnet"), :, us].copy()
    away[us] = 0.0
    assert magnets.total == pytest.approx(away.sum())
    assert magnets.parts[0].share == pytest.approx(away.max() / away.sum())
    traced = next(s for s in found if s.stage == "magnet" and s.what == supply.ORIGIN)
    origin = world.traced(chain, "magnet")[:, us]
    origin[us] = 0.0
    assert traced.shares["CHN"] == pytest.approx(origin[chain.region("CHN")] / origin.sum())


def test_every_split_adds_to_one_and_names_its_unit_and_basis():
    for id, m in screened_minerals().items():
        chain = EARTH.chains.get(m.chain)
        for party in ("USA", "EUN", "JPN"):
            for s in (*supply.makers(id, chain, HELD), *supply.sources(id, party, chain, HELD)):
                assert s.basis in BASES
                if s.parts:
                    assert sum(p.share for p in s.shown) == pytest.approx(1.0, abs=1e-3)
                    assert s.what
                else:
                    assert s.why


def test_survey_sources_are_the_published_shares():
    (found,) = supply.sources("samarium", "USA", None, HELD)
    rows = HELD.of("origins", "samarium").filter(party="USA")
    china = rows.filter(region="CHN")["share"].sum()
    assert found.shares["CHN"] == pytest.approx(china)
    assert found.source == rows["source"][0]


def test_bars_of_the_page_have_the_widths_of_the_shares(pages, usa):
    chain = EARTH.chain("gallium")
    (first, *_) = supply.makers("gallium", chain, HELD)
    drawn = pages["USA gallium"].split('id="h-makers"')[1].split("</svg>")[0]
    widths = [float(w) for w in re.findall(r'<rect x="[\d.]+%" width="([\d.]+)%"', drawn)]
    assert widths == pytest.approx([100 * p.share for p in first.shown], abs=1e-3)


def test_stops_of_the_page_are_the_screens(pages, usa):
    s = subject(usa, EARTH, "gallium")
    text = visible(
        '<section class="stops"'
        + pages["USA gallium"].split('<section class="stops"')[1].split("</section>")[0]
        + "</section>"
    )
    x = s.losses[0]
    assert x.loss.high >= 1e9
    assert numbers.number(x.loss.median / 1e9) in text
    assert f"{numbers.number(x.loss.low / 1e9)} to {numbers.number(x.loss.high / 1e9)}" in text
    assert f"price {numbers.percent(x.price_rise.median)}" in text
    assert [a.expected_mean for a in s.losses] == sorted(
        (a.expected_mean for a in s.losses), reverse=True
    )
    assert "Use given up in the EU, %" in pages["EUN gallium"]
    assert "Use given up outside the supplier, %" in pages["EUN rhodium"]
    assert "no draws were asked for" in pages["JPN gallium"]


def test_the_title_says_the_finding(usa, eu):
    def title(s, m):
        x = subject(s, EARTH, m)
        return findings.title(x, *findings.published(x, HELD))

    assert title(usa, "gallium") == (
        "China makes 99\xa0% of the world’s primary gallium; the United States imports all "
        "the gallium it uses"
    )
    assert "that the United States uses" in title(usa, "samarium")
    assert "rare-earth compounds and metals" in title(usa, "samarium")
    assert title(usa, "boron").endswith("the United States is a net exporter")
    assert title(usa, "rubidium").startswith("Who makes rubidium is not known")
    assert "how far the EU relies on imports is not known" in title(eu, "boron")


def test_the_title_of_a_basket_takes_the_chains_own_reliance(usa):
    s = subject(usa, EARTH, "neodymium")
    told = findings.title(s, *findings.published(s, HELD))
    own = numbers.share(s.worst.import_reliance.value)
    assert f"magnets; net imports cover {own} of what the United States uses" in told


def test_the_first_sentence_is_about_the_maker_in_the_title_then_the_dearest(usa):
    s = subject(usa, EARTH, "copper")
    first, second, *_ = findings.story(s, (), HELD)
    assert s.worst.top_supplier == "CHN"
    assert first.startswith("If China stopped exporting refined copper for a year, buyers in the")
    x = s.losses[0]
    assert second.startswith(
        f"Dearest in expectation: a stop of mined copper from {words.the(x.supplier)}"
    )
    assert findings.money(x.expected_mean) in second


def test_a_market_of_one_stage_names_buyers_outside_the_supplier(usa, eu):
    us = findings.story(subject(usa, EARTH, "boron"), (), HELD)[0]
    assert "buyers outside Türkiye would pay" in us
    assert "and the United States would use" in us
    europe = findings.story(subject(eu, EARTH, "boron"), (), HELD)[0]
    assert "(not told apart for the EU)" in europe


def test_what_the_party_makes_and_ships_itself_is_told():
    canada = screen("CAN", EARTH, ["lithium"], draws=0)
    chain = EARTH.chain("lithium")
    k, d = chain.stage("mined"), chain.region("CAN")
    told = " ".join(findings.story(subject(canada, EARTH, "lithium"), (), HELD))
    assert (
        f"Canada itself mines {numbers.share(chain.output[k, d] / chain.output[k].sum())}" in told
    )
    assert f"ships {numbers.tonnes(chain.trade[k, d].sum() - chain.trade[k, d, d])} abroad" in told


def test_sellers_without_output_are_named():
    chain = EARTH.chain("gallium")
    found = supply.sources("gallium", "USA", chain, HELD)
    pure = next(s for s in found if s.stage == "high_purity" and s.what != supply.ORIGIN)
    k, canada = chain.stage("high_purity"), chain.region("CAN")
    assert chain.output[k, canada] == 0
    assert "Canada (sells scrap, assumed)" in pure.note


def test_a_pool_keeps_the_countries_of_its_source_and_is_hatched():
    (made,) = supply.makers("helium", None, HELD)
    names = [p.name for p in made.parts]
    assert "Qatar" in names
    assert "Algeria" in names
    assert sum(p.share for p in made.parts) == pytest.approx(1)
    usa = screen("USA", EARTH, ["helium"], draws=4)
    page = profile(usa, EARTH, HELD, "helium")
    assert "Other Asia 35\xa0% (Qatar)" in page
    assert "what more it would pay is not known" in page
    assert usa.rows[0].expected_loss.value is None


def test_spare_capacity_that_is_many_times_is_not_printed_to_the_digit():
    mexico = screen("MEX", EARTH, ["lithium"], draws=0)
    assert mexico.row("lithium", "refined").spare_elsewhere.value > 1000
    told = {f.name: f.text for f in keyfigures.key_figures(subject(mexico, EARTH, "lithium"), HELD)}
    assert told["Spare capacity elsewhere"] == "over 10 times"


def test_a_profile_says_where_its_ranking_stage_is_another():
    mexico = screen("MEX", EARTH, ["graphite"], draws=0)
    s = subject(mexico, EARTH, "graphite")
    assert s.placed.stage != s.worst.stage
    score = keyfigures.key_figures(s, HELD)[-1]
    assert score.text == f"{s.placed.score.value:.2f}"
    assert score.note.startswith(f"ranked at {s.placed.stage}; {s.worst.stage}: ")


def test_uses_name_the_industry_of_which_a_part_depends(pages):
    assert "about 15 % of output of: motor and generator and 3 other industries" in visible(
        pages["USA neodymium"]
    )


def test_an_interval_is_printed_as_one_everywhere():
    usa = screen("USA", EARTH, ["silicon"], draws=0)
    page = visible(profile(usa, EARTH, HELD, "silicon"))
    assert "under 50 %" in page
    assert "25 %" not in page.split("Key figures")[1].split("Concentration")[0]
    table = ranking.index(usa, EARTH, HELD, {})
    assert ">under 50</td>" in table


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("E", "is a net exporter"),
        (">50", "cover more than 50\xa0% of"),
        ("<25", "cover less than 25\xa0% of"),
        ("100", "imports all the gallium it uses"),
        ("62", "net imports cover 62\xa0% of"),
    ],
)
def test_what_the_survey_prints_becomes_a_sentence(usa, printed, told):
    s = subject(usa, EARTH, "gallium")
    assert told in findings.reliance(s, printed, "gallium")


def test_the_heading_rests_on_a_scenario_only_where_nothing_else_is_there(usa):
    assert subject(usa, EARTH, "gallium").worst.stage == "primary"
    s = subject(usa, EARTH, "gallium")
    only = replace(s, rows=tuple(r for r in s.rows if r.grade == "scenario"))
    assert only.worst.stage == "high_purity"
    assert any(f.startswith("Scenario: ") for f in findings.flags(only, (), HELD))


def test_every_key_figure_has_its_basis_or_its_reason(bare):
    for m in screened_minerals():
        s = subject(bare, EARTH, m)
        rows = keyfigures.key_figures(s, HELD)
        assert len({f.name for f in rows}) == len(rows)
        for f in rows:
            assert f.basis in ("chain", "survey", "press", "assumed", "")
            assert f.known or (f.text == "not known" and f.note), (m, f)


def test_key_figures_equal_the_rows(usa):
    s = subject(usa, EARTH, "copper")
    told = {f.name: f for f in keyfigures.key_figures(s, HELD)}
    assert told["Use a year"].text == numbers.tonnes(s.worst.use_t.value)
    assert told["Net import reliance, published"].text == "45\xa0%"
    hhi = next(f for n, f in told.items() if n.startswith("Concentration of output"))
    assert hhi.text == f"{s.worst.world_hhi.value:,.0f}"


def test_a_mineral_of_which_nothing_is_known_says_so(pages):
    text = visible(pages["JPN rubidium"])
    assert "no source held gives the supply of rubidium by country" in text
    assert "no source held says where Japan buys rubidium" in text
    assert text.count("not known") >= 10
    assert '<svg class="map"' not in pages["JPN rubidium"]


def test_baskets_are_flagged(usa):
    told = " ".join(findings.flags(subject(usa, EARTH, "gallium"), (), HELD))
    assert "germanium" in told
    assert told.startswith("Customs codes are shared: those of primary")
    nd = " ".join(findings.flags(subject(usa, EARTH, "neodymium"), (), HELD))
    assert "Neodymium is counted within neodymium-praseodymium" in nd
    assert "rare-earth compounds and metals together" in nd


def test_no_code_of_a_region_is_left_in_a_sentence(pages):
    for name, source in pages.items():
        words_ = set(re.findall(r"\b[A-Z]{3}\b", visible(source)))
        assert not words_ & (set(EARTH.chain("zinc").regions)), (name, words_)


def test_sources_of_a_page_are_named(pages):
    foot = pages["USA gallium"].split("<footer>")[1]
    for publisher in ("US Geological Survey", "European Commission", "Natural Earth", "World Bank"):
        assert publisher in foot
    assert "Bureau of Economic Analysis" not in pages["JPN gallium"]


def test_text_is_escaped(usa):
    evil = Metric(None, why="<script>alert(1)</script>")
    rows = tuple(replace(r, spare_elsewhere=evil, world_hhi=evil) for r in usa.rows)
    source = profile(replace(usa, rows=rows, notes=("<b>&",)), EARTH, HELD, "boron")
    assert "<script" not in source
    assert "&lt;b&gt;&amp;" in source
    assert Page(source).open == []


def test_an_unknown_mineral_is_refused(usa):
    with pytest.raises(InputError, match="no row for zinc"):
        profile(usa, EARTH, HELD, "zinc")


def test_the_ranking_follows_expected_loss_else_the_composite(usa, bare):
    rows, apart, unknown = usa.ranking()
    worth = [r.expected_loss.value for r in rows]
    assert worth == sorted(worth, reverse=True)
    assert [r.mineral for r in (*apart, *unknown)] == ["rubidium"]
    rows, apart, unknown = bare.ranking()
    scores = [r.score.value for r in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(r.import_reliance.known for r in rows)
    assert not any(r.score.known for r in (*apart, *unknown))
    assert {r.mineral for r in (*rows, *apart, *unknown)} == set(screened_minerals())


def test_the_table_of_the_ranking_equals_the_rows(pages, usa):
    rows = usa.ranking().ranked
    table = pages["USA index"].split('<table class="heatmap">')[1].split("</table>")[0]
    lines = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table)
    assert len(lines) == len(rows)
    for line, r in zip(lines, rows, strict=True):
        cells = [re.sub("<[^>]+>", "", c) for c in re.findall(r"<td.*?</td>", line)]
        assert cells[0] == numbers.number(r.expected_loss.value / 1e6)
        assert cells[3] == f"{100 * r.top_share.value:.0f}"
        assert cells[4] == f"{r.world_hhi.value:,.0f}"
        assert cells[-1] == ", ".join(x.split()[0] for x in r.lists)


def test_lists_and_their_disagreement_are_told(pages):
    text = visible(pages["JPN index"])
    assert "On both lists, EU 2023 and US 2025" in text
    assert "Only on EU 2023 (4): Feldspar, Helium, Phosphorus, Strontium" in text
    assert "On both lists, but in the last quarter of this order" in text
    assert "Seen from the world only" in text


def test_all_profiles_of_a_party_take_seconds(bare):
    start = time.perf_counter()
    for m in screened_minerals():
        profile(bare, EARTH, HELD, m)
    assert time.perf_counter() - start < 10


def test_the_picture_stands_alone(usa):
    for m in ("gallium", "samarium", "rubidium"):
        svg = report.portrait(usa, EARTH, HELD, m)
        assert "var(" not in svg
        assert svg.count("http") == 1
        used = set(re.findall(r"url\(#([\w-]+)\)", svg))
        assert used <= set(re.findall(r'id="([\w-]+)"', svg))
    assert report.png(svg).startswith(b"\x89PNG")


def test_shares_of_the_picture_are_those_of_the_map(usa):
    s = subject(usa, EARTH, "gallium")
    svg = report.portrait(usa, EARTH, HELD, "gallium")
    chain = s.chain
    made = chain.output[chain.stage("primary")]
    for code in ("CHN", "JPN"):
        share = float(made[chain.region(code)] / made.sum())
        assert f"{words.place(code)}: {numbers.share(share)}</title>" in svg
        assert f'class="q{maps.step(share)}"' in svg
    assert np.isclose(sum(made) / made.sum(), 1)


def test_a_product_is_named_as_people_say_it():
    def say(mineral, stage):
        m = screened_minerals()[mineral]
        return findings.product(Subject(m, EARTH.chains.get(m.chain), "USA", 2024, ()), stage)

    assert say("neodymium", "magnet") == "neodymium-praseodymium magnets"
    assert say("tungsten", "apt") == "tungsten APT"
    assert say("fluorspar", "hf") == "hydrofluoric acid"
    assert say("aluminium", "bauxite") == "bauxite"
    assert say("gallium", "high_purity") == "high-purity gallium"
