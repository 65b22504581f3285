"""The certificate: it passes what is solved, and every lie in a state is found and named."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from markets import every, everything, floored, limited, make, one_stage

from orepact.errors import NotSolvedError
from orepact.market import Market, Outcome, Wedges, certify, solve, sourcing


def everywhere(form: str = "logit") -> Outcome:
    """Every instrument at once, solved: a floor binds, a top-up is split, a limit has a rent."""
    m = make(2, form=form)
    w = everything(m)
    out = solve(m, replace(w, limit=w.limit * [0.02, 1.0, 1.0]))
    st = out.state
    assert np.any(st.levy > 0)
    assert np.any(st.markup > 0)
    assert np.any(st.rent > 0)
    assert np.any(st.pay > 0)
    return out


@pytest.mark.parametrize("form", ["logit", "ces"])
def test_what_is_solved_passes(form: str) -> None:
    c = certify(everywhere(form))
    assert c.passed
    assert len(c.residuals) == 16
    assert max(c.residuals.values()) < 1e-10


def one_good() -> Outcome:
    m = one_stage(1)
    w = np.where(m.x0 > 0, 1.0, 0.0)
    p0 = m.p0[..., None]
    return solve(replace(m, sourcing=sourcing.Homogeneous(w, p0 + m.freight, m.sourcing.P0)))  # type: ignore[attr-defined]


def test_one_good_passes_and_an_idle_route_that_would_pay_is_found() -> None:
    out = one_good()
    assert certify(out).passed
    k, o, d = np.argwhere(out.state.x > 0)[0]
    x = out.state.x.copy()
    x[k, :, d], x[k, o, d] = 0.0, 0.0
    assert certify(lied(out, x=x)).residuals["shipments less the sourcing mix"] < 1e-9
    st = out.state
    cheaper = replace(out.wedges, freight=np.where(st.x > 0, 0.0, -st.c))
    found = certify(replace(out, wedges=cheaper)).residuals["shipments less the sourcing mix"]
    idle = bool(np.any((st.x == 0) & (out.market.sourcing.weight > 0)))
    assert (found > 1e-3) == idle


def lied(out: Outcome, **changes: Any) -> Outcome:
    return replace(out, state=out.state._replace(**changes))


LIES = {
    "x": ("supply less shipments", "purchases less shipments", "shipments less the sourcing mix"),
    "y": ("supply less shipments", "output less the supply curve", "money paid less received"),
    "D": ("purchases less uses", "use less the demand curve"),
    "Q": ("purchases less uses", "purchases less shipments", "shipments less the sourcing mix"),
    "P": ("price index", "shipments less the sourcing mix", "use less the demand curve"),
    "m": ("reported earning",),
    "pay": ("reported earning",),
    "p": ("reported earning", "landed cost", "price index", "money paid less received"),
    "c": ("landed cost", "money paid less received"),
    "levy": ("floor levy", "money paid less received"),
    "markup": ("invoice, mark-up, duty or rent", "money paid less received"),
    "invoice": ("invoice, mark-up, duty or rent",),
    "duties": ("invoice, mark-up, duty or rent", "money paid less received"),
    "importer_rent": ("invoice, mark-up, duty or rent", "money paid less received"),
    "exporter_rent": ("invoice, mark-up, duty or rent", "money paid less received"),
    "rent": ("landed cost", "invoice, mark-up, duty or rent"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["logit", "ces"])
@pytest.mark.parametrize("field", LIES)
def test_a_part_in_a_million_of_anything_is_found(field: str, form: str) -> None:
    """One number of the state at a time, the largest of its kind."""
    out = everywhere(form)
    v = getattr(out.state, field)
    v = np.broadcast_to(v, v.shape) + 0.0
    at = np.unravel_index(int(np.argmax(np.abs(v))), v.shape)
    assert v[at] > 0
    for factor in (1 + 1e-6, 1 - 1e-6, np.nan):
        wrong = v.copy()
        wrong[at] = v[at] * factor
        c = certify(lied(out, **{field: wrong}))
        assert not c.passed
        found = {name for name, r in c.residuals.items() if r > 1e-9}
        if np.isfinite(factor):
            assert set(LIES[field]) <= found


def test_output_off_the_optimum_and_beyond_bounds_is_found() -> None:
    out = solve(one_stage(use0=0.9))
    y = out.state.y.copy()
    y[0, 1] *= 1 + 1e-6
    assert certify(lied(out, y=y)).residuals["marginal cost less earning"] > 1e-7
    y[0, 1] = 1.2 * out.market.supply.capacity[0, 0, 1]
    beyond = "negative tonnes, or beyond capacity"
    assert certify(lied(out, y=y)).residuals[beyond] > 0.05
    x = out.state.x.copy()
    x[0, 1, 2] = -1e-6 * out.market.scale[0, 1]
    assert certify(lied(out, x=x)).residuals[beyond] > 1e-7


TERMS = (
    "duty", "export_tax", "export_specific", "freight", "specific", "standard", "release",
    "purchase", "floor", "response", "contracted", "strike", "limit",
)  # fmt: skip


@pytest.mark.parametrize("term", TERMS)
def test_a_policy_that_was_not_the_one_solved_is_found(term: str) -> None:
    """Each term of the wedges reaches a condition: none is left out of the rebuilding."""
    out = everywhere()
    v = np.asarray(getattr(out.wedges, term), float)
    other = v * 1.01 + (1e-3 if not np.any(v) else 0.0)
    assert not certify(replace(out, wedges=replace(out.wedges, **{term: other}))).passed


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("average", {"weights": True}),
        ("top-up for a levy", {"top_up": np.array([[False] * 4, [True] * 4, [True] * 4])}),
        ("basis", {"on_cif": np.ones((3, 4), bool), "counts_duty": np.zeros((3, 4), bool)}),
        ("another reference", {"eligible": True}),
    ],
)
def test_another_rule_of_the_floor_is_found(rule: str, change: dict[str, Any]) -> None:
    out = everywhere()
    w = out.wedges
    if rule == "average":
        base = np.where(w.eligible, out.market.x0, 0.0)
        total = base.sum(1, keepdims=True)
        change = {"weights": base / np.where(total > 0, total, 1.0)}
    if rule == "another reference":
        change = {"eligible": w.eligible & (out.state.reference[:, None, :] != lowest(out))}
    found = certify(replace(out, wedges=replace(w, **change))).residuals
    assert found["floor levy"] > 1e-6


@pytest.mark.parametrize("name", tuple(every(make())))
def test_every_instrument_passes(name: str) -> None:
    m = replace(make(3), mobility=np.array([[0.0], [0.0], [3.0]]))
    assert certify(solve(m, every(m)[name])).passed


@pytest.mark.parametrize(
    ("field", "condition"),
    [
        ("net_stock", "purchases less uses"),
        ("relabelling", "money paid less received"),
        ("duties", "invoice, mark-up, duty or rent"),
        ("D", "use less the demand curve"),
    ],
)
def test_a_lie_under_the_other_instruments_is_found(field: str, condition: str) -> None:
    m = replace(make(3), mobility=np.array([[0.0], [0.0], [3.0]]))
    solved = (solve(m, w) for w in reversed(every(m).values()))
    out = next(o for o in solved if np.any(getattr(o.state, field) != 0))
    v = getattr(out.state, field)
    wrong = v + 0.0
    wrong[np.unravel_index(int(np.argmax(np.abs(v))), v.shape)] *= 1 + 1e-5
    assert certify(lied(out, **{field: wrong})).residuals[condition] > 1e-9


@pytest.mark.parametrize(
    "term",
    ["beyond", "beyond_specific", "floor_rate", "buys", "support", "sells", "trigger",
     "alias_duty", "alias_specific", "alias_cost", "alias_rise", "limit"],
)  # fmt: skip
def test_each_new_term_is_rebuilt(term: str) -> None:
    """Under some instrument, another value of the term is refuted: none is left out."""
    m = make(3)
    found = []
    for w in every(m).values():
        v = np.asarray(getattr(w, term), float)
        if np.any(np.isfinite(v) & (v != 0)) or (term == "alias_specific" and w.any_alias):
            out = solve(m, w)
            for factor in (0.7, 1.5):
                other = v * factor if np.any(v) else v + factor
                policy = replace(out.wedges, **{term: other})
                found.append(not certify(replace(out, wedges=policy)).passed)
    assert any(found)


def lowest(out: Outcome) -> Any:
    """Value of every entry on the floor's terms here: invoice, freight if CIF, duties."""
    m, w = out.market, out.wedges
    freight = m.freight + w.freight
    duty = w.duty * (out.state.invoice + m.cif * freight) + w.specific
    value = out.state.invoice + w.on_cif[:, None, :] * freight + w.counts_duty[:, None, :] * duty
    return np.where(
        np.isclose(value, out.state.reference[:, None, :]), out.state.reference[:, None, :], value
    )


