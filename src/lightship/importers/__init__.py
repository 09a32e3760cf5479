"""Where they come from: other systems' histories as core values. One file a source, found by its name; no database.

A source is a file with `read(source, **options) -> Imported`, whose options are keyword-only strings. An entry that cannot
be read becomes one of the `problems`; only a source that cannot be read at all raises ImporterError. `read` checks the ids,
numbers, times and texts of every source (_imported.py).
"""

import hashlib
import importlib
import inspect
from collections.abc import Callable

from lightship.config import kinds as back_ends
from lightship.importers._imported import ID, NEWEST, OLDEST, Imported, ImporterError, Problem, checked, faults, shown

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
]

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def kinds() -> tuple[str, ...]:
    return back_ends.kinds(__path__)


def read(kind: str, source: str, **options: str) -> Imported:
    """The history at `source`. ImporterError for an unknown kind, and where nothing can be read at all."""
    if kind not in kinds():
        raise ImporterError(f"there is no importer {kind!r}; there is {', '.join(kinds())}")
    function: Callable[..., Imported] = importlib.import_module(f"{__name__}.{kind}").read
    parameters = inspect.signature(function).parameters.values()
    known = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    if strange := sorted(options.keys() - set(known)):
        raise ImporterError(f"import {kind} does not take {', '.join(strange)}; it takes {', '.join(known) or 'no option'}")
    return checked(function(source, **options))


def id_of(*parts: str) -> str:
    """An id made from an entry's names at its source, so that a second import gives it the same id."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).digest(), "big")
    letters = []
    for _ in range(12):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
