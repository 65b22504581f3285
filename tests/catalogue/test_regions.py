"""Countries answer to the names in official use; a name unknown gets the nearest one."""

import csv
from importlib.resources import files

import pytest

from orepact.catalogue import countries, region
from orepact.errors import UnknownIdError


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Democratic Republic of the Congo", "COD"),
        ("the Democratic Republic of the Congo", "COD"),
        ("Republic of the Congo", "COG"),
        ("Republic of Korea", "KOR"),
        ("Korea, Republic of", "KOR"),
        ("Democratic People’s Republic of Korea", "PRK"),
        ("Czech Republic", "EUN"),
        ("Turkey", "TUR"),
        ("turkiye", "TUR"),
        ("Cote d'Ivoire", "CIV"),
        ("Viet Nam", "VNM"),
    ],
)
def test_official_names(name: str, code: str) -> None:
    assert region(name) == code


def test_every_other_name_is_of_a_country_and_no_countrys_own() -> None:
    text = files("orepact.catalogue").joinpath("names.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {r["code"] for r in rows} <= set(countries())
    assert len({r["name"] for r in rows}) == len(rows)
    own = {c.name for c in countries().values()}
    assert not own & {r["name"] for r in rows}
    for c in countries().values():
        assert region(c.name) == c.region


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UnknownIdError, match=r"Did you mean 'Kazakhstan'"):
        region("Kazachstan")
    with pytest.raises(UnknownIdError, match="Write an ISO code"):
        region("qqqqqqqqqq")
    with pytest.raises(UnknownIdError, match="Write an ISO code"):
        region("Corea")  # as near to Norway as to South Korea
