"""Modelled freight and insurance, USD per contained tonne.

::

    f[k, o, d] = (base + rate * km + inland * hauls) / content + insurance * price[k]

``km`` and ``hauls`` (ends without a coast) come from CEPII GeoDist; ``content`` is contained
tonnes per gross tonne of the form that travels; ``price`` is the world price. Domestic freight
is zero. The coefficients are assumptions, not estimates: the parameter ``freight_scale``
(0.5 / 1 / 2) carries their range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from orepact.errors import WorldError
from orepact.world.facts import StageFacts
from orepact.world.register import ASSUMPTION

Facts = Mapping[tuple[str, str], StageFacts]


@dataclass(frozen=True, slots=True)
class Mode:
    """How goods travel: USD/gross t, USD/gross t-km, USD/gross t per inland end, share of value."""

    base: float
    rate: float
    inland: float
    insurance: float
    note: str


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "bulk": Mode(12, 0.0018, 40, 0.001, "dry bulk: 30 USD/gross t over 10,000 km"),
        "concentrate": Mode(25, 0.0020, 60, 0.001, "concentrate: 45 USD/gross t over 10,000 km"),
        "container": Mode(60, 0.0060, 100, 0.001, "container: 120 USD/gross t over 10,000 km"),
        "hazardous": Mode(150, 0.0120, 200, 0.002, "tank: 270 USD/gross t over 10,000 km"),
        "secure": Mode(1500, 0.15, 500, 0.003, "air or vault: 3,000 USD/gross t over 10,000 km"),
    }
)

FORMS: Mapping[tuple[str, str], tuple[str, str | float]] = MappingProxyType(
    {
        ("lithium", "mined"): ("bulk", "253090"),
        ("lithium", "refined"): ("container", "283691"),
        ("cobalt", "mined"): ("container", "282200"),
        ("cobalt", "refined"): ("container", "810520"),
        ("copper", "mined"): ("concentrate", "260300"),
        ("copper", "refined"): ("container", "740311"),
        ("nickel", "mined"): ("concentrate", 0.12),
        ("nickel", "intermediate"): ("container", "750120"),
        ("nickel", "refined"): ("container", "750210"),
        ("graphite", "mined"): ("container", "250410"),
        ("graphite", "spherical"): ("container", "250410"),
        ("graphite", "synthetic"): ("container", "380110"),
        ("graphite", "anode"): ("container", "380110"),
        ("ndpr", "concentrate"): ("container", "253090"),
        ("ndpr", "oxide"): ("container", ""),
        ("ndpr", "magnet"): ("container", "850511"),
        ("dysprosium", "concentrate"): ("container", "253090"),
        ("dysprosium", "oxide"): ("container", ""),
        ("terbium", "concentrate"): ("container", "253090"),
        ("terbium", "oxide"): ("container", ""),
        ("gallium", "primary"): ("secure", ""),
        ("gallium", "high_purity"): ("secure", ""),
        ("germanium", "refined"): ("secure", ""),
        ("antimony", "mined"): ("container", "261710"),
        ("antimony", "metal"): ("container", "811010"),
        ("antimony", "trioxide"): ("container", "282580"),
        ("tungsten", "mined"): ("container", "261100"),
        ("tungsten", "apt"): ("container", "284180"),
        ("manganese", "mined"): ("bulk", "260200"),
        ("manganese", "alloy"): ("concentrate", "720230"),
        ("manganese", "metal"): ("container", "811100"),
        ("magnesium", "metal"): ("container", "810411"),
        ("fluorspar", "mined"): ("bulk", "252922"),
        ("fluorspar", "hf"): ("hazardous", "281111"),
        ("silver", "mined"): ("concentrate", "261610"),
        ("silver", "refined"): ("secure", "710691"),
        ("zinc", "mined"): ("concentrate", "260800"),
        ("zinc", "refined"): ("container", "790111"),
        ("aluminium", "bauxite"): ("bulk", "260600"),
        ("aluminium", "alumina"): ("bulk", "281820"),
        ("aluminium", "metal"): ("container", "760110"),
        ("tin", "mined"): ("container", "260900"),
        ("tin", "refined"): ("container", "800110"),
        ("bismuth", "refined"): ("container", "810610"),
        ("titanium", "mineral"): ("bulk", "261400"),
        ("titanium", "sponge"): ("container", "810820"),
        ("vanadium", "mined"): ("container", "262099"),
        ("vanadium", "oxide"): ("container", "282530"),
        ("platinum", "mined"): ("secure", ""),
        ("platinum", "refined"): ("secure", "711011"),
        ("palladium", "mined"): ("secure", ""),
        ("palladium", "refined"): ("secure", "711021"),
        ("indium", "refined"): ("secure", ""),
        ("tellurium", "refined"): ("container", ""),
    }
)
"""Mode and the HS6 code whose factor is the content; '' is the pure substance (content 1),
used where the sheet's factor stands for a basket; a number is a content of its own (assumed:
sulphide nickel concentrate). Cobalt mined travels as hydroxide."""

ORE_CONTENT: Mapping[tuple[str, str, str], tuple[str, str | float]] = MappingProxyType(
    {
        ("nickel", "mined", "PHL"): ("bulk", "260400"),
        ("nickel", "mined", "NCL"): ("bulk", "260400"),
    }
)
"""Origins that ship another form: nickel as wet laterite ore, else as sulphide concentrate."""


def content(facts: Facts, mineral: str, stage: str, hs6: str | float) -> float:
    """Contained tonnes per gross tonne of a form; '' is the pure substance."""
    if isinstance(hs6, float):
        return hs6
    if not hs6:
        return 1.0
    factors = facts[mineral, stage].factors
    if hs6 not in factors:
        raise WorldError(
            f"{mineral} {stage}: the sheet of facts has no content for HS {hs6}. Add the factor, "
            "or choose another form in the freight table."
        )
    return factors[hs6]


def freight_table(facts: Facts) -> pl.DataFrame:
    """The ``freight`` table: coefficients by mineral, stage and origin ('' = every origin).

    Columns: mineral, stage, origin, base, rate, inland, insurance, content, source, assumed, note.
    """
    forms = {(m, s, ""): form for (m, s), form in FORMS.items()} | dict(ORE_CONTENT)
    rows = []
    for mineral, stage in facts:
        if (mineral, stage) not in FORMS:
            raise WorldError(f"{mineral} {stage} has no form of transport. Add it to FORMS.")
        for (m, s, origin), (mode, hs6) in forms.items():
            if (m, s) != (mineral, stage):
                continue
            k = MODES[mode]
            c = content(facts, mineral, stage, hs6)
            tariff = (k.base, k.rate, k.inland, k.insurance, c)
            rows.append((mineral, stage, origin, *map(float, tariff), ASSUMPTION, True, k.note))
    names = ("mineral", "stage", "origin", "base", "rate", "inland", "insurance", "content")
    return pl.DataFrame(rows, schema=(*names, "source", "assumed", "note"), orient="row")
