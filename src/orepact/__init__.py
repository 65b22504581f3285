"""orepact: a pact on critical minerals as data, and what it does to the world."""

__version__ = "0.1.0"
