"""A database for those tests that ask for one."""

from tests.database import database, template

__all__ = ["database", "template"]
