"""A map of the world as SVG: regions coloured by a quantity, the leaders named.

Equal-area (Equal Earth: Šavrič, Patterson and Jenny 2018), so that no region looks larger than
it is. The European Union is one region, coloured as a whole; pools of countries that are counted
together are not told apart, so they are hatched, whatever their share.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from markupsafe import escape

from orepact.catalogue import POOLS
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.report.language import Language, language
from orepact.world.compiled import TABLES
from orepact.world.sources.natural_earth import EDGE, UNIT

Array = Any

WIDTH, HEIGHT, CUT = 720.0, 322.0, 24
"""Size of the whole map, and what is cut off as empty ocean at each side, px."""

STEPS = (0.0, 0.01, 0.05, 0.20, 0.50)
"""Lower bounds of the classes of a share; a share of zero is drawn as no share at all."""

POINTS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"BHR": (50.5, 26.0), "HKG": (114.2, 22.3), "SGP": (103.8, 1.35)}
)
"""Regions that the outlines are too coarse for: longitude and latitude, drawn as dots."""

DOT = 40.0
"""Area (square px) below which a region that is named gets a dot beside its outline."""

LETTER, LINE = 7.4, 15.0
"""Mean width of a letter and height of a line of a label, px: of a wide bold face."""

PHONE = 1.75
"""How much larger labels stand on a narrow screen, where the map is drawn at half its size."""
PHONE_LABELS = 3

OVERSEAS = -30.0
"""Longitude west of which land of the EU is overseas, drawn as land without a share: it makes
none of what the EU makes."""

_A = (1.340264, -0.081106, 0.000893, 0.003796)


def equal_earth(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Equal Earth projection of degrees, unit sphere: x to the east, y to the north.

    >>> x, y = equal_earth(np.array([0.0, 180.0]), np.array([90.0, 0.0]))
    >>> [round(float(v), 4) for v in (*x, *y)]
    [0.0, 2.7066, 1.3174, 0.0]
    """
    root = np.sqrt(3.0)
    t = np.arcsin(root / 2 * np.sin(np.radians(lat)))
    a1, a2, a3, a4 = _A
    y = t * (a1 + a2 * t**2 + t**6 * (a3 + a4 * t**2))
    slope = a1 + 3 * a2 * t**2 + t**6 * (7 * a3 + 9 * a4 * t**2)
    return 2 * root * np.radians(lon) * np.cos(t) / (3 * slope), y


@dataclass(frozen=True, slots=True)
class Shape:
    """One region: its outline as an SVG path, its area (square px) and where its name stands.

    ``points`` (2, P) are those of the outline, px; ``far`` is land overseas, never coloured.
    """

    region: str
    path: str
    area: float
    x: float
    y: float
    points: Array
    far: str = ""


@cache
def shapes(folder: Path = TABLES) -> Mapping[str, Shape]:
    """Outlines of all regions, projected onto the map's frame.

    Raises :class:`WorldError` where the table is missing.
    """
    path = folder / "shapes.parquet"
    if not path.is_file():
        raise WorldError(f"The table '{path.name}' is missing from '{folder}'. Build it again.")
    table = pl.read_parquet(path)
    lon, lat = (table[c].to_numpy() * UNIT for c in ("x", "y"))
    x, y = _frame(lon, lat)
    rings = table["ring"].to_numpy()
    cuts = np.flatnonzero(np.diff(rings)) + 1
    parts: dict[str, list[Array]] = {}
    for name, xs, ys in zip(
        table["region"].gather([0, *cuts.tolist()]), np.split(x, cuts), np.split(y, cuts),
        strict=True,
    ):  # fmt: skip
        parts.setdefault(name, []).append(np.stack([xs, ys]))
    out = {name: _shape(name, found) for name, found in parts.items()}
    for name, (lon_, lat_) in POINTS.items():
        if name not in out:
            px, py = _frame(np.array([lon_]), np.array([lat_]))
            at = np.array([[px[0]], [py[0]]])
            out[name] = Shape(name, "", 0.0, float(px[0]), float(py[0]), at)
    return MappingProxyType(out)


