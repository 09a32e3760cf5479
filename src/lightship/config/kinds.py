"""Back-ends by name: one file a kind in its room's folder, one class in it."""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any


def kinds(path: Iterable[str]) -> tuple[str, ...]:
    """The kinds in a room, by its package's `__path__`: its files, but no folder in it."""
    modules = pkgutil.iter_modules(path)
    return tuple(sorted(module.name for module in modules if not module.ispkg and not module.name.startswith("_")))


def find(room: str, path: Iterable[str], kind: str, method: str) -> Any:
    """The class of a kind: the one in its file that has `method`. LookupError, in words for an operator, if there is none."""
    noun = room.rpartition(".")[2].removesuffix("s")
    known = kinds(path)
    if kind not in known:
        raise LookupError(f"there is no kind of {noun} {kind!r}; there is {', '.join(known)}")
    try:
        module = importlib.import_module(f"{room}.{kind}")
    except ModuleNotFoundError as error:
        raise LookupError(f"{noun}s of kind {kind!r} need the package {error.name!r}: install lightship[all]") from error
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, method):
            return value
    raise LookupError(f"{module.__name__} has no class with the method {method!r}")
