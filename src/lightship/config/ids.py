"""Ids: the same in database, URLs, files and API."""

import secrets
import string

PATTERN = r"^[a-z0-9]{12}$"


def new_id() -> str:
    """12 random characters `[a-z0-9]`: 62 bits."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(12))
