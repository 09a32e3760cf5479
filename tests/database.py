"""The desk's database, fresh for each test that asks for `database`: a file of its own, or, where LIGHTSHIP_TEST_POSTGRES
names a server, a database there that is emptied between tests. Other threads and processes may open it too.

A folder's conftest.py takes the fixture in by name: `from tests.database import database, template`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.django_settings")
django.setup()

from django.core.management import call_command  # noqa: E402  Django must be set up first
from django.db import connection, connections  # noqa: E402


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty database with all its tables; on PostgreSQL the path means nothing, and one database serves the session."""
    path = tmp_path_factory.mktemp("database") / "template.sqlite3"
    if connection.vendor == "postgresql":
        name = f"lightship_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        connections.settings["default"]["TEST"]["NAME"] = name
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        yield path
        connection.creation.destroy_test_db(name, verbosity=0)
        return
    use(path)
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    yield path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Path]:
    """Where the database is, for a lightship.toml beside it that says `sqlite:///desk.sqlite3`."""
    path = tmp_path / "desk.sqlite3"
    if connection.vendor == "postgresql":
        yield path
        close_others()
        call_command("flush", interactive=False, verbosity=0)
        connection.close()
        return
    shutil.copyfile(template, path)
    use(path)
    yield path
    connection.close()


def close_others() -> None:
    """On PostgreSQL: end every connection to this database but the one that asks, as a restart does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def use(path: Path) -> None:
    """Point every connection of this process, those of threads too, at a file."""
    connection.close()
    connections.settings["default"]["NAME"] = str(path)
    connection.settings_dict["NAME"] = str(path)
