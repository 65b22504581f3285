"""Supply risk against the published study of 2017, and what the formula refuses."""

from __future__ import annotations

import pytest

from orepact.errors import InputError
from orepact.study.supply_risk import bottleneck, supply_risk

# European Commission 2017, Study on the review of the list of critical raw materials, criticality
# assessments (CC BY 4.0): material, supply used, HHI_GS, HHI_EU, import reliance, EoL_RIR, SI_SR,
# published SR, and the interval that the rounding of the inputs allows.
PUBLISHED = [
    ("Aggregates", "EUS only", 0.2, 0.2, 0.0, 0.08, 0.9, 0.2, 0.117, 0.22),
    ("Antimony", "GS + EUS", 7.1, 5.7, 1.0, 0.28, 0.9, 4.3, 3.857, 4.445),
    ("Beryllium", "GS only", 2.4, None, None, 0.0, 1.0, 2.4, 2.221, 2.572),
    ("Cobalt", "GS + EUS", 3.6, 1.3, 0.32, 0.0, 1.0, 1.6, 1.524, 1.81),
    ("Coking coal", "GS + EUS", 2.8, 0.3, 0.63, 0.0, 0.9, 1.0, 0.872, 1.087),
    ("Feldspar", "GS + EUS", 0.5, 0.7, 0.0, 0.1, 1.0, 0.6, 0.552, 0.713),
    ("Gallium", "GS + EUS", 3.5, 1.1, 0.34, 0.0, 1.0, 1.4, 1.373, 1.642),
    ("Germanium", "GS + EUS", 2.9, 1.5, 0.64, 0.02, 1.0, 1.9, 1.755, 2.07),
    ("Gypsum", "GS + EUS", 0.5, 0.5, 0.0, 0.01, 0.9, 0.5, 0.377, 0.52),
    ("Iron ore", "GS + EUS", 1.4, 0.8, 0.74, 0.24, 1.0, 0.8, 0.696, 0.862),
    ("Lutetium", "GS + EUS", 9.2, 1.8, 1.0, 0.01, 1.0, 5.4, 5.083, 5.818),
    ("Magnesium", "GS + EUS", 4.4, 5.2, 1.0, 0.09, 0.9, 4.0, 3.652, 4.218),
    ("Natural Teak wood", "GS only", 1.0, 1.8, 1.0, 0.0, 0.9, 0.9, 0.803, 0.998),
    ("Natural graphite", "GS + EUS", 3.2, 2.9, 0.99, 0.03, 1.0, 2.9, 2.748, 3.173),
    ("Niobium", "GS + EUS", 4.1, 2.5, 1.0, 0.0, 0.9, 3.1, 2.745, 3.186),
    ("Palladium", "GS only", 1.9, 0.0, 1.0, 0.1, 1.0, 1.7, 1.573, 1.853),
    ("Praseodymium", "GS + EUS", 9.2, 1.8, 1.0, 0.1, 0.9, 4.6, 4.132, 4.788),
    ("Scandium", "GS only", 3.0, 3.4, 1.0, 0.0, 1.0, 2.9, 2.788, 3.203),
    ("Talc", "GS + EUS", 0.8, 0.4, 0.13, 0.05, 1.0, 0.4, 0.337, 0.478),
    ("Titanium", "GS + EUS", 0.4, 0.5, 1.0, 0.19, 0.9, 0.3, 0.274, 0.387),
    ("Tungsten", "GS + EUS", 7.5, 1.9, 0.44, 0.42, 1.0, 1.8, 1.676, 1.963),
]


@pytest.mark.parametrize(
    ("material", "used", "gs", "eu", "ir", "rir", "si", "published", "low", "high"), PUBLISHED
)
def test_published_supply_risk(material, used, gs, eu, ir, rir, si, published, low, high):
    got = supply_risk(
        global_hhi=gs,
        eu_hhi=eu,
        import_reliance=ir,
        eol_rir=rir,
        substitution=si,
        supply_used=used,
    )
    assert low <= got <= high
    assert low <= published <= high


def test_full_reliance_weighs_both_supplies_equally():
    sr = supply_risk(global_hhi=4.0, eu_hhi=2.0, import_reliance=1.0, eol_rir=0.5, substitution=0.8)
    assert sr == pytest.approx(1.2)


def test_no_reliance_leaves_the_unions_own_supply():
    sr = supply_risk(global_hhi=9.0, eu_hhi=2.0, import_reliance=0.0, eol_rir=0.0, substitution=1.0)
    assert sr == 2.0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"import_reliance": None}, "weighs both supplies by import_reliance"),
        ({"import_reliance": 1.2}, "share between 0 and 1"),
        ({"eol_rir": 28.0}, "eol_rir is 28"),
        ({"substitution": -0.1}, "substitution is -0.1"),
        ({"eu_hhi": None}, "eu_hhi is None"),
        ({"global_hhi": -1.0}, "global_hhi is -1"),
        ({"supply_used": "both"}, "no supply of the study"),
    ],
)
def test_refusals(changes, why):
    given = {
        "global_hhi": 4.0, "eu_hhi": 2.0, "import_reliance": 0.5, "eol_rir": 0.1,
        "substitution": 0.9,
    }  # fmt: skip
    with pytest.raises(InputError, match=why):
        supply_risk(**{**given, **changes})


def test_the_stage_with_the_higher_risk_counts():
    assert bottleneck({"Extraction": 2.0, "Processing": 2.5}) == ("Processing", 2.5)
    with pytest.raises(InputError, match="No stage"):
        bottleneck({})


def test_an_endless_index_is_refused() -> None:
    with pytest.raises(InputError, match="global_hhi is inf"):
        supply_risk(
            global_hhi=float("inf"), eu_hhi=None, import_reliance=None, eol_rir=0.0,
            substitution=1.0, supply_used="GS only",
        )  # fmt: skip
