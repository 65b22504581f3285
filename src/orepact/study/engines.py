"""The same stop in the full chain and in a market of one stage: how far the two agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orepact.catalogue import screened_minerals
from orepact.study.losses import losses
from orepact.study.screened import Span
from orepact.world import Screening, World, screening


@dataclass(frozen=True, slots=True)
class Pair:
    """One supplier's stop in both: rise of the price outside it, and the party's shortfall."""

    mineral: str
    supplier: str
    chain_stage: str
    survey_stage: str
    chain_rise: Span
    survey_rise: Span
    chain_shortfall: Span
    survey_shortfall: Span


def engines(
    party: str,
    world: World,
    minerals: Iterable[str] | None = None,
    *,
    draws: int = 64,
    seed: int = 2026,
    held: Screening | None = None,
) -> list[Pair]:
    """Minerals that have both: per supplier the stage of each engine where the price rises most.

    The two differ by design: the chain has stages, scrap, trade by origin and use by region; the
    market of one stage has the supplier, all others and one price.
    """
    known = held or screening()
    wanted = set(minerals) if minerals is not None else set(screened_minerals())
    found = []
    for id, m in screened_minerals().items():
        if id not in wanted or m.chain not in world.chains:
            continue
        full = losses(id, world.chains[m.chain], party, known, draws, seed)
        one = losses(id, None, party, known, draws, seed)
        for supplier in dict.fromkeys(x.supplier for x in full):
            pair = [
                max((x for x in each if x.supplier == supplier),
                    key=lambda x: x.world_price_rise.median, default=None)
                for each in (full, one)
            ]  # fmt: skip
            if pair[0] is None or pair[1] is None:
                continue
            a, b = pair[0], pair[1]
            found.append(
                Pair(id, supplier, a.stage, b.stage, a.world_price_rise, b.world_price_rise,
                     a.shortfall, b.shortfall)
            )  # fmt: skip
    return found
