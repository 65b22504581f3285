"""Duties of the United States in 2024, ad valorem, by stage and origin.

A stage is a set of eight-digit lines. Where they differ the split of imports among them is not
held: central is their plain mean, low and high the lowest and highest line. Specific duties
are divided by the 2024 price of the content; nothing that is charged becomes zero in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from orepact.errors import WorldError
from orepact.world.sources.usitc import Line, Rate

Triple = tuple[float, float, float]
Stage = tuple[str, str]

LINES: Mapping[Stage, tuple[str, ...]] = MappingProxyType(
    {
        ("lithium", "mined"): ("25309080",),
        ("lithium", "refined"): ("28369100", "28252000"),
        ("cobalt", "mined"): ("26050000", "28220000", "81052090"),
        ("cobalt", "refined"): ("81052060", "81052090", "28220000"),
        ("copper", "mined"): ("26030000",),
        ("copper", "refined"): ("74031100",),
        ("nickel", "mined"): ("26040000",),
        ("nickel", "intermediate"): ("75011000", "75012000"),
        ("nickel", "refined"): ("75021000", "72026000"),
        ("graphite", "mined"): ("25041010", "25041050", "25049000"),
        ("graphite", "spherical"): ("25041050",),
        ("graphite", "synthetic"): ("38011050",),
        ("graphite", "anode"): ("38011050",),
        ("ndpr", "concentrate"): ("25309080", "28469080"),
        ("ndpr", "oxide"): ("28469020", "28469080", "28053000"),
        ("ndpr", "magnet"): ("85051100",),
        ("dysprosium", "concentrate"): ("25309080", "28469080"),
        ("dysprosium", "oxide"): ("28469080", "28053000"),
        ("terbium", "concentrate"): ("25309080", "28469080"),
        ("terbium", "oxide"): ("28469080", "28053000"),
        ("gallium", "primary"): ("81129210",),
        ("gallium", "high_purity"): ("81129210",),
        ("germanium", "refined"): ("81129260", "28256000"),
        ("antimony", "mined"): ("26171000",),
        ("antimony", "metal"): ("81101000",),
        ("antimony", "trioxide"): ("28258000",),
        ("tungsten", "mined"): ("26110030", "26110060"),
        ("tungsten", "apt"): (
            *("28418000", "28259030", "28499030"),
            *("81011000", "81019400", "72028000"),
        ),
        ("manganese", "mined"): ("26020000",),
        ("manganese", "alloy"): ("72021150", "72021910", "72021950", "72023000"),
        ("manganese", "metal"): ("81110047", "81110049"),
        ("magnesium", "metal"): ("81041100", "81041900", "81043000"),
        ("fluorspar", "mined"): ("25292200", "25292100"),
        ("fluorspar", "hf"): ("28111100",),
        ("silver", "mined"): ("26161000",),
        ("silver", "refined"): ("71069110",),
        ("zinc", "mined"): ("26080000",),
        ("zinc", "refined"): ("79011100", "79011210", "79011250"),
        ("aluminium", "bauxite"): ("26060000",),
        ("aluminium", "alumina"): ("28182000",),
        ("aluminium", "metal"): ("76011060", "76012090"),
        ("tin", "mined"): ("26090000",),
        ("tin", "refined"): ("80011000",),
        ("bismuth", "refined"): ("81061000", "81069000"),
        ("titanium", "mineral"): ("26140030", "26140060", "26209950"),
        ("titanium", "sponge"): ("81082000",),
        ("vanadium", "mined"): ("26209910", "26159060"),
        ("vanadium", "oxide"): ("28253000", "72029200"),
        ("platinum", "mined"): ("26169000",),
        ("platinum", "refined"): ("71101100",),
        ("palladium", "mined"): ("26169000",),
        ("palladium", "refined"): ("71102100",),
        ("indium", "refined"): ("81129230",),
        ("tellurium", "refined"): ("28045000",),
    }
)
"""The lines that hold each stage, chosen from the schedule's descriptions."""

