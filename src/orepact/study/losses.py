"""A one-year stop of every plausible supplier's exports: prices, shortfall and what it costs.

In the manner of the assessment behind the United States' list of 2025: supply response up to
capacity, price effect, loss to using industries through the input-output accounts, weighted by
an annual probability. Nothing here is fitted to a published result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import polars as pl

from orepact.catalogue import POOLS, region
from orepact.errors import InputError
from orepact.market.calibrate import between
from orepact.study.draws import draw
from orepact.study.hazard import CONTROLS, allied, annual_probability
from orepact.study.loss import (
    at_stake,
    extra_cost,
    lowest_value_first,
    proportional,
    rationed,
    span,
    value_added_lost,
)
from orepact.study.onestage import stopped
from orepact.study.rows import governance, makers, reliance
from orepact.study.screened import Basis, Loss, Span
from orepact.study.stops import EVERY, PARTIES, PLAUSIBLE, Stop, stops
from orepact.world import Chain, Screening

Array = Any
Triple = tuple[float, float, float]

EXPORTED: Mapping[tuple[bool, bool], Triple] = MappingProxyType(
    {
        (True, True): (0.0001, 0.001, 0.05),
        (True, False): (0.004, 0.11, 0.54),
        (False, True): (0.001, 0.80, 1.0),
        (False, False): (0.02, 0.72, 1.0),
    }
)
"""Part of its output that a supplier exports, where no chain says so: 5, 50 and 95 % of what
suppliers of 5 % or more do in the chains, by whether it is China and whether it mines. Assumed
to hold for minerals without a chain; none is nil, so that every stop touches something."""

BACKSTOP = (3.0, 8.0, 20.0)
"""Multiple of the base price at which the use of a mineral without a chain ends (assumed)."""

GROWTH = 1.49
"""Nominal GDP of the United States, 2024 over 2017, the accounts' year (World Bank)."""

OXIDES = {
    "lanthanum": 0.25, "cerium": 0.42, "praseodymium": 0.048, "neodymium": 0.175,
    "samarium": 0.020, "europium": 0.003, "gadolinium": 0.013, "terbium": 0.0015,
    "dysprosium": 0.008, "holmium": 0.0012, "erbium": 0.004, "thulium": 0.0004,
    "ytterbium": 0.0025, "lutetium": 0.0003,
}  # fmt: skip
"""Each element's part of an account that rare earths share, in proportion to what mines give
(assumed); it scales only the bill, not the output lost."""


UNPAID = "the party's bill for it is not known: no extra cost counted"
NOT_TOLD = "not told apart"
TAKEN = "it is taken to import all"
NO_USE = "has no final use"
"""What a loss says of itself where no bill is known, where all buyers stand for the party, where
its reliance on imports is not known, and where it uses none."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Final use of a party by stage, t (N, K): before, given up, and lacking at any price."""

    stages: tuple[str, ...]
    used: Array
    short: Array
    lacking: Array


@dataclass(frozen=True, slots=True)
class Effect:
    """What a stop does to a party in each draw: rises as shares, tonnes and USD/t of the base.

    ``exposed`` is the part of what is rationed that falls on the party, 0 to 1.
    """

    stage: str
    supplier: str
    share: float
    engine: Literal["chain", "one stage"]
    basis: Basis
    world_rise: Array
    rise: Array
    shortfall: Array
    cost: Array
    gaps: Gaps
    unsolved: int
    why: str
    exposed: float = 1.0


def losses(
    mineral: str, chain: Chain | None, party: str, held: Screening, draws: int, seed: int
) -> list[Loss]:
    """Every supplier of at least 5 % of a stage's output, except the party itself."""
    return [x for x, _ in priced(mineral, chain, party, held, draws, seed)]


