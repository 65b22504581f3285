"""Natural Earth's countries at 1:110 million (as TopoJSON), merged into the model's regions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from orepact.catalogue import countries
from orepact.errors import WorldError
from orepact.world.sources.files import find

COUNTRIES = "data/09_geo/countries-110m.json"
SOURCE = "natural-earth-110m"
UNIT = 0.01
"""Degrees per unit of the table's coordinates."""

ANTARCTICA = "010"
"""Left out: no region makes or buys there, and it would take a quarter of the page."""

EDGE = -172.0
"""Where the map is cut: west of the Bering Strait, where no country is cut in two."""

UNCODED: Mapping[str, str] = MappingProxyType(
    {"Kosovo": "XEU", "N. Cyprus": "EUN", "Somaliland": "XAF"}
)
"""Shapes without an ISO code, filed where the statistics of their surroundings are counted.
A map shows regions of the model, not claims to territory."""

SCHEMA: Mapping[str, type[pl.DataType]] = MappingProxyType(
    {"region": pl.String, "ring": pl.Int16, "x": pl.Int16, "y": pl.Int16, "source": pl.String}
)

Point = tuple[int, int]
Ring = tuple[int, ...]


def shapes(raw: Path) -> pl.DataFrame:
    """Outlines of the model's regions: region, ring, x, y (hundredths of a degree), source.

    Borders between countries of one region are dissolved. Rings are closed (the first point is
    not repeated) and numbered through the table; a ring inside another is a hole. Longitudes run
    from :data:`EDGE` eastwards without a jump, so some exceed 180 degrees.

    Raises :class:`WorldError` where the file is not TopoJSON, or names a country that the
    catalogue does not know.
    """
    world = _read(find(raw, COUNTRIES))
    arcs = _arcs(world)
    codes = {c.numeric: c.region for c in countries().values()}
    held: dict[str, list[Ring]] = {}
    for g in world["objects"]["countries"]["geometries"]:
        id, name = g.get("id"), g.get("properties", {}).get("name", "")
        if id == ANTARCTICA:
            continue
        place = UNCODED.get(name) if id is None else codes.get(id)
        if place is None:
            raise WorldError(
                f"'{COUNTRIES}': '{name}' has the code {id!r}, which the catalogue does not know. "
                "Add the country to regions.csv, or its name to UNCODED."
            )
        held.setdefault(place, []).extend(_rings(g, len(arcs)))
    rows, n = [], 0
    for place, rings in sorted(held.items()):
        for ring in merge(rings, arcs):
            rows += [(place, n, x, y, SOURCE) for x, y in unwrap(ring)]
            n += 1
    return pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")


def merge(rings: Iterable[Ring], arcs: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Outlines of the union of polygons that share arcs.

    A ring is a row of arc numbers, ``~n`` being arc n walked backwards. An arc walked both ways
    lies between two of the polygons and is dropped; the rest is joined end to end.

    >>> arcs = [[(0, 0), (0, 1), (1, 1), (1, 0)], [(1, 0), (0, 0)], [(0, 0), (0, -1), (1, 0)]]
    >>> merge([(0, 1)], arcs)
    [[(0, 0), (0, 1), (1, 1), (1, 0)]]
    >>> merge([(0, 1), (~1, ~2)], arcs)
    [[(0, 0), (0, 1), (1, 1), (1, 0), (0, -1)]]
    """
    walked = [a for ring in rings for a in ring]
    known = set(walked)
    left: dict[Point, list[Sequence[Point]]] = {}
    for a in walked:
        line = arcs[a] if a >= 0 else arcs[~a][::-1]
        if ~a not in known and len(line) > 1:  # one point: an arc too short for the unit
            left.setdefault(line[0], []).append(line)
    out = []
    for start, ways in left.items():
        while ways:
            path = [start]
            while len(path) == 1 or path[-1] != start:
                if not left.get(path[-1]):
                    raise WorldError(
                        f"'{COUNTRIES}': an outline ends at {path[-1]}. Take a whole copy."
                    )
                path += left[path[-1]].pop()[1:]
            out.append(path[:-1])
    return out


def unwrap(ring: Sequence[Point]) -> list[Point]:
    """A ring without jumps across the date line, its middle within 360 degrees east of the edge.

    >>> unwrap([(17900, 0), (-17900, 0), (-17900, 100), (17900, 100)])
    [(17900, 0), (18100, 0), (18100, 100), (17900, 100)]
    """
    full = round(360 / UNIT)
    xs = [ring[0][0]]
    for (a, _), (b, _) in pairwise([*ring, ring[0]]):
        xs.append(xs[-1] + (b - a + full // 2) % full - full // 2)
    if xs.pop() != xs[0]:
        raise WorldError(f"'{COUNTRIES}': an outline at {ring[0]} goes round a pole.")
    turns = (sum(xs) / len(xs) - EDGE / UNIT) // full
    return [(round(x - turns * full), y) for x, (_, y) in zip(xs, ring, strict=True)]


def _read(path: Path) -> dict[str, Any]:
    try:
        world = json.loads(path.read_text("utf-8"))
        world["transform"]["scale"], world["objects"]["countries"]["geometries"]
    except (ValueError, KeyError, TypeError) as bad:
        raise WorldError(
            f"'{COUNTRIES}' is no quantised TopoJSON of countries ({bad!r}). Take a whole copy."
        ) from bad
    return dict(world)


def _arcs(world: Mapping[str, Any]) -> list[list[Point]]:
    """Arcs in hundredths of a degree: differences added up, scaled, repeats dropped."""
    (sx, sy), (tx, ty) = world["transform"]["scale"], world["transform"]["translate"]
    out = []
    for n, arc in enumerate(world["arcs"]):
        x = y = 0
        points: list[Point] = []
        for step in arc:
            if len(step) != 2 or not all(isinstance(v, int) for v in step):
                raise WorldError(f"'{COUNTRIES}', arc {n}: {step} is not a pair of integers.")
            x, y = x + step[0], y + step[1]
            lon, lat = x * sx + tx, y * sy + ty
            if not (-180.001 <= lon <= 180.001 and -90 <= lat <= 90):
                raise WorldError(f"'{COUNTRIES}', arc {n}: ({lon:.2f}, {lat:.2f}) is off the map.")
            p = (round(lon / UNIT), round(lat / UNIT))
            if not points or p != points[-1]:
                points.append(p)
        out.append(points)
    return out


def _rings(geometry: Mapping[str, Any], arcs: int) -> list[Ring]:
    kind, own = str(geometry.get("type")), geometry.get("arcs") or []
    polygons: dict[str, list[Any]] = {"Polygon": [own], "MultiPolygon": own}
    if kind not in polygons:
        raise WorldError(f"'{COUNTRIES}': a '{kind}' is no area.")
    found = [tuple(r) for polygon in polygons[kind] for r in polygon]
    for ring in found:
        if not ring or any(not -arcs <= a < arcs for a in ring):
            raise WorldError(f"'{COUNTRIES}': a ring {ring} names an arc that is not there.")
    return found
