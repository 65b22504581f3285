"""What a profile finds, in sentences: who makes it, what the party depends on, what a stop does."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from orepact.catalogue import POOLS, mineral, minerals
from orepact.report import numbers, words
from orepact.report.numbers import SPACE
from orepact.report.subject import Subject
from orepact.report.supply import ORIGIN, Split
from orepact.study.losses import NO_USE, NOT_TOLD, TAKEN, UNPAID
from orepact.study.screened import Loss, ScreenRow, Span
from orepact.world import Screening

OWN = 0.005
"""Share of the world's output from which a party's own is told."""

ALL = 0.995
"""Reliance from which a party is said to import all that it uses."""

ITSELF = {"hf": "hydrofluoric acid", "bauxite": "bauxite", "alumina": "alumina"}
"""Products whose name holds the mineral's already, or does not need it."""

PLURAL = ("magnet", "mineral")
ADJECTIVES = ("mined", "refined", "primary", "high_purity", "spherical")
NONE = 5e-5
"""Shortfall below which none is told of."""

LEAST = 5e4
"""Loss, USD, below which nothing is said to be lost."""

COKE = ("metallurgical_coal", "refined")
"""The one refined product with a name of its own."""


def product(s: Subject, stage: str) -> str:
    """A stage's product inside a sentence.

    >>> from orepact.catalogue import screened
    >>> product(Subject(screened("gallium"), None, "USA", 2024, ()), "refined")
    'refined gallium'
    """
    if stage in ITSELF:
        return ITSELF[stage]
    if (s.mineral.id, stage) == COKE:
        return "coke"
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
    own = reliance(s, printed, of)
    if row.top_supplier == s.party:
        own = own.replace(f"{words.the(s.party)} is", "it is", 1)
    return f"{maker(s, row)}; {own}"


def maker(s: Subject, row: ScreenRow) -> str:
    """Who makes most at a stage: ``China makes 99 % of the world's primary gallium``."""
    share = numbers.share(row.top_share.value or 0.0)
    who = capital(words.the(row.top_supplier))
    together = row.top_supplier in POOLS and row.top_supplier != "EUN"
    verb = "mine" if row.stage == "mined" else "make"
    verb = f"{verb} together" if together else f"{verb}s"
    return f"{who} {verb} {share} of the world’s {_made(s, row)}"


def _made(s: Subject, row: ScreenRow) -> str:
    return _plain(s) if row.stage == "mined" else product(s, row.stage)


def _plain(s: Subject) -> str:
    return s.name if s.name.isupper() else s.name[:1].lower() + s.name[1:]


def _own(s: Subject) -> str:
    return s.mineral.name[:1].lower() + s.mineral.name[1:]


def reliance(s: Subject, printed: str, of: str) -> str:
    """The party's reliance on imports as half a sentence, from the survey, else from the chain.

    The chain's own figure stands where the survey's is of a basket that holds the mineral. What
    the figure is of is named wherever the heading's product is another.
    """
    who = words.the(s.party)
    own = s.worst.import_reliance
    if not printed or (basket(s, of) and s.chain is not None and own.known):
        printed, of = "", product(s, s.worst.stage)
    of = of if of.isupper() else of[:1].lower() + of[1:]
    about = _made(s, s.worst) if s.worst.top_share.known else _own(s)
    what = f"what {who} uses" if of == about else f"the {of} that {who} uses"
    if printed == "E":
        return f"{who} is a net exporter" + ("" if of == about else f" of {of}")
    if printed[:1] in ("<", ">"):
        bound = "more" if printed[0] == ">" else "less"
        return f"net imports cover {bound} than {printed[1:]}{SPACE}% of {what}"
    value = float(printed) / 100 if printed else own.value
    if value is None:
        return f"how far {who} relies on imports is not known"
    if value <= 0:
        return f"{who} is a net exporter of {'it' if what.startswith('what') else f'{of}'}"
    if value < ALL:
        return f"net imports cover {numbers.share(value)} of {what}"
    if what.startswith("what"):
        return f"{who} imports all it uses"
    return f"{who} imports all the {of} it uses"