GRADES: Mapping[Stage, Mapping[str, Triple]] = MappingProxyType(
    {
        ("copper", "mined"): {"lead": (0, 0.005, 0.02), "zinc": (0, 0.01, 0.03)},
        ("zinc", "mined"): {"lead": (0.005, 0.02, 0.04), "copper": (0, 0.01, 0.03)},
        ("platinum", "mined"): {
            "lead": (0, 0, 0.001),
            "zinc": (0, 0, 0.001),
            "copper": (0, 0.01, 0.03),
        },
        ("palladium", "mined"): {
            "lead": (0, 0, 0.001),
            "zinc": (0, 0, 0.001),
            "copper": (0, 0.01, 0.03),
        },
        ("silver", "mined"): {
            "lead": (0.2, 0.4, 0.6),
            "zinc": (0.02, 0.08, 0.15),
            "copper": (0, 0.01, 0.05),
        },
    }
)
"""Other dutiable metals, tonnes per gross tonne of concentrate (assumed)."""

PROGRAMMES: Mapping[str, str] = MappingProxyType(
    {
        "AUS": "AU",
        "BHR": "BH",
        "CHL": "CL",
        "COL": "CO",
        "ISR": "IL",
        "JPN": "JP",
        "KOR": "KR",
        "MAR": "MA",
        "OMN": "OM",
        "PAN": "PA",
        "PER": "PE",
        "SGP": "SG",
    }
)
"""Free-trade programmes of the schedule's special column. GSP (A) lapsed at the end of 2020 and
is not applied; Jordan and Central America lie in pools, which pay the general rate."""

ANTI_DUMPING: Mapping[Stage, str] = MappingProxyType({("magnesium", "metal"): "CHN"})
"""Stages under US anti-dumping orders that the price table shows; the rates are not held."""

SECTION_232: Mapping[Stage, tuple[str, str]] = MappingProxyType(
    {("aluminium", "metal"): ("9903.85.01", "9903.85.67")}
)
"""Stages under Section 232 through 2024: headings of the general and of the Russian duty."""

EXEMPT_232 = ("AUS", "CAN", "MEX")
QUOTA_232 = ("ARG", "EUN", "GBR")
"""Free of Section 232 in 2024, and free within quotas that are not held."""

