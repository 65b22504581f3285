"""The page of data licences and the register behind it."""

import pytest

from orepact.errors import WorldError
from orepact.world.licences import cited, render
from orepact.world.register import register, sources_table


def test_the_page_lists_what_is_cited_and_nothing_else():
    page = render(sources_table(), {"usgs-mcs-2026", "baci-v202601"})
    assert "Etalab Open Licence 2.0" in page
    assert "US public domain" in page
    assert "Pink Sheet" not in page
    assert page.index("usgs-mcs-2026") < page.index("baci-v202601")


def test_a_source_without_an_entry_is_refused():
    with pytest.raises(WorldError, match="nobody-2024"):
        render(sources_table(), {"nobody-2024"})


def test_every_source_has_a_licence_and_a_plain_id():
    for s in register().values():
        assert s.licence, s.id
        assert s.publisher, s.id
        assert s.vintage, s.id
        assert s.id == s.id.lower().replace("_", "-").replace(" ", "-")
        assert s.url.startswith("https://") or not s.url, s.id


def test_cited_collects_ids_from_tables_that_have_sources():
    table = sources_table().select("id").rename({"id": "source"})
    assert cited([table, sources_table()]) == set(register())
