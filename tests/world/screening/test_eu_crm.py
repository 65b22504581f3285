import pytest
from publishers import write

from orepact.errors import WorldError
from orepact.world.sources import eu_crm

SUPPLY = "Material,Stage,Country,Share,t"


def test_a_country_spelt_two_ways_is_one(tmp_path):
    rows = [("Tin", "E", "Türkiye", "30%", "1.0"), ("Tin", "E", "Turkyie", "20%", "1.0"),
            ("Tin", "E", "Peru", "<0.1%", "0.8"), ("Tin", "P", "Germany", "6", "1")]  # fmt: skip
    write(tmp_path / eu_crm.GLOBAL, SUPPLY, rows, "latin1")
    found = eu_crm.supply(tmp_path)
    assert found.select("stage", "iso3").rows() == [
        ("mined", "TUR"), ("mined", "PER"), ("refined", "DEU"),
    ]  # fmt: skip
    assert found["share"].to_list() == pytest.approx([0.5, 0.0005, 0.06])
    assert found["bound"].to_list() == [False, True, False]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (("Tin", "X", "Peru", "5%", "1"), "row 2: stage 'X'"),
        (("Tin", "E", "Ruritania", "5%", "1"), "row 2: .*Ruritania"),
        (("Tin", "E", "Peru", "some", "1"), "row 2: share 'some'"),
        (("Tin", "E", "Peru", "140%", "1"), "not between 0 and 100"),
        (("Tin", "E", "Peru", "5%", "one"), "t = 'one'"),
    ],
)
def test_what_is_malformed_names_its_row(tmp_path, bad, message):
    write(tmp_path / eu_crm.GLOBAL, SUPPLY, [bad], "latin1")
    with pytest.raises(WorldError, match=message):
        eu_crm.supply(tmp_path)


def test_a_use_repeated_word_for_word_counts_once(tmp_path):
    rows = [("Tin", "Cans", "13%", "C25 - Metal\nproducts")] * 2
    rows += [("Tin", "Cans", "13%", "C26")]
    write(tmp_path / eu_crm.USES, "Material,Application,Share,NACE sector", rows, "latin1")
    found = eu_crm.uses(tmp_path)
    assert found["nace"].to_list() == ["C25 - Metal products", "C26"]


def test_a_material_not_assessed_is_null_and_names_are_one_line(tmp_path):
    rows = [("Natural\nrubber", "2023", "0.9", "6"), ("Bauxite", "2023", "-", "-")]
    write(tmp_path / eu_crm.CRITICALITY, "Material,Year,SR,EI", rows, "latin1")
    found = eu_crm.criticality(tmp_path)
    assert found["material"].to_list() == ["Natural rubber", "Bauxite"]
    assert found["sr"].to_list() == [0.9, None]


def test_an_index_beyond_one_is_refused(tmp_path):
    rows = [("Tin", "1.2", "0.9", "1")]
    write(tmp_path / eu_crm.INDICES_2017, "material,eol_rir,si_sr,import_reliance", rows)
    with pytest.raises(WorldError, match="row 2: an index beyond"):
        eu_crm.indices_2017(tmp_path)
