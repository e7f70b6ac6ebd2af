"""What one call of the command line shares: the guard, and the settings in use."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failures import Guard

if TYPE_CHECKING:
    from flows.settings import Settings

__all__ = ["AsJson", "OutDir", "RunName", "guard", "settings_in_use"]

guard = Guard()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
OutDir = Annotated[
    Path | None, typer.Option("--out", "--runs-in", metavar="DIR", help="Folder for runs and caches [outputs].")
]
RunName = Annotated[
    str, typer.Option("--run", metavar="ID", help="A run: its identifier, its first characters, or latest.")
]


def settings_in_use(**given: object) -> "Settings":
    """The settings of this call; logs of failures go below its output folder from here on.

    Raises:
        ConfigurationError: a key is unknown or a value does not fit.
    """
    from flows.settings import load_settings

    settings = load_settings(**given)
    guard.root = settings.out
    return settings
