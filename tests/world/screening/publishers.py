"""Miniature publishers' files, in their own layouts, with figures of our own."""

import csv
from collections.abc import Iterable
from pathlib import Path

HEADER = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,"
    "Is critical mineral 2025"
)


def write(path: Path, header: str, rows: Iterable[Iterable[str]], encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def row(
    country: str, detail: str, value: str, unit: str = "metric tons", section: str = "World",
    year: str = "2024", chapter: str = "TIN", commodity: str = "Tin", critical: str = "Yes",
) -> tuple[str, ...]:  # fmt: skip
    return (chapter, section, commodity, country, "", detail, unit, year, value, "n", critical)
