"""Change a TOML file that a person wrote, and keep its comments, its order and its spelling."""

import tomllib
from collections.abc import Callable, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from lightship.config.toml import ConfigError, Fault

Table = MutableMapping[str, Any]


def edited(name: str, text: str, change: Callable[[Table], None]) -> str:
    """The file's text after `change`, which is made to the document and to its plain data alike. ConfigError where the two then
    differ: only a person can make that change."""
    document, wanted = tomlkit.parse(text), tomllib.loads(text)
    change(wanted)
    try:
        change(document)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == wanted:
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass
    raise ConfigError([Fault(name, 0, "", "stands so that only you can change it: give each key a line of its own")])
