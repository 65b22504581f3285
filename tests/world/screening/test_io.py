import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from publishers import write

from orepact.errors import WorldError
from orepact.world.screening import io
from orepact.world.sources import bea

# Two industries of Miller and Blair, Input-Output Analysis (2009), chapter 2: use, output, inverse.
USE = np.array([[150.0, 500.0], [200.0, 100.0]])
OUTPUT = np.array([1000.0, 2000.0])
INVERSE = np.array([[1.2541, 0.3300], [0.2640, 1.1221]])


def _files(folder, use=USE, codes=("111", "311"), imported=None, output=OUTPUT):
    head = ",".join(("bea_code", *codes))
    none = np.zeros((2, 2)) if imported is None else imported
    for name, m in ((bea.DOMESTIC, use), (bea.IMPORTED, none), (bea.REQUIREMENTS, INVERSE)):
        write(folder / name, head, [(c, *map(str, r)) for c, r in zip(codes, m, strict=True)])
    write(folder / bea.OUTPUT, "bea_code,output", list(zip(codes, map(str, output), strict=True)))
    names = "Commodity Code,Description"
    write(folder / bea.NAMES, names, [("111", "Farming"), ("311", "Food")])
    return folder


def test_the_textbook_s_inverse_comes_back(tmp_path):
    codes, a = bea.direct(bea.accounts(_files(tmp_path)))
    assert np.allclose(a, [[0.15, 0.25], [0.20, 0.05]])
    total = bea.leontief(a)
    assert np.allclose(total, INVERSE, atol=5e-5)
    assert bea.gap(tmp_path, codes, total)["off"].abs().max() < 1e-4


def test_value_added_is_what_inputs_leave(tmp_path):
    tables = io.tables(_files(tmp_path, imported=np.array([[50.0, 0.0], [0.0, 0.0]])))
    made = tables["industries"]
    assert made["value_added"].to_list() == [600.0, 1400.0]
    assert made["imported_share"].to_list() == [0.05, 0.0]
    assert len(tables["requirements"]) == 4


def test_an_industry_that_uses_more_than_it_makes_is_refused(tmp_path):
    with pytest.raises(WorldError, match="311 has no positive value added"):
        io.tables(_files(tmp_path, use=USE + np.array([[0, 1600], [0, 0]])))


def test_codes_out_of_step_and_output_of_nothing_are_refused(tmp_path):
    _files(tmp_path, output=np.array([1000.0, 0.0]))
    with pytest.raises(WorldError, match="no positive output for industry '311'"):
        bea.accounts(tmp_path)
    _files(tmp_path)
    rows = [("311", "0", "0"), ("111", "0", "0")]
    write(tmp_path / bea.IMPORTED, "bea_code,111,311", rows)
    with pytest.raises(WorldError, match="same codes"):
        bea.accounts(tmp_path)


def test_a_word_among_the_flows_names_its_row(tmp_path):
    _files(tmp_path)
    write(tmp_path / bea.DOMESTIC, "bea_code,111,311", [("111", "1", "x"), ("311", "1", "1")])
    with pytest.raises(WorldError, match="row 2: 311 = 'x'"):
        bea.accounts(tmp_path)


def test_an_economy_that_eats_more_than_it_makes_has_no_inverse():
    with pytest.raises(WorldError, match="spectral radius"):
        bea.leontief(np.array([[1.1]]))


N = 4
A = arrays(float, (N, N), elements=st.floats(0, 0.2))
LOST = arrays(float, N, elements=st.floats(0, 100))
SHARE = arrays(float, N, elements=st.floats(0.1, 1))


@given(A, LOST, SHARE)
def test_losses_are_at_least_the_own_value_added_and_grow_with_output(a, lost, share):
    loss = io.lost_value_added(share, a, lost)
    assert loss >= share @ lost - 1e-9
    assert io.lost_value_added(share, a, 2 * lost) == pytest.approx(2 * loss)


@given(A, SHARE)
def test_one_industry_loses_what_its_total_requirements_say(a, share):
    """Losing an industry's output x is losing final demand x / L_jj for it."""
    total = bea.leontief(a)
    lost = np.zeros(N)
    lost[1] = 10.0
    expected = share @ total[:, 1] * 10.0 / total[1, 1]
    assert io.lost_value_added(share, a, lost) == pytest.approx(expected)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_lost_output_must_be_a_number_of_zero_or_more(bad):
    with pytest.raises(WorldError, match="zero or more"):
        io.lost_value_added(np.ones(1), np.zeros((1, 1)), np.array([bad]))
