"""United States cells: what customs record, what the survey prints, what it leaves unnamed."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from orepact.errors import WorldError
from orepact.world.cells import KIND, WEIGHTS, Trade, contents
from orepact.world.evidence import Evidence, gather
from orepact.world.flows import solve
from orepact.world.recipe import StageRecipe, load_recipes
from orepact.world.sources import comtrade
from orepact.world.us_cells import HALF, customs_cells, makers, most, totals
from orepact.world.world import KINDS
from orepact.world.years import replace_stage

RECIPES, PROXIES = load_recipes()
ZINC = RECIPES["zinc"]


def record(raw, *rows: str) -> None:
    """Add rows to the United States' customs records."""
    path = raw / comtrade.US_CELLS
    path.write_text(path.read_text() + "".join(f"{r}\n" for r in rows))


def zinc(raw) -> Evidence:
    return gather(raw, {"zinc": ZINC})


def test_what_the_survey_leaves_to_other_countries_is_imputed_and_capped(zinc_sources):
    ev = zinc(zinc_sources)
    solved = solve(ev, ZINC, PROXIES)
    us, at = ev.at("USA"), ev.regions.index
    p, labels = solved.priors, solved.labels
    kind = [KINDS[i] for i in labels.kind[1][:, us]]
    assert (kind[at("CAN")], kind[at("MEX")]) == ("customs", "customs")
    others = [i for i, k in enumerate(kind) if k == "imputed"]
    assert at("CHN") in others
    assert (p.weights["trade"][1][others, us] == WEIGHTS["unplaced"]).all()
    # the smallest share that the survey prints is Korea's 7 %; China is one country
    assert p.trade[1][at("CHN"), us] <= 0.07 * 590 + 1e-9
    assert p.trade[1][:, us].sum() - p.trade[1][us, us] == pytest.approx(590, rel=1e-9)


def test_what_was_not_traded_is_zero_whatever_lacks(zinc_sources):
    assert ("260800", "MEX", "USA") in comtrade.us_none(zinc_sources)
    ev = zinc(zinc_sources)
    solved = solve(ev, ZINC, PROXIES)
    assert solved.priors.trade[0][ev.at("MEX"), ev.at("USA")] == 0.0


def test_a_code_that_is_not_recorded_yet_is_not_zero(zinc_sources):
    record(zinc_sources, "2023,USA,CHN,Export,260300,Ore,1,1")
    none = comtrade.us_none(zinc_sources)
    assert not [x for x in none if x[0] == "260300"]  # split or dropped after 2023
    assert ("260800", "MEX", "USA") not in comtrade.us_none(zinc_sources, 2023)


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ("2024,USA,CHN", "no row of 2024 for USA CHN Export"),
        ("2024,", "no row of 2024 for USA CHN Export"),
    ],
)
def test_records_that_are_cut_off_raise(zinc_sources, cut, said):
    path = zinc_sources / comtrade.US_CELLS
    kept = [x for x in path.read_text().splitlines(keepends=True) if not x.startswith(cut)]
    path.write_text("".join(kept) + "2023,USA,CHN,Export,260800,Ore,1,1\n")
    with pytest.raises(WorldError, match=said):
        comtrade.us_cells(zinc_sources)


def test_a_year_with_few_of_the_codes_is_cut_off(zinc_sources):
    record(
        zinc_sources,
        *(f"2023,USA,MEX,Import,28{i:04},x,1,1" for i in range(9)),
    )
    with pytest.raises(WorldError, match="2 of its 11 codes in 2024"):
        comtrade.us_cells(zinc_sources)


def skipping(shares: dict[str, float]) -> StageRecipe:
    """Mined zinc whose Mexican record is taken to be of another product."""
    s = ZINC.stages["mined"]
    total = replace(s.us_imports[0], shares=shares)
    return replace(s, us_imports=(total,), comtrade_skip={"260800": ["MEX"]})


