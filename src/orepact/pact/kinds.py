"""All kinds of instruments: their union, and which of them the market engine acts on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from orepact.pact.conduct import Cooperation, Response, Screening, Standard
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

_SIMULATED: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "price_floor": ("mode", ("period_levy", "entry_top_up", "minimum_import_price")),
        "trade_action": (
            "action",
            ("tariff", "quota", "export_tax", "export_quota", "export_ban"),
        ),
        "incentive": ("form", ("contract_for_difference",)),
        "preference": ("kind", ("preference",)),
    }
)
"""Kind: the field that decides, and its values that the market engine acts on."""


def simulated(instrument: Instrument) -> bool:
    """Whether the market engine acts on it; otherwise it is recorded, not simulated."""
    if instrument.kind not in _SIMULATED:
        return False
    field, values = _SIMULATED[instrument.kind]
    return getattr(instrument, field) in values


def left_out(instrument: Instrument) -> tuple[str, ...]:
    """Parts of a simulated instrument that the market engine does not act on.

    The market knows stages and yearly totals: it sees no customs codes within a stage, no
    single entry that is excluded, and no regime other than consumption.
    """
    if not simulated(instrument):
        return ()
    out = [part for part in ("codes", "exclusions") if getattr(instrument, part, ())]
    if isinstance(instrument, PriceFloor):
        regimes = instrument.regimes
        if any(
            getattr(regimes, n) in ("suspended", "refunded") for n in type(regimes).model_fields
        ):
            out.append("regimes")
    return tuple(out)
