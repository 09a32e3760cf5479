"""Private data, encrypted to the recovery keys, kept with every host and read back from any of them."""

from lightship.vault.fetching import fetch, look, opened
from lightship.vault.keeping import keep
from lightship.vault.values import (
    BELOW,
    Copy,
    CopyTarget,
    Key,
    Part,
    Parts,
    VaultError,
    key_in,
    new_key,
    vault_place,
)

__all__ = [
    "BELOW",
    "Copy",
    "CopyTarget",
    "Key",
    "Part",
    "Parts",
    "VaultError",
    "fetch",
    "keep",
    "key_in",
    "look",
    "new_key",
    "opened",
    "vault_place",
]