def test_a_group_takes_its_lowest_reference() -> None:
    m = one_stage(3)
    group = np.array([[0, 0, -1, -1]])
    out = solve(m, floored(m, [0, 1], 15.0, group=group, on_cif=np.ones((1, 4), bool)))
    assert certify(out).passed
    alone = replace(out.wedges, group=np.full((1, 4), -1))
    assert certify(replace(out, wedges=alone)).residuals["floor levy"] > 1e-6


def test_a_limit_that_is_broken_is_named_by_its_instrument() -> None:
    m = one_stage()
    w = replace(limited(m, 0, [1, 2], [0], 0.5, "importer"), limit_id=("licence",))
    out = solve(m, w)
    assert certify(out).passed
    tighter = replace(out.wedges, limit=0.9 * out.wedges.limit)
    c = certify(replace(out, wedges=tighter))
    assert "'licence': the lesser of rent and slack" in c.worst(1)[0]


def test_every_member_of_a_batch_is_judged_alone() -> None:
    m = one_stage()
    duty = np.where(np.eye(4), 0.0, np.linspace(0.0, 1.5, 7)[:, None, None, None]) + 0 * m.duty
    out = solve(m, replace(Wedges.base(m), duty=duty))
    c = certify(out)
    assert c.passed
    assert c.by_member.shape == (7,)
    x = out.state.x.copy()
    x[4, 0, 2, 1] *= 1.01
    c = certify(lied(out, x=x))
    assert list(np.flatnonzero(c.by_member > 1e-9)) == [4]
    assert c.worst(1)[0].startswith("member 4, metal ")


