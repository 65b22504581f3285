import numpy as np
import pytest

from orepact import world
from orepact.catalogue import screened_minerals
from orepact.errors import InputError, UnknownIdError
from orepact.study.losses import Gaps, losses, output_lost, uniform
from orepact.study.rows import makers
from orepact.study.screen import screen

EARTH, HELD = world.load(), world.screening()


@pytest.fixture(scope="module")
def quick():
    return screen("USA", EARTH, draws=0)


@pytest.fixture(scope="module")
def lossy():
    return screen("USA", EARTH, ["gallium", "rhodium"], draws=8)


def test_every_listed_mineral_has_a_row_and_every_unknown_a_reason(quick):
    assert {r.mineral for r in quick.rows} == set(screened_minerals())
    for r in quick.rows:
        for name in ("import_reliance", "world_hhi", "spare_elsewhere", "expected_loss", "score"):
            m = getattr(r, name)
            assert m.value is not None or m.why
    values = [r.score.value or 0 for r in quick.rows]
    assert values == sorted(values, reverse=True)
    assert all(0 <= v <= 1 for v in values)


def test_chain_rows_are_the_chains_figures(quick):
    chain = EARTH.chain("zinc")
    row = quick.row("zinc", "refined")
    k, us = chain.stage("refined"), chain.region("USA")
    share = chain.output[k] / chain.output[k].sum()
    assert row.world_hhi.value == pytest.approx(1e4 * (share**2).sum())
    away = chain.trade[k, :, us].copy()
    away[us] = 0.0
    assert row.top_source == chain.regions[int(np.argmax(away))]
    assert row.published_reliance.value == pytest.approx(0.73)
    assert row.import_reliance.value == pytest.approx(0.73, abs=0.02)


def test_a_stage_that_is_only_exported_is_a_net_exporter_without_absurd_figures(quick):
    row = quick.row("cobalt", "mined")
    assert row.import_reliance.value == -1.0
    assert "net exports exceed use" in row.import_reliance.why
    for r in quick.rows:
        assert r.import_reliance.value is None or -1 <= r.import_reliance.value <= 1 + 1e-9


def test_a_survey_row_says_so(quick):
    row = quick.row("rhodium")
    assert row.grade == "survey"
    assert row.top_supplier == "ZAF"
    assert row.top_share.basis == "survey"


def test_members_lower_the_blocs_concentration_only():
    alone = screen("USA", EARTH, ["copper"], draws=0).row("copper", "mined")
    bloc = screen("USA", EARTH, ["copper"], members=["CHL"], draws=0).row("copper", "mined")
    assert bloc.bloc_hhi.value < alone.bloc_hhi.value
    assert bloc.world_hhi == alone.world_hhi


def test_losses_are_ordered_positive_and_repeat(lossy):
    again = screen("USA", EARTH, ["gallium", "rhodium"], draws=8)
    for row, same in zip(lossy.rows, again.rows, strict=True):
        assert row.losses == same.losses
        for x in row.losses:
            assert x.supplier != "USA"
            assert 0 <= x.loss.low <= x.loss.median <= x.loss.high
            assert 0 <= x.shortfall.median <= 1
            assert x.loss.median >= x.extra_cost.low
    assert {x.engine for r in lossy.rows for x in r.losses} == {"chain", "one stage"}
    assert lossy.row("gallium", "primary").worst.supplier == "CHN"


def test_no_shortfall_no_loss_and_more_is_worse():
    u, whole = uniform(8, 1), np.ones(8)
    none, some, more = (
        output_lost(
            "gallium",
            Gaps(("",), np.ones((8, 1)), np.full((8, 1), q), np.full((8, 1), q)),
            whole, HELD, u,
        )
        for q in (0.0, 0.2, 0.6)
    )  # fmt: skip
    assert none == pytest.approx(0.0)
    assert (some > 0).all()
    assert (more >= some).all()


def test_other_parties_get_shortfall_without_money():
    for x in losses("rhodium", None, "EUN", HELD, 8, 1):
        assert x.loss is None
        assert "no input-output tables of EUN" in x.why
        assert x.shortfall.median > 0


def test_makers_add_up_to_one_at_most():
    for id in screened_minerals():
        for stage, parts in makers(HELD, id).items():
            assert 0 < sum(parts.values()) <= 1 + 1e-6, (id, stage)


def test_unknown_names_are_refused():
    with pytest.raises(UnknownIdError):
        screen("USB", EARTH, ["gallium"], draws=0)
    with pytest.raises(UnknownIdError, match="galium"):
        screen("USA", EARTH, ["galium"], draws=0)
    with pytest.raises(InputError):
        screen("USA", EARTH, ["gallium"], draws=0).row("gallium", "refined")


