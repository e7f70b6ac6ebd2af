"""Columns as the tables of the database use them; all tables belong to ``METADATA``."""

from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Text, false

__all__ = [
    "METADATA",
    "flag_column",
    "id_column",
    "maybe_column",
    "name_column",
    "number_column",
    "real_column",
    "text_column",
]

METADATA = MetaData()


def text_column(name: str, default: str | None = "") -> Column[str]:
    """A text; without a default it must be given."""
    return Column(name, Text, nullable=False, server_default=default)


def flag_column(name: str) -> Column[bool]:
    """A truth value, false by default."""
    return Column(name, Boolean, nullable=False, server_default=false())


def id_column(name: str = "id") -> Column[str]:
    """A primary key, or a part of one."""
    return Column(name, String, primary_key=True)


def name_column(name: str) -> Column[str]:
    """A short text that must be given."""
    return Column(name, String, nullable=False)


def maybe_column(name: str) -> Column[Any]:
    """A short text, or nothing."""
    return Column(name, String(), nullable=True)


def number_column(name: str, default: str = "0") -> Column[int]:
    """A whole number."""
    return Column(name, Integer, nullable=False, server_default=default)


def real_column(name: str, default: str = "0") -> Column[float]:
    """A number."""
    return Column(name, Float, nullable=False, server_default=default)
