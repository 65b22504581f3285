"""How far a pact's central figures move with the publisher whose output figures are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from orepact.catalogue import mineral
from orepact.pact import Pact
from orepact.report import view
from orepact.report.vulnerability import markdown
from orepact.study.metrics import Key
from orepact.study.simulate import MineralRun, simulate
from orepact.world import World

HEAD = (
    "mineral and stage", "figures", "price USA", "output USA, t", "output MEX, t",
    "from non-members into USA, t", "welfare USA", "welfare MEX",
)  # fmt: skip


def structures_table(pact: Pact, world: World, minerals: Iterable[str]) -> str:
    """Changes by the pact on the preferred chain and on each alternative, central values.

    Markdown; a row for each stage with a floor, welfare of the whole chain in USD million.
    """
    rows = [row for m in minerals for row in _rows(pact, world, m)]
    return markdown(HEAD, rows, words=2)


def _rows(pact: Pact, world: World, m: str) -> Iterator[tuple[str, ...]]:
    chains = {"preferred": world.chain(m)} | {
        s.id: s.chain for s in world.structures(world.chain(m))
    }
    runs = {
        id: simulate(pact, replace(world, chains={**world.chains, m: c}), [m], draws=0)
        for id, c in chains.items()
    }
    for stage in view.headline_stages(runs["preferred"], runs["preferred"].minerals[m]):
        for id, run in runs.items():
            yield (f"{mineral(m).name}, {stage}", id, *_changes(run.minerals[m], stage))


def _changes(mr: MineralRun, stage: str) -> tuple[str, ...]:
    def change(stage: str, region: str, variable: str) -> float:
        f = mr.figures[Key(stage, region, variable)]
        return f.central - f.base

    price = mr.figures[Key(stage, "USA", "buyers' price")]
    return (
        f"{price.central / price.base - 1:+.1%}",
        f"{change(stage, 'USA', 'output'):+,.0f}",
        f"{change(stage, 'MEX', 'output'):+,.0f}",
        f"{change(stage, 'USA', 'imports from non-members'):+,.0f}",
        f"{change('', 'USA', 'welfare') / 1e6:+,.1f}",
        f"{change('', 'MEX', 'welfare') / 1e6:+,.1f}",
    )
