"""All kinds of instruments: their union, and which of them the market engine acts on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from orepact.pact.conduct import Circumvention, Cooperation, Response, Screening, Standard
from orepact.pact.conduct import Mapping as GeologicalMapping
from orepact.pact.instrument import Instrument
from orepact.pact.support import Incentive, Project, Research, Stockpile
from orepact.pact.trade import Preference, PriceFloor, TradeAction

AnyInstrument = Annotated[
    PriceFloor
    | Preference
    | TradeAction
    | Standard
    | Cooperation
    | Circumvention
    | Incentive
    | Screening
    | GeologicalMapping
    | Response
    | Research
    | Stockpile
    | Project,
    Field(discriminator="kind"),
]

KINDS: Mapping[str, type[Instrument]] = MappingProxyType(
    {
        "price_floor": PriceFloor,
        "preference": Preference,
        "trade_action": TradeAction,
        "standard": Standard,
        "cooperation": Cooperation,
        "circumvention": Circumvention,
        "incentive": Incentive,
        "screening": Screening,
        "mapping": GeologicalMapping,
        "response": Response,
        "research": Research,
        "stockpile": Stockpile,
        "project": Project,
    }
)
"""The class of each kind."""


def simulated(instrument: Instrument) -> bool:
    """Whether the market engine acts on it; otherwise it is recorded, not simulated."""
    match instrument:
        case PriceFloor():
            return instrument.mode != "none"
        case Preference() | TradeAction() | Circumvention():
            return True
        case Incentive():
            return instrument.form == "contract_for_difference"
        case Standard():
            return bool(instrument.cost and instrument.targets())
        case Cooperation():
            saves = instrument.freight_saving or instrument.standard_saving
            return bool(saves and instrument.targets())
        case Stockpile():
            return bool(instrument.buy_at_most or instrument.sell_at_most)
    return False


def left_out(instrument: Instrument) -> tuple[str, ...]:
    """Parts of a simulated instrument that the market engine does not act on.

    The market knows stages and yearly totals: it sees no customs codes within a stage, no
    single entry that is excluded, and of the regimes drawback and temporary import alone.
    """
    if not simulated(instrument):
        return ()
    out = [part for part in ("codes", "exclusions") if getattr(instrument, part, ())]
    if isinstance(instrument, PriceFloor):
        regimes = instrument.regimes
        if regimes.free_zone in ("suspended", "refunded"):
            out.append("free zones")
    return tuple(out)
