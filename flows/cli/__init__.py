"""The front door: the ``overlap`` command.

A command's module is light to import; what is heavy is imported when the command runs, so that help comes at once.
"""

from flows.cli.app import main

__all__ = ["main"]
