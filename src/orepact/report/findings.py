"""What a profile finds, in sentences: who makes it, what the party depends on, what a stop does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from orepact.catalogue import POOLS, Screened, mineral, minerals
from orepact.report import numbers, words
from orepact.report.numbers import SPACE
from orepact.report.supply import ORIGIN, Split
from orepact.study.screened import Loss, ScreenRow, Span
from orepact.world import Chain, Screening

ALL = 0.995
"""Reliance from which a party is said to import all that it uses."""

ITSELF = {"hf": "hydrofluoric acid", "bauxite": "bauxite", "alumina": "alumina"}
"""Products whose name holds the mineral's already, or does not need it."""

PLURAL = ("magnet", "mineral")
ADJECTIVES = ("mined", "refined", "primary", "high_purity", "spherical")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: the mineral, its chain if any, the party, its rows, the bloc."""

    mineral: Screened
    chain: Chain | None
    party: str
    year: int
    rows: tuple[ScreenRow, ...]
    members: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of what is counted: the mineral's, or the chain's where several share it."""
        return mineral(self.chain.mineral).name if self.chain is not None else self.mineral.name

    @property
    def worst(self) -> ScreenRow:
        """The most concentrated stage, of those that are no scenario where there are any."""
        known = [r for r in self.rows if r.world_hhi.known]
        firm = [r for r in known if r.grade != "scenario"]
        return max(firm or known or self.rows, key=lambda r: r.world_hhi.value or 0.0)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every supplier's stop at every stage, dearest in expectation first."""
        found = [x for r in self.rows for x in r.losses]
        return tuple(sorted(found, key=lambda x: -size(x)))


def size(x: Loss) -> float:
    """What losses are ordered by: expected money, else the shortfall."""
    return x.expected_mean if x.expected_mean is not None else x.shortfall.median


def product(s: Subject, stage: str) -> str:
    """A stage's product inside a sentence.

    >>> from orepact.catalogue import screened
    >>> product(Subject(screened("gallium"), None, "USA", 2024, ()), "refined")
    'refined gallium'
    """
    if stage in ITSELF:
        return ITSELF[stage]
    name = s.name if s.name.isupper() else s.name[:1].lower() + s.name[1:]
    if stage in ADJECTIVES:
        return f"{stage.replace('_', '-')} {name}"
    if s.chain is None:
        return name
    word = words.stage_word(s.chain.mineral, stage)
    return f"{name} {word}{'s' if stage in PLURAL else ''}"


def title(s: Subject, printed: str, of: str) -> str:
    """The page's heading: the largest maker's share, and the party's reliance.

    ``printed`` is the survey's own text of the party's reliance on the product ``of``, '' where
    it has none.
    """
    row = s.worst
    if not row.top_share.known:
        return f"Who makes {s.mineral.name.lower()} is not known here; {reliance(s, printed, of)}"
    return f"{maker(s, row)}; {reliance(s, printed, of)}"


def maker(s: Subject, row: ScreenRow) -> str:
    """Who makes most at a stage: ``China makes 99 % of the world's primary gallium``."""
    share = numbers.share(row.top_share.value or 0.0)
    who = capital(words.the(row.top_supplier))
    together = row.top_supplier in POOLS and row.top_supplier != "EUN"
    verb = "mine" if row.stage == "mined" else "make"
    verb = f"{verb} together" if together else f"{verb}s"
    what = _plain(s) if row.stage == "mined" else product(s, row.stage)
    return f"{who} {verb} {share} of the world’s {what}"


def _plain(s: Subject) -> str:
    return s.name if s.name.isupper() else s.name[:1].lower() + s.name[1:]


def reliance(s: Subject, printed: str, of: str) -> str:
    """The party's reliance on imports as half a sentence, from the survey, else from the chain."""
    who = words.the(s.party)
    what = f"the {of} that {who} uses" if of.lower() != s.mineral.name.lower() else ""
    what = what or f"what {who} uses"
    if printed == "E":
        return f"{who} is a net exporter"
    if printed[:1] in ("<", ">"):
        bound = "more" if printed[0] == ">" else "less"
        return f"net imports cover {bound} than {printed[1:]}{SPACE}% of {what}"
    value = float(printed) / 100 if printed else s.worst.import_reliance.value
    if value is None:
        return f"how far {who} relies on imports is not known"
    if value <= 0:
        return f"{who} is a net exporter"
    if value < ALL:
        return f"net imports cover {numbers.share(value)} of {what}"
    if what.startswith("what"):
        return f"{who} imports all it uses"
    return f"{who} imports all the {of} it uses"


def published(s: Subject, held: Screening) -> tuple[str, str]:
    """The survey's reliance of the United States as it prints it ('' for none), of what product."""
    rows = held.of("us", s.mineral.id).filter(~pl.col("nir_text").is_in(["", "NA"]))
    if s.party != "USA" or rows.is_empty():
        return "", s.mineral.name
    printed, of = rows.select("nir_text", "product").row(0)
    return str(printed), str(of)