@pytest.mark.parametrize("party", ["MEX", "KOR"])
def test_a_party_that_uses_none_or_is_no_standard_party_is_screened(party):
    row = screen(party, EARTH, ["gallium"], draws=8).row("gallium", "primary")
    assert row.losses
    if party == "MEX":
        assert all(x.why.startswith("MEX has no final use") for x in row.losses)
    else:
        assert all(x.shortfall.median > 0 for x in row.losses)


def test_survey_shares_are_of_the_worlds_output_and_never_rescaled(quick):
    for mineral in ("boron", "lead", "chromium", "feldspar", "niobium", "silicon"):
        for stage, made in makers(HELD, mineral).items():
            rows = HELD.of("supply", mineral).filter(stage=stage, preferred=True)
            assert rows["share"].sum() == pytest.approx(1)
            if mineral in EARTH.chains:
                continue
            row = quick.row(mineral, stage)
            assert row.top_share.value == max(made.values())
            assert row.world_hhi.value == pytest.approx(1e4 * sum(s * s for s in made.values()))
            left = rows.filter(region="")["share"].sum()
            assert ("not told apart" in row.world_hhi.why) == (left > 0)


def test_traced_shares_are_those_of_the_world(quick):
    for party, mineral in (("USA", "gallium"), ("MEX", "lithium"), ("USA", "cobalt")):
        found = screen(party, EARTH, [mineral], draws=0)
        chain = EARTH.chain(mineral)
        for r in found.rows:
            origin = world.traced(chain, r.stage)[:, chain.region(party)]
            origin[chain.region(party)] = 0.0
            if not origin.any():
                assert not r.traced_share.known
                continue
            assert r.traced_source == chain.regions[int(np.argmax(origin))]
            assert r.traced_share.value == pytest.approx(origin.max() / origin.sum())


def test_a_party_without_a_known_reliance_or_use_is_not_scored():
    found = screen("MEX", EARTH, ["graphite", "lutetium", "boron"], draws=0)
    assert not found.row("graphite", "spherical").score.known
    assert found.row("graphite", "spherical").score.why.startswith("seen from the world only")
    assert found.row("graphite").stage != "spherical"
    order = found.ranking()
    assert [r.mineral for r in order.ranked] == ["graphite"]
    assert {r.mineral for r in order.apart} == {"lutetium", "boron"}
    for r in order.ranked:
        assert r.import_reliance.known


def test_an_interval_stays_one_and_its_middle_only_enters_the_score(quick):
    for mineral, shown, middle in (("silicon", "under 50\xa0%", 0.25), ("lithium", "", None)):
        row = quick.row(mineral)
        if middle is not None:
            assert (row.import_reliance.shown, row.import_reliance.value) == (shown, middle)
            assert row.import_reliance.basis == "assumed"
        assert row.published_reliance.value is None
    assert quick.row("lithium").published_reliance.shown == "over 50\xa0%"
    assert quick.row("gallium").substitution.shown.startswith("0 to ")


def test_draws_that_are_no_power_of_two_are_refused_before_anything_runs():
    with pytest.raises(InputError, match="50 draws"):
        screen("USA", EARTH, ["rhodium"], draws=50)


def test_expected_loss_is_one_number_in_one_order(lossy):
    for r in lossy.rows:
        if r.losses:
            assert r.expected_loss.value == pytest.approx(sum(x.expected_mean for x in r.losses))
            assert r.expected_range.low <= r.expected_range.high
    values = [r.expected_loss.value for r in lossy.ranking().ranked]
    assert values == sorted(values, reverse=True)


def test_what_no_price_brings_falls_on_a_party_by_its_net_import_reliance():
    def niobium(party):
        return next(x for x in losses("niobium", None, party, HELD, 64, 1) if x.supplier == "BRA")

    us, canada = niobium("USA"), niobium("CAN")
    assert us.price_rise == canada.price_rise
    assert us.shortfall == canada.shortfall  # the United States imports all it uses
    assert "net import reliance, 100%" in us.why
    assert "not told apart for CAN" in canada.why
    boron = {
        party: next(x for x in losses("boron", None, party, HELD, 64, 1) if x.supplier == "TUR")
        for party in ("USA", "MEX")
    }
    assert boron["USA"].price_rise == boron["MEX"].price_rise
    assert boron["USA"].shortfall.high < boron["MEX"].shortfall.high  # a net exporter
    assert boron["USA"].output_lost.high == pytest.approx(0.0, abs=1e-6)