def test_a_member_that_is_not_claimed_is_not_judged() -> None:
    m = one_stage()
    release = np.array([0.0, 1e6])[:, None, None] + np.zeros((2, 1, 4))
    out = solve(m, replace(Wedges.base(m), release=release), must_solve=False, follow=False)
    assert list(out.converged) == [True, False]
    c = certify(out)
    assert c.passed
    assert c.by_member[0] < 1e-9 < c.by_member[1]
    none = solve(m, replace(Wedges.base(m), release=release[1]), must_solve=False)
    assert not certify(none).passed
    assert certify(none).residuals["supply less shipments"] > 1e-3


def stretched() -> tuple[Market, Wedges]:
    m = one_stage()
    w = limited(m, 0, [1, 2], [0], 0.5, "importer")
    return m, replace(w, release=np.full((1, 4), 1e6), limit_id=("licence",))


def test_a_failed_solve_names_its_three_worst_places() -> None:
    with pytest.raises(NotSolvedError) as e:
        solve(*stretched())
    assert str(e.value).count(" off by ") == 3
    assert "metal in " in str(e.value)


def test_tonnes_that_nobody_can_reach_are_no_equilibrium() -> None:
    m = one_stage()
    open_ = np.ones((1, 4, 4))
    open_[0, 2] = 0.0
    w = replace(Wedges.base(m), open=open_, release=np.array([[0.0, 0.0, 1.0, 0.0]]))
    with pytest.raises(NotSolvedError, match=r"no route is open\. First: metal in C"):
        solve(m, w)