def basket(s: Subject, of: str) -> bool:
    """Whether a survey's account of a product holds several rare earths together."""
    return bool(s.mineral.group) and "rare-earth" in of


def published(s: Subject, held: Screening) -> tuple[str, str]:
    """The survey's reliance of the United States as it prints it ('' for none), of what product.

    Of several products the one of the page's stage, else the first.
    """
    rows = held.of("us", s.mineral.id).filter(~pl.col("nir_text").is_in(["", "NA"]))
    if s.party != "USA" or rows.is_empty():
        return "", s.mineral.name
    found = rows.select("nir_text", "product").rows()
    printed, of = next((r for r in found if r[1] == product(s, s.worst.stage)), found[0])
    return str(printed), str(of)


def story(s: Subject, bought: Sequence[Split], held: Screening) -> list[str]:
    """Two to five sentences below the heading."""
    told = held.of("lists", s.mineral.id).filter(pl.col("confidence") == "press")
    out = [x for x in (_stop(s), _dearest(s), _home(s), _buys(s, bought)) if x]
    out.append(listed(s.rows[0].lists, told["list"].to_list()))
    return out


def listed(lists: Sequence[str], press: Sequence[str] = ()) -> str:
    """Which lists name the mineral; ``press``: those of which only the press says so.

    >>> listed(["US 2025"], ["US 2025"]), listed([])
    ('On the US list of 2025 (as press reports it) only.', 'On no list that is held.')
    """
    named = [
        f"the {x.rsplit(' ', 1)[0]} list of {x.rsplit(' ', 1)[1]}"
        + (" (as press reports it)" if x in press else "")
        for x in lists
    ]
    if not named:
        return "On no list that is held."
    return f"On {numbers.listed(named)}{' only' if len(named) == 1 else ''}."


def _headed(s: Subject) -> Loss | None:
    """The stop of the maker that the title names, if there is one."""
    of = [x for x in s.losses if (x.stage, x.supplier) == (s.worst.stage, s.worst.top_supplier)]
    return next(iter(of), None)


def _first(s: Subject) -> Loss | None:
    """The stop of the maker that the title names if it costs anything, else the dearest."""
    x = _headed(s)
    return x if x is not None and not free(x) else next(iter(s.losses), None)


def free(x: Loss) -> bool:
    """Whether a stop makes the party's buyers pay no more and use no less, at the median."""
    if NO_USE in x.why:
        return False
    return x.price_rise.median <= 0 and x.shortfall.median < NONE


def _stop(s: Subject) -> str:
    x = _first(s)
    if x is None:
        return ""
    p, where = x.probability, words.the(x.supplier)
    text = f"If {where} stopped exporting {product(s, x.stage)} for a year, {_felt(s, x)}"
    if TAKEN in x.why:
        text += " (taken to import all: its reliance is not known)"
    if x.loss is not None and x.loss.high < LEAST:
        text += ": nothing lost"
    elif x.loss is not None:
        text += f": {money(x.loss.median)} lost ({money(x.loss.low)} to {money(x.loss.high)})"
    elif UNPAID in x.why and NOT_TOLD not in x.why:
        text += "; what more it would pay is not known, as its bill is not published"
    text += (
        f". Assumed probability {numbers.share(p.median)} a year "
        f"({numbers.share(p.low)} to {numbers.share(p.high)})"
    )
    if x.expected_mean is not None:
        text += f": {money(x.expected_mean)} a year expected"
    if x.unsolved:
        text += f". {capital(mild(x, s.draws))}"
    return text + "."


def mild(x: Loss, draws: int) -> str:
    """What a range leaves out: draws in which the market did not solve, which are the hard ones."""
    return f"{x.unsolved} of {draws} draws did not solve; the range is of the milder ones"


def _felt(s: Subject, x: Loss) -> str:
    """What buyers meet: in a market of one stage the price holds for all outside the supplier."""
    who, outside = words.the(s.party), f"buyers outside {words.the(x.supplier)}"
    pay, use = f"would pay {_moved(x.price_rise)}", f"use {_short(x.shortfall)}"
    if NO_USE in x.why:
        return f"{outside} would pay {_moved(x.world_price_rise)}; {who} has no final use of it"
    if x.engine == "chain":
        return f"buyers in {who} {pay} and {use}"
    if NOT_TOLD not in x.why:
        own = s.worst.import_reliance.value
        home = ", as the world’s price holds at home too" if own is not None and own <= 0 else ""
        return f"{outside} {pay} and {who} would {use}{home}"
    return f"{outside} {pay} and {use} (not told apart for {who})"


