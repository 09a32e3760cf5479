"""Every test of the journal has a database of its own."""

import pytest
from tests.database import database, template

__all__ = ["database", "template"]


@pytest.fixture(autouse=True)
def _fresh(database: object) -> None:
    """So that no test forgets to ask for it."""