_NOT_HELD = "exclusions, anti-dumping and countervailing duties not included"


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty on one stage from one origin ('' = general), with where it comes from."""

    origin: str
    rates: Triple
    source: str
    assumed: bool
    note: str


def ad_valorem(
    rate: Rate, stage: Stage, price: float, content: float, grades: Mapping[str, Triple]
) -> Triple:
    """A rate of duty as a share of value, low/central/high, at ``price`` USD per contained tonne.

    ``content`` is contained tonnes per gross tonne, ``grades`` the other dutiable metals in
    tonnes per gross tonne. A metal without a grade raises :class:`WorldError`.

    >>> from orepact.world.sources.usitc import parse_rate
    >>> specific = parse_rate("37.5¢/kg on tungsten content")
    >>> [round(x, 4) for x in ad_valorem(specific, ("tungsten", "mined"), 31778.0, 0.515, {})]
    [0.0118, 0.0118, 0.0118]
    """
    total = [0.0, 0.0, 0.0]
    for term in rate:
        if not term.per_tonne:
            share: Triple = (term.amount,) * 3
        elif term.substance in ("", stage[0]):
            weight = 1.0 if term.substance else content
            share = (term.amount / (price * weight),) * 3
        elif term.substance in grades:
            low, central, high = (
                term.amount * g / (price * content) for g in grades[term.substance]
            )
            share = (low, central, high)
        else:
            raise WorldError(
                f"{stage[0]} {stage[1]} pays duty on its {term.substance} content, and no grade is "
                "given. Add it to GRADES."
            )
        total = [a + b for a, b in zip(total, share, strict=True)]
    return total[0], total[1], total[2]


def spread(lines: Collection[Triple]) -> Triple:
    """Lowest, plain mean of centrals, highest: the duty on a stage of several lines."""
    low, central, high = zip(*lines, strict=True)
    return min(low), sum(central) / len(central), max(high)


def stage_duties(
    stage: Stage,
    lines: Mapping[str, Line],
    extra: Mapping[str, float],
    claims: Mapping[tuple[str, str], float],
    agoa: Collection[str],
    value: Callable[[Rate], Triple],
    wall: float | None = None,
    metals: tuple[float, float] | None = None,
) -> list[Duty]:
    """All US duties on one stage: the general rate, then each origin that pays another.

    ``extra`` is Section 301 on China by line (mean over 2024), ``claims`` the share of Canadian
    and Mexican imports that claimed USMCA, ``agoa`` its beneficiaries, ``value`` turns a rate
    into shares of value, ``wall`` the duty that the US price implies where an anti-dumping
    order stands, ``metals`` what Section 232 adds in general and for Russia.
    """
    codes = LINES[stage]
    general = {c: value(lines[c].general) for c in codes}
    mfn = spread(general.values())
    plain = Duty("", mfn, "usitc-hts-2025", mfn[0] < mfn[2], f"general rate of {', '.join(codes)}")
    out = [plain]

    for origin, programme in PROGRAMMES.items():
        free = spread([(0.0,) * 3 if programme in lines[c].free else general[c] for c in codes])
        note = f"special column, {programme}; taken to be claimed"
        out.append(Duty(origin, free, "usitc-hts-2025", free[0] < free[2], note))

    for origin in ("CAN", "MEX"):
        paid, known = [], True
        for c in codes:
            _, central, high = general[c]
            unclaimed = 1 - claims.get((c, origin), 1.0)
            known &= not high or (c, origin) in claims
            paid.append((0.0, central * unclaimed, high) if "S" in lines[c].free else general[c])
        note = "general rate on what did not claim USMCA" + ("" if known else "; no claims held: 0")
        out.append(Duty(origin, spread(paid), "budget-lab-usmca", not known, note))

    for origin in sorted(agoa):
        rates = spread(
            [(0.0, 0.0, general[c][2]) if "D" in lines[c].free else general[c] for c in codes]
        )
        out.append(Duty(origin, rates, "wits-rta", True, "AGOA as of 2017; free if still eligible"))

    second = spread([value(lines[c].column2) for c in codes])
    for origin in ("PRK", "CUB"):
        out.append(Duty(origin, second, "usitc-hts-2025", True, "column 2; trade is embargoed"))
    russia = (second[0], max(second[1], 0.35), max(second[2], 0.70))
    note = "column 2, or 35 % or 70 % under 9903.90.08 and .09, whose lists are not held"
    out.append(Duty("RUS", russia, "usitc-hts-2025", True, note))

    china = spread([_add(general[c], extra.get(c, 0.0)) for c in codes])
    if any(extra.get(c) for c in codes):
        note = f"general rate + Section 301, mean over the days of 2024; {_NOT_HELD}"
        duty = Duty("CHN", china, "ustr-section-301", china[0] < china[2], note)
    else:
        duty = Duty(
            "CHN", china, "usitc-hts-2025", china[0] < china[2], f"no Section 301; {_NOT_HELD}"
        )
    if ANTI_DUMPING.get(stage) == "CHN":
        if wall is None:
            raise WorldError(f"{stage[0]} {stage[1]}: the US price that shows the duty is missing.")
        rates = (china[0], max(china[1], wall), max(china[2], wall))
        note = "anti-dumping order, rate not held: central is the gap between US and European price"
        duty = Duty("CHN", rates, "orepact-assumption", True, note)
    out.append(duty)
    if metals is not None:
        out = _section_232(out, *metals)
        plain = out[0]
    return [plain, *(d for d in out[1:] if d.rates != plain.rates)]


def _section_232(duties: list[Duty], general: float, russia: float) -> list[Duty]:
    """Duties with Section 232 on top; origins under quota pay between nothing and all of it."""
    by = {d.origin: d for d in duties}
    for origin in (*EXEMPT_232, *QUOTA_232):
        by.setdefault(origin, replace(by[""], origin=origin))
    out = []
    for origin, d in by.items():
        if origin in EXEMPT_232:
            out.append(replace(d, note=f"{d.note}; exempt from Section 232"))
        elif origin in QUOTA_232:
            low, central, high = d.rates
            note = f"{d.note}; free of Section 232 within a quota, taken as not filled"
            rates = (low, central, high + general)
            out.append(replace(d, rates=rates, assumed=True, note=note))
        else:
            extra = russia if origin == "RUS" else general
            note = f"{d.note}; + {extra:.0%} under Section 232"
            out.append(replace(d, rates=_add(d.rates, extra), note=note))
    return out


def _add(rates: Triple, extra: float) -> Triple:
    return rates[0] + extra, rates[1] + extra, rates[2] + extra
