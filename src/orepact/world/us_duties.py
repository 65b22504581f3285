"""Duties of the United States by tariff line and origin, as dated rows.

A stage is a set of eight-digit lines; the split of imports among them is not held. Specific
duties are divided by the 2024 price of the content; nothing that is charged becomes zero in
silence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from orepact.errors import WorldError
from orepact.world.duty_table import Row, Triple
from orepact.world.register import ASSUMPTION
from orepact.world.sources.usitc import Line, Rate, Step

Stage = tuple[str, str]

SINCE = date(2021, 1, 1)
"""The schedule of 2025 and the lists of Section 301, settled in February 2020, are taken back
to this day and no further."""

RATES_301 = (0.075, 0.25)
"""Rates of Section 301 in force from February 2020 to September 2024."""

RUSSIA = date(2022, 4, 9)
"""From this day Russia pays column 2 (Public Law 117-110)."""

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

NEGLIGIBLE = 1e-6
"""Share of value below which a specific duty on another metal's content is nothing."""

ANTI_DUMPING: Mapping[Stage, str] = MappingProxyType({("magnesium", "metal"): "CHN"})
"""Stages under US anti-dumping orders that the price table shows; the rates are not held."""


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
    low, central, high = (x if x >= NEGLIGIBLE else 0.0 for x in total)
    return low, central, high


def stage_rows(
    stage: Stage,
    lines: Mapping[str, Line],
    lists: Mapping[str, Sequence[Step]],
    before: Mapping[str, float],
    claims: Mapping[tuple[str, str], float],
    agoa: Collection[str],
    value: Callable[[Rate], Triple],
    price: float,
    content: float,
) -> Iterator[Row]:
    """Rows of one stage: general rates, what replaces them for an origin, Section 301 on China.

    ``lists`` are the steps of Section 301 by line, ``before`` the mean of its heading by line in
    2020, for lines whose step of then the lists no longer print, ``claims`` the share of Canadian
    and Mexican imports that claimed USMCA, ``agoa`` its beneficiaries; ``value`` turns a rate
    into shares of value at ``price`` USD per contained tonne and ``content`` tonnes per gross
    tonne.
    """
    for code in LINES[stage]:
        line, at = lines[code], (*stage, code)
        general, second = value(line.general), value(line.column2)
        specific = price * value(tuple(t for t in line.general if t.per_tonne))[1]
        yield Row(
            "USA", "", *at, "mfn", SINCE, None, general, "usitc-hts-2025", general[0] < general[2],
            "grades of other metals assumed" if general[0] < general[2] else "",
            specific, specific * content, line.printed,
        )  # fmt: skip
        if general[2] > 0:
            yield from _preferences(at, line, general, claims, agoa)
        for origin in ("PRK", "CUB"):
            note = "column 2; trade is embargoed"
            yield Row(
                "USA", origin, *at, "column_2", SINCE, None, second, "usitc-hts-2025", True, note
            )
        russia = (second[0], second[1], max(second[2], 0.70))
        note = "column 2; 35 % or 70 % if under 9903.90.08 or .09, whose lists are not held"
        yield Row("USA", "RUS", *at, "column_2", RUSSIA, None, russia, "usitc-hts-2025", True, note)
        yield from _earlier_301(at, lists.get(code, ()), before)
        for start, end, rate in lists.get(code, ()):
            note = "goods excluded for a time are not taken off: which they are is not held"
            yield Row(
                "USA", "CHN", *at, "s301", start or SINCE, end, (rate,) * 3, "ustr-section-301",
                False, note,
            )  # fmt: skip


def _earlier_301(
    at: tuple[str, str, str], steps: Sequence[Step], before: Mapping[str, float]
) -> Iterator[Row]:
    """Section 301 on a line before its first listed step: read where the heading has one rate."""
    first = steps[0][0] if steps else None
    mean = before.get(at[2], 0.0)
    if first is None or mean <= 0:
        return
    read = any(abs(mean - rate) < 1e-9 for rate in RATES_301)
    rates = (mean if read else 0.0, mean, min(r for r in RATES_301 if r > mean - 1e-9))
    note = "added by 2020 on the whole heading" if read else "mean of its heading in 2020"
    yield Row(
        "USA", "CHN", *at, "s301", SINCE, first, rates, "piie-us-china", not read, note
    )  # fmt: skip


def _preferences(
    at: tuple[str, str, str],
    line: Line,
    general: Triple,
    claims: Mapping[tuple[str, str], float],
    agoa: Collection[str],
) -> Iterator[Row]:
    free, code = (0.0, 0.0, 0.0), at[2]
    for origin, programme in PROGRAMMES.items():
        if programme in line.free:
            note = f"special column, {programme}; taken to be claimed"
            yield Row(
                "USA", origin, *at, "preference", SINCE, None, free, "usitc-hts-2025", False, note
            )
    for origin in ("CAN", "MEX") if "S" in line.free else ():
        known = (code, origin) in claims
        rates = (0.0, general[1] * (1 - claims.get((code, origin), 1.0)), general[2])
        note = "general rate on what did not claim USMCA" + ("" if known else "; no claims held: 0")
        yield Row(
            "USA",
            origin,
            *at,
            "preference",
            SINCE,
            None,
            rates,
            "budget-lab-usmca",
            not known,
            note,
        )
    for origin in sorted(agoa) if "D" in line.free else ():
        note = "AGOA as of 2017; free if still eligible"
        rates = (0.0, 0.0, general[2])
        yield Row("USA", origin, *at, "preference", SINCE, None, rates, "wits-rta", True, note)


def anti_dumping_row(stage: Stage, rates: Triple, wall: float) -> Row:
    """What an order adds to the duties of a year, ``rates``, so that they reach ``wall``.

    ``wall`` is the gap between the US and the European price, since the rate is not held.
    """
    added = (0.0, max(0.0, wall - rates[1]), max(0.0, wall - rates[1], wall - rates[2]))
    note = "order in force, rate not held: central fills the gap between US and European price"
    return Row(
        "USA", ANTI_DUMPING[stage], *stage, "", "antidumping", SINCE, None, added, ASSUMPTION, True,
        note,
    )  # fmt: skip
