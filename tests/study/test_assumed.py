"""Marks on results that rest on assumed duties, with figures that can be checked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from orepact import pact, world
from orepact.market import calibrate, solve
from orepact.study.assumed import basis, duty_warnings, on_market

EARTH = world.load()
PACT = pact.read("us-mexico-2026")
DAY = PACT.default_date()
CHAIN = EARTH.chain("zinc")
BASE = solve(calibrate(CHAIN))
FLAGS = on_market(BASE, CHAIN, CHAIN.duty_assumed)


def said(flags=FLAGS, text=PACT):
    return duty_warnings(text, DAY, BASE, flags, basis(BASE, flags, ("USA", "MEX", "CAN")))


def test_the_share_is_of_the_value_of_imports() -> None:
    market, st = BASE.market, BASE.state
    d, k = market.region("MEX"), market.stage("refined")
    value = (st.invoice[k, :, d] + market.cif[d] * market.freight[k, :, d]) * st.x[k, :, d]
    value[d] = 0.0
    (found,) = [b for b in basis(BASE, FLAGS, ("MEX",)) if b.stage == "refined"]
    assert found.imports == pytest.approx(value.sum())
    assert found.assumed == pytest.approx(value[FLAGS[k, :, d]].sum() / value.sum())
    assert 0 < found.assumed < 1  # goods of the United States are free by agreement


def test_one_sentence_names_every_region_with_its_share() -> None:
    first = said()[0]
    assert first.startswith("Duties are assumed, not read from a schedule, on this share")
    assert "Mexico" in first
    assert "Canada" in first


def test_what_is_read_is_not_remarked_upon() -> None:
    assert said(np.zeros_like(FLAGS)) == ()


def test_a_saving_that_is_an_assumed_duty_says_so() -> None:
    """The shipped preference frees trade of the United States and Mexico with each other."""
    market, st = BASE.market, BASE.state
    us, mx = market.region("USA"), market.region("MEX")
    k = market.stage("refined")
    value = (st.invoice + market.cif * market.freight) * st.x * market.duty
    saved = value[:, us, mx].sum() + value[:, mx, us].sum()
    assert saved > 0
    marked = np.zeros_like(FLAGS)
    assert not [s for s in said(marked) if "Preference" in s]
    marked[k, mx, us] = True
    (line,) = [s for s in said(marked) if "Preference" in s]
    assert line.startswith(
        f"Preference 'bloc-duty-free' takes off duties of USD {saved:,.0f} a year"
    )
    assert f"{value[k, mx, us] / saved:.0%} of that is assumed duty" in line


def test_flags_of_the_market_are_those_of_its_regions() -> None:
    marked = np.zeros_like(CHAIN.duty_assumed)
    marked[0, CHAIN.region("PER"), CHAIN.region("CHN")] = True
    found = on_market(BASE, replace(CHAIN, duty_assumed=marked), marked)
    at = np.argwhere(found)
    assert [(BASE.market.regions[o], BASE.market.regions[d]) for _, o, d in at] == [("PER", "CHN")]
