"""The array library of an array: NumPy at once, any other by the array API standard."""

from __future__ import annotations

from typing import Any

import array_api_compat.numpy
import numpy as np
from array_api_compat import array_namespace


def namespace(x: Any) -> Any:
    """Return the namespace of ``x``; the engine asks tens of times a step, so NumPy is first.

    >>> namespace(np.zeros(2)).__name__
    'array_api_compat.numpy'
    """
    return array_api_compat.numpy if isinstance(x, np.ndarray) else array_namespace(x)
