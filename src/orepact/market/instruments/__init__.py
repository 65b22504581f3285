"""From the instruments of a pact to wedges in one mineral's market.

Each simulated instrument either touches routes or raises: an instrument that would do
nothing is a mistake in the pact, not a result of zero. What every instrument came to after
the solve (binding, not binding and by how much, not in force, recorded) is
:func:`orepact.market.effects.effects`.
"""

from __future__ import annotations

from datetime import date

from orepact.errors import NoMatchError
from orepact.market.instruments.conduct import circumvention, cooperation, standard
from orepact.market.instruments.floor import floor
from orepact.market.instruments.places import Applied, meant, open_routes
from orepact.market.instruments.support import contract, stockpile
from orepact.market.instruments.trade import preference, trade_action
from orepact.market.market import Market
from orepact.market.wedges import Wedges
from orepact.pact import Pact, simulated
from orepact.pact.conduct import Circumvention, Cooperation, Standard
from orepact.pact.instrument import Instrument
from orepact.pact.support import Incentive, Stockpile
from orepact.pact.trade import Preference, PriceFloor, TradeAction

__all__ = ["applied", "is_simulated", "matches", "meant", "open_routes", "touches", "wedges"]


def is_simulated(i: Instrument) -> bool:
    """Whether the market acts on this instrument.

    A contract settles against a region's producer price, which is without tax; one against a
    named index or a price with tax is recorded only.
    """
    b = i.benchmark if isinstance(i, Incentive) else None
    settles = b is not None and b.region is not None and b.tax_basis == "excluding_tax"
    return simulated(i) and (settles or not isinstance(i, Incentive))


def wedges(pact: Pact, market: Market, on: date) -> Wedges:
    """Wedges of all simulated instruments in force on a day, on top of the base year's.

    Raises :class:`NoMatchError` where an instrument on this mineral alone matches no route,
    and :class:`InputError` where two floors claim the same border or two contracts a plant.
    Duties that replace the ordinary one come before those that are added to it.
    """
    w = Wedges.base(market)
    members = pact.members(on)
    held = [i for i in pact.in_force(on) if is_simulated(i) and touches(i, market)]
    for i in sorted(held, key=_order):
        w, matched = applied(i, w, market, members, on)
        if not matched and {m for m, _ in i.targets()} == {market.mineral}:
            raise NoMatchError(
                f"Instrument '{i.id}' of {pact.id} matches no route in the market for "
                f"{market.mineral} on {on}: none of its regions trades or makes it there. "
                "Change its regions, stage or date, or leave it out."
            )
    return w


def _order(i: Instrument) -> int:
    """Duties first, floors on top of them; what is relabelled last, as all that it saves stands."""
    added = isinstance(i, TradeAction) and i.stacking == "add"
    return {
        "preference": 0, "trade_action": 1, "standard": 3, "cooperation": 4, "price_floor": 5,
        "incentive": 6, "stockpile": 7, "circumvention": 8,
    }[i.kind] + added  # fmt: skip


def matches(i: Instrument, pact: Pact, market: Market, on: date) -> bool:
    """Whether a simulated instrument touches any route or plant of this market."""
    return touches(i, market) and applied(i, Wedges.base(market), market, pact.members(on), on)[1]


def touches(i: Instrument, market: Market) -> bool:
    """Whether the instrument names a stage of this market."""
    return any(m == market.mineral and s in market.stages for m, s in i.targets())


def applied(
    i: Instrument, w: Wedges, market: Market, members: tuple[str, ...], on: date
) -> Applied:
    """Wedges with one more instrument, and whether it matches any route or plant."""
    match i:
        case Preference():
            return preference(i, w, market, members, on)
        case TradeAction():
            return trade_action(i, w, market, members, on)
        case PriceFloor():
            return floor(i, w, market, members, on)
        case Standard():
            return standard(i, w, market, members, on)
        case Cooperation():
            return cooperation(i, w, market, members, on)
        case Stockpile():
            return stockpile(i, w, market, members, on)
        case Circumvention():
            return circumvention(i, w, market, members, on)
        case Incentive():
            return contract(i, w, market, on)
    raise TypeError(f"No market meaning for {i.kind} '{i.id}'.")
