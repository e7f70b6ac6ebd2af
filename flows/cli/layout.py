"""How help looks: the docstring of a command as it stands, examples first, then the options."""

import inspect
from typing import Any

from typer.core import TyperCommand, TyperGroup

from flows.cli.failures import Interrupted

__all__ = ["PlainCommand", "PlainGroup"]


class PlainCommand(TyperCommand):
    """A command whose help keeps its lines."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  Typer's own types are private
        """Write the docstring."""
        _write_lines(self.help, formatter)


class PlainGroup(TyperGroup):
    """A group whose help keeps its lines, and which lets Ctrl-C through as what it is."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the docstring."""
        _write_lines(self.help, formatter)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Carry out the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            raise Interrupted("Interrupted; no unfinished run was left behind.") from stop


def _write_lines(text: str | None, formatter: Any) -> None:  # noqa: ANN401
    formatter.write("\n")
    for line in inspect.cleandoc(text or "").splitlines():
        formatter.write(f"{'  ' if line else ''}{line}\n")
