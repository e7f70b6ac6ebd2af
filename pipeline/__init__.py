"""Overlap: find where ITU bodies give the same mandate twice, and show the evidence."""

__version__ = "0.1.0"

__all__ = ["__version__"]