def test_no_partner_gets_more_than_customs_recorded_of_all_its_goods(zinc_sources):
    record(zinc_sources, "2024,USA,MEX,Import,260800,Ore,2000,1000")
    ev, s = zinc(zinc_sources), skipping({"MEX": 0.8, "PER": 0.2})
    c = contents(ev, "zinc", "mined", s)
    us, mexico = ev.at("USA"), ev.at("MEX")
    assert most(ev, s, c)[mexico, us] == pytest.approx(1.0)
    assert most(ev, s, c)[ev.at("PER"), us] == np.inf
    trade = Trade.empty(len(ev.regions))
    gross = customs_cells(ev, s, c, trade)
    assert not trade.pinned[mexico, us]
    recipe, supply = replace_stage(ZINC, "mined", s), np.ones(len(ev.regions))
    side = totals(ev, recipe, s.us_imports, c, gross, trade, supply, supply, most(ev, s, c), True)
    assert side.cells[mexico] == pytest.approx(1.0)
    assert side.cells.sum() == pytest.approx(18.0)


def test_partners_that_the_balance_imputed_stay_imputed(zinc_sources):
    ev, s = zinc(zinc_sources), ZINC.stages["refined"]
    c = contents(ev, "zinc", "refined", s)
    us, trade = ev.at("USA"), Trade.empty(len(ev.regions))
    for place, kind in (("CAN", "filled"), ("JPN", "imputed")):
        trade.t[us, ev.at(place)] = 1.0
        trade.kind[us, ev.at(place)] = KIND[kind]
    nothing = np.zeros(len(ev.regions))
    bounds = np.full(trade.t.shape, np.inf)
    side = totals(ev, ZINC, s.us_exports, c, {}, trade, nothing, nothing, bounds, False)
    assert side.cells.sum() == pytest.approx(2.0)
    assert side.unnamed[[ev.at("CAN"), ev.at("JPN")]].tolist() == pytest.approx([0.0, 1.0])


def test_nothing_is_added_to_a_pinned_cell():
    trade, one = Trade.empty(2), np.array([[0.0, 1.0], [0.0, 0.0]])
    trade.pinned[0, 1] = True
    with pytest.raises(WorldError, match=r"1 t \(imputed\) would be added to the pinned cell"):
        trade.put(one > 0, one, "imputed", "imputed", "orepact-balance")


def test_a_record_bounds_cells_whose_trade_is_not_used(zinc_sources):
    record(zinc_sources, "2024,USA,MEX,Export,260800,Ore,2000,1000")
    ev = zinc(zinc_sources)
    s = replace(ZINC.stages["mined"], factors={}, at_most={"260800": 0.5})
    allowed = most(ev, s, contents(ev, "zinc", "mined", s))
    us, mexico = ev.at("USA"), ev.at("MEX")
    assert allowed[us, mexico] == pytest.approx(0.5)
    assert allowed[mexico, us] == 0.0  # not traded
    assert allowed[ev.at("PER"), us] == np.inf


def test_a_bound_names_every_code_of_its_stage():
    text = files("orepact.world").joinpath("recipes.toml").read_text("utf-8")
    with pytest.raises(WorldError, match=r"platinum.refined: at_most needs factors = \{\}"):
        load_recipes(text.replace('at_most = { "711011" = 1.0 }', 'at_most = { "711021" = 1.0 }'))


def test_unnamed_makers_are_counted_and_keep_half_of_what_they_have(zinc_sources):
    ev, s = zinc(zinc_sources), ZINC.stages["refined"]
    c, n = contents(ev, "zinc", "refined", s), len(ev.regions)
    made = makers(ev, "zinc", "refined", replace(s, makers={"EUN": 3}))
    assert made[ev.at("EUN")] == 3.0
    assert made.min() == 1.0
    total = replace(s.us_imports[0], t=100.0, detail=None, shares={"CAN": 0.5, "MEX": 0.1})
    supply = np.zeros(n)
    supply[[ev.at("EUN"), ev.at("JPN")]] = 1000.0, 10.0
    free = np.full((n, n), np.inf)
    recipe = replace_stage(ZINC, "refined", s)
    side = totals(ev, recipe, (total,), c, {}, Trade.empty(n), supply, made, free, True)
    assert side.unnamed[ev.at("EUN")] == pytest.approx(0.1 * 3 * 100)
    assert side.unnamed[ev.at("JPN")] == pytest.approx(HALF * 10)
    assert side.cells.sum() == pytest.approx(100)
