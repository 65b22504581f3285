"""The bills that ship, and one malformed row for every mistake."""

import re

import pytest

from orepact.catalogue import mineral
from orepact.errors import WorldError
from orepact.study.bills import CONFIDENCE, parts, products, shipped
from orepact.world.register import ASSUMPTION, register

PRODUCTS = """product,name,short,low,central,high,unit,source,confidence,note
pack,A battery,pack,80,100,120,USD,bnef-2025,read,mean
"""
BILLS = """product,mineral,stage,low,central,high,unit,source,confidence,note
pack,lithium,refined,5,6,7,kg Li,anl-batpac-5,derived,by the formula
pack,copper,refined,20,30,40,kg Cu,orepact-assumption,assumed,no figure is public
"""


def test_the_sheets_as_they_should_be() -> None:
    (pack,) = products(PRODUCTS)
    assert pack.value == (80, 100, 120)
    lithium, copper = parts(BILLS, [pack])
    assert (lithium.mineral, lithium.stage, lithium.kg) == ("lithium", "refined", (5, 6, 7))
    assert copper.confidence == "assumed"


def test_what_ships_is_complete_and_says_how_it_is_known() -> None:
    made, held = shipped()
    assert {p.id for p in made} >= {"pack-nmc", "pack-lfp", "motor", "wafer-gaas"}
    for x in (*made, *held):
        assert x.confidence in CONFIDENCE
        assert x.source in register()
        assert (x.source == ASSUMPTION) == (x.confidence == "assumed")
    for x in held:
        assert mineral(x.mineral).stage(x.stage)
        assert x.kg[0] <= x.kg[1] <= x.kg[2]


def test_a_pack_holds_what_its_cathode_is_made_of() -> None:
    """Atomic weights and the two figures of BatPaC 5.2 give the metals of both cathodes."""
    Li, Ni, Mn, Co, O, Fe, P = 6.94, 58.693, 54.938, 58.933, 15.999, 55.845, 30.974  # noqa: E741
    kg = {(x.product, x.mineral): x.kg[1] for x in shipped()[1]}
    nmc = Li + 0.8 * Ni + 0.1 * Mn + 0.1 * Co + 2 * O
    cathode = 75 * 4.99 * 0.26
    assert kg["pack-nmc", "nickel"] == pytest.approx(cathode * 0.8 * Ni / nmc, rel=0.01)
    assert kg["pack-nmc", "cobalt"] == pytest.approx(cathode * 0.1 * Co / nmc, rel=0.01)
    assert kg["pack-nmc", "manganese"] == pytest.approx(cathode * 0.1 * Mn / nmc, rel=0.01)
    assert kg["pack-nmc", "lithium"] == pytest.approx(cathode * Li / nmc + 0.25, rel=0.01)
    lfp = 75 * 6.66 * 0.30 * Li / (Li + Fe + P + 4 * O)
    assert kg["pack-lfp", "lithium"] == pytest.approx(lfp + 0.3, rel=0.01)


MISTAKES = {
    "unknown product": ("pack,lithium", "pact,lithium", "bills.csv, line 2: .*'pact'.*Did you"),
    "unknown mineral": (",lithium,", ",lithum,", "bills.csv, line 2: .*lithum.*Did you mean"),
    "unknown stage": ("lithium,refined", "lithium,refind", "line 2: .*refind"),
    "no unit": ("kg Li", "", "bills.csv, line 2: unit '' must be 'kg Li'"),
    "unit of another substance": ("kg Li", "kg LCE", "line 2: unit 'kg LCE' must be 'kg Li'"),
    "tonnes": ("kg Cu", "t Cu", "line 3: unit 't Cu' must be 'kg Cu'"),
    "no source": ("anl-batpac-5", "", "bills.csv, line 2: no source. Cite"),
    "unknown source": ("anl-batpac-5", "a friend", "line 2: .*'a friend' is not in the register"),
    "negative": (",5,6,7,", ",-5,6,7,", "line 2: low = '-5' must be a number from zero up"),
    "out of order": (",5,6,7,", ",7,6,5,", "line 2: low 7, central 6, high 5 are out of order"),
    "central outside": (",5,6,7,", ",5,8,7,", "line 2: .*out of order"),
    "a word": (",5,6,7,", ",5,some,7,", "line 2: central = 'some' is not a number"),
    "blank": (",5,6,7,", ",5,,7,", "line 2: central = '' is not a number"),
    "NaN": (",5,6,7,", ",5,nan,7,", "line 2: central = 'nan' must be a number"),
    "withheld": (",5,6,7,", ",5,W,7,", "line 2: central = 'W' is not a number"),
    "infinite": (",5,6,7,", ",5,6,inf,", "line 2: high = 'inf' must be a number"),
    "unknown confidence": ("derived", "sure", "line 2: confidence 'sure'"),
    "assumed with a source": ("derived", "assumed", "line 2: .*What is assumed cites"),
    "cited without one": ("orepact-assumption,assumed", "orepact-assumption,read",
                          "line 3: .*What is assumed cites"),
    "assumed without a range": (",20,30,40,", ",30,30,30,", "line 3: .*needs a range"),
    "no note": ("by the formula", "", "bills.csv, line 2: no note"),
    "twice": ("pack,copper,refined,20,30,40,kg Cu", "pack,lithium,refined,20,30,40,kg Li",
              "line 3: pack lithium refined stands twice"),
    "a comma too many": ("by the formula", "by, the formula", "line 2: 10 fields are needed"),
    "cut row": (",derived,by the formula", "", "line 2: 10 fields are needed"),
    "other columns": ("mineral,stage", "stage,mineral", "bills.csv, line 1: the columns must be"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_bill_names_file_and_row(mistake: str) -> None:
    old, new, said = MISTAKES[mistake]
    assert old in BILLS
    with pytest.raises(WorldError, match=re.compile(said, re.S)):
        parts(BILLS.replace(old, new, 1), products(PRODUCTS))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("USD", "EUR", "products.csv, line 2: unit 'EUR' must be 'USD'"),
        (",80,", ",0,", "products.csv, line 2: a product is worth more than nothing"),
        (",80,", ",110,", "products.csv, line 2: .*out of order"),
        ("bnef-2025", "bnef", "products.csv, line 2: .*'bnef' is not in the register"),
        ("pack,A", "pack,A battery,pack,80,100,120,USD,bnef-2025,read,mean\npack,A",
         "products.csv, line 3: product 'pack' stands twice"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_products_names_file_and_row(old: str, new: str, said: str) -> None:
    assert old in PRODUCTS
    with pytest.raises(WorldError, match=said):
        products(PRODUCTS.replace(old, new, 1))


def test_a_product_without_a_bill_and_an_empty_sheet_are_refused() -> None:
    more = PRODUCTS + "motor,A motor,motor,1,2,3,USD,orepact-assumption,assumed,none\n"
    with pytest.raises(WorldError, match="product 'motor' has no row"):
        parts(BILLS, products(more))
    with pytest.raises(WorldError, match=r"products\.csv: no row"):
        products(PRODUCTS.splitlines()[0] + "\n")
    with pytest.raises(WorldError, match=r"bills\.csv, line 1"):
        parts("", products(PRODUCTS))
