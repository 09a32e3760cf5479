"""One lab for all tests of a session; each leaves it sound."""

from collections.abc import Iterator

import pytest
from tests.doctor.lab import Lab
from tests.doctor.lab import lab as open_lab


@pytest.fixture
def lab(session_lab: Lab) -> Iterator[Lab]:
    session_lab.vote()
    yield session_lab
    session_lab.repair()


@pytest.fixture(scope="session")
def session_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as made:
        made.publish()
        made.keep_vault()
        made.planted.clear()
        yield made
