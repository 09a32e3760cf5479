"""Where a drill asks the desk, the desk has a database of its own."""

from tests.database import database, template

__all__ = ["database", "template"]
