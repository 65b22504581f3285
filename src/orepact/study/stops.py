"""A supplier's exports stop for a year, solved in the full chain: every stage, every region.

Others respond with their supply elasticity up to capacity, users with their demand elasticity
up to the backstop; nobody builds stocks in the year of a stop (assumed). The base year's
equilibrium is the start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from orepact.catalogue import POOLS
from orepact.errors import InputError, NoMatchError
from orepact.market import Market, Outcome, Wedges, calibrate, solve
from orepact.market.batch import take
from orepact.market.demand import Isoelastic
from orepact.study.draws import Draws
from orepact.study.pooling import REST, pooled
from orepact.world import Chain

Array = Any

PLAUSIBLE = 0.05
"""Share of world output at a stage from which a supplier's stop is looked at."""

EVERY = "every stage"
"""Stands for all stages at once: a ban of all that a supplier exports of a mineral."""

PARTIES = ("USA", "MEX", "CAN", "EUN", "JPN", "CHN")
"""Regions that stay on their own in draws, beside the suppliers."""

CHUNK = 64

PATH = (0.5, 0.2, 0.05, 0.02, 0.005, 0.001, 1e-4, 0.0)
"""Shares of the banned routes left open, on the way to none."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Prices and use before and after, in all regions; ``N`` draws, or none.

    ``P0``, ``P`` (..., K, R) buyers' prices, USD/t; ``D0``, ``D`` (..., K, R) final use, t;
    ``lacking`` (..., K, R) use given up beyond the backstop, t; ``Q0`` (..., K, R) tonnes bought;
    ``solved`` (...) flags.
    """

    mineral: str
    stage: str
    supplier: str
    share: float
    stages: tuple[str, ...]
    regions: tuple[str, ...]
    P0: Array
    P: Array
    D0: Array
    D: Array
    lacking: Array
    Q0: Array
    solved: Array


def export_stop(market: Market, stage: str, supplier: str) -> Wedges:
    """Wedges that close every route by which a supplier's output of a stage, or of all, leaves it.

    Raises :class:`NoMatchError` where the supplier ships nothing abroad at this stage.
    """
    o = market.region(supplier)
    at = range(len(market.stages)) if stage == EVERY else (market.stage(stage),)
    made = np.array([np.sum(market.supply.capacity[..., k, :, o]) > 0 for k in at])
    away = np.array([np.any(np.delete(market.x0[..., k, o, :], o, axis=-1) > 0) for k in at])
    if not np.any(made & away):
        raise NoMatchError(
            f"{supplier} supplies no {market.mineral} {stage} to others: a stop would touch "
            "nothing. Choose another supplier or stage."
        )
    open_ = np.ones(market.x0.shape[-3:])
    open_[list(at), o, :] = 0.0
    open_[list(at), o, o] = 1.0
    return replace(Wedges.base(market), open=open_)