def priced(
    mineral: str, chain: Chain | None, party: str, held: Screening, draws: int, seed: int
) -> list[tuple[Loss, Array | None]]:
    """The losses, each with its expected loss by draw (N,), USD; ``None`` without money."""
    u = uniform(draws, seed)
    effects = (
        _chain_effects(chain, party, draws, seed)
        if chain is not None
        else _survey_effects(mineral, party, held, u)
    )
    return [_loss(mineral, party, e, held, u) for e in effects]


def together(found: Iterable[tuple[Loss, Array | None]]) -> Span | None:
    """Quantiles of the expected loss of several stops in sum, over draws in which all solved."""
    parts = [e for _, e in found if e is not None]
    total = np.sum(parts, axis=0)
    return span(total) if parts and np.isfinite(total).any() else None


def uniform(draws: int, seed: int) -> Array:
    """(N, 11) scrambled Sobol points; columns 0-4 behaviour, 5 exports, 6 stake, 7 who goes short,
    8 probability, 9 substitution, 10 share rationed."""
    from scipy.stats import qmc  # 1 s to import

    return np.clip(qmc.Sobol(11, rng=seed + 1).random(draws), 1e-9, 1 - 1e-9)


def banned(
    mineral: str, chain: Chain, party: str, supplier: str, held: Screening, draws: int, seed: int
) -> list[Loss]:
    """All that a supplier exports of a mineral stops at once: its price by stage, one loss."""
    sample, parties = draw(chain, draws, seed), (*PARTIES, party)
    (s,) = stops(chain, sample, [(EVERY, supplier)], parties)
    u = uniform(draws, seed)
    return [
        _loss(mineral, party, _effect(chain, replace(s, stage=stage), party), held, u)[0]
        for stage in chain.stages
    ]


def _chain_effects(chain: Chain, party: str, draws: int, seed: int) -> list[Effect]:
    found = stops(chain, draw(chain, draws, seed), parties=(*PARTIES, party))
    return [_effect(chain, s, party) for s in found if s.supplier != party]


def _effect(chain: Chain, s: Stop, party: str) -> Effect:
    o = s.regions.index(s.supplier)
    base: Basis = "assumed" if chain.grade[s.stage] == "scenario" else "chain"
    k = s.stages.index(s.stage)
    away = np.arange(len(s.regions)) != o
    Q0 = s.Q0.reshape(-1, len(s.stages), len(s.regions))[:, k, away]
    ratio = (s.P / s.P0).reshape(-1, len(s.stages), len(s.regions))[:, k, away]
    world = (Q0 * (ratio - 1)).sum(axis=1) / Q0.sum(axis=1)
    solved = np.broadcast_to(s.solved, world.shape)
    blank = np.where(solved, 0.0, np.nan)
    d = s.regions.index(party) if party in s.regions else None
    if d is None or np.all(s.D0[..., d] <= 0):
        none = np.zeros((len(blank), 0))
        return Effect(
            s.stage, s.supplier, s.share, "chain", base, world + blank, blank, blank, blank,
            Gaps((), none, none, none), int((~solved).sum()), f"{party} {NO_USE}",
        )  # fmt: skip
    D0, D, P0, P, lacking = (
        x[..., d].reshape(-1, len(s.stages)) for x in (s.D0, s.D, s.P0, s.P, s.lacking)
    )
    short = np.clip(1 - D.sum(axis=1) / D0.sum(axis=1), 0, 1)
    value = np.maximum((D0 * P0).sum(axis=1), 1e-300)
    rise = (D0 * (P - P0)).sum(axis=1) / value
    up = np.clip(D0 - D, 0, D0)
    cost = extra_cost(D0, np.maximum(P - P0, 0.0), up / np.maximum(D0, 1e-300)).sum(axis=1)
    gaps = Gaps(s.stages, D0 + 0 * D, up + blank[:, None], np.minimum(lacking, up))
    return Effect(
        s.stage, s.supplier, s.share, "chain", base, world + blank, rise + blank, short + blank,
        cost + blank, gaps, int((~solved).sum()), "",
    )  # fmt: skip


