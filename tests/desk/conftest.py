"""Every test of the desk has a database of its own with the stage set in it."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.test.utils import override_settings
from tests.database import database, template
from tests.desk.cast import Stage, config, set_the_stage
from tests.desk.chromium import browser, context, desk, page

__all__ = ["browser", "context", "database", "desk", "page", "template"]


@pytest.fixture(autouse=True)
def _lightship() -> Iterator[None]:
    with override_settings(LIGHTSHIP=config(), ALLOWED_HOSTS=["*"]):
        yield


@pytest.fixture
def stage(database: object) -> Stage:
    return set_the_stage()


@pytest.fixture
def client(stage: Stage) -> Client:
    """Alice's, signed in."""
    return stage.signed_in()
