import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from publishers import row

from orepact.errors import WorldError
from orepact.world.screening import recipe, uses
from orepact.world.screening.factors import classes
from orepact.world.screening.rare_earths import COMPOSITION
from orepact.world.screening.recipe import National
from orepact.world.screening.supply import shares
from orepact.world.screening.us import account
from orepact.world.sources.usgs_world import survey

PARTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=8)


@given(PARTS, st.floats(1, 3))
def test_shares_add_up_to_one_and_what_is_missing_has_a_row(amounts, factor):
    total = sum(amounts)
    assume(total > 1)
    parts = [("CHN", a, "published", 0) for a in amounts]
    out = shares(parts, total * factor, "x")
    assert sum(s for _, _, s, _, _ in out) == pytest.approx(1)
    assert (out[-1][3] == "unallocated") == (factor > 1.02)


def test_parts_beyond_their_total_are_counted_twice():
    with pytest.raises(WorldError, match="tin mined: parts add up to 100, more than"):
        shares([("CHN", 60.0, "published", 0), ("PER", 40.0, "published", 0)], 90.0, "tin mined")


def test_what_is_withheld_has_no_share():
    out = shares([("CHN", 60.0, "published", 0), ("USA", None, "withheld", 0)], None, "x")
    assert [s for _, _, s, _, _ in out] == [1.0, None]


def _national(**kw):
    base = {"product": "tin", "chapter": "TIN", "commodity": "", "year": 2024, "nir": "NIR",
            "production": (), "secondary": (), "imports": ("Imports",), "exports": ("Exports",),
            "stocks": ("Stocks",), "use": "Use", "price": "", "why": ""}  # fmt: skip
    return National(**(base | kw))


def _salient(survey_of, nir="75", imports="25,400", exports="600"):
    def s(detail, value, year="2024", unit="metric tons"):
        return row("United States", detail, value, unit, "Salient Statistics", year)

    return survey(
        survey_of(
            s("NIR", nir, unit="percent"), s("Imports", imports), s("Exports", exports),
            s("Stocks", "9,800", "2023"), s("Stocks", "9,600"), s("Use", "33,333"),
        )
    )  # fmt: skip


def test_reliance_is_imports_less_exports_and_stocks_over_use(survey_of):
    out = account(_salient(survey_of), "tin", _national())
    assert out["nir_identity"] == pytest.approx((25400 - 600 + 200) / 33333)
    assert out["difference"] == pytest.approx(0.0, abs=1e-3)
    assert (out["stock_fall"], out["gap"]) == (200.0, "")
    assert "nir 2" in str(out["rows"])


def test_a_difference_over_twenty_points_needs_a_reason(survey_of):
    rows = _salient(survey_of, nir="40")
    with pytest.raises(WorldError, match="publishes a reliance of 40 %, its rows give 75%"):
        account(rows, "tin", _national())
    assert account(rows, "tin", _national(why="gross weights"))["why"] == "gross weights"


def test_withheld_imports_leave_the_identity_open_and_say_so(survey_of):
    out = account(_salient(survey_of, imports="W"), "tin", _national())
    assert out["nir_identity"] is None
    assert out["gap"] == "withheld or not published: imports"


def test_a_bound_and_a_net_exporter_are_kept_as_such(survey_of):
    out = account(_salient(survey_of, nir=">50"), "tin", _national())
    assert (out["nir_low"], out["nir_high"], out["nir_text"]) == (0.5, 1.0, ">50")
    out = account(_salient(survey_of, nir="E"), "tin", _national())
    assert (out["nir_central"], out["nir_high"], out["net_exporter"]) == (None, 0.0, True)


def test_a_statistic_that_stands_twice_asks_for_its_commodity(survey_of):
    raw = survey_of(*[row("United States", "Imports", "1", section="Salient")] * 2)
    with pytest.raises(WorldError, match="stands 2 times"):
        account(survey(raw), "tin", _national(nir="", exports=(), stocks=(), use=""))


EMPTY = "\n".join(f"[{id}]" for id in recipe.screened_minerals())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (EMPTY.replace("[tin]", ""), "no section for 'tin'"),
        (EMPTY + "\n[tim]", "unknown mineral 'tim'.*'tin'"),
        (EMPTY.replace("[tin]", "[tin]\nsuply.mined = 'x'"), "unknown key 'suply'"),
        (EMPTY.replace("[tin]", "[tin]\nsupply.mined = {detial = 'x'}"), "unknown key 'detial'"),
        (EMPTY.replace("[tin]", "[tin]\nus = [{product = 't', import = []}]"), "'import'"),
    ],
)
def test_a_misspelt_recipe_is_refused(text, message):
    with pytest.raises(WorldError, match=message):
        recipe.plans_from(text, 2024)


GROUPS = {"cans": ["332430"]}
HEAD = "mineral,application,stage,share,groups,tier,reason\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tim,Cans,,1,cans,niche,r", "line 2: unknown mineral 'tim'"),
        ("tin,Cans,,1,canz,niche,r", "line 2: unknown group 'canz'"),
        ("tin,Cans,,1,cans,some,r", "line 2: tier 'some'"),
        ("tin,Cans,,1,cans,,r", "line 2: tier ''"),
        ("tin,Cans, food,,1,cans,niche,r", "line 2: seven fields"),
        ("tin,Cans,refind,1,cans,niche,r", "line 2: .*'refined'"),
        ("lead,Cans,refined,1,cans,niche,r", "line 2: lead has no chain"),
    ],
)
def test_a_malformed_judgement_names_its_line(line, message):
    with pytest.raises(WorldError, match=message):
        uses.judgements(HEAD + line, GROUPS)


def test_tiers_are_in_order_and_do_not_overlap_in_the_middle():
    low, middle, high = uses.tiers().values()
    assert low[1] < middle[0] or low[2] <= middle[0]
    assert middle[2] < high[0]
    assert all(a < b < c for a, b, c in (low, middle, high))


def test_one_composition_holds_all_rare_earth_oxide():
    assert len(COMPOSITION) == 15
    assert sum(c for _, c, _ in COMPOSITION.values()) == pytest.approx(1, abs=0.02)
    assert all(a < b < c for a, b, c in COMPOSITION.values())


def test_classes_follow_companionality_then_size():
    out = classes({"cobalt": 0.9, "nickel": 0.05}, {"nickel": 3.7e6, "cobalt": 3e5, "tin": 3e5})
    assert (out["cobalt"], out["nickel"], out["tin"]) == ("by-product", "major", "minor")
    assert (out["samarium"], out["neodymium"]) == ("by-product", "minor")
