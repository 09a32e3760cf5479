"""Where they come from: other systems' histories as core values. One file a source, found by its name; no database.

A source is a file with `read(source, **options) -> Imported`, its options keyword-only strings. What cannot be read is
named in `problems` and the rest comes in; only a source that cannot be read at all is an ImporterError. Whatever a source
gives goes through one check of its ids, numbers, times and texts (_sound.py) before anyone sees it.
"""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable

from lightship.importers._sound import checked, faults
from lightship.importers._values import ID, NEWEST, OLDEST, Imported, ImporterError, Problem, shown, with_retired

__all__ = [
    "ID",
    "NEWEST",
    "OLDEST",
    "Imported",
    "ImporterError",
    "Problem",
    "checked",
    "faults",
    "id_of",
    "kinds",
    "read",
    "shown",
    "with_retired",
]

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def kinds() -> tuple[str, ...]:
    """Every source there is."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_") and name != "apply"))


def read(kind: str, source: str, **options: str) -> Imported:
    """The history at `source`. ImporterError for a kind that there is not, and where nothing can be read at all."""
    if kind not in kinds():
        raise ImporterError(f"there is no importer {kind!r}; there is {', '.join(kinds())}")
    function: Callable[..., Imported] = importlib.import_module(f"{__name__}.{kind}").read
    known = [name for name, each in inspect.signature(function).parameters.items() if each.kind is each.KEYWORD_ONLY]
    if strange := sorted(options.keys() - set(known)):
        raise ImporterError(f"import {kind} does not take {', '.join(strange)}; it takes {', '.join(known) or 'no option'}")
    return checked(function(source, **options))


def id_of(*parts: str) -> str:
    """An id made from what names the thing at its source, so that importing again finds the same thing."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).digest(), "big")
    letters = []
    for _ in range(12):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
