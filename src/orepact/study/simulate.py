"""Simulate a pact: every mineral, before and after, with its range.

>>> from orepact import pact, world
>>> from orepact.study.simulate import simulate
>>> run = simulate(pact.read("us-mexico-2026"), world.load(), ["gallium"], draws=0)
>>> run.minerals["gallium"].policy.status.name
'converged'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from orepact.catalogue import mineral as find
from orepact.errors import InputError, NoMatchError
from orepact.market import Market, Outcome, Wedges, calibrate, solve
from orepact.market.calibrate import Values, levied
from orepact.market.effects import Effect, effects
from orepact.market.instruments import is_simulated, matches, wedges
from orepact.market.sourcing import Homogeneous
from orepact.pact import Pact
from orepact.said import Said, said
from orepact.study.assumed import Basis, basis, duty_warnings, on_market
from orepact.study.bases import Base, base_of
from orepact.study.draws import Draws, draw, drivers
from orepact.study.metrics import Key, metrics
from orepact.study.warnings import warnings
from orepact.world import Chain, Structure, World
from orepact.world.duties import Levied
from orepact.world.duties import on as duties_on

Array = Any

DUTIES = ("base", "in-force")
"""Duties that the pact is measured against: the base year's, or those of the pact's date."""

SOURCING: Mapping[str, Said | None] = {
    "logit": None,
    "homogeneous": said(
        "One good whatever its origin: all is bought where it lands cheapest, so a small change of "
        "cost can move a whole trade. Solved exactly, central values only; the prices of producers "
        "that ship nothing are not unique and not shown."
    ),
}
"""Who buys from whom: origins as imperfect substitutes, or one good; what a result then says."""

MOVING = said(
    "Users of the last stage move to where it rose less; what moved is made into goods that the "
    "pact does not cover. How readily they move is assumed."
)

SHOWN = ("CAN", "EUN", "JPN", "CHN")
"""Regions that every table shows beside the parties and the world."""

ROUNDING = 1e-9
"""Changes below this share of the level are what the solver leaves, not results."""

CHUNK = 32
"""Draws solved together: 32 keep the arrays of 50 regions in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure before and after: central values and the 5-50-95 % quantiles of the draws.

    ``change`` is after minus before in each draw, so its range is narrower than that of the
    levels. Quantiles are ``None`` where only central values were asked for.
    """

    base: float
    central: float
    after: tuple[float, float, float] | None
    change: tuple[float, float, float] | None
    drivers: tuple[tuple[tuple[str, str], float], ...] = ()


@dataclass(frozen=True, slots=True)
class MineralRun:
    """One mineral of a run: central outcomes, figures, what each instrument came to.

    ``duty_assumed`` (K, O, D) marks routes whose duty is assumed, ``duty_basis`` sums them up
    for the members and shown regions; ``structures`` are the alternatives that draws rest on,
    each with how many. ``prices`` are buyers' prices before and after, USD/t in every draw (N,),
    by stage and member; ``totals`` changes of welfare and its lines, USD in every draw (N,), by
    region and line; ``solved`` the positions of the draws that solved.
    """

    chain: Chain
    base: Outcome
    policy: Outcome
    figures: dict[Key, Figure]
    effects: tuple[Effect, ...]
    warnings: tuple[Said, ...]
    opened_share: float
    failed: int
    duty_assumed: Array
    duty_basis: tuple[Basis, ...]
    structures: tuple[tuple[Structure, int], ...] = ()
    prices: Mapping[tuple[str, str], tuple[Array, Array]] = field(default_factory=dict)
    totals: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    solved: Array = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A pact simulated on one date: minerals by id, and what the numbers rest on."""

    pact: Pact
    on: date
    year: int
    members: tuple[str, ...]
    regions: tuple[str, ...]
    draws: int
    seed: int
    minerals: dict[str, MineralRun]
    duties: str = "base"
    sourcing: str = "logit"
    mobility: float = 0.0


