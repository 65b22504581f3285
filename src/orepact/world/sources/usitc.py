"""US tariff: the Harmonized Tariff Schedule, Section 301 lists on China, USMCA claims."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl

from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, among, given, numbers, once, text_table

SCHEDULE = "data/04_tariffs/budgetlab/hts_2025_basic_edition.csv"
LISTS = "data/04_tariffs/budgetlab/s301_product_lists.csv"
EXEMPT = "data/04_tariffs/budgetlab/ieepa_exempt_products.csv"
CLAIMS = "data/04_tariffs/budgetlab/usmca_product_shares_2025.csv"

_CENSUS = {"1220": "CAN", "2010": "MEX"}


@dataclass(frozen=True, slots=True)
class Term:
    """Part of a rate: a share of value, or USD per tonne of ``substance`` ('' = gross weight)."""

    amount: float
    per_tonne: bool = False
    substance: str = ""


Rate = tuple[Term, ...]
"""A rate of duty; () is free."""

_TERM = re.compile(
    r"(?P<dollar>\$)?(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>%|¢/kg|/kg|/t)"
    r"(?:\s+on\s+(?P<substance>[a-z]+)\s+content)?$"
)


def parse_rate(text: str) -> Rate:
    """Parse a rate of duty, or raise :class:`WorldError`; never read what is not understood as 0.

    >>> parse_rate("Free"), parse_rate("3.7%")
    ((), (Term(amount=0.037, per_tonne=False, substance=''),))
    >>> parse_rate("37.5¢/kg on tungsten content")
    (Term(amount=375.0, per_tonne=True, substance='tungsten'),)
    """
    text = text.strip()
    if text == "Free":
        return ()
    terms = []
    for part in text.split(" + "):
        found = _TERM.match(part.strip())
        unit = found["unit"] if found else ""
        if not found or (unit.startswith("/") != bool(found["dollar"])):
            raise WorldError(
                f"The rate of duty {text!r} is not understood. Teach the parser its form; a rate "
                "that cannot be read must not become zero."
            )
        amount = float(found["amount"])
        if unit == "%":
            terms.append(Term(round(amount / 100, 10)))
        else:
            scale = {"¢/kg": 10.0, "/kg": 1000.0, "/t": 1.0}[unit]
            terms.append(Term(round(amount * scale, 10), True, found["substance"] or ""))
    return tuple(terms)


@dataclass(frozen=True, slots=True)
class Line:
    """One eight-digit line: general rate, programmes that enter free, column 2, rate as printed."""

    general: Rate
    free: frozenset[str]
    column2: Rate
    printed: str = ""


def _schedule(raw: Path) -> list[dict[str, str]]:
    duties = (f"{kind} Rate of Duty" for kind in ("General", "Special", "Column 2"))
    table = text_table(raw, SCHEDULE, ("HTS Number", "Description", *duties))
    return table.with_columns(pl.col(pl.String).fill_null("")).to_dicts()


def tariff_lines(raw: Path, hs8: Collection[str]) -> dict[str, Line]:
    """The named lines of the schedule; a line that is not there raises :class:`WorldError`."""
    out: dict[str, Line] = {}
    for r in _schedule(raw):
        digits = r["HTS Number"].replace(".", "")
        code = digits[:8]
        if code not in hs8 or code in out or not r["General Rate of Duty"].strip():
            continue
        free = re.search(r"Free \(([^)]*)\)", r["Special Rate of Duty"])
        try:
            general, column2 = (parse_rate(r[f"{k} Rate of Duty"]) for k in ("General", "Column 2"))
        except WorldError as bad:
            raise WorldError(f"'{SCHEDULE}', row {r['row']}, line {code}: {bad}") from bad
        out[code] = Line(
            general=general,
            free=frozenset(p.strip() for p in free[1].split(",")) if free else frozenset(),
            column2=column2,
            printed=r["General Rate of Duty"].strip(),
        )
    missing = sorted(set(hs8) - set(out))
    if missing:
        raise WorldError(f"'{SCHEDULE}' has no line {', '.join(missing)} with a general rate.")
    return out


def _digits(table: pl.DataFrame, name: str, column: str) -> pl.DataFrame:
    """Codes must be digits only: one with dots would match no line and look unlisted."""
    wrong = table.filter(~pl.col(column).str.contains(r"^\d{8,}$").fill_null(False))
    for r in wrong.head(1).iter_rows(named=True):
        raise WorldError(
            f"'{name}', row {r['row']}: {column} {r[column]!r} is no code of eight digits or more. "
            f"{WHOLE}"
        )
    return table


_DATE = r"(January|February|March|April|May|June|July|August|September|October|November|December)"
_FROM = re.compile(rf"on or after ({_DATE} \d+, \d{{4}})")
_BEFORE = re.compile(rf"before ({_DATE} \d+, \d{{4}})")
_EXTRA = re.compile(r"applicable subheading (?:\+|plus) (\d+(?:\.\d+)?)%")


def _day(found: re.Match[str] | None) -> date | None:
    return datetime.strptime(found[1], "%B %d, %Y").date() if found else None


Step = tuple[date | None, date | None, float]
"""From, until (``None``: open) and an added share of value."""


def section_301(raw: Path, hs8: Collection[str]) -> dict[str, tuple[Step, ...]]:
    """Additional duty on Chinese goods by line, as steps in order of time.

    Rates and dates are read from the headings of chapter 99; a line on two lists carries the
    higher duty, a suspended heading none. Lines on no list are absent.
    """
    held: dict[str, Step] = {}
    for r in _schedule(raw):
        heading, text = r["HTS Number"].strip(), r["Description"]
        extra = _EXTRA.search(r["General Rate of Duty"])
        if not heading.startswith(("9903.88.", "9903.91.")) or not extra:
            continue
        rate = 0.0 if "provision suspended" in text else float(extra[1]) / 100
        held[heading] = (_day(_FROM.search(text)), _day(_BEFORE.search(text)), rate)
    steps: dict[str, list[Step]] = {}
    lists = _digits(text_table(raw, LISTS, ("hts8", "ch99_code")), LISTS, "hts8")
    for code, heading in lists.select("hts8", "ch99_code").iter_rows():
        if code not in hs8:
            continue
        if heading not in held:
            raise WorldError(
                f"'{LISTS}' puts {code} under {heading}, a heading without a rate in '{SCHEDULE}'."
            )
        steps.setdefault(code, []).append(held[heading])
    return {code: highest(own) for code, own in steps.items()}


def highest(steps: Collection[Step]) -> tuple[Step, ...]:
    """The higher of overlapping steps, in order of time, without those that add nothing.

    >>> d = date(2025, 1, 1)
    >>> [s[2] for s in highest([(None, None, 0.25), (d, None, 0.5)])]
    [0.25, 0.5]
    """
    first, last = date.min, date.max
    days = sorted({d for a, b, _ in steps for d in (a or first, b or last)})
    out: list[Step] = []
    for a, b in pairwise(days):
        rate = max((r for x, y, r in steps if (x or first) <= a and b <= (y or last)), default=0.0)
        if out and out[-1][2] == rate and out[-1][1] == a:
            a = out.pop()[0] or first
        if rate:
            out.append((None if a == first else a, None if b == last else b, rate))
    return tuple(out)


def annex_2(raw: Path, hs8: Collection[str]) -> frozenset[str]:
    """Lines whose every or some goods are exempt from reciprocal duties (Annex II)."""
    listed = _digits(text_table(raw, EXEMPT, ("hts10",)), EXEMPT, "hts10")["hts10"].str.head(8)
    return frozenset(listed) & frozenset(hs8)


def usmca_claims(raw: Path, hs8: Collection[str]) -> Mapping[tuple[str, str], float]:
    """Share of imports that claimed USMCA, by (line, CAN or MEX): mean over its HTS10 codes.

    Codes with a share of zero are left out, since the file does not tell "no claim" from "no
    import"; a line with none left is absent.
    """
    table = text_table(raw, CLAIMS, ("hts10", "cty_code", "usmca_share"))
    table = numbers(once(table, CLAIMS, "hts10", "cty_code"), CLAIMS, "usmca_share")
    table = given(table, CLAIMS, "usmca_share")
    table = among(table, CLAIMS, "cty_code", _CENSUS)
    table = table.with_columns(pl.col("hts10").str.head(8).alias("hs8")).filter(
        pl.col("hs8").is_in(list(hs8)) & (pl.col("usmca_share") > 0)
    )
    above = table.filter(pl.col("usmca_share") > 1)
    if len(above):
        raise WorldError(f"'{CLAIMS}', row {above['row'][0]}: a share above one. {WHOLE}")
    mean = table.group_by("hs8", "cty_code").agg(pl.col("usmca_share").mean())
    return {(line, _CENSUS[cty]): share for line, cty, share in mean.iter_rows()}