def _frame(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Pixels of the frame: the equator two fifths up, since the Antarctic is left out."""
    x, y = equal_earth(lon - (EDGE + 180), lat)
    scale = WIDTH / (2 * 2.7066)
    return WIDTH / 2 + scale * x, HEIGHT * 0.545 - scale * y


def _area(ring: Array) -> float:
    x, y = ring
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


def _shape(name: str, rings: Sequence[Array]) -> Shape:
    edge, _ = _frame(np.array([OVERSEAS]), np.array([0.0]))
    far = [r for r in rings if name == "EUN" and r[0].max() < edge[0]]
    rings = [r for r in rings if not any(r is f for f in far)]
    areas = [_area(r) for r in rings]
    main = rings[int(np.argmax(np.abs(areas)))]
    x, y = main
    step = x * np.roll(y, -1) - np.roll(x, -1) * y
    weight = 3 * float(step.sum())
    cx = float(((x + np.roll(x, -1)) * step).sum()) / weight
    cy = float(((y + np.roll(y, -1)) * step).sum()) / weight
    path = "".join(_path(r) for r in rings)
    points = np.concatenate(rings, axis=1)
    return Shape(name, path, abs(sum(areas)), cx, cy, points, "".join(map(_path, far)))


def _path(ring: Array) -> str:
    """A closed ring in tenths of a px, as steps from point to point: half the length."""
    points = np.rint(ring * 10).astype(int)
    steps = np.diff(points).T
    return (
        f"M{points[0, 0]} {points[1, 0]}l"
        + " ".join(f"{dx} {dy}" for dx, dy in steps if dx or dy)
        + "z"
    )


def step(share: float) -> int:
    """Class of a share, 0 (none) to 5.

    >>> [step(s) for s in (0.0, 0.004, 0.01, 0.3, 0.99)]
    [0, 1, 2, 4, 5]
    """
    return 0 if share <= 0 else sum(share >= s for s in STEPS)


def legend(lang: Language | None = None) -> tuple[tuple[int, str], ...]:
    """Classes and what they mean, for the key beside a map."""
    say = (lang or language()).say
    ends = [f"{100 * s:.0f}" for s in STEPS[1:]]
    texts = [say("none"), say("under {number}", number=f"{ends[0]} %")]
    texts += [say("{low} to {high}", low=a, high=f"{b} %") for a, b in pairwise(ends)]
    return tuple(enumerate([*texts, say("over {number}", number=f"{ends[-1]} %")]))


def world_map(
    shares: Mapping[str, float], title: str, *, party: str = "", most: int = 5,
    weak: Collection[str] = (), folder: Path = TABLES, lang: Language | None = None,
) -> str:  # fmt: skip
    """Regions coloured by a share (0 to 1), the ``most`` largest and the party named, the party
    outlined; pools of countries hatched, and the other way those whose data are ``weak``.

    Raises :class:`UnknownIdError` for a region without an outline.
    """
    held, lang = shapes(folder), lang or language()
    for region in (*shares, *([party] if party else [])):
        if region not in held:
            raise UnknownIdError(f"The map has no region '{region}'. {nearest(region, held)}")
    land = "".join(
        f'<path {_paint(r, shares)} d="{s.path}">'
        f"<title>{escape(_tip(r, shares, lang))}</title></path>"
        for r, s in held.items()
        if s.path
    )
    land += "".join(f'<path class="q0" d="{s.far}"/>' for s in held.values() if s.far)
    land += "".join(
        f'<path fill="url(#hatch-weak)" pointer-events="none" d="{held[r].path}"/>'
        for r in weak
        if shares.get(r, 0) > 0 and held[r].path and not _pool(r)
    )
    own = f'<path class="own" d="{held[party].path}"/>' if party and held[party].path else ""
    told = (r for r in shares if shares[r] > 0 and not _pool(r))
    leaders = sorted(told, key=lambda r: -shares[r])[:most]
    if party and party not in leaders and not _pool(party):
        leaders.append(party)
    dots = "".join(
        f'<circle {_paint(r, shares)} cx="{held[r].x:.1f}" cy="{held[r].y:.1f}" r="4"/>'
        for r in leaders
        if held[r].area < DOT
    )
    names = "".join(_labels(leaders, shares, held, lang))
    names += "".join(_labels(leaders[:PHONE_LABELS], shares, held, lang, PHONE, " phone"))
    return (
        f'<svg class="map" viewBox="{CUT} 0 {WIDTH - 2 * CUT:.0f} {HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(title)}"><g transform="scale(.1)">{land}{own}</g>{dots}{names}</svg>'
    )


def _pool(region: str) -> bool:
    return region in POOLS and region != "EUN"


def _paint(region: str, shares: Mapping[str, float]) -> str:
    share = shares.get(region, 0.0)
    return 'fill="url(#hatch-pool)"' if share > 0 and _pool(region) else f'class="q{step(share)}"'


def _tip(region: str, shares: Mapping[str, float], lang: Language) -> str:
    share = shares.get(region, 0.0)
    told = lang.share(share) if share > 0 else lang.say("none")
    if _pool(region):
        return lang.say("{place} (together): {share}", place=lang.place(region), share=told)
    return f"{lang.place(region)}: {told}"


def _labels(
    leaders: Sequence[str],
    shares: Mapping[str, float],
    held: Mapping[str, Shape],
    lang: Language,
    size: float = 1.0,
    style: str = "",
) -> list[str]:
    """Names of the leaders: on the region where they fit, else beside it with a line, on the side
    that covers and crosses the fewest of the other leaders."""
    taken: list[Box] = []
    out = []
    letter, line = LETTER * size, LINE * size
    for r in leaders:
        text = lang.place(r) + (f" {lang.share(shares[r])}" if shares.get(r, 0) > 0 else "")
        shape, half = held[r], letter * len(text) / 2
        others = [held[o] for o in leaders if o != r]
        fits = shape.area > 2 * half * line
        best: tuple[float, Box, float, float, int, int] | None = None
        for n, (dx, dy) in enumerate(_OFFSETS if fits else (*_OFFSETS[3:], *_OFFSETS[:3])):
            x = min(max(shape.x + dx * (half + 14), CUT + half + 2), WIDTH - CUT - half - 2)
            y = min(max(shape.y + dy * 22 * size, line), HEIGHT - 4)
            box = (x - half, y - line + 3, x + half, y + 3)
            if any(_meet(box, b) for b in taken):
                continue
            cost = n + 3 * sum(_covered(o, box) for o in others) + _crossing(shape, dx, x, others)
            if best is None or cost < best[0]:
                best = (cost, box, x, y, dx, dy)
        if best is None:
            continue
        _, box, x, y, dx, dy = best
        taken.append(box)
        if dx or dy:
            end = y - 4 if dx else (y + 3 if dy < 0 else y - line + 3)
            side = x - half - 2 if dx > 0 else x + half + 2 if dx < 0 else x
            out.append(
                f'<line class="lead{style}" x1="{shape.x:.1f}" y1="{shape.y:.1f}" '
                f'x2="{side:.1f}" y2="{end:.1f}"/>'
            )
        out.append(
            f'<text class="label{style}" x="{x:.1f}" y="{y if dx or dy else y + 4:.1f}" '
            f'text-anchor="middle">{escape(text)}</text>'
        )
    return out


Box = tuple[float, float, float, float]

_OFFSETS = (
    (0, 0), (0, -1), (0, 1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 2), (0, -2),
    (1, 2), (-1, 2), (1, -2), (-1, -2), (0, 3), (1, 3), (-1, 3),
)  # fmt: skip


def _covered(shape: Shape, box: Box) -> int:
    """How many points of an outline a box covers."""
    x, y = shape.points
    inside = (box[0] < x) & (x < box[2]) & (box[1] < y) & (y < box[3])
    return int(np.count_nonzero(inside))


def _crossing(shape: Shape, dx: int, x: float, others: Sequence[Shape]) -> float:
    """Cost of a label on the far side of a neighbour: its line would cross it."""
    low, high = sorted((shape.x, x))
    return 40.0 * sum(bool(dx) and low < o.x < high and abs(o.y - shape.y) < NEAR for o in others)


NEAR = 60.0
"""Distance (px) up or down within which another leader is in the way of a line."""


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
