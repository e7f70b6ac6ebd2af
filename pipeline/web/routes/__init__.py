"""The pages, a module for each section; every module that has a ``router`` becomes part of the app."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

__all__ = ["routers"]


def routers() -> Iterator[APIRouter]:
    """The routers of all modules of this package, by name of the module."""
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        router = getattr(import_module(f"{__name__}.{module.name}"), "router", None)
        if isinstance(router, APIRouter):
            yield router