def simulate(
    pact: Pact,
    world: World,
    minerals: Iterable[str] | None = None,
    *,
    on: date | None = None,
    draws: int = 128,
    seed: int = 2026,
    duties: str = "base",
    alternatives: bool = True,
    sourcing: str = "logit",
    mobility: float = 0.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> Run:
    """Run a pact over minerals (default: all that the world holds and the pact names).

    ``draws=0`` gives central values only. ``duties`` is ``base`` to measure the pact against the
    base year's duties, or ``in-force`` to lay those of its date on the base year first: both
    sides of every figure then have them. Where publishers disagree on output, draws rest on the
    ``alternatives`` too, by their weights; central values never do. ``sourcing`` is ``logit``, or
    ``homogeneous`` for one good whatever its origin, which takes ``draws=0``: a draw would take
    seconds, not a millisecond. ``mobility`` lets users of each last stage move abroad, see
    :mod:`orepact.market.relocation`; 0 keeps them where they are. ``progress(mineral, done,
    total)`` is called as chunks of draws finish. Raises :class:`NoMatchError` where an instrument
    in force touches nothing in any of its minerals or a mineral that no instrument names, and
    whatever the solver raises.
    """
    if duties not in DUTIES:
        raise InputError(f"Unknown duties '{duties}'. Use {' or '.join(DUTIES)}.")
    _known_sourcing(sourcing, draws)
    if not 0 <= mobility < np.inf:
        raise InputError(f"Mobility {mobility} must be a number of at least 0.")
    day = on or pact.default_date()
    named = {m for i in pact.instruments for m, _ in i.targets()}
    chosen = [find(m).id for m in minerals] if minerals else [m for m in world.chains if m in named]
    if idle := [m for m in chosen if m not in named]:
        raise NoMatchError(
            f"No instrument of {pact.id} names {', '.join(idle)}: nothing would change. "
            "Leave it out, or add an instrument."
        )
    if len(set(chosen)) < len(chosen):
        raise InputError(f"Minerals {chosen}: one stands twice. Name each once.")
    if not chosen:
        raise InputError(f"{pact.id} names none of the minerals of this world.")
    members = pact.members(day)
    if not members:
        raise InputError(f"{pact.id} has no member on {day}. Choose a later date with --on.")
    regions = tuple(dict.fromkeys((*members, *SHOWN)))
    later = {m: duties_on(world.duties, m, day) for m in chosen if duties == "in-force"}
    notes = tuple(n for n in (SOURCING[sourcing], MOVING if mobility else None) if n)
    others = {m: world.structures(world.chain(m)) if alternatives and draws else () for m in chosen}
    runs = {
        m: _one(
            pact, world.chain(m), others[m], later.get(m), day, members, regions, draws, seed,
            partial(_market, later.get(m), sourcing, mobility), (sourcing, mobility), notes,
            progress,
        )
        for m in chosen
    }  # fmt: skip
    _all_touch(pact, day, runs)
    return Run(
        pact, day, world.year, members, regions, draws, seed, runs, duties, sourcing, mobility
    )


def _known_sourcing(sourcing: str, draws: int) -> None:
    if sourcing == "ces":
        raise InputError(
            "Sourcing 'ces' does not keep tonnes, so what is bought is not what is shipped. It is "
            "there to reproduce published cases. Use logit or homogeneous."
        )
    if sourcing not in SOURCING:
        raise InputError(f"Unknown sourcing '{sourcing}'. Use {' or '.join(SOURCING)}.")
    if sourcing == "homogeneous" and draws:
        raise InputError(
            f"Sourcing 'homogeneous' gives central values only, not {draws} draws: each would "
            "take seconds. Add --central (draws=0), or use logit for ranges."
        )


def _solvable(pact: Pact, market: Market, w: Wedges) -> None:
    """Refuse what one good on a whole chain would take many minutes for."""
    if not isinstance(market.sourcing, Homogeneous):
        return
    what = {
        "limits on tonnes": bool(w.holder),
        "contracts": w.any_contract,
        "rules on stocks": bool(np.any(w.buys + w.sells)),
    }
    if found := [name for name, there in what.items() if there]:
        raise InputError(
            f"{pact.id} has {' and '.join(found)} on {market.mineral}, which sourcing "
            "'homogeneous' does not take on a whole chain: the search would take many minutes. Use "
            "logit, or a small market from Python (docs/python.md)."
        )


def _all_touch(pact: Pact, day: date, runs: dict[str, MineralRun]) -> None:
    for i in pact.in_force(day):
        wanted = {m for m, _ in i.targets()}
        if not is_simulated(i) or not wanted <= set(runs):
            continue
        if not any(matches(i, pact, runs[m].base.market, day) for m in wanted):
            raise NoMatchError(
                f"Instrument '{i.id}' of {pact.id} touches no trade in any of its minerals on "
                f"{day}. Change its regions, stages or date, or leave it out."
            )


Build = Callable[[Chain, Values | None], Market]
"""A chain's market at given parameters."""


def _market(
    later: Levied | None, sourcing: str, mobility: float, chain: Chain, values: Values | None
) -> Market:
    """The base year's market, at later duties where they are asked for."""
    market = calibrate(chain, values, form=sourcing)
    if mobility:
        last = np.arange(len(market.stages)) == len(market.stages) - 1
        market = replace(market, mobility=np.where(last, mobility, 0.0)[:, None])
    return market if later is None else levied(market, chain, later.rates, values)


def _one(
    pact: Pact,
    chain: Chain,
    structures: tuple[Structure, ...],
    later: Levied | None,
    day: date,
    members: tuple[str, ...],
    regions: tuple[str, ...],
    n: int,
    seed: int,
    build: Build,
    key: object,
    notes: tuple[Said, ...],
    progress: Callable[[str, int, int], None] | None,
) -> MineralRun:
    if later is None:
        held = base_of(chain, lambda: build(chain, None), key)
    else:
        held = Base(chain, solve(build(chain, None)))
    base, market = held.outcome, held.outcome.market
    agreed = wedges(pact, market, day)
    _solvable(pact, market, agreed)
    policy = solve(market, agreed, start=base)
    before = held.figures(members, regions)
    after = metrics(base, policy, members, regions)
    sample = draw(chain, n, seed, [s.weight for s in structures]) if n else None
    chains = (chain, *(s.chain for s in structures))
    ranges, solved = _ranges(pact, chains, build, day, members, regions, sample, progress)
    figures = {
        key: _figure(float(before[key]), float(after[key]), ranges.get(key), sample)
        for key in before
    }
    opened = _opened(base, policy)
    flags = on_market(base, chain, chain.duty_assumed if later is None else later.assumed)
    known = basis(base, flags, regions)
    told = (*notes, *warnings(pact, day, base, policy, opened))
    if later is not None:
        before_it = said(
            "Before the pact stands the base year at the duties in force on {day}.", day=day
        )
        told = (*told, before_it)
    return MineralRun(
        chain=chain,
        base=base,
        policy=policy,
        figures=figures,
        effects=effects(pact, policy, day),
        warnings=(*told, *duty_warnings(pact, day, base, flags, known)),
        opened_share=opened,
        failed=n - len(solved),
        duty_assumed=flags,
        duty_basis=known,
        structures=()
        if sample is None
        else tuple((s, int(np.sum(sample.structure == i))) for i, s in enumerate(structures, 1)),
        prices={
            (k.stage, k.region): pair
            for k, pair in ranges.items()
            if k.variable == "buyers' price" and k.region in members
        },
        totals={
            (k.region, k.variable): after - before
            for k, (before, after) in ranges.items()
            if k.stage == ""
        },
        solved=solved,
    )


def _ranges(
    pact: Pact,
    chains: tuple[Chain, ...],
    build: Build,
    day: date,
    members: tuple[str, ...],
    regions: tuple[str, ...],
    sample: Draws | None,
    progress: Callable[[str, int, int], None] | None,
) -> tuple[dict[Key, tuple[Array, Array]], Array]:
    """Figures before and after in every draw (N,), and the positions of those that solved.

    Each draw is solved on the chain that its structure picks, before and after alike.
    """
    if sample is None:
        return {}, np.zeros(0, int)
    n, done, failed = len(sample), 0, np.zeros(len(sample), bool)
    found: dict[Key, tuple[Array, Array]] = {}
    for chain, at in _chunks(chains, sample):
        market = build(chain, sample.at(at))
        base = solve(market)
        out = solve(market, wedges(pact, market, day), start=base, must_solve=False)
        bad = ~np.broadcast_to(out.converged, at.shape)
        failed[at] = bad
        b = metrics(base, base, members, regions)
        a = metrics(base, out, members, regions)
        for k in b:
            before, after = found.setdefault(k, (np.full(n, np.nan), np.full(n, np.nan)))
            before[at], after[at] = b[k], np.where(bad, np.nan, a[k])
        done += len(at)
        if progress:
            progress(chain.mineral, done, n)
    return found, np.flatnonzero(~failed)


def _chunks(chains: tuple[Chain, ...], sample: Draws) -> Iterator[tuple[Chain, Array]]:
    """Positions of draws that are solved together: few, and all on one chain."""
    for i, chain in enumerate(chains):
        at = np.flatnonzero(sample.structure == i)
        for start in range(0, len(at), CHUNK):
            yield chain, at[start : start + CHUNK]


def _figure(
    base: float, central: float, pair: tuple[Array, Array] | None, sample: Draws | None
) -> Figure:
    if pair is None or sample is None:
        return Figure(base, central, None, None)
    before, after = pair
    change = after - before
    size = np.maximum(np.abs(before), np.abs(after))
    change = np.where(np.abs(change) <= ROUNDING * size, 0.0, change)
    return Figure(
        base, central, _quantiles(after), _quantiles(change),
        tuple(drivers(sample.u, sample.keys, change)),
    )  # fmt: skip


def _quantiles(values: Array) -> tuple[float, float, float]:
    ok = values[np.isfinite(values)]
    if not len(ok):
        return (float("nan"),) * 3
    low, mid, high = (float(q) for q in np.quantile(ok, (0.05, 0.5, 0.95)))
    return low, mid, high


def _opened(base: Outcome, policy: Outcome) -> float:
    """Share of the change in shipments that rests on routes without trade in the base year."""
    change = np.abs(policy.state.x - base.state.x)
    total = float(change.sum())
    if total <= ROUNDING * float(base.state.x.sum()):
        return 0.0
    return float(change[base.market.opened].sum()) / total
