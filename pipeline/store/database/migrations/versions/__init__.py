"""Steps from one schema of the database to the next."""

__all__ = ["__doc__"]
