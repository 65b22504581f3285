"""Who gains, who pays: the money and tonnes of a solved market.

Every line is a level in USD; a change is the difference of two outcomes. Two identities are
asserted on every solve, without a residual term, to :data:`TOLERANCE` of what buyers pay:

* money: ``sum c x`` paid by users, processors and stockpiles = received by producers, scrap
  dealers, stock holders, treasuries, rent holders, carriers and certifiers;
* welfare: surplus + revenue of the world = gross benefit of use + co-product credits - cost
  of production - freight - standards - matching - relabelling - moving, each integral from its
  own closed form.

Tonnes: bought = used (final use, inputs, stocks), bought = shipped (logit), and shipped =
produced + scrap + drawn + released.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orepact.errors import AccountsError
from orepact.market.market import Market
from orepact.market.sourcing import CES
from orepact.market.state import State
from orepact.market.wedges import Wedges

Array = Any

TOLERANCE = 1e-8
"""Of the value of all purchases. Residuals are solved to 1e-11 of a node; prices of small
nodes can exceed the average a thousandfold, which leaves three digits."""

LINES = (
    "final users", "miners and processors", "scrap", "tariffs", "floor levy", "export taxes",
    "importer rents", "exporter rents", "budget", "stocks",
)  # fmt: skip
"""Lines of a region's welfare; real costs and matching are inside the surpluses."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Levels by line: ``lines[name]`` (..., R) and ``by_stage`` (..., K, R) of producers.

    ``real`` holds the world's real costs that no region receives: freight, standards, matching,
    relabelling, and what users spend on moving abroad, each ``(...,)``. ``matching`` (..., K, D) is
    what the sourcing mix costs beyond money, already inside the surplus of those who buy;
    ``matching_final`` is the part of final users, by tonnes.
    """

    lines: dict[str, Array]
    by_stage: Array
    real: dict[str, Array]
    matching: Array
    matching_final: Array

    @property
    def welfare(self) -> Array:
        """Sum of the lines, USD (..., R)."""
        return sum(self.lines[name] for name in LINES)


def accounts(market: Market, w: Wedges, st: State) -> Accounts:
    """Compute all lines of one state."""
    m, p, x = st.m[..., None, :], st.p, st.x
    surplus = np.sum(market.supply.surplus(m), axis=-2)
    outlay = np.zeros_like(p)
    if w.any_contract:
        paid = np.sum(market.supply.surplus(m + st.pay[..., None, :]), axis=-2)
        yc = np.sum(market.supply.quantity(m + st.pay[..., None, :]), axis=-2)
        surplus = (1 - w.contracted) * surplus + w.contracted * paid
        outlay = w.contracted * yc * st.pay
    secondary = market.secondary.surplus(p[..., None, :])
    kept = np.sum(st.producer_rent * x, axis=-1)
    kept_out = np.sum(st.markup * x + st.exporter_rent * x, axis=-1)
    real_freight = np.sum((market.freight + w.freight) * x, axis=(-3, -2, -1))
    matching = st.P * st.Q - np.sum(st.c * x, axis=-2)
    matching = np.where(st.Q > 0, matching, 0.0)
    share = np.where(st.Q > 0, st.D / np.where(st.Q > 0, st.Q, 1.0), 0.0)
    final = market.demand.surplus(st.P)
    lines = {
        "final users": np.sum(final, axis=-2),
        "miners and processors": np.sum(surplus + kept, axis=-2),
        "scrap": np.sum(secondary[..., 0, :], axis=-2),
        "tariffs": np.sum(st.duties * x, axis=(-3, -2)),
        "floor levy": np.sum(st.levy * x, axis=(-3, -2)),
        "export taxes": np.sum(
            (w.export_tax * p[..., None] + w.export_specific) * x, axis=(-3, -1)
        ),
        "importer rents": np.sum(st.importer_rent * x, axis=(-3, -2)),
        "exporter rents": np.sum(kept_out - kept, axis=-2),
        "budget": -_by_payer(w, outlay),
        "stocks": np.sum(
            np.sum(secondary[..., 1:, :], axis=-2)
            + p * (market.draw + w.release)
            - st.P * (market.build + w.purchase + st.net_stock),
            axis=-2,
        ),
    }
    real = {
        "freight": real_freight,
        "standards": np.sum(w.standard * x, axis=(-3, -2, -1)),
        "matching": np.sum(matching, axis=(-2, -1)),
        "relabelling": np.sum(st.relabelling * x, axis=(-3, -2, -1)),
        "moving": np.sum(st.P * (market.demand.quantity(st.P) - market.use(st.P)), axis=(-2, -1)),
    }
    return Accounts(lines, surplus, real, matching, share * matching)


def _by_payer(w: Wedges, outlay: Array) -> Array:
    """Outlay (..., K, R) by the region that pays, (..., R)."""
    whose = w.payer[..., None] == np.arange(outlay.shape[-1])
    return np.sum(outlay[..., None] * whose, axis=(-3, -2))


def check(market: Market, w: Wedges, st: State, solved: Array = True) -> None:
    """Assert tonnes, money and welfare; raise :class:`AccountsError` on the worst failure.

    ``solved`` (...,) leaves out members of a batch that did not converge.
    """
    a = accounts(market, w, st)
    paid = np.sum(st.c * st.x, axis=(-3, -2, -1))
    # where hardly anything is traded: a thousandth of what a base year is worth
    least = 1e-3 * np.sum(market.scale * market.p0, axis=(-2, -1))
    value = np.maximum(np.abs(paid), least)
    scrap = np.sum(market.secondary.quantity(st.p[..., None, :]), axis=-2)
    supply = st.y + scrap + market.draw + w.release
    if not w.tranches and not w.any_alias:  # else the certificate rebuilds the duties
        base = market.cif * (market.freight + w.freight) + st.invoice
        due = np.sum((w.duty * base + w.specific) * st.x, axis=(-3, -2, -1))
        booked = np.sum(a.lines["tariffs"], axis=-1)
        _assert("duties booked and duties due", (booked - due) / value, solved)
    received = (
        np.sum(st.p * supply, axis=(-2, -1))
        + sum(np.sum(a.lines[n], axis=-1) for n in ("tariffs", "floor levy", "export taxes"))
        + np.sum((st.importer_rent + st.exporter_rent + st.markup) * st.x, axis=(-3, -2, -1))
        + a.real["freight"]
        + a.real["standards"]
        + a.real["relabelling"]
    )
    _assert("money paid and money received", (paid - received) / value, solved)
    P0 = market.demand.P0  # type: ignore[attr-defined]
    benefit = market.demand.benefit(st.P) + P0 * market.demand.quantity(P0 + 0 * st.P)
    m = st.m[..., None, :]
    cost = np.sum(market.supply.cost(m), axis=-2)
    if w.any_contract:
        shifted = np.sum(market.supply.cost(m + st.pay[..., None, :]), axis=-2)
        cost = (1 - w.contracted) * cost + w.contracted * shifted
    scrap_cost = np.sum(market.secondary.cost(st.p[..., None, :]), axis=-2)
    made = np.sum(benefit + market.credit * st.y - cost - scrap_cost, axis=(-2, -1))
    made = made - sum(a.real.values())
    _assert("world welfare and its real side", (np.sum(a.welfare, axis=-1) - made) / value, solved)
    gap = np.max(np.abs(supply - np.sum(st.x, axis=-1)) / market.scale, axis=(-2, -1))
    _assert("tonnes supplied and shipped", gap, solved)
    used = market.build + w.purchase + st.net_stock + st.D
    for k, j in market.edges:
        fed = market.inputs[..., k, j, :] * st.y[..., k, :]
        used = used + (np.arange(st.Q.shape[-2])[:, None] == j) * fed[..., None, :]
    gap = np.max(np.abs(st.Q - used), axis=(-2, -1)) / np.max(market.scale)
    _assert("tonnes bought and used", gap, solved)
    if not isinstance(market.sourcing, CES):
        short = (st.Q - np.sum(st.x, axis=-2)) / np.max(market.scale)
        _assert("tonnes bought and shipped", np.max(np.abs(short), axis=(-2, -1)), solved)


def _assert(what: str, gap: Array, solved: Array) -> None:
    worst = float(np.max(np.where(solved, np.abs(gap), 0.0)))
    if not worst <= TOLERANCE:
        raise AccountsError(
            f"{what} differ by {worst:.2g} of the market's value; at most {TOLERANCE:g} is "
            "allowed, so the solve is refused. Where a capacity is far larger than what is traded, "
            "give `scale` near the tonnes traded; otherwise report the inputs that led here."
        )
