"""Screening: every critical mineral, beyond those with a balanced chain."""

from orepact.world.screening.data import Screening, screening

__all__ = ["Screening", "screening"]
