"""The page on markets of one's own runs as written, and gives what its economy is known to give."""

import re
from pathlib import Path

import numpy as np
import pytest

from orepact.market import policy

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")


def test_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(code, names)
    said = capsys.readouterr().out
    assert "Solved" in said
    # free trade of the two-stage economy, from two independent solvers
    assert "[70.809 69.809 69.809 67.809]" in said
    found = names["found"]
    P, y = found.P, found.y  # type: ignore[attr-defined]
    assert y[0] == pytest.approx(10)
    assert 30 - 2 * P[0] + 0.5 * P[1] == pytest.approx(10)
    assert 24 + 0.5 * P[0] - 1.5 * P[1] == pytest.approx(y[1])
    assert P[1] == pytest.approx(3 + y[1] + 1)
    assert found.rent[0] == pytest.approx(P[0] - 1 - 2 - 5)  # type: ignore[attr-defined]
    out = names["out"]
    levy, C = out.state.levy[1, 3], out.state.p[1, 3]  # type: ignore[attr-defined]
    np.testing.assert_allclose(levy[:2], 75 - C)
    assert out.state.pay[1, 0] == pytest.approx(78 - C)  # type: ignore[attr-defined]


def test_the_page_names_every_function() -> None:
    given = {n for n in vars(policy) if callable(getattr(policy, n)) and n.islower()}
    given = {n for n in given if getattr(policy, n).__module__ == policy.__name__}
    rows = re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE)
    told = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert {n for n in given if not n.startswith("_")} - {"routes"} == told
