"""What the World pages read, kept once read: screens, accounts, trails, the stops' job."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from orepact.catalogue import Screened, minerals, screened_minerals
from orepact.errors import UnknownIdError, nearest
from orepact.report import panorama
from orepact.report import trail as trails
from orepact.report.language import language, later
from orepact.report.mineral_account import Account, account
from orepact.report.panorama import Row
from orepact.study.screened import Loss, Screen
from orepact.world import Screening, load, screening

SURVEYS = later(
    "Minerals without a chain are seen through surveys, partly of 2016-20, whatever the year "
    "chosen; what is not told apart by country counts as no concentration, so their indices are "
    "lower bounds."
)
DRAWS = 32
"""Draws of a stop of exports."""


@cache
def held() -> Screening:
    """The tables that screen every mineral."""
    return screening()


@lru_cache(64)
def seen(party: str, year: int) -> Screen:
    """Every mineral seen from a party, without losses; about a second the first time."""
    from orepact.study.screen import screen

    return screen(party, load(year), draws=0, held=held())


@lru_cache(64)
def rows(party: str, year: int, tag: str) -> tuple[Row, ...]:
    """The rows of the world's table in a language."""
    return panorama.rows(seen(party, year), load(year).chains, language(tag))


def find(name: str) -> str:
    """Id of a chain or of a screened mineral without one, by id, name, symbol or alias.

    Raises :class:`UnknownIdError` with the nearest name.
    """
    wanted = name.strip().lower()
    for m in minerals().values():
        if wanted in (m.id, m.name.lower(), *m.aliases):
            return m.id
    for s in screened_minerals().values():
        if wanted in s.names:
            return s.chain or s.id
    known = {*minerals(), *screened_minerals()}
    raise UnknownIdError(f"There is no mineral '{name}'. {nearest(name, sorted(known))}")


def parts(id: str) -> tuple[Screened, ...]:
    """The screened minerals of a chain, or the one without."""
    found = tuple(m for m in screened_minerals().values() if id in (m.chain, m.id))
    return tuple(m for m in found if m.chain == id) or found


@lru_cache(256)
def of(id: str, party: str, year: int, tag: str) -> Account:
    """The account of one mineral in a language, from surveys where the year has no chain."""
    from orepact.study.screen import screen

    world, lang = load(year), language(tag)
    names = [m.id for m in parts(id)]
    found = panorama.rows(screen(party, world, names, draws=0, held=held()), world.chains, lang)
    own = found if id in world.chains else tuple(r for r in found if r.mineral == names[0])
    chain = world.chains.get(id)
    return account(id if chain else names[0], chain, own, held(), year, party, lang)


@lru_cache(512)
def trail(id: str, stage: str, region: str, year: int) -> trails.Trail:
    """The trail of a region's figures."""
    return trails.trail(id, stage, region, year)


def draw_stops(
    report: Callable[[int, int], None], id: str, party: str, year: int
) -> tuple[Loss, ...]:
    """Every plausible supplier's stop of a mineral's stages, largest expected loss first."""
    from orepact.report.subject import size
    from orepact.study.screen import screen

    names = [m.id for m in parts(id)]
    found = screen(
        party, load(year), names, draws=DRAWS,
        progress=lambda _, done, total: report(done, total),
    )  # fmt: skip
    return tuple(sorted((x for r in found.rows for x in r.losses), key=lambda x: -size(x)))
