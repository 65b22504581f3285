"""Effective protection by hand."""

from dataclasses import replace

import numpy as np
import pytest
from markets import make

from orepact.market import Wedges, solve
from orepact.market.protection import effective_protection


def test_a_duty_on_the_product_alone() -> None:
    """30 % on everything from outside: the duty over the base margin at landed prices."""
    m = make(0)
    m = replace(m, duty=0 * m.duty)
    base = solve(m)
    duty = np.zeros_like(m.duty)
    duty[1, 2:, 0] = 0.3
    out = solve(m, replace(Wedges.base(m), duty=duty))
    erp = effective_protection(base, out, ("A", "B"))[1, 0]
    o = 2 + int(np.argmax(base.state.x[1, 2:, 0]))
    j = 2 + int(np.argmax(base.state.x[0, 2:, 0]))
    customs = out.state.invoice[1, o, 0] + m.cif[0] * m.freight[1, o, 0]
    margin = base.state.c[1, o, 0] - 1.1 * base.state.c[0, j, 0]
    assert erp == pytest.approx(0.3 * customs / margin)


def test_a_maker_that_buys_no_input_needs_no_input_route() -> None:
    m = make(0)
    inputs = m.inputs.copy()
    inputs[1, 0, 0] = 0.0
    m = replace(m, inputs=inputs, credit=m.credit.copy())
    base = solve(m, must_solve=False)
    closed = base.state._replace(x=np.where(np.arange(3)[:, None, None] == 0, 0.0, base.state.x))
    erp = effective_protection(replace(base, state=closed), base, ("A", "B"))
    assert np.isfinite(erp[1, 0])
    assert np.isnan(erp[1, 1])
