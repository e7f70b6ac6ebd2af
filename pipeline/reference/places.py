"""Where the product's data folders are."""

from pathlib import Path

__all__ = ["models_folder"]


def models_folder() -> Path:
    """The folder ``models``: beside the package in a source tree, and installed beside it."""
    return Path(__file__).resolve().parents[2] / "models"
