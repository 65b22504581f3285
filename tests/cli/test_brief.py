"""brief: one file, in the language asked for, nothing on a mistake."""

import pytest


def test_a_brief_is_written_where_it_is_asked_for(orepact, small, tmp_path) -> None:
    out = tmp_path / "mx.pdf"
    done = orepact("brief", small(), "--lang", "es", "--central", "--out", out)
    assert (done.code, done.out) == (0, "")
    assert str(out) in done.err
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lang", "pt"), "en, es, fr"),
        (("--on", "2027"), "2027-01-01"),
        (("--minerals", "zink"), "zinc"),
        (("--duties", "none"), "base"),
        (("--draws", "100"), "powers of two"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(orepact, small, tmp_path, words, said) -> None:
    out = tmp_path / "b.pdf"
    done = orepact("brief", small(), *words, "--out", out)
    assert done.code == 2
    assert said in done.err
    assert not out.exists()


def test_a_folder_that_is_not_there_is_named(orepact, small, tmp_path) -> None:
    done = orepact("brief", small(), "--central", "--out", tmp_path / "no" / "b.pdf")
    assert done.code == 2
    assert str(tmp_path / "no") in done.err