def suppliers(chain: Chain, stage: str, at_least: float = PLAUSIBLE) -> dict[str, float]:
    """Regions that make at least this share of a stage's world output, largest first.

    Pools of countries are left out: no one government stops their exports.
    """
    made = chain.output[chain.stage(stage)]
    total = float(made.sum())
    if total <= 0:
        raise InputError(f"{chain.mineral} {stage}: nothing is made, so nobody can stop it.")
    found = {
        r: float(y) / total
        for r, y in zip(chain.regions, made, strict=True)
        if y > 0 and y / total >= at_least and (r == "EUN" or r not in {*POOLS, REST})
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def stops(
    chain: Chain,
    sample: Draws | None = None,
    wanted: list[tuple[str, str]] | None = None,
    parties: Collection[str] = PARTIES,
) -> list[Stop]:
    """Every plausible supplier's stop at every stage, or the (stage, supplier) pairs wanted.

    The stage :data:`EVERY` closes all stages at once; its share is that of the largest.

    Without a ``sample`` central values are solved in the full chain. With one, every draw is
    solved with the plausible suppliers, those wanted and ``parties`` on their own and all other
    regions pooled (:func:`~orepact.study.pooling.pooled`); draws that do not solve are marked.
    Raises :class:`NoMatchError` where a wanted supplier makes nothing at its stage.
    """
    shares = {(s, r): v for s in chain.stages for r, v in suppliers(chain, s, 0.0).items()}
    plausible = [key for key, v in shares.items() if v >= PLAUSIBLE]
    shares |= {(EVERY, r): max(v for (_, q), v in shares.items() if q == r) for _, r in shares}
    for stage, supplier in wanted or ():
        if (stage, supplier) not in shares:
            raise NoMatchError(
                f"{supplier} makes no {chain.mineral} {stage}: a stop would touch nothing."
            )
    chosen = plausible if wanted is None else wanted
    solved: dict[tuple[str, str], list[tuple[Outcome, Outcome]]] = {p: [] for p in chosen}
    if sample:
        chain = pooled(chain, [*parties, *(r for _, r in (*plausible, *chosen))])
    for values in _chunks(sample):
        market = calibrate(chain, values)
        base = solve(market)
        for stage, supplier in chosen:
            try:
                w = export_stop(market, stage, supplier)
            except NoMatchError:
                continue
            lean = replace(market, build=np.zeros_like(market.build))
            out = _followed(lean, w, base) if sample else solve(lean, w, start=base)
            solved[stage, supplier].append((base, out))
    return [_joined(chain, *key, shares[key], pairs) for key, pairs in solved.items() if pairs]


def _chunks(sample: Draws | None) -> Iterator[dict[tuple[str, str], Array] | None]:
    if sample is None:
        yield None
        return
    for start in range(0, len(sample), CHUNK):
        yield sample.chunk(start, min(start + CHUNK, len(sample)))


def _followed(market: Market, w: Wedges, base: Outcome) -> Outcome:
    """Solve all draws; those that stall are led there together, closing the routes by steps."""
    out = solve(market, w, start=base, must_solve=False, follow=False)
    late = np.flatnonzero(~np.broadcast_to(out.converged, base.state.p.shape[:-2]))
    if not len(late):
        return out
    few, shut = take(market, (late,)), take(w, (late,))
    step = solve(few, must_solve=False, follow=False)
    for part in PATH:
        nearly = replace(shut, open=np.where(shut.open == 0, part, 1.0))
        step = solve(few, nearly, start=step, must_solve=False, follow=False)
    converged = np.array(out.converged)
    converged[late] = step.converged
    fields = {}
    for name in ("P", "D"):
        value = np.array(getattr(out.state, name))
        value[late] = getattr(step.state, name)
        fields[name] = value
    return replace(out, converged=converged, state=out.state._replace(**fields))


def _lacking(out: Outcome) -> Array:
    """Use given up beyond the backstop, t: what buyers would still take at the backstop price."""
    demand, P = out.market.demand, out.state.P
    if not isinstance(demand, Isoelastic):
        return np.zeros_like(P)
    last = demand.quantity(np.minimum(P, demand.backstop * demand.P0))
    return np.maximum(last - demand.quantity(P), 0.0)


def _joined(
    chain: Chain, stage: str, supplier: str, share: float, pairs: list[tuple[Outcome, Outcome]]
) -> Stop:
    market = pairs[0][0].market

    def join(which: int, name: str) -> Array:
        values = [getattr(pair[which].state, name) for pair in pairs]
        return np.concatenate(values) if values[0].ndim > 2 else values[0]

    solved = [np.asarray(after.converged) for _, after in pairs]
    lacking = [_lacking(after) for _, after in pairs]
    return Stop(
        mineral=chain.mineral,
        stage=stage,
        supplier=supplier,
        share=share,
        stages=market.stages,
        regions=market.regions,
        P0=join(0, "P"),
        P=join(1, "P"),
        D0=join(0, "D"),
        D=join(1, "D"),
        lacking=np.concatenate(lacking) if lacking[0].ndim > 2 else lacking[0],
        Q0=join(0, "Q"),
        solved=np.concatenate(solved) if solved[0].ndim else solved[0],
    )