def _dearest(s: Subject) -> str:
    """The dearest stop in expectation, where the first sentence is about another."""
    x, headed = s.losses[0] if s.losses else None, _headed(s)
    if headed is not None and headed is not _first(s):
        return (
            f"A stop of {product(s, headed.stage)} from {words.the(headed.supplier)} alone costs "
            f"{words.the(s.party)} nothing: {_felt(s, headed)}."
        )
    if x is None or x is _first(s) or x.expected_mean is None:
        return ""
    return (
        f"Dearest in expectation: a stop of {product(s, x.stage)} from {words.the(x.supplier)}, "
        f"{money(x.expected_mean)} a year (probability {numbers.share(x.probability.median)}"
        + (f"; {mild(x, s.draws)}" if x.unsolved else "")
        + ")."
    )


def _home(s: Subject) -> str:
    """What the party makes itself at the stage where its share of the world's is largest."""
    if s.chain is None:
        return ""
    d = s.chain.region(s.party)
    share = s.chain.output[:, d] / s.chain.output.sum(axis=1)
    k = int(share.argmax())
    stage, made = s.chain.stages[k], float(s.chain.output[k, d])
    if share[k] < OWN or (stage, s.party) == (s.worst.stage, s.worst.top_supplier):
        return ""
    unit = mineral(s.chain.mineral).unit.removeprefix("t ")
    verb, what = ("mines", _plain(s)) if stage == "mined" else ("makes", product(s, stage))
    text = f"{capital(words.the(s.party))} itself {verb} {numbers.share(float(share[k]))} of the "
    text += f"world’s {what} ({numbers.tonnes(made)} {unit})"
    sent = s.chain.trade[k, d].copy()
    sent[d] = 0.0
    if sent.sum() > made / 2:
        to = words.the(s.chain.regions[int(sent.argmax())])
        text += f" and ships {numbers.tonnes(float(sent.sum()))} abroad, most to {to}"
    return text + "."


def _moved(x: Span) -> str:
    """A change of price: ``12 % (5 to 20 %) more``, or less where it falls."""
    if numbers.percent(x.median) == "0":
        return "about the same"
    if x.median < 0:
        return f"{_pct(Span(-x.high, -x.median, -x.low))} less"
    return f"{_pct(x)} more"


def _short(x: Span) -> str:
    return "no less" if x.median < NONE else f"{_pct(x)} less"


def _pct(x: Span) -> str:
    mid = numbers.percent(x.median).lstrip("+")
    ends = numbers.between(x.low, x.high, lambda v: numbers.percent(v).lstrip("+"))
    return f"{mid}{SPACE}%" + (f" ({ends}{SPACE}%)" if ends else "")


def _buys(s: Subject, bought: Sequence[Split]) -> str:
    """The largest seller at the stage of the title, else at the last stage with imports.

    Surveys tell no tonnes by stage: of theirs, a stage comes first at which the maker that the
    first sentence is about sells.
    """
    held = [b for b in bought if b.parts and b.what != ORIGIN]
    if not held:
        return ""
    b = next((b for b in held if b.stage == s.worst.stage), held[-1])
    x = _first(s)
    if s.chain is None and x is not None and x.supplier not in b.shares:
        b = next((b for b in held if x.supplier in b.shares), b)
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
        told = [
            f"those of {numbers.listed(k)} also hold {others}"
            for others, k in shared.items()
            if others
        ]
        if told:
            out.append(f"Customs codes are shared: {'; '.join(told)}.")
    if s.worst.grade == "scenario":
        out.append("Scenario: no statistics tell these products apart; shares are assumed.")
    _, of = published(s, held)
    if basket(s, of):
        out.append(f"The survey’s account of the United States is of {of} together.")
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
