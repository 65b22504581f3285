"""Who is vulnerable to whom: every screened mineral at every stage, seen from one party.

>>> from orepact import world
>>> from orepact.study.screen import screen
>>> found = screen("USA", world.load(), ["gallium"], draws=0)
>>> found.row("gallium", "primary").top_supplier
'CHN'
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from orepact.catalogue import region as find_region
from orepact.catalogue import screened, screened_minerals
from orepact.study.losses import losses
from orepact.study.ranking import composite
from orepact.study.rows import chain_views, survey_views
from orepact.study.screened import Loss, Metric, Screen, ScreenRow
from orepact.world import Screening, World, screening

HALF = 0.5
"""Weight that must be known for a score: less would rank what nobody measures first."""

NOTES = (
    "Expected losses are an annual probability times a loss; both rest on assumed ranges.",
    "Losses are for the United States only: no input-output tables of other parties are held.",
    "How much of an industry depends on a mineral, and how much of a shortfall is rationed rather "
    "than priced, is judged by this project.",
    "Probabilities follow a stated rule of governance, export controls and alliance; no frequency "
    "of such events is published.",
    "Minerals without a full chain are one market; their supply by country is partly of 2016-20.",
)


def screen(
    party: str,
    world: World,
    minerals: Iterable[str] | None = None,
    *,
    members: Collection[str] = (),
    pact: str = "",
    draws: int = 64,
    seed: int = 2026,
    held: Screening | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Screen:
    """Screen a party: one row per mineral and stage, most vulnerable first.

    ``members`` are those of a pact, for the bloc's concentration (default: the party alone).
    ``draws=0`` gives no losses. Raises :class:`UnknownIdError` for an unknown party or mineral.
    """
    party, held = find_region(party), held or screening()
    bloc = tuple(dict.fromkeys((party, *map(find_region, members))))
    chosen = [screened(m).id for m in minerals] if minerals else list(screened_minerals())
    lists = _lists(held)
    stopped: dict[str, list[Loss]] = {}
    rows: list[ScreenRow] = []
    for n, id in enumerate(chosen):
        if progress:
            progress(id, n, len(chosen))
        name = screened_minerals()[id].chain
        chain = world.chain(name) if name in world.chains else None
        views = chain_views(chain, party, bloc, held, id) if chain else None
        views = views or survey_views(id, party, bloc, held)
        if draws and id not in stopped:
            stopped[id] = losses(id, chain, party, held, draws, seed)
        for view in views:
            own = [x for x in stopped.get(id, []) if x.stage == view.stage]
            rows.append(_row(view, _sorted(own), lists.get(id, ()), draws))
    rows.sort(key=lambda r: (-(r.score.value or 0.0), r.mineral, r.stage))
    return Screen(party, world.year, pact, bloc, draws, seed, tuple(rows), NOTES)


def _sorted(found: Iterable[Loss]) -> tuple[Loss, ...]:
    def size(x: Loss) -> float:
        return x.expected_mean if x.expected_mean is not None else x.shortfall.median

    return tuple(sorted(found, key=size, reverse=True))


def _lists(held: Screening) -> Mapping[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for name, mineral in held.lists.select("list", "mineral").iter_rows():
        out[mineral] = (*out.get(mineral, ()), name)
    return out


def _row(v: ScreenRow, stopped: tuple[Loss, ...], lists: tuple[str, ...], draws: int) -> ScreenRow:
    """The view with its losses, score and lists."""
    known = [x.expected_mean for x in stopped if x.expected_mean is not None]
    if known:
        expected = Metric(sum(known), "assumed", "sum over suppliers, mean of the draws")
    else:
        expected = Metric(None, why=_no_loss(v.party, stopped, draws))
    spare = v.spare_elsewhere.value
    parts = {
        "import reliance": _unit(v.import_reliance.value),
        "concentration": None if v.world_hhi.value is None else v.world_hhi.value / 1e4,
        "governance": None if v.governed_hhi.value is None else v.governed_hhi.value / 10,
        "spare capacity": None if spare is None else 1 - min(1.0, spare),
        "recycling": None if v.recycling.value is None else 1 - v.recycling.value,
        "substitution": None if v.substitution.value is None else 1 - v.substitution.value,
    }
    if any(x is not None for x in parts.values()):
        value, weight = composite(parts)
        told = f"{weight:.0%} of the weights are known"
        enough = weight >= HALF
        score = Metric(value, "assumed", told) if enough else Metric(None, why=f"only {told}")
    else:
        score = Metric(None, why="no component is known")
    return replace(v, losses=stopped, expected_loss=expected, score=score, lists=lists)


def _unit(value: float | None) -> float | None:
    return None if value is None else min(1.0, max(0.0, value))


def _no_loss(party: str, stopped: tuple[Loss, ...], draws: int) -> str:
    if not draws:
        return "no draws were asked for"
    if not stopped:
        return "no supplier ships a twentieth of the world's output at this stage"
    return f"no input-output tables of {party} are held"