def story(s: Subject, bought: Sequence[Split]) -> list[str]:
    """Two to four sentences below the heading."""
    out = [x for x in (_stop(s), _buys(s, bought)) if x]
    out.append(listed(s.rows[0].lists))
    return out


def listed(lists: Sequence[str]) -> str:
    """Which lists name the mineral.

    >>> listed(["US 2025", "EU 2023"]), listed([])
    ('On the US list of 2025 and the EU list of 2023.', 'On no list that is held.')
    """
    named = [f"the {x.rsplit(' ', 1)[0]} list of {x.rsplit(' ', 1)[1]}" for x in lists]
    if not named:
        return "On no list that is held."
    return f"On {numbers.listed(named)}{' only' if len(named) == 1 else ''}."


def _stop(s: Subject) -> str:
    if not s.losses:
        return ""
    x = s.losses[0]
    what = product(s, x.stage)
    text = (
        f"If {words.the(x.supplier)} stopped exporting {what} for a year, buyers in "
        f"{words.the(s.party)} would pay {_pct(x.price_rise)} more and go without "
        f"{_pct(x.shortfall)} of what they use"
    )
    if x.loss is not None:
        text += f": {money(x.loss.median)} lost ({money(x.loss.low)} to {money(x.loss.high)})"
    p = x.probability
    return (
        f"{text}. Assumed probability {numbers.share(p.median)} a year "
        f"({numbers.share(p.low)} to {numbers.share(p.high)})."
    )


def _pct(x: Span) -> str:
    mid = numbers.percent(x.median).lstrip("+")
    ends = numbers.between(x.low, x.high, lambda v: numbers.percent(v).lstrip("+"))
    return f"{mid}{SPACE}%" + (f" ({ends}{SPACE}%)" if ends else "")


def _buys(s: Subject, bought: Sequence[Split]) -> str:
    """The largest seller at the stage of the title, else at the last stage with imports."""
    held = [b for b in bought if b.parts and b.what != ORIGIN]
    if not held:
        return ""
    b = next((b for b in held if b.stage == s.worst.stage), held[-1])
    first = b.parts[0]
    if not first.region:
        return ""
    what, who = product(s, b.stage), capital(words.the(s.party))
    share = numbers.share(first.share)
    whole = s.party == "EUN" and b.basis == "survey"
    if first.region == s.party:
        text = f"{who} supplies {share} of its own {what}"
    else:
        text = f"{who} buys {share} of its {'' if whole else 'imported '}{what} from "
        text += words.the(first.region)
    traced = next((t for t in bought if t.stage == b.stage and t.what == ORIGIN), None)
    if traced is not None and traced.parts:
        o = traced.parts[0]
        text += f"; traced through hubs, {numbers.share(o.share)} comes from {words.the(o.region)}"
    return text + "."


def flags(s: Subject, made: Sequence[Split], held: Screening) -> list[str]:
    """Warnings that stand beside the figures: shared codes, shared accounts, assumed parts."""
    out = []
    if s.chain is not None:
        own = s.chain.mineral
        if own != s.mineral.id:
            out.append(
                f"{s.mineral.name} is counted within {mineral(own).name.lower()}; figures of the "
                f"chain are of both."
            )
        shared: dict[str, list[str]] = {}
        for stage in mineral(own).stages:
            shared.setdefault(_sharing(own, stage.hs6), []).append(words.stage_word(own, stage.id))
        out += [
            f"Basket: customs codes of {numbers.listed(stages)} also hold {others}."
            for others, stages in shared.items()
            if others
        ]
    if s.worst.grade == "scenario":
        out.append("Scenario: no statistics tell these products apart; shares are assumed.")
    _, of = published(s, held)
    if s.mineral.group and "rare-earth" in of:
        out.append(f"Basket: the survey’s account of the United States is of {of} together.")
    if any(x.basis == "assumed" for x in made if s.chain is None):
        out.append("Output by country is a share of all rare earths, of an assumed composition.")
    return out


def _sharing(own: str, codes: Sequence[str]) -> str:
    others = [
        m.name.lower()
        for m in minerals().values()
        if m.id != own and any(set(codes) & set(st.hs6) for st in m.stages)
    ]
    return numbers.listed(others)


def money(x: float) -> str:
    """USD in words, from a billion in billions.

    >>> money(1.26e9), money(58114274.0)
    ('USD\\xa01.3\\xa0billion', 'USD\\xa058.1\\xa0million')
    """
    if abs(x) >= 9.995e8:
        return f"USD{SPACE}{numbers.number(x / 1e9)}{SPACE}billion"
    return f"USD{SPACE}{numbers.number(x / 1e6)}{SPACE}million"


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
