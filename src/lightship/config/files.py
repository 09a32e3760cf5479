"""Files of an installation: for their owner only, never half written, and a new one never over another."""

import os
from pathlib import Path


def write_new(path: Path, text: str, mode: int = 0o600) -> None:
    """FileExistsError where something lies there."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def replace(path: Path, body: bytes) -> None:
    """Write the file whole or not at all, whether or not one lies there."""
    new = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
