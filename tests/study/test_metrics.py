"""Figures of a table against the arrays they come from."""

from dataclasses import replace

import numpy as np
import pytest

from orepact import pact, world
from orepact.market import Wedges, accounts, calibrate, solve
from orepact.market.instruments import wedges
from orepact.study.metrics import UNITS, WORLD, Key, metrics

CHAIN = world.load().chain("zinc")
PACT = pact.read("us-mexico-2026")
MEMBERS = ("USA", "MEX")
SHOWN = (*MEMBERS, "CAN", "CHN", "VAT")  # the last has no part in any mineral


@pytest.fixture(scope="module")
def runs():
    m = calibrate(CHAIN)
    base = solve(m)
    out = solve(m, wedges(PACT, m, PACT.default_date()), start=base)
    return m, base, out, metrics(base, out, MEMBERS, SHOWN)


def test_every_figure_has_a_unit(runs) -> None:
    for key in runs[3]:
        assert key.variable in UNITS, key


def test_imports_split_into_members_and_others(runs) -> None:
    m, _, out, t = runs
    for stage in m.stages:
        k = m.stage(stage)
        for r in ("USA", "MEX", "CAN", "CHN"):
            d = m.region(r)
            x = out.state.x[k, :, d]
            abroad = x.sum() - x[d]
            inside = sum(x[m.region(o)] for o in MEMBERS if o != r)
            assert t[Key(stage, r, "imports")] == pytest.approx(abroad)
            assert t[Key(stage, r, "imports from members")] == pytest.approx(inside)
            assert t[Key(stage, r, "imports from non-members")] == pytest.approx(abroad - inside)
            sent = out.state.x[k, d].sum() - x[d]
            assert t[Key(stage, r, "exports")] == pytest.approx(sent)


def test_the_world_imports_what_it_exports_and_means_are_weighted(runs) -> None:
    m, _, out, t = runs
    for stage in m.stages:
        k = m.stage(stage)
        assert t[Key(stage, WORLD, "imports")] == pytest.approx(t[Key(stage, WORLD, "exports")])
        shipped = out.state.x[k].sum(-1)
        mean = np.sum(out.state.p[k] * shipped) / shipped.sum()
        assert t[Key(stage, WORLD, "producer price")] == pytest.approx(mean)
        paid = np.sum(out.state.P[k] * out.state.Q[k]) / out.state.Q[k].sum()
        assert t[Key(stage, WORLD, "buyers' price")] == pytest.approx(paid)


def test_money_by_stage_adds_up_to_the_accounts(runs) -> None:
    m, _, out, t = runs
    a = accounts(m, out.wedges, out.state)
    for name, line in (("floor levy", "floor levy"), ("tariffs", "tariffs")):
        for r in ("USA", "MEX", "CHN"):
            by_stage = sum(float(t[Key(s, r, name)]) for s in m.stages)
            assert by_stage == pytest.approx(float(a.lines[line][m.region(r)]), abs=1e-3)
            assert t[Key("", r, line)] == pytest.approx(by_stage, abs=1e-3)
    assert t[Key("", WORLD, "welfare")] == pytest.approx(float(np.sum(a.welfare)))


def test_a_region_without_a_part_has_no_price_and_no_trade(runs) -> None:
    t = runs[3]
    assert np.isnan(t[Key("refined", "VAT", "producer price")])
    assert t[Key("refined", "VAT", "imports")] == 0
    assert t[Key("", "VAT", "welfare")] == 0


def test_who_makes_nothing_has_no_price_and_no_margin() -> None:
    m = calibrate(CHAIN)
    base = solve(m)
    idle = [
        r for i, r in enumerate(m.regions) if m.supply.capacity[1, 0, i] == 0 == m.x0[1, i].sum()
    ]
    assert idle
    t = metrics(base, base, MEMBERS, tuple(idle))
    for r in idle:
        assert np.isnan(t[Key("refined", r, "producer price")])
        assert np.isnan(t[Key("refined", r, "margin")])
        assert t[Key("refined", r, "output")] == 0


def test_leading_axes_are_kept() -> None:
    m = calibrate(CHAIN, {("", "duty"): np.array([0.1, 0.5, 0.9])})
    base = solve(m)
    out = solve(m, replace(Wedges.base(m), specific=np.where(np.eye(len(m.regions)), 0.0, 20.0)
                           + np.zeros(m.x0.shape[-3:])))  # fmt: skip
    t = metrics(base, out, MEMBERS, SHOWN)
    for key, v in t.items():
        assert np.shape(v) == (3,), key