def _survey_effects(mineral: str, party: str, held: Screening, u: Array) -> list[Effect]:
    par = {
        n: between(*_range(held.of("parameters", mineral), "parameter", n), u[:, j])
        for j, n in enumerate(("eps", "spare", "eta"))
    }
    backstop = between(*BACKSTOP, u[:, 3])
    recycling = between(*_range(held.of("factors", mineral), "factor", "eol_rir"), u[:, 4])
    account = held.us.filter(pl.col("mineral") == mineral)
    bill = _bill(account) if party == "USA" else 0.0
    one = np.ones((len(u), 1))
    exposed, told = _exposed(mineral, party, held)
    out = []
    for stage, place, share in (
        (k, r, v) for k, parts in makers(held, mineral).items() for r, v in parts.items()
    ):
        if share < PLAUSIBLE or region(place) == party or (place in POOLS and place != "EUN"):
            continue
        sent = between(*exported(place, stage), u[:, 5])
        rise, short, lacking = stopped(
            share, sent, recycling, par["eps"], par["spare"], par["eta"], backstop
        )
        short, lacking = short - (1 - exposed) * lacking, exposed * lacking
        cost = extra_cost(bill, rise, short)
        unpaid = "" if bill else f"; {UNPAID}"
        gaps = Gaps(("",), one, short[:, None], lacking[:, None])
        found = (rise, rise, short, cost, gaps, 0, told + unpaid, exposed)
        out.append(Effect(stage, place, share, "one stage", "assumed", *found))
    return out


def _exposed(mineral: str, party: str, held: Screening) -> tuple[float, str]:
    """Part of what no price brings, or is rationed, that falls on a party: its net import reliance.

    The price, and the step back from it, hold for all outside the supplier.
    """
    known = reliance(mineral, party, held)
    if known.value is not None:
        who = f"falls on {party} by its net import reliance, {known.shown or f'{known.value:.0%}'}"
        return known.value, f"what no price brings {who}"
    if party == "USA":
        return 1.0, f"net import reliance of {party} is not known: {TAKEN}"
    return 1.0, f"of all buyers outside the supplier: {NOT_TOLD} for {party}, no account held"


def exported(supplier: str, stage: str) -> Triple:
    """Part of its output that a supplier is assumed to export: low, central, high.

    >>> exported("CHN", "refined")
    (0.004, 0.11, 0.54)
    """
    return EXPORTED[supplier == "CHN", stage == "mined"]


def _range(rows: pl.DataFrame, column: str, name: str) -> Triple:
    found = rows.filter(pl.col(column) == name)
    if found.is_empty():
        raise InputError(f"No range of '{name}' is held for this mineral. Build the world again.")
    low, central, high = found.select("low", "central", "high").row(0)
    return low, central, high


def _bill(account: pl.DataFrame) -> float:
    """What United States users pay in the base year, USD: use (else imports) times price.

    Of an account that several elements share, the element's assumed part.
    """
    for r in account.iter_rows(named=True):
        t = r["use"] if r["use"] is not None else r["imports"]
        if t is not None and r["price"] is not None:
            return float(t * r["price"] * (OXIDES.get(r["mineral"], 1.0)))
    return 0.0


@cache
def _industry(held: Screening) -> tuple[tuple[str, ...], Array, Array, Array]:
    """Industries, output (USD of 2024: the accounts scaled by nominal GDP), total requirements,
    value added in a dollar of final demand."""
    i = held.industries
    output = i["output"].to_numpy() * 1e6 * GROWTH
    total = held.total()
    return held.codes, output, total, i["value_added_share"].to_numpy() @ total


