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
from orepact.errors import InputError
from orepact.study.losses import priced, together
from orepact.study.ranking import composite
from orepact.study.rows import chain_views, survey_views
from orepact.study.screened import Loss, Metric, Screen, ScreenRow, Span
from orepact.world import Screening, World, screening

HALF = 0.5
"""Weight that must be known for a score: less would rank what nobody measures first."""

MONEY = (
    "Expected losses are an annual probability times a loss, the mean over draws, all suppliers of "
    "a stage together; both rest on assumed ranges.",
    "How much of an industry depends on a mineral, and how much of a shortfall is rationed rather "
    "than priced, is judged by this project.",
)
NO_MONEY = (
    "Losses in money are computed for the United States only: no input-output tables of other "
    "parties are held.",
)
STOPS = (
    "Probabilities follow a stated rule of governance, export controls and alliance; no frequency "
    "of such events is published.",
    "A stop of a mineral without a full chain is one market: its price holds for all buyers "
    "outside the supplier; what no price brings falls on a party by its net import reliance.",
)
SHARES = (
    "Supply by country of minerals without a full chain is partly of 2016-20; what is not told "
    "apart by country counts as no concentration, so such indices are lower bounds.",
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
    """Screen a party: one row per mineral and stage, in the order of :attr:`ScreenRow.place`.

    ``members`` are those of a pact, for the bloc's concentration (default: the party alone).
    ``draws=0`` gives no losses. Raises :class:`UnknownIdError` for an unknown party or mineral,
    :class:`InputError` for draws that are no power of two.
    """
    if draws and (draws < 2 or draws & (draws - 1)):
        raise InputError(f"{draws} draws: a Sobol sequence is balanced at powers of two. Use 64.")
    party, held = find_region(party), held or screening()
    bloc = tuple(dict.fromkeys((party, *map(find_region, members))))
    chosen = [screened(m).id for m in minerals] if minerals else list(screened_minerals())
    lists = _lists(held)
    rows: list[ScreenRow] = []
    for n, id in enumerate(chosen):
        if progress:
            progress(id, n, len(chosen))
        name = screened_minerals()[id].chain
        chain = world.chain(name) if name in world.chains else None
        views = chain_views(chain, party, bloc, held, id) if chain else None
        views = views or survey_views(id, party, bloc, held)
        stopped = priced(id, chain, party, held, draws, seed) if draws else []
        for view in views:
            own = [(x, e) for x, e in stopped if x.stage == view.stage]
            found = _sorted(x for x, _ in own)
            rows.append(_row(view, found, together(own), lists.get(id, ()), draws))
    rows.sort(key=lambda r: r.place)
    money = MONEY if any(r.expected_loss.known for r in rows) else NO_MONEY if draws else ()
    notes = (*money, *(STOPS if draws else ()), *SHARES)
    return Screen(party, world.year, pact, bloc, draws, seed, tuple(rows), notes)


def _sorted(found: Iterable[Loss]) -> tuple[Loss, ...]:
    def size(x: Loss) -> float:
        return x.expected_mean if x.expected_mean is not None else x.shortfall.median

    return tuple(sorted(found, key=size, reverse=True))


def _lists(held: Screening) -> Mapping[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for name, mineral in held.lists.select("list", "mineral").iter_rows():
        out[mineral] = (*out.get(mineral, ()), name)
    return out


def _row(
    v: ScreenRow, stopped: tuple[Loss, ...], spread: Span | None, lists: tuple[str, ...], draws: int
) -> ScreenRow:
    """The view with its losses, score and lists."""
    known = [x.expected_mean for x in stopped if x.expected_mean is not None]
    if known:
        expected = Metric(sum(known), "assumed", "sum over suppliers, mean of the draws")
    else:
        expected = Metric(None, why=_no_loss(v, stopped, draws))
    spare = v.spare_elsewhere.value
    parts = {
        "import reliance": _unit(v.import_reliance.value),
        "concentration": None if v.world_hhi.value is None else v.world_hhi.value / 1e4,
        "governance": None if v.governed_hhi.value is None else v.governed_hhi.value / 10,
        "spare capacity": None if spare is None else 1 - min(1.0, spare),
        "recycling": None if v.recycling.value is None else 1 - v.recycling.value,
        "substitution": None if v.substitution.value is None else 1 - v.substitution.value,
    }
    return replace(
        v, losses=stopped, expected_loss=expected, expected_range=spread, score=_score(v, parts),
        lists=lists,
    )  # fmt: skip


def _score(v: ScreenRow, parts: Mapping[str, float | None]) -> Metric:
    """The composite, where the party's own reliance and half of the weights are known."""
    if parts["import reliance"] is None:
        return Metric(None, why=f"seen from the world only: {v.import_reliance.why}")
    value, weight = composite(parts)
    told = f"{weight:.0%} of the weights are known"
    if weight < HALF:
        return Metric(None, why=f"only {told}")
    lower = f"{told}, the others count as none" if weight < 1 else ""
    return Metric(value, "assumed", lower)


def _unit(value: float | None) -> float | None:
    return None if value is None else min(1.0, max(0.0, value))


def _no_loss(v: ScreenRow, stopped: tuple[Loss, ...], draws: int) -> str:
    if not draws:
        return "no draws were asked for"
    if not v.top_share.known:
        return f"{v.top_share.why}, so no supplier's stop can be computed"
    if not stopped:
        return f"no supplier but {v.party} and pools makes a twentieth of the world's output"
    return stopped[0].why
