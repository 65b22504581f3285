"""GSIM on its authors' example: four regions, free trade between the US and the EU.

World prices are published (Francois and Hall 2003: .0792, -.0316, .0480, -.0184); the other
figures follow from the paper's formulas.
"""

import numpy as np
import pytest

from orepact.errors import InputError
from orepact.market import gsim
from orepact.market.sourcing import CES, elasticities

M = np.array(
    [[0, 50, 200, 300], [500, 0, 150, 200], [300, 100, 200, 200], [50, 100, 110, 20]], float
)
T0 = np.array(
    [[1, 1.21, 1.41, 1.22], [1.37, 1, 1.31, 1.23], [1.32, 1.36, 1, 1.18], [1.57, 1.41, 1.25, 1.15]]
)
T1 = np.array(
    [
        [1.0, 1.21, 1.0, 1.22],
        [1.37, 1.0, 1.31, 1.23],
        [1.0, 1.36, 1.0, 1.18],
        [1.57, 1.41, 1.25, 1.15],
    ]
)
PUBLISHED = [0.0792, -0.0316, 0.0480, -0.0184]
TRADE = np.array(
    [
        [-0.7195644037655693, -0.298853648093583, 0.7877706332945922, -0.2576228689207438],
        [-0.16555312623046195, 0.2551576294415243, -0.11211879839015845, 0.2963884086143635],
        [0.6482168923800132, -0.14319356406921258, -0.5104699919008954, -0.10196278489637339],
        [-0.23179928737120623, 0.18891146830078007, -0.1783649595309027, 0.23014224747361922],
    ]
)
WELFARE = [18.213919858454034, -34.49450587869704, 14.54434602569492, -40.80205625214881]
CONSUMERS = [110.59519673825899, -8.876051750561716, 68.55885367381683, -32.858942262681076]
REVENUE = [-138.51724242856793, 0.6219206031626978, -93.83918589012168, -2.8699143729930765]


def run() -> gsim.Gsim:
    return gsim.gsim(M, T0, T1, Em=-1.25, Ex=1.5, Es=5)


def test_published_world_prices() -> None:
    np.testing.assert_allclose(run().p, PUBLISHED, atol=5e-5)  # four printed digits


def test_the_rest_of_the_example() -> None:
    g = run()
    np.testing.assert_allclose(g.trade, TRADE, rtol=1e-12)
    np.testing.assert_allclose(g.consumers, CONSUMERS, rtol=1e-12)
    np.testing.assert_allclose(g.revenue, REVENUE, rtol=1e-11)
    np.testing.assert_allclose(g.welfare, WELFARE, rtol=1e-11)


def test_our_ces_has_gsims_elasticities_at_the_base() -> None:
    theirs = gsim.elasticities(M, T0, np.full(4, -1.25), np.full(4, 5.0))
    c = T0[None]  # landed costs at world prices of one
    theta = M * T0 / np.sum(M * T0, axis=0)
    weight = theta * c ** (5.0 - 1.0)  # CES weights that give these shares at these prices
    ours = elasticities(CES(weight, np.full((1, 4), 5.0)), c, np.full((1, 4), -1.25))[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_refuses_a_matrix_that_is_not_square() -> None:
    with pytest.raises(InputError, match="exporter by importer"):
        gsim.gsim(M[:3], T0, T1, Em=-1, Ex=1, Es=2)