def _loss(
    mineral: str, party: str, e: Effect, held: Screening, u: Array
) -> tuple[Loss, Array | None]:
    """The loss, and its expected value by draw."""
    controlled = mineral in CONTROLS.get(e.supplier, frozenset())
    governed = governance(held, [e.supplier]).get(e.supplier)
    if governed is None:
        raise InputError(f"No governance score of {e.supplier} is held. Build the world again.")
    p = annual_probability(
        governed, u[:, 8], controlled=controlled, allied=allied(party, e.supplier)
    )
    shown = (span(p), span(e.world_rise), span(e.rise), span(e.shortfall))
    head = (mineral, e.stage, e.supplier, party, e.share, e.engine, e.basis, *shown)
    if party != "USA":
        why = "; ".join(t for t in (e.why, f"no input-output tables of {party} are held") if t)
        return Loss(*head, None, None, None, None, None, e.unsolved, why), None
    part = e.exposed * between(*_range(held.of("factors", mineral), "factor", "rationed"), u[:, 10])
    lost = output_lost(mineral, e.gaps, part, held, u)
    whole = e.cost + lost
    if UNPAID in e.why and not np.nansum(lost) > 0:
        return Loss(*head, None, None, None, None, None, e.unsolved, e.why), None
    expected = p * whole
    ok = np.isfinite(expected)
    found = Loss(
        *head, span(e.cost), span(lost), span(whole), span(expected),
        float(expected[ok].mean()), e.unsolved, e.why,
    )  # fmt: skip
    return found, expected


def output_lost(mineral: str, gaps: Gaps, part: Array, held: Screening, u: Array) -> Array:
    """Value added lost in the United States (N,), USD; ``part`` (N,) of a shortfall is rationed.

    A use goes short by what its stages go short. Half of the draws ration in proportion, the
    others between that and lowest value first. No industry depends by more than its whole output.
    """
    codes, output, total, content = _industry(held)
    rows = held.of("uses", mineral).filter(
        pl.col("industry").is_in(list(codes)) & (pl.col("share") > 0)
    )
    ok = np.all(np.isfinite(gaps.short), axis=1)
    at = np.array([codes.index(c) for c in rows["industry"].to_list()])
    names, inverse = np.unique(at, return_inverse=True)
    low, central, high = (rows[n].to_numpy()[None, :] for n in ("low", "central", "high"))
    depends = between(low, central, high, u[:, 6][:, None])
    whole = np.zeros((len(u), len(names)))
    np.add.at(whole.T, inverse, depends.T)
    depends = depends / np.maximum(whole, 1.0)[:, inverse]
    spared = between(*_range(held.of("factors", mineral), "factor", "replaceable"), u[:, 9])
    stake = at_stake(depends, output[at][None, :], spared[:, None])
    share = rows.select(pl.col("share") / pl.len().over("application"))["share"].to_numpy()
    weight = np.clip(2 * u[:, 7], 0, 1)[:, None]
    merged = np.zeros((len(u), len(names)))
    for stage in rows["stage"].unique(maintain_order=True):
        mine = (rows["stage"] == stage).to_numpy()
        q = _unchosen(gaps, stage, part, ok)
        even = proportional(q, stake[:, mine])
        kind = lowest_value_first(q, stake[:, mine], share[mine] / share[mine].sum())
        np.add.at(merged.T, inverse[mine], (weight * even + (1 - weight) * kind).T)
    gone = value_added_lost(merged, total[np.ix_(names, names)], content[names])
    return np.where(ok, gone, np.nan)


def _unchosen(gaps: Gaps, stage: str, part: Array, ok: Array) -> Array:
    """Share (N,) of the use at the stages named ('' for all) that goes short unchosen."""
    k = [n for n, s in enumerate(gaps.stages) if not stage or not s or s in stage.split()]
    used = gaps.used[:, k].sum(axis=1)
    short, lacking = (
        np.where(ok & (used > 0), x[:, k].sum(axis=1) / np.where(used > 0, used, 1.0), 0.0)
        for x in (gaps.short, gaps.lacking)
    )
    short = np.clip(short, 0, 1)
    return rationed(short, np.clip(lacking, 0, short), part)
