"""Django settings for mypy and for tests: a desk with one page, in memory or where LIGHTSHIP_TEST_POSTGRES says."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from lightship.config import Config, PageConfig
from lightship.config.fields import Database, Secret
from lightship.config.values import Desk, Pulse
from lightship.store.settings import made


def _database() -> Database:
    url = urlsplit(os.environ.get("LIGHTSHIP_TEST_POSTGRES", ""))
    if not url.scheme:
        return Database(engine="sqlite", name=":memory:")
    return Database(
        engine="postgres",
        name=url.path.lstrip("/"),
        user=url.username or "",
        password=Secret(url.password or ""),
        host=url.hostname or "",
        port=url.port,
    )


CONFIG = Config(
    path=Path("lightship.toml"),
    base=Path.cwd(),
    desk_or_none=Desk(url="http://desk.test", database=_database(), secret=Secret("only for tests")),
    pages={
        "status": PageConfig(slug="status", url="https://status.test", key=bytes(range(32)), proven=1, pulse=Pulse(), hosts=())
    },
)

SETTINGS = made(CONFIG)
if CONFIG.desk.database.engine == "sqlite":
    # No test cuts the power of its machine: what is written need not wait for the disk.
    SETTINGS["DATABASES"]["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

# The same algorithm at a thousandth of the price: what is stored can be read by a process with the real settings.
globals().update(SETTINGS | {"PASSWORD_HASHERS": ["tests.hashers.QuickScrypt"]})
