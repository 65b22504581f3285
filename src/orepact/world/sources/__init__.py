"""Readers, one per publisher."""
